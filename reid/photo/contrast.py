"""Photos with the light taken out of them: as the network sees a coat, and as if by infra-red."""

import cv2
import numpy as np
from numpy.typing import NDArray

from reid.types import Float32, Image

CONTRAST_SIGMA = 10.0  # pixels of the network's input
CONTRAST_CLIP = 2.5  # local standard deviations
CONTRAST_FLOOR = 3.0  # grey levels; below it, differences are taken for noise
SURROUND = 0.015  # of a box's width: the same neighbourhood in a photo
TILES, STRETCH = 8, 3.0  # of the equalisation: tiles across, and how far a histogram is stretched

ENDS = (1, 99)  # per cent of the pixels that become black and white before it


def local_contrast(luminance: NDArray[np.uint8], *, sigma: float = CONTRAST_SIGMA) -> Float32:
    """(H, W) uint8 to (H, W) float32 in [-1, 1]: what is left when light and flash are taken away.

    Subtracts a Gaussian mean and divides by the Gaussian standard deviation, clipped. sigma:
    pixels.
    """
    x = luminance.astype(np.float32)
    mean = cv2.GaussianBlur(x, (0, 0), sigma)
    x = x - mean
    spread = np.sqrt(cv2.GaussianBlur(x * x, (0, 0), sigma)) + CONTRAST_FLOOR
    return np.asarray(np.clip(x / spread / CONTRAST_CLIP, -1.0, 1.0), np.float32)


def as_seen(image: Image, *, width: float) -> Image:
    """(H, W, 3) RGB: the local contrast of a photo in which an animal is `width` pixels wide."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    local = local_contrast(grey, sigma=max(1.0, SURROUND * width))
    return _grey(np.asarray(np.round(127.5 + 127.5 * local), np.uint8))


def infrared(image: Image) -> Image:
    """(H, W, 3) RGB: grey and equalised, so that a photo by day and one by night look alike."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    dark, light = np.percentile(grey, ENDS)
    spread = 255 * (grey.astype(np.float32) - dark) / max(float(light - dark), 1.0)
    grey = np.asarray(np.clip(spread, 0, 255), np.uint8)
    equal = cv2.createCLAHE(clipLimit=STRETCH, tileGridSize=(TILES, TILES))
    return _grey(np.asarray(equal.apply(grey), np.uint8))


def _grey(values: NDArray[np.uint8]) -> Image:
    return np.repeat(values[..., None], 3, 2)


WINDOW_SIGMA = 12  # pixels of the one look's window


def window_contrast(
    luminance: NDArray[np.uint8], edges: tuple[int, int, int, int] | None = None
) -> Float32:
    """(H, W) uint8 to (H, W) float32 in [-1, 1]: local contrast of a window, zero beyond the photo.

    edges: x0, y0, x1, y1 of the photo inside the window, all of it by default. The Gaussian is
    taken at a quarter of the size, which is ten times as fast and differs by less than grain.
    """
    height, width = luminance.shape
    x0, y0, x1, y1 = edges or (0, 0, width, height)
    photo = np.zeros((height, width), np.float32)
    photo[y0:y1, x0:x1] = 1
    x = luminance.astype(np.float32) * photo
    weight = _widely(photo) + np.float32(1e-3)
    x = (x - _widely(x) / weight) * photo
    spread = np.sqrt(_widely(x * x) / weight) + CONTRAST_FLOOR
    return np.asarray(np.clip(x / spread / CONTRAST_CLIP, -1.0, 1.0), np.float32)


def _widely(field: Float32) -> Float32:
    """Gaussian of WINDOW_SIGMA pixels, zero outside."""
    height, width = field.shape
    small = cv2.resize(field, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    sigma = WINDOW_SIGMA / 4
    small = cv2.GaussianBlur(small, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(cv2.resize(small, (width, height)), np.float32)


def half_luminance(
    luminance: NDArray[np.uint8], edges: tuple[int, int, int, int] | None = None
) -> Float32:
    """(H, W) uint8 to (H / 2, W / 2) float32 in [0, 1]; beyond the photo lies its mean.

    edges: as of `window_contrast`.
    """
    height, width = luminance.shape
    x0, y0, x1, y1 = edges or (0, 0, width, height)
    photo = luminance[y0:y1, x0:x1]
    whole = np.full((height, width), photo.mean() if photo.size else 0, np.float32)
    whole[y0:y1, x0:x1] = photo
    half = cv2.resize(whole, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(half / 255, np.float32)
