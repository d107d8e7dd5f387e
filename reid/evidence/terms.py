"""From what was measured on one flank of two encounters to natural log odds."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

COARSE_KNOTS = (3.7, 4.2)  # of log1p(coarse), from which an agreement weighs more
FINE_KNOTS = (2.0, 2.75, 3.5)  # of log1p(fine)
ROOTSIFT_KNOTS = (2.0, 2.5, 3.0)  # of log1p(rootsift)
SILENCE_KNOTS = (0.0, 0.1, 0.2, 0.3)  # of silence, from which it weighs more
SPOKEN = 40.0  # fine agreement that leaves 1 / e of the capacity silent; strangers have 20 at most,
# nine times in ten
TERMS = 2 + len(COARSE_KNOTS) + len(FINE_KNOTS) + len(ROOTSIFT_KNOTS) + len(SILENCE_KNOTS)


class FlankMeasurements(NamedTuple):
    """What was measured on one flank of two encounters, its photos pooled.

    cosine, coarse, fine, rootsift: of the pair of photos that agrees best; coarse and fine are the
    strength of verified cells of the looks at animal and flank, rootsift None where nobody measured
    it. capacity: the largest of all pairs.
    """

    cosine: float
    coarse: float
    fine: float
    rootsift: float | None
    capacity: float


def terms(flank: FlankMeasurements) -> Vector:
    """(TERMS,): 1, cosine, hinges of log1p(coarse), log1p(fine) and log1p(rootsift), minus those of
    silence: the capacity, less what agrees has spoken.

    Between a handful of agreements by chance and a coat that agrees lies a bend, not a line: what
    chance brings about differs from one population to the next, and must weigh little everywhere.
    """
    sift = 0.0 if flank.rootsift is None else flank.rootsift
    silence = flank.capacity * float(np.exp(-flank.fine / SPOKEN))
    return np.array(
        [
            1.0,
            flank.cosine,
            *_hinges(float(np.log1p(flank.coarse)), COARSE_KNOTS),
            *_hinges(float(np.log1p(flank.fine)), FINE_KNOTS),
            *_hinges(float(np.log1p(sift)), ROOTSIFT_KNOTS),
            *(-h for h in _hinges(silence, SILENCE_KNOTS)),
        ]
    )


def _hinges(value: float, knots: tuple[float, ...]) -> list[float]:
    return [max(value - knot, 0.0) for knot in knots]


@dataclass(frozen=True, slots=True)
class EvidenceWeights:
    """Natural log odds = weights @ `terms`, with balanced classes and not bounded yet.

    weights: (TERMS,), all but the intercept >= 0: more agreement never lowers the log odds, and
    more that could have agreed and did not never raises them.
    refits: (R, TERMS), the same fitted to other draws of the individuals; may be empty.
    """

    weights: Vector
    refits: Vector

    def log_odds(self, flank: FlankMeasurements) -> float:
        """Natural log odds of one flank."""
        return float(self.weights @ terms(flank))

    def spread(self, flank: FlankMeasurements) -> Vector:
        """(R,) natural log odds of one flank, one for each refit."""
        return np.asarray(self.refits @ terms(flank), float)
