"""Real processes, killed with SIGKILL: an answered upload is there afterwards and gets embedded."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest
from PIL import Image

FAKE = Path(__file__).parent.parent.parent / "fake_service.py"
pytestmark = pytest.mark.slow


class Service:
    """A service with its worker over one folder; may be killed and started again."""

    def __init__(self, folder, **environment):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        settings = {"REID_DATA_DIR": folder, "REID_PORT": port, "REID_POLL_S": 0.05}
        settings |= {"REID_LEASE_S": 2, **environment}
        self.environment = os.environ | {name: str(value) for name, value in settings.items()}

    def start(self):
        self.process = subprocess.Popen([sys.executable, FAKE, "serve"], env=self.environment)
        self.wait_until(lambda: self.get("/health")["database"] == "ok")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def get(self, path):
        return httpx.get(self.url + path, timeout=10).json()

    def upload(self, *photos):
        files = [("files", (f"{n}.jpg", photo)) for n, photo in enumerate(photos)]
        answer = httpx.post(f"{self.url}/api/v1/photos", files=files, timeout=30)
        assert answer.status_code == 201
        return answer.json()

    def states(self, upload):
        files = self.get(f"/api/v1/uploads/{upload['id']}")["files"]
        return [(one["state"], one["error_code"]) for one in files]

    def wait_until(self, condition, at_most_s=180):
        end = monotonic() + at_most_s
        while True:
            try:
                if condition():
                    return
            except (httpx.HTTPError, KeyError):
                pass
            assert monotonic() < end, "waited too long"
            sleep(0.05)

    def worker_process(self):
        """Number of the process that the service keeps beside it."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        children = [number for task in tasks for number in (task / "children").read_text().split()]
        return int(children[0]) if children else None


@pytest.fixture
def start(tmp_path):
    """start(**environment) -> a running Service; ended with the test."""
    services = []

    def run(**environment):
        service = Service(tmp_path / "var", **environment)
        services.append(service)
        service.start()
        return service

    yield run
    for service in services:
        service.process.terminate()
        service.process.wait()


def test_a_killed_service_loses_no_upload(start, painted):
    service = start()
    upload = service.upload(*(painted(n) for n in range(10)))
    service.kill()
    service.start()
    service.wait_until(lambda: service.states(upload) == [("embedded", None)] * 10)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the worker by /proc")
def test_a_killed_worker_loses_no_upload_and_is_started_again(start, painted):
    service = start()
    service.wait_until(service.worker_process)
    first = service.worker_process()
    upload = service.upload(*(painted(n) for n in range(30)))
    os.kill(first, signal.SIGKILL)
    service.wait_until(lambda: service.states(upload) == [("embedded", None)] * 30)
    assert service.worker_process() not in {None, first}


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the worker by /proc")
def test_a_worker_ends_with_its_killed_service_even_if_it_has_just_begun(start):
    service = start()
    service.wait_until(service.worker_process)
    orphan = service.worker_process()
    service.kill()
    service.wait_until(lambda: not Path(f"/proc/{orphan}").exists())
    service.start()


def test_a_photo_that_kills_its_worker_is_failed_and_the_others_are_embedded(
    start, painted, tmp_path
):
    poison = tmp_path / "poison.png"
    Image.new("RGB", (200, 100), (255, 0, 255)).save(poison)
    service = start(REID_TEST_DEADLY=1, REID_MAX_ATTEMPTS=2)
    upload = service.upload(painted(1), poison.read_bytes(), painted(2))
    expected = [("embedded", None), ("failed", "worker_died"), ("embedded", None)]
    service.wait_until(lambda: service.states(upload) == expected)


def test_a_service_killed_after_the_statement_embeds_all_of_it_again(start, painted):
    service = start()
    upload = service.upload(*[painted(n) for n in range(12)])
    service.wait_until(lambda: {s for s, _ in service.states(upload)} == {"embedded"})
    ids = [file["photo_id"] for file in upload["files"]]
    body = {"of": {"photos": ids}, "change": {"flank": "left"}, "reviewer": "Anna"}
    answer = httpx.post(f"{service.url}/api/v1/corrections", json=body, timeout=30)
    assert answer.json()["pending"] == 12
    service.kill()  # between the statement and the embedding
    service.start()
    service.wait_until(lambda: {s for s, _ in service.states(upload)} == {"embedded"})
    shown = [service.get(f"/api/v1/photos/{one}")["annotations"][0] for one in ids]
    assert {one["flank"] for one in shown} == {"left"}
    assert service.get("/api/v1/corrections")["total"] == 1


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the worker by /proc")
def test_a_service_that_is_stopped_waits_for_its_worker(start, painted):
    service = start()
    service.wait_until(service.worker_process)
    service.upload(*(painted(n) for n in range(10)))
    worker = service.worker_process()
    slow = socket.create_connection(("127.0.0.1", int(service.url.rsplit(":", 1)[1])))
    slow.sendall(b"POST /api/v1/photos HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n")
    began = monotonic()
    service.process.terminate()
    assert service.process.wait(timeout=40) == 0
    assert not Path(f"/proc/{worker}").exists()
    assert monotonic() - began < 35
    slow.close()
    service.start()
    assert service.get("/health")["database"] == "ok"
