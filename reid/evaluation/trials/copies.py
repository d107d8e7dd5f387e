"""How many photos that were saved again are found, and how many frames of bursts are taken for one.

Every base is a photo of the synthetic survey, rendered small, smoothed once and given the noise of
a sensor. Its copies are compressed, cropped, scaled, brightened or padded; the other photo of its
pair is the next frame of a burst: the animal moves a little, the light changes by some percent, and
the noise is new.
"""

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pillow

from reid.photo import likeness
from reid.photo.images import decode
from reid.types import Image

WAYS = ("compressed", "cropped", "scaled", "brightened", "padded", "exif")
MOST_PIXELS = 60_000_000


@dataclass(frozen=True, slots=True)
class CopiesReport:
    """copies, others: pairs that were looked at. found, listed: copies that were recognised, and
    that came among the most alike of all bases; by way. alarms: other pairs taken for copies."""

    copies: Counter[str]
    found: Counter[str]
    listed: Counter[str]
    others: int
    alarms: int


def measured(bases: list[Path], *, copies: int, others: int, seed: int) -> CopiesReport:
    """Copies and bursts of these photos, drawn by a seed; the same arguments, the same report."""
    rng = np.random.default_rng(seed)
    photos = [decode(path.read_bytes(), max_pixels=MOST_PIXELS) for path in bases]
    first = [_exposed(photo, rng) for photo in photos]
    greys = [likeness.grey_of(photo) for photo in first]
    sketches = likeness.unpacked([likeness.sketch(photo) for photo in first])
    counts: dict[str, Counter[str]] = {"all": Counter(), "found": Counter(), "listed": Counter()}
    for number in range(copies):
        base, way = number % len(first), WAYS[number % len(WAYS)]
        copy = saved_again(first[base], way, rng)
        counts["all"][way] += 1
        alike = likeness.most_alike(sketches, copy)
        nearest = likeness.finer_alike([greys[row] for row in alike], copy)
        listed = base in {alike[place] for place in nearest}
        counts["listed"][way] += listed
        same = listed and likeness.compared(greys[base], likeness.grey_of(copy)).copy
        counts["found"][way] += same
    alarms = 0
    for number in range(others):
        base = number % len(photos)
        following = _exposed(moved(photos[base], rng), rng)
        alarms += likeness.compared(greys[base], likeness.grey_of(following)).copy
    return CopiesReport(counts["all"], counts["found"], counts["listed"], others, alarms)


def saved_again(photo: Image, way: str, rng: np.random.Generator) -> Image:
    """The same exposure, written once more in one of WAYS."""
    height, width = photo.shape[:2]
    if way == "compressed":
        return _written(photo, int(rng.integers(50, 90)))
    if way == "cropped":
        left, above, right, below = rng.uniform(0, 0.05, 4)
        part = photo[
            int(above * height) : int((1 - below) * height),
            int(left * width) : int((1 - right) * width),
        ]
        return _written(np.ascontiguousarray(part), 85)
    if way == "scaled":
        scale = float(rng.uniform(0.5, 0.9))
        size = round(width * scale), round(height * scale)
        return _written(np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA)), 80)
    if way == "brightened":
        gain, lift = rng.uniform(0.75, 1.3), rng.uniform(-10, 20)
        return _written(np.clip(photo * gain + lift, 0, 255).astype(np.uint8), 85)
    if way == "padded":
        rows = int(rng.uniform(0.03, 0.1) * height)
        bar = np.zeros((rows, width, 3), np.uint8)
        return _written(np.concatenate([photo, bar]), 88)
    return photo  # only its EXIF is another


def moved(photo: Image, rng: np.random.Generator) -> Image:
    """The scene a moment later: something in it has moved, and the light is a little different."""
    height, width = photo.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    centre = rng.uniform(0.3, 0.7, 2) * (width, height)
    bump = np.exp(
        -(((x - centre[0]) / (0.2 * width)) ** 2) - ((y - centre[1]) / (0.25 * height)) ** 2
    )
    step, angle = rng.uniform(2, 10) * width / 640, rng.uniform(0, 2 * np.pi)
    shifted = [
        (places + bump * step * turn).astype(np.float32)
        for places, turn in ((x, np.cos(angle)), (y, np.sin(angle)))
    ]
    edge = cv2.BORDER_REPLICATE
    later = cv2.remap(photo, shifted[0], shifted[1], cv2.INTER_CUBIC, borderMode=edge)
    return np.asarray(np.clip(later * rng.uniform(0.97, 1.03), 0, 255), np.uint8)


def real_bursts(photos: list[Path]) -> Iterator[tuple[Path, Path, likeness.SameExposure]]:
    """Every two photos that follow each other in a list, and how alike they are."""
    greys = [likeness.grey_of(decode(path.read_bytes(), max_pixels=MOST_PIXELS)) for path in photos]
    for n in range(1, len(photos)):
        yield photos[n - 1], photos[n], likeness.compared(greys[n - 1], greys[n])


def _exposed(photo: Image, rng: np.random.Generator) -> Image:
    """A photo with the noise of one exposure, as a camera writes it."""
    smooth = cv2.GaussianBlur(photo, (0, 0), 1.0).astype(np.float32)
    noise = rng.normal(0, rng.uniform(2, 5), photo.shape[:2])[..., None]
    return _written(np.clip(smooth + noise, 0, 255).astype(np.uint8), 92)


def _written(photo: Image, quality: int) -> Image:
    buffer = io.BytesIO()
    Pillow.fromarray(photo).save(buffer, "JPEG", quality=quality)
    return decode(buffer.getvalue(), max_pixels=MOST_PIXELS)
