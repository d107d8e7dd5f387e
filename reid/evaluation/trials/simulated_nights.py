"""Simulated camera-trap surveys of known density, with the llrs that a calibrator was tested with.

No photo is rendered: an encounter has an animal, a station, a day, flanks and a grade, and the llr
of a pair is drawn from the tested pairs of the same kind (`TestedStratum`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from reid.density.likelihood import Float64, TrapEffort
from reid.evidence.tested import Tested
from reid.types import Grade

GRADES = tuple(Grade)
MARGIN_SIGMA = 6  # beyond the stations, where animals still are


@dataclass(frozen=True, slots=True)
class SurveyDesign:
    """One survey. density: animals a km². side: stations along each side of a square grid.

    gap_km: between them. days: of work of each. g0, sigma_km: as in `DensityFit`; sigma is that of
    a home range of 103 km² (Farhadinia et al. 2018). poor_nights: share of days on which photos
    are poor. both: share of encounters whose two cameras show both flanks.
    grades, poor_grades: shares of good, usable, poor, unusable encounters on other and poor days.
    alike: share of the variance of a pair's llr that its encounters bring, not the pair.
    kin: the same for the two animals of an impostor pair.
    """

    density: float = 0.035
    side: int = 5
    gap_km: float = 4.5
    days: int = 90
    g0: float = 0.02
    sigma_km: float = 2.34
    poor_nights: float = 0.3
    both: float = 0.5
    grades: tuple[float, ...] = (0.45, 0.35, 0.15, 0.05)
    poor_grades: tuple[float, ...] = (0.1, 0.25, 0.45, 0.2)
    alike: float = 0.4
    kin: float = 0.2


@dataclass(frozen=True, slots=True)
class SimulatedSurvey:
    """n encounters. animal, station, day: (n,) numbers. flanks: (n, 2) left and right shown.

    grade: (n,) place in Grade. llr: (n, n) symmetric, log10. comparable: (n, n), a flank is shared.
    """

    effort: TrapEffort
    animal: NDArray[np.int64]
    station: NDArray[np.int64]
    day: NDArray[np.int64]
    flanks: NDArray[np.bool_]
    grade: NDArray[np.int64]
    llr: Float64
    comparable: NDArray[np.bool_]


def simulated_survey(
    design: SurveyDesign, tested: Tested, chance: np.random.Generator
) -> SimulatedSurvey:
    """Animals of a Poisson process, met by the model of `likelihood`, and what photos say."""
    axis = np.arange(design.side) * design.gap_km
    stations = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    reach = MARGIN_SIGMA * design.sigma_km
    low, high = stations.min(0) - reach, stations.max(0) + reach
    living = chance.poisson(design.density * float(np.prod(high - low)))
    centres = chance.uniform(low, high, (living, 2))
    squared = ((centres[:, None] - stations[None]) ** 2).sum(2)
    p = design.g0 * np.exp(-squared / (2 * design.sigma_km**2))
    met = chance.random((*p.shape, design.days)) < p[:, :, None]
    animal, station, day = (axis.astype(np.int64) for axis in np.nonzero(met))
    order = np.lexsort((station, day))
    animal, station, day = animal[order], station[order], day[order]
    flanks = _flanks(len(animal), design.both, chance)
    grade = _grades(day, design, chance)
    comparable = (flanks.astype(int) @ flanks.T.astype(int)) > 0
    np.fill_diagonal(comparable, False)
    llr = np.where(comparable, _llrs(animal, grade, design, tested, chance), 0.0)
    occasions = np.full(len(stations), float(design.days))
    return SimulatedSurvey(
        TrapEffort(stations, occasions), animal, station, day, flanks, grade, llr, comparable
    )


def _flanks(n: int, both: float, chance: np.random.Generator) -> NDArray[np.bool_]:
    kind = chance.choice(3, n, p=(both, (1 - both) / 2, (1 - both) / 2))
    return np.stack([kind != 1, kind != 2], 1)


def _grades(
    day: NDArray[np.int64], design: SurveyDesign, chance: np.random.Generator
) -> NDArray[np.int64]:
    poor = chance.random(design.days) < design.poor_nights
    shares = np.where(poor[day][:, None], design.poor_grades, design.grades)
    return np.asarray((chance.random(len(day))[:, None] > shares.cumsum(1)).sum(1).clip(0, 3))


def _llrs(
    animal: NDArray[np.int64],
    grade: NDArray[np.int64],
    design: SurveyDesign,
    tested: Tested,
    chance: np.random.Generator,
) -> Float64:
    """(n, n) from the quantiles of tested pairs of the same worse grade.

    Every pair of a kind is drawn from exactly the tested distribution; those that share an
    encounter, or two animals, are alike (a Gaussian copula).
    """
    n = len(animal)
    same = animal[:, None] == animal[None, :]
    own = [chance.standard_normal(n) for _ in range(2)]  # as one of a genuine, an impostor pair
    alike = [(a[:, None] + a[None, :]) / np.sqrt(2) for a in own]
    between = _symmetric(chance.standard_normal((animal.max(initial=0) + 1,) * 2))
    kin = between[animal[:, None], animal[None, :]]
    rest = _symmetric(chance.standard_normal((n, n)))
    share, of_kin = design.alike, design.kin
    z = np.where(
        same,
        np.sqrt(share) * alike[0] + np.sqrt(1 - share) * rest,
        np.sqrt(share) * alike[1] + np.sqrt(of_kin) * kin + np.sqrt(1 - share - of_kin) * rest,
    )
    place = norm.cdf(z)
    worse = np.maximum(grade[:, None], grade[None, :])
    strata = _quantiles(tested)
    llr = np.zeros((n, n))
    for number, name in enumerate(GRADES):
        for kind in (True, False):
            chosen = (worse == number) & (same == kind)
            values = strata[name.value][0 if kind else 1]
            llr[chosen] = np.interp(place[chosen], np.linspace(0, 1, len(values)), values)
    return llr


def _quantiles(tested: Tested) -> Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]]:
    return {stratum.name: (stratum.genuine, stratum.impostor) for stratum in tested.strata}


def _symmetric(values: Float64) -> Float64:
    return np.triu(values) + np.triu(values, 1).T
