"""What a person typed into the field: a text, and the date that may stand in it."""

import re
from datetime import datetime

from service.store.people import Actor
from service.store.searching import SoughtText
from service.web.parameters import plain

LONGEST = 100
DATE = re.compile(
    r"(?<!\S)(?:"
    r"(?P<year>(?:19|20)\d\d)(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?"
    r"|(?:(?P<d>\d{1,2})[./])?(?P<m>\d{1,2})[./](?P<y>(?:19|20)\d\d)"
    r")(?!\S)"
)
"""2018-09-12, 2018-09, 2018, 12.09.2018, 12/09/2018 (the day first) and 09.2018, as a word."""


def read_text(text: str, actor: Actor) -> SoughtText:
    """The text as the store looks for it, with what this person may find."""
    whole, stations = " ".join(plain(text)[:LONGEST].split()), actor.sees("station")
    for date in DATE.finditer(whole):
        span = _span(date)
        if span:
            rest = " ".join((whole[: date.start()] + whole[date.end() :]).split())
            return SoughtText(whole, rest, *span, stations=stations)
    return SoughtText(whole, whole, stations=stations)


def _span(date: re.Match[str]) -> tuple[datetime, datetime] | None:
    """From its first moment to the first one after it; None for a day that does not exist."""
    year, month, day = (
        int(date[iso] or date[other] or 0)
        for iso, other in (("year", "y"), ("month", "m"), ("day", "d"))
    )
    try:
        start = datetime(year, month or 1, day or 1)  # noqa: DTZ001  the camera's own clock
        if day:
            end = datetime.fromordinal(start.toordinal() + 1)
        elif month:
            end = datetime(year + month // 12, month % 12 + 1, 1)  # noqa: DTZ001
        else:
            end = datetime(year + 1, 1, 1)  # noqa: DTZ001
    except ValueError:
        return None
    return start, end
