"""The figures of the evaluation, against loops and by hand."""

import json

import numpy as np
import pytest

from reid.errors import BadDataset
from reid.evaluation.data.photos import Condition
from reid.evaluation.data.protocol import (
    countable,
    genuine,
    read_dataset,
    read_distractors,
    some_animals,
)
from reid.evaluation.measures.retrieval import auc, retrieval
from reid.evaluation.report.table import as_text, evidence_as_text, rows, write_json
from reid.evaluation.trials.trial import Trial
from reid.evaluation.trials.witnesses import OURS
from reid.evidence.calibrator import Calibrator
from reid.evidence.order import Fusion
from reid.evidence.terms import TERMS, EvidenceWeights


def test_auc_is_the_share_of_ordered_pairs():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 6, 30).astype(float), rng.integers(0, 5, 40).astype(float)
    loop = np.mean([(x > y) + 0.5 * (x == y) for x in a for y in b])
    assert auc(a, b) == pytest.approx(loop)


def test_retrieval_by_hand():
    scores = np.array([[0.0, 3, 2, 1], [3, 0, 2, 1], [1, 2, 0, 3]])
    same = np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0]], bool)
    counted = ~np.eye(3, 4, dtype=bool)
    found = retrieval(scores, same, counted)
    assert found.top1 == (2, 2)  # the third query has no genuine pair and is left out
    assert found.mean_average_precision == 1
    assert found.genuine_above == (0, 2)  # the third query's impostor stands as high as 3


def test_balanced_top1_counts_an_animal_with_many_photos_once():
    scores = np.array([[0.0, 3, 1], [3, 0, 1], [1, 3, 0], [3, 1, 0]])[:, [0, 1, 2, 2]]
    same = np.zeros((4, 4), bool)
    same[:2, :2], same[2:, 2:] = True, True
    found = retrieval(scores, same, ~np.eye(4, dtype=bool), animals=["a", "a", "a", "b"])
    assert found.top1 == (2, 4)
    assert found.balanced_top1 == pytest.approx((2 / 3 + 0) / 2)


def test_ties_are_broken_against_us():
    found = retrieval(np.zeros((1, 2)), np.array([[True, False]]), np.ones((1, 2), bool))
    assert found.top1 == (0, 1)
    assert found.mean_average_precision == pytest.approx(0.5)


INDEX = """path,individual,flank,station,datetime,encounter
a.jpg,uma,left,S1,2019-01-01T10:00:00,e1
b.jpg,uma,left,S1,2019-01-01T22:00:00,e2
c.jpg,uma,right,S2,2019-01-02T10:00:00,e3
d.jpg,,left,S2,2019-01-03T10:00:00,e4
e.jpg,kali,left,,,e5
"""


@pytest.fixture
def dataset(tmp_path):
    (tmp_path / "index.csv").write_text(INDEX)
    return tmp_path


def test_animals_are_told_apart_by_flank_and_right_flanks_are_mirrored(dataset):
    samples = read_dataset(dataset)
    assert [s.unit for s in samples] == ["uma/left", "uma/left", "uma/right", "kali/left"]
    assert [s.mirrored for s in samples] == [False, False, True, False]


def test_photos_of_one_station_day_are_never_a_pair(dataset):
    samples = read_dataset(dataset)
    counted = countable(samples, samples)
    assert not counted[0, 1]
    assert not counted.diagonal().any()
    assert counted[0, 2]


def test_distractors_come_in_both_directions_and_are_nobody(dataset):
    others = read_distractors(dataset)
    assert len(others) == 10
    assert sum(s.mirrored for s in others) == 5
    assert not genuine(read_dataset(dataset), others).any()


def test_drawing_some_animals_keeps_all_their_photos_and_only_theirs(dataset):
    samples = read_dataset(dataset)
    some = some_animals(samples, 1, seed=0)
    assert len({s.animal for s in some}) == 1
    assert some == [s for s in samples if s.animal == some[0].animal]
    assert some_animals(samples, 1, seed=0) == some
    assert len({some_animals(samples, 1, seed=n)[0].animal for n in range(20)}) > 1
    assert some_animals(samples, 99, seed=0) == samples


@pytest.mark.parametrize("content", [None, "name\nx\n", "path,individual\n"])
def test_a_folder_without_the_right_index_says_what_is_missing(tmp_path, content):
    if content is not None:
        (tmp_path / "index.csv").write_text(content)
    with pytest.raises(BadDataset, match="path and individual"):
        read_dataset(tmp_path)


def trial(same, counted, **tables):
    return Trial(Condition(level=2), tables, same, counted)


def test_the_report_counts_and_the_json_has_the_documented_keys(tmp_path):
    rng = np.random.default_rng(0)
    same = np.eye(4, dtype=bool)[[1, 0, 3, 2]]
    counted = ~np.eye(4, dtype=bool)
    numbers = dict(zip(OURS, rng.uniform(0, 1, (5, 4, 4)), strict=True))
    result = rows(trial(same, counted, **numbers), OURS)
    assert tuple(r.method for r in result) == OURS
    assert "/4" in as_text(result)
    path = tmp_path / "evaluation.json"
    write_json(path, result, dataset="d", command="c", model="m@1")
    held = json.loads(path.read_text())
    assert held.keys() == {"dataset", "command", "model", "rows"}
    assert {"method", "level", "top1", "top5", "map", "auc", "genuine_above_impostors"} <= (
        held["rows"][0].keys()
    )
    assert (held["rows"][0]["level"], held["rows"][0]["crop"]) == (2, "whole")


def test_pairs_are_counted_by_band_of_llr_and_neutral_evidence_costs_one_bit():
    counted, same = np.ones((2, 2), bool), np.eye(2, dtype=bool)
    zero = np.zeros((2, 2))
    fusion = Fusion(0, 0, 1)
    link = EvidenceWeights(np.zeros(TERMS), np.zeros((0, TERMS)))
    calibrator = Calibrator("c@1", "m@1", fusion, 1000, link, link)
    text = evidence_as_text(trial(same, counted, evidence=zero), calibrator)
    assert text.endswith("Cllr 1.000")
    strong = trial(same, counted, evidence=np.where(same, 6.0, 0.0))  # ln LR 6: llr 2.6
    genuine_row = evidence_as_text(strong, calibrator).splitlines()[1]
    assert genuine_row.split() == ["genuine", "0", "0", "0", "0", "0", "2"]
