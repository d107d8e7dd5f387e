"""What would settle a pair, as a sentence."""

from collections.abc import Sequence

from reid.evidence.settle import SuggestedPhoto
from reid.evidence.tested import SETTLED
from reid.types import Flank, Grade
from service.web.languages import gettext as _
from service.web.words import MINUS, general, number, percents


def suggested(suggestion: SuggestedPhoto, names: Sequence[str]) -> str:
    """What would settle a pair as a sentence. names: of the two encounters."""
    whose = [names[n] for n in suggestion.encounters]
    of = (
        _("%(one)s and one of %(other)s") % {"one": whose[0], "other": whose[1]}
        if len(whose) > 1
        else whose[0]
    )
    would = (
        _("would probably settle it")
        if suggestion.enough
        else _("would be best, but may not settle it")
    )
    return _("%(photo)s of %(flank)s of %(whose)s%(wide)s%(section)s %(would)s: %(counts)s.") % {
        "photo": _frames(suggestion) if suggestion.frames else _photo(suggestion.grade),
        "flank": _flank(suggestion.flanks),
        "whose": of,
        "wide": _wide(suggestion.width),
        "section": _section(suggestion.section),
        "would": would,
        "counts": _counts(suggestion),
    }


def _frames(suggestion: SuggestedPhoto) -> str:
    of = {
        Grade.POOR: _("%(num)s frames of one passage, none better than poor,"),
        Grade.UNUSABLE: _("%(num)s frames of one passage, none better than unusable,"),
    }
    return of[suggestion.grade] % {"num": number(suggestion.frames)}


def _photo(grade: Grade) -> str:
    return {
        Grade.GOOD: _("A good photo"),
        Grade.USABLE: _("A photo of usable quality or better"),
        Grade.POOR: _("A photo of poor quality or better"),
        Grade.UNUSABLE: _("A photo of unusable quality or better"),
    }[grade]


def _flank(flanks: Sequence[Flank]) -> str:
    if len(flanks) > 1:
        return _("either flank")
    return _("the left flank") if flanks[0] is Flank.LEFT else _("the right flank")


def _wide(pixels: int) -> str:
    if not pixels:
        return ""
    return _(", the flank at least %(num)s pixels wide,") % {"num": number(pixels)}


def _section(section: str) -> str:
    return {
        "front": _(" with the front third, which is not seen in both yet,"),
        "middle": _(" with the middle third, which is not seen in both yet,"),
        "rear": _(" with the rear third, which is not seen in both yet,"),
    }.get(section, "")


def _counts(suggestion: SuggestedPhoto) -> str:
    of = suggestion.settling
    return _(
        "of tested pairs like that, %(same)s of %(genuine)s of the same animal "
        "reached a weight of evidence of +%(llr)s, and %(different)s of %(impostor)s "
        "of different animals %(minus)s%(llr)s"
    ) % {
        "same": percents(of.same),
        "genuine": number(of.genuine),
        "different": percents(of.different),
        "impostor": number(of.impostor),
        "llr": general(SETTLED),
        "minus": MINUS,
    }
