"""Figures of llrs and rankings, against cases worked out by hand and known identities."""

import sys
from itertools import product
from math import log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reid.errors import MissingExtra
from reid.evaluation.measures.metrics import (
    BANDS,
    bands,
    calibration,
    calibration_curve,
    cmc,
    det,
    ece,
    eer,
    ranks,
    roc,
    tippett,
    tpr_at,
)
from reid.evaluation.measures.retrieval import auc
from reid.evidence.cost import cllr, cllr_cal, cllr_min, misleading

llrs = st.lists(st.floats(-3, 3).map(lambda x: round(x, 2)), min_size=1, max_size=12)


def test_cllr_is_half_the_mean_cost_of_either_kind_in_bits():
    genuine, impostor = [1.0, 0.0, -1.0], [-2.0, 0.5]
    expected = (
        sum(log2(1 + 10**-x) for x in genuine) / 3 + sum(log2(1 + 10**x) for x in impostor) / 2
    )
    assert cllr(genuine, impostor) == pytest.approx(expected / 2)
    assert cllr([0.0] * 3, [0.0]) == 1.0
    assert cllr([400.0], [-400.0]) == 0.0
    assert cllr([-400.0], [-400.0]) == pytest.approx(200 * log2(10))


def test_the_least_cllr_pools_what_is_in_the_wrong_order():
    assert cllr_min([2.0, 1.0], [-1.0, 0.0]) == 0.0
    # of the four, 0 and 1 are the wrong way round: they are pooled to even odds, one bit each
    assert cllr_min([2.0, 0.0], [-1.0, 1.0]) == pytest.approx((1 / 2 + 1 / 2) / 2)
    assert cllr_min([0.0, 0.0, 0.0], [0.0]) == pytest.approx(1.0)
    # 1 genuine of 2 and 1 impostor of 1 at the same llr: balanced 1/2 against 1
    expected = (-log2(1 / 3) / 2 - log2(2 / 3)) / 2
    assert cllr_min([1.0, 0.0], [0.0]) == pytest.approx(expected)


def test_a_weight_stands_for_copies_of_a_pair():
    genuine, impostor = np.array([1.0, -0.5, 0.2]), np.array([-1.0, 0.4])
    weights = (np.array([2.0, 0.0, 1.0]), np.array([1.0, 3.0]))
    copied = cllr_min([1.0, 1.0, 0.2], [-1.0, 0.4, 0.4, 0.4])
    assert cllr_min(genuine, impostor, weights=weights) == pytest.approx(copied)


@settings(max_examples=30)
@given(llrs, llrs)
def test_no_monotone_change_of_scale_is_cheaper_than_the_least_cllr(genuine, impostor):
    least = cllr_min(genuine, impostor)
    assert 0 <= least <= 1 + 1e-9
    for scale, shift in product((0.3, 1.0, 2.0), (-0.5, 0.0, 0.5)):
        changed = [[scale * x + shift for x in kind] for kind in (genuine, impostor)]
        assert cllr(*changed) >= least - 1e-9
    moved = [[x**3 + x for x in kind] for kind in (genuine, impostor)]
    assert cllr_min(*moved) == pytest.approx(least, abs=1e-9)
    assert cllr_cal(genuine, impostor) == pytest.approx(cllr(genuine, impostor) - least, abs=1e-9)


def test_a_calibrated_llr_loses_little_to_calibration_and_a_stretched_one_much():
    rng = np.random.default_rng(1)
    ratio = 2 / np.log(10)  # normal llrs of mean m and variance 2m (natural) are calibrated
    genuine, impostor = rng.normal(2, 2, 4000) * ratio / 2, rng.normal(-2, 2, 4000) * ratio / 2
    assert cllr_cal(genuine, impostor) < 0.02
    assert cllr_cal(3 * genuine, 3 * impostor) > 0.2


def test_misleading_pairs_are_those_on_the_wrong_side_by_ten_to_one():
    assert misleading([-1.0, -0.99, 2.0], [1.0, 0.99, -3.0, 5.0]) == (3, 7)
    assert misleading([-1.0, -2.0], [1.0], beyond=2.0) == (1, 3)
    assert misleading([], []) == (0, 0)


def test_an_edge_lies_in_the_band_farther_from_nought():
    assert bands([-2.0, -1.999, -1.0, -0.5, 0.0, 0.5, 1.0, 1.999, 2.0, 7.0]) == (1, 2, 1, 2, 2, 2)
    assert bands([]) == (0,) * len(BANDS)


