"""From looked-at frames to encounters, and in them one animal apart from the other.

Frames of a station are one encounter by the rule of `reid.identify.grouping`. Where no frame of an
encounter shows two boxes, it is one animal. Where one does, boxes of a camera are followed from
frame to frame as tracks; two boxes of one frame are two animals for sure. Not so where the
network's own finder drew the boxes, which takes some stones for coat: there all are one animal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations

import numpy as np

from reid.identify.grouping import PhotoToGroup, grouped

FOLLOWED = timedelta(seconds=20)  # between two frames in which one animal is followed
REACH = 1.2  # of a box's longer side, that its centre may move from one frame to the next
GROWTH = 2.5  # times, that its size may change
ALONE = 0.6  # of REACH, where only one box is in either frame


@dataclass(frozen=True, slots=True)
class PlacedFrame:
    """A frame with animals, where and when it was taken.

    moment: true local time. number: of its line of the source, which orders what has no time.
    boxes: of its animals, in pixels; pictures: the picture of each: 0, or the frame of a video.
    sure: a detector or a person drew the boxes; else several boxes are no proof of several animals.
    """

    path: str
    number: int
    station: str
    camera: str
    moment: datetime | None
    zone: str
    sequence: int | None
    boxes: tuple[tuple[float, float, float, float], ...]
    pictures: tuple[int, ...]
    sure: bool = True

    @property
    def name(self) -> str:
        """Of the file, without its folders."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The folder of the file."""
        return self.path.rpartition("/")[0]


Sighting = tuple[int, int]  # place of a frame in its encounter, and of a box in that frame


@dataclass(frozen=True, slots=True)
class ShapedEncounter:
    """The frames of one station at one time, in their order, and the tracks of animals in them.

    tracks: boxes that are one animal each. apart: pairs of tracks that are two animals for sure,
    because one picture shows both.
    """

    name: str
    frames: tuple[PlacedFrame, ...]
    tracks: tuple[tuple[Sighting, ...], ...]
    apart: frozenset[tuple[int, int]] = field(default=frozenset())

    @property
    def station(self) -> str:
        """Of its frames; "" where it is not known."""
        return self.frames[0].station


def shaped(frames: Iterable[PlacedFrame], gap: timedelta) -> list[ShapedEncounter]:
    """The encounters of an archive, by time and station; the same in any order of the frames."""
    by_path = {frame.path: frame for frame in frames}
    folders = {name: n for n, name in enumerate(sorted({f.folder for f in by_path.values()}))}
    groups = grouped((_to_group(frame, folders) for frame in by_path.values()), gap)
    encounters = [_encounter([by_path[path] for path in group]) for group in groups]
    encounters.sort(key=lambda one: (one.name, one.frames[0].path))
    return _named_apart(encounters)


def _to_group(frame: PlacedFrame, folders: dict[str, int]) -> PhotoToGroup:
    return PhotoToGroup(
        frame.path,
        frame.station or None,
        frame.camera or None,
        frame.moment,
        frame.zone,
        frame.sequence,
        frame.name,
        folders[frame.folder],
    )


def _encounter(frames: Sequence[PlacedFrame]) -> ShapedEncounter:
    latest = datetime.max  # noqa: DTZ901  after every wall clock
    ordered = sorted(frames, key=lambda f: (f.moment or latest, f.sequence or 0, f.path))
    times = [frame.moment for frame in ordered if frame.moment]
    when = f"{min(times):%Y-%m-%dT%H%M%S}" if times else ordered[0].path
    name = "_".join(part for part in (ordered[0].station, when) if part)
    tracks, apart = _tracks(ordered)
    return ShapedEncounter(name, tuple(ordered), tracks, apart)


def _named_apart(encounters: Sequence[ShapedEncounter]) -> list[ShapedEncounter]:
    """Encounters of one name, such as those of two zones, get a number each."""
    named: list[ShapedEncounter] = []
    counts: dict[str, int] = {}
    for encounter in encounters:
        counts[encounter.name] = count = counts.get(encounter.name, 0) + 1
        name = encounter.name if count == 1 else f"{encounter.name}_{count}"
        named.append(ShapedEncounter(name, encounter.frames, encounter.tracks, encounter.apart))
    return named


def _tracks(
    frames: Sequence[PlacedFrame],
) -> tuple[tuple[tuple[Sighting, ...], ...], frozenset[tuple[int, int]]]:
    every = [(f, b) for f, frame in enumerate(frames) for b in range(len(frame.boxes))]
    pictures: dict[tuple[int, int], list[Sighting]] = {}
    for f, b in every:
        pictures.setdefault((f, frames[f].pictures[b]), []).append((f, b))
    proved = all(frame.sure for frame in frames)
    if not proved or all(len(boxes) == 1 for boxes in pictures.values()):
        return (tuple(every),), frozenset()
    tracks: list[list[Sighting]] = []
    open_tracks: dict[str, list[int]] = {}  # by camera, those that the last picture shows
    for (f, _), boxes in pictures.items():
        camera = frames[f].camera
        before = open_tracks.get(camera, [])
        followed = _followed(frames, [tracks[t][-1] for t in before], boxes)
        now = []
        for n, box in enumerate(boxes):
            if n in followed:
                now.append(before[followed[n]])
                tracks[now[-1]].append(box)
            else:
                now.append(len(tracks))
                tracks.append([box])
        open_tracks[camera] = now
    of = {box: t for t, track in enumerate(tracks) for box in track}
    apart = {
        (min(of[one], of[other]), max(of[one], of[other]))
        for boxes in pictures.values()
        for one, other in combinations(boxes, 2)
    }
    return tuple(map(tuple, tracks)), frozenset(apart)


def _followed(
    frames: Sequence[PlacedFrame], before: Sequence[Sighting], boxes: Sequence[Sighting]
) -> dict[int, int]:
    """Box -> the one of the picture before that is the same animal, where that is near enough."""
    if not before or not boxes:
        return {}
    reach = REACH if max(len(before), len(boxes)) > 1 else REACH * ALONE
    ways = np.array([[_way(frames, one, other) for one in before] for other in boxes], np.float64)
    costs = np.where(ways <= reach, ways, 1e6)
    from scipy.optimize import linear_sum_assignment  # here, because it takes a while

    rows, columns = linear_sum_assignment(costs)
    return {int(n): int(t) for n, t in zip(rows, columns, strict=True) if ways[n, t] <= reach}


def _way(frames: Sequence[PlacedFrame], one: Sighting, other: Sighting) -> float:
    """How far a box has moved, in its own longer sides; infinite where it cannot be the same."""
    first, second = frames[one[0]], frames[other[0]]
    if first.moment and second.moment and second.moment - first.moment > FOLLOWED:
        return np.inf
    a, b = np.array(first.boxes[one[1]]), np.array(second.boxes[other[1]])
    sizes = [float(max(box[2] - box[0], box[3] - box[1])) for box in (a, b)]
    if max(sizes) > GROWTH * min(sizes):
        return np.inf
    centres = [(box[:2] + box[2:]) / 2 for box in (a, b)]
    return float(np.hypot(*(centres[0] - centres[1])) / max(sizes))
