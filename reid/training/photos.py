"""Photos of known animals in memory: every flank cut out once, and endless views of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from reid.describe.embed import Embedder
from reid.describe.window import SIZE, framed
from reid.errors import InputError
from reid.interchange.named import NamedAnnotation
from reid.photo.crop import cut
from reid.photo.images import decode
from reid.types import Box, Crop, Float32, Image

MAX_PIXELS = 80_000_000
MARGIN = 0.25  # of the window, kept around it: room for shifted views


@dataclass(frozen=True, slots=True)
class Flanks:
    """N flanks as the embedder cuts them, with a margin.

    luminance: (N, H (1 + 2 MARGIN), W (1 + 2 MARGIN)) uint8; window: (H, W) of the network.
    """

    annotations: list[NamedAnnotation]
    luminance: Image
    window: tuple[int, int]

    def __len__(self) -> int:
        return len(self.annotations)


def crops(
    annotations: Sequence[NamedAnnotation], *, batch: int = 16
) -> Iterator[tuple[list[NamedAnnotation], list[Crop], list[str]]]:
    """Batches of annotations with their crops, and a sentence for each that cannot be used."""
    for at in range(0, len(annotations), batch):
        usable, cuts, skipped = [], [], []
        for annotation in annotations[at : at + batch]:
            try:
                cuts.append(_crop(annotation))
            except InputError as error:
                skipped.append(f"{annotation.path}: {error}")
            except OSError as error:
                skipped.append(f"{annotation.path}: {error.strerror or 'cannot be read'}")
            else:
                usable.append(annotation)
        yield usable, cuts, skipped


def _crop(annotation: NamedAnnotation) -> Crop:
    return cut(
        decode(annotation.path.read_bytes(), max_pixels=MAX_PIXELS),
        annotation.flank,
        annotation.box,
    )


def cut_flanks(
    annotations: Sequence[NamedAnnotation],
    embedder: Embedder,
    *,
    window: tuple[int, int] = SIZE,
    done: Callable[[int], object] = lambda _: None,
) -> tuple[Flanks, list[str]]:
    """Every flank once, in the window of the embedder's first look; and what could not be read.

    window: (H, W) pixels, multiples of 64; a smaller one than the embedder's is faster and coarser.
    """
    height, width = window
    size = (round(height * (1 + 2 * MARGIN)), round(width * (1 + 2 * MARGIN)))
    usable: list[NamedAnnotation] = []
    windows: list[Image] = []
    skipped: list[str] = []
    for part, cuts, unusable in crops(annotations):
        if cuts:
            boxes = embedder.looked_at(cuts)
            windows += [
                framed(c, _grown(b), size).luminance for c, b in zip(cuts, boxes, strict=True)
            ]
        usable += part
        skipped += unusable
        done(len(part) + len(unusable))
    luminance = np.stack(windows) if windows else np.empty((0, *size), np.uint8)
    return Flanks(usable, luminance, window), skipped


def _grown(box: Box) -> Box:
    """The box with MARGIN of its width and height on every side."""
    dx, dy = MARGIN * box.width, MARGIN * box.height
    return Box(box.x0 - dx, box.y0 - dy, box.x1 + dx, box.y1 + dy)


def _warped(grey: Image, to_source: NDArray[np.float64], size: tuple[int, int]) -> Image:
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    border = cv2.BORDER_REPLICATE
    warped: Image = cv2.warpAffine(grey, to_source, size[::-1], flags=flags, borderMode=border)
    return warped


def looks(flanks: Flanks) -> Image:
    """(N, H, W) uint8: windows without their margins, as the embedder sees them."""
    height, width = flanks.window
    y, x = (
        (whole - part) // 2
        for whole, part in zip(flanks.luminance.shape[1:], flanks.window, strict=True)
    )
    return flanks.luminance[:, y : y + height, x : x + width]


def another_view(
    luminance: Image, window: tuple[int, int], mirrored: bool, rng: np.random.Generator
) -> Image:
    """(H, W) uint8: one flank as another crop, camera and light would show it.

    Shift, zoom, shear and turn within the margin; then light, down-sampling, blur, noise and
    something in front, all on luminance, as a camera has them before local contrast.
    """
    height, width = window
    h, w = luminance.shape
    zoom = np.exp(rng.uniform(-0.2, 0.2, 2))
    shear, turn = rng.normal(0, 0.06, 2), rng.normal(0, 0.05)
    linear = np.array([[zoom[0], shear[0] - turn], [(shear[1] + turn) / 2, zoom[1]]])
    linear[:, 0] *= -1 if mirrored else 1
    middle = np.array([w / 2, h / 2]) + rng.normal(0, 0.05, 2) * (width, height)
    offset = middle - linear @ np.array([width / 2, height / 2])
    warped = _warped(luminance, np.column_stack([linear, offset]), window).astype(np.float32)
    return _through_a_camera(warped, rng)


def _through_a_camera(grey: Float32, rng: np.random.Generator) -> Image:
    """Light, resolution, blur, noise and an obstacle; (H, W) grey levels in, uint8 out."""
    height, width = grey.shape
    light = np.exp(rng.normal(0, 0.2)) * (1 + np.linspace(-1, 1, width) * rng.normal(0, 0.15))
    curve = float(np.exp(rng.normal(0, 0.25)))
    grey = np.asarray(255 * (grey / 255) ** curve * light, np.float32)
    if rng.random() < 0.3:
        share = float(rng.uniform(0.4, 1))
        small = cv2.resize(grey, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        grey = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.3:
        sigma = rng.uniform(0.3, 1.3, 2)
        grey = cv2.GaussianBlur(grey, (0, 0), sigma[0], sigmaY=sigma[1])
    grey = grey + rng.standard_normal(grey.shape, np.float32) * rng.uniform(0, 4)
    if rng.random() < 0.3:
        a, b = rng.uniform(0, width * 0.9), rng.uniform(0, height * 0.7)
        to = (int(a + rng.uniform(6, width / 4)), int(b + rng.uniform(6, height / 2)))
        grey = np.ascontiguousarray(grey, np.float32)
        cv2.rectangle(grey, (int(a), int(b)), to, float(rng.uniform(0, 255)), -1)
    return np.clip(grey, 0, 255).astype(np.uint8)
