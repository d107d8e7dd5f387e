"""Encounters sorted into known and new animals and into groups, counted by hand."""

import sys
from math import log2, sqrt

import numpy as np
import pytest

from reid.errors import MissingExtra
from reid.evaluation.measures.sorting import clustering, open_set, partition_calibration


def test_open_set_accuracy_is_averaged_over_animals_and_not_over_queries():
    truth = ["uma", "uma", "uma", "bo", "new1", "new1", "new2"]
    answers = ["uma", "uma", "bo", None, None, "uma", None]
    found = open_set(truth, answers, {"uma", "bo", "never asked for"})
    assert (found.known, found.unknown) == ((2, 4), (2, 3))
    assert (found.known_animals, found.unknown_animals) == (2, 2)
    assert found.baks == pytest.approx((2 / 3 + 0) / 2)
    assert found.baus == pytest.approx((1 / 2 + 1) / 2)
    assert found.geometric == pytest.approx(sqrt(1 / 3 * 3 / 4))


def test_without_unknown_animals_there_is_no_open_set_figure():
    found = open_set(["uma"], ["uma"], {"uma"})
    assert (found.baks, found.baus, found.geometric) == (1.0, None, None)


def test_a_right_sorting_has_no_error_whatever_the_groups_are_called():
    found = clustering(["a", "a", "b", "c"], [7, 7, "x", (1,)])
    assert (found.split, found.combined, found.count_error) == ((0, 4), (0, 4), 0.0)
    assert found.ari == found.ami == pytest.approx(1.0)


def test_one_animal_in_two_groups_is_split_and_counted_twice():
    found = clustering(list("aaabb"), [1, 1, 2, 3, 3])
    assert (found.split, found.combined) == ((1, 5), (0, 5))
    assert (found.animals, found.groups, found.count_error) == (2, 3, 0.5)


def test_two_animals_in_one_group_are_combined_and_counted_once():
    found = clustering(list("aaabb"), [1, 1, 1, 1, 1])
    assert (found.split, found.combined) == ((0, 5), (2, 5))
    assert found.count_error == -0.5
    assert found.ari == pytest.approx(0.0)


def test_an_encounter_shifted_to_another_animal_is_both_split_and_combined():
    found = clustering(list("aaabbb"), [1, 1, 2, 2, 2, 2])
    assert (found.split, found.combined) == ((1, 6), (1, 6))
    pairs_together, index = 7, 4  # pairs in one group; those of them that are one animal
    expected = pairs_together * 6 / 15
    assert found.ari == pytest.approx((index - expected) / ((pairs_together + 6) / 2 - expected))


def test_an_encounter_in_no_group_is_left_out_and_counted():
    found = clustering(["a", "a", "b"], [1, 1, None])
    assert (found.encounters, found.excluded, found.animals) == (2, 1, 1)
    with pytest.raises(ValueError, match="no encounter"):
        clustering(["a"], [None])


def test_partitions_that_come_true_as_often_as_stated_are_calibrated():
    table = np.tile([0.75, 0.25, 0, 0, 0], (4, 1))
    right = partition_calibration(table, [0, 0, 0, 1])
    assert right.first == (3, 4)
    assert right.stated == 0.75
    assert right.curve.error == pytest.approx(0.0)
    assert right.bits == pytest.approx(-(3 * log2(0.75) + log2(0.25)) / 4)
    wrong = partition_calibration(table, [2, 2, 2, 2])
    assert wrong.curve.error == pytest.approx((0.75 + 0.25 + 1) / 5)
    for bad, truth in (([[0.5, 0.4]], [0]), ([[0.5, 0.5]], [0, 1]), ([], [])):
        with pytest.raises(ValueError, match="sum to 1"):
            partition_calibration(bad, truth)


def test_without_the_extra_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingExtra, match=r"'\.\[report\]'"):
        clustering(["a"], [1])
