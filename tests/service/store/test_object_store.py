"""Photos in an object store: a real server that speaks S3, over HTTP.

Needs `pip install s3fs 'moto[s3,server]'`, which the tests do not install.
"""

import httpx
import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.store.errors import PhotoFileChanged, PhotoFileMissing
from service.store.files import PhotoFiles, digest

pytest.importorskip("s3fs", reason="s3fs is not installed: see docs/settings.md")
moto = pytest.importorskip("moto.server", reason="moto is not installed: see this file")

from fake_embedder import fake_recognition  # noqa: E402  after what may be missing

PHOTO = b"the bytes of a photo"


@pytest.fixture
def server(monkeypatch):
    """A server with the bucket "leopards"; s3fs finds it by the environment."""
    server = moto.ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "some")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "thing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    httpx.post(f"http://{host}:{port}/moto-api/reset")
    s3fs.S3FileSystem().mkdir("leopards")
    yield server
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


@pytest.fixture
def files(server):
    return PhotoFiles("s3://leopards/photos")


def test_bytes_come_back_once_and_are_listed(files):
    number = files.put(PHOTO)
    assert files.put(PHOTO) == number == digest(PHOTO)
    assert files.get(number) == PHOTO
    assert files.size(number) == len(PHOTO)
    assert list(files.ids()) == [number]
    assert files.folder is None


def test_what_another_process_did_is_seen(files):
    number = files.put(PHOTO)
    assert files.size(number) == len(PHOTO)
    assert list(files.ids()) == [number]
    files._fs.clear_instance_cache()  # another process has none of this one's
    other = PhotoFiles("s3://leopards/photos")
    other.erase(number)
    second = other.put(b"another photo")
    assert files.size(number) is None
    assert list(files.ids()) == [second]


def test_changed_and_missing_bytes_are_named_and_the_right_bytes_repair_them(files):
    number = files.put(PHOTO)
    files._fs.pipe_file(files._path(number), b"other bytes")
    with pytest.raises(PhotoFileChanged):
        files.get(number)
    files.put(PHOTO)
    assert files.get(number) == PHOTO
    files.erase(number)
    with pytest.raises(PhotoFileMissing):
        files.get(number)


def test_the_store_says_whose_it_is(files):
    assert files.mark() is None
    files.belong_to("catalogue-1")
    assert files.mark() == "catalogue-1"


@pytest.fixture
def client(settings, server):
    app = create_app(
        settings.model_copy(update={"photos_url": "s3://leopards/photos"}), load=fake_recognition
    )
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


def test_a_photo_is_taken_in_and_shown(client, painted):
    sent = painted(1)
    made = client.post("/api/v1/photos", files=[("files", ("a.jpg", sent))], data={"flank": "left"})
    assert made.status_code == 201, made.text
    assert client.get(f"/photos/{digest(sent)}", headers={"accept": "text/html"}).status_code == 200
    assert client.get(f"/api/v1/photos/{digest(sent)}/image").status_code == 200


def test_a_store_that_is_down_is_told_and_nothing_is_lost(client, server, painted):
    server.stop()
    made = client.post("/api/v1/photos", files=[("files", ("a.jpg", painted(1)))])
    assert made.status_code == 503
    assert int(made.headers["retry-after"]) > 0
    assert client.get("/api/v1/encounters").json()["encounters"] == []
