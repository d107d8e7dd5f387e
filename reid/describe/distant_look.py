"""A good photo as a camera farther away would have taken it, to be laid beside a poor one.

Descriptors of a sharp flank and of the same flank in a hundred pixels differ, though both show the
same rosettes. So the flank of a good photo is described again as if it had been taken from afar,
and a poor photo is compared with that, too. What a poor photo holds is not made better by it.
"""

from dataclasses import replace

import cv2
import numpy as np

from reid.types import AnnotationFeatures, Box, Crop, Grade, LocalFeatures

WIDTHS = (143.0, 95.0)  # pixels of the flank; bodies of 210 and 140 pixels
BLUR = (1.2, 1.0)  # standard deviation in those pixels, as of motion and a cheap lens
WIDER = 1.25  # how much wider than that a flank must be to lose anything by it
POOR = frozenset({Grade.POOR, Grade.UNUSABLE})


def shrunk(crop: Crop, flank: Box, width: float, blur: float) -> tuple[Crop, Box]:
    """The crop with its flank (pixels of the crop) brought to `width` pixels, and where that is."""
    height, full = crop.image.shape[:2]
    size = [max(1, round(side * width / flank.width)) for side in (full, height)]
    small = cv2.resize(crop.image, size, interpolation=cv2.INTER_AREA)
    blurred = np.asarray(cv2.GaussianBlur(small, (0, 0), blur), np.uint8)
    sx, sy = size[0] / full, size[1] / height
    there = Box(flank.x0 * sx, flank.y0 * sy, flank.x1 * sx, flank.y1 * sy)
    x, y = crop.box.x0, crop.box.y0
    bars = tuple(
        Box((b.x0 - x) * sx, (b.y0 - y) * sy, (b.x1 - x) * sx, (b.y1 - y) * sy) for b in crop.bars
    )
    return replace(crop, image=blurred, box=Box(0, 0, size[0], size[1]), bars=bars), there


def in_photo_pixels(features: LocalFeatures, small: Crop, crop: Crop) -> LocalFeatures:
    """Features of a shrunk crop in pixels of the photo that the crop was cut from."""
    scale = np.array([crop.box.width / small.box.width, crop.box.height / small.box.height])
    corner = np.array([crop.box.x0, crop.box.y0])
    return replace(
        features, points=((features.points + 0.5) * scale - 0.5 + corner).astype(np.float32)
    )


def is_poor(photo: AnnotationFeatures) -> bool:
    """Graded poor or unusable; a photo without a grade counts as good."""
    return photo.quality is not None and photo.quality.grade in POOR


def poor_beside_good(
    query: AnnotationFeatures, other: AnnotationFeatures
) -> tuple[LocalFeatures, tuple[LocalFeatures, ...]]:
    """Cells of the poor photo, and the distant looks of the good one; none of two alike."""
    if is_poor(query) and not is_poor(other):
        return query.dense, other.distant_looks
    if is_poor(other) and not is_poor(query):
        return other.dense, query.distant_looks
    return query.dense, ()
