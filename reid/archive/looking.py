"""The first look at a frame: its bytes, its time, and where its animals are; one pure function."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from reid.archive.rows import Status
from reid.archive.video import frames_of
from reid.describe.finder import Finder, ProposedBox, proposals
from reid.errors import InputError
from reid.interchange.folders import is_video
from reid.interchange.package import SourceBox
from reid.photo import exif
from reid.photo.banner import read_banner
from reid.photo.crop import is_frame
from reid.photo.file_names import number_in
from reid.photo.images import DecodedPhoto, decode_photo, decode_small
from reid.photo.likeness import sketch
from reid.types import Box, Image

LARGEST = 60_000_000  # pixels held at once
THUMB = 16  # grey levels across the picture of a box that tells near copies
LOOKED_AT = 160  # pixels across, in which sharpness is measured
EDGE = 0.004  # of a side: a box that comes as near was cut off by the frame


@dataclass(frozen=True, slots=True)
class LookTask:
    """A frame to look at. boxes: None, the network's own finder shall propose some.

    confidences: one a box. video_frames: one a box, of a video. banner: where the file states no
    time, the printed one is read. checked: it is read whatever the file states.
    """

    path: str
    file: Path
    boxes: tuple[SourceBox, ...] | None = None
    confidences: tuple[float | None, ...] = ()
    video_frames: tuple[int | None, ...] = ()
    banner: bool = False
    checked: bool = False

    def state(self, model: str) -> str:
        """Changes whenever another look would give another row."""
        boxes = None if self.boxes is None else [asdict(box) for box in self.boxes]
        asked = [facts(self.file), boxes, self.video_frames, model if boxes is None else ""]
        return hashlib.sha256(json.dumps(asked, default=str).encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class SeenBox:
    """An animal of a frame, before anybody has looked at its coat.

    box: pixels of the upright frame. score: how well it may be seen, larger is better. thumb: THUMB
    x THUMB grey levels of it. video_frame: of a video.
    """

    box: tuple[float, float, float, float]
    score: float
    thumb: str
    confidence: float | None = None
    video_frame: int | None = None


@dataclass(frozen=True, slots=True)
class FrameLook:
    """What a look at a frame gives. code, reason: why there is none; animals: seen in it.

    moment: the file's own time, as its clock showed it, ISO 8601. sketch: of
    `reid.photo.likeness`. banner: the printed text of date and time, "" where none is sure, or the
    file states its time and it is not checked; banner_asked: whether it was to be read where the
    file states none, banner_checked: whatever the file states.
    """

    state: str
    sha256: str = ""
    moment: str = ""
    zone: str = "unknown"
    time_source: str = "none"
    camera: str = ""
    sequence: int | None = None
    size: tuple[int, int] = (0, 0)
    sketch: str = ""
    animals: tuple[SeenBox, ...] = ()
    by_finder: bool = False
    status: str = ""
    code: str = ""
    reason: str = ""
    damage: str = ""
    banner: str = ""
    banner_asked: bool = False
    banner_checked: bool = False

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> "FrameLook":
        """The inverse of `asdict`."""
        values = {name: line[name] for name in cls.__slots__ if name in line}
        animals = tuple(
            SeenBox(**{**animal, "box": tuple(animal["box"])}) for animal in line["animals"]
        )
        return cls(**{**values, "animals": animals, "size": tuple(line["size"])})


def looked(finder: Finder, task: LookTask) -> FrameLook:
    """The look at one frame, whatever happens."""
    state = task.state(finder.model)
    try:
        if is_video(task.path):
            return _looked_at_video(finder, task, state)
        return _looked_at_photo(finder, task, state)
    except InputError as error:
        return FrameLook(state, status=Status.UNREADABLE, code=error.code, reason=str(error))
    except OSError as error:
        reason = error.strerror or str(error)
        return FrameLook(state, status=Status.UNREADABLE, code="unreadable_file", reason=reason)
    except Exception as error:  # a defect of ours must not cost the other frames their rows
        reason = f"{type(error).__name__}: {error}"
        return FrameLook(state, status=Status.FAILED, code="internal_error", reason=reason)


def lost(model: str, task: LookTask) -> FrameLook:
    """The look at a frame that ended the process that looked."""
    reason = "the process that read this frame was ended by the system: memory, or a damaged file"
    return FrameLook(task.state(model), status=Status.FAILED, code="lost", reason=reason)


def facts(file: Path) -> tuple[int, int]:
    """Size and modification time; they change when a file is written."""
    try:
        status = file.stat()
    except OSError:
        return (-1, -1)
    return (status.st_size, status.st_mtime_ns)


def content(file: Path) -> bytes:
    """The bytes of a file; a pipe that is called photo.jpg is not waited for."""
    if file.exists() and not file.is_file():
        raise OSError(0, "not a regular file")
    return file.read_bytes()


def _looked_at_photo(finder: Finder, task: LookTask, state: str) -> FrameLook:
    data = content(task.file)
    digest = hashlib.sha256(data).hexdigest()
    taken = exif.read(data, file_name=task.file.name)
    by_finder = task.boxes is None
    wanted = task.checked or (task.banner and not taken.captured_at)
    photo = (decode_photo if by_finder else decode_small)(data, max_pixels=LARGEST)
    width, height = photo.size
    if task.boxes is None:
        animals = _proposed(finder, photo.image, photo.reduction)
    else:
        boxes = _in_pixels(task.boxes, width, height)
        animals = tuple(
            _seen(photo.image, box, photo.reduction, sure)
            for box, sure in zip(boxes, task.confidences, strict=True)
        )
    return FrameLook(
        state,
        sha256=digest,
        moment=_wall_clock(taken.captured_at),
        zone=taken.zone,
        time_source=taken.source,
        camera=taken.camera or "",
        sequence=taken.sequence,
        size=(width, height),
        sketch=sketch(photo.image).hex(),
        animals=animals,
        by_finder=by_finder,
        status="" if animals else Status.NO_COAT,
        damage=str(photo.damage or ""),
        banner=_printed(data, photo) if wanted and (task.checked or animals) else "",
        banner_asked=task.banner,
        banner_checked=task.checked,
    )


def _printed(data: bytes, photo: DecodedPhoto) -> str:
    """The text of date and time on a photo, read in its own pixels."""
    whole = photo if photo.reduction == 1 else decode_photo(data, max_pixels=LARGEST)
    return read_banner(whole.image).text


def _looked_at_video(finder: Finder, task: LookTask, state: str) -> FrameLook:
    """The animals of a clip. Its frames are sampled where no detector names any."""
    with task.file.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    numbers = None if task.boxes is None else {n for n in task.video_frames if n is not None}
    animals: list[SeenBox] = []
    size = (0, 0)
    for number, image in frames_of(task.file, numbers):
        height, width = image.shape[:2]
        size = (width, height)
        if task.boxes is None:
            animals += _proposed(finder, image, 1, number)
            continue
        for box, sure, of in zip(task.boxes, task.confidences, task.video_frames, strict=True):
            if of == number:
                [pixels] = _in_pixels([box], width, height)
                animals.append(_seen(image, pixels, 1, sure, number))
    moment = exif.time_in_name(task.file.name)
    return FrameLook(
        state,
        sha256=digest,
        moment=_wall_clock(moment),
        time_source="file name" if moment else "none",
        sequence=number_in(task.file.name),
        size=size,
        animals=tuple(animals),
        by_finder=task.boxes is None,
        status="" if animals else Status.NO_COAT,
    )


def _in_pixels(boxes: Sequence[SourceBox], width: int, height: int) -> list[Box]:
    return [box.pixels(width, height) for box in boxes]


def _proposed(
    finder: Finder, image: Image, reduction: int, number: int | None = None
) -> tuple[SeenBox, ...]:
    """The boxes of the network's own finder; a photo that is no full frame is one animal."""
    height, width = image.shape[:2]
    everything = Box(0, 0, width * reduction, height * reduction)
    if not is_frame(width, height):
        return (_seen(image, everything, reduction, None, number),)
    found = finder.animals(image)
    if not found:
        return ()
    boxes = proposals(_Found(finder.model, found), image)
    return tuple(
        _seen(image, _times(seen.box, reduction), reduction, seen.probability, number)
        for seen in boxes
    ) or (_seen(image, everything, reduction, found[0].probability, number),)


