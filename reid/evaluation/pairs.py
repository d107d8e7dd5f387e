"""Every query against every gallery photo, without a shortlist: the numbers behind all tables."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reid.compare import compare
from reid.fusion import Fusion, Weights, capacity, silences
from reid.types import AnnotationFeatures

Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PairTable:
    """(Q, N) each: cosine, dense and RootSIFT score of a comparison, and its capacity; NaN where
    not counted."""

    cosine: Table
    dense: Table
    rootsift: Table
    capacity: Table

    def agreement(self, where: NDArray[np.bool_]) -> Table:
        """(n, 2): log1p(dense), log1p(rootsift) of the chosen pairs."""
        return np.log1p(np.stack([self.dense[where], self.rootsift[where]], 1))

    def silence(self, where: NDArray[np.bool_]) -> Table:
        """(n, K): `fusion.silences` of the chosen pairs."""
        return np.array([silences(c) for c in self.capacity[where].tolist()])

    def fused(self, fusion: Fusion) -> Table:
        """(Q, N) what agrees, the order of the product."""
        agreement = np.vectorize(fusion.agreement, otypes=[float])
        return np.asarray(agreement(self.cosine, self.dense, self.rootsift), float)

    def evidence(self, fusion: Fusion) -> Table:
        """(Q, N) log odds; NaN where not counted."""
        found, counted = np.full(self.cosine.shape, np.nan), ~np.isnan(self.cosine)
        columns = (self.cosine, self.dense, self.rootsift, self.capacity)
        parts = zip(*(column[counted].tolist() for column in columns), strict=True)
        found[counted] = [fusion.log_odds(*part) for part in parts]
        return found


def compare_all(
    queries: Sequence[AnnotationFeatures],
    gallery: Sequence[AnnotationFeatures],
    counted: NDArray[np.bool_],
    *,
    threads: int = 2,
    done: Callable[[int], object] = lambda _: None,
) -> PairTable:
    """Compare the pairs that count; `done` hears of every finished query row."""
    blind = Fusion(Weights(0, 0, 0, 0), Weights(0, 0, 0, 0))
    table = np.full((4, len(queries), len(gallery)), np.nan)

    def row(q: int) -> None:
        for n in np.nonzero(counted[q])[0].tolist():
            seen = compare(queries[q], gallery[n], blind, registered=False)
            could = capacity(queries[q].dense, gallery[n].dense)
            table[:, q, n] = seen.cosine, seen.dense_score, seen.rootsift_score or 0.0, could

    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(row, range(len(queries))):
            done(1)
    return PairTable(*table)
