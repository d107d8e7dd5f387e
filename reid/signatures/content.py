"""What a file of signatures holds of every animal."""

from dataclasses import dataclass, replace
from math import nan

import numpy as np

from reid.signatures.arrays import FeatureBytes, packed
from reid.signatures.errors import SignaturesOfAnotherModel
from reid.types import (
    AnnotationFeatures,
    Box,
    Embedding,
    Flank,
    Float32,
    Grade,
    LocalFeatures,
    Measures,
    Pose,
    Quality,
    Reason,
)

ROOTSIFT_WIDTH = 128


@dataclass(frozen=True, slots=True)
class PassedQuality:
    """What a neighbour is told of an annotation's quality; see `reid.types.Quality`."""

    value: float
    grade: Grade
    reasons: tuple[Reason, ...]
    model: str

    def with_yaw(self, yaw: float) -> Quality:
        """The quality as a comparison takes it; what else was measured is unknown."""
        measures = Measures(nan, nan, nan, nan, nan, nan, nan, yaw)
        return Quality(measures, self.value, self.grade, self.reasons, self.model)


@dataclass(frozen=True, slots=True)
class PassedAnnotation:
    """One annotation as it is passed on: without a pixel, a day, a file name or a place.

    month: "2018-11", or "" where no time is known. size: width and height of the crop in pixels;
    points are counted from its corner. vector: the embedding, float32. rootsift: None where it was
    left out.
    """

    flank: Flank
    month: str
    quality: PassedQuality | None
    pose: Pose | None
    size: tuple[float, float]
    vector: bytes
    dense: FeatureBytes
    rootsift: FeatureBytes | None

    def features(self, model: str, rootsift: str) -> AnnotationFeatures:
        """As they are compared; without RootSIFT there are no keypoints. Measures are unknown."""
        points = np.empty((0, 2), np.float32)
        nothing = LocalFeatures(
            points, np.empty((0, ROOTSIFT_WIDTH), np.float32), points[:, 0], rootsift
        )
        yaw = self.pose.yaw if self.pose else nan
        quality = None if self.quality is None else self.quality.with_yaw(yaw)
        return AnnotationFeatures(
            embedding=Embedding(np.frombuffer(self.vector, "<f4").astype(np.float32), model),
            dense=self.dense.features(model),
            rootsift=self.rootsift.features(rootsift) if self.rootsift else nothing,
            flank=self.flank,
            box=Box(0, 0, *self.size),
            pose=self.pose,
            quality=quality,
        )


@dataclass(frozen=True, slots=True)
class PassedAnimal:
    """One identity as it is passed on. code: what it is called over the telephone; name: the
    owner's, "" unless the owner chose to tell it."""

    code: str
    name: str
    annotations: tuple[PassedAnnotation, ...]

    @property
    def called(self) -> str:
        """Code, and name where there is one."""
        return f"{self.code} ({self.name})" if self.name else self.code

    @property
    def months(self) -> tuple[str, ...]:
        """The months in which it was photographed, the first one first."""
        return tuple(sorted({a.month for a in self.annotations if a.month}))

    @property
    def flanks(self) -> tuple[Flank, ...]:
        """The flanks its annotations show, left first."""
        present = {annotation.flank for annotation in self.annotations}
        return tuple(flank for flank in Flank if flank in present)


@dataclass(frozen=True, slots=True)
class Signatures:
    """All of a file. rootsift: what made the keypoints, "" where there are none. each: the most
    annotations of one flank. made: the month of the export. fingerprint: of the key that signed."""

    model: str
    rootsift: str
    calibrator: str
    area: str
    contact: str
    made: str
    each: int
    animals: tuple[PassedAnimal, ...]
    fingerprint: str = ""

    @property
    def annotations(self) -> int:
        """How many annotations all animals have."""
        return sum(len(animal.annotations) for animal in self.animals)

    def check_model(self, model: str, rootsift: str) -> None:
        """Raises SignaturesOfAnotherModel unless both sides' features are comparable."""
        if self.model != model:
            raise SignaturesOfAnotherModel(theirs=self.model, ours=model)
        if self.rootsift and self.rootsift != rootsift:
            raise SignaturesOfAnotherModel(theirs=self.rootsift, ours=rootsift)


def passed(
    features: AnnotationFeatures, month: str = "", *, rootsift: bool = True
) -> PassedAnnotation:
    """An annotation as it is passed on. rootsift False leaves out its keypoints."""
    corner: Float32 = np.array([features.box.x0, features.box.y0], np.float32)
    quality, pose = None, None
    if q := features.quality:
        quality = PassedQuality(round(q.value, 3), q.grade, q.reasons, q.model)
    if features.pose:
        pose = Pose(round(features.pose.left, 3), round(features.pose.yaw, 1))
    return PassedAnnotation(
        flank=features.flank,
        month=month,
        quality=quality,
        pose=pose,
        size=(features.box.width, features.box.height),
        vector=features.embedding.vector.astype("<f4").tobytes(),
        dense=packed(features.dense, corner),
        rootsift=packed(features.rootsift, corner) if rootsift else None,
    )


def without_rootsift(signatures: Signatures) -> Signatures:
    """The same file without its keypoints."""
    animals = tuple(
        replace(
            animal,
            annotations=tuple(replace(a, rootsift=None) for a in animal.annotations),
        )
        for animal in signatures.animals
    )
    return replace(signatures, rootsift="", animals=animals)
