"""The validity certificate: its counts against a plain loop, and what it says of nothing."""

import json

import numpy as np
import pytest
from PIL import Image

from reid.evaluation.report.certifying import encounters_of
from reid.evaluation.report.html_report import write_certificate
from reid.evaluation.trials.encounter_evidence import known, weigh_pairs
from reid.evidence.certificate import (
    Certificate,
    certified_strata,
    certified_stratum,
    read_json,
    write_json,
)
from reid.evidence.certificate_text import as_text
from reid.evidence.controls import across_flanks
from reid.evidence.cost import cllr
from reid.evidence.strata import INDEPENDENT, KnownPair, PairStratum, PairTally, strata_of
from reid.types import Grade
from tests.fake_embedder import CALIBRATOR, FakeEmbedder

GENUINE = np.array([2.5, 2.0, 1.9, 0.3, -1.0, -2.0, -1.5, 2.2])
IMPOSTOR = np.array([-2.0, -1.0, 0.0, 1.0, 2.0, 1.5])
NAMES = ["uma", "kali", "dev", "asha", "uma", "kali", "dev", "asha"]
STRANGERS = [("uma", "kali"), ("dev", "asha")] * 3


def quiet(*_):
    return lambda _: None


def stratum(genuine=GENUINE, impostor=IMPOSTOR, names=NAMES):
    pairs = PairStratum("all", genuine, impostor, names[: len(genuine)], STRANGERS[: len(impostor)])
    return certified_stratum(pairs, same=2.0, seed=3, draws=20, refits=5)


def certificate(**values):
    about = {"data": "four animals", "date": "2026-11-29", "model": "m@1", "calibrator": "e@2"}
    about |= {"command": "certify.py x", "seed": 3, "same": 2.0, "encounters": 9}
    return Certificate(**{**about, "strata": (stratum(),), **values})


def test_exclusions_and_misleading_strangers_are_counted_with_their_edges():
    found = stratum()
    assert found.excluded == {-1.0: PairTally(3, 8), -2.0: PairTally(1, 8)}
    assert found.misled == {1.0: PairTally(3, 6), 2.0: PairTally(1, 6)}
    assert (found.genuine, found.impostor, found.animals) == (8, 6, 4)


def test_a_count_errs_by_the_published_points_for_each_point_of_missed_pairs():
    found = stratum(genuine=np.array([*[2.5] * 19, 1.9]), names=["uma", "kali"] * 10)
    assert found.missed == PairTally(1, 20)
    assert found.bias == pytest.approx(2.56 * 5)
    assert "12.8" in as_text(certificate(strata=(found,)))


def test_where_many_pairs_are_left_open_words_stand_instead_of_a_bias_of_the_count():
    found = stratum()
    assert (found.missed, found.bias) == (PairTally(5, 8), None)
    text = as_text(certificate())
    assert "count bias: cannot be told: 62% of the genuine pairs lie below 2" in text
    assert "count bias, points      cannot be told" in text


def test_cllr_is_the_sum_of_its_parts_and_has_intervals():
    values = stratum().costs
    assert values.cllr == pytest.approx(cllr(GENUINE, IMPOSTOR))
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
    assert (found.costs.cllr, found.bias, found.missed.share) == (None, None, None)


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
    encounters, pairs = encounters_of(
        str(tmp_path), FakeEmbedder(), impostors=9, seed=0, progress=quiet
    )
    weighed = weigh_pairs(encounters, encounters, pairs, CALIBRATOR, done=lambda _: None)
    strata = certified_strata(known(weighed), same=CALIBRATOR.same, seed=0)
    assert len(weighed) == 6
    assert strata[0].name == "all"
    assert {s.name for s in strata} <= {"all", *(g.value for g in Grade)}
    assert (strata[0].genuine, strata[0].impostor) == (1, 2)
    photos = [encounter.features for encounter in encounters]
    assert across_flanks(photos, CALIBRATOR) == PairTally(0, 3)
    assert across_flanks(photos[:2], CALIBRATOR) == PairTally(0, 0)


def test_pairs_decided_with_no_llr_in_view_are_a_stratum_of_their_own_where_others_were_not():
    alone = KnownPair(("uma", "uma"), 2.0, "good")
    helped = KnownPair(("kali", "kali"), 2.4, "poor", independent=False)
    assert [s.name for s in strata_of([alone])] == ["all", "good"]
    parts = {s.name: s for s in strata_of([alone, helped])}
    assert set(parts) == {"all", "good", "poor", INDEPENDENT}
    assert parts[INDEPENDENT].genuine.tolist() == [2.0]


def test_a_certificate_is_read_as_it_was_written_and_a_changed_one_is_refused(tmp_path):
    parts = (stratum(), stratum(genuine=np.empty(0)))
    whole = certificate(flanks=PairTally(0, 96), decisions=12, strata=parts)
    write_json(whole, tmp_path / "c.json")
    written = (tmp_path / "c.json").read_bytes()
    assert read_json(written) == whole
    for changed in (written.replace(b"2026", b"2027"), b"{}", b"[]", b"no", b'{"strata": 3}'):
        with pytest.raises(ValueError, match=r"."):
            read_json(changed)
