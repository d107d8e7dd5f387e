"""How many animals there are, where of some one flank alone is known."""

import numpy as np
import pytest

from reid.identify.one_flank import counted_animals
from reid.types import Flank

LEFT, RIGHT = Flank.LEFT, Flank.RIGHT


def test_groups_known_by_both_flanks_are_an_animal_each():
    count = counted_animals([{LEFT: 3, RIGHT: 2}, {LEFT: 1, RIGHT: 1}])
    assert (count.least, count.expected, count.most) == (2, 2, 2)


def test_a_left_flank_alone_is_an_animal_of_its_own_where_no_right_one_is_left_over():
    count = counted_animals([{LEFT: 3, RIGHT: 2}, {LEFT: 4}])
    assert (count.least, count.expected, count.most) == (2, 2, 2)


def test_a_left_and_a_right_flank_may_be_one_animal():
    count = counted_animals([{LEFT: 3, RIGHT: 2}, {LEFT: 4}, {RIGHT: 2}])
    assert (count.least, count.expected, count.most) == (2, 2, 3)
    assert (count.left_only, count.right_only) == (1, 1)


def test_they_are_hardly_one_animal_where_most_animals_were_never_met():
    once = [{LEFT: 1}] * 10 + [{RIGHT: 1}] * 10
    assert counted_animals(once).expected == 18
    twice = [{LEFT: 2}] * 10 + [{RIGHT: 2}] * 10
    assert counted_animals(twice).expected == 10


def test_a_photo_of_an_unknown_flank_may_be_of_either():
    count = counted_animals([{Flank.UNKNOWN: 1}, {LEFT: 1}, {LEFT: 2, Flank.UNKNOWN: 1}])
    assert (count.left_only, count.right_only, count.most) == (1, 0, 3)


def test_nobody_is_nobody():
    assert counted_animals([]).expected == 0


@pytest.mark.parametrize("both", [0.2, 0.5])
@pytest.mark.parametrize("alike", [True, False])
def test_the_count_is_nearer_to_the_truth_than_the_groups_are(both, alike):
    """30 animals, 4 encounters each in the mean; a share of them sees both flanks."""
    rng = np.random.default_rng(7)
    groups = counts = truth = 0
    for _ in range(300):
        often = 4 * (np.ones(30) if alike else rng.gamma(1, 1, 30))
        shares = np.array([both, (1 - both) / 2, (1 - both) / 2])
        met = []
        for linked, left, right in rng.poisson(np.outer(often, shares)).tolist():
            whole = {LEFT: linked + left, RIGHT: linked + right}
            met += [whole] if linked else [{f: n} for f, n in ((LEFT, left), (RIGHT, right)) if n]
            truth += linked + left + right > 0
        count = counted_animals(met)
        assert count.least <= count.expected <= count.most
        groups += count.most
        counts += count.expected
    assert abs(counts / truth - 1) < 0.03 < groups / truth - 1
