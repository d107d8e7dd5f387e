"""Maximum likelihood of a spatial capture-recapture model (Borchers & Efford 2008).

Activity centres are a Poisson process of density D. An animal whose centre lies d away from a
station is met there on one occasion with probability g0 exp(-d² / 2 sigma²), independently of other
occasions, stations and animals ("half-normal", detector "proximity" of secr).
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from reid.density.errors import NoSpatialRecapture, NotEstimable, TooFewCaptured
from reid.density.habitat import Habitat

Float64 = NDArray[np.float64]

LEAST_ANIMALS = 2
LEAST_RECAPTURES = 1  # animals met at two stations or more
STEP = 1e-2  # of a parameter on its own scale, for second differences
STEPS = np.eye(2) * STEP
LEAST_LOGIT, MOST_LOGIT = -14.0, 4.0  # of g0
NEAR_KM = 0.02  # sigma is not below
EDGE = 1e-3  # of these bounds: where a maximum lies there, there is none
FAR = 1e-12  # probability of detection below which a station is out of reach


@dataclass(frozen=True, slots=True)
class TrapEffort:
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
    """

    density: float
    g0: float
    sigma_km: float
    covariance: Float64
    animals: int

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

    @classmethod
    def at(cls, squared: Float64, occasions: Float64, theta: Float64) -> "Detection":
        """theta: (2,) logit g0, log sigma."""
        return cls(squared, occasions, float(expit(theta[0])), exp(float(theta[1])))

    def effective_area(self, cell_km2: float) -> float:
        """km² in which as many animals live as are met."""
        return float(-np.expm1(self.missed).sum() * cell_km2)


def fit(
    counts: Float64, effort: TrapEffort, habitat: Habitat, start: Float64 | None = None
) -> DensityFit:
    """The density under which these captures are most probable.

    counts: (n, J) occasions on which each animal was met at each station, no row empty.
    start: (2,) logit g0 and log sigma to begin with. With a constant density the full likelihood
    peaks where the one given n does, at D = n / area. Raises TooFewCaptured, NoSpatialRecapture or
    NotEstimable.
    """
    check(counts)
    squared = habitat.squared_distances(effort.stations)

    def minus(theta: Float64) -> float:
        return -given_met(counts, squared, effort.occasions, theta)

    far = log(2 * habitat.buffer_km)
    from scipy.optimize import minimize  # here, because it takes a while

    found = minimize(
        minus,
        first_guess(counts, effort) if start is None else start,
        method="L-BFGS-B",
        bounds=((LEAST_LOGIT, MOST_LOGIT), (log(NEAR_KM), far)),
        options={"ftol": 1e-9, "eps": 1e-5, "maxiter": 100},
    )
    theta = np.asarray(found.x, float)
    if not LEAST_LOGIT + EDGE < theta[0] < MOST_LOGIT - EDGE or theta[1] > far - EDGE:
        raise NotEstimable

    def log_area(at: Float64) -> float:
        seen = Detection.at(squared, effort.occasions, at)
        return log(seen.effective_area(habitat.cell_km2))

    spread = _inverse(_second_differences(minus, theta))
    slope = np.array([(log_area(theta + s) - log_area(theta - s)) / (2 * STEP) for s in STEPS])
    covariance = np.empty((3, 3))
    covariance[1:, 1:] = spread
    covariance[0, 1:] = covariance[1:, 0] = -slope @ spread
    covariance[0, 0] = 1 / len(counts) + float(slope @ spread @ slope)
    return DensityFit(
        density=len(counts) / exp(log_area(theta)),
        g0=float(expit(theta[0])),
        sigma_km=exp(float(theta[1])),
        covariance=covariance,
        animals=len(counts),
    )


def check(counts: Float64) -> None:
    """Raises TooFewCaptured or NoSpatialRecapture where no density can be told."""
    if len(counts) < LEAST_ANIMALS:
        raise TooFewCaptured(animals=len(counts), least=LEAST_ANIMALS)
    moved = int(((counts > 0).sum(1) > 1).sum())
    if moved < LEAST_RECAPTURES:
        raise NoSpatialRecapture(recaptures=moved, least=LEAST_RECAPTURES)


def given_met(counts: Float64, squared: Float64, occasions: Float64, theta: Float64) -> float:
    """Natural log likelihood of the captures of those animals that were met at all.

    squared: (J, M) squared kilometres. theta: (2,) logit g0, log sigma. Constants of the captures
    are left out.
    """
    seen = Detection.at(squared, occasions, theta)
    each = log_sums(counts @ seen.odds + seen.missed)
    return float(each.sum() - len(counts) * log(seen.effective_area(1.0)))


def log_sums(values: Float64) -> Float64:
    """Log of the sum of exponentials along the last axis, without the overhead of scipy's."""
    top = values.max(-1, keepdims=True)
    return np.asarray(top[..., 0] + np.log(np.exp(values - top).sum(-1)))


def first_guess(counts: Float64, effort: TrapEffort) -> Float64:
    """(2,) logit g0 and log sigma to begin with: sigma from how far the stations of animals lie."""
    spread, captures = 0.0, 0.0
    for row in counts:
        centre = row @ effort.stations / row.sum()
        spread += float(row @ ((effort.stations - centre) ** 2).sum(1))
        captures += float(row.sum()) - 1
    sigma = max((spread / max(2 * captures, 1.0)) ** 0.5, 0.05)
    reach = np.exp(
        -(((effort.stations[:, None] - effort.stations[None]) ** 2).sum(2)) / (2 * sigma**2)
    )
    usual = float((reach @ effort.occasions).mean())
    g0 = min(max(float(counts.sum(1).mean()) / max(usual, 1e-9) / 1.5, 1e-4), 0.5)
    return np.array([float(logit(g0)), log(sigma)])


def _second_differences(function: Callable[[Float64], float], at: Float64) -> Float64:
    """(2, 2) second derivatives of a function of two parameters."""
    one, other = STEPS
    middle = function(at)
    hessian = np.empty((2, 2))
    for k, step in enumerate(STEPS):
        hessian[k, k] = function(at + step) - 2 * middle + function(at - step)
    mixed = function(at + one + other) + function(at - one - other)
    mixed -= function(at + one - other) + function(at - one + other)
    hessian[0, 1] = hessian[1, 0] = mixed / 4
    return hessian / STEP**2


def _inverse(hessian: Float64) -> Float64:
    """Its inverse. Raises NotEstimable where it is not that of a peak."""
    if not np.isfinite(hessian).all() or hessian[0, 0] <= 0 or np.linalg.det(hessian) <= 0:
        raise NotEstimable
    return np.asarray(np.linalg.inv(hessian), np.float64)
