"""Intervals against what is known in closed form, and against a plain loop."""

import numpy as np
import pytest

from reid.evaluation.measures.intervals import bootstrap, bootstrap_auc
from reid.evidence.pair_intervals import multiplicities


def test_a_mean_of_independent_values_has_the_interval_of_the_textbook():
    values = np.random.default_rng(1).normal(5, 2, 400)
    low, high = bootstrap(range(400), values, seed=0)
    half = 1.96 * values.std() / 20
    assert low == pytest.approx(values.mean() - half, abs=0.03)
    assert high == pytest.approx(values.mean() + half, abs=0.03)


def test_copies_of_one_animal_add_no_certainty():
    values = np.random.default_rng(2).normal(0, 1, 40)
    once = bootstrap(range(40), values, seed=0)
    tenfold = bootstrap([n for n in range(40) for _ in range(10)], values.repeat(10), seed=0)
    assert tenfold == pytest.approx(once)


def test_the_same_seed_gives_the_same_interval_and_names_do_not_matter():
    values = [0.0, 1.0, 1.0, 0.0, 1.0]
    assert bootstrap("aabbc", values, seed=4) == bootstrap([1, 1, "x", "x", None], values, seed=4)


def test_one_animal_alone_has_no_spread_and_none_is_an_error():
    assert bootstrap(["uma"] * 3, [0.0, 1.0, 1.0], seed=0) == pytest.approx((2 / 3, 2 / 3))
    for units, values in (([], []), (["uma"], [1.0, 2.0])):
        with pytest.raises(ValueError, match="values"):
            bootstrap(units, values, seed=0)


def test_the_interval_of_the_auc_is_that_of_a_loop_over_the_draws():
    rng = np.random.default_rng(3)
    positive, negative = rng.integers(2, 8, 12).astype(float), rng.integers(0, 6, 30).astype(float)
    u, v = rng.integers(0, 5, 12), rng.integers(0, 5, 30)
    found = bootstrap_auc(positive, u.tolist(), negative, v.tolist(), seed=7, draws=200)
    order = list(dict.fromkeys([*u.tolist(), *v.tolist()]))
    values = []
    for times in multiplicities(len(order), seed=7, draws=200):
        weight = dict(zip(order, times, strict=True))
        won = total = 0.0
        for p, a in zip(positive, u.tolist(), strict=True):
            for n, b in zip(negative, v.tolist(), strict=True):
                pair = weight[a] * weight[b]
                won, total = won + pair * ((p > n) + 0.5 * (p == n)), total + pair
        if total:
            values.append(won / total)
    assert found == pytest.approx(tuple(np.percentile(values, (2.5, 97.5))))
