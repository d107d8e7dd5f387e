"""RootSIFT (Arandjelovic & Zisserman 2012): the classical witness beside the network."""

from collections.abc import Callable

import cv2
import numpy as np

from reid.photo.printed import on_bars
from reid.types import Crop, Float32, LocalFeatures

MODEL = "rootsift@1"
WIDTH = 640  # pixels a crop is brought to
KEYPOINTS = 1500  # looked for
KEPT = 800  # of those on coat
COAT = 0.5  # probability from which a keypoint lies on coat
BESIDE = 6  # of these pixels: so near to a printed bar a keypoint describes the bar


def rootsift(
    crop: Crop,
    *,
    keypoints: int = KEYPOINTS,
    coat: Callable[[Float32], Float32] | None = None,
) -> LocalFeatures:
    """Of the `keypoints` strongest the `KEPT` strongest on coat, in pixels of the photo.

    Keypoints are looked for on equalised luminance (CLAHE).

    coat: (N,) probability of coat at (N, 2) pixels of the crop; keypoints beside it are dropped.
    """
    grey = cv2.cvtColor(crop.image, cv2.COLOR_RGB2GRAY)
    height, width = grey.shape
    size = (WIDTH, max(16, round(height * WIDTH / width)))
    shrinking = cv2.INTER_AREA if width > WIDTH else cv2.INTER_CUBIC
    grey = cv2.createCLAHE(2.0, (8, 8)).apply(cv2.resize(grey, size, interpolation=shrinking))
    corners, descriptors = cv2.SIFT.create(keypoints).detectAndCompute(grey, None)
    if not corners or descriptors is None:
        empty = np.empty((0, 2), np.float32)
        return LocalFeatures(empty, np.empty((0, 128), np.float32), empty[:, 0], MODEL)
    order = np.argsort([-k.response for k in corners], kind="stable")[:keypoints]
    points = np.array([corners[i].pt for i in order], np.float32)
    scale = np.array([width / size[0], height / size[1]], np.float32)
    on_crop = ((points + 0.5) * scale - 0.5).astype(np.float32)
    on_photo = on_crop + np.array([crop.box.x0, crop.box.y0], np.float32)
    speaks = ~on_bars(on_photo, crop.bars, margin=BESIDE * width / WIDTH)
    if coat is not None:
        speaks &= coat(on_crop) > COAT
    speaks &= np.cumsum(speaks) <= KEPT
    return LocalFeatures(
        on_photo[speaks],
        _root(descriptors[order[speaks]]),
        np.ones(int(speaks.sum()), np.float32),
        MODEL,
    )


def _root(descriptors: Float32) -> Float32:
    """Square root of the L1-normalised histogram: its dot product is the Hellinger kernel."""
    total = np.abs(descriptors).sum(1, keepdims=True) + 1e-9
    root = np.sqrt(descriptors / total)
    return (root / (np.linalg.norm(root, axis=1, keepdims=True) + 1e-9)).astype(np.float32)
