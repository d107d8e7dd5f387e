"""Time and count of a frame from the MakerNotes of Reconyx cameras, which may have no other time.

Their layout is public (Reconyx' own descriptions; ExifTool's tables "Reconyx"): a block of fixed
places, little-endian, whose first bytes say which. Bushnell, Browning and Cuddeback write their
times into the common tags, and nothing is known of what their MakerNotes hold.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

YEARS = range(1980, 2100)
FRAMES = 1000  # a trigger gives fewer
EVENTS = 1_000_000  # counted; with the frame it stays below 2**31


@dataclass(frozen=True, slots=True)
class MakerNote:
    """What a camera wrote of a frame, as its clock showed it.

    sequence: the number of the trigger times 1000 and the frame of it, so that frames of one camera
    are in order.
    """

    taken: datetime | None
    sequence: int | None


def maker_note(block: object) -> MakerNote | None:
    """What a MakerNote says; None of other makers, and of a block that ends too early."""
    if isinstance(block, bytes):
        for beginning, reader in READERS:
            if block.startswith(beginning):
                try:
                    return reader(block)
                except struct.error:
                    return None
    return None


def _hyperfire(block: bytes) -> MakerNote:
    """HyperFire (HC500, HC600, PC900, SC950): words; month before day."""
    words = struct.unpack_from("<10H", block, 14)
    frame, _, high, low, *moment = words
    if moment[0] & 0xFF00 and not moment[0] & 0xFF:  # some write these words the other way round
        moment = [word >> 8 | (word & 0xFF) << 8 for word in moment]
    second, minute, hour, month, day, year = moment
    return MakerNote(_moment((year, month, day, hour, minute, second)), _count(high, low, frame))


def _hyperfire_2(block: bytes) -> MakerNote:
    """HyperFire 2: words."""
    frame, _, high, low, *moment = struct.unpack_from("<10H", block, 0x36)
    return MakerNote(_moment(moment[::-1]), _count(high, low, frame))


def _ultrafire(block: bytes) -> MakerNote:
    """UltraFire: bytes, and the event and the year as longer numbers."""
    frame, _, event, *moment = struct.unpack_from("<2BI5BH", block, 0x35)
    return MakerNote(_moment(moment[::-1]), _count(0, event, frame))


def _count(high: int, low: int, frame: int) -> int | None:
    event = (high << 16) + low
    return event % EVENTS * FRAMES + frame if 0 < frame < FRAMES else None


def _moment(parts: Sequence[int]) -> datetime | None:
    """Of year, month, day, hour, minute, second; None where no such moment exists."""
    try:
        year, month, day, hour, minute, second = parts
        moment = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return None
    return moment if moment.year in YEARS else None


READERS: tuple[tuple[bytes, Callable[[bytes], MakerNote]], ...] = (
    (b"\x01\xf1", _hyperfire),
    (b"RECONYXH2\x00", _hyperfire_2),
    (b"RECONYXUF\x00", _ultrafire),
)
