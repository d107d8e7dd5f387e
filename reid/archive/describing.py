"""Boxes to features that are kept as files, by a key of frame, box and model; one pure function."""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

from reid.archive.journal import replaced
from reid.archive.looking import LARGEST, content
from reid.archive.rows import Status
from reid.archive.video import frames_of
from reid.describe.finder import Finder
from reid.describe.packing import pack_features, unpack_features
from reid.describe.reduced import in_own_pixels
from reid.errors import InputError, UnusableCrop
from reid.interchange.folders import is_video
from reid.photo.crop import cut, cut_photo
from reid.photo.images import decode_photo, encode_jpeg
from reid.types import (
    AnnotationFeatures,
    Box,
    Crop,
    Embedding,
    Flank,
    Grade,
    Measures,
    Pose,
    Quality,
    Reason,
)

SHOWN = 240  # pixels across, of a picture in the report
ASIDE = 0.04  # of the box's sides, that a picture shows around it
REMEMBERED = 240  # features a process, about half a megabyte each
SURE = 0.9  # probability of a flank from which it is taken for seen


class ArchiveNetwork(Finder, Protocol):
    """What an archive run needs of `reid.describe.embed.Embedder`."""

    def describe(self, crops: list[Crop]) -> list[AnnotationFeatures]:
        """Embedding and local features of each crop."""


@dataclass(frozen=True, slots=True)
class DescribeTask:
    """A box to describe. key: of frame, box, flank and model; folder: where features are kept."""

    key: str
    file: Path
    box: tuple[float, float, float, float]
    flank: Flank
    folder: Path
    video_frame: int | None = None


@dataclass(frozen=True, slots=True)
class Described:
    """What is known of a described box, beside its features. value: quality in [0, 1].

    left: probability that the left flank is seen. status, code, reason: why there are no features.
    """

    left: float = 0.5
    value: float = 0.0
    grade: str = ""
    status: str = ""
    code: str = ""
    reason: str = ""

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> "Described":
        """The inverse of `asdict`."""
        return cls(**{name: line[name] for name in cls.__slots__ if name in line})

    @property
    def usable(self) -> bool:
        """Whether its features are worth a comparison."""
        return not self.status and self.grade != Grade.UNUSABLE

    def side(self, stated: Flank = Flank.UNKNOWN) -> Flank:
        """The flank: as stated, else where the network is sure."""
        if stated is not Flank.UNKNOWN:
            return stated
        if SURE > self.left > 1 - SURE:
            return Flank.UNKNOWN
        return Flank.LEFT if self.left >= SURE else Flank.RIGHT


def key_of(
    sha256: str,
    box: tuple[float, float, float, float],
    flank: Flank,
    model: str,
    video_frame: int | None = None,
) -> str:
    """The name of a described box, the same wherever and whenever the frame turns up."""
    asked = json.dumps([sha256, list(box), flank.value, model, video_frame])
    return hashlib.sha256(asked.encode()).hexdigest()[:32]


def described(network: ArchiveNetwork, task: DescribeTask) -> Described:
    """Describe one box; its features and a small picture are files once this returns."""
    try:
        crop = _crop(task)
        [features] = in_own_pixels(network.describe([crop]), [crop])
        if not_kept := _not_kept(task, features, crop):
            return not_kept
    except UnusableCrop as error:
        return Described(status=Status.TOO_POOR, code=error.code, reason=str(error))
    except InputError as error:
        return Described(status=Status.UNREADABLE, code=error.code, reason=str(error))
    except OSError as error:
        reason = error.strerror or str(error)
        return Described(status=Status.UNREADABLE, code="unreadable_file", reason=reason)
    except Exception as error:  # a defect of ours must not cost the other boxes their rows
        reason = f"{type(error).__name__}: {error}"
        return Described(status=Status.FAILED, code="internal_error", reason=reason)
    left = features.pose.left if features.pose else 0.5
    quality = features.quality
    if quality is None:
        return Described(left, 1.0, Grade.USABLE)
    if not features.shows_animal:
        return Described(left, quality.value, quality.grade, Status.NO_COAT)
    return Described(round(left, 4), round(quality.value, 4), quality.grade)


