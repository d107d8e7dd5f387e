"""A script asks a service and an opened catalogue alike."""

import re

import httpx
import numpy as np
import pytest
from fake_catalogue import archive

from reid.archive.plan import IdentifyingPhoto, QueryPhoto, RunPlan
from reid.archive.rows import Status
from reid.errors import BadSettings, InputError, UnusableCrop
from reid.photo.images import encode_jpeg
from reid.types import Flank, Verdict
from service.operations import client as catalogue_client
from service.operations.client import EmbeddedCatalogue, RemoteCatalogue, open_catalogue
from service.recognition.engine import Engine

HEALTH = {"status": "ok", "model": "fake@1"}
ANSWER = {
    "verdict": "same",
    "model": "fake@1",
    "calibrator": "fake@1",
    "candidates": [{"identity": "L001", "llr": 1.2, "bound": 1.5, "verdict": "same"}],
}


def remote(identify, *, health=HEALTH):
    """A service made of one function: what it answers to a query."""

    def answer(request):
        if request.url.path == "/health":
            return httpx.Response(200, json=health)
        if request.url.path == "/api/v1/identities":
            return httpx.Response(200, json=[])
        return identify(request)

    client = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://reid")
    return RemoteCatalogue(client, pauses_s=(0, 0))


def problem(status, code):
    return httpx.Response(status, json={"detail": "because", "code": code})


@pytest.fixture
def known(client, work, painted):
    """A catalogue of two animals, two photos each."""
    for animal in (1, 2):
        files = [("files", (f"{v}.jpg", painted(animal, v), "image/jpeg")) for v in (0, 1)]
        form = {"station": "A", "flank": "left", "encounter": f"e{animal}"}
        files = client.post("/api/v1/photos", files=files, data=form).json()["files"]
        work()
        url = f"/api/v1/encounters/{files[0]['encounter_id']}/decisions"
        client.post(url, json={"kind": "new", "name": f"L{animal:03}"}).raise_for_status()
    return client


@pytest.fixture(params=["over HTTP", "in this process"])
def catalogue(request, known, app):
    if request.param == "over HTTP":
        return RemoteCatalogue(known)
    return EmbeddedCatalogue(app.state.components[Engine])


def test_both_ways_name_the_same_animal(catalogue, painted):
    answer = catalogue.identify(painted(2, view=7), Flank.LEFT)
    assert answer.candidates[0].identity == "L002"
    assert (catalogue.model, answer.model) == ("fake@1", "fake@1")


@pytest.mark.parametrize(
    ("photo", "code"), [(b"", "unreadable_image"), (b"text" * 99, "unreadable_image")]
)
def test_both_ways_refuse_what_is_no_photo(catalogue, photo, code):
    with pytest.raises(InputError) as refused:
        catalogue.identify(photo, Flank.LEFT)
    assert refused.value.code == code


def test_both_ways_call_a_tiny_crop_unusable(catalogue):
    with pytest.raises(UnusableCrop):
        catalogue.identify(encode_jpeg(np.full((20, 20, 3), 90, np.uint8)), Flank.LEFT)


def test_an_archive_is_identified_over_http(known, painted, tmp_path):
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / "барс-豹.jpg").write_bytes(painted(1, view=5))  # noqa: RUF001
    (folder / "empty.jpg").write_bytes(b"")
    plan = RunPlan(flank=Flank.LEFT)
    result = archive(folder, tmp_path / "out", RemoteCatalogue(known), plan=plan)
    assert result.statuses[Status.UNREADABLE] == 1
    assert sum(result.statuses.values()) == 2
    assert Status.FAILED not in result.statuses


@pytest.mark.parametrize(("flanks", "name"), [("left right", "L001"), ("right left", "L002")])
def test_each_photo_of_a_question_has_its_own_flank_over_http(known, painted, flanks, name):
    files = [("files", ("a.jpg", painted(animal, view=5))) for animal in (1, 2)]
    answer = known.post("/api/v1/identify", files=files, data={"flank": flanks.split()}).json()
    assert answer["candidates"][0]["identity"] == name


