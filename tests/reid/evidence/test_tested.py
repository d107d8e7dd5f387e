"""Test results of a calibrator: read as they were written, and a place on the Tippett plot."""

import json
from dataclasses import replace

import numpy as np
import pytest

from reid.errors import UnknownModel
from reid.evidence.tested import (
    Settling,
    Tested,
    TestedStratum,
    exceeded,
    load_tested,
    write_tested,
)
from reid.types import Grade


def stratum(name, *, genuine=(-2, 2), impostor=(-2, 2), pairs=(500, 4000)):
    """Llrs spread evenly between two ends."""
    ends = (tuple(np.linspace(*side, 101).round(4).tolist()) for side in (genuine, impostor))
    return TestedStratum(name, pairs, 0.3, 0.25, (12, sum(pairs)), *ends)


TESTED = Tested(
    calibrator="evidence@2",
    data="made up",
    command="none",
    date="2026-01-02",
    individuals=150,
    strata=(stratum("all"), stratum("good"), stratum("poor", pairs=(19, 4000))),
    settling=(Settling(Grade.GOOD, Grade.POOR, 1, 100, 400, 0.4, 0.3),),
)


def test_a_test_is_read_as_it_was_written_and_for_local_versions_too(tmp_path):
    write_tested(tmp_path / "evidence@2.tested.json", TESTED)
    assert load_tested("evidence@2", tmp_path) == TESTED
    assert load_tested("evidence@2+local@2", tmp_path) == TESTED
    assert load_tested("evidence@3", tmp_path) is None


@pytest.mark.parametrize("change", [{"strata": [{"name": "all"}]}, {"more": 1}, {"strata": 3}])
def test_a_file_of_another_release_is_refused_with_advice(tmp_path, change):
    path = tmp_path / "evidence@2.tested.json"
    write_tested(path, TESTED)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(UnknownModel, match="test the calibrator again, or delete the file"):
        load_tested("evidence@2", tmp_path)


def test_quantiles_that_are_none_are_refused():
    for wrong in ((0.0,) * 100, (1.0, *[0.0] * 100)):
        with pytest.raises(ValueError, match="ascending quantiles"):
            replace(TESTED.strata[0], genuine=wrong)


@pytest.mark.parametrize(
    ("grades", "name"),
    [
        ((Grade.GOOD, Grade.GOOD), "good"),
        ((Grade.GOOD, Grade.POOR), "all"),  # too few pairs of their own
        ((Grade.USABLE, Grade.GOOD), "all"),  # never tested
        ((), "all"),
    ],
)
def test_the_worst_grade_decides_where_it_was_tested_on_enough_pairs(grades, name):
    assert TESTED.stratum(grades).name == name


def test_the_place_on_the_plot_is_the_share_of_drawn_llrs_that_are_as_large():
    rng = np.random.default_rng(5)
    drawn = [np.clip(rng.normal(mean, 1.5, 40_000), -2.4771, 2.4771) for mean in (1.5, -1.5)]
    ends = [tuple(np.quantile(side, np.linspace(0, 1, 101)).tolist()) for side in drawn]
    one = TestedStratum("all", (40_000, 40_000), 0.3, 0.3, (0, 1), *ends)
    for llr in (-3.0, -2.0, 0.0, 0.77, 2.4, 2.4771, 2.47712, 3.0):
        counted = [float((side >= round(llr, 4)).mean()) for side in drawn]
        assert exceeded(one, llr) == pytest.approx(counted, abs=0.011), llr
