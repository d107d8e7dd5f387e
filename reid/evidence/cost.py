"""What llrs cost: Cllr and its parts, and misleading evidence.

Everywhere `genuine` is (n,) and `impostor` is (m,): log10 likelihood ratios of pairs of the same
and of different animals. A cost without a pair of either kind is a ValueError.
"""

from math import log2

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float64 = NDArray[np.float64]

STRONG = 1.0  # llr: ten times as probable on one side as on the other
BITS = log2(10)


def cost(genuine: ArrayLike, impostor: ArrayLike) -> tuple[Float64, Float64]:
    """What each pair costs, in bits: log2(1 + 1/LR) if genuine, log2(1 + LR) if impostor."""
    return _softplus(-np.asarray(genuine, float)), _softplus(np.asarray(impostor, float))


def _softplus(llr: Float64) -> Float64:
    """log2(1 + 10 ** llr) without overflow."""
    return np.asarray(np.logaddexp2(0.0, llr * BITS), float)


def cllr(genuine: ArrayLike, impostor: ArrayLike) -> float:
    """Log-likelihood-ratio cost: half the mean cost of either kind (Brümmer & du Preez 2006).

    0 is perfect, 1 is what llr 0 for every pair costs; above 1 the evidence harms.
    """
    require_both(genuine, impostor)
    ours, theirs = cost(genuine, impostor)
    return float(ours.mean() + theirs.mean()) / 2


def cllr_min(
    genuine: ArrayLike, impostor: ArrayLike, *, weights: tuple[Float64, Float64] | None = None
) -> float:
    """Cllr after the best monotone recalibration on these very pairs: what is lost in ranking.

    Pool adjacent violators with balanced classes (Brümmer & du Preez 2006). It is fitted on the
    pairs it is judged by, so that few pairs make it too small, and Cllr_cal too large.
    weights: (n,) and (m,), not negative, e.g. of a bootstrap draw; within each kind only their
    proportions matter.
    """
    require_both(genuine, impostor)
    llr = np.concatenate([np.asarray(genuine, float), np.asarray(impostor, float)])
    levels, where = np.unique(llr, return_inverse=True)
    n = len(np.atleast_1d(genuine))
    w = weights or (np.ones(n), np.ones(len(llr) - n))
    ours = np.bincount(where[:n], w[0], len(levels)).astype(float)
    return pooled_cost(ours, np.bincount(where[n:], w[1], len(levels)).astype(float))


def pooled_cost(genuine: Float64, impostor: Float64) -> float:
    """Cllr_min from the weight of the genuine and impostor pairs at every llr, lowest llr first."""
    ours, theirs = genuine / genuine.sum(), impostor / impostor.sum()
    weighed = ours + theirs > 0
    ours, theirs = ours[weighed], theirs[weighed]
    both = ours + theirs
    from scipy.optimize import isotonic_regression  # here, because it takes a while

    share = np.clip(isotonic_regression(ours / both, weights=both).x, 0.0, 1.0)
    won, lost = ours > 0, theirs > 0
    bits = ours[won] @ np.log2(share[won]) + theirs[lost] @ np.log2(1 - share[lost])
    return max(0.0, float(-bits) / 2)


def cllr_cal(genuine: ArrayLike, impostor: ArrayLike) -> float:
    """Cllr - Cllr_min: what a wrong scale of the llr costs, in bits; never below 0."""
    return max(0.0, cllr(genuine, impostor) - cllr_min(genuine, impostor))


def misleading(genuine: ArrayLike, impostor: ArrayLike, beyond: float = STRONG) -> tuple[int, int]:
    """(pairs, of): genuine pairs at llr -beyond or less and impostor pairs at beyond or more."""
    ours, theirs = np.asarray(genuine, float), np.asarray(impostor, float)
    wrong = int((ours <= -beyond).sum() + (theirs >= beyond).sum())
    return wrong, len(ours) + len(theirs)


def require_both(genuine: ArrayLike, impostor: ArrayLike) -> None:
    """Raise ValueError where there is no pair of one kind."""
    n, m = len(np.atleast_1d(genuine)), len(np.atleast_1d(impostor))
    if not n or not m:
        raise ValueError(f"{n} genuine and {m} impostor pairs: at least one of each is needed")