@pytest.mark.parametrize(("flank", "status"), [("", 200), ("unknown", 200), ("front", 422)])
def test_a_flank_that_is_left_empty_is_unknown_and_another_word_is_none(
    known, painted, flank, status
):
    files = [("files", ("a.jpg", painted(1, view=5)))]
    answer = known.post("/api/v1/identify", files=files, data={"flank": flank})
    assert answer.status_code == status


def test_a_decision_changes_the_state_of_the_catalogue(known, catalogue):
    encounter = known.get("/api/v1/encounters?state=decided").json()["encounters"][0]["id"]
    url = f"/api/v1/encounters/{encounter}/decisions"
    known.post(url, json={"kind": "withdrawn"}).raise_for_status()
    later = (
        RemoteCatalogue(known)
        if isinstance(catalogue, RemoteCatalogue)
        else EmbeddedCatalogue(catalogue._engine)
    )
    assert later.state != catalogue.state


def test_a_service_gets_the_flank_of_each_photo(tmp_path):
    (tmp_path / "1.jpg").write_bytes(b"photo")
    said = []

    def identify(request):
        said.extend(re.findall(rb'name="flank"\r\n\r\n(\w+)', request.read()))
        return httpx.Response(200, json=ANSWER)

    photos = [
        QueryPhoto(
            IdentifyingPhoto("1.jpg", tmp_path / "1.jpg", "", (0, 0, 9, 9), None, flank), None
        )
        for flank in (Flank.RIGHT, Flank.UNKNOWN)
    ]
    remote(identify).identify_encounter(photos)
    assert said == [b"right", b"unknown"]


def test_the_answer_of_a_service_becomes_values():
    answer = remote(lambda _: httpx.Response(200, json=ANSWER)).identify(b"x", Flank.LEFT)
    assert answer.verdict is Verdict.SAME
    assert answer.candidates[0].identity == "L001"


def test_a_short_outage_is_waited_for():
    answers = iter([httpx.Response(503), httpx.Response(502), httpx.Response(200, json=ANSWER)])
    assert remote(lambda _: next(answers)).identify(b"x", Flank.LEFT).model == "fake@1"


def test_a_lasting_outage_is_no_fault_of_the_photo():
    def down(request):
        raise httpx.ConnectError("refused", request=request)

    for service in (down, lambda _: httpx.Response(503), lambda _: problem(409, "mismatch")):
        with pytest.raises(ConnectionError):
            remote(service).identify(b"x", Flank.LEFT)


def test_a_service_is_asked_again_when_it_says(monkeypatch):
    pauses = []
    monkeypatch.setattr(catalogue_client, "sleep", pauses.append)
    told = {"retry-after": "7"}, {"retry-after": "900"}
    answers = iter(
        [*(httpx.Response(429, headers=one) for one in told), httpx.Response(200, json=ANSWER)]
    )
    remote(lambda _: next(answers)).identify(b"x", Flank.LEFT)
    assert pauses == [7, catalogue_client.LONGEST_PAUSE_S]


@pytest.mark.parametrize(("status", "code"), [(413, "too_large"), (422, "image_too_large")])
def test_a_refused_photo_keeps_the_code_of_the_service(status, code):
    with pytest.raises(InputError, match="because") as refused:
        remote(lambda _: problem(status, code)).identify(b"x", Flank.LEFT)
    assert refused.value.code == code


def test_a_defect_of_the_service_is_neither():
    with pytest.raises(RuntimeError, match="because"):
        remote(lambda _: problem(500, "internal_error")).identify(b"x", Flank.LEFT)


def test_what_is_not_our_service_is_a_usage_error():
    with pytest.raises(BadSettings, match="no leopard-reid service"):
        remote(None, health={"hello": "world"})


def test_a_folder_without_catalogue_is_a_usage_error(tmp_path):
    with pytest.raises(BadSettings, match="no catalogue"):
        open_catalogue(str(tmp_path))
