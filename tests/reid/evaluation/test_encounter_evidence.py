"""The test of a calibrator: pairs of encounters with known truth, and what must be nothing."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from reid.evaluation.trials import sanity
from reid.evaluation.trials.encounter_evidence import (
    WeighedPair,
    all_pairs,
    as_text,
    at_level,
    described_at,
    photos_of,
    strata,
    verdicts,
    weigh_pairs,
)
from reid.evaluation.trials.testing import results
from reid.evidence.calibrator import Witness
from reid.evidence.controls import across_flanks
from reid.evidence.strata import PairTally
from reid.evidence.terms import FlankMeasurements
from reid.evidence.tested import load_tested, write_tested
from reid.types import Evidence, Flank, Grade, Verdict
from tests.fake_embedder import CALIBRATOR, FakeEmbedder

INDEX = [
    ("a1.jpg", "uma", "left", "e1"),
    ("a2.jpg", "uma", "left", "e1"),
    ("a3.jpg", "uma", "left", "e2"),
    ("b1.jpg", "kali", "right", "e3"),
    ("b2.jpg", "kali", "right", "e4"),
    ("c1.jpg", "dev", "", "e5"),
]


@pytest.fixture
def folder(tmp_path):
    """Three animals painted in patches; every photo of one has its pattern."""
    lines = ["path,individual,flank,encounter"]
    for name, animal, flank, encounter in INDEX:
        rng = np.random.default_rng(len(animal))
        pixels = np.kron(rng.integers(0, 255, (8, 16, 3)), np.ones((16, 16, 1))).astype(np.uint8)
        Image.fromarray(pixels).save(tmp_path / name)
        lines.append(f"{name},{animal},{flank},{encounter}")
    (tmp_path / "index.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def quiet(_):
    return None


def test_photos_are_grouped_to_encounters_with_their_stated_flanks(folder):
    photos = photos_of(folder, mirror=False)
    found = described_at(photos, FakeEmbedder(), level=0, seed=0, done=quiet)
    assert [(e.animal, len(e.features)) for e in found] == [
        ("uma", 2),
        ("uma", 1),
        ("kali", 1),
        ("kali", 1),
        ("dev", 1),
    ]
    assert [set(e.flanks) for e in found[:3]] == [{Flank.LEFT}, {Flank.LEFT}, {Flank.RIGHT}]


def test_mirrored_right_flanks_are_compared_with_left_ones_and_unknown_ones_stay_unknown(folder):
    photos = photos_of(folder, mirror=True)
    assert [photo.flank for photo, _ in photos] == [Flank.LEFT] * 5 + [Flank.UNKNOWN]
    plain = photos_of(folder, mirror=False)
    turned, as_it_is = (at_level(some, 0, 0)(some[3][0]).image for some in (photos, plain))
    assert np.array_equal(turned[:, ::-1], as_it_is)


def test_the_same_animal_is_told_from_others_and_other_flanks_say_nothing(folder):
    photos = photos_of(folder, mirror=False)
    found = described_at(photos, FakeEmbedder(), level=0, seed=0, done=quiet)
    heard = weigh_pairs(found, found, all_pairs(found, ordered=False), CALIBRATOR, done=quiet)
    by = {one.animals: one.evidence for one in heard}
    assert by["uma", "uma"].llr > 1
    assert by["uma", "kali"].llr == 0
    assert by["uma", "kali"].verdict == Verdict.NOT_COMPARABLE
    assert "not comparable 4" in verdicts(heard)


def test_both_orders_are_asked_where_one_side_is_degraded(folder):
    found = [None] * 3
    assert all_pairs(found, ordered=False) == [(0, 1), (0, 2), (1, 2)]
    assert len(all_pairs(found, ordered=True)) == 6


def pair(same, llr, grades=(Grade.GOOD, Grade.GOOD), lights=("day", "day"), told=None):
    evidence = Evidence(llr, 2.5, Verdict.INCONCLUSIVE, "c@1", (llr, llr))
    witness = Witness(told or FlankMeasurements(0.0, 2.0, 5.0, 1.0, 0.2))
    return WeighedPair(("a", "a" if same else "b"), evidence, (witness,), grades, lights)


def many():
    rng = np.random.default_rng(0)
    pairs = []
    for n in range(200):
        same = n % 2 == 0
        told = FlankMeasurements(
            0.0, 0.0, float(rng.exponential(50 if same else 2)), 1.0, rng.uniform(0, 0.4)
        )
        grades = (Grade.GOOD, Grade.POOR if n % 3 else Grade.GOOD)
        llr = float(rng.normal(1 if same else -1, 1))
        pairs.append(pair(same, llr, grades, ("day", "infrared" if n % 5 else "day"), told))
    return pairs


def test_strata_go_by_the_worse_grade_and_by_light():
    found = {one.name: one for one in strata(many())}
    assert list(found) == ["all", "good", "poor", "day", "mixed"]
    assert len(found["all"].genuine) == len(found["all"].impostor) == 100
    assert sum(len(found[name].genuine) for name in ("good", "poor")) == 100
    text = as_text(list(found.values()), seed=1)
    assert "poor" in text
    assert "2 and more" in text


def test_a_pair_without_a_grade_is_in_no_stratum_of_grades():
    one = replace(pair(True, 1.0), grades=(None, Grade.GOOD))
    assert one.worse == "not graded"
    assert [s.name for s in strata([one])] == ["all", "day"]


def test_the_kept_test_says_what_share_of_pairs_is_settled(tmp_path):
    heard = [pair(True, 2.2)] * 3 + [pair(True, 0.5)] + [pair(False, -2.4)] + [pair(False, 1.2)]
    kept = results(heard, calibrator="c@1", data="d", command="x", date="2026-11-23")
    [row] = kept.settling
    assert (row.genuine, row.same, row.impostor, row.different) == (4, 0.75, 2, 0.5)
    assert kept.strata[0].misleading == (1, 6)
    path = tmp_path / "c@1.tested.json"
    write_tested(path, kept)
    assert load_tested("c@1", tmp_path).settling == kept.settling


def test_a_fit_to_shuffled_labels_finds_nothing():
    assert sanity.shuffled(many() * 5, CALIBRATOR, seed=2) == pytest.approx(1.0, abs=0.05)


def test_unusable_encounters_are_counted_where_they_say_nothing():
    bad = (Grade.GOOD, Grade.UNUSABLE)
    heard = [pair(True, 0.05, bad), pair(False, -0.4, bad), pair(False, -2.0)]
    assert sanity.unusable(heard) == (1, 2)


def test_left_against_right_is_exactly_nothing(folder):
    photos = photos_of(folder, mirror=False)
    found = described_at(photos, FakeEmbedder(), level=0, seed=0, done=quiet)
    assert across_flanks([e.features for e in found], CALIBRATOR) == PairTally(0, 2 * 2)
