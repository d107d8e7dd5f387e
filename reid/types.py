"""Values that pass between the stages. Frozen, checked once, no behaviour beyond shape.

Arrays: B images, N gallery rows, D embedding size, K keypoints, M correspondences. Images are RGB
uint8 (H, W, 3); boxes are xyxy pixels; points are (x, y) with the centre of the first pixel at
(0, 0). Two sides of a comparison are suffixed 0 (query) and 1 (gallery).
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Image = NDArray[np.uint8]

OBLIQUE = 30.0  # degrees of yaw beyond which an animal is seen from the front or from behind


class Flank(StrEnum):
    """Side of the animal that is seen; rosettes of the two flanks are different patterns."""

    LEFT = "left"
    RIGHT = "right"
    UNKNOWN = "unknown"

    def comparable_with(self, other: "Flank") -> bool:
        """Left is compared with left only; unknown is tried against both."""
        return self == other or Flank.UNKNOWN in (self, other)


class Verdict(StrEnum):
    """What the machine concludes from an llr."""

    SAME = "same"
    DIFFERENT = "different"
    INCONCLUSIVE = "inconclusive"
    NOT_COMPARABLE = "not comparable"


class Grade(StrEnum):
    """How good an annotation is to tell an individual by, best first."""

    GOOD = "good"
    USABLE = "usable"
    POOR = "poor"
    UNUSABLE = "unusable"


class Reason(StrEnum):
    """What makes an annotation worse than good."""

    BLUR = "blur"
    DARK = "dark"
    OVEREXPOSED = "overexposed"
    SMALL = "small"
    OCCLUDED = "occluded"
    OBLIQUE = "oblique"
    NO_ANIMAL = "no_animal"


class Viewpoint(StrEnum):
    """Direction from which an animal is seen."""

    LEFT = "left"
    FRONTLEFT = "frontleft"
    BACKLEFT = "backleft"
    RIGHT = "right"
    FRONTRIGHT = "frontright"
    BACKRIGHT = "backright"
    UNKNOWN = "unknown"


class Source(StrEnum):
    """What one photo was laid over the other by, surest first."""

    ROSETTES = "rosettes"
    ROOTSIFT = "rootsift"
    OUTLINE = "outline"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the upright photo: left, top, right, bottom (right/bottom open)."""

    x0: float
    y0: float
    x1: float
    y1: float

    def __post_init__(self) -> None:
        if not (self.x0 < self.x1 and self.y0 < self.y1):
            raise ValueError(f"an empty box: {self}")

    @property
    def width(self) -> float:
        """Width in pixels, above 0."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Height in pixels, above 0."""
        return self.y1 - self.y0


@dataclass(frozen=True, slots=True)
class Crop:
    """The part of an upright photo that shows one animal.

    image: (H, W, 3) uint8 RGB, cut out at the resolution at which the photo was decoded.
    box: where it was cut, in pixels of the upright photo as decoded.
    bars: what the camera printed along the edges of that photo, in its pixels; nothing in them
    speaks.
    reduction: how many of the photo's own pixels one of these is wide; more than 1 for very large
    photos.
    """

    image: Image
    box: Box
    flank: Flank
    bars: tuple[Box, ...] = ()
    reduction: int = 1


@dataclass(frozen=True, slots=True)
class Embedding:
    """One crop as a unit vector.

    vector: (D,) float32, L2 norm 1.
    model: name and version of the weights, e.g. "rosette@1".
    """

    vector: Float32
    model: str

    def __post_init__(self) -> None:
        if self.vector.ndim != 1 or self.vector.dtype != np.float32:
            raise ValueError(
                f"vector must be (D,) float32, got {self.vector.shape} {self.vector.dtype}"
            )
        if not np.isclose(norm := float(np.linalg.norm(self.vector)), 1.0, atol=1e-3):
            raise ValueError(f"vector must have norm 1, got {norm:.3f}")


