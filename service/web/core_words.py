"""Sentences that the core and the store write in English, as the pages say them.

The API and the JSON of a dossier keep the English ones, so that a digest depends on no language.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from reid.settle import Suggestion
from reid.tested import SETTLED
from reid.types import Flank, Grade
from service.calibration.tested_wire import SuggestionOut
from service.web.languages import ENGLISH, N_, language
from service.web.languages import gettext as _
from service.web.words import MINUS, general, localized, number, percents

SAID = (
    # movement
    N_("the position of at least one encounter is not known"),
    N_("the time of at least one encounter is not known"),
    N_("the position and time of at least one encounter is not known"),
    N_("at least %(speed)s km/h in a straight line, above the assumed limit of %(limit)s"),
    N_("at least %(speed)s km/h in a straight line, above the assumed %(limit)s"),
    N_(
        "%(times)s times the width of a mean home range drawn as a circle (%(width)s km), though "
        "slow enough: at least %(speed)s km/h in a straight line"
    ),
    N_(
        "within the width of a mean home range (%(width)s km), at least %(speed)s km/h in a "
        "straight line"
    ),
    N_(
        "Published: mean home range of resident male Persian leopards %(area)s ± %(error)s km² "
        "(standard error; Farhadinia et al. 2018), a circle %(width)s km wide. Assumptions of this "
        "project: demanding above %(brisk)s km/h in a straight line, impossible above %(limit)s "
        "km/h, clocks up to %(hours)s h apart."
    ),
    # why nothing would settle a pair
    N_(
        "no photos can settle it: the calibrator supports no llr beyond ±%(bound)s, and a verdict "
        "takes %(same)s"
    ),
    N_("this calibrator has no test results, so nothing says which photos would settle it"),
    N_("no kind of photos that was tested is better than those at hand"),
    # photos
    N_("not a JPEG, PNG or WebP photo, or damaged"),
    N_("the photo is damaged: %(why)s"),
    N_("the photo claims more pixels than we ever decode"),
    N_("the photo has %(size)s = %(pixels)s million pixels, the limit is %(limit)s million"),
    N_("the file is empty"),
    N_("%(bytes)s bytes; at most %(limit)s a photo"),
    N_("%(workers)s workers died while they were at it"),
    N_("The crop is too small to say anything about identity."),
    N_("The box is empty, not a number, or lies outside the photo."),
    N_("No file of the upload could be kept."),
    N_("More files in one request than this service takes."),
    # what was asked for, and what stands against it
    N_("no encounter %(name)s"),
    N_("no identity %(name)s"),
    N_("no case %(name)s"),
    N_("no photo %(name)s"),
    N_("no upload %(name)s"),
    N_("Not Found"),
    N_("somebody decided meanwhile: look at the newest decision first"),
    N_("there is no decision to withdraw"),
    N_("the decision same needs an identity"),
    N_("an identity is already called %(name)s: choose another name, or decide same"),
    N_("a case holds at most %(num)s encounters"),
    N_("case %(name)s is closed: open it again first"),
    N_("No identity was chosen: pick a candidate, or one from the list of identities."),
    N_("The number of unseen animals is a number above 0, such as 3."),
    N_("The time is not ISO 8601, such as 2019-03-01T19:49:36 or 2019-03-01T19:49:36+06:00."),
    N_("no photo was taken in the year %(year)s"),
    N_("at most %(limit)s files at once, not %(files)s"),
    N_("an error of the service itself; its log says which"),
)
"""Every sentence that is translated, with names for what is filled in."""

NUMBER = re.compile(r"[\d,]+(\.\d+)?(e[+-]\d+)?")


def said_by_core(text: str | None) -> str:
    """The sentence in the language of the request; in English, and if it is not known, as it is."""
    if not text or language() == ENGLISH:
        return text or ""
    for pattern, english in _patterns():
        if found := pattern.fullmatch(text):
            values = {name: _own(value) for name, value in found.groupdict().items()}
            return _(english) % values
    return text


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(_pattern(english), re.DOTALL), english) for english in SAID)


def _pattern(english: str) -> str:
    fixed = re.split(r"%\((\w+)\)s", english)
    return "".join(f"(?P<{part}>.+?)" if n % 2 else re.escape(part) for n, part in enumerate(fixed))


def _own(value: str) -> str:
    return localized(value) if NUMBER.fullmatch(value) else value


def suggested(one: Suggestion | SuggestionOut, names: Mapping[int, str] | Sequence[str]) -> str:
    """What would settle a pair as a sentence. names: of the encounters it names."""
    whose = [names[n] for n in one.encounters]
    of = (
        _("%(one)s and one of %(other)s") % {"one": whose[0], "other": whose[1]}
        if len(whose) > 1
        else whose[0]
    )
    would = (
        _("would probably settle it") if one.enough else _("would be best, but may not settle it")
    )
    return _("%(photo)s of %(flank)s of %(whose)s%(wide)s%(section)s %(would)s: %(counts)s.") % {
        "photo": _photo(one.grade),
        "flank": _flank(one.flanks),
        "whose": of,
        "wide": _wide(one.width),
        "section": _section(one.section),
        "would": would,
        "counts": _counts(one),
    }


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


def _counts(one: Suggestion | SuggestionOut) -> str:
    of = one.settling
    return _(
        "of tested pairs like that, %(same)s of %(genuine)s of the same animal reached an llr of "
        "+%(llr)s, and %(different)s of %(impostor)s of different animals %(minus)s%(llr)s"
    ) % {
        "same": percents(of.same),
        "genuine": number(of.genuine),
        "different": percents(of.different),
        "impostor": number(of.impostor),
        "llr": general(SETTLED),
        "minus": MINUS,
    }
