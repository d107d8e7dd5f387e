"""Who sends half a request, or too many: over real sockets, against the real server."""

import asyncio
import os
import re
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
import uvicorn
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from service.operations.patience import PatientProtocol
from service.operations.serving import listening_socket
from service.web.crowd import RequestCrowd
from service.web.limits import BodyLimit

FAKE = Path(__file__).parent.parent.parent / "fake_service.py"


class Hasty(PatientProtocol):
    """The same with short limits."""

    head_s, most_connections = 0.5, 8


@contextmanager
def served(app, protocol=Hasty):
    """The port of a server of this app, in a thread."""
    config = uvicorn.Config(app, port=0, log_level="critical", http=protocol, lifespan="off")
    server, listening = uvicorn.Server(config), config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join()


async def echoing(scope, receive, send):
    """Answers how many bytes came."""
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


@pytest.fixture(scope="module")
def port():
    """A server that reads bodies, with a fiftieth of the patience of ours."""
    with served(BodyLimit(ExceptionMiddleware(echoing), 10_000_000, patience=0.02)) as number:
        yield number


def opened(port, data=b""):
    """A connection that sent this."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(data)
    return connection


def ended(connection):
    """What is answered until the server closes the connection."""
    answer = b""
    while part := connection.recv(1000):
        answer += part
    return answer


def asked(port, path="/"):
    """The status of a whole request."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    with closing(connection):
        connection.request("GET", path)
        return connection.getresponse().status


def test_a_connection_that_sends_nothing_or_half_a_head_is_closed(port):
    started = time.monotonic()
    for half in (b"", b"GET / HT", b"GET / HTTP/1.1\r\nhost: x\r\nx-long: "):
        with opened(port, half) as connection:
            assert ended(connection).startswith(b"HTTP/1.1 408")
    assert time.monotonic() - started < 8


def test_a_head_that_trickles_in_byte_by_byte_does_not_last_longer(port):
    started = time.monotonic()
    with opened(port, b"GET / HTTP/1.1\r\nx: ") as connection, pytest.raises(OSError):
        while time.monotonic() - started < 10:
            connection.sendall(b"y")
            time.sleep(0.05)
    assert time.monotonic() - started < 5


