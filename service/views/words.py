"""What the machine measured, in words for a person: llr, verdict, time, counts."""

import math
from collections.abc import Iterable
from datetime import datetime

from reid.types import Overlap, Source

SIGNS = {"same": "●", "different": "✕", "inconclusive": "◐", "not comparable": "○"}
"""A shape beside each verdict word, so that colour is never the only carrier."""

KINDS = {"rosette": "rosette", "rootsift": "RootSIFT", "discrepancy": "differ"}
"""Kinds of correspondences and how they are written."""

MINUS = "\N{MINUS SIGN}"
AT_BOUND = 0.005
EVEN = 0.02


def signed(llr: float) -> str:
    """An llr with its sign and one decimal: "+1.4", with a true minus below zero."""
    text = f"{abs(llr):.1f}"
    if float(text) == 0:
        return text
    return ("+" if llr > 0 else MINUS) + text


def times(llr: float) -> str:
    """The likelihood ratio as a factor of two significant figures: "25 times", "1.6 times"."""
    factor = 10 ** abs(llr)
    if factor < 9.95:
        return f"{factor:.1f} times"
    digits = math.floor(math.log10(factor)) - 1
    return f"{round(factor / 10**digits) * 10**digits:,} times"


def meaning(llr: float) -> str:
    """What an llr says, as half a sentence about the comparison."""
    if abs(llr) < EVEN:
        return "as likely for the same leopard as for two different ones"
    if llr > 0:
        return f"{times(llr)} more likely if both are the same leopard"
    return f"{times(llr)} more likely if they are different leopards"


def limits(llr: float, bound: float) -> str:
    """What restricts the claim: an llr at its bound."""
    return "at its bound" if bound - abs(llr) < AT_BOUND else ""


def overlapping(seen: Overlap | None) -> str:
    """What both photos show of the flank, as a sentence; nothing where it was not measured."""
    if seen is None:
        return ""
    shared = f"{seen.covisible:.0%} of the flank is seen in both photos".replace("%", " %")
    if not seen.places:
        return f"{shared}, none of it well enough to be judged"
    agree = f"{seen.agreeing:.0%} of it agrees".replace("%", " %")
    if seen.registration is Source.OUTLINE:
        return f"{shared} (laid over by outline only): {agree}"
    return f"{shared}: {agree}, {count(len(seen.discrepancies), 'place differs', 'places differ')}"


def when(at: datetime | None) -> str:
    """A capture time for people: "1 Mar 2019, 19:49"; "time unknown" without one."""
    return "time unknown" if at is None else f"{at.day} {at:%b %Y, %H:%M}"


def day(at: datetime | None) -> str:
    """A capture date for people: "1 Mar 2019"."""
    return "date unknown" if at is None else f"{at.day} {at:%b %Y}"


def seen(span: tuple[datetime | None, datetime | None]) -> str:
    """From when to when: "seen 1 Mar 2019", "first seen 1 Mar 2019, last seen 4 Mar 2019"."""
    first, last = (day(at) for at in span)
    return f"seen {first}" if first == last else f"first seen {first}, last seen {last}"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 photo", "2 photos", "1 identity", "2 identities"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def dated(start: datetime, source: str) -> str:
    """The day of a visit, and where it was said unless the camera recorded it."""
    return day(start) if source == "recorded" else f"{day(start)} ({source})"


def elapsed(days: float | None) -> str:
    """The time between two visits, in days or hours."""
    if days is None:
        return "unknown"
    if days >= 2:
        return count(round(days), "day")
    return count(round(24 * days), "hour") if days else "none: they overlap"


def sentence(text: str | None) -> str:
    """With a capital letter and without a full stop; nothing stays nothing."""
    return (text or "")[:1].upper() + (text or "")[1:].rstrip(".")


def clock(at: datetime | None) -> str:
    """The time of day to the second: "19:49:36"."""
    return "time unknown" if at is None else f"{at:%H:%M:%S}"


def coordinates(values: Iterable[float]) -> str:
    """Numbers for an SVG attribute: "12.5 80"."""
    return " ".join(f"{value:.2f}".rstrip("0").rstrip(".") for value in values)


FILTERS = {
    "when": when,
    "day": day,
    "seen": seen,
    "clock": clock,
    "count": count,
    "sentence": sentence,
    "coordinates": coordinates,
}
"""What the templates may call."""
