"""What can be rebuilt of a photo from its signature: a decoder learns it on synthetic animals.

The attacker has what a file holds of an annotation: descriptors on their places in the crop. He
draws animals of his own, describes them with the same free network, and learns the way back.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from reid.describe.describer import CropDescriber
from reid.photo.contrast import local_contrast
from reid.signatures.content import PassedAnnotation, passed
from reid.synthetic.coat import CoatStyle, draw_coat
from reid.synthetic.view import Camera, colourised, render
from reid.types import Box, Crop, Flank, Float32, Image, LocalFeatures

SIZE = (256, 512)  # rows and columns of a photo
CANVAS = (128, 256)  # of what is rebuilt
STRIDE = 2  # pixels of the canvas for one place of the grid
WIDTHS = (64, 64, 128)  # numbers of a cell of either look, and of a keypoint
BATCH, EPOCHS, RATE = 8, 12, 3e-3
ROSETTE = 6.0  # pixels of the canvas: the neighbourhood that is subtracted from a coat
BESIDE = 13  # pixels of the canvas around an animal that count neither as coat nor as background


@dataclass(frozen=True, slots=True)
class DescribedView:
    """One photo of an unnamed animal, and what a file would hold of it.

    luminance: (128, 256) in [0, 1]. pattern: its local contrast, [-1, 1]. animal: (128, 256), where
    the coat is seen.
    """

    annotation: PassedAnnotation
    luminance: Float32
    pattern: Float32
    animal: Float32


@dataclass(frozen=True, slots=True)
class Likeness:
    """Correlation of rebuilt and true local contrast, of one view.

    coat: on the coat. background: away from it. stranger: on the coat, with another animal's.
    """

    coat: float
    background: float
    stranger: float


def draw_views(
    embedder: CropDescriber,
    count: int,
    *,
    seed: int,
    done: Callable[[int], object] = lambda _: None,
) -> list[DescribedView]:
    """Photos of `count` animals, each another one before another place, and their signatures."""
    views: list[DescribedView] = []
    while len(views) < count:
        batch = range(len(views), min(count, len(views) + BATCH))
        drawn = [_drawn(seed, number) for number in batch]
        described = embedder.describe([crop for crop, _ in drawn])
        for (crop, animal), features in zip(drawn, described, strict=True):
            grey = cv2.cvtColor(crop.image, cv2.COLOR_RGB2GRAY)
            small = np.asarray(cv2.resize(grey, CANVAS[::-1], interpolation=cv2.INTER_AREA))
            pattern = local_contrast(small.astype(np.uint8), sigma=ROSETTE)
            luminance = (small / 255).astype(np.float32)
            views.append(DescribedView(passed(features), luminance, pattern, animal))
        done(len(batch))
    return views


def _drawn(seed: int, number: int) -> tuple[Crop, Float32]:
    rng = np.random.default_rng((seed, 10, number))
    coat = draw_coat(CoatStyle.draw(rng), int(rng.integers(2**62)), height=320)
    camera = Camera.draw(rng, hardness=float(rng.uniform(0, 0.3)), loose=1.0)
    view = render(coat, camera, rng, size=SIZE)
    image = colourised(view, infrared=bool(rng.random() < 0.6))
    animal = cv2.resize(view.animal, CANVAS[::-1], interpolation=cv2.INTER_AREA)
    whole = Box(0, 0, SIZE[1], SIZE[0])
    return Crop(image, whole, Flank.LEFT), np.asarray(animal, np.float32)


class Decoder(nn.Module):
    """From descriptors on a grid to the picture: three scales, each joined on the way back."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        a, b, c = width, 2 * width, 3 * width
        self.first = _convolutions(sum(WIDTHS) + len(WIDTHS), a)
        self.second, self.third = _convolutions(a, b), _convolutions(b, c)
        self.back, self.last = _convolutions(b + c, b), _convolutions(a + b, a)
        self.out = nn.Conv2d(a, 2 * STRIDE**2, 1)

    def forward(self, grid: Tensor) -> Tensor:
        """(B, C, h, w) grid to (B, 2, H, W): local contrast, and luminance less its middle."""
        first = self.first(grid)
        second = self.second(F.avg_pool2d(first, 2))
        third = self.third(F.avg_pool2d(second, 2))
        second = self.back(torch.cat([second, F.interpolate(third, scale_factor=2.0)], 1))
        first = self.last(torch.cat([first, F.interpolate(second, scale_factor=2.0)], 1))
        return F.pixel_shuffle(self.out(first), STRIDE)


def _convolutions(before: int, after: int) -> nn.Sequential:
    layers = [nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.BatchNorm2d(after)]
    return nn.Sequential(*layers, nn.Conv2d(after, after, 3, padding=1), nn.ReLU())


def grid_of(annotation: PassedAnnotation, *, rootsift: bool) -> Float32:
    """(259, 64, 128): descriptors where they lie, each kind with its weight; zero elsewhere."""
    features = annotation.features("rosette@1", "rootsift@1")
    kinds = [*features.dense.scales(), features.rootsift if rootsift else None]
    size = (features.box.width, features.box.height)
    return np.concatenate(
        [_laid(local, width, size) for local, width in zip(kinds, WIDTHS, strict=True)]
    )


