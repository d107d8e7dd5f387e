"""Which photos are one encounter: one function of the photos, the same in any order of arrival.

* Photos of one station are one encounter where each follows another within the gap (single
  linkage), over all cameras of the station.
* Where both zones are known, times are compared in UTC; else wall clocks are compared. Photos whose
  zone is not known are linked among themselves first. Such a group joins photos of known zones that
  its wall clocks reach, if all of those have one zone; where they have several it stays apart,
  because nobody can say which of them its clock means.
* Photos without a time are linked by their camera's own count: its sequence, else the number in the
  file name (of three to eight digits, as cameras write them; "1.jpg" is a person's). Numbers of one
  camera at one station that follow in small steps are one burst. A burst joins photos with a time
  if these are the only ones that it lies between or next to. A number that occurs twice counts for
  nothing, since the camera has begun to count again. A camera that nobody named is the one of its
  station; without a station it is not known to be one.
* Without a station the photos of one upload are looked at by themselves. Times alone join none of
  them, since they may be of two places: only a burst by the count of one camera is one encounter,
  as long as its times, where it has any, follow within the gap.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeVar

STEP = 3  # numbers of frames that may be missing between two photos of a burst, and one
UNKNOWN = "unknown"

_NUMBER = re.compile(r"^(?P<before>.*?)(?<!\d)(?P<number>\d{3,8})(?P<after>\D*)$", re.DOTALL)
_COPY = re.compile(r"\s*\(\d+\)$")
_OF_MESSENGER = re.compile(r"-WA\d+$", re.IGNORECASE)  # it counts what it sends

K = TypeVar("K")
V = TypeVar("V")
Series = tuple[object, ...]  # what counts: a camera at a place, and how its files are called


@dataclass(frozen=True, slots=True)
class PhotoToGroup:
    """What the rule looks at of one photo.

    moment: wall clock, without a zone. zone: "unknown" or an offset such as "+05:30".
    sequence: the camera's own count. upload: what it came with; only asked without a station.
    """

    id: str
    station: str | None = None
    camera: str | None = None
    moment: datetime | None = None
    zone: str = UNKNOWN
    sequence: int | None = None
    file_name: str = ""
    upload: int = 0


def grouped(photos: Iterable[PhotoToGroup], gap: timedelta) -> tuple[tuple[str, ...], ...]:
    """The photos of each encounter, by their ids: sorted inside, and by their first.

    gap: the longest time between a photo and the next one of its encounter.
    """
    ordered = sorted(photos, key=lambda photo: photo.id)
    links = _Links(photo.id for photo in ordered)
    for place in _gathered((_place(photo), photo) for photo in ordered).values():
        _link_by_time([photo for photo in place if _timed(photo)], gap, links)
        _link_by_count(place, gap, links)
    return links.groups()


def count_of(photo: PhotoToGroup) -> tuple[Series, int] | None:
    """Which series of files a photo belongs to, and its number in it; None where it has none."""
    if photo.camera is None and photo.station is None:
        return None
    series = (_place(photo), photo.camera)
    if photo.sequence is not None:
        return (*series, "sequence"), photo.sequence
    stem = _COPY.sub("", photo.file_name.rpartition(".")[0] or photo.file_name)
    named = _NUMBER.match(stem)
    if named is None or _OF_MESSENGER.search(stem):
        return None
    return (*series, "name", named["before"], named["after"]), int(named["number"])


def utc(photo: PhotoToGroup) -> datetime | None:
    """When it was taken in UTC, without a zone; None where time or zone is not known."""
    offset = offset_of(photo.zone)
    return None if offset is None or photo.moment is None else photo.moment - offset


def offset_of(zone: str) -> timedelta | None:
    """An offset such as "+05:30" as a time; None for "unknown"."""
    if zone == UNKNOWN:
        return None
    hours, _, minutes = zone[1:].partition(":")
    ahead = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return -ahead if zone[0] == "-" else ahead


class _Links:
    """Photos that are linked, directly or over others."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._towards = {number: number for number in ids}

    def root(self, photo: str) -> str:
        """The least of all that are linked with it."""
        while self._towards[photo] != photo:
            self._towards[photo] = photo = self._towards[self._towards[photo]]
        return photo

    def join(self, one: str, other: str) -> None:
        """Link two photos."""
        low, high = sorted((self.root(one), self.root(other)))
        self._towards[high] = low

    def groups(self) -> tuple[tuple[str, ...], ...]:
        """All photos, those that are linked together."""
        by_root = _gathered((self.root(photo), photo) for photo in self._towards)
        return tuple(sorted(tuple(sorted(group)) for group in by_root.values()))


def _place(photo: PhotoToGroup) -> tuple[str, object]:
    if photo.station is not None:
        return "station", photo.station
    return "upload", photo.upload


def _timed(photo: PhotoToGroup) -> bool:
    """Whether its time says to which encounter it belongs."""
    return photo.moment is not None and photo.station is not None


