"""What a camera prints over a photo: bars with date, station and logo along its edges.

Two photos of one camera agree in it, whoever they show, so nothing in it may speak.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from reid.types import Box, Float32, Image

HIGHEST = 0.2  # of the photo's height
LEAST_ROWS = 6
COLUMNS = 512  # of a row are looked at
FLAT = 6.0  # grey levels from the bar's own, as far as JPEG moves a plain surface
PLAIN = 0.35  # share of a bar's row that shows nothing but the bar
RAGGED = 2  # rows of a bar in which print or JPEG leaves less than that
PRINTED = (0.003, 0.5)  # share of a bar that is print
GRAIN = 1.5  # grey levels, mean: a plain bar is cleaner than any dark sky
CLEAR = 40.0  # grey levels of print from its bar, median


def printed_bars(image: Image) -> tuple[Box, ...]:
    """The bars along the upper and the lower edge of an upright photo, in its pixels; often none.

    A bar has one plain colour behind its print, over the whole width.
    """
    height, width = image.shape[:2]
    rows = int(HIGHEST * height)
    if rows < LEAST_ROWS:
        return ()
    bars = []
    top, bottom = (_bar(_narrow(part)) for part in (image[:rows], image[height - rows :][::-1]))
    if top:
        bars.append(Box(0, 0, width, top))
    if bottom:
        bars.append(Box(0, height - bottom, width, height))
    return tuple(bars)


def on_bars(points: Float32, bars: tuple[Box, ...], *, margin: float = 0.0) -> NDArray[np.bool_]:
    """(N,) bool, which of (N, 2) pixels of the photo lie on a bar or within a margin of it."""
    hit = np.zeros(len(points), bool)
    for bar in bars:
        hit |= (points[:, 1] >= bar.y0 - margin) & (points[:, 1] < bar.y1 + margin)
    return hit


def _narrow(rows: Image) -> Float32:
    """(H, C) grey levels: every so many columns, unsmoothed."""
    step = max(1, rows.shape[1] // COLUMNS)
    grey: Image = cv2.cvtColor(np.ascontiguousarray(rows[:, ::step]), cv2.COLOR_RGB2GRAY)
    return grey.astype(np.float32)


def _bar(grey: Float32) -> int:
    """Rows of the bar that begins in the first row; 0 where there is none."""
    level = float(np.median(grey[:LEAST_ROWS]))
    off = np.abs(grey - level)
    plain = off <= FLAT
    grain = (off * plain).sum(1) / np.maximum(plain.sum(1), 1)
    bare = (plain.mean(1) >= PLAIN) & (grain <= GRAIN)
    missing = np.convolve(~bare, np.ones(RAGGED + 1), "full")[: len(bare)] > RAGGED
    end = int(missing.argmax()) - RAGGED if missing.any() else len(bare)
    while end and not bare[end - 1]:
        end -= 1
    if end < LEAST_ROWS or end == len(bare):
        return 0
    marks = off[:end][~plain[:end]]
    share = len(marks) / plain[:end].size
    clear = len(marks) and float(np.median(marks)) >= CLEAR
    return end if clear and PRINTED[0] <= share <= PRINTED[1] else 0
