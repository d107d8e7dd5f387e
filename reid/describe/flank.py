"""What is coat of the animal in a crop, and where the animal and its flank lie: boxes of coat."""

import cv2
import numpy as np
from numpy.typing import NDArray

from reid.describe.finder import boxes_of_coat
from reid.describe.window import STRIDE, Window
from reid.types import Box, Float32

COAT = 0.5  # probability from which a cell is coat
FEWEST = 30  # cells of coat below which there is no box
ENDS = (3, 97)  # per cent of the cells: how far a coat reaches, without stray cells
MARGIN = 0.08  # of the box, kept around it
FAINT = 0.75  # of the mean coat of the animal: parts below it are something else
EDGE = 2  # cells around a part that belong to it
TORSO_U, TORSO_V = (0.1, 1.05), 1.1  # places on the body that are no head, tail or feet


def of_the_animal(coat: Float32) -> Float32:
    """The same with 0 wherever a part of the crop looks less like coat than the animal does.

    coat: (h, w) in [0, 1]. Cells that touch are one part; the one with most coat is the animal.
    Bushes and stones look a little like coat; legs behind grass are as sure as the rest of it.
    """
    count, labels = cv2.connectedComponents((coat > COAT).astype(np.uint8), connectivity=8)
    if count <= 2:  # beside what is no coat one part at most
        return coat
    total = np.bincount(labels.ravel(), coat.ravel(), count)
    mean = total / np.bincount(labels.ravel(), minlength=count)
    total[0] = mean[0] = 0.0
    clear = (mean >= FAINT * mean[total.argmax()])[labels].astype(np.uint8)
    reach = cv2.dilate(clear, np.ones((2 * EDGE + 1, 2 * EDGE + 1), np.uint8))
    return np.where(reach > 0, coat, np.float32(0))


def animal_box(coat: Float32, window: Window) -> Box | None:
    """The box of the animal with the most coat, pixels of the crop; None where hardly any is seen.

    coat: (h, w). Bushes that look a little like coat stand apart from the animal, see `finder`.
    """
    animals = boxes_of_coat(coat, *reversed(coat.shape))
    if not animals:
        return None
    box = animals[0].box
    rows, columns = np.ogrid[: coat.shape[0], : coat.shape[1]]
    inside = (rows >= box.y0) & (rows < box.y1) & (columns >= box.x0) & (columns < box.x1)
    return _around((coat > COAT) & inside, window)


def flank_box(coat: Float32, places: Float32, window: Window) -> Box | None:
    """The box of what is coat and no head, tail or foot, pixels of the crop; None where hardly any
    is seen. coat: (h, w); places: (2, h, w), see `LookOutput.chart`."""
    u, v = places
    return _around((coat > COAT) & (u > TORSO_U[0]) & (u < TORSO_U[1]) & (v < TORSO_V), window)


def _around(cells: NDArray[np.bool_], window: Window) -> Box | None:
    if cells.sum() < FEWEST:
        return None
    rows, columns = np.nonzero(cells)
    low, high = np.percentile(np.stack([columns, rows], 1), ENDS, axis=0)
    corner = np.array([window.left, window.top])
    low, high = ((edge * STRIDE - corner) / window.scale for edge in (low, high + 1))
    (x0, y0), (x1, y1) = low - MARGIN * (high - low), high + MARGIN * (high - low)
    return Box(float(x0), float(y0), float(x1), float(y1))
