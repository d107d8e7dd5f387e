"""Clocks of cameras that were wrong: the true time of a photo, and what makes a clock suspect.

Nothing here guesses. A clock is corrected by what a person knows of it; what looks wrong is said.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reid.errors import InputError

DAY_S = 86400.0
MOST_DRIFT_S = 600.0  # a day; what is more was set anew, or reset, between the two photos
FIRST_YEAR = 2005  # of times that are believed without a question
SLACK = timedelta(days=1)  # around a deployment: people write down the day
BACK = timedelta(minutes=5)  # a jump backwards that is worth a word
WRAPPED = 1000  # frames; a camera's counter begins anew at 9999
HALF_DAY = timedelta(hours=12)
OFFSET = re.compile(
    r"\s*([+\-\N{MINUS SIGN}])?\s*(?:(\d{1,5})\s*(?:d|days?)?(?:\s+|$))?"
    r"(?:(\d{1,2}):(\d\d)(?::(\d\d))?)?\s*"
)
FIXED = re.compile(r"([+-])(\d\d):([0-5]\d)")


class BadClock(InputError, code="bad_clock", message="the clock cannot be corrected by this"): ...


class NotAnOffset(
    BadClock, message="{text} is no difference of times: write ± days h:min, such as +0 1:30"
): ...


class NoSuchZone(
    BadClock, message="{zone} is no zone: write an offset such as +05:30, or a name of IANA"
): ...


class ZoneChanges(
    BadClock,
    message="{zone} changed its clocks between {first} and {last}: correct the photos before and "
    "after that moment apart",
): ...


class TwoPhotosOfOneTime(
    BadClock, message="both photos have the same time: take two that are some days apart"
): ...


class DriftTooLarge(
    BadClock,
    message="the clock would be wrong by {seconds:.0f} s more each day: it was set between these "
    "photos, so correct what lies before and after apart",
): ...


@dataclass(frozen=True, slots=True)
class ClockError:
    """How far a clock was off: true time = time of the file + offset + drift.

    offset_s: seconds. drift_s_a_day: seconds that are added each day after drift_from, a time of
    the file at which the offset holds exactly. zone: of the true time, such as "+05:30"; None: the
    zone stays as it was.
    """

    offset_s: float
    drift_s_a_day: float = 0.0
    drift_from: datetime | None = None
    zone: str | None = None

    def true_time(self, file_time: datetime) -> datetime:
        """The true local time, in whole seconds where the file has whole seconds.

        Raises BadClock where no such moment exists.
        """
        drift = 0.0
        if self.drift_from is not None:
            drift = self.drift_s_a_day * (file_time - self.drift_from).total_seconds() / DAY_S
        places = 3 if file_time.microsecond else 0
        try:
            return file_time + timedelta(seconds=round(self.offset_s + drift, places))
        except OverflowError as error:
            raise NotAnOffset(text=f"{self.offset_s:g} s") from error


def of_one_photo(file_time: datetime, true_time: datetime) -> ClockError:
    """The error of a clock of which one true time is known. true_time: with its zone, if stated."""
    local, zone = parted(true_time)
    return ClockError((local - file_time).total_seconds(), zone=zone)


def of_two_photos(
    first: tuple[datetime, datetime], second: tuple[datetime, datetime]
) -> ClockError:
    """The error and drift of a clock of which two true times are known: (file's, true) each.

    Raises BadClock where both are one time, or where the clock was set in between.
    """
    one, other = of_one_photo(*first), of_one_photo(*second)
    days = (second[0] - first[0]).total_seconds() / DAY_S
    if abs(days) < 1 / 24:
        raise TwoPhotosOfOneTime()
    drift = (other.offset_s - one.offset_s) / days
    if abs(drift) > MOST_DRIFT_S:
        raise DriftTooLarge(seconds=abs(drift))
    return ClockError(one.offset_s, drift, first[0], one.zone or other.zone)


def of_zones(shown: str, true: str, first: datetime, last: datetime) -> ClockError:
    """The error of a clock that showed another zone. first, last: its times, in its own zone.

    Raises BadClock for what is no zone, and for a zone whose offset changes in between: that is no
    single error.
    """
    ahead = []
    for name in (shown, true):
        zone = zone_of(name)
        offsets = [moment.replace(tzinfo=zone).utcoffset() for moment in (first, last)]
        if offsets[0] != offsets[1]:
            raise ZoneChanges(zone=name, first=str(first), last=str(last))
        ahead.append(offsets[0] or timedelta())
    return ClockError((ahead[1] - ahead[0]).total_seconds(), zone=offset_text(ahead[1]))


def zone_of(name: str) -> tzinfo:
    """A zone by its offset ("+05:30"), "Z" or its name of IANA ("Asia/Almaty").

    Raises NoSuchZone.
    """
    if name == "Z":
        return timezone(timedelta())
    if match := FIXED.fullmatch(name):
        ahead = timedelta(hours=int(match[2]), minutes=int(match[3]))
        if ahead <= timedelta(hours=14):
            return timezone(ahead if match[1] == "+" else -ahead)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise NoSuchZone(zone=name) from error


def fixed_zone(name: str, at: datetime) -> str:
    """The offset of a zone at a local time, such as "+05:30". Raises NoSuchZone."""
    return offset_text(at.replace(tzinfo=zone_of(name)).utcoffset() or timedelta())


def offset_text(ahead: timedelta) -> str:
    """An offset from UTC as it is kept: "+05:30"."""
    minutes = round(ahead.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"


def parted(moment: datetime) -> tuple[datetime, str | None]:
    """A moment as local time and zone; None where it states no zone."""
    ahead = moment.utcoffset()
    return moment.replace(tzinfo=None), None if ahead is None else offset_text(ahead)


def seconds_of(text: str) -> float:
    """Seconds of "± days h:min", such as "+3 2:15", "-0:30", "+365 d" or "1:00:05".

    Raises NotAnOffset.
    """
    match = OFFSET.fullmatch(text)
    if match is None or (match[2] is None and match[3] is None):
        raise NotAnOffset(text=text or "''")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    value = days * DAY_S + hours * 3600 + minutes * 60 + seconds
    return -value if match[1] in {"-", "\N{MINUS SIGN}"} else value


def difference_text(seconds: float) -> str:
    """Seconds as `seconds_of` reads them, to the minute: "+3 2:15"."""
    minutes = round(abs(seconds) / 60)
    days, rest = divmod(minutes, 24 * 60)
    return f"{'-' if seconds < 0 else '+'}{days} {rest // 60}:{rest % 60:02}"


class ClockDoubt(StrEnum):
    """What may be wrong with the times of a camera."""

    BEFORE = "before the deployment"
    AFTER = "after the deployment"
    OLD = "old year"
    FUTURE = "future"
    RESET = "reset"
    BACKWARDS = "backwards"
    TWELVE = "twelve hours"


@dataclass(frozen=True, slots=True)
class CameraFrame:
    """A photo of one camera. time: as it stands now. sequence: the camera's own count, if known."""

    photo_id: str
    time: datetime
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class ClockSuspicion:
    """Something that looks wrong. photo_id: the first photo of it; photos: how many; time: of the
    first; before: the time of the photo before a jump."""

    doubt: ClockDoubt
    photo_id: str
    photos: int
    time: datetime
    before: datetime | None = None


Period = tuple[datetime | None, datetime | None]
"""From when to when; None is open."""


def suspicions(
    frames: Sequence[CameraFrame], periods: Sequence[Period], now: datetime
) -> list[ClockSuspicion]:
    """All that looks wrong with one camera's times. periods: of its deployments; now: local."""
    in_time = sorted(frames, key=lambda frame: (frame.time, frame.photo_id))
    doubtful: dict[ClockDoubt, list[CameraFrame]] = {}
    for frame in in_time:
        if (doubt := _doubt(frame.time, periods, now)) is not None:
            doubtful.setdefault(doubt, []).append(frame)
    listed = [
        ClockSuspicion(doubt, group[0].photo_id, len(group), group[0].time)
        for doubt, group in doubtful.items()
    ]
    return listed + list(_jumps(frames))


def _doubt(time: datetime, periods: Sequence[Period], now: datetime) -> ClockDoubt | None:
    """What is wrong with a time by itself: the worst of it."""
    if (time.year, time.month) in {(1970, 1), (1980, 1), (2000, 1)}:
        return ClockDoubt.RESET
    if time.year < FIRST_YEAR:
        return ClockDoubt.OLD
    if time > now + SLACK:
        return ClockDoubt.FUTURE
    if not periods or any(_inside(time, period) for period in periods):
        return None
    starts = [start for start, _ in periods if start is not None]
    early = bool(starts) and time < min(starts)
    return ClockDoubt.BEFORE if early else ClockDoubt.AFTER


def _inside(time: datetime, period: Period) -> bool:
    start, end = period
    return (start is None or time >= start - SLACK) and (end is None or time <= end + SLACK)


def _jumps(frames: Sequence[CameraFrame]) -> Iterator[ClockSuspicion]:
    """Jumps between neighbours by the camera's own count."""
    counted = sorted(
        (frame.sequence, frame.photo_id, frame) for frame in frames if frame.sequence is not None
    )
    ordered = [frame for _, _, frame in counted]
    twelve = len(ordered) > 1 and all(1 <= frame.time.hour <= 12 for frame in ordered)
    for n, (frame, following) in enumerate(pairwise(ordered), 1):
        jump = following.time - frame.time
        steps = (following.sequence or 0) - (frame.sequence or 0)
        if steps > WRAPPED or steps == 0:
            continue
        rest = len(ordered) - n
        doubt = _jump(jump, steps, following.time, frame.time, twelve=twelve)
        if doubt is not None:
            yield ClockSuspicion(doubt, following.photo_id, rest, following.time, frame.time)


def _jump(
    jump: timedelta, steps: int, time: datetime, before: datetime, *, twelve: bool
) -> ClockDoubt | None:
    """What a jump from one photo to the next may mean. twelve: no time is after 12:59."""
    back = -jump
    if back >= BACK:
        half = twelve and timedelta(hours=10) <= back <= HALF_DAY
        if half or abs(back - HALF_DAY) < BACK:
            return ClockDoubt.TWELVE
        fresh = (time.month, time.day) == (1, 1) and time.year < before.year
        return ClockDoubt.RESET if fresh else ClockDoubt.BACKWARDS
    exactly = steps == 1 and abs(jump - HALF_DAY) < timedelta(minutes=1)
    return ClockDoubt.TWELVE if exactly and twelve else None
