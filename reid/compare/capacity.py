"""How much two photos could agree at most, whoever they show."""

import numpy as np

from reid.types import AnnotationFeatures, Float32, LocalFeatures

FULL = 1000.0  # trusted cells of a perfect look, the unit of capacity
UNUSABLE = (
    1 / 6
)  # quality at which a photo is as probably unusable as not, see `reid.photo.quality`
ALIKE = 100.0  # strength of cells that are alike without agreeing, in two photos full of detail


def capacity(query: AnnotationFeatures, other: AnnotationFeatures, alike: float) -> float:
    """How much two photos of one animal could agree, [0, 1]; near zero where either shows no coat.

    The reliability head says of each cell how probably its place is found in another photo: the
    product of both sums, in units of a perfect look, is what may be expected to agree. The head
    knows little of blur, hence the root of how far the poorer photo is above unusable; an ungraded
    one counts as good.
    alike: strength of cells that are nearest to each other without agreeing. Photos without detail
    have few such cells, whoever they show; silence between them means nothing.
    """
    trusted = float(np.prod([_trusted(side.dense) for side in (query, other)]))
    poorer = min((side.quality.value for side in (query, other) if side.quality), default=1.0)
    usable = max(0.0, (poorer - UNUSABLE) / (1 - UNUSABLE))
    return trusted * float(np.sqrt(usable)) * min(alike / ALIKE, 1.0)


def _trusted(dense: LocalFeatures) -> float:
    weight: Float32 = dense.scales()[1].weight
    return float(weight.sum(dtype=np.float64)) / FULL
