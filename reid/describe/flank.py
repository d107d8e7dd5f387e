"""Where the flank lies in a crop, from what the network sees at its first look."""

import cv2
import numpy as np
from numpy.typing import NDArray

from reid.types import Box, Float32

FLANK = (0.42, 0.08, 1.56, 0.65)  # u0, v0, u1, v1 of the flank on the body, coat units
LEAST_CELLS = 5  # cells of coat below which no place is believed
WIDEST, NARROWEST = 1.5, 0.2  # width or height of the flank over those of the crop
ROUNDEST, LONGEST = 1.1, 3.6  # width over height of the flank, pixels


def flank_window(coat: Float32, place: Float32, crop: Box) -> Box:
    """The flank as a box in pixels of the crop, which it may overlap.

    coat: (n h, n w) float32 in [0, 1], probability of coat. place: (2, h, w) float32, estimated
    place (u, v) on the body. A plane is fitted to u and v over the cells with coat; where it makes
    no sense as the side of an animal, the thick part of the coat is taken.
    """
    fitted = _fitted(coat, place)
    if fitted is not None:
        centre, size = fitted
        ratio = (size[0] * crop.width) / (size[1] * crop.height)
        fits = (size > NARROWEST).all() and (size < WIDEST).all() and ROUNDEST < ratio < LONGEST
        if fits and (np.abs(centre - 0.5) < 0.5).all():
            low, high = centre - size / 2, centre + size / 2
            return _scaled(low, high, crop)
    return thick_window(coat, crop)


def _fitted(
    coat: Float32, place: Float32
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Centre and size of the flank over width and height of the crop, (2,) and (2,)."""
    h, w = place.shape[1:]
    n = coat.shape[0] // h
    visible = coat.reshape(h, n, w, n).mean((1, 3)).ravel()
    if (visible > 0.5).sum() < LEAST_CELLS:
        return None
    y, x = np.mgrid[0:h, 0:w]
    terms = np.stack([np.ones(h * w), (x.ravel() + 0.5) / w, (y.ravel() + 0.5) / h], 1)
    target = place.reshape(2, -1).T.astype(np.float64)
    weight = np.where(visible > 0.5, visible, 0.0)
    for _ in range(5):  # iteratively re-weighted: limbs, tail and head move, the flank does not
        a = terms * weight[:, None]
        plane = np.linalg.solve(a.T @ terms + 1e-9 * np.eye(3), a.T @ target)
        error = np.linalg.norm(terms @ plane - target, axis=1)
        weight = np.where(visible > 0.5, visible, 0.0) / (1 + (error / 0.06) ** 2)
    try:
        back = np.linalg.inv(plane[1:].T)  # columns: what a step of u or v is in the crop
    except np.linalg.LinAlgError:
        return None
    u0, v0, u1, v1 = FLANK
    centre = back @ (np.array([(u0 + u1) / 2, (v0 + v1) / 2]) - plane[0])
    return centre, np.abs(np.array([(u1 - u0) * back[0, 0], (v1 - v0) * back[1, 1]]))


def thick_window(coat: Float32, crop: Box) -> Box:
    """The thick part of the coat: legs, tail and head are opened away, then two spreads around it.

    coat: (h, w) float32 in [0, 1], probability of coat over the crop. Returns the whole crop where
    coat fills it or where too little is seen to tell. For a uniform bar of length L the standard
    deviation is L / sqrt(12), hence sqrt(3) of them to each side.
    """
    h, w = coat.shape
    solid = (coat > 0.5).astype(np.uint8)
    side = max(3, round(0.4 * float(np.sqrt(solid.sum() / 2.2))) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    thick = cv2.morphologyEx(np.pad(solid, side, mode="edge"), cv2.MORPH_OPEN, kernel)[
        side:-side, side:-side
    ]
    if thick.sum() < 0.04 * h * w:
        return crop
    y, x = np.nonzero(thick)
    mean = np.array([x.mean(), y.mean()]) + 0.5
    half = np.sqrt(3) * np.array([x.std(), y.std()]) + 0.5
    low, high = np.maximum(mean - half, 0) / (w, h), np.minimum(mean + half, (w, h)) / (w, h)
    low, high = _at_least(low, high, 0.3)
    return _scaled(low, high, crop)


def _scaled(low: NDArray[np.float64], high: NDArray[np.float64], crop: Box) -> Box:
    """Fractions of the crop to its pixels."""
    return Box(
        crop.width * float(low[0]),
        crop.height * float(low[1]),
        crop.width * float(high[0]),
        crop.height * float(high[1]),
    )


def _at_least(
    low: NDArray[np.float64], high: NDArray[np.float64], share: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Widen a window to `share` of the crop, inside it."""
    missing = np.maximum(share - (high - low), 0) / 2
    low = np.clip(low - missing, 0, 1 - share)
    return low, np.maximum(high + missing, low + share).clip(max=1)
