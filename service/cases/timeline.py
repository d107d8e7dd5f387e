"""The timeline of a case: encounters along time, gaps, day and night, and dates in conflict."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from reid.identify.movement import Span
from reid.interchange.great_circle import Position
from service.web.labels import LETTER
from service.web.languages import gettext as _
from service.web.languages import pgettext
from service.web.words import count, day, elapsed, when

WIDTH = 620.0
LEFT, RIGHT = 24.0, 24.0
LANE, DOT = 46.0, 30.0  # lanes: of encounters that stand too close, one above the other
ABOVE, BELOW = 52.0, 64.0
DAWN, DUSK = 6, 18  # o'clock by the camera; what lies between counts as day
OLDEST = datetime(1990, 1, 1)  # noqa: DTZ001  no camera trap's clock: a battery was taken out
TICKS = 6
ONE_PLACE = timedelta(days=1)  # the axis is at least this long


@dataclass(frozen=True, slots=True)
class Stop:
    """One encounter in time and space. animal: its number in the most probable partition, from 0.

    spans: the recorded time first, then every other that somebody stated; empty without a time.
    position: latitude, longitude; None where it is not known.
    """

    letter: str
    animal: int
    title: str
    spans: tuple[Span, ...]
    position: Position | None = None

    @property
    def span(self) -> Span | None:
        """The recorded time."""
        return self.spans[0] if self.spans else None


@dataclass(frozen=True, slots=True)
class TimeDot:
    """One stated time of one encounter. stated: nobody's camera recorded it."""

    x: float
    y: float
    letter: str
    animal: int
    night: bool
    stated: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A date on the axis."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Gap:
    """The time between two encounters that follow each other, where it has room for its words."""

    x0: float
    x1: float
    label: str


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One encounter in the list below the drawing. flags: what is wrong with its dates."""

    stop: Stop
    light: str
    since: str
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TimelineView:
    """All of it. links: from the recorded to another stated time of one encounter.

    beside: letters of encounters that have no usable time and are not drawn.
    """

    dots: tuple[TimeDot, ...]
    links: tuple[tuple[TimeDot, TimeDot], ...]
    ticks: tuple[Tick, ...]
    gaps: tuple[Gap, ...]
    lines: tuple[TimelineLine, ...]
    beside: tuple[str, ...]
    axis: float
    height: float
    left: float = LEFT
    right: float = WIDTH - RIGHT
    width: float = WIDTH


def is_night(at: datetime) -> bool:
    """By the hour of the camera's clock alone; season and place are not asked."""
    return not DAWN <= at.hour < DUSK


def is_wrong(at: datetime, today: datetime) -> bool:
    """No camera can have recorded this: it lies ahead, or long before there were such cameras."""
    return at < OLDEST or at > today + timedelta(days=1)


def timeline(stops: Sequence[Stop], *, today: datetime) -> TimelineView | None:
    """Encounters along time; None where no time is known. today: wall clock."""
    if not any(stop.spans for stop in stops):
        return None
    usable = [
        (stop, span) for stop in stops for span in stop.spans if not is_wrong(span.start, today)
    ]
    first = min((span.start for _, span in usable), default=today)
    last = max((span.start for _, span in usable), default=today)
    place = _Axis(first, last)
    dots = _in_lanes([_dot(stop, span, place(span.start)) for stop, span in usable])
    deepest = max((dot.y for dot in dots), default=0.0)
    dots = [replace(dot, y=ABOVE + deepest - dot.y) for dot in dots]
    axis = ABOVE + deepest + DOT
    known = [stop for stop in stops if stop.spans and not is_wrong(stop.spans[0].start, today)]
    return TimelineView(
        dots=tuple(dots),
        links=tuple(_links(dots)),
        ticks=tuple(Tick(place(at), words) for at, words in ticks(first, last)),
        gaps=tuple(_gaps(known, place)),
        lines=tuple(_lines(stops, today)),
        beside=tuple(stop.letter for stop in stops if stop not in known),
        axis=axis,
        height=axis + BELOW,
    )


class _Axis:
    """Where a moment lies on the axis."""

    def __init__(self, first: datetime, last: datetime) -> None:
        self._span = max(last - first, ONE_PLACE)
        self._first = first - (self._span - (last - first)) / 2

    def __call__(self, at: datetime) -> float:
        share = (at - self._first) / self._span
        return LEFT + DOT / 2 + share * (WIDTH - LEFT - RIGHT - DOT)


