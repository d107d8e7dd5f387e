"""Kappa against scikit-learn, a printed example, a naive loop and the bootstrap."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from reid.observers.agreement import agreement, errors
from reid.observers.reviews import ANSWERS

S, D, N, C = ANSWERS


def answered(n, seed, honest=0.7):
    """Two observers who mostly see the same."""
    draw = np.random.default_rng(seed)
    truth = draw.choice(ANSWERS, n, p=[0.4, 0.4, 0.1, 0.1])
    both = [np.where(draw.random(n) < honest, truth, draw.choice(ANSWERS, n)) for _ in range(2)]
    return [(str(a), str(b)) for a, b in zip(*both, strict=True)]


@pytest.mark.parametrize("seed", range(5))
def test_kappa_is_that_of_scikit_learn(seed):
    pairs = answered(60, seed)
    one, other = zip(*pairs, strict=True)
    assert agreement(pairs).kappa == pytest.approx(cohen_kappa_score(one, other), abs=1e-12)


def test_kappa_of_a_printed_table():
    """Cohen 1960: observed and chance agreement give (po - pe) / (1 - pe)."""
    pairs = [(S, S)] * 20 + [(S, D)] * 5 + [(D, S)] * 10 + [(D, D)] * 15
    found = agreement(pairs)
    assert (found.n, found.observed, found.expected) == (50, 0.7, pytest.approx(0.5))
    assert found.kappa == pytest.approx(0.4)
    assert found.table == ((20, 5, 0, 0), (10, 15, 0, 0), (0,) * 4, (0,) * 4)


def test_the_variance_is_that_of_the_formula_in_a_plain_loop():
    pairs = answered(80, 1)
    found = agreement(pairs)
    n, k, pe = found.n, found.kappa, found.expected
    p = [[value / n for value in row] for row in found.table]
    down = [sum(row) for row in p]
    across = [sum(row[j] for row in p) for j in range(4)]
    total = 0.0
    for i in range(4):
        total += p[i][i] * (1 - (down[i] + across[i]) * (1 - k)) ** 2
        for j in range(4):
            if i != j:
                total += (1 - k) ** 2 * p[i][j] * (across[i] + down[j]) ** 2
    total -= (k - pe * (1 - k)) ** 2
    half = 1.959964 * (total / (n * (1 - pe) ** 2)) ** 0.5
    assert found.interval == pytest.approx((k - half, k + half))


def test_the_interval_is_about_that_of_the_bootstrap():
    pairs = answered(200, 2)
    draw = np.random.default_rng(0)
    again = [agreement([pairs[i] for i in draw.integers(0, 200, 200)]).kappa for _ in range(500)]
    assert agreement(pairs).interval == pytest.approx(np.percentile(again, (2.5, 97.5)), abs=0.03)


def test_kappa_is_not_defined_where_both_always_say_the_same_one_thing():
    found = agreement([(S, S)] * 5)
    assert (found.observed, found.kappa, found.interval) == (1.0, None, None)


def test_perfect_agreement_is_one_and_opposite_answers_are_minus_one():
    assert agreement([(S, S), (D, D)]).kappa == 1
    assert agreement([(S, D), (D, S)]).kappa == -1


def test_no_pair_has_no_kappa():
    with pytest.raises(ValueError, match="no pair"):
        agreement([])


def test_errors_are_counted_by_kind():
    found = errors([("same", S), ("same", D), ("different", S), ("different", C), ("same", N)])
    assert (found.n, found.right, found.false_same, found.false_different) == (5, 1, 1, 1)
    assert (found.cannot_tell, found.not_comparable, found.wrong) == (1, 1, 0.4)
    assert errors([]).wrong is None
