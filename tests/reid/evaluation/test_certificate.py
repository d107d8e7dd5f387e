"""The validity certificate: its counts against a plain loop, and what it says of nothing."""

import json

import numpy as np
import pytest
from PIL import Image

from reid.evaluation.measures import metrics
from reid.evaluation.measures.strata import PairStratum
from reid.evaluation.report import certifying
from reid.evaluation.report.certificate import (
    Certificate,
    PairTally,
    as_text,
    certified_stratum,
    write_json,
)
from reid.evaluation.report.html_report import write_certificate
from reid.evaluation.trials.encounter_evidence import weigh_pairs
from reid.types import Grade
from tests.fake_embedder import CALIBRATOR, FakeEmbedder

GENUINE = np.array([2.5, 2.0, 1.9, 0.3, -1.0, -2.0, -1.5, 2.2])
IMPOSTOR = np.array([-2.0, -1.0, 0.0, 1.0, 2.0, 1.5])
NAMES = ["uma", "kali", "dev", "asha", "uma", "kali", "dev", "asha"]
STRANGERS = [("uma", "kali"), ("dev", "asha")] * 3


def quiet(*_):
    return lambda _: None


def stratum(genuine=GENUINE, impostor=IMPOSTOR):
    pairs = PairStratum("all", genuine, impostor, NAMES[: len(genuine)], STRANGERS[: len(impostor)])
    return certified_stratum(pairs, same=2.0, seed=3, draws=20, refits=5)


def certificate(**values):
    about = {"data": "four animals", "date": "2026-11-29", "model": "m@1", "calibrator": "e@2"}
    return Certificate(
        **about, command="certify.py x", seed=3, same=2.0, strata=(stratum(),), **values
    )


def test_exclusions_and_misleading_strangers_are_counted_with_their_edges():
    found = stratum()
    assert found.excluded == {-1.0: PairTally(3, 8), -2.0: PairTally(1, 8)}
    assert found.misled == {1.0: PairTally(3, 6), 2.0: PairTally(1, 6)}
    assert (found.genuine, found.impostor, found.animals) == (8, 6, 4)


def test_a_count_errs_by_the_published_points_for_each_point_of_missed_pairs():
    found = stratum()
    assert found.missed == PairTally(5, 8)
    assert found.bias == pytest.approx(2.56 * 62.5)


def test_cllr_is_the_sum_of_its_parts_and_has_intervals():
    values = stratum().figures
    assert values.cllr == pytest.approx(metrics.cllr(GENUINE, IMPOSTOR))
    assert values.cllr == pytest.approx(values.cllr_min + values.cllr_cal)
    assert set(values.intervals) >= {"cllr", "cllr_min", "cllr_cal"}


def test_what_was_not_measured_is_said_and_null(tmp_path):
    bare = certificate(background=PairTally(0, 0))
    text = as_text(bare)
    for name in ("crops without an animal, |llr| > 0.1", "errors of reviewers"):
        assert f"{name}: not measured" in text
    write_json(bare, tmp_path / "c.json")
    written = json.loads((tmp_path / "c.json").read_text())
    assert written["flanks"] is None
    assert written["reviewers"] is None


def test_a_stratum_without_genuine_pairs_has_no_cllr_and_no_bias():
    found = stratum(genuine=np.empty(0))
    assert (found.figures.cllr, found.bias, found.missed.share) == (None, None, None)


def test_text_json_and_page_name_what_made_them(tmp_path):
    whole = certificate(flanks=PairTally(0, 96))
    write_json(whole, tmp_path / "c.json")
    written = json.loads((tmp_path / "c.json").read_text())
    page = write_certificate(whole, tmp_path / "page").read_text()
    for fact in ("four animals", "2026-11-29", "m@1", "e@2", "certify.py x"):
        assert fact in as_text(whole)
        assert fact in page
        assert fact in written.values()
    assert written["flanks"] == {"count": 0, "of": 96, "share": 0.0}
    assert written["strata"][0]["excluded"]["-2"]["count"] == 1
    assert "0 of 96 (0.00%)" in page


def test_strata_are_all_and_the_worse_grade(tmp_path):
    lines = ["path,individual,flank,encounter"]
    for name, animal, flank, encounter in [
        ("a1.png", "uma", "left", "e1"),
        ("a2.png", "uma", "left", "e2"),
        ("b1.png", "kali", "left", "e3"),
        ("b2.png", "kali", "right", "e4"),
    ]:
        rng = np.random.default_rng(len(animal))
        pixels = np.kron(rng.integers(0, 255, (8, 16, 3)), np.ones((16, 16, 1))).astype(np.uint8)
        Image.fromarray(pixels).save(tmp_path / name)
        lines.append(f"{name},{animal},{flank},{encounter}")
    (tmp_path / "index.csv").write_text("\n".join(lines) + "\n")
    encounters, pairs = certifying.encounters_of(
        str(tmp_path), FakeEmbedder(), impostors=9, seed=0, progress=quiet
    )
    weighed = weigh_pairs(encounters, encounters, pairs, CALIBRATOR, done=lambda _: None)
    about = {"data": "d", "date": "2026-11-29", "command": "c", "seed": 0}
    made = certifying.certified(weighed, calibrator=CALIBRATOR, **about)
    assert len(weighed) == 6
    assert made.strata[0].name == "all"
    assert {s.name for s in made.strata} <= {"all", *(g.value for g in Grade)}
    assert (made.strata[0].genuine, made.strata[0].impostor) == (1, 2)
    assert made.same == CALIBRATOR.same
    assert certifying.across_flanks(encounters, CALIBRATOR) == PairTally(0, 3)
    assert certifying.across_flanks(encounters[:2], CALIBRATOR) is None
