"""How far two positions on the earth lie apart."""

from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0088  # mean radius

Position = tuple[float, float]  # latitude, longitude in degrees


def great_circle_km(position0: Position, position1: Position) -> float:
    """Distance of two positions (latitude, longitude in degrees) by the haversine formula."""
    (lat0, lon0), (lat1, lon1) = (
        (radians(v) for v in position) for position in (position0, position1)
    )
    half = sin((lat1 - lat0) / 2) ** 2 + cos(lat0) * cos(lat1) * sin((lon1 - lon0) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))