def _dot(stop: Stop, span: Span, x: float) -> TimeDot:
    stated = span is not stop.spans[0]
    return TimeDot(x, 0.0, stop.letter, stop.animal, is_night(span.start), stated)


def _in_lanes(dots: Sequence[TimeDot]) -> list[TimeDot]:
    """Each in the lowest lane in which it has room; y counts lanes upwards, in units."""
    ends: list[float] = []
    placed = []
    for dot in sorted(dots, key=lambda dot: dot.x):
        lane = next((n for n, end in enumerate(ends) if dot.x - end >= DOT + 14), len(ends))
        ends[lane : lane + 1] = [dot.x]
        placed.append(replace(dot, y=lane * LANE))
    return placed


def _links(dots: Sequence[TimeDot]) -> list[tuple[TimeDot, TimeDot]]:
    recorded = {dot.letter: dot for dot in dots if not dot.stated}
    return [(recorded[dot.letter], dot) for dot in dots if dot.stated and dot.letter in recorded]


def _gaps(known: Sequence[Stop], place: _Axis) -> list[Gap]:
    """Between neighbours by their recorded time; where it is too narrow only the list says it."""
    ordered = sorted(known, key=lambda stop: stop.spans[0].start)
    gaps = []
    for stop, following in pairwise(ordered):
        x0, x1 = place(stop.spans[0].start), place(following.spans[0].start)
        label = between(stop.spans[0], following.spans[0])
        if x1 - x0 >= LETTER * len(label) + 8:
            gaps.append(Gap(x0, x1, label))
    return gaps


def between(span: Span, following: Span) -> str:
    """The time from the end of one to the start of the following: "43 days", "12 minutes"."""
    gap = max(timedelta(0), following.start - span.end)
    if timedelta(0) < gap < timedelta(hours=1):
        return count(max(1, round(gap / timedelta(minutes=1))), "minute")
    return elapsed(gap / timedelta(days=1))


def _lines(stops: Sequence[Stop], today: datetime) -> list[TimelineLine]:
    """Every encounter, oldest first, those without a time last."""
    before: Span | None = None
    lines = []
    in_time = sorted(stops, key=lambda s: (s.span is None, s.span.start if s.span else OLDEST))
    for stop in in_time:
        now = stop.span
        since = between(before, now) if before and now else ""
        lines.append(TimelineLine(stop, _light(now), since, tuple(_flags(stop, today))))
        if now and not is_wrong(now.start, today):
            before = now
    return lines


def _light(span: Span | None) -> str:
    if span is None:
        return ""
    return pgettext("light", "night") if is_night(span.start) else pgettext("light", "day")


def _flags(stop: Stop, today: datetime) -> list[str]:
    if not stop.spans:
        return [_("no time is known")]
    flags = []
    if is_wrong(stop.spans[0].start, today):
        flags.append(_("this date cannot be right: look at the camera's clock"))
    flags += [
        _("also stated: %(time)s (%(source)s)") % {"time": when(span.start), "source": span.source}
        for span in stop.spans[1:]
    ]
    return flags


def ticks(first: datetime, last: datetime) -> list[tuple[datetime, str]]:
    """At most `TICKS` round dates from first to last, with their names."""
    if last - first < timedelta(days=2):
        return [(first, when(first))]
    if last - first < timedelta(days=60):
        return _days(first, last)
    return _months(first, last)


def _days(first: datetime, last: datetime) -> list[tuple[datetime, str]]:
    start = first.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    whole = (last - start).days + 1
    step = next(n for n in (1, 2, 5, 10) if whole <= n * TICKS)
    days = (start + timedelta(days=n) for n in range(0, whole, step))
    return [(at, day(at)) for at in days]


def _months(first: datetime, last: datetime) -> list[tuple[datetime, str]]:
    begin, end = first.year * 12 + first.month, last.year * 12 + last.month - 1
    whole = end - begin + 1
    steps = (1, 2, 3, 6, *(12 * n for n in (1, 2, 5, 10, 20, 50)))
    step = next(n for n in steps if whole <= n * TICKS)
    numbers = [n for n in range(begin, end + 1) if n % step == 0]
    months = [datetime(n // 12, n % 12 + 1, 1) for n in numbers]  # noqa: DTZ001  the camera's
    return [(at, str(at.year) if step >= 12 else day(at)) for at in months]
