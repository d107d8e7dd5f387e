"""95 % intervals by bootstrap over units: photos of one animal are not independent."""

from collections.abc import Hashable, Sequence

import numpy as np


def bootstrap(
    units: Sequence[Hashable], values: Sequence[float], *, seed: int, draws: int = 2000
) -> tuple[float, float]:
    """2.5 and 97.5 % quantiles of the mean of `values`, drawing whole units with replacement.

    units: whose each value is, in the same order (percentile bootstrap over clusters, Efron 1979).
    """
    if len(units) != len(values) or not len(units):
        raise ValueError(f"{len(values)} values of {len(units)} units")
    index = {unit: n for n, unit in enumerate(dict.fromkeys(units))}
    at = np.array([index[unit] for unit in units])
    total = np.bincount(at, np.asarray(values, float))
    count = np.bincount(at)
    drawn = np.random.default_rng(seed).integers(0, len(index), (draws, len(index)))
    means = total[drawn].sum(1) / count[drawn].sum(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)
