"""A part of a crop in the window that the network looks through, and the way back to pixels."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from reid.photo.contrast import half_luminance, window_contrast
from reid.types import Box, Crop, Float32

STRIDE = 8  # pixels of the window for one cell
SIZE = (320, 640)  # (H, W) of a window
COARSER = 1.5  # how many pixels of the crop become one before they are averaged first


@dataclass(frozen=True, slots=True)
class Window:
    """What the network is shown.

    contrast: (H, W) float32 in [-1, 1]; grey: (H / 2, W / 2) float32 in [0, 1]. A pixel (x, y) of
    the crop lies at scale (x, y) + (left, top) of the window.
    """

    contrast: Float32
    grey: Float32
    scale: float
    left: float
    top: float

    def on_crop(self, cells: Float32) -> Float32:
        """(N, 2) column and row of cells to (N, 2) pixels of the crop, the middles of both."""
        middle = (cells + 0.5) * STRIDE - (self.left, self.top)
        return np.asarray(middle / self.scale - 0.5, np.float32)

    def cells(self, pixels: Float32) -> Float32:
        """The inverse of `on_crop`."""
        at = (pixels + 0.5) * self.scale + (self.left, self.top)
        return np.asarray(at / STRIDE - 0.5, np.float32)


@dataclass(frozen=True, slots=True)
class Framed:
    """(H, W) uint8 luminance of a part of a crop, and where that lies, see `Window`.

    Beyond the crop its edge is repeated. edges: x0, y0, x1, y1 of the crop inside.
    """

    luminance: NDArray[np.uint8]
    scale: float
    left: float
    top: float
    edges: tuple[int, int, int, int]


def framed(crop: Crop, region: Box, size: tuple[int, int]) -> Framed:
    """A region of the crop (its pixels) and what lies around it, as large as fits into (H, W)."""
    height, width = size
    grey = cv2.cvtColor(crop.image, cv2.COLOR_RGB2GRAY)
    rows, columns = grey.shape
    scale = min(width / region.width, height / region.height)
    left = width / 2 - scale * (region.x0 + region.x1) / 2
    top = height / 2 - scale * (region.y0 + region.y1) / 2
    before = 1.0
    if scale < 1 / COARSER:  # an area average first, or fine hair becomes noise
        before = scale
        small = (max(1, round(columns * scale)), max(1, round(rows * scale)))
        grey = cv2.resize(grey, small, interpolation=cv2.INTER_AREA)
    rest = scale / before
    matrix = np.array([[rest, 0, left + (rest - 1) / 2], [0, rest, top + (rest - 1) / 2]])
    mode = cv2.BORDER_REPLICATE
    shown = np.asarray(cv2.warpAffine(grey, matrix, (width, height), borderMode=mode), np.uint8)
    x0, y0, x1, y1 = (round(end) for end in (left, top, left + columns * scale, top + rows * scale))
    edges = (max(0, x0), max(0, y0), min(width, x1), min(height, y1))
    return Framed(shown, scale, left, top, edges)


def window_on(crop: Crop, region: Box) -> Window:
    """The window filled with a region of the crop and what lies around it; region: pixels of the
    crop. Beyond the crop there is nothing."""
    part = framed(crop, region, SIZE)
    contrast = window_contrast(part.luminance, part.edges)
    grey = half_luminance(part.luminance, part.edges)
    return Window(contrast, grey, part.scale, part.left, part.top)


def softened(crop: Crop, region: Box, softness: float) -> Float32:
    """(H, W) contrast of the same window, seen through a Gaussian of so many pixels of it."""
    part = framed(crop, region, SIZE)
    blurred = np.asarray(cv2.GaussianBlur(part.luminance, (0, 0), softness), np.uint8)
    return window_contrast(blurred, part.edges)
