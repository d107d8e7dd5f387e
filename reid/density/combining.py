"""One interval from many draws: Rubin's rules (multiple imputation, Rubin 1987)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np

from reid.density.likelihood import DensityFit

DRAWS = 12
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class DensityInterval:
    """Animals a km². low, high: of LEVEL. of_identity: share of the variance of the log density
    that comes from not knowing who is who.

    fits: how many it is combined from. animals: met, mean of the draws; fewest, most: of any.
    g0, sigma_km: medians.
    """

    density: float
    low: float
    high: float
    of_identity: float
    fits: int
    animals: float
    fewest: int
    most: int
    g0: float
    sigma_km: float

    @property
    def spread(self) -> float:
        """Coefficient of variation, by the width of the interval on the log scale."""
        from scipy.stats import norm  # here, because it takes half a second

        return log(self.high / self.low) / (2 * float(norm.ppf(0.5 + LEVEL / 2)))


def combined(fits: Sequence[DensityFit]) -> DensityInterval:
    """The mean log density, with the variance within fits and (1 + 1/m) of that between them.

    The interval is that of Student's t with Rubin's degrees of freedom. One fit has the normal
    interval of its own. The density is exp(mean - between / 2): over many surveys the exponential
    of a normal error is too high by half of its variance (Finney 1941), and not knowing who is who
    must not add animals. What a single history errs by for the same reason stays, so that one
    history has the density that secr gives it. Raises ValueError for none.
    """
    if not fits:
        raise ValueError("nothing to combine")
    logs = np.log([fit.density for fit in fits])
    within = float(np.mean([fit.log_variance for fit in fits]))
    number = len(fits)
    between = (1 + 1 / number) * float(logs.var(ddof=1)) if number > 1 else 0.0
    width = _quantile(within, between, number) * sqrt(within + between)
    middle = float(logs.mean())
    animals = [fit.animals for fit in fits]
    return DensityInterval(
        density=exp(middle - between / 2),
        low=exp(middle - width),
        high=exp(middle + width),
        of_identity=between / (within + between),
        fits=number,
        animals=float(np.mean(animals)),
        fewest=min(animals),
        most=max(animals),
        g0=float(np.median([fit.g0 for fit in fits])),
        sigma_km=float(np.median([fit.sigma_km for fit in fits])),
    )


def _quantile(within: float, between: float, number: int) -> float:
    """Of Student's t with the degrees of freedom that Rubin gives; normal where all fits agree."""
    from scipy.stats import norm, t  # here, because it takes half a second

    upper = 0.5 + LEVEL / 2
    if between < 1e-9 * within:
        return float(norm.ppf(upper))
    freedom = (number - 1) * (1 + within / between) ** 2
    return float(t.ppf(upper, freedom))
