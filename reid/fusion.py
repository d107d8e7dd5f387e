"""One number from all that was measured on a pair, and what the photos could have shown at most."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from reid.types import LocalFeatures

KNOTS = (0.0, 0.1, 0.2, 0.3, 0.4)  # of capacity, where silence may begin to weigh more
FULL = 1000.0  # trusted cells of a perfect look, the unit of capacity


class Weights(NamedTuple):
    """Natural log odds = intercept + cosine, log1p(dense) and log1p(rootsift), weighted, - silence.

    silence: weights >= 0 of max(capacity - knot, 0) for each of `KNOTS`: two photos that could have
    agreed in much and agree in little are evidence against; two that could not say nothing.
    """

    intercept: float
    cosine: float
    dense: float
    rootsift: float
    silence: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Fusion:
    """Every weight is >= 0, so more agreement never lowers the number.

    `full` is used where RootSIFT was measured, `quick` where it was not.
    """

    full: Weights
    quick: Weights

    def log_odds(
        self, cosine: float, dense: float, rootsift: float | None, capacity: float = 0.0
    ) -> float:
        """Natural log odds with balanced classes, not bounded yet."""
        w = self.quick if rootsift is None else self.full
        silent = sum(c * h for c, h in zip(w.silence, silences(capacity), strict=False))
        return self.agreement(cosine, dense, rootsift) - silent

    def agreement(self, cosine: float, dense: float, rootsift: float | None) -> float:
        """The log odds without what silence says: the order in which candidates are shown.

        A poor photo of somebody else, which says nothing, must not stand before a good one that
        agrees a little.
        """
        w = self.quick if rootsift is None else self.full
        sift = 0.0 if rootsift is None else float(np.log1p(rootsift))
        agreed = w.cosine * cosine + w.dense * float(np.log1p(dense)) + w.rootsift * sift
        return w.intercept + agreed


def silences(capacity: float) -> tuple[float, ...]:
    """max(capacity - knot, 0) for each of `KNOTS`."""
    return tuple(max(capacity - knot, 0.0) for knot in KNOTS)


def capacity(one: LocalFeatures, other: LocalFeatures) -> float:
    """How much two photos of one animal could agree, [0, 1].

    The reliability head says of each cell how probably its place is found in another photo. The
    product of both sums, in units of a perfect look, is what may be expected to agree: near zero
    where either photo is small, blurred, dark or shows no coat.
    """
    fine = one.scales()[1], other.scales()[1]
    return float(np.prod([side.weight.sum(dtype=np.float64) / FULL for side in fine]))
