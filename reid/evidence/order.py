"""What orders candidates: the measurements of a pair as one number, by the weights of a card."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from reid.types import Comparison


class Weights(NamedTuple):
    """Agreement = intercept + cosine, log1p(dense) and log1p(rootsift), weighted."""

    intercept: float
    cosine: float
    dense: float
    rootsift: float


@dataclass(frozen=True, slots=True)
class Fusion:
    """What agrees in a pair, as one number; every weight is >= 0.

    `full` is used where RootSIFT was measured, `quick` where it was not. The number tells what
    agrees and nothing about what does not: a poor photo of another animal, which says nothing, must
    not stand before a good one that agrees a little.
    """

    full: Weights
    quick: Weights

    def agreement(self, comparison: Comparison) -> float:
        """The number that orders candidates, largest first, and the pairs of an encounter."""
        dense, rootsift = comparison.dense_score, comparison.rootsift_score
        w = self.quick if rootsift is None else self.full
        sift = 0.0 if rootsift is None else float(np.log1p(rootsift))
        agreed = w.cosine * comparison.cosine + w.dense * float(np.log1p(dense)) + w.rootsift * sift
        return w.intercept + agreed

    def strongest(self, comparison: Comparison) -> tuple[float, ...]:
        """By what the pair that speaks is chosen, the largest: its agreement, then all else.

        So it is the same pair whichever encounter is asked about.
        """
        fine, sift = comparison.fine_score, comparison.rootsift_score or 0.0
        return self.agreement(comparison), comparison.cosine, fine, sift, comparison.capacity
