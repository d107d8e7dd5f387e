"""What was seen of a photo, brought to other pixels: those of the photo itself where it was decoded
smaller, and back."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from reid.types import AnnotationFeatures, Box, Crop, Float32, LocalFeatures


def in_own_pixels(
    described: Sequence[AnnotationFeatures], crops: Sequence[Crop]
) -> list[AnnotationFeatures]:
    """Features of crops, with places in pixels of the photo also where it was decoded smaller."""
    return [
        features if crop.reduction == 1 else moved(features, crop.reduction)
        for features, crop in zip(described, crops, strict=True)
    ]


def as_decoded(features: AnnotationFeatures, crop: Crop) -> AnnotationFeatures:
    """The inverse for one crop: places in pixels of its photo as it was decoded."""
    return features if crop.reduction == 1 else moved(features, 1 / crop.reduction)


def moved(
    features: AnnotationFeatures, times: float, corner: Float32 | None = None
) -> AnnotationFeatures:
    """The same in pixels of which so many go to one of these, and beyond `corner` (x, y)."""
    start = np.zeros(2, np.float32) if corner is None else corner

    def placed(local: LocalFeatures) -> LocalFeatures:
        points = ((local.points + 0.5) * times - 0.5 + start).astype(np.float32)
        return replace(local, points=points)

    box, (x, y) = features.box, start.tolist()
    sides = (box.x0 * times + x, box.y0 * times + y, box.x1 * times + x, box.y1 * times + y)
    return replace(
        features, dense=placed(features.dense), rootsift=placed(features.rootsift), box=Box(*sides)
    )
