"""95 % intervals of figures of pairs, by drawing whole individuals: pairs share individuals.

A draw gives every individual a weight w, how often it came up. A pair of two individuals a and b
weighs w_a * w_b, a pair within one individual w_a. This is the pigeonhole bootstrap (Owen 2007),
which errs on the wide side. No row is copied.
"""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array

from reid.evidence.cost import STRONG, cllr_min, cost, pooled_cost

Float64 = NDArray[np.float64]
Index = NDArray[np.intp]
Pair = tuple[Hashable, Hashable]
Interval = tuple[float, float]
ENDS = (2.5, 97.5)  # percentiles


def numbered(units: Sequence[Hashable]) -> NDArray[np.intp]:
    """(n,) 0, 1, 2 ... in order of first appearance."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(unit, len(numbers)) for unit in units], np.intp)


def multiplicities(units: int, *, seed: int, draws: int) -> Float64:
    """(draws, units): how often each unit is drawn when as many are drawn as there are."""
    rng = np.random.default_rng((seed, 95))
    return rng.multinomial(units, np.full(units, 1 / units), draws).astype(float)


class BootstrapWeights:
    """The pairs of one kind, and the sums over them in every draw of the individuals."""

    def __init__(self, first: Index, second: Index, times: Float64) -> None:
        """first, second: (n,) numbers of the individuals. times: (draws, individuals)."""
        self.first, self.second, self.times = first, second, times
        self.within = first == second

    def weights(self, draw: int) -> Float64:
        """(n,) what every pair weighs in one draw."""
        w = self.times[draw]
        return np.asarray(np.where(self.within, w[self.first], w[self.first] * w[self.second]))

    def totals(self, values: Float64) -> Float64:
        """(draws,) the weighted sum of one number a pair, e.g. of ones: how much is drawn."""
        size = self.times.shape[1]
        own = np.bincount(self.first[self.within], values[self.within], size)
        across = ~self.within
        places = (self.first[across], self.second[across])
        table = coo_array((values[across], places), shape=(size, size)).tocsr()
        return np.asarray(self.times @ own + ((self.times @ table) * self.times).sum(1), float)


def by_individual(
    genuine: ArrayLike,
    impostor: ArrayLike,
    genuine_individuals: Sequence[Hashable],
    impostor_individuals: Sequence[Pair],
    *,
    seed: int,
    draws: int = 500,
    refits: int = 100,
    beyond: float = STRONG,
) -> dict[str, Interval]:
    """95 % percentile intervals of `cllr`, `cllr_min`, `cllr_cal` and `misleading` (a share).

    genuine, impostor: (n,) and (m,) llrs; whose they are: (n,) individuals and (m,) pairs of them.
    An unknown animal needs a name of its own. refits: draws for the two figures that pool again:
    a draw repeats pairs, so that pooling fits it too well; these draws are shifted by that bias,
    their mean less the figure itself (Efron & Tibshirani 1993, chapter 10). Draws
    without a pair of either kind are left out. Empty with fewer than two individuals, or where no
    draw has both kinds: nothing can be said then.
    """
    llrs = (np.asarray(genuine, float), np.asarray(impostor, float))
    if (len(llrs[0]), len(llrs[1])) != (len(genuine_individuals), len(impostor_individuals)):
        raise ValueError("every pair needs the names of its individuals")
    ends = [(animal, animal) for animal in genuine_individuals] + list(impostor_individuals)
    group = numbered([name for pair in ends for name in pair])
    first, second, n = group[::2], group[1::2], len(llrs[0])
    individuals = int(group.max(initial=-1)) + 1
    if individuals < 2 or not n or not len(llrs[1]):
        return {}
    times = multiplicities(individuals, seed=seed, draws=draws)
    sides = (slice(None, n), slice(n, None))
    drawn = [BootstrapWeights(first[side], second[side], times) for side in sides]
    sizes = [kind.totals(np.ones(len(llr))) for kind, llr in zip(drawn, llrs, strict=True)]
    usable = (sizes[0] > 0) & (sizes[1] > 0)
    if not usable.any():
        return {}
    costs = [kind.totals(bits) for kind, bits in zip(drawn, cost(*llrs), strict=True)]
    wrong = (llrs[0] <= -beyond).astype(float), (llrs[1] >= beyond).astype(float)
    misled = [kind.totals(each) for kind, each in zip(drawn, wrong, strict=True)]
    ours, theirs = (c[usable] / size[usable] for c, size in zip(costs, sizes, strict=True))
    cllr = (ours + theirs) / 2
    refitted = np.nonzero(usable)[0][:refits]
    least = _pooled(llrs, drawn, refitted)
    least = np.maximum(0.0, least - (least.mean() - cllr_min(*llrs)))
    return {
        "cllr": _ends(cllr),
        "cllr_min": _ends(least),
        "cllr_cal": _ends(np.maximum(0.0, cllr[: len(refitted)] - least)),
        "misleading": _ends((misled[0] + misled[1])[usable] / (sizes[0] + sizes[1])[usable]),
    }


def _pooled(
    llrs: tuple[Float64, Float64], drawn: Sequence[BootstrapWeights], which: Index
) -> Float64:
    """Cllr_min of the chosen draws; the llrs are sorted once."""
    levels, where = np.unique(np.concatenate(llrs), return_inverse=True)
    places = (where[: len(llrs[0])], where[len(llrs[0]) :])

    def weight(kind: int, draw: int) -> Float64:
        return np.bincount(places[kind], drawn[kind].weights(draw), len(levels)).astype(float)

    return np.array([pooled_cost(weight(0, draw), weight(1, draw)) for draw in which.tolist()])


def _ends(values: Float64) -> Interval:
    low, high = np.percentile(values, ENDS)
    return float(low), float(high)
