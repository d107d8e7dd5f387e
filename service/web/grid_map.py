"""Maps without tiles: a local projection, a grid of coordinates and a scale bar, for an SVG.

Nothing comes from outside: a local equirectangular projection around the places, with north up. A
degree of longitude is as long as on the middle parallel; over a few hundred kilometres that is
wrong by less than a pixel or two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, cos, floor, log10, pi, radians

from reid.interchange.great_circle import EARTH_KM, Position
from reid.interchange.obscuring import Telling
from service.web.labels import Frame
from service.web.languages import gettext as _

WIDTH, HEIGHT = 620.0, 420.0
LEFT, RIGHT, TOP, BOTTOM = 58.0, 14.0, 14.0, 32.0
PAD = 70.0  # around the outermost stations, for names and dots
DECIMALS = 1  # of a position that stands for its square
KM_PER_DEGREE = EARTH_KM * pi / 180
LEAST_KM, LEAST_ROUNDED_KM = 2.0, 40.0  # the width of the map, where all is in one place
STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0)
NAME = 26  # letters of a station's name that are drawn
INSIDE = Frame(LEFT, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM)

Spot = tuple[float, float]  # x to the right, y down


@dataclass(frozen=True, slots=True)
class GridLine:
    """A parallel or a meridian, from (x0, y0) to (x1, y1), and its label."""

    x0: float
    y0: float
    x1: float
    y1: float
    label: str


@dataclass(frozen=True, slots=True)
class Scale:
    """The scale bar. length: in the units of the drawing; km: what it stands for."""

    length: float
    km: float
    label: str


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


def placed(position: Position | None, telling: Telling) -> str:
    """What is told of a position: "43.1234, 54.0000", or "43.1, 54.0" for who may not see more."""
    if telling.withheld:
        return _("position withheld")
    shown = telling.position(position)
    if shown is None:
        return _("position unknown")
    decimals = 4 if telling.exact else DECIMALS
    return ", ".join(f"{value:.{decimals}f}" for value in shown)


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


def fitted(places: Sequence[Position], *, exact: bool) -> Projection:
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


def name_cut(name: str) -> str:
    """A name as short as it is drawn."""
    return name if len(name) <= NAME else f"{name[: NAME - 1]}…"


def grid(
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
