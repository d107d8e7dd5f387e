"""How much two photos could agree at most, whoever they show."""

import numpy as np

from reid.compare.spread import ACROSS, ALONG, part_of
from reid.types import AnnotationFeatures, Float32, LocalFeatures

FULL = 500.0  # trusted cells of a perfect look at a flank, the unit of capacity
UNUSABLE = 1 / 6  # quality at which a photo is as probably unusable as not
ALIKE = 100.0  # strength of cells that are alike without agreeing, in two photos full of detail
TURN = 60.0  # degrees between two views of which nothing is comparable


def capacity(query: AnnotationFeatures, other: AnnotationFeatures, alike: float) -> float:
    """How much two photos of one animal could agree, [0, 1]; near zero where either shows no coat.

    The network says of each cell how probably its place is found in another photo, and where on
    the body it lies. What both photos show of the same parts, from directions that are not too
    different, may be expected to agree. The network knows little of blur, hence the root of how far
    the poorer photo is above unusable; an ungraded one counts as good.
    alike: strength of cells that are nearest to each other without agreeing. Photos without detail
    have few such cells, whoever they show; silence between them means nothing.
    """
    seen = [_seen(side.dense.scales()[1]) for side in (query, other)]
    shared = float(np.sqrt(seen[0] * seen[1]).sum()) / FULL
    poorer = min((side.quality.value for side in (query, other) if side.quality), default=1.0)
    usable = max(0.0, (poorer - UNUSABLE) / (1 - UNUSABLE))
    told = shared * _facing(query, other) * float(np.sqrt(usable)) * min(alike / ALIKE, 1.0)
    return min(told, 1.0)


def _facing(query: AnnotationFeatures, other: AnnotationFeatures) -> float:
    """[0, 1]: 1 for two views from one direction, 0 for those `TURN` apart."""
    if query.pose is None or other.pose is None:
        return 1.0
    return max(0.0, 1 - abs(query.pose.yaw - other.pose.yaw) / TURN)


def _seen(cells: LocalFeatures) -> Float32:
    """(ALONG x ACROSS,) trusted cells in each part of the body; all in one part where no places
    are told."""
    if cells.places is None:
        return np.array([cells.weight.sum()], np.float32)
    parts = np.bincount(part_of(cells.places), cells.weight, ALONG * ACROSS)
    return np.asarray(parts, np.float32)
