"""What the machine measured, in words for a person: llr, verdict, time, counts.

All of it follows the language of the request; outside of one it is English.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import get_decimal_symbol, get_group_symbol

from reid.types import Evidence, Overlap, Source, Verdict
from service.store.people import ANONYMOUS
from service.store.photos import Claim
from service.web.languages import ENGLISH, NP_, NPS_, language, locale, ngettext, pgettext
from service.web.languages import gettext as _

SIGNS = {"same": "●", "different": "✕", "inconclusive": "◐", "not comparable": "○"}
"""A shape beside each verdict word, so that colour is never the only carrier."""

KINDS = {
    "rosette": NP_("kind of correspondence", "rosettes"),
    "rootsift": NP_("kind of correspondence", "fine detail"),
    "discrepancy": NP_("kind of correspondence", "differ"),
}
"""Kinds of correspondences and how they are written."""

VERDICTS = NPS_("verdict", "same", "different", "not enough to decide", "not comparable")
IN_WORDS = {"inconclusive": "not enough to decide", "annotations": "animals in the photo"}
"""What is called otherwise on pages than in the API."""
VIEWPOINTS = NPS_("viewpoint", "left", "right", "front", "back", "unknown")
CORNERS = NPS_("viewpoint", "frontleft", "frontright", "backleft", "backright")
FLANKS = NPS_("flank", "left", "right", "unknown")
CHANGES = NPS_("change of a case", "added", "removed")
RATINGS = NPS_("rating of a way", "plausible", "demanding", "impossible", "unknown")
FIELDS = NPS_("field of a photo", "captured_at", "station", "flank", "box", "camera", "notes")
CORRECTED = NPS_(
    "field of a photo",
    "zone",
    "latitude",
    "longitude",
    "viewpoint",
    "encounter",
    "animals in the photo",
)

MINUS = "\N{MINUS SIGN}"
AT_BOUND = 0.005
EVEN = 0.02
LEANS = 0.3  # llr: twice as likely
SPEAKS = 1.0  # llr: ten times more likely


def localized(text: str) -> str:
    """A number as Python writes it, with the separators of the language: "1,234.5"."""
    if language() == ENGLISH:
        return text
    own = str.maketrans({",": get_group_symbol(locale()), ".": get_decimal_symbol(locale())})
    return text.translate(own)


def number(value: int) -> str:
    """A whole number with its thousands apart: "1,234"."""
    return localized(f"{value:,}")


def decimal(value: float, places: int) -> str:
    """A number with so many decimals."""
    return localized(f"{value:,.{places}f}")


def general(value: float) -> str:
    """A number with as many decimals as it needs, up to six digits."""
    return localized(f"{value:g}")


def percents(share: float, places: int = 0) -> str:
    """A share of one in percent: "71 %"."""
    return f"{decimal(100 * share, places)} %"


def signed(llr: float, places: int = 1) -> str:
    """An llr with its sign and one decimal: "+1.4", with a true minus below zero."""
    text = f"{abs(llr):.{places}f}"
    if float(text) == 0:
        return localized(text)
    return ("+" if llr > 0 else MINUS) + localized(text)


def meaning(llr: float) -> str:
    """What an llr says, as half a sentence about the comparison: "25 times more likely if …"."""
    if abs(llr) < EVEN:
        return _("as likely for the same leopard as for two different ones")
    text, factor = _factor(llr)
    if llr > 0:
        words = ngettext(
            "%(factor)s time more likely if both are the same leopard",
            "%(factor)s times more likely if both are the same leopard",
            factor,
        )
    else:
        words = ngettext(
            "%(factor)s time more likely if they are different leopards",
            "%(factor)s times more likely if they are different leopards",
            factor,
        )
    return words % {"factor": text}


def _factor(llr: float) -> tuple[str, int]:
    """The likelihood ratio to two significant figures, and the number whose plural it takes."""
    factor = 10 ** abs(llr)
    if factor < 9.95:
        return decimal(factor, 1), 2
    digits = math.floor(math.log10(factor)) - 1
    whole = round(factor / 10**digits) * 10**digits
    return number(whole), whole


def times(llr: float) -> str:
    """The likelihood ratio behind an llr to two figures: "25"."""
    return _factor(llr)[0]


def limits(llr: float, bound: float) -> str:
    """What restricts the claim: nothing stronger is ever said."""
    if bound - abs(llr) >= AT_BOUND:
        return ""
    words = _("the strongest this program ever claims (%(factor)s to 1)")
    return words % {"factor": _factor(bound)[0]}


def leaning(evidence: Evidence) -> str:
    """The verdict in words; an open one says to which side it leans."""
    if evidence.verdict is not Verdict.INCONCLUSIVE or abs(evidence.llr) < LEANS:
        return verdict_word(evidence.verdict)
    if evidence.llr > 0:
        return _("leans to same, not enough to decide")
    return _("leans to different, not enough to decide")


def speaks(evidence: Evidence) -> bool:
    """Whether evidence may not be called weak: a verdict, or an interval beyond `SPEAKS`."""
    low, high = evidence.interval
    return evidence.verdict in (Verdict.SAME, Verdict.DIFFERENT) or low >= SPEAKS or high <= -SPEAKS


def overlapping(overlap: Overlap | None) -> str:
    """What both photos show of the flank, as a sentence; nothing where it was not measured."""
    if overlap is None:
        return ""
    values = {"shared": percents(overlap.covisible), "agreeing": percents(overlap.agreeing)}
    if not overlap.places:
        words = _(
            "%(shared)s of the flank is seen in both photos, none of it well enough to be judged"
        )
    elif overlap.registration is Source.OUTLINE:
        words = _(
            "%(shared)s of the flank is seen in both photos (aligned by the body's "
            "outline only): %(agreeing)s of it agrees"
        )
    else:
        words = ngettext(
            "%(shared)s of the flank is seen in both photos: %(agreeing)s of it agrees, "
            "%(num)s place differs",
            "%(shared)s of the flank is seen in both photos: %(agreeing)s of it agrees, "
            "%(num)s places differ",
            len(overlap.discrepancies),
        )
    return words % {**values, "num": number(len(overlap.discrepancies))}


def when(at: datetime | None) -> str:
    """A capture time for people: "1 Mar 2019, 19:49"; "time unknown" without one."""
    return _("time unknown") if at is None else f"{day(at)}, {at:%H:%M}"


def day(at: datetime | None) -> str:
    """A capture date for people: "1 Mar 2019"."""
    if at is None:
        return _("date unknown")
    if language() == ENGLISH:  # British order, but "Sep" and not "Sept"
        return format_date(at, "d MMM y", Locale(ENGLISH))
    return format_date(at, "medium", locale())


def seen_between(span: tuple[datetime | None, datetime | None]) -> str:
    """From when to when: "seen 1 Mar 2019", "first seen 1 Mar 2019, last seen 4 Mar 2019"."""
    first, last = (day(at) for at in span)
    if first == last:
        return _("seen %(day)s") % {"day": first}
    return _("first seen %(first)s, last seen %(last)s") % {"first": first, "last": last}


def count(number_: int, singular: str, plural: str = "") -> str:
    """A number with its noun: "1 photo", "2 photos", "1 identity", "2 identities".

    The extraction of messages knows this name: the nouns are written out where it is called.
    """
    words = ngettext(f"%(num)s {singular}", f"%(num)s {plural or singular + 's'}", number_)
    return words % {"num": number(number_)}


def dated(start: datetime, source: str) -> str:
    """The day of a visit, and where it was said unless the camera recorded it."""
    return day(start) if source == "recorded" else f"{day(start)} ({source})"


def elapsed(days: float | None) -> str:
    """The time between two visits, in days or hours."""
    if days is None:
        return pgettext("time between", "unknown")
    if days >= 2:
        return count(round(days), "day")
    return count(round(24 * days), "hour") if days else _("none: they overlap")


def listed(names: Sequence[str]) -> str:
    """A, B and C."""
    return format_list(names, locale=locale())


def sentence(text: str | None) -> str:
    """With a capital letter and without a full stop; nothing stays nothing."""
    return (text or "")[:1].upper() + (text or "")[1:].rstrip(".")


def clock(at: datetime | None) -> str:
    """The time of day to the second: "19:49:36"."""
    return _("time unknown") if at is None else f"{at:%H:%M:%S}"


def coordinates(values: Iterable[float]) -> str:
    """Numbers for an SVG attribute: "12.5 80"."""
    return " ".join(f"{value:.2f}".rstrip("0").rstrip(".") for value in values)


def _worded(context: str, word: str) -> str:
    return pgettext(context, IN_WORDS.get(word, word))


verdict_word = partial(_worded, "verdict")
flank_word = partial(pgettext, "flank")
viewpoint_word = partial(pgettext, "viewpoint")
field_name = partial(_worded, "field of a photo")
"""Words of fixed lists in the language of the request: "same", "left", "frontleft", "station"."""


CLAIM_SOURCES = {
    "form": NP_("source of a statement", "as stated"),
    "exif": NP_("source of a statement", "as the file says"),
    "file name": NP_("source of a statement", "by the name of the file"),
    "read from pixels": NP_("source of a statement", "read from pixels"),
}


def claim_source(source: str) -> str:
    """Who or what stated something of a photo."""
    return pgettext("source of a statement", CLAIM_SOURCES[source])


def claim_value(claim: Claim) -> str:
    """What was stated, in words where it is one of a list."""
    return flank_word(claim.value) if claim.field == "flank" else claim.value


def stated_name(field: str) -> str:
    """A field of a photo or annotation in a sentence: "time", "station"."""
    return _("time") if field == "captured_at" else field_name(field)


def flank_name(flank: str) -> str:
    """Which flank, with its noun: "left flank"."""
    return flank_names([flank])


def flank_names(flanks: Sequence[str]) -> str:
    """Several flanks with their noun: "left and right flank"."""
    return _("%(flanks)s flank") % {"flanks": listed([flank_word(flank) for flank in flanks])}


def person(name: str) -> str:
    """Who decided; who stated no name is called anonymous."""
    return _("anonymous") if name == ANONYMOUS else name


FILTERS = {
    "when": when,
    "day": day,
    "seen": seen_between,
    "clock": clock,
    "decimal": decimal,
    "signed": signed,
    "percents": percents,
    "count": count,
    "number": number,
    "general": general,
    "sentence": sentence,
    "coordinates": coordinates,
    "verdict_word": verdict_word,
    "leaning": leaning,
    "flank": flank_word,
    "flank_name": flank_name,
    "flanks": flank_names,
    "change_word": partial(pgettext, "change of a case"),
    "rating_word": partial(pgettext, "rating of a way"),
    "field_name": field_name,
    "claim_source": claim_source,
    "claim_value": claim_value,
    "person": person,
}
"""What the templates may call."""
