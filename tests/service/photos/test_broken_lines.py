"""Lines that break: over real sockets, against the real server, which may be killed."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from random import Random

import httpx
import pytest
from arriving import announce, begun, code, half_sent, offset, send, served, take, until
from cut_line import CutLine
from fake_embedder import fake_recognition
from killed_parts import free_port
from piecewise import PiecewiseClient
from sqlalchemy import func, select

from service.app import create_app
from service.photos.arriving import ArrivingFiles
from service.store.arriving_bytes import ArrivingBytes
from service.store.database import Database
from service.store.errors import AnotherOffset
from service.store.files import PhotoFiles, digest
from service.store.tables.photos import photo

FAKE = Path(__file__).parents[2] / "fake_service.py"


@pytest.fixture
def port(app):
    """Of a real server."""
    with served(app) as number:
        yield number


@pytest.fixture
def far(port):
    """A client of it over sockets."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:
        yield client


def test_a_file_whose_connection_was_closed_in_the_middle_goes_on_there(far, port, painted, app):
    data = painted(1, size=(900, 700))
    place = begun(far, data)
    half_sent(port, place, data[:70_000], len(data)).close()
    until(lambda: offset(far, place) == 70_000)
    assert code(send(far, place, data)) == (409, "another_offset")
    assert send(far, place, data[70_000:], 70_000).status_code == 204
    photo_id = take(far, place).json()["files"][0]["photo_id"]
    assert app.state.components[PhotoFiles].get(photo_id) == data


def test_a_connection_that_hangs_keeps_nobody_from_going_on(far, port, painted):
    data = painted(1)
    place = begun(far, data)
    with closing(half_sent(port, place, data[:1000], len(data))) as hanging:
        hanging.sendall(data[1000:1200])
        assert announce(far, data).headers["location"] == place
        here = offset(far, place)
        assert send(far, place, data[here:], here).status_code == 204
        hanging.sendall(data[1200:])  # too late: what it would write is here
    taken = take(far, place)
    assert (taken.status_code, taken.json()["files"][0]["photo_id"]) == (201, digest(data))


def test_two_services_over_one_folder_take_turns_at_one_file(settings, far, painted):
    data = painted(1)
    place = begun(far, data)
    send(far, place, data[:500])
    other = create_app(settings, load=fake_recognition)
    with served(other) as number:
        second = httpx.Client(base_url=f"http://127.0.0.1:{number}", trust_env=False, timeout=60)
        with second:
            assert send(second, place, data[500:900], 500).status_code == 204
            assert send(far, place, data[900:], 900).status_code == 204
            assert take(second, place).json()["files"][0]["photo_id"] == digest(data)
            assert take(far, place).json()["files"][0]["created"]


def test_bytes_that_a_killed_service_left_go_when_their_client_asks_again(settings, far, painted):
    data = painted(1)
    place = begun(far, data)
    send(far, place, data)
    assert take(far, place).status_code == 201
    kept = ArrivingBytes(settings.data_dir)
    kept.append(place.rpartition("/")[2], 0, data)  # as if it was killed before it removed them
    assert take(far, place).status_code == 201
    assert list(kept.untouched(-60)) == []


def test_who_goes_on_with_bytes_that_were_removed_leaves_nothing_behind(settings):
    kept = ArrivingBytes(settings.data_dir)
    assert kept.append("0" * 32, 0, b"half") == 4
    assert kept.append("0" * 32, 4, b" of it") == 10
    kept.remove("0" * 32)
    with pytest.raises(AnotherOffset):
        kept.append("0" * 32, 10, b"more")
    assert list(kept.untouched(-60)) == []


def test_photos_sent_over_a_line_that_is_cut_are_each_there_once(app, port, painted):
    photos = {f"{n}.jpg": painted(n, size=(700, 500)) for n in range(12)}
    line = CutLine([port], Random(4), 90_000)  # noqa: S311
    with line.port() as number:
        address = f"http://127.0.0.1:{number}"
        with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
            sender = PiecewiseClient(client)
            upload = sender.upload()
            answers = [sender.send(name, data, upload) for name, data in photos.items()]
    assert {answer.status_code for answer in answers} == {201}
    assert line.cuts > 5
    with app.state.components[Database].read() as connection:
        assert connection.scalar(select(func.count()).select_from(photo)) == len(photos)
    for data in photos.values():
        assert app.state.components[PhotoFiles].get(digest(data)) == data
    assert line.sent < 1.6 * sum(map(len, photos.values())), "little is sent twice"
    assert not list(app.state.components[ArrivingFiles]._bytes._folder.glob("*"))


@pytest.mark.slow
def test_what_arrived_survives_kill_9_of_the_service(tmp_path, painted):
    number, data = free_port(), painted(1, size=(1800, 1400))
    given = {**os.environ, "REID_DATA_DIR": str(tmp_path), "REID_PORT": str(number)}
    command = [sys.executable, str(FAKE), "serve", "--no-worker"]
    with httpx.Client(base_url=f"http://127.0.0.1:{number}", trust_env=False, timeout=60) as client:

        def answers():
            try:
                return client.get("/health").status_code in {200, 503}
            except httpx.TransportError:
                return False

        for kill in (True, False):
            service = subprocess.Popen(command, env=given, stdout=subprocess.DEVNULL)
            try:
                until(answers, 60)
                place = announce(client, data).headers["location"]
                if kill:
                    hanging = half_sent(number, place, data[:300_000], len(data))
                    until(lambda at=place: offset(client, at) >= 256_000)
                    service.send_signal(signal.SIGKILL)
                    hanging.close()
                else:
                    here = offset(client, place)
                    assert here >= 256_000
                    assert send(client, place, data[here:], here).status_code == 204
                    assert take(client, place).json()["files"][0]["photo_id"] == digest(data)
            finally:
                service.kill()
                service.wait()
