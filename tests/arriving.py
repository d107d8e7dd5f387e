"""What tests of files that arrive in pieces share: the words of tus over HTTP."""

import base64
import hashlib
import socket
from contextlib import contextmanager
from threading import Thread
from time import monotonic, sleep

import uvicorn

from service.operations.patience import PatientProtocol

PLACE = "/api/v1/arriving-files"
PHOTOS = "/api/v1/photos"
TUS = {"tus-resumable": "1.0.0"}
STREAM = "application/offset+octet-stream"


def metadata(**said):
    return ",".join(
        f"{key} {base64.b64encode(text.encode()).decode()}" for key, text in said.items()
    )


def announce(client, data, name="a.jpg", *, length=None, known_by_hash=True, **headers):
    """The answer to the announcement of a file."""
    said = {"filename": name}
    if known_by_hash:
        said["sha256"] = hashlib.sha256(data).hexdigest()
    length = len(data) if length is None else length
    of_file = {"upload-length": str(length), "upload-metadata": metadata(**said)}
    return client.post(PLACE, headers=TUS | of_file | headers)


def begun(client, data, name="a.jpg", **more):
    """Where the bytes of a new file go."""
    answer = announce(client, data, name, **more)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


def send(client, place, data, offset=0, **headers):
    """The answer to bytes from an offset on."""
    of_part = {"upload-offset": str(offset), "content-type": STREAM}
    return client.patch(place, content=data, headers=TUS | of_part | headers)


def offset(client, place):
    """How many bytes are here."""
    answer = client.head(place, headers=TUS)
    assert answer.status_code == 200, answer.status_code
    return int(answer.headers["upload-offset"])


def take(client, place, **said):
    """The answer to the wish that a file be taken in."""
    return client.post(PHOTOS, data={"arrived": place.rpartition("/")[2], **said})


def code(answer):
    return answer.status_code, answer.json()["code"]


@contextmanager
def served(app):
    """The port of a real server of this app, in a thread."""
    config = uvicorn.Config(app, port=0, log_level="critical", http=PatientProtocol)
    server, listening = uvicorn.Server(config), config.bind_socket()
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        until(lambda: server.started)
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def half_sent(port, place, data, length, offset=0, cookie=""):
    """A connection that announces `length` bytes of a body and sends these."""
    head = (
        f"PATCH {place} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ntus-resumable: 1.0.0\r\n"
        f"upload-offset: {offset}\r\ncontent-type: {STREAM}\r\ncontent-length: {length}\r\n"
        f"{f'cookie: {cookie}' if cookie else 'x: y'}\r\n\r\n"
    )
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(head.encode() + data)
    return connection


def until(true, seconds=20):
    """Wait for a condition."""
    end = monotonic() + seconds
    while not true():
        assert monotonic() < end, "it did not happen"
        sleep(0.01)
