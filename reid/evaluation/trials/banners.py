"""How many printed times are read right, left unknown, and read wrong."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from time import perf_counter

from reid.photo import exif
from reid.photo.banner import BannerReading, read_banner
from reid.photo.banner_text import form_of
from reid.photo.images import decode_photo
from reid.synthetic.banners import PaintedBanner

PIXELS = 60_000_000


class BannerOutcome(StrEnum):
    """What became of a printed time."""

    RIGHT = "right"
    UNKNOWN = "unknown"
    WRONG = "WRONG"


@dataclass(slots=True)
class BannerTrials:
    """Counts by camera. alone: by one photo; together: with the others of its camera.

    ms: of each photo. mistakes: camera, text, truth of what was read wrong.
    """

    alone: dict[str, Counter[BannerOutcome]] = field(default_factory=dict)
    together: dict[str, Counter[BannerOutcome]] = field(default_factory=dict)
    ms: list[float] = field(default_factory=list)
    mistakes: list[tuple[str, str, datetime]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RealBanner:
    """A photo of a folder. stated: by its file, None where it says none; read: from its pixels."""

    name: str
    stated: datetime | None
    read: datetime | None
    text: str
    ms: float


def banner_trials(
    frames: Iterable[PaintedBanner], *, tick: Callable[[], object] = lambda: None
) -> BannerTrials:
    """Read painted banners, and compare with what was painted."""
    trials = BannerTrials()
    read: dict[str, list[tuple[BannerReading, datetime]]] = {}
    for frame in frames:
        reading, ms = _read(frame.data)
        trials.ms.append(ms)
        read.setdefault(frame.camera, []).append((reading, frame.moment))
        tick()
    for camera, rows in read.items():
        form = form_of(reading.time for reading, _ in rows)
        trials.alone[camera] = Counter(_outcome(r.time.by(), moment) for r, moment in rows)
        outcomes = [_outcome(r.time.by(form), moment) for r, moment in rows]
        trials.together[camera] = Counter(outcomes)
        trials.mistakes += [
            (camera, reading.text, moment)
            for (reading, moment), outcome in zip(rows, outcomes, strict=True)
            if BannerOutcome.WRONG in (outcome, _outcome(reading.time.by(), moment))
        ]
    return trials


def real_banners(photos: Sequence[Path]) -> list[RealBanner]:
    """Read the banners of real photos, which are one camera's, beside what their files state."""
    read = [(path, path.read_bytes()) for path in photos]
    rows = [(path, data, *_read(data)) for path, data in read]
    form = form_of(reading.time for _, _, reading, _ in rows)
    return [
        RealBanner(
            path.name, exif.read(data).captured_at, reading.time.by(form), reading.text, round(ms)
        )
        for path, data, reading, ms in rows
    ]


def _read(data: bytes) -> tuple[BannerReading, float]:
    """A reading and its milliseconds, without those of decoding the photo."""
    image = decode_photo(data, max_pixels=PIXELS).image
    begin = perf_counter()
    reading = read_banner(image)
    return reading, 1000 * (perf_counter() - begin)


def _outcome(read: datetime | None, truth: datetime) -> BannerOutcome:
    if read is None:
        return BannerOutcome.UNKNOWN
    return BannerOutcome.RIGHT if read == truth else BannerOutcome.WRONG
