"""Every query against every gallery photo, without a shortlist: the numbers behind all tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reid.compare.comparison import compare
from reid.compare.fusion import Fusion, Told, Weights
from reid.evidence.calibrator import Calibrator, Witness
from reid.threads import side_by_side
from reid.types import AnnotationFeatures

Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PairTable:
    """(Q, N) each: cosine, dense (and what agrees at other looks) and RootSIFT score of a pair,
    the fine part of the dense one, and its capacity; NaN where not counted."""

    cosine: Table
    dense: Table
    rootsift: Table
    fine: Table
    capacity: Table

    def fused(self, fusion: Fusion) -> Table:
        """(Q, N) what agrees, the order of the product."""
        agreement = np.vectorize(fusion.agreement, otypes=[float])
        return np.asarray(agreement(self.cosine, self.dense, self.rootsift), float)

    def evidence(self, calibrator: Calibrator) -> Table:
        """(Q, N) natural log odds of each pair alone; NaN where not counted."""
        found, counted = np.full(self.cosine.shape, np.nan), ~np.isnan(self.cosine)
        columns = (self.cosine, self.fine, self.rootsift, self.capacity)
        parts = zip(*(column[counted].tolist() for column in columns), strict=True)
        found[counted] = [calibrator.log_odds([Witness(Told(*part))]) for part in parts]
        return found


def compare_all(
    queries: Sequence[AnnotationFeatures],
    gallery: Sequence[AnnotationFeatures],
    counted: NDArray[np.bool_],
    *,
    done: Callable[[int], object] = lambda _: None,
) -> PairTable:
    """Compare the pairs that count; `done` hears of every finished query row."""
    blind = Fusion(Weights(0, 0, 0, 0), Weights(0, 0, 0, 0))
    table = np.full((5, len(queries), len(gallery)), np.nan)

    def row(q: int) -> None:
        for n in np.nonzero(counted[q])[0].tolist():
            seen = compare(queries[q], gallery[n], blind, registered=False)
            dense = seen.dense_score + seen.besides
            scores = seen.cosine, dense, seen.rootsift_score or 0.0
            table[:, q, n] = *scores, seen.fine_score, seen.capacity

    for _ in side_by_side(row, range(len(queries))):
        done(1)
    return PairTable(*table)
