"""A synthetic survey as the product sees it."""

from itertools import combinations

import pytest

from reid.evaluation.data.surveys import all_between, plan, relative, simulate
from reid.synthetic.survey import write_survey
from reid.types import Flank, Verdict
from tests.fake_embedder import CALIBRATOR, FakeEmbedder

SMALL = {"animals": 2, "seed": 3, "encounters": 2, "width": 128}


@pytest.fixture(scope="module")
def encounters():
    return simulate(FakeEmbedder(), **SMALL)


def test_every_encounter_of_the_survey_comes_once_with_all_of_its_photos(encounters, tmp_path):
    photos = plan(write_survey(tmp_path, **SMALL))
    assert len(encounters) == 4
    assert sum(len(one.features) for one in encounters) == len(photos)
    assert sorted((one.animal, one.sitting) for one in encounters) == [
        ("L001", 0),
        ("L001", 1),
        ("L002", 0),
        ("L002", 1),
    ]


def test_flanks_are_stated_and_right_ones_are_not_turned_round(encounters, tmp_path):
    photos = plan(write_survey(tmp_path, **SMALL))
    stated = [photo.flank for photo in photos]
    assert [one.flank for encounter in encounters for one in encounter.features] == stated
    assert set(stated) == {Flank.LEFT, Flank.RIGHT}


def test_only_wanted_photos_are_described():
    embedder = FakeEmbedder()
    found = simulate(embedder, **SMALL, needed=lambda photo: photo.sitting == 1)
    assert [(one.animal, one.sitting) for one in found] == [("L001", 1), ("L002", 1)]
    assert sum(embedder.batches) == sum(len(one.features) for one in found)


def test_all_pairs_are_compared_as_the_product_does(encounters):
    pairs = list(combinations(range(4), 2))
    found = all_between(encounters, pairs, CALIBRATOR)
    assert sorted(found) == pairs
    for (i, j), evidence in found.items():
        comparable = encounters[i].comparable_with(encounters[j])
        assert (evidence.verdict is not Verdict.NOT_COMPARABLE) == comparable


def test_relatives_are_neighbours_in_the_list():
    assert [relative(one) for one in ("L001", "L002", "L007")] == ["L002", "L001", "L008"]
