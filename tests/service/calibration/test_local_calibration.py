"""The threshold a user sets, and a calibrator adjusted to the decisions of a catalogue."""

import logging
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fake_embedder import CALIBRATOR, FakeEmbedder, fake_recognition
from starlette.testclient import TestClient
from typer.testing import CliRunner

from reid.errors import BadSettings, Conflict
from reid.evidence.local import LocalPair, study
from reid.evidence.tested import Tested, TestedStratum, write_tested
from service.__main__ import app as command_line
from service.app import create_app
from service.calibration.study import Calibration
from service.encounters.pair_evidence import PairEvidence
from service.recognition.engine import Engine, Recognition, threshold_of
from service.settings import Settings
from service.store.calibration import NAME, CalibrationFile, CalibrationRecord, Studied

FITTED = CALIBRATOR.id


def couples(components):
    return components[Calibration].couples()


def conclude(components, factor):
    """A study that came to this factor, kept as if the command had made it."""
    said = replace(study([], CALIBRATOR), scale=1.0, shrinkage=factor)
    return Studied(FITTED, CALIBRATOR.model, datetime(2026, 3, 1, tzinfo=UTC), 3, said)


def test_the_verdict_follows_the_threshold_of_the_settings(tmp_path, client, met, components):
    a, b = met(1, 1, "Aysha"), met(1, 5)
    components[Calibration].apply(conclude(components, 0.5))  # below the bound
    plain = client.get(f"/api/v1/encounters/{b}/candidates").json()["candidates"][0]
    wanted = round(plain["llr"] + 0.05, 2)
    assert 0 < wanted < CALIBRATOR.bound
    strict = Settings(_env_file=None, data_dir=tmp_path / "var", same_llr=wanted)
    with TestClient(
        create_app(strict, load=fake_recognition), base_url="http://127.0.0.1"
    ) as other:
        found = other.get(f"/api/v1/encounters/{b}/candidates").json()["candidates"][0]
        case = other.post("/api/v1/cases", json={"name": "strict"}).json()["id"]
        other.post(f"/api/v1/cases/{case}/encounters", json={"encounters": [a, b]})
        report = other.get(f"/api/v1/cases/{case}/report").json()
    assert (found["llr"], found["verdict"]) == (plain["llr"], "inconclusive")
    assert (report["same"], report["pairs"][0]["verdict"]) == (wanted, "inconclusive")


def test_a_threshold_beyond_the_bound_is_an_error_that_says_what_to_choose(tmp_path):
    settings = Settings(_env_file=None, data_dir=tmp_path, same_llr=2.5)
    with pytest.raises(BadSettings, match=r"REID_SAME_LLR is 2.5.*choose 2.47 or less"):
        threshold_of(settings)
    with TestClient(create_app(settings, load=fake_recognition)) as client:
        pass
    assert "REID_SAME_LLR" in str(client.app.state.components[Engine].failure)


@pytest.mark.parametrize("wanted", ["0", "-1", "inf", "nan"])
def test_a_threshold_that_is_no_number_above_zero_is_refused(wanted):
    with pytest.raises(ValueError, match="same_llr"):
        Settings(_env_file=None, same_llr=wanted)


def test_the_service_does_not_start_with_a_threshold_nothing_can_reach(
    ended, monkeypatch, tmp_path
):
    monkeypatch.setenv("REID_SAME_LLR", "9")
    said = ended("serve", "--data-dir", tmp_path / "var")
    assert said.startswith("leopard-reid: REID_SAME_LLR is 9")
    assert not (tmp_path / "var").exists()


def test_pairs_of_one_night_at_one_station_and_of_other_flanks_are_left_out(met, components):
    a = met(1, 1, "Aysha")
    later_that_night = met(1, 2, "Aysha", hour=3)
    b = met(1, 9, "Aysha")
    right = met(1, 20, "Aysha", flank="right")
    stranger = met(2, 9, "Boris", hour=12)
    met(4, 15)  # nobody decided whom it shows
    named = {(x.decided.encounter_id, y.decided.encounter_id) for x, y in couples(components)}
    assert named == {(a, b), (later_that_night, b), (a, stranger), (later_that_night, stranger)}
    assert right not in {number for pair in named for number in pair}


