"""Date and time in the text that a camera prints on its photos; nothing is guessed.

A text may fit several forms of date and clock: 03/04/2018 is a day in March or in April, and 07:49
without AM or PM is in the morning or in the evening. All that it may mean is given, and only a
time counts where one moment is left; other photos of the camera can tell its form (`form_of`).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import NamedTuple

FIRST_YEAR = 2000  # before it no camera printed its photos' time
AGREEING = 2  # moments that tell the form of a camera
AHEAD = timedelta(days=1)  # of us, in another zone
TWELVE, TWENTY_FOUR = "12", "24"
HALF = "half"  # of a day, that is not printed or was not read
WIDE = range(0xFF01, 0xFF5F)  # letters of East Asian width
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january janv janvier januar ene enero",
            "feb february fev fevr fevrier februar febrero",
            "mar march mars marz mrz marzo",
            "apr april avr avril abr abril",
            "may mai mayo",
            "jun june juin juni junio",
            "jul july juil juillet juli julio",
            "aug august aou aout ago agosto",
            "sep sept september septembre septiembre",
            "oct october octobre okt oktober octubre",
            "nov november novembre noviembre",
            "dec december decembre dez dezember dic diciembre",
        ),
        1,
    )
    for name in names.split()
}

_BEFORE = r"(?<![0-9])(?<![0-9][-/.])"
_AFTER = r"(?:(?![-/.]?[0-9])|(?=[0-9]{2}:))"  # a time may follow without a space
_SEP = r"(?P<sep>[-/.])"
_NAME = r"(?P<name>[A-Za-z]{3,10})\.?"
_GAP = r"[-/., ]{0,2}"
DATES = (  # with the letters of day, month, year in the order in which they stand
    (
        ("ymd",),
        re.compile(rf"{_BEFORE}([0-9]{{4}}){_SEP}([0-9]{{1,2}})(?P=sep)([0-9]{{1,2}}){_AFTER}"),
    ),
    (
        ("dmy", "mdy"),
        re.compile(rf"{_BEFORE}([0-9]{{1,2}}){_SEP}([0-9]{{1,2}})(?P=sep)([0-9]{{4}}){_AFTER}"),
    ),
    (
        ("dmy", "mdy", "ymd"),
        re.compile(rf"{_BEFORE}([0-9]{{2}}){_SEP}([0-9]{{2}})(?P=sep)([0-9]{{2}}){_AFTER}"),
    ),
    (("dny",), re.compile(rf"{_BEFORE}([0-9]{{1,2}}){_GAP}{_NAME}{_GAP}([0-9]{{4}}){_AFTER}")),
    (("ynd",), re.compile(rf"{_BEFORE}([0-9]{{4}}){_GAP}{_NAME}{_GAP}([0-9]{{1,2}}){_AFTER}")),
    (
        ("ndy",),
        re.compile(rf"(?<![A-Za-z]){_NAME}{_GAP}([0-9]{{1,2}})[-/., ]{{1,2}}([0-9]{{4}}){_AFTER}"),
    ),
    (
        ("dny", "ynd"),
        re.compile(rf"{_BEFORE}([0-9]{{2}}){_GAP}{_NAME}{_GAP}([0-9]{{2}}){_AFTER}"),
    ),
)
TIME = re.compile(
    r"(?<![0-9][:.])(?P<hour>(?<![0-9])[0-9]{1,2}|(?<=[0-9]{2})[0-9]{2})"
    r":(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?(?![0-9:])"
    r"(?: {0,2}(?P<half>[AaPp]\.?[Mm](?![a-z])))?"
)


class BannerForm(NamedTuple):
    """How a camera prints, as far as it is known; "" is unknown.

    order: of day, month and year, n for a month by its name. clock: TWELVE, TWENTY_FOUR or HALF.
    """

    order: str = ""
    clock: str = ""

    def fits(self, other: "BannerForm") -> bool:
        """Whether a reading of that form may come from a camera of this one."""
        return self.order in ("", other.order) and self.clock in ("", other.clock)


UNKNOWN_FORM = BannerForm()


@dataclass(frozen=True, slots=True)
class BannerTime:
    """What a printed text may mean. moments: by each form that it fits; naive, as the clock showed.

    spans: places of date and time in the text.
    """

    moments: Mapping[BannerForm, datetime] = field(default_factory=dict)
    spans: tuple[tuple[int, int], ...] = ()

    def fitting(self, form: BannerForm = UNKNOWN_FORM) -> set[datetime]:
        """All that it may mean, of a camera of this form."""
        return {moment for one, moment in self.moments.items() if form.fits(one)}

    def by(self, form: BannerForm = UNKNOWN_FORM) -> datetime | None:
        """The moment, where all that fits the form of the camera means the same one."""
        moments = self.fitting(form)
        return moments.pop() if len(moments) == 1 else None


NOTHING = BannerTime()


def parse(text: str, *, today: date | None = None) -> BannerTime:
    """All that a printed text may mean; nothing where it names two dates or two times.

    today: dates later than the day after it are misread.
    """
    plain = _plain(text)
    days = list(_dates(plain, today or datetime.now(UTC).date()))
    times = list(TIME.finditer(plain))
    if not days or not times:
        return NOTHING
    hours = [_hours(match) for match in times]
    if any(one != hours[0] for one in hours) or any(one[0] != days[0][0] for one in days):
        return NOTHING
    moments = {
        BannerForm(order, clock): datetime(*day, *time)  # noqa: DTZ001  a wall clock
        for (order, day), (clock, time) in product(days[0][0].items(), hours[0].items())
    }
    if not moments or _torn(plain, days[0][1], times[0].span()):
        return NOTHING
    return BannerTime(moments, (days[0][1], times[0].span()))


def form_of(readings: Iterable[BannerTime]) -> BannerForm:
    """What the photos of one camera tell of the form of its banner.

    Order and clock each need photos of two moments that allow nothing else, as one photo may be
    misread, and no photo that allows another one only.
    """
    orders: dict[str, set[frozenset[datetime]]] = {}
    clocks: dict[str, set[frozenset[datetime]]] = {}
    for reading in readings:
        for part, sure in ((0, orders), (1, clocks)):
            parts = {form[part] for form in reading.moments}
            if len(parts) == 1:
                sure.setdefault(parts.pop(), set()).add(frozenset(reading.moments.values()))
    return BannerForm(_only(orders), _only(clocks))


def _only(sure: Mapping[str, set[frozenset[datetime]]]) -> str:
    """The only form that some photos allow, if enough do."""
    if len(sure) != 1:
        return ""
    ((form, moments),) = sure.items()
    return form if len(moments) >= AGREEING else ""


def _torn(text: str, day: tuple[int, int], time: tuple[int, int]) -> bool:
    """Whether a digit of date or time may stand apart: "1 2/05/2018", "2018-05-1 7 6:44"."""
    for start, end in (day, time):
        before, after = text[:start].rstrip(" "), text[end:].lstrip(" ")
        single = not text[start + 1 : start + 2].isdigit()
        if single and before[-1:].isdigit() and len(before) not in (day[1], time[1]):
            return True
        if after[:1] == ":":
            return True
    short = text[day[1] - 2 : day[1] - 1] in "-/., " and text[day[1] - 1].isdigit()
    behind = text[day[1] :].lstrip(" ")
    return short and behind[:1].isdigit() and len(text) - len(behind) != time[0]


def _plain(text: str) -> str:
    """The same letters in place, without accents and wide forms."""
    return "".join(_letter(letter) for letter in text)


def _letter(letter: str) -> str:
    if ord(letter) in WIDE:
        return chr(ord(letter) - WIDE.start + ord("!"))
    bare = unicodedata.normalize("NFD", letter)[0]
    return bare if bare.isascii() else letter


def _dates(
    text: str, today: date
) -> Iterator[tuple[dict[str, tuple[int, int, int]], tuple[int, int]]]:
    """What each date in a text may mean, year, month and day by order, and its place."""
    for orders, pattern in DATES:
        for match in pattern.finditer(text):
            parts = [part for name, part in _groups(match) if name != "sep"]
            meant = {}
            for order in orders:
                day = _day(dict(zip(order, parts, strict=True)))
                if day is not None and day.year >= FIRST_YEAR and day <= today + AHEAD:
                    meant[order] = (day.year, day.month, day.day)
            if meant or "n" not in orders[0]:
                yield meant, match.span()


def _groups(match: re.Match[str]) -> Iterator[tuple[str, str]]:
    """Names and texts of the groups, in their order; "" for one without a name."""
    names = {number: name for name, number in match.re.groupindex.items()}
    return ((names.get(n, ""), match[n]) for n in range(1, match.re.groups + 1))


def _day(parts: Mapping[str, str]) -> date | None:
    """The day of these parts by letter; None where there is none."""
    month = int(parts["m"]) if "m" in parts else MONTHS.get(parts["n"].lower(), 0)
    year = int(parts["y"]) + (2000 if len(parts["y"]) == 2 else 0)
    try:
        return date(year, month, int(parts["d"]))
    except ValueError:
        return None


def _hours(match: re.Match[str]) -> dict[str, tuple[int, int, int]]:
    """What a time may mean, hour, minute and second by clock; one with twelve names the half."""
    hour, minute, second = (int(match[n] or 0) for n in ("hour", "minute", "second"))
    if minute > 59 or second > 59 or hour > 23:
        return {}
    half = (match["half"] or "").replace(".", "").upper()
    if half:
        later = 12 if half == "PM" else 0
        return {TWELVE: (hour % 12 + later, minute, second)} if 1 <= hour <= 12 else {}
    if not 1 <= hour <= 12:
        return {TWENTY_FOUR: (hour, minute, second)}
    return {TWENTY_FOUR: (hour, minute, second), HALF: ((hour + 12) % 24, minute, second)}