@dataclass(frozen=True, slots=True)
class LocalFeatures:
    """Keypoints and descriptors of one crop.

    points: (K, 2) float32, pixels of the upright photo.
    descriptors: (K, D) float32, rows of norm 1.
    weight: (K,) float32 in [0, 1], how much a point is to be trusted.
    model: what made them, e.g. "rosette@1" or "rootsift@1".
    coarse: the first so many were seen at a smaller scale than the others; each scale is a grid of
    its own.
    places: (K, 2) float32, where on the body each point lies, see `LookOutput.chart`; None where
    nobody told.
    """

    points: Float32
    descriptors: Float32
    weight: Float32
    model: str
    coarse: int = 0
    places: Float32 | None = None

    def __post_init__(self) -> None:
        k = len(self.points)
        if self.points.shape != (k, 2) or self.descriptors.ndim != 2:
            raise ValueError(f"points {self.points.shape}, descriptors {self.descriptors.shape}")
        if len(self.descriptors) != k or self.weight.shape != (k,):
            raise ValueError("points, descriptors and weight differ in length")

    def __len__(self) -> int:
        return len(self.points)

    def scales(self) -> "tuple[LocalFeatures, LocalFeatures]":
        """The coarse ones and the fine ones, either of which may be empty."""
        return self._part(slice(0, self.coarse)), self._part(slice(self.coarse, None))

    def _part(self, rows: slice) -> "LocalFeatures":
        return LocalFeatures(
            self.points[rows],
            self.descriptors[rows],
            self.weight[rows],
            self.model,
            places=None if self.places is None else self.places[rows],
        )


@dataclass(frozen=True, slots=True)
class Pose:
    """How the animal stands to the camera, as the network estimates it.

    left: probability that the left flank is seen, [0, 1].
    yaw: degrees between the body axis and the picture plane; positive where the rear is nearer.
    """

    left: float
    yaw: float

    @property
    def flank(self) -> Flank:
        """Left or right where the network is nine parts in ten sure, else unknown."""
        if self.left >= 0.9:
            return Flank.LEFT
        return Flank.RIGHT if self.left <= 0.1 else Flank.UNKNOWN

    @property
    def viewpoint(self) -> Viewpoint:
        """The flank, with front or back where the body is turned by more than 30 degrees."""
        if self.flank is Flank.UNKNOWN:
            return Viewpoint.UNKNOWN
        end = "" if abs(self.yaw) <= OBLIQUE else "back" if self.yaw > 0 else "front"
        return Viewpoint(end + self.flank.value)


@dataclass(frozen=True, slots=True)
class Measures:
    """What is measured on the flank of one annotation, to judge it.

    sharpness: [0, 1], contrast of the rosettes' edges over that of the rosettes, 1 as in a sharp
    photo.
    trust: [0, 1], mean trust of the network in the cells it kept.
    brightness: [0, 1], mean luminance of the coat. black, white: shares of the coat without detail.
    flank_pixels: width of the flank in pixels of the photo.
    coat: [0, 1], share of the flank's window that shows coat.
    yaw: degrees, as in `Pose`.
    """

    sharpness: float
    trust: float
    brightness: float
    black: float
    white: float
    flank_pixels: float
    coat: float
    yaw: float


@dataclass(frozen=True, slots=True)
class Quality:
    """How good an annotation is to tell an individual by.

    value: [0, 1], 1 is as good as it gets. reasons: worst first, none for a good one.
    model: what judged, e.g. "quality@1".
    """

    measures: Measures
    value: float
    grade: Grade
    reasons: tuple[Reason, ...]
    model: str

    @property
    def shows_animal(self) -> bool:
        """Whether any coat was seen; without one there is nothing to compare."""
        return Reason.NO_ANIMAL not in self.reasons


