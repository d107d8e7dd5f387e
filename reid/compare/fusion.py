"""What was measured on a pair, as one number for the order of candidates and one for evidence."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reid.types import AnnotationFeatures, Float32, LocalFeatures

Vector = NDArray[np.float64]

FINE_KNOTS = (2.0, 2.75, 3.5)  # of log1p(fine), from which an agreement weighs more
ROOTSIFT_KNOTS = (2.0, 2.5, 3.0)  # of log1p(rootsift)
SILENCE_KNOTS = (0.0, 0.1, 0.2, 0.3)  # of capacity, from which silence weighs more
TERMS = 2 + len(FINE_KNOTS) + len(ROOTSIFT_KNOTS) + len(SILENCE_KNOTS)
FULL = 1000.0  # trusted cells of a perfect look, the unit of capacity
UNUSABLE = (
    1 / 6
)  # quality at which a photo is as probably unusable as not, see `reid.photo.quality`
ALIKE = 100.0  # strength of cells that are alike without agreeing, in two photos full of detail


class Weights(NamedTuple):
    """Agreement = intercept + cosine, log1p(dense) and log1p(rootsift), weighted."""

    intercept: float
    cosine: float
    dense: float
    rootsift: float


@dataclass(frozen=True, slots=True)
class Fusion:
    """The order in which candidates are shown; every weight is >= 0.

    `full` is used where RootSIFT was measured, `quick` where it was not.
    """

    full: Weights
    quick: Weights

    def agreement(self, cosine: float, dense: float, rootsift: float | None) -> float:
        """One number for what agrees, and nothing about what does not.

        A poor photo of somebody else, which says nothing, must not stand before a good one that
        agrees a little.
        """
        w = self.quick if rootsift is None else self.full
        sift = 0.0 if rootsift is None else float(np.log1p(rootsift))
        agreed = w.cosine * cosine + w.dense * float(np.log1p(dense)) + w.rootsift * sift
        return w.intercept + agreed


class Told(NamedTuple):
    """What one flank of two encounters told.

    cosine, fine, rootsift: of the pair of photos that agrees best; fine is the strength of verified
    cells at the fine scale, rootsift None where nobody measured it. capacity: the largest of all
    pairs.
    """

    cosine: float
    fine: float
    rootsift: float | None
    capacity: float


def terms(told: Told) -> Vector:
    """(TERMS,): 1, cosine, hinges of log1p(fine) and of log1p(rootsift), minus hinges of capacity.

    Between a handful of agreements by chance and a coat that agrees lies a bend, not a line: what
    chance brings about differs from one population to the next, and must weigh little everywhere.
    """
    sift = 0.0 if told.rootsift is None else told.rootsift
    return np.array(
        [
            1.0,
            told.cosine,
            *_hinges(float(np.log1p(told.fine)), FINE_KNOTS),
            *_hinges(float(np.log1p(sift)), ROOTSIFT_KNOTS),
            *(-h for h in _hinges(told.capacity, SILENCE_KNOTS)),
        ]
    )


def _hinges(value: float, knots: tuple[float, ...]) -> list[float]:
    return [max(value - knot, 0.0) for knot in knots]


@dataclass(frozen=True, slots=True)
class Link:
    """Natural log odds = weights @ `terms`, with balanced classes and not bounded yet.

    weights: (TERMS,), all but the intercept >= 0: more agreement never lowers the log odds, and
    more that could have agreed and did not never raises them.
    refits: (R, TERMS), the same fitted to other draws of the individuals; may be empty.
    """

    weights: Vector
    refits: Vector

    def log_odds(self, told: Told) -> float:
        """By the weights."""
        return float(self.weights @ terms(told))

    def spread(self, told: Told) -> Vector:
        """(R,) by each refit."""
        return np.asarray(self.refits @ terms(told), float)


def capacity(one: AnnotationFeatures, other: AnnotationFeatures, alike: float) -> float:
    """How much two photos of one animal could agree, [0, 1]; near zero where either shows no coat.

    The reliability head says of each cell how probably its place is found in another photo: the
    product of both sums, in units of a perfect look, is what may be expected to agree. The head
    knows little of blur, hence the root of how far the poorer photo is above unusable; an ungraded
    one counts as good.
    alike: strength of cells that are nearest to each other without agreeing. Photos without detail
    have few such cells, whoever they show; silence between them means nothing.
    """
    trusted = float(np.prod([_trusted(side.dense) for side in (one, other)]))
    poorer = min((side.quality.value for side in (one, other) if side.quality), default=1.0)
    usable = max(0.0, (poorer - UNUSABLE) / (1 - UNUSABLE))
    return trusted * float(np.sqrt(usable)) * min(alike / ALIKE, 1.0)


def _trusted(dense: LocalFeatures) -> float:
    weight: Float32 = dense.scales()[1].weight
    return float(weight.sum(dtype=np.float64)) / FULL
