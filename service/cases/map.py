"""The map of a case: stations, encounters and the ways between them, as numbers for an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot

from reid.interchange.great_circle import Position, great_circle_km
from reid.interchange.obscuring import Telling
from service.cases.timeline import Stop, between
from service.web.grid_map import (
    HEIGHT,
    INSIDE,
    WIDTH,
    GridLine,
    Projection,
    Scale,
    Spot,
    fitted,
    grid,
    name_cut,
    scale_bar,
)
from service.web.labels import Corner, Frame, free_spot
from service.web.languages import gettext as _
from service.web.languages import pgettext
from service.web.quantities import kilometres_within
from service.web.words import decimal

DOT, ROW = 30.0, 5


@dataclass(frozen=True, slots=True)
class MapDot:
    """One encounter in a drawing. x, y: of its centre."""

    x: float
    y: float
    letter: str
    animal: int


@dataclass(frozen=True, slots=True)
class StationMark:
    """A place. names: of the stations there, written at label."""

    x: float
    y: float
    names: str
    label: Corner
    dots: tuple[MapDot, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """The way from one encounter to the next in time, a curve. same: by the best partition."""

    path: str
    head: str
    label: str
    x: float
    y: float
    same: bool


@dataclass(frozen=True, slots=True)
class MapLeg:
    """The same as a line of the list below the map."""

    name: str
    distance: str
    between: str
    same: bool


@dataclass(frozen=True, slots=True)
class MapView:
    """All of it. unplaced: encounters without a position. telling: how positions are."""

    stations: tuple[StationMark, ...]
    meridians: tuple[GridLine, ...]
    parallels: tuple[GridLine, ...]
    arrows: tuple[Arrow, ...]
    legs: tuple[MapLeg, ...]
    scale: Scale
    unplaced: tuple[Stop, ...]
    telling: Telling
    frame: Frame
    width: float = WIDTH
    height: float = HEIGHT


def map_view(stops: Sequence[Stop], telling: Telling) -> MapView | None:
    """The map of encounters, oldest first; None where no position is known, or told.

    Nothing is drawn or measured but what is told of positions.
    """
    here = [stop for stop in stops if telling.position(stop.position)]
    if not here:
        return None
    shown = {stop.letter: place for stop in here if (place := telling.position(stop.position))}
    project = fitted(list(shown.values()), exact=telling.exact)
    frame = INSIDE
    taken: list[Frame] = []
    stations = _stations(here, shown, project, frame, taken)
    meridians, parallels = grid(project, frame, exact=telling.exact)
    return MapView(
        stations=tuple(stations),
        meridians=tuple(meridians),
        parallels=tuple(parallels),
        arrows=tuple(
            _arrows(here, {n: project(at) for n, at in shown.items()}, frame, taken, telling)
        ),
        legs=tuple(_leg(a, b, telling) for a, b in _in_time(here)),
        scale=scale_bar(project.pixels, (frame.x1 - frame.x0) / 4),
        unplaced=tuple(stop for stop in stops if not stop.position),
        telling=telling,
        frame=frame,
    )


def _stations(
    here: Sequence[Stop],
    shown: dict[str, Position],
    project: Projection,
    frame: Frame,
    taken: list[Frame],
) -> list[StationMark]:
    """A mark a place, its encounters in rows above it. taken: gains what dots and names cover."""
    together: dict[Spot, list[Stop]] = {}
    for stop in here:
        x, y = project(shown[stop.letter])
        together.setdefault((round(x), round(y)), []).append(stop)
    rows = {at: _dots(at, stops) for at, stops in together.items()}
    for at, dots in rows.items():
        taken.append(Frame(at[0] - 8, at[1] - 8, at[0] + 8, at[1] + 8))
        taken += [Frame(d.x - 14, d.y - 14, d.x + 14, d.y + 14) for d in dots]
    marks = []
    for at, stops in together.items():
        names = name_cut(", ".join(dict.fromkeys(stop.title for stop in stops)))
        label = free_spot(at, names, frame, taken)
        marks.append(StationMark(*at, names, label, rows[at]))
    return marks


def _dots(at: Spot, stops: Sequence[Stop]) -> tuple[MapDot, ...]:
    dots = []
    for n, stop in enumerate(stops):
        row, column = divmod(n, ROW)
        wide = min(len(stops) - row * ROW, ROW)
        x = at[0] + (column - (wide - 1) / 2) * DOT
        dots.append(MapDot(x, at[1] - 26 - row * DOT, stop.letter, stop.animal))
    return tuple(dots)


def _in_time(here: Sequence[Stop]) -> list[tuple[Stop, Stop]]:
    """Each encounter whose time is known, with the next one."""
    known = sorted((stop.span.start, n) for n, stop in enumerate(here) if stop.span)
    ordered = [here[n] for _, n in known]
    return list(pairwise(ordered))


def _leg(stop: Stop, following: Stop, telling: Telling) -> MapLeg:
    name = f"{stop.letter} → {following.letter}"
    apart = between(stop.span, following.span) if stop.span and following.span else ""
    return MapLeg(name, _distance(stop, following, telling), apart, stop.animal == following.animal)


def _distance(stop: Stop, following: Stop, telling: Telling) -> str:
    if stop.position is None or following.position is None:
        return pgettext("distance", "unknown")
    if telling.squares:
        return kilometres_within(telling.squares.apart_km(stop.position, following.position))
    km = great_circle_km(stop.position, following.position)
    return _("same place") if km < 0.05 else _("%(km)s km") % {"km": decimal(km, 1)}


def _arrows(
    here: Sequence[Stop],
    at: dict[str, Spot],
    frame: Frame,
    taken: list[Frame],
    telling: Telling,
) -> list[Arrow]:
    """Curves from place to place; those of one pair of places bend more and more."""
    drawn: dict[tuple[Spot, ...], int] = {}
    arrows = []
    for stop, following in _in_time(here):
        start, end = at[stop.letter], at[following.letter]
        long = hypot(end[0] - start[0], end[1] - start[1])
        if long < 30:
            continue
        times = drawn[start, end] = drawn.get((start, end), 0) + 1
        leg = _leg(stop, following, telling)
        words = f"{leg.name}: {leg.distance}, {leg.between}"
        arrows.append(_curve(start, end, long, 26.0 * times, words, leg.same, frame, taken))
    return arrows


def _curve(
    start: Spot,
    end: Spot,
    long: float,
    bend: float,
    words: str,
    same: bool,
    frame: Frame,
    taken: list[Frame],
) -> Arrow:
    """A quadratic curve that bends to its right, away from both marks, with a head."""
    ux, uy = (end[0] - start[0]) / long, (end[1] - start[1]) / long
    middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    control = middle[0] - uy * 2 * bend, middle[1] + ux * 2 * bend
    away = min(14.0, long / 4)
    ends = [_towards(start, control, away), _towards(end, control, away)]
    (x0, y0), (x1, y1) = ends
    back = _towards(ends[1], control, 11.0)
    dx, dy = (ends[1][0] - back[0]) * 0.45, (ends[1][1] - back[1]) * 0.45
    sides = (back[0] - dy, back[1] + dx), (back[0] + dy, back[1] - dx)
    head = " ".join(f"{x:.1f},{y:.1f}" for x, y in (ends[1], *sides))
    path = f"M{x0:.1f} {y0:.1f}Q{control[0]:.1f} {control[1]:.1f} {x1:.1f} {y1:.1f}"
    top = middle[0] - uy * bend, middle[1] + ux * bend
    label = free_spot(top, words, frame, taken, centred=True)
    return Arrow(path, head, words, label.x, label.y, same)


def _towards(start: Spot, end: Spot, by: float) -> Spot:
    long = hypot(end[0] - start[0], end[1] - start[1]) or 1.0
    return start[0] + (end[0] - start[0]) * by / long, start[1] + (end[1] - start[1]) * by / long
