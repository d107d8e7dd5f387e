"""Intervals of figures of pairs, against a loop that copies the pairs of every draw."""

import numpy as np
import pytest

from reid.evidence.cost import cllr, cllr_min, misleading
from reid.evidence.pair_intervals import by_individual, multiplicities

KEYS = ["cllr", "cllr_min", "cllr_cal", "misleading"]


def survey(animals, genuine, impostor, *, seed=0, strength=0.8):
    """llrs of a survey and whose they are: some animals are easier than others."""
    rng = np.random.default_rng(seed)
    ease = rng.normal(0, 0.4, animals)
    ours = rng.integers(0, animals, genuine)
    a = rng.integers(0, animals, impostor)
    b = (a + rng.integers(1, animals, impostor)) % animals
    return (
        rng.normal(strength, 0.8, genuine) + ease[ours],
        rng.normal(-strength, 0.8, impostor) - (ease[a] + ease[b]) / 2,
        [f"L{n}" for n in ours],
        [(f"L{m}", f"L{n}") for m, n in zip(a, b, strict=True)],
    )


def test_a_pair_weighs_what_its_individuals_were_drawn():
    genuine, impostor, whose, between = survey(6, 15, 40)
    between[0] = ("L1", "L1")  # left against right of one animal: an impostor pair within it
    found = by_individual(genuine, impostor, whose, between, seed=3, draws=60, refits=60)
    order = list(dict.fromkeys([*whose, *(name for pair in between for name in pair)]))
    total, wrong, least = [], [], []
    for times in multiplicities(6, seed=3, draws=60).astype(int):
        w = dict(zip(order, times.tolist(), strict=True))
        ours = [x for x, a in zip(genuine, whose, strict=True) for _ in range(w[a])]
        theirs = [
            x
            for x, (a, b) in zip(impostor, between, strict=True)
            for _ in range(w[a] if a == b else w[a] * w[b])
        ]
        if ours and theirs:
            total.append(cllr(ours, theirs))
            pairs, of = misleading(ours, theirs)
            wrong.append(pairs / of)
            least.append(cllr_min(ours, theirs))
    shifted = np.maximum(0, np.array(least) - np.mean(least) + cllr_min(genuine, impostor))
    expected = (total, shifted, np.maximum(0, np.array(total) - shifted), wrong)
    assert list(found) == KEYS
    for name, values in zip(KEYS, expected, strict=True):
        assert found[name] == pytest.approx(tuple(np.percentile(values, (2.5, 97.5)))), name


def test_the_interval_lies_about_the_figure_and_narrows_with_more_animals():
    few, many = survey(5, 4000, 4000), survey(400, 4000, 4000)
    spans = []
    for pairs in (few, many):
        low, high = by_individual(*pairs, seed=1, refits=5)["cllr"]
        assert low < cllr(*pairs[:2]) < high
        spans.append(high - low)
    assert spans[1] < spans[0] / 2


def test_more_pairs_of_the_same_few_animals_add_little_certainty():
    genuine, impostor, whose, between = survey(6, 100, 200)
    once = by_individual(genuine, impostor, whose, between, seed=1, refits=5)
    tenfold = by_individual(
        np.tile(genuine, 10), np.tile(impostor, 10), whose * 10, between * 10, seed=1, refits=5
    )
    assert tenfold["cllr"] == pytest.approx(once["cllr"])


def test_the_same_seed_gives_the_same_intervals():
    pairs = survey(8, 30, 60)
    first, second, other = (by_individual(*pairs, seed=s, draws=50, refits=9) for s in (1, 1, 2))
    assert first == second != other


def test_where_nothing_can_be_drawn_there_is_no_interval():
    assert by_individual([1.0], [], ["a"], [], seed=0) == {}
    assert by_individual([1.0], [0.0], ["a"], [("a", "a")], seed=0) == {}
    assert by_individual([], [0.0], [], [("a", "b")], seed=0) == {}
    assert by_individual([1.0], [0.0], ["a"], [("a", "b")], seed=0, draws=0) == {}
    with pytest.raises(ValueError, match="names of its individuals"):
        by_individual([1.0], [0.0], [], [("a", "b")], seed=0)


def test_two_animals_give_an_interval_from_the_draws_that_hold_both():
    found = by_individual([1.0, 2.0], [-1.0], ["a", "b"], [("a", "b")], seed=0, draws=40, refits=9)
    assert found["cllr"] == pytest.approx((cllr([1.0, 2.0], [-1.0]),) * 2)
