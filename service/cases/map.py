"""The map of a case: stations, encounters and the ways between them, as numbers for an SVG.

No tiles, nothing from outside: a local equirectangular projection around the case, with a grid of
coordinates, a scale bar and north up. A degree of longitude is as long as on the middle parallel;
over the few hundred kilometres of a case that is wrong by less than a pixel or two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, cos, floor, hypot, log10, pi, radians

from reid.identify.movement import EARTH_KM, Position, great_circle_km
from service.cases.labels import Corner, Frame, free_spot
from service.cases.timeline import Stop, between
from service.web.languages import gettext as _
from service.web.languages import pgettext
from service.web.quantities import DECIMALS, rounded
from service.web.words import decimal

WIDTH, HEIGHT = 620.0, 420.0
LEFT, RIGHT, TOP, BOTTOM = 58.0, 14.0, 14.0, 32.0
PAD = 70.0  # around the outermost stations, for names and dots
DOT, ROW = 30.0, 5
KM_PER_DEGREE = EARTH_KM * pi / 180
LEAST_KM, LEAST_ROUNDED_KM = 2.0, 40.0  # the width of the map, where all is in one place
STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0)
NAME = 26  # letters of a station's name that are drawn

Spot = tuple[float, float]  # x to the right, y down


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
class GridLine:
    """A parallel or a meridian, from (x0, y0) to (x1, y1), and its label."""

    x0: float
    y0: float
    x1: float
    y1: float
    label: str


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
class Scale:
    """The scale bar. length: in the units of the drawing; km: what it stands for."""

    length: float
    km: float
    label: str


@dataclass(frozen=True, slots=True)
class MapView:
    """All of it. unplaced: encounters without a position. exact: positions as they are."""

    stations: tuple[StationMark, ...]
    meridians: tuple[GridLine, ...]
    parallels: tuple[GridLine, ...]
    arrows: tuple[Arrow, ...]
    legs: tuple[MapLeg, ...]
    scale: Scale
    unplaced: tuple[Stop, ...]
    exact: bool
    frame: Frame
    width: float = WIDTH
    height: float = HEIGHT


@dataclass(frozen=True, slots=True)
class Projection:
    """Where a position lies in the drawing. pixels: units of the drawing a kilometre."""

    middle: Position
    pixels: float

    def __call__(self, position: Position) -> Spot:
        """x to the east, y to the south."""
        north = (position[0] - self.middle[0]) * KM_PER_DEGREE
        east = turned(position[1] - self.middle[1]) * self.across
        x = (LEFT + WIDTH - RIGHT) / 2 + east * self.pixels
        return x, (TOP + HEIGHT - BOTTOM) / 2 - north * self.pixels

    @property
    def across(self) -> float:
        """Kilometres a degree of longitude."""
        return KM_PER_DEGREE * max(cos(radians(self.middle[0])), 0.01)


def turned(degrees: float) -> float:
    """A difference of longitudes, the short way round: -180 up to 180."""
    return (degrees + 180) % 360 - 180


def placed(position: Position | None, *, exact: bool) -> str:
    """A position for people: "43.1234, 54.0000", or "43.1, 54.0" for who may not see more."""
    if position is None:
        return _("position unknown")
    decimals = 4 if exact else DECIMALS
    return ", ".join(f"{value:.{decimals}f}" for value in position)


def map_view(stops: Sequence[Stop], *, exact: bool) -> MapView | None:
    """The map of encounters, oldest first; None where no position is known.

    exact False: positions are rounded before anything is drawn; distances stay what they are.
    """
    here = [stop for stop in stops if stop.position]
    if not here:
        return None
    shown = {stop.letter: _shown(stop, exact=exact) for stop in here}
    project = _fitted(list(shown.values()), exact=exact)
    frame = Frame(LEFT, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM)
    taken: list[Frame] = []
    stations = _stations(here, shown, project, frame, taken)
    meridians, parallels = _grid(project, frame, exact=exact)
    return MapView(
        stations=tuple(stations),
        meridians=tuple(meridians),
        parallels=tuple(parallels),
        arrows=tuple(_arrows(here, {n: project(at) for n, at in shown.items()}, frame, taken)),
        legs=tuple(_leg(a, b) for a, b in _in_time(here)),
        scale=scale_bar(project.pixels, (frame.x1 - frame.x0) / 4),
        unplaced=tuple(stop for stop in stops if not stop.position),
        exact=exact,
        frame=frame,
    )


def scale_bar(pixels: float, longest: float) -> Scale:
    """The longest bar of 1, 2 or 5 times a power of ten of kilometres that is not over `longest`.

    pixels: units of the drawing a kilometre.
    """
    most = longest / pixels
    power = 10.0 ** floor(log10(most))
    km = max(step * power for step in (1, 2, 5) if step * power <= most * (1 + 1e-9))
    label = f"{km:g} km" if km >= 1 else f"{1000 * km:g} m"
    return Scale(km * pixels, km, label)


def grid_step(span: float, *, least: float = 0.0) -> float:
    """Degrees from line to line: the finest step that leaves at most five lines over `span`."""
    return next((step for step in STEPS if step >= least and span / step <= 5), STEPS[-1])


def _shown(stop: Stop, *, exact: bool) -> Position:
    assert stop.position is not None  # noqa: S101
    return stop.position if exact else rounded(stop.position)


def _fitted(places: Sequence[Position], *, exact: bool) -> Projection:
    """The projection in which all places fit."""
    first = places[0][1]
    easts = [turned(lon - first) for _, lon in places]
    norths = [lat for lat, _ in places]
    lon = turned(first + (min(easts) + max(easts)) / 2)
    middle = ((min(norths) + max(norths)) / 2, lon)
    across = Projection(middle, 1.0).across
    wide = (max(easts) - min(easts)) * across
    high = (max(norths) - min(norths)) * KM_PER_DEGREE
    room = WIDTH - LEFT - RIGHT - 2 * PAD, HEIGHT - TOP - BOTTOM - 2 * PAD
    least = LEAST_KM if exact else LEAST_ROUNDED_KM
    pixels = min(room[0] / max(wide, 1e-9), room[1] / max(high, 1e-9), room[0] / least)
    return Projection(middle, pixels)


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
        names = _cut(", ".join(dict.fromkeys(stop.title for stop in stops)))
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


def _cut(name: str) -> str:
    return name if len(name) <= NAME else f"{name[: NAME - 1]}…"


def _grid(
    project: Projection, frame: Frame, *, exact: bool
) -> tuple[list[GridLine], list[GridLine]]:
    """Meridians and parallels that cross the frame."""
    per_lon, per_lat = project.across * project.pixels, KM_PER_DEGREE * project.pixels
    least = 0.0 if exact else 10**-DECIMALS
    step = grid_step((frame.x1 - frame.x0) / per_lon, least=least)
    centre = (frame.x0 + frame.x1) / 2, (frame.y0 + frame.y1) / 2
    meridians = []
    for lon in _multiples(project.middle[1], (frame.x1 - centre[0]) / per_lon, step):
        x = centre[0] + (lon - project.middle[1]) * per_lon
        meridians.append(GridLine(x, frame.y0, x, frame.y1, _degrees(turned(lon), step, "E", "W")))
    parallels = []
    for lat in _multiples(project.middle[0], (frame.y1 - centre[1]) / per_lat, step):
        if abs(lat) <= 90:
            y = centre[1] - (lat - project.middle[0]) * per_lat
            parallels.append(GridLine(frame.x0, y, frame.x1, y, _degrees(lat, step, "N", "S")))
    return meridians, parallels


def _multiples(middle: float, around: float, step: float) -> list[float]:
    first, last = ceil((middle - around) / step), floor((middle + around) / step)
    return [n * step for n in range(first, last + 1)]


def _degrees(value: float, step: float, above: str, below: str) -> str:
    decimals = max(0, ceil(-log10(step) - 1e-9))
    side = "" if abs(value) < step / 2 else f" {above if value > 0 else below}"
    return f"{abs(value):.{decimals}f}°{side}"


def _in_time(here: Sequence[Stop]) -> list[tuple[Stop, Stop]]:
    """Each encounter whose time is known, with the next one."""
    known = sorted((stop.span.start, n) for n, stop in enumerate(here) if stop.span)
    ordered = [here[n] for _, n in known]
    return list(pairwise(ordered))


def _leg(stop: Stop, following: Stop) -> MapLeg:
    name = f"{stop.letter} → {following.letter}"
    apart = between(stop.span, following.span) if stop.span and following.span else ""
    return MapLeg(name, _distance(stop, following), apart, stop.animal == following.animal)


def _distance(stop: Stop, following: Stop) -> str:
    if stop.position is None or following.position is None:
        return pgettext("distance", "unknown")
    km = great_circle_km(stop.position, following.position)
    return _("same place") if km < 0.05 else _("%(km)s km") % {"km": decimal(km, 1)}


def _arrows(
    here: Sequence[Stop],
    at: dict[str, Spot],
    frame: Frame,
    taken: list[Frame],
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
        leg = _leg(stop, following)
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
