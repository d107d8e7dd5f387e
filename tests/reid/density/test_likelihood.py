"""The spatial capture-recapture likelihood: formula, derivative, known truth, refusals."""

from math import exp, log

import numpy as np
import pytest
from scipy.special import expit, logit

from reid.density.combining import combined
from reid.density.errors import NoSpatialRecapture, NotEstimable, TooFewCaptured
from reid.density.habitat import around
from reid.density.likelihood import DensityFit, TrapEffort, fit, given_met

STATIONS = np.array([[x * 4.0, y * 4.0] for x in range(5) for y in range(5)])
EFFORT = TrapEffort(STATIONS, np.full(25, 90.0))
TRUTH = {"density": 0.035, "g0": 0.02, "sigma": 2.3}


def captures(seed: int, density: float = TRUTH["density"]) -> np.ndarray:
    """Counts of the animals that were met, of a simulated survey."""
    rng = np.random.default_rng(seed)
    low, high = STATIONS.min(0) - 14, STATIONS.max(0) + 14
    centres = rng.uniform(low, high, (rng.poisson(density * np.prod(high - low)), 2))
    squared = ((centres[:, None] - STATIONS[None]) ** 2).sum(2)
    p = TRUTH["g0"] * np.exp(-squared / (2 * TRUTH["sigma"] ** 2))
    counts = rng.binomial(90, p).astype(float)
    return counts[counts.sum(1) > 0]


def test_the_likelihood_is_the_sum_over_centres_written_out() -> None:
    habitat = around(STATIONS, 9.0, 3.0)
    counts = captures(1)[:3]
    theta = np.array([float(logit(0.03)), log(2.0)])
    total, area = 0.0, 0.0
    each = np.zeros(len(counts))
    for point in habitat.points:
        missed = 1.0
        chances = np.ones(len(counts))
        for station, days in zip(STATIONS, EFFORT.occasions, strict=True):
            p = expit(theta[0]) * exp(-((point - station) ** 2).sum() / (2 * exp(theta[1]) ** 2))
            missed *= (1 - p) ** days
        for n, row in enumerate(counts):
            for station, days, caught in zip(STATIONS, EFFORT.occasions, row, strict=True):
                p = expit(theta[0]) * exp(
                    -((point - station) ** 2).sum() / (2 * exp(theta[1]) ** 2)
                )
                chances[n] *= p**caught * (1 - p) ** (days - caught)
        area += 1 - missed
        each += chances
    total = float(np.log(each).sum()) - len(counts) * log(area)
    squared = habitat.squared_distances(STATIONS)
    assert given_met(counts, squared, EFFORT.occasions, theta) == pytest.approx(total, rel=1e-6)


def test_a_large_survey_gives_back_density_range_and_chance() -> None:
    found = fit(captures(4, density=0.5), EFFORT, around(STATIONS, 10.0, 1.4))
    assert abs(log(found.density / 0.5)) < 3 * found.log_variance**0.5
    assert found.log_variance**0.5 < 0.1
    assert found.sigma_km == pytest.approx(TRUTH["sigma"], rel=0.1)
    assert found.g0 == pytest.approx(TRUTH["g0"], rel=0.2)


def test_most_intervals_with_true_identities_hold_the_density() -> None:
    habitat = around(STATIONS, 9.5, 1.8)
    intervals = [combined([fit(captures(seed), EFFORT, habitat)]) for seed in range(30)]
    assert sum(one.low <= TRUTH["density"] <= one.high for one in intervals) >= 26


def test_half_the_effort_at_a_station_is_known_to_the_estimate() -> None:
    habitat = around(STATIONS, 10.0, 1.4)
    counts = captures(2)
    whole = fit(counts, EFFORT, habitat)
    half = fit(counts, TrapEffort(STATIONS, EFFORT.occasions / 2), habitat)
    assert half.g0 > 1.6 * whole.g0


def test_a_single_animal_has_no_density() -> None:
    with pytest.raises(TooFewCaptured, match="Survey longer"):
        fit(captures(1)[:1], EFFORT, around(STATIONS, 9.0, 3.0))


def test_animals_that_never_changed_their_station_have_no_density() -> None:
    counts = np.zeros((3, 25))
    counts[[0, 1, 2], [3, 9, 20]] = 2
    with pytest.raises(NoSpatialRecapture, match="closer together"):
        fit(counts, EFFORT, around(STATIONS, 9.0, 3.0))


def test_animals_met_everywhere_alike_have_no_density() -> None:
    with pytest.raises(NotEstimable):
        fit(np.ones((4, 25)), EFFORT, around(STATIONS, 3.0, 1.0))


def a_fit(density: float, variance: float = 0.04) -> DensityFit:
    return DensityFit(density, 0.02, 2.0, np.eye(3) * variance, 10)


def test_equal_fits_have_the_interval_of_one() -> None:
    one, many = combined([a_fit(0.03)]), combined([a_fit(0.03)] * 5)
    assert (one.low, one.high) == pytest.approx((many.low, many.high))
    assert one.low == pytest.approx(0.03 * exp(-1.96 * 0.2), rel=1e-3)


def test_fits_that_differ_widen_the_interval_by_rubins_rules() -> None:
    joined = combined([a_fit(0.02), a_fit(0.03), a_fit(0.045)])
    between = 4 / 3 * np.var(np.log([0.02, 0.03, 0.045]), ddof=1)
    assert joined.density == pytest.approx(0.03 * np.exp(-between / 2), rel=1e-6)
    assert joined.of_identity == pytest.approx(between / (between + 0.04))
    assert joined.high > 0.03 * exp(1.96 * (between + 0.04) ** 0.5)