def _link_by_time(photos: Sequence[PhotoToGroup], gap: timedelta, links: _Links) -> None:
    """Link photos of one station that have a time."""
    known = [photo for photo in photos if utc(photo) is not None]
    unknown = [photo for photo in photos if utc(photo) is None]
    _link_neighbours([(_moment(utc(photo)), photo) for photo in known], gap, links)
    _link_neighbours([(_moment(photo.moment), photo) for photo in unknown], gap, links)
    reached: dict[str, list[PhotoToGroup]] = {}
    for one, other in _near_each_other(unknown, known, gap):
        reached.setdefault(links.root(one.id), []).append(other)
    for root, others in reached.items():
        if len({offset_of(other.zone) for other in others}) == 1:
            for other in others:
                links.join(root, other.id)


def _link_neighbours(
    timed: Iterable[tuple[datetime, PhotoToGroup]], gap: timedelta, links: _Links
) -> None:
    ordered = sorted(timed, key=lambda one: (one[0], one[1].id))
    for (before, one), (after, other) in pairwise(ordered):
        if after - before <= gap:
            links.join(one.id, other.id)


def _near_each_other(
    unknown: Sequence[PhotoToGroup], known: Sequence[PhotoToGroup], gap: timedelta
) -> Iterable[tuple[PhotoToGroup, PhotoToGroup]]:
    """Pairs whose wall clocks lie within the gap."""
    clocks = sorted(known, key=lambda photo: (_moment(photo.moment), photo.id))
    start = 0
    for photo in sorted(unknown, key=lambda photo: (_moment(photo.moment), photo.id)):
        while start < len(clocks) and _moment(clocks[start].moment) < _moment(photo.moment) - gap:
            start += 1
        for other in clocks[start:]:
            if _moment(other.moment) > _moment(photo.moment) + gap:
                break
            yield photo, other


def _link_by_count(photos: Sequence[PhotoToGroup], gap: timedelta, links: _Links) -> None:
    """Link photos of one place without a time to each other, and to those with one."""
    if all(map(_timed, photos)):
        return
    counted = [(count[0], count[1], photo) for photo in photos if (count := count_of(photo))]
    for series in _gathered((name, (number, photo)) for name, number, photo in counted).values():
        by_number = _gathered(series)
        once = {number: found[0] for number, found in by_number.items() if len(found) == 1}
        timed = sorted(number for number, photo in by_number.items() if any(map(_timed, photo)))
        untimed = [once[number] for number in sorted(once) if not _timed(once[number])]
        for burst in _bursts(untimed, timed, gap):
            for number in burst[1:]:
                links.join(once[burst[0]].id, once[number].id)
            _join_timed(burst, timed, by_number, once, links)


def _bursts(
    untimed: Sequence[PhotoToGroup], timed: Sequence[int], gap: timedelta
) -> list[list[int]]:
    """Numbers in small steps, from photos in their order; a time between two of them parts them."""
    bursts: list[list[int]] = []
    last: tuple[int, PhotoToGroup] | None = None
    for photo in untimed:
        count = count_of(photo)
        number = count[1] if count else 0
        if (
            last is not None
            and number - last[0] <= STEP
            and not any(last[0] < other < number for other in timed)
            and not _apart(last[1], photo, gap)
        ):
            bursts[-1].append(number)
        else:
            bursts.append([number])
        last = number, photo
    return bursts


def _apart(one: PhotoToGroup, other: PhotoToGroup, gap: timedelta) -> bool:
    """Whether two photos without a station have times that lie too far apart."""
    times = (utc(one), utc(other))
    if None in times:
        times = (one.moment, other.moment)
    return None not in times and abs(_moment(times[0]) - _moment(times[1])) > gap


def _join_timed(
    burst: Sequence[int],
    timed: Sequence[int],
    by_number: Mapping[int, Sequence[PhotoToGroup]],
    once: Mapping[int, PhotoToGroup],
    links: _Links,
) -> None:
    """Link a burst with the photos that it lies between or next to, if they are one encounter."""
    lower = max((number for number in timed if number < burst[0]), default=None)
    upper = min((number for number in timed if number > burst[-1]), default=None)
    sides = [number for number in (lower, upper) if number is not None]
    roots = {links.root(photo.id) for number in sides for photo in by_number[number]}
    inside = len(sides) == 2 and len(roots) == 1
    near = [
        number
        for number in sides
        if inside or min(abs(number - burst[0]), abs(number - burst[-1])) <= STEP
    ]
    reached = {links.root(photo.id) for number in near for photo in by_number[number]}
    if len(reached) == 1 and all(number in once for number in near):
        links.join(once[burst[0]].id, reached.pop())


def _gathered(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    by_key: dict[K, list[V]] = {}
    for key, value in pairs:
        by_key.setdefault(key, []).append(value)
    return by_key


def _moment(time: datetime | None) -> datetime:
    """A time that is known to be there."""
    if time is None:
        raise ValueError("a photo without a time has no moment")
    return time
