"""Figures of llrs and rankings: bands, calibration, ROC, CMC. Cllr is in `reid.evidence.cost`.

Everywhere `genuine` is (n,) and `impostor` is (m,): log10 likelihood ratios of pairs of the same
and of different animals. A figure without a pair of either kind is a ValueError.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reid.errors import MissingExtra
from reid.evidence.cost import cost, require_both

Float64 = NDArray[np.float64]
Bool = NDArray[np.bool_]

EDGES = (-2.0, -1.0, 0.0, 1.0, 2.0)
BANDS = ("-2 and less", "-2 to -1", "-1 to 0", "0 to 1", "1 to 2", "2 and more")


@dataclass(frozen=True, slots=True)
class CalibrationCurve:
    """How often it was so where so much was stated; bins without a pair are left out.

    stated, observed: (B,) mean probability and weighted share that was true, per bin.
    true, false: (B,) how many of each lie in the bin. error: the expected calibration error.
    """

    stated: Float64
    observed: Float64
    true: NDArray[np.intp]
    false: NDArray[np.intp]
    error: float


def bands(llr: ArrayLike) -> tuple[int, ...]:
    """How many pairs lie in each band of `BANDS`.

    An edge belongs to the band farther from 0: -2 to the first, 2 to the last; 0 to "0 to 1".
    """
    values = np.asarray(llr, float)
    below = np.digitize(values, EDGES, right=True)
    upward = np.digitize(values, EDGES)
    band = np.where(values < 0, below, upward)
    return tuple(np.bincount(band, minlength=len(BANDS)).tolist())


def tippett(genuine: ArrayLike, impostor: ArrayLike, grid: ArrayLike) -> tuple[Float64, Float64]:
    """Shares of the genuine and of the impostor pairs with at least the llr of the grid.

    grid: (G,) llrs; both shares (G,). Tippett plots: Evett & Buckleton 1996.
    """
    require_both(genuine, impostor)
    ours, theirs = (_at_least(np.sort(np.asarray(x, float)), grid) for x in (genuine, impostor))
    return ours, theirs


def _at_least(ordered: Float64, grid: ArrayLike) -> Float64:
    return 1 - np.searchsorted(ordered, np.asarray(grid, float), "left") / len(ordered)


def calibration(
    probability: ArrayLike, truth: ArrayLike, *, bins: int = 10, weight: ArrayLike | None = None
) -> CalibrationCurve:
    """Stated probability against what was observed, in bins of equal width from 0 to 1.

    probability, truth, weight: (n,). The error is the mean distance of stated and observed over
    bins, weighed by what they hold (Naeini et al. 2015).
    """
    p, true = np.asarray(probability, float), np.asarray(truth, bool)
    if not len(p) or len(p) != len(true) or p.min() < 0 or p.max() > 1:
        raise ValueError("as many truths as probabilities are needed, all from 0 to 1")
    w = np.ones(len(p)) if weight is None else np.asarray(weight, float)
    where = np.minimum((p * bins).astype(np.intp), bins - 1)
    mass, stated, observed = (np.bincount(where, w * x, bins) for x in (np.ones(len(p)), p, true))
    filled = mass > 0
    mass, stated, observed = mass[filled], stated[filled], observed[filled]
    return CalibrationCurve(
        stated / mass,
        observed / mass,
        np.bincount(where[true], minlength=bins)[filled],
        np.bincount(where[~true], minlength=bins)[filled],
        float(np.abs(stated - observed).sum() / mass.sum()),
    )


def calibration_curve(
    genuine: ArrayLike, impostor: ArrayLike, *, bins: int = 10
) -> CalibrationCurve:
    """Posterior at even prior odds against the share of genuine pairs, both kinds weighed alike."""
    require_both(genuine, impostor)
    ours, theirs = np.asarray(genuine, float), np.asarray(impostor, float)
    posterior = np.exp2(-cost(np.concatenate([ours, theirs]), [])[0])
    truth = np.arange(len(posterior)) < len(ours)
    weight = np.where(truth, 0.5 / len(ours), 0.5 / len(theirs))
    return calibration(posterior, truth, bins=bins, weight=weight)


def ece(probability: ArrayLike, truth: ArrayLike, bins: int = 10) -> float:
    """Expected calibration error of probabilities, see `calibration`."""
    return calibration(probability, truth, bins=bins).error


def roc(genuine: ArrayLike, impostor: ArrayLike) -> tuple[Float64, Float64]:
    """False positive rate and true positive rate, both rising, from (0, 0) to (1, 1).

    Raises MissingExtra without scikit-learn.
    """
    require_both(genuine, impostor)
    try:
        from sklearn.metrics import roc_curve
    except ImportError as error:
        raise MissingExtra(feature="a ROC curve", needs="scikit-learn", extra="report") from error
    both = np.concatenate([np.asarray(genuine, float), np.asarray(impostor, float)])
    truth = np.arange(len(both)) < len(np.atleast_1d(genuine))
    false, true, _ = roc_curve(truth, both)
    return np.asarray(false, float), np.asarray(true, float)


def det(genuine: ArrayLike, impostor: ArrayLike) -> tuple[Float64, Float64]:
    """False positive rate, rising, and false negative rate, falling (Martin et al. 1997)."""
    false, true = roc(genuine, impostor)
    return false, 1 - true


def eer(genuine: ArrayLike, impostor: ArrayLike) -> float:
    """Equal error rate: where the DET curve, joined by straight lines, has both rates alike."""
    false, missed = det(genuine, impostor)
    return float(np.interp(0, false - missed, false))


def tpr_at(fpr: float, genuine: ArrayLike, impostor: ArrayLike) -> float | None:
    """Largest share of genuine pairs found at a false positive rate of no more than `fpr`.

    None where there are fewer than 1/fpr impostors: such a rate cannot be seen on them.
    """
    false, true = roc(genuine, impostor)
    if len(np.atleast_1d(impostor)) * fpr < 1:
        return None
    return float(true[false <= fpr].max())


def ranks(numbers: Float64, same: Bool, counted: Bool) -> list[int]:
    """The place of the first genuine annotation, from 1, for each query that has one.

    numbers, same, counted: (Q, N). Ties are broken against us, as in `retrieval.retrieval`.
    """
    places = []
    for q in np.nonzero((same & counted).any(1))[0].tolist():
        best = numbers[q][same[q] & counted[q]].max()
        places.append(1 + int((numbers[q][~same[q] & counted[q]] >= best).sum()))
    return places


def cmc(places: Sequence[int], depth: int = 20) -> Float64:
    """(depth,) share of queries whose first genuine annotation is among the first 1 ... depth."""
    if not places:
        raise ValueError("a cumulative curve needs at least one rank")
    return np.array([np.mean(np.asarray(places) <= k) for k in range(1, depth + 1)])
