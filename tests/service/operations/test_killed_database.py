"""PostgreSQL is killed with all of its processes while a service and a worker run over it."""

import hashlib
import os
import socket
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import httpx
import postgresql as postgresql_server
import pytest

FAKE = Path(__file__).parents[2] / "fake_service.py"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the server's processes by /proc"),
]


@pytest.fixture
def database():
    with postgresql_server.server(durable=True) as running:
        if running is None:
            pytest.skip(postgresql_server.NONE)
        yield running


@pytest.fixture
def address(database, tmp_path):
    """Of a service and its worker; neither is started again."""
    yield from served(database, tmp_path)


@pytest.fixture
def address_before(database, tmp_path):
    """The same, where the database is down and not started yet."""
    database.kill()
    yield from served(database, tmp_path)


def served(database, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {"REID_DATA_DIR": tmp_path, "REID_PORT": port, "REID_DATABASE_URL": database.url}
    given |= {"REID_POLL_S": 0.05, "REID_LEASE_S": 2}
    environment = os.environ | {name: str(value) for name, value in given.items()}
    process = subprocess.Popen([sys.executable, FAKE, "serve"], env=environment)
    yield f"http://127.0.0.1:{port}"
    assert process.poll() is None, "the service ended with its database"
    process.terminate()
    process.wait()


def until(true, at_most_s=180):
    end = monotonic() + at_most_s
    while True:
        try:
            if true():
                return
        except (httpx.TransportError, KeyError):
            pass
        assert monotonic() < end, "waited too long"
        sleep(0.1)


def send(address, number, photo):
    files = {"files": (f"{number}.jpg", photo)}
    return httpx.post(f"{address}/api/v1/photos", files=files, timeout=30)


def test_a_killed_database_loses_and_doubles_nothing_and_is_said_as_come_again(
    address, database, painted
):
    photos = [painted(n) for n in range(8)]
    until(lambda: httpx.get(f"{address}/health", timeout=10).json()["status"] == "ok")
    assert [send(address, n, photo).status_code for n, photo in enumerate(photos[:5])] == [201] * 5
    database.kill()  # while the worker is at work
    refused = send(address, 5, photos[5])
    assert (refused.status_code, refused.json()["code"]) == (503, "database_unreachable")
    assert int(refused.headers["retry-after"]) > 0
    assert httpx.get(f"{address}/health", timeout=10).json()["status"] == "down"
    database.start()
    until(lambda: all(send(address, n, photo).is_success for n, photo in enumerate(photos)))

    def animals(photo):
        photo_id = hashlib.sha256(photo).hexdigest()
        return httpx.get(f"{address}/api/v1/photos/{photo_id}", timeout=10).json()["annotations"]

    until(lambda: all([a["state"] for a in animals(p)] == ["embedded"] for p in photos))


def test_a_service_that_starts_before_its_database_waits_for_it(database, address_before):
    sleep(2)
    database.start()
    until(lambda: httpx.get(f"{address_before}/health", timeout=10).json()["status"] == "ok")
