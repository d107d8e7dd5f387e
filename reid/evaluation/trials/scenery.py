"""Whether what stands beside animals testifies: strangers before one scenery or under one strip."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import cv2
import numpy as np

from reid.describe.describer import CropDescriber
from reid.evidence.calibrator import Calibrator
from reid.evidence.encounters import between
from reid.photo.crop import cut
from reid.synthetic.coat import CoatStyle, draw_coat
from reid.synthetic.scenery import Outlook, cut_scenery, draw_scenery
from reid.synthetic.view import Camera, colourised, render, without_animal
from reid.threads import side_by_side
from reid.types import AnnotationFeatures, Box, Crop, Flank, Image, Verdict

FRAME = (900, 1600)  # rows and columns of a whole frame
WIDER = (0.0, 0.1, 0.2, 0.3, 0.4)  # how much wider a box is than the animal
STRIPS = ("black below", "white below", "black above", "text alone", "logo in a corner")
TOO_MUCH = 0.3  # llr that strangers may not pass


@dataclass(frozen=True, slots=True)
class ScenePair:
    """Two different leopards before one scenery. framing: how their crops were cut."""

    framing: str
    llr: float
    verdict: Verdict
    comparable: bool


@dataclass(frozen=True, slots=True)
class SceneFrame:
    """A whole frame with one leopard. image: (H, W, 3) uint8. box: around what is seen of it."""

    image: Image
    box: Box


def frames(
    animals: int, landscapes: Sequence[Image], rng: np.random.Generator, zoom: float = 3.5
) -> list[SceneFrame]:
    """One frame of each of so many animals, all before one scenery. zoom: frame over flank."""
    scenery = cut_scenery(landscapes, rng) if landscapes else draw_scenery(rng)
    outlook = Outlook.of(scenery, rng)
    taken = []
    for _ in range(animals):
        coat = draw_coat(CoatStyle.draw(rng), int(rng.integers(2**62)), height=480)
        drawn = Camera.draw(rng, hardness=0.05, loose=1.0)
        camera = replace(drawn, zoom=zoom, shift=(float(rng.normal(0, 0.4)), 0.1), infrared=True)
        view = render(coat, camera, rng, size=FRAME, outlook=outlook)
        rows, columns = (np.nonzero((view.animal > 0.5).any(axis))[0] for axis in (1, 0))
        box = Box(float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))
        taken.append(SceneFrame(colourised(view, infrared=True), box))
    return taken


def wider(box: Box, share: float) -> Box:
    """A box so much wider and higher, within a frame."""
    x, y = share * box.width / 2, share * box.height / 2
    height, width = FRAME
    return Box(
        max(0.0, box.x0 - x), max(0.0, box.y0 - y), min(width, box.x1 + x), min(height, box.y1 + y)
    )


def with_strip(image: Image, kind: str) -> Image:
    """A copy of a photo with what a camera prints: the same words on every photo."""
    out = image.copy()
    height, width = out.shape[:2]
    band = max(14, round(0.07 * height))
    words, font = "2026-11-29 06:57  STATION 4  12C", cv2.FONT_HERSHEY_SIMPLEX
    white, at = (255, 255, 255), (round(0.03 * width), height - round(0.25 * band))
    if kind == "black above":
        out[:band], at = 0, (at[0], round(0.75 * band))
    elif kind in ("black below", "white below"):
        out[-band:] = 0 if kind == "black below" else 255
        white = (0, 0, 0) if kind == "white below" else white
    elif kind == "logo in a corner":
        corner = (width - band, height - band)
        cv2.circle(out, corner, round(0.8 * band), (230, 60, 30), -1, cv2.LINE_AA)
        cv2.circle(out, corner, round(0.5 * band), (250, 220, 40), 3, cv2.LINE_AA)
    cv2.putText(out, words, at, font, band / 32, white, max(1, band // 16), cv2.LINE_AA)
    return out


def scene_pairs(
    taken: Sequence[SceneFrame], embedder: CropDescriber, calibrator: Calibrator
) -> list[ScenePair]:
    """All pairs of strangers, in boxes of every width, and as whole frames without a box."""
    pairs = []
    for share in WIDER:
        crops = [cut(frame.image, Flank.LEFT, wider(frame.box, share)) for frame in taken]
        pairs += _compared(f"box {share:.0%} wider", crops, embedder, calibrator)
    whole = [cut(frame.image, Flank.LEFT, None) for frame in taken]
    return pairs + _compared("no box", whole, embedder, calibrator)


def strip_pairs(
    taken: Sequence[SceneFrame], embedder: CropDescriber, calibrator: Calibrator
) -> list[ScenePair]:
    """All pairs of strangers as photos cut out around them, under strips of every kind."""
    pairs = []
    for kind in STRIPS:
        photos = [cut(frame.image, Flank.LEFT, wider(frame.box, 0.3)).image for frame in taken]
        crops = [cut(with_strip(photo, kind), Flank.LEFT, None) for photo in photos]
        pairs += _compared(kind, crops, embedder, calibrator)
    return pairs


def _compared(
    framing: str, crops: Sequence[Crop], embedder: CropDescriber, calibrator: Calibrator
) -> list[ScenePair]:
    described = list(embedder.describe(crops))

    def compared(pair: tuple[AnnotationFeatures, AnnotationFeatures]) -> ScenePair:
        weighed = between([pair[0]], [pair[1]], calibrator, registered=False)
        evidence = weighed.evidence
        return ScenePair(framing, evidence.llr, evidence.verdict, bool(weighed.witnesses))

    return list(side_by_side(compared, list(combinations(described, 2))))


def empty_frames(
    number: int,
    landscapes: Sequence[Image],
    rng: np.random.Generator,
    embedder: CropDescriber,
    done: Callable[[int], object],
) -> int:
    """In how many of so many frames without an animal one is seen."""
    seen = 0
    for _ in range(number):
        scenery = cut_scenery(landscapes, rng) if landscapes else draw_scenery(rng)
        camera = Camera.draw(rng, hardness=float(rng.uniform(0, 0.8)), loose=1.0)
        outlook = Outlook.of(scenery, rng)
        image = without_animal(camera, rng, size=FRAME, outlook=outlook)
        [features] = embedder.describe([cut(image, Flank.LEFT, None)])
        seen += features.shows_animal
        done(1)
    return seen