def test_the_error_of_calibration_is_the_mean_distance_weighed_by_bins():
    probability, truth = [0.05, 0.15, 0.15, 0.95, 1.0], [0, 1, 0, 1, 0]
    found = calibration(probability, truth)
    assert found.stated == pytest.approx([0.05, 0.15, 0.975])
    assert found.observed == pytest.approx([0.0, 0.5, 0.5])
    assert (found.true.tolist(), found.false.tolist()) == ([0, 1, 1], [1, 1, 1])
    assert found.error == pytest.approx((0.05 + 2 * 0.35 + 2 * 0.475) / 5)
    assert ece(probability, truth, 10) == found.error
    assert ece([0.5, 0.5], [True, False], 2) == 0.0
    for bad in (([], []), ([0.5], [1, 0]), ([1.5], [1])):
        with pytest.raises(ValueError, match="probabilities"):
            calibration(*bad)


def test_a_calibration_curve_weighs_both_kinds_alike():
    found = calibration_curve([0.0], [0.0] * 99)
    assert found.stated == pytest.approx([0.5])
    assert found.observed == pytest.approx([0.5])
    assert found.error == pytest.approx(0.0)
    ten_to_one = calibration_curve([1.0], [1.0] * 3 + [-1.0] * 27)
    assert ten_to_one.stated == pytest.approx([1 / 11, 10 / 11])
    assert ten_to_one.observed == pytest.approx([0.0, 1 / 1.1])


def test_tippett_shares_are_those_of_pairs_with_at_least_that_llr():
    ours, theirs = tippett([-1.0, 0.0, 1.0, 2.0], [-1.0, 1.0], [-2.0, 0.0, 1.0, 2.5])
    assert ours.tolist() == [1.0, 0.75, 0.5, 0.0]
    assert theirs.tolist() == [1.0, 0.5, 0.5, 0.0]


def test_rates_are_those_of_the_thresholds_counted_by_hand():
    genuine, impostor = [3.0, 2.0, 1.0, -1.0], [1.5, 0.0, -1.5, -2.0]
    assert eer(genuine, impostor) == pytest.approx(0.25)
    assert eer([1.0], [0.0]) == 0.0
    assert eer([0.0], [0.0]) == pytest.approx(0.5)
    assert tpr_at(0.25, genuine, impostor) == 0.75
    assert tpr_at(0.49, genuine, impostor) == 0.75
    assert tpr_at(0.5, genuine, impostor) == 1.0
    assert tpr_at(0.2, genuine, impostor) is None  # 1 of 4 is the least that can be seen
    false, missed = det(genuine, impostor)
    assert (false[0], missed[0], false[-1], missed[-1]) == (0.0, 1.0, 1.0, 0.0)


@settings(max_examples=30)
@given(llrs, llrs)
def test_the_area_below_the_roc_curve_is_the_auc(genuine, impostor):
    false, true = roc(genuine, impostor)
    area = float(((true[1:] + true[:-1]) / 2 * np.diff(false)).sum())
    assert area == pytest.approx(auc(np.array(genuine), np.array(impostor)), abs=1e-9)
    assert 0 <= eer(genuine, impostor) <= 1


def test_ranks_are_of_the_first_genuine_annotation_and_ties_are_against_us():
    numbers = np.array([[9.0, 1.0, 2.0, 3.0], [5.0, 5.0, 5.0, 0.0], [1.0, 1.0, 1.0, 1.0]])
    same = np.array([[1, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 0]], bool)
    counted = np.array([[0, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]], bool)
    assert ranks(numbers, same, counted) == [2, 3]
    assert cmc([2, 3, 1, 7], depth=4) == pytest.approx([0.25, 0.5, 0.75, 0.75])
    with pytest.raises(ValueError, match="at least one rank"):
        cmc([])


@pytest.mark.parametrize("figure", [cllr, cllr_min, eer, calibration_curve])
def test_a_figure_without_a_pair_of_either_kind_is_an_error(figure):
    for kinds in (([], [1.0]), ([1.0], [])):
        with pytest.raises(ValueError, match="at least one of each"):
            figure(*kinds)


def test_without_the_extra_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.metrics", None)
    with pytest.raises(MissingExtra, match=r"needs scikit-learn.*'\.\[report\]'"):
        roc([1.0], [0.0])
