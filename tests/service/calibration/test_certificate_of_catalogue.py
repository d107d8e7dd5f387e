"""The certificate of a catalogue: measured on what people decided, kept, shown, and quoted."""

import json
from dataclasses import replace

import pytest
from fake_embedder import CALIBRATOR, FakeEmbedder
from starlette.testclient import TestClient
from typer.testing import CliRunner

from reid.errors import BadSettings, Conflict
from reid.evidence.certificate import read_json
from reid.evidence.strata import KnownPair, PairTally
from reid.interchange.canonical import digest_of_json
from service.__main__ import app as command_line
from service.app import create_app
from service.calibration.certificate_view import quotation
from service.calibration.certification import (
    Certification,
    CertifiedCatalogue,
    TooLittleToCertify,
)
from service.calibration.study import Calibration
from service.operations.certifying import certified
from service.recognition.engine import Recognition
from service.store import certificate as store
from service.store.certificate import NAME

ROUTE = "/api/v1/calibration/certificate"


def measured(*, of=20, genuine=(2.4, 1.2), impostor=-2.0):
    """A catalogue of animals with two genuine pairs each, every second one decided by the llr."""
    names = [str(n) for n in range(of)]
    ours = [KnownPair((n, n), llr, "good", llr > 2) for n in names for llr in genuine]
    theirs = [KnownPair((a, b), impostor, "poor") for a in names for b in names if a < b]
    pairs = (*ours, *theirs)
    return CertifiedCatalogue(pairs, 3 * of, PairTally(1, 50), PairTally(0, 9), PairTally(2, 40))


@pytest.fixture
def certify(components):
    def keep(**values):
        return components[Certification].certify(measured(**values), command="certify")

    return keep


def test_a_catalogue_with_too_few_decisions_is_refused_in_one_sentence(met, components, settings):
    met(1, 1, "Aysha")
    met(1, 9, "Aysha")
    with pytest.raises(TooLittleToCertify, match=r"missing: 29 genuine pairs.*100 impostor pairs"):
        certified(components, most=100, crops=0, command="certify")
    with pytest.raises(TooLittleToCertify):
        components[Certification].certify(measured(of=9), command="certify")
    assert not (settings.data_dir / NAME).exists()


def test_pairs_are_those_of_the_calibration_with_the_llr_that_users_see(met, components):
    met(1, 1, "Aysha", llr=0.4)
    met(1, 9, "Aysha", llr=2.0)
    met(2, 5, "Boris")
    study, certification = components[Calibration], components[Certification]
    couples = study.couples()
    studied = {pair.encounters: pair for pair in study.compared(couples)}
    pairs = list(certification.compared(couples))
    assert len(pairs) == len(studied) == 3
    assert {pair.independent for pair in pairs if pair.genuine} == {False}
    llrs = [float(CALIBRATOR.llr(studied[key].log_odds)) for key in sorted(studied)]
    assert [pair.llr for pair in pairs] == pytest.approx(llrs)


def test_a_photo_that_both_encounters_hold_counts_in_one_of_them_only(
    client, painted, work, components
):
    numbers = []
    for day, name in ((1, "a"), (9, "b")):
        data = painted(1, day, taken=f"2020:01:{day:02} 22:00:00")
        files = [("files", (f"{name}.jpg", data))]
        form = {"station": "Ridge", "flank": "left"}
        made = client.post("/api/v1/photos", files=files, data=form).json()
        work()
        numbers.append(made["files"][0])
    from service.store import copies
    from service.store.database import Database
    from service.store.photos import get

    for found in numbers:
        body = {"kind": "new", "name": found["file_name"]}
        url = f"/api/v1/encounters/{found['encounter_id']}/decisions"
        assert client.post(url, json=body).status_code == 201
    study = components[Calibration]
    couples = study.couples()
    assert len(list(study.compared(couples))) == 1
    with components[Database].write() as connection:
        copies.mark(connection, numbers[1]["photo_id"], get(connection, numbers[0]["photo_id"]))
    assert list(study.compared(couples)) == []


