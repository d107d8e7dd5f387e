"""Maximum likelihood of a spatial capture-recapture model (Borchers & Efford 2008).

Activity centres are a Poisson process of density D. An animal whose centre lies d away from a
station is met there on one occasion with probability g0 exp(-d² / 2 sigma²), independently of other
occasions, stations and animals ("half-normal", detector "proximity" of secr).
"""

from dataclasses import dataclass
from math import exp, log

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, gammaln, logit

from reid.density.errors import NoSpatialRecapture, NotEstimable, TooFewAnimals
from reid.density.habitat import Habitat

Float64 = NDArray[np.float64]

LEAST_ANIMALS = 2
LEAST_RECAPTURES = 1  # animals met at two stations or more
STEP = 1e-3  # of a parameter on its own scale, for second differences
FAR = 1e-12  # probability of detection below which a station is out of reach


@dataclass(frozen=True, slots=True)
class Effort:
    """Where and how long it was looked.

    stations: (J, 2) east and north in km. occasions: (J,) days on which a camera worked.
    """

    stations: Float64
    occasions: Float64


@dataclass(frozen=True, slots=True)
class DensityFit:
    """What the captures of one way to sort encounters into animals say.

    density: animals a km². g0: probability a day at the centre. sigma_km: how far animals move.
    covariance: (3, 3) of log density, logit g0, log sigma. animals: how many were met.
    log_likelihood: natural, without constants of the captures.
    """

    density: float
    g0: float
    sigma_km: float
    covariance: Float64
    animals: int
    log_likelihood: float

    @property
    def log_variance(self) -> float:
        """Variance of the log density."""
        return float(self.covariance[0, 0])


class Detection:
    """Chances of detection over a habitat, for one g0 and sigma.

    odds: (J, M) log odds of one occasion. missed: (M,) log probability of no detection at all.
    """

    def __init__(self, squared: Float64, occasions: Float64, g0: float, sigma_km: float) -> None:
        log_p = log(g0) - squared / (2 * sigma_km**2)
        log_p = np.maximum(log_p, log(FAR))
        log_q = np.log1p(-np.exp(log_p))
        self.odds = log_p - log_q
        self.missed = np.asarray(occasions @ log_q, float)

    def effective_area(self, cell_km2: float) -> float:
        """km² in which as many animals live as are met."""
        return float(-np.expm1(self.missed).sum() * cell_km2)


def fit(counts: Float64, effort: Effort, habitat: Habitat) -> DensityFit:
    """The density under which these captures are most probable.

    counts: (n, J) occasions on which each animal was met at each station, no row empty. With a
    constant density the full likelihood peaks where the one given n does, at D = n / area.
    Raises TooFewAnimals, NoSpatialRecapture or NotEstimable.
    """
    check(counts)
    squared = habitat.squared_distances(effort.stations)
    start = first_guess(counts, effort)

    def minus(theta: Float64) -> float:
        g0, sigma = float(expit(theta[0])), exp(float(theta[1]))
        return -_given_met(counts, squared, effort.occasions, habitat.cell_km2, g0, sigma)

    simplex = np.array([start, start + (0.7, 0.0), start + (0.0, 0.4)])
    found = minimize(
        minus,
        start,
        method="Nelder-Mead",
        options={"initial_simplex": simplex, "xatol": 1e-3, "fatol": 1e-4, "maxiter": 400},
    )
    g0, sigma = float(expit(found.x[0])), exp(float(found.x[1]))
    if not found.success or sigma > 2 * habitat.buffer_km or not 1e-8 < g0 < 1 - 1e-6:
        raise NotEstimable
    area = Detection(squared, effort.occasions, g0, sigma).effective_area(habitat.cell_km2)
    theta = np.array([log(len(counts) / area), *found.x])

    def full(at: Float64) -> float:
        return log_likelihood(counts, squared, effort.occasions, habitat.cell_km2, at)

    covariance = _covariance(full, theta)
    return DensityFit(len(counts) / area, g0, sigma, covariance, len(counts), full(theta))


def check(counts: Float64) -> None:
    """Raises TooFewAnimals or NoSpatialRecapture where no density can be told."""
    if len(counts) < LEAST_ANIMALS:
        raise TooFewAnimals(animals=len(counts), least=LEAST_ANIMALS)
    moved = int(((counts > 0).sum(1) > 1).sum())
    if moved < LEAST_RECAPTURES:
        raise NoSpatialRecapture(recaptures=moved, least=LEAST_RECAPTURES)


def log_likelihood(
    counts: Float64, squared: Float64, occasions: Float64, cell_km2: float, theta: Float64
) -> float:
    """Natural log of the full likelihood at log density, logit g0, log sigma."""
    density, g0, sigma = exp(float(theta[0])), float(expit(theta[1])), exp(float(theta[2]))
    seen = Detection(squared, occasions, g0, sigma)
    each = log_sums(counts @ seen.odds + seen.missed) + log(cell_km2)
    met = density * seen.effective_area(cell_km2)
    return float(each.sum() + len(counts) * log(density) - met - gammaln(len(counts) + 1))


def log_sums(values: Float64) -> Float64:
    """Log of the sum of exponentials along the last axis, without the overhead of scipy's."""
    top = values.max(-1, keepdims=True)
    return np.asarray(top[..., 0] + np.log(np.exp(values - top).sum(-1)))


def first_guess(counts: Float64, effort: Effort) -> Float64:
    """(2,) logit g0 and log sigma to begin with: sigma from how far the stations of animals lie."""
    spread, captures = 0.0, 0.0
    for row in counts:
        centre = row @ effort.stations / row.sum()
        spread += float(row @ ((effort.stations - centre) ** 2).sum(1))
        captures += float(row.sum()) - 1
    sigma = max((spread / max(2 * captures, 1.0)) ** 0.5, 0.05)
    reach = np.exp(-(((effort.stations[:, None] - effort.stations[None]) ** 2).sum(2)) / (2 * sigma**2))
    usual = float((reach @ effort.occasions).mean())
    g0 = min(max(float(counts.sum(1).mean()) / max(usual, 1e-9) / 1.5, 1e-4), 0.5)
    return np.array([float(logit(g0)), log(sigma)])


def _given_met(
    counts: Float64, squared: Float64, occasions: Float64, cell_km2: float, g0: float, sigma: float
) -> float:
    """Natural log likelihood of the captures of those animals that were met at all."""
    if not 1e-9 < g0 < 1 - 1e-9 or not 1e-3 < sigma < 1e4:
        return -1e12
    seen = Detection(squared, occasions, g0, sigma)
    each = log_sums(counts @ seen.odds + seen.missed) + log(cell_km2)
    return float(each.sum() - len(counts) * log(seen.effective_area(cell_km2)))


def _covariance(full: object, theta: Float64) -> Float64:
    """Inverse of the observed information, by central differences."""
    assert callable(full)  # noqa: S101
    size = len(theta)
    steps = np.eye(size) * STEP * 10
    hessian = np.empty((size, size))
    for i in range(size):
        for j in range(i, size):
            a, b = steps[i], steps[j]
            value = full(theta + a + b) - full(theta + a - b) - full(theta - a + b)
            hessian[i, j] = hessian[j, i] = (value + full(theta - a - b)) / (4 * (STEP * 10) ** 2)
    try:
        covariance = np.linalg.inv(-hessian)
    except np.linalg.LinAlgError:
        raise NotEstimable from None
    if not (np.isfinite(covariance).all() and (covariance.diagonal() > 0).all()):
        raise NotEstimable
    return covariance
