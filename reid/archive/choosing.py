"""Which pictures of a burst are worth the network's time: copies out, then the clearest few."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reid.archive.looking import THUMB, FrameLook, SeenBox
from reid.archive.rows import Status
from reid.archive.shaping import PlacedFrame, ShapedEncounter, Sighting
from reid.photo.images import decode_small
from reid.photo.likeness import ALIKE, compared, grey_of, unpacked

NEAR, SAME_PLACE = 0.985, 0.9  # correlation of two thumbs; share that two boxes have in common
LARGEST = 60_000_000

Outcome = tuple[Status, str]  # what became of a box, and the path of the frame that it is like
Read = Callable[[str], bytes]  # the bytes of a frame, by its path


@dataclass(frozen=True, slots=True)
class ChosenTrack:
    """The boxes of a track that are described, the clearest first, and what became of others."""

    chosen: tuple[Sighting, ...]
    others: Mapping[Sighting, Outcome]


def chosen(
    encounter: ShapedEncounter, looks: Mapping[str, FrameLook], read: Read, most: int
) -> list[ChosenTrack]:
    """For every track the `most` clearest boxes of each camera, no two of which show the same.

    A frame whose exposure another frame of the encounter holds already is a copy, with all its
    boxes: the same bytes, or the same picture saved again.
    """
    copies = _copies(encounter, looks, read)
    return [_of_track(encounter, track, looks, copies, most) for track in encounter.tracks]


def _of_track(
    encounter: ShapedEncounter,
    track: Sequence[Sighting],
    looks: Mapping[str, FrameLook],
    copies: Mapping[str, str],
    most: int,
) -> ChosenTrack:
    picked: list[Sighting] = []
    others: dict[Sighting, Outcome] = {}

    def animal(sighting: Sighting) -> SeenBox:
        return looks[encounter.frames[sighting[0]].path].animals[sighting[1]]

    for sighting in sorted(track, key=lambda one: (-animal(one).score, one)):
        frame = encounter.frames[sighting[0]]
        if frame.path in copies:
            others[sighting] = Status.COPY, copies[frame.path]
            continue
        like = next((one for one in picked if _near(encounter, one, sighting, looks)), None)
        if like is not None:
            others[sighting] = Status.NEAR_COPY, encounter.frames[like[0]].path
        elif _of_camera(encounter, picked, frame.camera) < most:
            picked.append(sighting)
        else:
            others[sighting] = Status.NOT_CHOSEN, ""
    return ChosenTrack(tuple(picked), others)


def _of_camera(encounter: ShapedEncounter, picked: Sequence[Sighting], camera: str) -> int:
    """How many of the chosen boxes one camera took."""
    return sum(encounter.frames[one[0]].camera == camera for one in picked)


def _near(
    encounter: ShapedEncounter, one: Sighting, other: Sighting, looks: Mapping[str, FrameLook]
) -> bool:
    """Whether an animal stands in both as it stood."""
    frames = encounter.frames[one[0]], encounter.frames[other[0]]
    if frames[0].camera != frames[1].camera:
        return False
    first, second = (looks[f.path].animals[s[1]] for f, s in zip(frames, (one, other), strict=True))
    if _in_common(first.box, second.box) < SAME_PLACE:
        return False
    a, b = (
        np.frombuffer(bytes.fromhex(seen.thumb), np.uint8).astype(float) for seen in (first, second)
    )
    if len(a) != THUMB * THUMB or a.std() == 0 or b.std() == 0:
        return bool(len(a) == len(b) and (a == b).all())
    return float(np.corrcoef(a, b)[0, 1]) >= NEAR


def _in_common(one: Sequence[float], other: Sequence[float]) -> float:
    """Area of both over the area of either."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    both = max(across, 0) * max(down, 0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return float(both / max(sum(areas) - both, 1e-9))


def _copies(
    encounter: ShapedEncounter, looks: Mapping[str, FrameLook], read: Read
) -> dict[str, str]:
    """Path of a copy -> path of the frame that it repeats, which is the largest, then the first."""
    frames = sorted(encounter.frames, key=lambda f: (-_pixels(looks[f.path]), f.number))
    originals: list[PlacedFrame] = []
    copies: dict[str, str] = {}
    for frame in frames:
        look = looks[frame.path]
        repeated = (one for one in originals if _is_copy(looks[one.path], look, one, frame, read))
        like = next(repeated, None)
        if like is None:
            originals.append(frame)
        else:
            copies[frame.path] = like.path
    return copies


def _pixels(look: FrameLook) -> int:
    return look.size[0] * look.size[1]


def _is_copy(
    look: FrameLook, other: FrameLook, frame: PlacedFrame, of: PlacedFrame, read: Read
) -> bool:
    """Whether a frame holds the exposure of another: the same bytes, or saved again.

    Two frames of a burst come from one camera with other times or counts; only what has the same
    moment, or none, is laid over the other, which takes a tenth of a second.
    """
    if look.sha256 == other.sha256:
        return True
    moments = frame.moment, of.moment
    if not (look.sketch and other.sketch) or (None not in moments and moments[0] != moments[1]):
        return False
    if frame.camera != of.camera or (look.size == other.size and _counted_on(look, other)):
        return False
    first, second = unpacked([bytes.fromhex(look.sketch), bytes.fromhex(other.sketch)])
    if float(first.astype(np.float32) @ second.astype(np.float32)) < ALIKE:
        return False
    greys = [grey_of(decode_small(read(one.path), max_pixels=LARGEST).image) for one in (frame, of)]
    return compared(greys[0], greys[1]).copy


def _counted_on(look: FrameLook, other: FrameLook) -> bool:
    """Whether the camera's own count says that these are two exposures."""
    return None not in (look.sequence, other.sequence) and look.sequence != other.sequence
