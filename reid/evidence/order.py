"""What orders candidates: the measurements of a pair as one number, by the weights of a card."""

from dataclasses import dataclass

import numpy as np

from reid.types import Comparison

BY_CHANCE = float(np.log1p(6.0))  # log1p of the RootSIFT correspondences that any two photos have


@dataclass(frozen=True, slots=True)
class Fusion:
    """What agrees in a pair, as one number.

    cosine, dense, rootsift: weights >= 0 of the cosine, of log1p(dense) and of log1p(rootsift)
    above chance. The number tells what agrees and nothing about what does not: a poor photo of
    another animal, which says nothing, must not stand before a good one that agrees a little. A
    handful of RootSIFT correspondences, which strangers have too, adds nothing. RootSIFT never
    lowers the number, so pairs that were compared with it and without it have one order.
    """

    cosine: float
    dense: float
    rootsift: float

    def agreement(self, comparison: Comparison) -> float:
        """The number that orders candidates, largest first, and the pairs of an encounter."""
        sift = float(np.log1p(comparison.rootsift_score or 0.0))
        cells = self.dense * float(np.log1p(comparison.dense_score))
        return self.cosine * comparison.cosine + cells + self.rootsift * max(sift - BY_CHANCE, 0.0)

    def strongest(self, comparison: Comparison) -> tuple[float, ...]:
        """By what the pair that speaks is chosen, the largest: its agreement, then all else.

        So it is the same pair whichever encounter is asked about.
        """
        fine, sift = comparison.fine_score, comparison.rootsift_score or 0.0
        return self.agreement(comparison), comparison.cosine, fine, sift, comparison.capacity
