"""Places for those who may not know where a camera hangs: as points of squares, or not at all.

What is told of a position is a function of its square alone: a point of the square, and from how
near to how far two squares lie apart. So many answers say no more than one. The best guess, the
middle of a square of 0.3°, is 12.8 km off on average; squares of 0.2°, as iNaturalist has them,
would give 8.5 km, so none finer than 0.3° are offered.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha256
from itertools import product
from math import asin, ceil, cos, floor, radians, sin, sqrt

from reid.interchange.great_circle import EARTH_KM, Position, great_circle_km

NEVER_NEARER_KM = 11.0  # promised: an attacker's mean error is above it
STEP = 10  # kilometres to which bounds of a distance are told
FARTHEST_NORTH = 70.0  # degrees from the equator up to which the uncertainty holds
KM_A_DEGREE = radians(1) * EARTH_KM


@dataclass(frozen=True, slots=True)
class Squares:
    """The earth in squares. side: degrees of latitude; as many kilometres from west to east."""

    side: float

    @property
    def km(self) -> int:
        """Width and height of a square for words."""
        return round(self.side * KM_A_DEGREE)

    @property
    def uncertainty_m(self) -> int:
        """No place of a square is farther from the point that is told; whole kilometres."""
        return _uncertainty_m(self.side)

    def around(self, position: Position) -> tuple[float, float, float, float]:
        """South, west, north and east of the square that a position lies in, degrees."""
        latitude, longitude = position
        side, rows = self.side, round(180 / self.side)
        row = min(max(floor((latitude + 90) / side), 0), rows - 1)
        south = row * side - 90
        narrow = cos(radians(max(abs(south), abs(south + side))))
        columns = max(1, floor(360 * narrow / side))
        width = 360 / columns
        column = min(max(floor((longitude + 180) / width), 0), columns - 1)
        west = column * width - 180
        return south, west, south + side, west + width

    def point(self, position: Position) -> Position:
        """A point of its square to a tenth of a degree: drawn at random, the same every time."""
        south, west, north, east = self.around(position)
        chance = sha256(f"{south:.1f} {west:.4f}".encode()).digest()
        return (
            _tenth(south, north, int.from_bytes(chance[:4])),
            _tenth(west, east, int.from_bytes(chance[4:8])),
        )

    def apart_km(self, position0: Position, position1: Position) -> tuple[float, float]:
        """From how near to how far the two squares lie apart, in steps outwards."""
        square0, square1 = self.around(position0), self.around(position1)
        near = 0.0 if square0 == square1 else _nearest_km(square0, square1)
        (middle0, reach0), (middle1, reach1) = _middle(square0), _middle(square1)
        far = great_circle_km(middle0, middle1) + reach0 + reach1
        return float(STEP * floor(near / STEP)), float(STEP * ceil(far / STEP))


class Telling(StrEnum):
    """How places are told to somebody. Everything but EXACT is a level that a catalogue may choose.

    WITHHELD: no position, no distance and no rating of a way.
    """

    EXACT = "exact"
    SQUARES_33_KM = "33km"
    SQUARES_111_KM = "111km"
    WITHHELD = "withheld"

    @property
    def exact(self) -> bool:
        """Whether positions are told as they are."""
        return self is Telling.EXACT

    @property
    def withheld(self) -> bool:
        """Whether nothing is told of positions."""
        return self is Telling.WITHHELD

    @property
    def squares(self) -> Squares | None:
        """Of which points stand for positions; None where none do."""
        return SQUARES.get(self)

    def position(self, position: Position | None) -> Position | None:
        """What is told of a position; the same for what was told before."""
        if position is None or self.withheld:
            return None
        return self.squares.point(position) if self.squares else position


SQUARES = {Telling.SQUARES_33_KM: Squares(0.3), Telling.SQUARES_111_KM: Squares(1.0)}


def _tenth(low: float, high: float, chance: int) -> float:
    """One of the tenths between two numbers, never -0.0."""
    first, last = floor(low * 10 + 1e-6) + 1, ceil(high * 10 - 1e-6) - 1
    return (first + chance % (last - first + 1)) / 10 + 0.0


@cache
def _uncertainty_m(side: float) -> int:
    """The longest diagonal of a square, of all rows with places up to FARTHEST_NORTH."""
    squares = Squares(side)
    latitudes = [side * n for n in range(floor(FARTHEST_NORTH / side) + 1)]
    longest = 0.0
    for latitude in (*latitudes, FARTHEST_NORTH):
        south, west, north, east = squares.around((latitude, 0.0))
        longest = max(longest, great_circle_km((south, west), (north, east)))
    return 1000 * ceil(longest)


def _nearest_km(
    square0: tuple[float, float, float, float], square1: tuple[float, float, float, float]
) -> float:
    """A distance that no two points of them fall below."""
    (south0, west0, north0, east0), (south1, west1, north1, east1) = square0, square1
    high = max(0.0, south1 - north0, south0 - north1)
    middles = (west0 + east0) / 2, (west1 + east1) / 2
    between = abs((middles[0] - middles[1] + 180) % 360 - 180)
    wide = max(0.0, between - (east0 - west0 + east1 - west1) / 2)
    pole = max(abs(edge) for edge in (south0, north0, south1, north1))
    half = sin(radians(high) / 2) ** 2 + (cos(radians(pole)) * sin(radians(wide) / 2)) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def _middle(square: tuple[float, float, float, float]) -> tuple[Position, float]:
    """The middle of a square, and how far its farthest corner is from there."""
    south, west, north, east = square
    middle = (south + north) / 2, (west + east) / 2
    corners = product((south, north), (west, east))
    return middle, max(great_circle_km(middle, corner) for corner in corners)
