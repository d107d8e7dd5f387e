"""Worse photos of the same animal: a fixed, seeded recipe a level, for queries only."""

import hashlib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from reid.types import Image


@dataclass(frozen=True, slots=True)
class Recipe:
    """What happens to a photo, in this order.

    width: pixels the body's box is brought to; a smaller one is left as it is.
    blur: standard deviation of the Gaussian blur, pixels of the small photo.
    motion: length of the motion blur along a mostly horizontal line, pixels of the small photo.
    light: factor on the grey levels.
    noise: standard deviation of the grain at white, grey levels of 255; half of it at black.
    jpeg: quality of the file.
    """

    width: int
    blur: float
    motion: float
    light: float
    noise: float
    jpeg: int


LEVELS = (0, 1, 2, 3)  # 0 leaves the photo alone; 3 is September 2018
RECIPES = {
    1: Recipe(width=350, blur=0.5, motion=1.5, light=0.7, noise=4.0, jpeg=75),
    2: Recipe(width=210, blur=0.9, motion=3.0, light=0.4, noise=7.0, jpeg=55),
    3: Recipe(width=140, blur=0.8, motion=3.0, light=0.38, noise=7.0, jpeg=50),
    # 4 to 6 judge what was chosen while looking at 1 to 3: nothing may be chosen here
    4: Recipe(width=280, blur=0.7, motion=2.2, light=0.55, noise=5.5, jpeg=65),
    5: Recipe(width=170, blur=0.85, motion=3.0, light=0.39, noise=7.0, jpeg=52),
    6: Recipe(width=116, blur=0.75, motion=2.8, light=0.38, noise=7.0, jpeg=50),
}
EVERY = (0, *RECIPES)


def degrade(image: Image, level: int, *, body: float, name: str, seed: int = 0) -> Image:
    """(H, W, 3) RGB as a worse camera would have written it, smaller where the level says so.

    body: width of the animal's box in pixels. The same level, name and seed give the same pixels.
    """
    if level == 0:
        return image
    recipe = RECIPES[level]
    digest = hashlib.sha256(name.encode()).digest()
    rng = np.random.default_rng((seed, level, int.from_bytes(digest[:8])))
    scale = min(1.0, recipe.width / body)
    height, width = (max(1, round(side * scale)) for side in image.shape[:2])
    small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    small = cv2.GaussianBlur(small, (0, 0), recipe.blur)
    small = cv2.filter2D(small, -1, _trail(recipe.motion, rng), borderType=cv2.BORDER_REFLECT)
    dark = small * np.float32(recipe.light)
    grain = rng.standard_normal((height, width, 1), dtype=np.float32) * np.float32(recipe.noise)
    noisy = dark + grain * (0.5 + 0.5 * np.sqrt(np.clip(dark / 255, 0, 1)))
    return _as_jpeg(np.clip(np.round(noisy), 0, 255).astype(np.uint8), recipe.jpeg)


def _trail(length: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """The kernel of an even motion along a line, sum 1; the angle is drawn around horizontal."""
    half = int(np.ceil(length / 2)) + 1
    angle = rng.normal(0, 0.3)
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    along = np.linspace(-length / 2, length / 2, 64)
    for x, y in zip(half + along * np.cos(angle), half + along * np.sin(angle), strict=True):
        column, row = int(x), int(y)
        right, below = x - column, y - row
        kernel[row : row + 2, column : column + 2] += np.outer(
            (1 - below, below), (1 - right, right)
        ).astype(np.float32)
    return np.asarray(kernel / kernel.sum(), np.float32)


def _as_jpeg(image: Image, quality: int) -> Image:
    """Written to a JPEG and read again."""
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    _, code = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    read = cv2.imdecode(code, cv2.IMREAD_COLOR)
    return np.asarray(cv2.cvtColor(read, cv2.COLOR_BGR2RGB), np.uint8)