def test_what_was_certified_is_kept_with_a_digest_and_told_by_the_api(client, certify, settings):
    assert client.get(ROUTE).status_code == 404
    made = certify()
    answer = client.get(ROUTE).json()
    kept = json.loads((settings.data_dir / NAME).read_text())
    assert answer["certificate"] == kept
    assert kept["digest"] == digest_of_json({k: v for k, v in kept.items() if k != "digest"})
    assert read_json((settings.data_dir / NAME).read_bytes()) == made
    assert (answer["out_of_date"], answer["calibrator"]) == (False, CALIBRATOR.id)
    assert (kept["model"], kept["encounters"]) == (CALIBRATOR.model, 60)
    assert kept["independent"] == {"count": 20, "of": 40, "share": 0.5}
    assert kept["strata"][0]["missed"]["count"] == 20
    assert kept["strata"][0]["bias"] is None
    names = [stratum["name"] for stratum in kept["strata"]]
    assert names == ["all", "good", "poor", "decided with no llr in view"]


def test_the_page_shows_the_certificate_or_how_to_make_one(client, certify):
    assert "leopard-reid certify" in client.get("/calibration").text
    made = certify()
    page = client.get("/calibration").text
    for fact in (made.digest, "40 and 190", "0 of 40", "20 of 40", "2 of 40", "1 of 50"):
        assert fact in page
    assert "50 % of the genuine pairs lie below a weight of evidence of 2" in page
    assert "points of a hundred" not in page


def test_a_bias_of_the_count_is_told_where_few_pairs_stay_open(client, certify):
    certify(genuine=(2.4,) * 19 + (1.0,), of=15)
    assert "too high by up to 12.8 points of a hundred" in client.get("/calibration").text


def test_a_certificate_of_another_calibrator_is_marked_out_of_date(settings, certify):
    certify()
    other = replace(CALIBRATOR, id="calibrated@2")
    newer = create_app(settings, load=lambda _: Recognition(FakeEmbedder(), other))
    with TestClient(newer, base_url="http://127.0.0.1") as client:
        answer, page = client.get(ROUTE).json(), client.get("/calibration").text
    assert answer["out_of_date"]
    assert "The certificate is out of date" in page
    assert "calibrated@2" in page


def test_a_dossier_quotes_the_certificate_or_says_that_there_is_none(client, met, certify):
    case = client.post("/api/v1/cases", json={"name": "x"}).json()["id"]
    members = {"encounters": [met(1, 1), met(1, 9)]}
    client.post(f"/api/v1/cases/{case}/encounters", json=members)
    page, record = f"/cases/{case}/dossier", f"/api/v1/cases/{case}/dossier"
    assert "There is no certificate of this catalogue" in client.get(page).text
    before = client.get(record).json()
    assert before["content"]["certificate"] is None
    made = certify()
    after = client.get(record).json()
    assert after["content"]["certificate"]["certificate"]["digest"] == made.digest
    assert after["digest"] != before["digest"]
    text = client.get(page).text
    assert "There is no certificate" not in text
    assert f"digest {made.digest[:12]}) gives a Cllr of" in text


def test_a_quotation_is_two_sentences_and_a_third_where_it_is_out_of_date(components, certify):
    certify()
    state = components[Certification].state()
    assert quotation(state).count(". ") == 1
    assert "on 40 genuine pairs and 190 impostor pairs of 20 individuals" in quotation(state)
    old = replace(state, calibrator="calibrated@2")
    assert quotation(old).endswith("calibrated@2 for fake@1 speaks now.")


def test_a_changed_certificate_is_an_error_that_says_what_to_do(client, certify, settings):
    certify()
    path = settings.data_dir / NAME
    path.write_text(path.read_text().replace('"encounters": 60', '"encounters": 600'))
    with pytest.raises(BadSettings, match="certify again"):
        store.latest(settings.data_dir)
    assert "was changed after it was made" in client.get("/calibration").text
    assert client.get(ROUTE).json()["code"] == "bad_settings"


def test_the_command_refuses_an_empty_catalogue(tmp_path):
    runner, at = CliRunner(), ["--data-dir", str(tmp_path / "var")]
    assert runner.invoke(command_line, ["migrate", *at]).exit_code == 0
    refused = runner.invoke(command_line, ["certify", *at])
    assert isinstance(refused.exception, Conflict)
    assert "30 genuine pairs" in str(refused.exception)


@pytest.mark.slow
def test_a_catalogue_of_fifteen_animals_is_certified_from_its_photos(met, components):
    for day in (1, 9, 17):
        for animal in range(15):
            met(animal, day, f"animal {animal}", hour=animal)
    state = certified(components, most=200, crops=2, command="certify")
    whole = state.certificate.whole
    assert (whole.genuine, whole.animals) == (45, 15)
    assert whole.costs.cllr < 1
    assert state.certificate.background.of == 2
    assert not state.out_of_date