@dataclass(frozen=True, slots=True)
class _Found:
    """A finder that has looked already."""

    model: str
    boxes: list[ProposedBox]

    def animals(self, image: Image) -> list[ProposedBox]:
        """What it saw."""
        del image
        return self.boxes


def _times(box: Box, reduction: int) -> Box:
    return Box(*(side * reduction for side in (box.x0, box.y0, box.x1, box.y1)))


def _seen(
    image: Image,
    box: Box,
    reduction: int,
    confidence: float | None,
    number: int | None = None,
) -> SeenBox:
    """A box with how well its animal may be seen. box: in the frame's own pixels."""
    x0, y0, x1, y1 = (round(side / reduction) for side in (box.x0, box.y0, box.x1, box.y1))
    height, width = image.shape[:2]
    x1, y1 = min(max(x1, x0 + 1), width), min(max(y1, y0 + 1), height)
    part = cv2.cvtColor(image[min(y0, y1 - 1) : y1, min(x0, x1 - 1) : x1], cv2.COLOR_RGB2GRAY)
    small = cv2.resize(part, (THUMB, THUMB), interpolation=cv2.INTER_AREA)
    cut = x0 <= EDGE * width or x1 >= (1 - EDGE) * width
    whole = cut and (x1 - x0) >= (1 - 2 * EDGE) * width  # cut out by somebody, not by the frame
    score = float(np.sqrt(box.width * box.height)) * (0.2 + _sharpness(part))
    return SeenBox(
        (round(box.x0, 1), round(box.y0, 1), round(box.x1, 1), round(box.y1, 1)),
        round(score * (0.6 if cut and not whole else 1.0), 3),
        np.asarray(small, np.uint8).tobytes().hex(),
        confidence,
        number,
    )


def _sharpness(grey: Image) -> float:
    """[0, 1], contrast of fine edges over all contrast."""
    scale = LOOKED_AT / grey.shape[1]
    if scale < 1:
        size = (LOOKED_AT, max(1, round(grey.shape[0] * scale)))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    levels = grey.astype(np.float32)
    fine = levels - cv2.GaussianBlur(levels, (0, 0), 2.0)
    return float(np.clip(fine.std() / max(float(levels.std()), 4.0), 0, 1))


def _wall_clock(moment: datetime | None) -> str:
    return moment.replace(tzinfo=None).isoformat() if moment else ""
