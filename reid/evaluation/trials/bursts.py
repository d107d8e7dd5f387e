"""Poor bursts against good references: the best pair, the sum of pairs, and the fused picture."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from time import perf_counter

import cv2
import numpy as np
from numpy.typing import NDArray

from reid.compare.comparison import compare
from reid.describe.describer import CropDescriber
from reid.evaluation.data.bursts import PaintedBurst, painted_light
from reid.evidence.calibrator import Calibrator
from reid.evidence.encounters import ComparedPhotos, witnesses
from reid.evidence.settle import best_grade
from reid.evidence.strata import PairStratum, stratum_of
from reid.evidence.tested import SETTLED, Settling
from reid.fusion.burst import FusedBurst, fuse
from reid.fusion.laying import WIDE
from reid.fusion.links import BurstFrame, linked
from reid.threads import side_by_side
from reid.types import AnnotationFeatures, Float32, Grade

STRANGERS = 5  # impostors of each burst, its relative among them
BEST, SUM, FUSED = "best pair", "sum of pairs", "fused"
FINE, COARSE = 5.0, 14.0  # pixels of WIDE: what lies between these blurs is a rosette
MARK, NONE = -1.0, -0.25  # standard deviations: a dark mark, and what is none
CELL = 8  # pixels of WIDE: a cell of the network
NEAR = 3  # pixels of WIDE: how far from a mark the truth is looked up, less than half a cell


@dataclass(frozen=True, slots=True)
class FusingCost:
    """What fusing one burst took and keeps. seconds: the frames are described already, and their
    picture is described in it. bytes: of picture and counts as PNG."""

    frames: int
    seconds: float
    bytes: int


@dataclass(frozen=True, slots=True)
class BurstPair:
    """A burst of n frames against one reference; llrs by the way of asking.

    grades: the best of the frames, and that of the reference.
    """

    level: int
    frames: int
    animals: tuple[str, str]
    grades: tuple[Grade, Grade]
    llrs: dict[str, float]


def fused_bursts(
    bursts: Sequence[PaintedBurst], sizes: Sequence[int], describer: CropDescriber
) -> dict[tuple[int, int, int], FusedBurst]:
    """Of every burst, level and size the first so many frames fused; by (animal, level, size)."""
    found = {}
    for burst, size in product(bursts, sizes):
        for level, frames in burst.frames.items():
            found[burst.animal, level, size] = fuse(frames[:size], describer)
    return found


def burst_pairs(
    bursts: Sequence[PaintedBurst],
    sizes: Sequence[int],
    fused: dict[tuple[int, int, int], FusedBurst],
    calibrator: Calibrator,
) -> Iterator[BurstPair]:
    """Every burst against the references of its animal, its relative and other strangers."""
    for burst in bursts:
        others = {(burst.animal + step) % len(bursts) for step in range(2, STRANGERS + 1)}
        known = sorted(others | {burst.animal, burst.animal ^ 1} & set(range(len(bursts))))
        for level, frames in burst.frames.items():
            for other, reference in product(known, range(len(burst.references))):
                photo = bursts[other].references[reference]
                pairs = _compared([frame.features for frame in frames], photo)
                for size in sizes:
                    picture = fused[burst.animal, level, size].features
                    whole = [] if picture is None else _compared([picture], photo)
                    llrs = _llrs(pairs[:size], whole, calibrator)
                    names = f"B{burst.animal:03d}", f"B{other:03d}"
                    photos = [frame.features for frame in frames[:size]]
                    grades = _grade(photos), _grade([photo])
                    yield BurstPair(level, size, names, grades, llrs)


def _grade(photos: Sequence[AnnotationFeatures]) -> Grade:
    return best_grade(photos) or Grade.GOOD


def _compared(
    photos: Sequence[AnnotationFeatures], reference: AnnotationFeatures
) -> list[ComparedPhotos]:
    def one(photo: AnnotationFeatures) -> ComparedPhotos:
        return ComparedPhotos(photo, reference, compare(photo, reference, registered=False))

    return list(side_by_side(one, photos))


def _llrs(
    pairs: Sequence[ComparedPhotos], whole: Sequence[ComparedPhotos], calibrator: Calibrator
) -> dict[str, float]:
    def llr(some: Sequence[ComparedPhotos]) -> float:
        seen = [one for one in some if one.query.shows_animal and one.other.shows_animal]
        return calibrator.evidence(witnesses(seen, calibrator.fusion)).llr

    total = sum(llr([pair]) for pair in pairs)
    bounded = float(np.clip(total, -calibrator.bound, calibrator.bound))
    return {BEST: llr(pairs), SUM: bounded, FUSED: llr([*pairs, *whole])}


def burst_strata(pairs: Sequence[BurstPair]) -> list[PairStratum]:
    """For each level, number of frames and way of asking, its pairs."""
    kept: dict[tuple[int, int, str], list[tuple[tuple[str, str], float]]] = defaultdict(list)
    for pair, way in product(pairs, (BEST, SUM, FUSED)):
        kept[pair.level, pair.frames, way].append((pair.animals, pair.llrs[way]))
    return [
        stratum_of(f"{frames} frames, {way}", some, level=level)
        for (level, frames, way), some in sorted(kept.items())
    ]


def settled_by_frames(pairs: Sequence[BurstPair]) -> list[Settling]:
    """What share of the pairs the fused frames settle, by their best grade and their number.

    Only bursts that the product fuses: all their frames poor or unusable; references are good.
    """
    alike: dict[tuple[Grade, int], list[BurstPair]] = defaultdict(list)
    for pair in pairs:
        if pair.grades[0] in (Grade.POOR, Grade.UNUSABLE) and pair.grades[1] is Grade.GOOD:
            alike[pair.grades[0], pair.frames].append(pair)
    rows = []
    for (grade, frames), some in sorted(alike.items()):
        ours = np.array([pair.llrs[FUSED] for pair in some if len({*pair.animals}) == 1])
        theirs = np.array([pair.llrs[FUSED] for pair in some if len({*pair.animals}) > 1])
        if len(ours) and len(theirs):
            shares = (ours >= SETTLED).mean(), (theirs <= -SETTLED).mean()
            same, different = (round(float(share), 4) for share in shares)
            counts = len(ours), len(theirs)
            rows.append(Settling(grade, Grade.GOOD, 1, *counts, same, different, frames))
    return rows


def cost_of(frames: Sequence[BurstFrame], describer: CropDescriber) -> FusingCost:
    """Linking, laying over each other and fusing these frames, and describing their picture."""
    start = perf_counter()
    burst = fuse(frames, describer)
    seconds = perf_counter() - start
    size = 0
    if burst.picture:
        grey = cv2.cvtColor(burst.picture.image, cv2.COLOR_RGB2GRAY)
        size = sum(len(cv2.imencode(".png", part)[1]) for part in (grey, burst.picture.behind))
    return FusingCost(len(frames), seconds, size)


def alternating(
    one: Sequence[BurstFrame], other: Sequence[BurstFrame], rng: np.random.Generator
) -> list[BurstFrame]:
    """As many frames as either burst has, drawn from both, at least two of each."""
    count = len(one)
    turn = rng.random(count) < 0.5
    turn[rng.permutation(count)[:4]] = (True, True, False, False)
    return [(one if first else other)[n] for n, first in enumerate(turn)]


def noticed(frames: Sequence[BurstFrame]) -> bool:
    """Whether two animals are suspected in a burst."""
    return linked([frame.features for frame in frames]).two_animals


@dataclass(frozen=True, slots=True)
class FalseMarks:
    """Cells of coat of a fused picture.

    cells: all. bare: where the truth has no mark. shown: with a dark mark in the picture; false:
    those of them that are bare; single: the bare ones where the anchor alone shows a mark.
    """

    cells: int
    bare: int
    shown: int
    false: int
    single: int


def false_marks(
    painted: PaintedBurst, frames: Sequence[BurstFrame], burst: FusedBurst
) -> FalseMarks | None:
    """Marks that a fused picture shows and the painted coat has not; None without a picture.

    frames: of `painted`, as they were fused.
    """
    if burst.picture is None:
        return None
    anchor = burst.links.anchor
    view = painted.views[anchor]
    light = painted_light(painted.coat, view)
    height, width = burst.picture.image.shape[:2]
    truth = _marks(cv2.resize(light, (width, height), interpolation=cv2.INTER_AREA))
    coat = cv2.resize(view.animal, (width, height), interpolation=cv2.INTER_AREA) > 0.95
    coat &= cv2.boxFilter(coat.astype(np.float32), -1, (4 * CELL + 1, 4 * CELL + 1)) > 0.99
    coat &= burst.picture.behind > 1
    near = np.ones((2 * NEAR + 1, 2 * NEAR + 1), np.uint8)
    none = cv2.erode(truth, near) > NONE  # nowhere near is it dark
    alone = cv2.cvtColor(frames[anchor].crop.image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    alone = cv2.resize(alone, (width, height), interpolation=cv2.INTER_CUBIC)
    grey = burst.picture.image[..., 0].astype(np.float32)
    shown, single = (_cells((_marks(side) < MARK) & coat) for side in (grey, np.asarray(alone)))
    nowhere = _cells(none & coat)
    return FalseMarks(
        int(_cells(coat).sum()),
        int(nowhere.sum()),
        int(shown.sum()),
        int((shown & nowhere).sum()),
        int((single & nowhere).sum()),
    )


def _marks(grey: Float32 | NDArray[np.floating]) -> Float32:
    """(H, W) contrast at the size of rosettes, in standard deviations of its surroundings."""
    light = np.asarray(grey, np.float32)
    scale = light.shape[1] / WIDE
    band = cv2.GaussianBlur(light, (0, 0), FINE * scale)
    band = band - cv2.GaussianBlur(light, (0, 0), COARSE * scale)
    spread = np.sqrt(cv2.GaussianBlur(band * band, (0, 0), 4 * COARSE * scale))
    return np.asarray(band / (spread + 1e-6), np.float32)


def _cells(pixels: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The middle pixel of each cell of the network."""
    return pixels[CELL // 2 :: CELL, CELL // 2 :: CELL]