@dataclass(frozen=True, slots=True)
class AnnotationFeatures:
    """Everything that is computed once from one annotation and kept.

    pose, quality: as estimated; None where they were not kept. flank: as stated. dense: cells of
    the looks at animal and flank. frames: of a burst, that agree and are fused in it; else 1.
    """

    embedding: Embedding
    dense: LocalFeatures
    rootsift: LocalFeatures
    flank: Flank
    box: Box
    pose: Pose | None = None
    quality: Quality | None = None
    frames: int = 1

    @property
    def shows_animal(self) -> bool:
        """Whether any coat was seen, as far as anybody judged."""
        return self.quality is None or self.quality.shows_animal


@dataclass(frozen=True, slots=True)
class GalleryRow:
    """Which annotation a gallery row is, and whose: database row numbers."""

    annotation: int
    encounter: int
    identity: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A gallery annotation that may show the query animal."""

    row: GalleryRow
    cosine: float  # [-1, 1]


@dataclass(frozen=True, slots=True)
class Correspondences:
    """Points of the two photos that lie on the same place of the coat.

    points0, points1: (M, 2) float32, pixels of the upright query and gallery photo. strength: (M,)
    float32 in [0, 1]. kind: "rosette" (descriptors of the network) or "rootsift" where the coats
    agree, after geometric verification; "discrepancy" where they differ, after registration.
    places: (M, 2) float32, where on the body each lies, half way between what the two photos tell;
    see `LookOutput.chart`. None where nobody told.
    """

    points0: Float32
    points1: Float32
    strength: Float32
    kind: str
    places: Float32 | None = None

    def __len__(self) -> int:
        return len(self.points0)

    def turned(self) -> "Correspondences":
        """With query and gallery photo exchanged."""
        return replace(self, points0=self.points1, points1=self.points0)

    def rows(self, order: NDArray[np.intp]) -> "Correspondences":
        """Some of them, in this order."""
        places = self.places if self.places is None else self.places[order]
        ends = self.points0[order], self.points1[order]
        return Correspondences(*ends, self.strength[order], self.kind, places)


@dataclass(frozen=True, slots=True)
class Overlap:
    """What both photos show of the flank, once one is laid over the other.

    registration: what that rests on; an outline is coarse.
    covisible: [0, 1], share of the smaller flank that is seen in both.
    places: how many cells of it are seen well enough in both to be judged.
    agreeing: [0, 1], share of these places where the rosettes agree; 0 where there is none.
    discrepancies: the places where the rosettes differ, strongest first; none are marked over an
    outline.
    """

    registration: Source
    covisible: float
    places: int
    agreeing: float
    discrepancies: Correspondences

    def turned(self) -> "Overlap":
        """With query and gallery photo exchanged."""
        return replace(self, discrepancies=self.discrepancies.turned())


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything measured on one pair of annotations; nothing in it is weighed.

    cosine: of the two embeddings.
    dense_score, rootsift_score: strength of the verified correspondences, >= 0; None where the
    cascade did not spend the time.
    coarse_score, fine_score: of it, by the looks at animal and flank; the coarse one counts half.
    capacity: [0, 1], how much the two could agree at most, see `reid.compare.capacity`.
    correspondences: where the coats agree, one for each witness, see `reid.compare.spread`.
    overlap: None where a photo shows no coat closely enough, or where nobody asked.
    still: what agreed was scenery, and is left out, see `reid.compare.still`.
    """

    cosine: float
    dense_score: float
    rootsift_score: float | None
    coarse_score: float
    fine_score: float
    capacity: float
    correspondences: tuple[Correspondences, ...]
    overlap: Overlap | None = None
    still: bool = False

    def turned(self) -> "Comparison":
        """With query and gallery photo exchanged."""
        return replace(
            self,
            correspondences=tuple(kind.turned() for kind in self.correspondences),
            overlap=self.overlap and self.overlap.turned(),
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much the photos favour "same leopard" over "different leopards".

    llr: log10 likelihood ratio; +2 means 100 times more likely under "same leopard".
    bound: the largest |llr| its calibration can support. calibrator: which one said so.
    interval: 95 % of the llr over other draws of the calibrating individuals, within the bound.
    """

    llr: float
    bound: float
    verdict: Verdict
    calibrator: str
    interval: tuple[float, float]
