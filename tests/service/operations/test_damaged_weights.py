"""Weights that were changed on the disk are not used: the service says so and takes photos on."""

from threading import Event
from time import monotonic, sleep

import pytest
from fake_embedder import fake_recognition
from painted_package import write_weights
from starlette.testclient import TestClient

from reid.errors import ChecksumMismatch
from service.app import create_app
from service.recognition.network import load_embedder

API = "/api/v1"
ADDRESS = "http://127.0.0.1"


@pytest.fixture
def changed(settings, tmp_path):
    """Settings of a service whose weights have one other byte."""
    (tmp_path / "weights").mkdir()
    folder = write_weights(tmp_path / "weights")
    (file,) = folder.glob("*.safetensors")
    file.write_bytes(file.read_bytes()[:-1] + b"\x55")
    return settings.model_copy(update={"weights_dir": folder, "model": "rosette@9"})


def health(client, status):
    """What /health says as soon as it says this status."""
    end = monotonic() + 30
    while (answer := client.get("/health")).json()["status"] != status:
        assert monotonic() < end, answer.text
        sleep(0.02)
    return answer


def sent(client, photo):
    files = [("files", ("a.jpg", photo))]
    return client.post(f"{API}/photos", files=files, data={"flank": "left"})


def test_a_service_with_changed_weights_says_so_keeps_photos_and_shows_them(changed, painted):
    with TestClient(create_app(changed), base_url=ADDRESS) as client:
        said = health(client, "down")
        assert said.status_code == 503
        assert "rosette@9.safetensors" in said.json()["model"]
        kept = sent(client, painted(1))
        assert kept.status_code == 201
        photo = kept.json()["files"][0]["photo_id"]
        assert client.get(f"{API}/photos/{photo}/image").status_code == 200
        asked = client.post(f"{API}/identify", files=[("files", ("a.jpg", painted(1)))])
        assert (asked.status_code, asked.json()["code"]) == (503, "checksum_mismatch")


def test_a_worker_does_not_embed_with_changed_weights(changed):
    with pytest.raises(ChecksumMismatch, match=r"rosette@9\.safetensors"):
        load_embedder(changed)


def test_while_the_network_is_loaded_health_and_pages_say_so(settings, painted):
    go_on = Event()

    def slowly(given):
        go_on.wait(60)
        return fake_recognition(given)

    with TestClient(create_app(settings, load=slowly), base_url=ADDRESS) as client:
        try:
            said = health(client, "starting")
            assert (said.status_code, said.json()["model"]) == (200, "loading")
            encounter = sent(client, painted(1)).json()["files"][0]["encounter_id"]
            page = client.get(f"/encounters/{encounter}/posterior").text
            assert "The network is being loaded." in page
        finally:
            go_on.set()
        health(client, "degraded")  # there is no worker
        page = client.get(f"/encounters/{encounter}/posterior").text
        assert "The network is being loaded." not in page