def test_a_second_head_on_a_kept_connection_has_no_longer(port):
    with opened(port, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n") as connection:
        answer = b""
        while not answer.endswith(b"\r\n\r\n0"):
            answer += connection.recv(1000)
        connection.sendall(b"GET / HT")
        assert b"408" in ended(connection)


def test_a_body_that_stops_is_refused_and_its_connection_closed(port):
    head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf"
    with opened(port, head) as connection:
        assert ended(connection).startswith(b"HTTP/1.1 408")


def test_a_slow_body_that_goes_on_is_taken(port):
    head = b"POST /upload HTTP/1.1\r\nhost: x\r\ncontent-length: 6\r\nconnection: close\r\n\r\n"
    with opened(port, head) as connection:
        for _ in range(6):
            time.sleep(0.1)
            connection.sendall(b"x")
        assert ended(connection).endswith(b"\r\n\r\n6")


def test_an_answer_that_nobody_reads_is_given_up():
    gave_up = threading.Event()

    async def endless(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            while True:
                part = b"x" * 1_000_000
                await send({"type": "http.response.body", "body": part, "more_body": True})
        except TimeoutError:
            gave_up.set()

    with (
        served(BodyLimit(endless, 1000, patience=0.01)) as number,
        opened(number, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"),
    ):
        assert gave_up.wait(10)


def test_160_half_sent_requests_keep_nobody_out(port):
    with ExitStack() as many:
        for _ in range(160):
            many.enter_context(opened(port, b"POST / HTTP/1.1\r\n"))
        started = time.monotonic()
        assert asked(port) == 200
        assert time.monotonic() - started < 2


def test_requests_beyond_the_limit_are_told_to_come_again_and_health_answers():
    let_go = threading.Event()

    async def waits(scope, receive, send):
        while scope["path"] == "/slow" and not let_go.is_set():
            await asyncio.sleep(0.01)
        await PlainTextResponse("done")(scope, receive, send)

    with served(RequestCrowd(waits, most=3)) as number:
        slow = [opened(number, b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n") for _ in range(3)]
        time.sleep(0.3)
        with opened(number, b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n") as refused:
            said = ended(refused).lower()
        assert said.startswith(b"http/1.1 503")
        assert b"retry-after: 2" in said
        assert b'"code":"busy"' in said
        assert asked(number, "/health") == 200
        let_go.set()
        for connection in slow:
            with connection:
                assert b"200 OK" in connection.recv(1000)
        assert asked(number) == 200, "who has been answered is no longer counted"


class Working:
    """An app that says how many requests are worked on; those of /slow wait to be let go."""

    def __init__(self):
        self.now, self.most, self.let_go = 0, 0, threading.Event()

    async def __call__(self, scope, receive, send):
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.05)
        while scope["path"] == "/slow" and not self.let_go.is_set():
            await asyncio.sleep(0.01)
        self.now -= 1
        await PlainTextResponse("done")(scope, receive, send)


def test_few_are_worked_on_at_once_and_the_others_wait_for_their_turn():
    working = Working()
    with served(RequestCrowd(working, at_work=2)) as number, ThreadPoolExecutor(6) as clients:
        assert list(clients.map(asked, [number] * 6)) == [200] * 6
    assert working.most == 2


def test_who_waits_long_for_a_turn_goes_on_without_one():
    working = Working()
    with served(RequestCrowd(working, at_work=1, turn_s=0.2)) as number:
        with opened(number, b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n") as slow:
            time.sleep(0.1)
            assert asked(number) == 200
            working.let_go.set()
            assert b"200 OK" in slow.recv(1000)
        assert asked(number) == 200


def test_who_reads_an_answer_slowly_keeps_no_turn():
    let_go = threading.Event()

    async def begun(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while scope["path"] == "/slow" and not let_go.is_set():
            await asyncio.sleep(0.01)
        await send({"type": "http.response.body", "body": b"done"})

    with (
        served(RequestCrowd(begun, at_work=1, turn_s=20)) as number,
        opened(number, b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n"),
    ):
        time.sleep(0.1)
        started = time.monotonic()
        assert asked(number) == 200
        assert time.monotonic() - started < 5
        let_go.set()


def test_an_answer_is_sent_at_once_and_does_not_wait_until_its_head_is_confirmed():
    with closing(listening_socket(uvicorn.Config(echoing, port=0))) as ours:
        ours.listen()
        with opened(ours.getsockname()[1]):
            accepted, _ = ours.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_where_all_connections_are_being_answered_a_new_one_is_told_to_come_again():
    let_go = threading.Event()

    async def waits(scope, receive, send):
        while not let_go.is_set():
            await asyncio.sleep(0.01)
        await PlainTextResponse("done")(scope, receive, send)

    with served(waits) as number, ExitStack() as many:
        for _ in range(8):
            many.enter_context(opened(number, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"))
        time.sleep(0.3)
        with opened(number) as ninth:
            assert ended(ninth).startswith(b"HTTP/1.1 503")
        let_go.set()


@pytest.mark.slow
def test_the_service_itself_closes_half_sent_requests_and_answers_meanwhile(tmp_path):
    folder = tmp_path / "var"
    given = {"REID_DATA_DIR": str(folder), "REID_PORT": "0"}
    command = [sys.executable, FAKE, "serve", "--no-worker"]
    process = subprocess.Popen(
        command, env={**os.environ, **given}, stdout=subprocess.PIPE, text=True
    )
    try:
        line = next(line for line in process.stdout if "is ready" in line)
        number = int(re.search(r":(\d+) ", line)[1])
        with ExitStack() as many:
            half = [
                many.enter_context(opened(number, b"POST /login HTTP/1.1\r\n")) for _ in range(160)
            ]
            assert asked(number, "/health") in {200, 503}
            half[0].settimeout(30)
            assert ended(half[0]).startswith(b"HTTP/1.1 408")
    finally:
        process.terminate()
        process.communicate(timeout=40)