def test_a_large_catalogue_is_drawn_from_without_repeating_a_pair(met, components):
    for animal in range(6):
        met(animal, 1 + 2 * animal, f"animal {animal}")
    drawn = components[Calibration].couples(most=5, seed=3)
    assert drawn == components[Calibration].couples(most=5, seed=3)
    assert len({(a.decided.encounter_id, b.decided.encounter_id) for a, b in drawn}) == 5


def test_pairs_are_compared_by_the_calibrator_as_fitted_whatever_is_applied(met, components):
    a, b, c = met(1, 1, "Aysha"), met(1, 9, "Aysha"), met(2, 20, "Boris")
    components[Calibration].apply(conclude(components, 0.5))
    found = {one.encounters: one for one in components[Calibration].compared(couples(components))}
    assert set(found) == {(a, b), (a, c), (b, c)}
    assert found[a, b].genuine
    assert found[a, b].log_odds > 0 > found[a, c].log_odds
    said = components[PairEvidence].between(a, b).evidence
    assert said.llr == pytest.approx(0.5 * found[a, b].log_odds / 2.302585, abs=1e-5)


def test_a_decision_taken_with_an_llr_in_view_is_not_independent(met, components):
    met(1, 1, "Aysha", llr=0.4)  # a new identity: nothing was confirmed
    met(1, 9, "Aysha", llr=2.0)
    met(2, 5, "Boris")
    met(2, 15, "Boris")
    supply = components[Calibration].supply()
    assert (supply.genuine, supply.independent, supply.genuine_animals) == (2, 1, 2)


def test_what_is_applied_is_named_with_every_llr_and_can_be_taken_back(client, met, components):
    met(1, 1, "Aysha")
    asked = f"/api/v1/encounters/{met(1, 9)}/candidates"
    said = []
    for number, factor in ((1, 0.5), (2, 0.25)):
        assert components[Calibration].apply(conclude(components, factor)).number == number
        said.append(client.get(asked).json())
        assert said[-1]["calibrator"] == f"{FITTED}+local@{number}"
    llrs = [one["candidates"][0]["llr"] for one in said]
    assert llrs[1] == pytest.approx(llrs[0] / 2)
    assert components[Calibration].reset()
    assert client.get(asked).json()["calibrator"] == FITTED
    assert not components[Calibration].reset()
    assert components[Calibration].apply(conclude(components, 0.5)).number == 3


def test_the_dossier_names_the_card_of_an_adjusted_calibrator(client, met, components):
    a, b = met(1, 1), met(1, 9)
    case = client.post("/api/v1/cases", json={"name": "x"}).json()["id"]
    client.post(f"/api/v1/cases/{case}/encounters", json={"encounters": [a, b]})
    components[Calibration].apply(conclude(components, 0.5))
    content = client.get(f"/api/v1/cases/{case}/dossier").json()["content"]
    assert content["report"]["calibrator"] == content["calibrator"]["id"] == f"{FITTED}+local@1"


def test_a_local_calibration_of_another_calibrator_is_ignored_and_said(
    settings, components, caplog
):
    other = replace(CALIBRATOR, id="calibrated@2")
    components[Calibration].apply(conclude(components, 0.5))
    newer = create_app(settings, load=lambda _: Recognition(FakeEmbedder(), other))
    with caplog.at_level(logging.WARNING), TestClient(newer, base_url="http://127.0.0.1") as client:
        said = client.get("/api/v1/calibration").json()
        page = client.get("/calibration").text
    assert said["calibrator"] == "calibrated@2"
    assert (said["applied"]["in_force"], said["factor"]) == (False, 1.0)
    assert f"A local calibration of {FITTED} is ignored" in page
    assert [one.message for one in caplog.records if "is ignored" in one.message]


def test_a_study_without_reason_to_adjust_is_kept_and_not_applied(met, components):
    met(1, 1, "Aysha")
    met(1, 9, "Aysha")
    pairs = list(components[Calibration].compared(couples(components)))
    studied = components[Calibration].studied(pairs)
    with pytest.raises(Conflict, match=r"nothing was applied; missing: 29 genuine pairs"):
        components[Calibration].apply(studied)
    assert components[Calibration].kept == CalibrationRecord(studied)


