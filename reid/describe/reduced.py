"""What was seen of a very large photo, brought back to the photo's own pixels."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from reid.types import AnnotationFeatures, Box, Crop, LocalFeatures


def in_own_pixels(
    described: Sequence[AnnotationFeatures], crops: Sequence[Crop]
) -> list[AnnotationFeatures]:
    """Features of crops, with places in pixels of the photo also where it was decoded smaller."""
    return [
        features if crop.reduction == 1 else _enlarged(features, crop.reduction)
        for features, crop in zip(described, crops, strict=True)
    ]


def _enlarged(features: AnnotationFeatures, times: int) -> AnnotationFeatures:
    def moved(local: LocalFeatures) -> LocalFeatures:
        points = ((local.points + 0.5) * times - 0.5).astype(np.float32)
        return replace(local, points=points)

    box = features.box
    return replace(
        features,
        dense=moved(features.dense),
        rootsift=moved(features.rootsift),
        box=Box(*(side * times for side in (box.x0, box.y0, box.x1, box.y1))),
    )
