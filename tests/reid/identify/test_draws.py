"""Histories under uncertainty: draws from the posterior, the split and the merged partition."""

import numpy as np
import pytest

from reid.identify.clusters import DecidedPairs, Table, sort
from reid.identify.draws import draws, fast_block_llr, merged, partition_of, split, units_of
from reid.identify.partitions import block_llr, posterior


def known(llr, comparable=None):
    values = np.array(llr, float)
    mask = ~np.eye(len(values), dtype=bool) if comparable is None else comparable
    return Table(np.where(mask, values, 0.0), mask, mask)


def random_table(n, seed, missing=0.3):
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.normal(0, 1, (n, n)), 1)
    mask = np.triu(rng.random((n, n)) > missing, 1)
    return known(upper + upper.T, mask | mask.T)


def together_in(partitions):
    return np.mean([np.equal.outer(p, p) for p in map(np.array, partitions)], axis=0)


@pytest.mark.parametrize("seed", range(20))
def test_the_fast_weight_of_an_animal_is_that_of_a_case(seed):
    table = random_table(12, seed)
    members = tuple(range(2, 9)) if seed % 2 else tuple(range(12))
    expected = block_llr(table.llr, table.comparable, members)
    assert fast_block_llr(table.llr, table.comparable, members) == pytest.approx(expected)


@pytest.mark.parametrize("prior", [0.05, 0.4])
def test_draws_follow_the_posterior_of_all_partitions(prior):
    table = random_table(5, 3)
    exact = posterior(table.llr, table.comparable, together=prior).pairs
    sampled = together_in(list(draws(table, number=400, seed=1, together=prior)))
    assert np.abs(sampled - exact).max() < 0.08


def test_equal_seeds_give_equal_draws_and_other_seeds_others():
    table = random_table(8, 5)
    first, again, other = (list(draws(table, number=5, seed=seed)) for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_what_people_decided_holds_in_every_draw():
    table = random_table(8, 2)
    decided = DecidedPairs(frozenset({(0, 1), (1, 2)}), frozenset({(3, 4)}))
    for partition in draws(table, decided, number=50, seed=0, together=0.5):
        assert partition[0] == partition[1] == partition[2]
        assert partition[3] != partition[4]


def test_a_left_and_a_right_side_are_joined_as_often_as_the_prior_says():
    nothing = known(np.zeros((2, 2)), np.zeros((2, 2), bool))
    sampled = together_in(list(draws(nothing, number=500, seed=4, together=0.3)))
    assert sampled[0, 1] == pytest.approx(0.3, abs=0.07)


def test_split_is_finer_than_the_most_probable_and_merged_is_coarser():
    llr = np.full((5, 5), -2.0)
    for i, j, value in [(0, 1, 4.0), (1, 2, 1.5), (0, 2, 1.5), (3, 4, 0.9)]:
        llr[i, j] = llr[j, i] = value
    table = known(llr)
    assert split(table) == (0, 0, 1, 2, 3)
    assert partition_of(sort(table)) == (0, 0, 0, 1, 2)
    assert merged(table) == (0, 0, 0, 1, 1)


def test_merged_joins_what_photos_cannot_place_but_nothing_that_people_told_apart():
    llr = np.full((13, 13), -4.0)
    llr[12], llr[:, 12] = 0.25, 0.25
    llr[5, 12] = llr[12, 5] = 0.27
    assert sort(known(llr)).unplaced == (12,)
    assert merged(known(llr)) == (*range(12), 5)
    apart = DecidedPairs(different=frozenset({(5, 12)}))
    assert merged(known(llr), apart) == (*range(12), 0)


def test_units_are_what_people_joined():
    assert units_of(4, DecidedPairs(frozenset({(0, 2)}))) == [(0, 2), (1,), (3,)]
    assert list(draws(known(np.zeros((0, 0))), number=2, seed=0)) == [(), ()]
