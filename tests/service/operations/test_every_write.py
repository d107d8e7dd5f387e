"""A disk that is full, or can only be read, at any of the writes of a request: said, and all whole.

A real disk of a few megabytes; a file of ballast leaves so many bytes, from none to enough.
"""

import os
import subprocess

import arriving
import pytest
from arriving import announce, take
from fake_embedder import fake_recognition
from small_disk import small_disk
from starlette.testclient import TestClient

from service.app import create_app
from service.operations import restoring
from service.operations.verifying import verify
from service.settings import Settings
from service.store.database import Database
from service.store.files import PhotoFiles

API = "/api/v1"
STEP = 16 * 1024
SAID = {(507, "storage_full"), (503, "storage_read_only"), (503, "storage_trouble")}


@pytest.fixture
def disk(tmp_path):
    """A small disk."""
    with small_disk(tmp_path / "disk", "16m") as folder:
        yield folder


@pytest.fixture
def served(disk, settings, painted):
    """The service with all that it keeps on that disk, and a photo in it."""
    app = create_app(
        settings.model_copy(update={"data_dir": disk / "var"}), load=fake_recognition, busy_s=0.2
    )
    with TestClient(app, base_url="http://127.0.0.1") as client:
        assert send(client, painted(0)).status_code == 201
        yield app, client


def send(client, data):
    return client.post(f"{API}/photos", files=[("files", ("a.jpg", data))])


def leave(disk, free):
    """So many bytes and no more stay free."""
    ballast = disk / "ballast"
    ballast.unlink(missing_ok=True)
    there = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    with ballast.open("wb") as file:
        file.write(bytes(max(there - free, 0)))


def an_upload(client, painted, n):
    return send(client, painted(n, size=(600, 400)))


def a_decision(client, painted, n):
    return client.post(f"{API}/encounters/1/decisions", json={"kind": "new", "name": f"A{n}"})


def a_correction(client, painted, n):
    body = {"of": {"upload": 1}, "change": {"notes": f"no {n} " * 100}}
    body |= {"reviewer": "Anna", "reason": "looked again"}
    return client.post(f"{API}/corrections", json=body)


def a_file_in_pieces(client, painted, n):
    data = painted(1000 + n, size=(600, 400))
    made = announce(client, data)
    if not made.is_success:
        return made
    arrived = arriving.send(client, made.headers["location"], data)
    return take(client, made.headers["location"]) if arrived.is_success else arrived


ACTS = (an_upload, a_decision, a_correction, a_file_in_pieces)


def whole(app):
    """Every photo of the catalogue has its bytes, and the database says nothing against itself."""
    parts = app.state.components
    found = verify(parts[Settings], parts[Database], parts[PhotoFiles])
    return found.findings == []


@pytest.mark.slow
@pytest.mark.parametrize("act", ACTS, ids=lambda one: one.__name__)
def test_a_disk_that_is_full_at_any_write_is_said_and_leaves_all_whole(disk, served, painted, act):
    app, client = served
    said = []
    for n in range(1, 16):
        leave(disk, (n - 1) * STEP)
        answer = act(client, painted, n)
        said.append(answer.status_code)
        assert answer.is_success or (answer.status_code, answer.json()["code"]) in SAID
        assert answer.is_success or int(answer.headers["retry-after"]) > 0
        leave(disk, 4 << 20)
        assert whole(app)
        assert act(client, painted, 100 + n).is_success, "there is room again"
    assert said[0] == 507
    assert said[-1] < 300


def test_a_disk_that_can_only_be_read_is_said_by_every_request(disk, served, painted):
    app, client = served
    a_decision(client, painted, 1)
    app.state.components[Database].close()  # a disk with open files cannot be mounted anew
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    try:
        looks = [lambda *_, at=at: client.get(at) for at in ("/encounters/1", f"{API}/encounters")]
        for request in (*ACTS, *looks):
            answer = request(client, painted, 2)
            assert answer.status_code == 503, request
            assert int(answer.headers["retry-after"]) > 0
            assert answer.json()["code"] == "storage_read_only"
        assert client.get("/health").json()["storage"] == "storage_read_only"
    finally:
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    assert whole(app)
    for act in ACTS:
        assert act(client, painted, 3).is_success


def test_a_backup_for_which_there_is_no_room_adds_no_state_and_keeps_those_that_are_there(
    disk, settings, client, painted, ended
):
    kept = disk / "kept"
    send(client, painted(1, size=(600, 400)))
    line = ("backup", kept, "--data-dir", settings.data_dir)
    assert ended(*line) == 0
    (first,) = (kept / "states").iterdir()
    send(client, painted(2, size=(600, 400)))
    for free in range(0, 24 * STEP, 3 * STEP):
        leave(disk, free)
        (said,) = str(ended(*line)).splitlines()
        assert "the disk is full" in said
        assert str(settings.data_dir) not in said
        assert list((kept / "states").iterdir()) == [first]
        restoring.checked(kept, first)
    leave(disk, 8 << 20)
    assert ended(*line) == 0
    assert len(list((kept / "states").iterdir())) == 2
