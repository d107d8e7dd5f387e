"""Places for those who may not know where a camera hangs: squares of 33 km, as iNaturalist does it.

What is told of a position is a function of its square alone: a point of the square, and from how
near to how far two squares lie apart. So many answers say no more than one, and the best guess, the
middle of the square, is 12.8 km off on average. iNaturalist's squares of 0.2° would give 8.5 km.
"""

from hashlib import sha256
from itertools import product
from math import asin, ceil, cos, floor, radians, sin, sqrt

from reid.interchange.great_circle import EARTH_KM, Position, great_circle_km

SIDE = 0.3  # degrees of latitude, 33.4 km; as many kilometres from west to east
ROWS = round(180 / SIDE)
NEVER_NEARER_KM = 11.0  # promised: an attacker's mean error is above it
UNCERTAINTY_M = 48_000  # from the point that is told to the farthest corner of its square
STEP = 10  # kilometres to which bounds of a distance are told


def square_of(position: Position) -> tuple[float, float, float, float]:
    """South, west, north and east of the square that a position lies in, degrees."""
    latitude, longitude = position
    row = min(max(floor((latitude + 90) / SIDE), 0), ROWS - 1)
    south = row * SIDE - 90
    narrow = cos(radians(max(abs(south), abs(south + SIDE))))
    columns = max(1, floor(360 * narrow / SIDE))
    width = 360 / columns
    column = min(max(floor((longitude + 180) / width), 0), columns - 1)
    west = column * width - 180
    return south, west, south + SIDE, west + width


def obscured(position: Position) -> Position:
    """A point of its square to a tenth of a degree: drawn at random, the same one every time."""
    south, west, north, east = square_of(position)
    chance = sha256(f"{south:.1f} {west:.4f}".encode()).digest()
    return (
        _tenth(south, north, int.from_bytes(chance[:4])),
        _tenth(west, east, int.from_bytes(chance[4:8])),
    )


def _tenth(low: float, high: float, chance: int) -> float:
    """One of the tenths between two numbers, never -0.0."""
    first, last = floor(low * 10 + 1e-6) + 1, ceil(high * 10 - 1e-6) - 1
    return (first + chance % (last - first + 1)) / 10 + 0.0


def apart_km(position0: Position, position1: Position) -> tuple[float, float]:
    """From how near to how far the two squares lie apart, in steps outwards."""
    square0, square1 = square_of(position0), square_of(position1)
    near = 0.0 if square0 == square1 else _nearest_km(square0, square1)
    (middle0, reach0), (middle1, reach1) = _middle(square0), _middle(square1)
    far = great_circle_km(middle0, middle1) + reach0 + reach1
    return float(STEP * floor(near / STEP)), float(STEP * ceil(far / STEP))


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
