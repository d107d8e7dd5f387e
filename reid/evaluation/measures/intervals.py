"""95 % intervals by the bootstrap over animals (Efron 1979): photos of one animal go together."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from reid.evidence.pair_intervals import ENDS, Interval, multiplicities, numbered

Float64 = NDArray[np.float64]


def bootstrap(
    units: Sequence[Hashable], values: Sequence[float], *, seed: int, draws: int = 2000
) -> Interval:
    """95 % percentile interval of the mean of `values` when whole units are drawn again.

    units: which unit (an animal) each value belongs to. One unit alone gives no spread: the
    interval is then the mean itself. ValueError without any value.
    """
    if len(units) != len(values) or not units:
        raise ValueError(f"{len(units)} units for {len(values)} values; at least one is needed")
    group = numbered(units)
    times = multiplicities(int(group.max()) + 1, seed=seed, draws=draws)
    totals = np.bincount(group, np.asarray(values, float))
    counts = np.bincount(group).astype(float)
    return _ends((times @ totals) / (times @ counts))


def bootstrap_auc(
    positive: Float64,
    positive_units: Sequence[Hashable],
    negative: Float64,
    negative_units: Sequence[Hashable],
    *,
    seed: int,
    draws: int = 2000,
) -> Interval:
    """95 % percentile interval of the AUC; a unit drawn again brings all of its pairs.

    positive, negative: (n,) and (m,) numbers of genuine and impostor pairs; a pair's unit is the
    animal of its query. Draws without a genuine or an impostor pair are left out.
    """
    both = numbered([*positive_units, *negative_units])
    u, v = both[: len(positive)], both[len(positive) :]
    wins = _wins(positive, u, negative, v, int(both.max()) + 1)
    n, m = (np.bincount(g, minlength=len(wins)).astype(float) for g in (u, v))
    times = multiplicities(len(wins), seed=seed, draws=draws)
    pairs = (times @ n) * (times @ m)
    won = np.einsum("du,uv,dv->d", times, wins, times, optimize=True)
    return _ends(won[pairs > 0] / pairs[pairs > 0])


def _wins(
    positive: Float64, u: NDArray[np.intp], negative: Float64, v: NDArray[np.intp], units: int
) -> Float64:
    """(units, units): genuine pairs of one above impostor pairs of the other, ties count half."""
    wins = np.zeros((units, units))
    for other in range(units):
        theirs = np.sort(negative[v == other])
        below = np.searchsorted(theirs, positive, "left")
        level = np.searchsorted(theirs, positive, "right")
        wins[:, other] = np.bincount(u, (below + level) / 2, minlength=units)
    return wins


def _ends(values: Float64) -> Interval:
    low, high = np.percentile(values, ENDS)
    return float(low), float(high)
