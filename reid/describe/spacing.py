"""How far apart the rosettes of a flank are: the unit of a ruler that every leopard carries."""

import cv2
import numpy as np
from numpy.typing import NDArray

from reid.photo.contrast import local_contrast
from reid.types import Box, Image

FLANK = (128, 256)  # rows and columns at which a flank is measured: those of the network
LOW, HIGH = 5, 40  # cycles a flank's width: rosettes and their parts


def rosette_spacing(image: Image, flank: Box) -> float:
    """Typical distance of neighbouring rosettes in pixels of the image.

    flank: where it lies, pixels of the image; what reaches over the edge is left out.
    """
    height, width = image.shape[:2]
    x0, y0 = max(int(flank.x0), 0), max(int(flank.y0), 0)
    x1, y1 = min(int(flank.x1) + 1, width), min(int(flank.y1) + 1, height)
    grey = cv2.cvtColor(np.ascontiguousarray(image[y0:y1, x0:x1]), cv2.COLOR_RGB2GRAY)
    flank_image = np.asarray(cv2.resize(grey, FLANK[::-1], interpolation=cv2.INTER_AREA), np.uint8)
    return float(spectral_spacing(flank_image) * (x1 - x0) / FLANK[1])


def spectral_spacing(flank: NDArray[np.uint8]) -> float:
    """Pixels between rosettes, from the peak of the spectrum weighed by frequency.

    flank: (128, 256) luminance.
    """
    cycles, rings = radial_spectrum(local_contrast(flank).astype(float))
    weighed = np.convolve(rings * cycles, np.ones(3) / 3, "same")
    return float(flank.shape[1] / cycles[int(weighed.argmax())])


def radial_spectrum(image: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cycles a width (`LOW` to `HIGH`) and the mean power there, over all directions."""
    rows, columns = image.shape
    window = np.outer(np.hanning(rows), np.hanning(columns))
    power = np.abs(np.fft.fft2((image - image.mean()) * window)) ** 2
    y, x = np.fft.fftfreq(rows) * columns, np.fft.fftfreq(columns) * columns
    ring = np.round(np.hypot(y[:, None], x[None, :])).astype(int).ravel()
    total, count = np.bincount(ring, power.ravel()), np.bincount(ring)
    return np.arange(LOW, HIGH + 1.0), (total / np.maximum(count, 1))[LOW : HIGH + 1]
