"""The order in which marks are drawn: the best of each part of the body, then the second of each.

Agreement crowds where a photo is sharpest. A hundred lines in one corner convince nobody; a line in
every part of the flank does.
"""

import numpy as np
from numpy.typing import NDArray

from reid.types import Correspondences, Float32, LocalFeatures

ALONG, ACROSS = 10, 4  # parts of the body, of which each photo shows some
REACH = (1.1, 1.1)  # places beyond which nothing of a flank lies
EACH = 3  # marks of one part that are drawn at first

Rows = NDArray[np.intp]


def part_of(places: Float32) -> Rows:
    """(K,) which of the `ALONG` x `ACROSS` parts of the body each of (K, 2) places lies in."""
    along, across = (
        np.clip(places[:, axis] * number / reach, 0, number - 1).astype(np.intp)
        for axis, (number, reach) in enumerate(zip((ALONG, ACROSS), REACH, strict=True))
    )
    return np.asarray(along * ACROSS + across, np.intp)


def places_at(points: Float32, cells: LocalFeatures) -> Float32 | None:
    """(M, 2) places on the body of (M, 2) pixels: those of the nearest cells; None where the cells
    tell none. Raises ValueError where there is no cell."""
    if cells.places is None:
        return None
    near = (points**2).sum(1)[:, None] + (cells.points**2).sum(1) - 2 * points @ cells.points.T
    return cells.places[near.argmin(1)] if len(points) else np.empty((0, 2), np.float32)


def half_way(places0: Float32 | None, places1: Float32 | None) -> Float32 | None:
    """What two photos tell of (M, 2) places together; None where one of them tells nothing."""
    if places0 is None or places1 is None:
        return None
    return np.asarray((places0 + places1) / 2, np.float32)


def spread_order(marks: Correspondences) -> tuple[Rows, Rows]:
    """All marks, the best of each part of the body first, and the rank of each in its part.

    Of marks of one rank the strongest comes first. Where nobody told the places, all are one part
    and none is counted: the ranks are 0, and the strongest comes first.
    """
    best = np.argsort(-marks.strength, kind="stable")
    if marks.places is None:
        return best, np.zeros(len(best), np.intp)
    parts = part_of(marks.places)[best]
    together = np.argsort(parts, kind="stable")
    _, first, which = np.unique(parts[together], return_index=True, return_inverse=True)
    rank = np.empty(len(best), np.intp)
    rank[together] = np.arange(len(best)) - first[which]
    order = np.argsort(rank, kind="stable")
    return best[order], rank[order]


def spread(marks: Correspondences) -> Correspondences:
    """The marks in the order of `spread_order`."""
    return marks.rows(spread_order(marks)[0])


def drawn_first(marks: Correspondences, most: int) -> Rows:
    """Which marks are drawn where not all are: at most `most`, and `EACH` of one part."""
    order, rank = spread_order(marks)
    return order[rank < EACH][:most]
