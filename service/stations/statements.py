"""What people state about deployments and clocks, out of forms and JSON: times, zones, degrees."""

from datetime import datetime

from reid.photo.clocks import FIXED
from service.photos.errors import HalfPosition
from service.stations.errors import BadDegrees, BadLocalTime, ZoneOfDeployment
from service.store.stations import NewDeployment


def local_time(moment: datetime) -> datetime:
    """A time of a wall clock. Raises ValueError for one with a zone."""
    if moment.tzinfo is not None:
        raise ValueError("a local time has no offset; say the zone beside it")
    return moment


def offset_zone(text: str) -> str:
    """A zone as it is kept. Raises ValueError for what is no offset."""
    if text not in {"", "unknown"} and not FIXED.fullmatch(text):
        raise ValueError("a zone is an offset such as +05:30, or unknown")
    return text or "unknown"


def time_of(text: str, *, end: bool = False) -> datetime | None:
    """A local time of a form; a date alone is its beginning, or its end. Raises BadLocalTime."""
    text = text.strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadLocalTime(text=text) from error
    if moment.tzinfo is not None:
        raise BadLocalTime(text=text)
    whole_day = len(text) <= 10 and end
    return moment.replace(hour=23, minute=59, second=59) if whole_day else moment


def moment_of(text: str, zone: str = "") -> datetime | None:
    """A true time of a form, with an offset where one is stated. Raises BadLocalTime.

    A date alone is no time of a photo.
    """
    text = text.strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text + (zone if zone and FIXED.fullmatch(zone) else ""))
    except ValueError as error:
        raise BadLocalTime(text=text) from error
    if len(text) <= 10:
        raise BadLocalTime(text=text)
    return moment


def degrees_of(text: str, name: str, least: float, most: float) -> float | None:
    """Degrees of a form, with a decimal point or comma; None for nothing. Raises BadDegrees."""
    text = text.strip().replace(",", ".").replace("\N{MINUS SIGN}", "-")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError as error:
        raise BadDegrees(value=text, name=name, least=least, most=most) from error
    if not least <= value <= most:
        raise BadDegrees(value=text, name=name, least=least, most=most)
    return value


def zone_of_form(text: str) -> str:
    """A zone of a form as it is kept. Raises ZoneOfDeployment."""
    try:
        return offset_zone(text.strip())
    except ValueError as error:
        raise ZoneOfDeployment(zone=text) from error


def whole_position(new: NewDeployment) -> NewDeployment:
    """The same. Raises HalfPosition where only one of latitude and longitude is stated."""
    if (new.latitude is None) != (new.longitude is None):
        raise HalfPosition()
    return new


def name_for(station: str, camera: str, starts_at: datetime | None) -> str:
    """A deployment's name where nobody gave one: "Ridge A 2024-03-01"."""
    day = f"{starts_at:%Y-%m-%d}" if starts_at else ""
    return " ".join(part for part in (station, camera, day) if part)[:200]
