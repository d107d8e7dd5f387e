"""Every query against every gallery photo, without a shortlist: the numbers behind all tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reid.compare.comparison import compare
from reid.evidence.calibrator import Calibrator, Witness
from reid.evidence.order import Fusion
from reid.evidence.terms import FlankMeasurements
from reid.threads import side_by_side
from reid.types import AnnotationFeatures

Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PairTable:
    """(Q, N) each, NaN where not counted: cosine of a pair, its dense score, RootSIFT score,
    agreement (which orders candidates), coarse and fine score and capacity."""

    cosine: Table
    dense: Table
    rootsift: Table
    agreement: Table
    coarse: Table
    fine: Table
    capacity: Table

    def evidence(self, calibrator: Calibrator) -> Table:
        """(Q, N) natural log odds of each pair alone; NaN where not counted."""
        log_odds, counted = np.full(self.cosine.shape, np.nan), ~np.isnan(self.cosine)
        columns = (self.cosine, self.coarse, self.fine, self.rootsift, self.capacity)
        parts = zip(*(column[counted].tolist() for column in columns), strict=True)
        flanks = (FlankMeasurements(*part) for part in parts)
        log_odds[counted] = [calibrator.log_odds([Witness(flank)]) for flank in flanks]
        return log_odds


def compare_all(
    queries: Sequence[AnnotationFeatures],
    gallery: Sequence[AnnotationFeatures],
    counted: NDArray[np.bool_],
    fusion: Fusion,
    *,
    done: Callable[[int], object] = lambda _: None,
) -> PairTable:
    """Compare the pairs that count, by the weights of `fusion`; `done` hears of every query row."""
    table = np.full((7, len(queries), len(gallery)), np.nan)

    def row(q: int) -> None:
        for n in np.nonzero(counted[q])[0].tolist():
            pair = compare(queries[q], gallery[n], registered=False)
            order = fusion.agreement(pair)
            scores = pair.cosine, pair.dense_score, pair.rootsift_score or 0.0
            table[:, q, n] = *scores, order, pair.coarse_score, pair.fine_score, pair.capacity

    for _ in side_by_side(row, range(len(queries))):
        done(1)
    return PairTable(*table)
