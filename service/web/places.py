"""Positions as those see them who must not learn where a camera hangs."""

DECIMALS = 1  # of a rounded position: a tenth of a degree is about 11 km

Position = tuple[float, float]
"""Latitude and longitude in degrees."""


def rounded(position: Position) -> Position:
    """A position that leads nobody to a camera."""
    return blurred(position[0]), blurred(position[1])


def blurred(degrees: float) -> float:
    """One coordinate of it; never -0.0."""
    return round(degrees, DECIMALS) + 0.0
