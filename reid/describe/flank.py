"""Where the animal and its flank lie in a crop: boxes of coat."""

import numpy as np
from numpy.typing import NDArray

from reid.describe.window import STRIDE, Window
from reid.types import Box, Float32

COAT = 0.5  # probability from which a cell is coat
FEWEST = 30  # cells of coat below which there is no box
ENDS = (3, 97)  # per cent of the cells: how far a coat reaches, without stray cells
MARGIN = 0.08  # of the box, kept around it
TORSO_U, TORSO_V = (0.1, 1.05), 1.1  # places on the body that are no head, tail or feet


def animal_box(coat: Float32, window: Window) -> Box | None:
    """The box of all coat, pixels of the crop; None where hardly any is seen. coat: (h, w)."""
    return _around(coat > COAT, window)


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
