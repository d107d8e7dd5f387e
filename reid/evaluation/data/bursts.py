"""Painted passages of animals nobody trained on: poor frames, good references, and the truth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from reid.describe.describer import CropDescriber
from reid.evaluation.data.degrade import degrade
from reid.fusion.links import BurstFrame
from reid.photo import crop
from reid.synthetic.bursts import render_burst
from reid.synthetic.coat import Coat, CoatStyle, draw_coat
from reid.synthetic.survey import HARDNESS, WIDTHS
from reid.synthetic.view import Camera, View, colourised, render
from reid.types import AnnotationFeatures, Crop, Flank, Float32

REFERENCES = 2  # good photos of each animal, each an encounter of its own
COAT_ROWS = 480


@dataclass(frozen=True, slots=True)
class PaintedBurst:
    """One passage. animal: its number; 2k and 2k + 1 wear one style. coat: the truth of it.

    references: good photos, described. views: the frames without degradation, with their truth.
    frames: by level of `degrade`, as they were degraded and described.
    """

    animal: int
    coat: Coat
    references: tuple[AnnotationFeatures, ...]
    views: tuple[View, ...]
    frames: dict[int, tuple[BurstFrame, ...]]


def painted_bursts(
    animals: int, frames: int, levels: Sequence[int], describer: CropDescriber, *, seed: int
) -> Iterator[PaintedBurst]:
    """A passage of `frames` frames of each animal, at each level. The same seed, the same ones."""
    for animal in range(animals):
        coat, rng = _coat(animal, seed), np.random.default_rng((seed, 42, animal))
        shots = [render(coat, _camera(rng), rng, size=_size(rng)) for _ in range(REFERENCES)]
        good = [_infrared(shot) for shot in shots]
        views = tuple(render_burst(coat, _camera(rng), rng, frames=frames, size=_size(rng)))
        yield PaintedBurst(
            animal,
            coat,
            tuple(describer.describe(good)),
            views,
            {level: at_level(views, level, describer, f"{animal}", seed) for level in levels},
        )


def at_level(
    views: Sequence[View], level: int, describer: CropDescriber, name: str, seed: int
) -> tuple[BurstFrame, ...]:
    """Frames degraded, each with grain and motion of its own, and described."""
    crops = []
    for number, view in enumerate(views):
        image = colourised(view, infrared=True)
        label = f"{name}-{number}"
        worse = degrade(image, level, body=image.shape[1], name=label, seed=seed)
        crops.append(crop.cut(worse, Flank.LEFT))
    return tuple(BurstFrame(*pair) for pair in zip(crops, describer.describe(crops), strict=True))


def painted_light(coat: Coat, view: View) -> Float32:
    """(H, W) how light the coat is at each pixel of a view, without light, lens or noise."""
    rows = coat.melanin.shape[0]
    x, y = (np.ascontiguousarray(view.coat[..., n]) * rows for n in (0, 1))
    dark = cv2.remap(coat.melanin, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(1 - dark, np.float32)


def _coat(animal: int, seed: int) -> Coat:
    style = CoatStyle.draw(np.random.default_rng((seed, 40, animal // 2)))
    stream = np.random.default_rng((seed, 41, animal))
    return draw_coat(style, int(stream.integers(2**62)), height=COAT_ROWS)


def _camera(rng: np.random.Generator) -> Camera:
    return Camera.draw(rng, hardness=float(rng.uniform(*HARDNESS["good"])), loose=1.0)


def _size(rng: np.random.Generator) -> tuple[int, int]:
    columns = int(rng.integers(*WIDTHS["good"])) // 16 * 16
    return round(columns * float(rng.uniform(0.42, 0.52)) / 16) * 16, columns


def _infrared(view: View) -> Crop:
    return crop.cut(colourised(view, infrared=True), Flank.LEFT)
