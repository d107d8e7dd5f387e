"""Partitions of a case: their number, their posterior against a naive loop, and its calibration."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reid.identify.partitions import (
    LISTED,
    InconsistentTriple,
    block_llr,
    blocks,
    concentration,
    inconsistent_triples,
    log_prior,
    partitions,
    posterior,
)


def symmetric(n, **llrs):
    """symmetric(3, ab=2.0, bc=-1.0): the llr of encounters a and b is 2."""
    matrix = np.zeros((n, n))
    for name, value in llrs.items():
        i, j = (ord(letter) - ord("a") for letter in name)
        matrix[i, j] = matrix[j, i] = value
    return matrix


def all_pairs(n):
    return ~np.eye(n, dtype=bool)


def random_case(seed, n):
    rng = np.random.default_rng(seed)
    llr = rng.normal(0, 1.5, (n, n))
    some = np.triu(rng.random((n, n)) < 0.7, 1)
    return np.where(some | some.T, (llr + llr.T) / 2, 0.0), some | some.T


@pytest.mark.parametrize(("n", "bell"), [(1, 1), (2, 2), (3, 5), (4, 15), (5, 52), (8, 4140)])
def test_there_are_as_many_partitions_as_bell_says(n, bell):
    found = list(partitions(n))
    assert len(found) == len(set(found)) == bell


def test_the_five_partitions_of_three_encounters():
    shown = {blocks(one) for one in partitions(3)}
    assert shown == {
        ((0, 1, 2),),
        ((0, 1), (2,)),
        ((0, 2), (1,)),
        ((0,), (1, 2)),
        ((0,), (1,), (2,)),
    }


@pytest.mark.parametrize("together", [0.1, 0.5, 0.9])
def test_the_prior_sums_to_one_and_two_encounters_are_one_animal_as_often_as_stated(together):
    theta = concentration(together)
    prior = {one: np.exp(log_prior(one, theta)) for one in partitions(4)}
    assert sum(prior.values()) == pytest.approx(1)
    for i, j in combinations(range(4), 2):
        assert sum(p for one, p in prior.items() if one[i] == one[j]) == pytest.approx(together)


@pytest.mark.parametrize("together", [0.0, 1.0, -1.0, float("nan")])
def test_a_prior_that_settles_everything_is_refused(together):
    with pytest.raises(ValueError, match="between 0 and 1"):
        concentration(together)


@pytest.mark.parametrize("together", [5e-324, 1e-300, float(np.nextafter(1, 0))])
def test_a_prior_that_leaves_nothing_to_the_photos_still_gives_probabilities(together):
    both = np.array([[0.0, 2.0], [2.0, 0.0]])
    found = posterior(both, np.ones((2, 2), bool), together=together)
    assert sum(one.probability for one in found.partitions) == pytest.approx(1)


def test_the_strongest_pair_counts_in_full_and_a_third_encounter_with_its_mean():
    llr = symmetric(3, ab=1.0, bc=2.0, ac=-3.0)
    assert block_llr(llr, all_pairs(3), (0, 1)) == 1.0
    assert block_llr(llr, all_pairs(3), (0, 1, 2)) == pytest.approx(-3.0 + (1.0 + 2.0) / 2)


def test_an_encounter_that_says_nothing_leaves_the_odds_of_the_others_as_they_were():
    llr = symmetric(3, bc=2.48)
    compared = posterior(llr, all_pairs(3), together=0.5)
    apart = posterior(llr, symmetric(3, bc=1).astype(bool), together=0.5)
    shares = {w.partition: w.probability for w in compared.partitions}
    assert shares == pytest.approx({w.partition: w.probability for w in apart.partitions})
    assert shares[0, 0, 0] == pytest.approx(2 * shares[0, 1, 1])  # as the prior has it
    assert compared.pairs[0, 1] == pytest.approx(apart.pairs[0, 1])


def test_groups_that_no_comparison_connects_each_count():
    comparable = symmetric(4, ab=1, cd=1).astype(bool)
    assert block_llr(symmetric(4, ab=1.0, cd=-2.0), comparable, (0, 1, 2, 3)) == -1.0


def test_two_comparisons_in_a_chain_are_independent_and_count_in_full():
    comparable = symmetric(3, ab=1, bc=1).astype(bool)
    assert block_llr(symmetric(3, ab=1.0, bc=2.0), comparable, (0, 1, 2)) == 3.0


def naive(llr, comparable, together):
    """Every partition weighed by the formulas as they are written down."""
    n, weights = len(llr), {}
    theta = 1 / together - 1
    for one in partitions(n):
        weight = 1.0
        for i, animal in enumerate(one):
            weight *= (one[:i].count(animal) or theta) / (i + theta)
        for block in blocks(one):
            weight *= 10 ** block_llr(llr, comparable, block)
        weights[one] = weight
    total = sum(weights.values())
    return {one: weight / total for one, weight in weights.items()}


@given(seed=st.integers(0, 2**16), n=st.integers(1, 5), together=st.floats(0.05, 0.95))
def test_the_posterior_is_the_one_of_a_naive_loop(seed, n, together):
    llr, comparable = random_case(seed, n)
    found = posterior(llr, comparable, together=together)
    expected = naive(llr, comparable, together)
    assert {w.partition: w.probability for w in found.partitions} == pytest.approx(expected)
    for i, j in combinations(range(n), 2):
        share = sum(p for one, p in expected.items() if one[i] == one[j])
        assert found.pairs[i, j] == pytest.approx(share)
    assert (found.weighed, found.in_full) == (len(expected), True)
    assert found.mass == pytest.approx(1)


def test_without_evidence_the_posterior_is_the_prior():
    found = posterior(np.zeros((3, 3)), np.zeros((3, 3), bool), together=0.5)
    shares = {w.partition: w.probability for w in found.partitions}
    sixths = {(0, 0, 0): 2, (0, 0, 1): 1, (0, 1, 0): 1, (0, 1, 1): 1, (0, 1, 2): 1}
    assert shares == pytest.approx({one: n / 6 for one, n in sixths.items()})
    assert found.pairs[0, 1] == pytest.approx(0.5)


def test_the_order_of_the_encounters_does_not_matter():
    llr, comparable = random_case(5, 5)
    order = np.array([3, 0, 4, 1, 2])
    here = posterior(llr, comparable).pairs[np.ix_(order, order)]
    there = posterior(llr[np.ix_(order, order)], comparable[np.ix_(order, order)]).pairs
    assert here == pytest.approx(there)


def test_beyond_eight_encounters_the_best_twenty_are_named_with_the_mass_they_hold():
    truth = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 0])
    llr = np.where(truth[:, None] == truth, 1.2, -1.2)
    np.fill_diagonal(llr, 0)
    found = posterior(llr, all_pairs(10))
    assert found.partitions[0].partition == tuple(truth)
    assert len(found.partitions) == LISTED
    assert not found.in_full
    assert found.mass == pytest.approx(sum(w.probability for w in found.partitions))
    assert found.mass <= 1
    assert found.pairs[0, 9] > 0.9 > 0.1 > found.pairs[0, 3]


def test_a_matrix_that_is_not_symmetric_is_refused():
    with pytest.raises(ValueError, match="symmetric"):
        posterior(np.array([[0.0, 1.0], [2.0, 0.0]]), all_pairs(2))
    with pytest.raises(ValueError, match="n > 0"):
        posterior(np.zeros((0, 0)), np.zeros((0, 0), bool))


def test_verdicts_that_contradict_each_other_are_flagged_once():
    llr = symmetric(4, ab=2.5, bc=2.5, ac=-2.5, cd=1.0)
    assert inconsistent_triples(llr, all_pairs(4)) == (InconsistentTriple(0, 1, 2),)


def test_what_cannot_be_compared_contradicts_nothing():
    llr = symmetric(3, ab=2.5, bc=2.5, ac=-2.5)
    comparable = symmetric(3, ab=1, bc=1).astype(bool)
    assert inconsistent_triples(llr, comparable) == ()
    assert inconsistent_triples(symmetric(3, ab=2.5, bc=2.5), all_pairs(3)) == ()


SPREAD = 1.0  # of a view around its animal, animals themselves are spread by 1


def simulated_triples(count):
    """Triples of Gaussian "encounters" with the exact llr of every pair, and the truth."""
    rng = np.random.default_rng(1)
    of_prior = list(partitions(3))
    chances = np.exp([log_prior(one, 1.0) for one in of_prior])
    own = 1 + SPREAD**2
    inverse = np.linalg.inv([[own, 1], [1, own]])
    for _ in range(count):
        truth = of_prior[rng.choice(len(of_prior), p=chances)]
        seen = rng.normal(size=(3, 12))[list(truth)] + SPREAD * rng.normal(size=(3, 12))
        squares = seen @ seen.T
        each = np.diag(squares)
        together = inverse[0, 0] * (each[:, None] + each) + 2 * inverse[0, 1] * squares
        apart = (each[:, None] + each) / own
        llr = (apart - together) / 2 - 6 * np.log((own**2 - 1) / own**2)
        np.fill_diagonal(llr, 0)
        yield truth, llr / np.log(10)


def test_calibrated_llrs_of_triples_give_a_calibrated_posterior_over_partitions():
    said, true = [], []
    for truth, llr in simulated_triples(500):
        for one in posterior(llr, all_pairs(3)).partitions:
            said.append(one.probability)
            true.append(one.partition == truth)
    said, true = np.array(said), np.array(true)
    place = np.minimum((said * 5).astype(int), 4)
    for fifth in range(5):
        here = place == fifth
        slack = 3 * 0.5 / np.sqrt(here.sum()) + 0.02
        assert abs(said[here].mean() - true[here].mean()) < slack
    wrong = sum(
        here.mean() * abs((said - true)[here].mean()) for here in place == np.arange(5)[:, None]
    )
    assert wrong < 0.02


def test_one_animal_in_three_encounters_is_said_as_often_as_it_is_so():
    said, true = [], []
    for truth, llr in simulated_triples(500):
        best = {w.partition: w.probability for w in posterior(llr, all_pairs(3)).partitions}
        said.append(best[0, 0, 0])
        true.append(truth == (0, 0, 0))
    assert abs(np.mean(said) - np.mean(true)) < 0.03
