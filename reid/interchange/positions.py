"""Positions in tables: both degrees or none, on the earth, and not where a receiver has no fix."""

from reid.errors import BadDataset
from reid.interchange.tables import decimal_number

Place = tuple[float, float] | tuple[None, None]
"""Latitude and longitude in degrees."""


class OutOfRange(
    BadDataset,
    message="line {line}, column {column}: {text} lies outside {least:g} to {most:g}",
): ...


class NoWholePosition(
    BadDataset, message="line {line}: a position needs both latitude and longitude"
): ...


class NullIsland(
    BadDataset, message="line {line}: 0, 0 is what a receiver without a fix writes: leave it empty"
): ...


def position(line: int, latitude: tuple[str, str], longitude: tuple[str, str]) -> Place:
    """A position. latitude, longitude: the column and its text. Raises BadDataset for none."""
    north = degrees(line, *latitude, -90, 90)
    east = degrees(line, *longitude, -180, 180)
    if north is None and east is None:
        return None, None
    if north is None or east is None:
        raise NoWholePosition(line=line)
    if north == east == 0:
        raise NullIsland(line=line)
    return north, east


def degrees(line: int, column: str, text: str, least: float, most: float) -> float | None:
    """Degrees between two limits; None for nothing. Raises BadDataset."""
    value = decimal_number(line, column, text)
    if value is not None and not least <= value <= most:
        raise OutOfRange(line=line, column=column, text=text, least=least, most=most)
    return value