def lost(task: DescribeTask) -> Described:
    """The row of a box that ended the process that described it."""
    del task
    reason = "the process that described it was ended by the system: memory, or a damaged file"
    return Described(status=Status.FAILED, code="lost", reason=reason)


def features_file(folder: Path, key: str) -> Path:
    """Where the features of a box lie."""
    return folder / "features" / key[:2] / f"{key}.npz"


def picture_file(folder: Path, key: str) -> Path:
    """Where the small picture of a box lies."""
    return folder / "pictures" / key[:2] / f"{key}.jpg"


@lru_cache(maxsize=REMEMBERED)
def read_features(folder: Path, key: str) -> AnnotationFeatures:
    """The features of a box, as they were kept."""
    with np.load(features_file(folder, key), allow_pickle=False) as arrays:
        facts: dict[str, Any] = json.loads(str(arrays["facts"]))
        dense, rootsift = (
            unpack_features(arrays[name].tobytes()) for name in ("dense", "rootsift")
        )
        vector = arrays["vector"].astype(np.float32)
    return AnnotationFeatures(
        embedding=Embedding(vector, facts["model"]),
        dense=dense,
        rootsift=rootsift,
        flank=Flank(facts["flank"]),
        box=Box(*facts["box"]),
        pose=Pose(*facts["pose"]) if facts["pose"] else None,
        quality=_quality(facts["quality"]),
    )


def read_vector(folder: Path, key: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    """The embedding alone, (D,) float32."""
    with np.load(features_file(folder, key), allow_pickle=False) as arrays:
        return np.asarray(arrays["vector"], np.float32)


def _crop(task: DescribeTask) -> Crop:
    box = Box(*task.box)
    if is_video(task.file.name):
        number = task.video_frame or 0
        for _, image in frames_of(task.file, {number}):
            return cut(image, task.flank, box)
        raise OSError(0, "the clip has no such frame")
    photo = decode_photo(content(task.file), max_pixels=LARGEST)
    width, height = photo.size
    whole = (box.x0, box.y0) == (0, 0) and box.x1 >= width and box.y1 >= height
    return cut_photo(photo, task.flank, None if whole else box)


def _not_kept(task: DescribeTask, features: AnnotationFeatures, crop: Crop) -> Described | None:
    """The row of a box whose features cannot be written, as on a full disk: the next run tries
    again. None where they are kept."""
    try:
        _keep(task, features, crop)
    except OSError as error:
        reason = f"its features cannot be written: {error.strerror or error}"
        return Described(status=Status.FAILED, code="not_kept", reason=reason)
    return None


def _keep(task: DescribeTask, features: AnnotationFeatures, crop: Crop) -> None:
    """Features and picture on disk, each there as a whole or not at all."""
    quality = features.quality
    facts = {
        "model": features.embedding.model,
        "flank": features.flank.value,
        "box": [features.box.x0, features.box.y0, features.box.x1, features.box.y1],
        "pose": [features.pose.left, features.pose.yaw] if features.pose else None,
        "quality": None
        if quality is None
        else {
            "measures": [float(getattr(quality.measures, n)) for n in Measures.__slots__],
            "value": quality.value,
            "grade": quality.grade,
            "reasons": list(quality.reasons),
            "model": quality.model,
        },
    }
    out = io.BytesIO()
    np.savez(
        out,
        vector=features.embedding.vector,
        dense=np.frombuffer(pack_features(features.dense), np.uint8),
        rootsift=np.frombuffer(pack_features(features.rootsift), np.uint8),
        facts=np.array(json.dumps(facts)),
    )
    picture = crop.image
    if (scale := SHOWN / picture.shape[1]) < 1:
        size = (SHOWN, max(1, round(picture.shape[0] * scale)))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    for path, data in (
        (picture_file(task.folder, task.key), encode_jpeg(picture, quality=75)),
        (features_file(task.folder, task.key), out.getvalue()),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replaced(path) as file:
            file.write(data)


def _quality(facts: Mapping[str, Any] | None) -> Quality | None:
    if facts is None:
        return None
    return Quality(
        Measures(*facts["measures"]),
        facts["value"],
        Grade(facts["grade"]),
        tuple(map(Reason, facts["reasons"])),
        facts["model"],
    )
