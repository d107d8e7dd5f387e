"""When, with which camera and where a photo was taken, as far as its file says so."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from PIL.ExifTags import GPS, IFD, Base
from PIL.Image import Exif

from reid.errors import InputError
from reid.photo.file_names import number_in
from reid.photo.images import exif, opened, quiet
from reid.photo.maker_notes import maker_note

# Camera traps and archives write 2019-03-01_19-49-36, 20190301_194936, 2009-04-21__00-40-00(1) ...
IN_NAME = re.compile(
    r"(?<!\d)(\d{4})[-_.]?(\d\d)[-_.]?(\d\d)[-_T. ]{1,2}(\d\d)[-_.h]?(\d\d)[-_.m]?(\d\d)(?!\d)"
)
IN_EXIF = re.compile(
    r"\s*(\d{4})[:/-](\d\d?)[:/-](\d\d?)[ T]+(\d\d?):(\d\d?):(\d\d?)(?:[.,]\d*)?\s*(\S*)"
)
HALVES = {"AM": 0, "A.M.": 0, "PM": 12, "P.M.": 12}  # of a day of a clock with twelve hours
IN_XMP = re.compile(
    rb"(?:exif:DateTimeOriginal|photoshop:DateCreated)(?:=[\"']|>)\s*([-0-9T:.+Z ]{19,40})"
)
OFFSET = re.compile(r"\s*([+-])(\d\d):?(\d\d)\s*$")
FRACTIONS = {  # of a second, by the tag of the time
    Base.DateTimeOriginal: Base.SubsecTimeOriginal,
    Base.DateTimeDigitized: Base.SubsecTimeDigitized,
}
YEARS = range(1980, 2100)

Tags = Mapping[int, object]


@dataclass(frozen=True, slots=True)
class Capture:
    """What is known of the moment a photo was taken.

    captured_at: naive, as the camera's clock showed it, unless the EXIF states the offset.
    zone: "unknown", or the stated offset from UTC such as "+06:00".
    source: where the time comes from: "exif" (with MakerNote and XMP), "file name" or "none".
    position: latitude and longitude in degrees, WGS 84.
    sides_missing: a position is stated without N or S, E or W, so that nobody knows where it is.
    sequence: the camera's own count: of its MakerNote, else the number at the end of the file name.
    """

    captured_at: datetime | None = None
    zone: str = "unknown"
    source: str = "none"
    camera: str | None = None
    position: tuple[float, float] | None = None
    sequence: int | None = None
    sides_missing: bool = False


def read(data: bytes, *, file_name: str = "") -> Capture:
    """Time, camera and position of a photo; damaged or absent metadata gives an empty Capture.

    The file's modification tag is not believed: a wrong time is worse than none.
    """
    block, xmp = _blocks(data)
    main, times, gps = _tags(block), _tags(block, IFD.Exif), _tags(block, IFD.GPSInfo)
    note = maker_note(times.get(Base.MakerNote))
    moment, source = _moment(times), "exif"
    if moment is not None and (offset := _offset(times)) is not None:
        moment = moment.replace(tzinfo=offset)
    if moment is None:
        moment = (note.taken if note else None) or _in_xmp(xmp)
    if moment is None:
        moment, source = time_in_name(file_name), "file name"
    counted = note.sequence if note else None
    return Capture(
        captured_at=moment,
        zone="unknown" if moment is None or moment.tzinfo is None else _offset_text(moment),
        source=source if moment is not None else "none",
        camera=_camera(main),
        position=_position(gps),
        sequence=counted if counted is not None else number_in(file_name),
        sides_missing=_sides_missing(gps),
    )


def _offset_text(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")[16:22]


def time_in_name(file_name: str) -> datetime | None:
    """The first date and time written in a file name, or None."""
    times = (_datetime(part.groups()) for part in IN_NAME.finditer(file_name))
    return next((moment for moment in times if moment is not None), None)


def _blocks(data: bytes) -> tuple[Exif, bytes]:
    """The EXIF block and the XMP packet; empty where there is none."""
    try:
        with opened(data) as photo:
            xmp = photo.info.get("xmp", b"")
            return exif(photo), xmp if isinstance(xmp, bytes) else str(xmp).encode()
    except InputError:
        return Exif(), b""


def _in_xmp(packet: bytes) -> datetime | None:
    """When an XMP packet says that the photo was taken; a date alone is no time."""
    for match in IN_XMP.finditer(packet):
        try:
            moment = datetime.fromisoformat(match[1].decode().strip())
        except ValueError:
            continue
        if moment.year in YEARS:
            return moment
    return None


def _tags(block: Exif, which: IFD | None = None) -> Tags:
    """The tags of one directory; none where the offsets of a damaged block point anywhere."""
    try:
        with quiet():
            return dict(block if which is None else block.get_ifd(which))
    except Exception:
        return {}


def _moment(times: Tags) -> datetime | None:
    for tag, fraction in FRACTIONS.items():
        match = IN_EXIF.match(_text(times.get(tag)))
        if match and (moment := _datetime(_in_24_hours(match.groups()))) is not None:
            digits = _text(times.get(fraction)).strip()
            known = digits.isascii() and digits.isdecimal()
            return moment.replace(microsecond=int(digits[:6].ljust(6, "0")) if known else 0)
    return None


def _in_24_hours(parts: Sequence[str]) -> Sequence[str]:
    """Year to second of a clock with 24 hours. parts: the same and what stands behind them, such as
    PM; nothing where such an hour does not exist on a clock with twelve."""
    *moment, half = parts
    if (later := HALVES.get(half.upper())) is None:
        return moment
    hour = int(moment[3])
    moment[3] = str(hour % 12 + later)
    return moment if 1 <= hour <= 12 else ()


def _datetime(parts: Sequence[str]) -> datetime | None:
    """Year, month, day, hour, minute, second as digits; None where no such moment exists."""
    try:
        year, month, day, hour, minute, second = map(int, parts)
        moment = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return None
    return moment if moment.year in YEARS else None


def _offset(times: Tags) -> timezone | None:
    for tag in (Base.OffsetTimeOriginal, Base.OffsetTimeDigitized, Base.OffsetTime):
        text = _text(times.get(tag))
        if text.strip() == "Z":
            return timezone(timedelta())
        match = OFFSET.match(text)
        if match and int(match[2]) <= 14 and int(match[3]) < 60:
            ahead = timedelta(hours=int(match[2]), minutes=int(match[3]))
            return timezone(ahead if match[1] == "+" else -ahead)
    return None


def _camera(main: Tags) -> str | None:
    make, model = (_text(main.get(tag)).split() for tag in (Base.Make, Base.Model))
    brand = [word.lower() for word in make[:1]]
    name = model if brand == [word.lower() for word in model[:1]] else make + model
    return " ".join(name)[:100] or None


def _position(gps: Tags) -> tuple[float, float] | None:
    latitude = _degrees(gps.get(GPS.GPSLatitude), gps.get(GPS.GPSLatitudeRef), "NS")
    longitude = _degrees(gps.get(GPS.GPSLongitude), gps.get(GPS.GPSLongitudeRef), "EW")
    if latitude is None or longitude is None or (latitude, longitude) == (0, 0):
        return None  # a receiver without a fix writes zeros
    inside = abs(latitude) <= 90 and abs(longitude) <= 180
    return (latitude, longitude) if inside else None


def _sides_missing(gps: Tags) -> bool:
    """Whether degrees are stated that are nowhere for want of their side."""
    stated = (
        (gps.get(GPS.GPSLatitude), gps.get(GPS.GPSLatitudeRef), "NS"),
        (gps.get(GPS.GPSLongitude), gps.get(GPS.GPSLongitudeRef), "EW"),
    )
    return any(
        parts is not None
        and _degrees(parts, reference, sides) is None
        and _degrees(parts, sides[0], sides) not in {None, 0}
        for parts, reference, sides in stated
    )


def _degrees(parts: object, reference: object, sides: str) -> float | None:
    """Signed degrees, negative on the second side. None without a reference to one of them: nobody
    knows then on which half of the earth it was."""
    side = _text(reference).strip().upper()[:1]
    if not side or side not in sides:
        return None
    try:
        degrees, minutes, seconds = (float(part) for part in parts)  # type: ignore[attr-defined]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value):
        return None
    return -value if side == sides[1] else value


def _text(value: object) -> str:
    """Printable text of an EXIF value, "" for anything else."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    return "".join(c if c.isprintable() else " " for c in value)
