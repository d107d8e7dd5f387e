"""Unseen animals by Chao1, and the posterior over identities and an animal not in the catalogue."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reid.identify.prior import assumed_unseen, chao1_unseen, posterior


@pytest.mark.parametrize(
    ("encounters", "unseen"),
    [
        ([], 0),
        ([1], 0),
        ([1, 1], 1.0),
        ([1, 1, 1, 1, 2, 2], 4 * 3 / (2 * 3)),
        ([5, 7, 9], 0),
    ],
)
def test_chao_counts_those_met_once_and_twice(encounters, unseen):
    assert chao1_unseen(encounters) == pytest.approx(unseen)


def test_at_least_one_animal_is_assumed_that_nobody_met():
    assert assumed_unseen([]) == assumed_unseen([4, 4]) == 1
    assert assumed_unseen([1] * 6) == 15


def test_a_posterior_is_bayes_written_out():
    found = posterior([2.0, 0.0, -1.0], unseen=2)
    weights = [100 / 5, 1 / 5, 0.1 / 5, 2 / 5]
    assert (*found.identities, found.unknown) == pytest.approx([w / sum(weights) for w in weights])
    assert (found.prior_identity, found.prior_unknown) == pytest.approx((1 / 5, 2 / 5))


@given(st.lists(st.floats(-12, 12), max_size=20), st.floats(0.01, 1e4))
def test_a_posterior_sums_to_one(llrs, unseen):
    found = posterior(llrs, unseen)
    assert sum(found.identities) + found.unknown == pytest.approx(1)


def test_in_an_empty_catalogue_every_animal_is_new():
    assert posterior([], unseen=1).unknown == 1


@pytest.mark.parametrize("unseen", [0, -1, float("nan")])
def test_that_nothing_unseen_exists_cannot_be_stated(unseen):
    with pytest.raises(ValueError, match="above 0"):
        posterior([1.0], unseen)