def _laid(local: LocalFeatures | None, width: int, size: tuple[float, float]) -> Float32:
    rows, columns = CANVAS[0] // STRIDE, CANVAS[1] // STRIDE
    grid = np.zeros((width + 1, rows * columns), np.float32)
    if local is not None and len(local):
        at = (local.points + 0.5) * np.array([columns, rows], np.float32) / size
        x, y = (np.clip(at[:, n].astype(int), 0, most - 1) for n, most in ((0, columns), (1, rows)))
        rated = np.hstack([local.descriptors, np.ones((len(local), 1), np.float32)])
        place = y * columns + x
        np.add.at(grid.T, place, rated * local.weight[:, None])
        grid /= np.maximum(np.bincount(place, minlength=rows * columns), 1)
    return grid.reshape(width + 1, rows, columns)


def learn(
    views: Sequence[DescribedView],
    *,
    seed: int,
    epochs: int = EPOCHS,
    done: Callable[[int], object] = lambda _: None,
) -> Decoder:
    """A decoder fitted to these views; half of the time without keypoints, so it knows both."""
    torch.manual_seed(seed)
    rng = np.random.default_rng((seed, 11))
    decoder = Decoder()
    optimiser = torch.optim.AdamW(decoder.parameters(), lr=RATE)
    steps = epochs * (len(views) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=max(steps, 2))
    for _ in range(epochs):
        for batch in _batches(views, rng):
            keypoints = rng.random(len(batch)) < 0.5
            grids = [
                grid_of(v.annotation, rootsift=bool(k))
                for v, k in zip(batch, keypoints, strict=True)
            ]
            truth = np.stack([[view.pattern, view.luminance - 0.5] for view in batch])
            rebuilt = decoder(torch.from_numpy(np.stack(grids)))
            loss = F.mse_loss(rebuilt, torch.from_numpy(truth.astype(np.float32)))
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            done(1)
    return decoder.eval()


def _batches(
    views: Sequence[DescribedView], rng: np.random.Generator
) -> Iterator[list[DescribedView]]:
    order = rng.permutation(len(views))
    for at in range(0, len(order) - BATCH + 1, BATCH):
        yield [views[n] for n in order[at : at + BATCH]]


@torch.inference_mode()
def rebuild(
    decoder: Decoder, annotation: PassedAnnotation, *, rootsift: bool
) -> tuple[Float32, Float32]:
    """Local contrast and luminance of the crop, as the decoder thinks they were."""
    grid = torch.from_numpy(grid_of(annotation, rootsift=rootsift)[None])
    pattern, luminance = decoder(grid)[0].numpy()
    return pattern, np.asarray(luminance + 0.5, np.float32)


def likeness(decoder: Decoder, views: Sequence[DescribedView], *, rootsift: bool) -> list[Likeness]:
    """How well the pattern of every view is rebuilt; strangers are the next view in the list."""
    results = []
    for n, view in enumerate(views):
        pattern, _ = rebuild(decoder, view.annotation, rootsift=rootsift)
        other = views[(n + 1) % len(views)]
        away = cv2.dilate(view.animal, np.ones((2 * BESIDE + 1,) * 2, np.uint8)) < 0.05
        both = (view.animal > 0.9) & (other.animal > 0.9)
        results.append(
            Likeness(
                correlation(pattern, view.pattern, view.animal > 0.9),
                correlation(pattern, view.pattern, away),
                correlation(pattern, other.pattern, both),
            )
        )
    return results


def correlation(rebuilt: Float32, truth: Float32, where: NDArray[np.bool_]) -> float:
    """Pearson's, over the chosen pixels; nan where there are hardly any."""
    if where.sum() < 50 or rebuilt[where].std() < 1e-6 or truth[where].std() < 1e-6:
        return float("nan")
    return float(np.corrcoef(rebuilt[where], truth[where])[0, 1])


def sheet(decoder: Decoder, views: Sequence[DescribedView]) -> Image:
    """A row a view: the photo, what is rebuilt without and with keypoints; then local contrasts.

    (rows, columns, 3) uint8, every picture at twice the canvas.
    """
    rows = []
    for view in views:
        without, whole = (rebuild(decoder, view.annotation, rootsift=k) for k in (False, True))
        pictures = [view.luminance, without[1], whole[1]]
        pictures += [
            np.asarray((1 + part) / 2, np.float32) for part in (view.pattern, without[0], whole[0])
        ]
        rows.append(np.hstack([np.pad(picture, 2) for picture in pictures]))
    grey = np.round(255 * np.clip(np.vstack(rows), 0, 1)).astype(np.uint8)
    large = cv2.resize(grey, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC)
    return np.repeat(np.asarray(large, np.uint8)[..., None], 3, 2)


def median(likeness: Sequence[Likeness]) -> Likeness:
    """The middle of each figure over all views."""
    columns = np.array([[view.coat, view.background, view.stranger] for view in likeness])
    return Likeness(*(float(np.nanmedian(column)) for column in columns.T))


def as_text(likeness: Likeness) -> str:
    """One line."""
    return (
        f"correlation of local contrast with the truth {likeness.coat:.2f} on the coat, "
        f"{likeness.background:.2f} on the background; with another animal's coat "
        f"{likeness.stranger:.2f}"
    )