def test_the_page_and_the_api_say_what_is_missing(client, met):
    met(1, 1, "Aysha")
    said = client.get("/api/v1/calibration").json()
    page = client.get("/calibration").text
    assert said["available"]["missing"]["genuine pairs"] == 30
    assert (said["study"], said["applied"], said["tested"]) == (None, None, [])
    assert "Missing for a calibration of its own:" in page
    assert "30 genuine pairs" in page
    assert "Nobody has studied it yet" in page


def test_the_page_shows_a_study_and_who_should_be_looked_at(client, met, components):
    a, b = met(1, 1, "Aysha"), met(2, 9, "Boris")
    strangers = [LocalPair((f"{n}", f"{n + 1}"), -3.0) for n in range(30) for _ in range(5)]
    misled = [LocalPair((f"{n}", f"{n + 9}"), 6.0, encounters=(a, b)) for n in range(20)]
    studied = components[Calibration].studied([*strangers, *misled])
    assert studied.study.shrinkage < 0.9
    components[Calibration].apply(studied)
    page, said = client.get("/calibration").text, client.get("/api/v1/calibration").json()
    assert f"every weight of evidence times {studied.study.factor:.2f}" in page
    assert f'<a href="/encounters/{b}">{b}</a>' in page
    assert "✕ 11.8 % (20 of 170)" in page
    assert said["study"]["impostor"][3]["too_often"]
    assert said["study"]["suspects"][0]["llr"] == pytest.approx(CALIBRATOR.bound)


def test_strangers_are_compared_with_those_of_the_test_beside_the_card(tmp_path):
    even = tuple(n / 50 - 1 for n in range(101))  # quantiles of an even spread from -1 to 1
    every = TestedStratum("all", (50, 500), 0.5, 0.4, (3, 550), even, even)
    tested = Tested(FITTED, "animals", "command", "2026-03-01", 50, (every,), ())
    write_tested(tmp_path / f"{FITTED}.tested.json", tested)
    settings = Settings(_env_file=None, data_dir=tmp_path / "var", weights_dir=tmp_path)
    with TestClient(create_app(settings, load=fake_recognition)) as client:
        of = client.app.state.components[Calibration]
        said = client.get("/api/v1/calibration", headers={"host": "127.0.0.1"}).json()
        page = client.get("/calibration", headers={"host": "127.0.0.1"}).text
        assert of.reference() == pytest.approx({0.5: 0.25, 1.0: 0.0}, abs=0.01)
    assert said["tested"][0]["misleading"] == [3, 550]
    assert "3 of 550" in page


@pytest.mark.slow
def test_the_command_prints_what_is_missing_and_applies_nothing(tmp_path):
    runner, at = CliRunner(), ["--data-dir", str(tmp_path / "var")]
    assert runner.invoke(command_line, ["migrate", *at]).exit_code == 0
    done = runner.invoke(command_line, ["calibrate", *at])
    assert done.exit_code == 0
    assert "30 genuine pairs" in done.output
    refused = runner.invoke(command_line, ["calibrate", "--apply", "--json", *at])
    assert isinstance(refused.exception, Conflict)
    assert '"missing"' in refused.output


def test_a_file_of_another_release_is_an_error_that_says_what_to_do(tmp_path):
    (tmp_path / NAME).write_text('{"applied": 3}')
    with pytest.raises(BadSettings, match="delete it"):
        CalibrationFile(tmp_path).read()


def test_what_one_process_applies_another_sees_at_once(tmp_path, components):
    mine, theirs = CalibrationFile(tmp_path / "new"), CalibrationFile(tmp_path / "new")
    assert theirs.read() == CalibrationRecord()
    mine.write(CalibrationRecord().with_applied(conclude(components, 0.8)))
    assert theirs.read().applied.factor == 0.8
    mine.write(mine.read().without())
    assert theirs.read().applied is None


def test_the_command_takes_back_and_refuses_contradictions(tmp_path, components):
    runner, at = CliRunner(), ["--data-dir", str(tmp_path / "var")]
    components[Calibration].apply(conclude(components, 0.5))
    assert "taken back" in runner.invoke(command_line, ["calibrate", "--reset", *at]).output
    assert "nothing was" in runner.invoke(command_line, ["calibrate", "--reset", *at]).output
    both = runner.invoke(command_line, ["calibrate", "--apply", "--reset", *at])
    assert isinstance(both.exception, BadSettings)
