"""Disk and database in trouble: a sentence and when to try again, and nothing served as genuine."""

import errno
import os
import sqlite3
import subprocess
from contextlib import closing, contextmanager
from io import BytesIO
from time import monotonic

import postgresql as postgresql_server
import pytest
from fake_embedder import fake_recognition
from PIL import Image
from small_disk import small_disk
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings
from service.store.database import Database
from service.store.files import PhotoFiles

PHOTOS = "/api/v1/photos"
IMPATIENT_S = 0.2


def upload(client, data, name="a.jpg"):
    return client.post(PHOTOS, files=[("files", (name, data))])


def said(answer):
    """What a program is told: status, code, seconds to wait."""
    return answer.status_code, answer.json()["code"], int(answer.headers["retry-after"])


def file_of(app, photo_id):
    return app.state.components[PhotoFiles].folder / photo_id[:2] / photo_id


def health(client):
    answer = client.get("/health")
    return answer.status_code, answer.json()


@pytest.mark.parametrize("damage", ["cut short", "other bytes", "missing"])
def test_a_damaged_photo_is_never_served_and_the_right_bytes_repair_it(
    app, client, work, painted, damage
):
    photo_id = upload(client, painted(1)).json()["files"][0]["photo_id"]
    file = file_of(app, photo_id)
    other = BytesIO()
    Image.new("RGB", (320, 160), "red").save(other, "JPEG")  # a whole picture, of something else
    match damage:
        case "cut short":
            file.write_bytes(file.read_bytes()[:1500])
        case "other bytes":
            file.write_bytes(other.getvalue())
        case "missing":
            file.unlink()
    for address in (f"{PHOTOS}/{photo_id}/image", "/api/v1/annotations/1/crop"):
        answer = client.get(address)
        code = "not_found" if damage == "missing" else "photo_file_changed"
        assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert client.get(f"/photos/{photo_id}").status_code == 200
    work()  # the worker does not describe the wrong picture either
    animal = client.get(f"{PHOTOS}/{photo_id}").json()["annotations"][0]
    assert (animal["state"], animal["error_code"]) == ("failed", code)
    upload(client, painted(1))
    assert client.get(f"{PHOTOS}/{photo_id}/image").status_code == 200
    work()
    assert client.get(f"{PHOTOS}/{photo_id}").json()["annotations"][0]["state"] == "embedded"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, (507, "storage_full", 60)),
        (errno.EDQUOT, (507, "storage_full", 60)),
        (errno.EROFS, (503, "storage_read_only", 60)),
        (errno.EACCES, (503, "storage_read_only", 60)),
        (errno.EIO, (503, "storage_trouble", 60)),
    ],
    ids=errno.errorcode.get,
)
def test_a_disk_that_takes_no_photo_is_said_and_nothing_is_kept(
    client, painted, monkeypatch, number, expected
):
    def refused(_):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", refused)
        assert said(upload(client, painted(1))) == expected
    assert client.get("/api/v1/encounters").json()["encounters"] == []
    assert upload(client, painted(1)).status_code == 201


def test_a_disk_too_full_to_spool_a_body_is_said(client, painted, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("starlette.formparsers.SpooledTemporaryFile", full)
    assert said(upload(client, painted(1))) == (507, "storage_full", 60)


def test_any_other_error_is_still_one_of_the_service_itself(app, painted, monkeypatch):
    def broken(_):
        raise OSError(errno.ENOEXEC, "no such thing")

    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        monkeypatch.setattr("os.fsync", broken)
        answer = upload(client, painted(1))
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")


def test_a_database_without_room_is_said(app, client, painted):
    engine = app.state.components[Database].engine
    with engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    engine.dispose()
    from sqlalchemy import event

    @event.listens_for(engine, "connect")
    def bounded(connection, _):
        connection.execute(f"PRAGMA max_page_count={pages}")

    answers = [upload(client, painted(n)) for n in range(40)]
    refused = [answer for answer in answers if answer.status_code != 201]
    assert {said(answer) for answer in refused} == {(507, "storage_full", 60)}


@contextmanager
def locked(file):
    """Somebody else holds the database."""
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def test_a_locked_database_is_busy_within_moments_and_reading_goes_on(app, settings, painted):
    app = create_app(settings, load=fake_recognition, busy_s=IMPATIENT_S)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        began = monotonic()
        with locked(settings.data_dir / "reid.sqlite3"):
            assert said(upload(client, painted(1))) == (503, "database_busy", 5)
            assert monotonic() - began < 5
            assert client.get("/api/v1/encounters").status_code == 200
        assert upload(client, painted(1)).status_code == 201


def test_a_database_that_is_damaged_while_the_service_runs_is_said(app, client, painted):
    assert upload(client, painted(1)).status_code == 201
    database = app.state.components[Database]
    file = database.file
    database.close()
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = raw.execute("PRAGMA page_size").fetchone()
        root = "SELECT rootpage FROM sqlite_master WHERE name = 'upload'"
        (page,) = raw.execute(root).fetchone()
    with file.open("rb+") as pages:
        pages.seek((page - 1) * size)
        pages.write(b"\xff" * size)
    answer = upload(client, painted(2))
    assert (answer.status_code, answer.json()["code"]) == (503, "database_damaged")
    assert "leopard-reid restore" in answer.json()["detail"]


def test_a_service_waits_less_for_a_busy_database_than_a_command(app, tmp_path):
    patience = []
    for database in (app.state.components[Database], Database(f"sqlite:///{tmp_path}/a.db")):
        with database.read() as connection:
            patience.append(connection.execute(text("PRAGMA busy_timeout")).scalar())
        database.close()
    assert patience == [5_000, 30_000]


def test_a_page_says_it_to_a_person_in_their_language(client, painted, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr("os.fsync", full)
    headers = {"accept": "text/html", "accept-language": "fr"}
    files = [("files", ("a.jpg", painted(1)))]
    answer = client.post("/upload", files=files, headers=headers)
    assert (answer.status_code, answer.headers["retry-after"]) == (507, "60")
    assert "Le disque est plein : faites de la place" in answer.text


def test_health_tells_nobody_where_a_worker_runs(client, work):
    work()
    (worker,) = health(client)[1]["workers"]
    assert set(worker) == {"model", "seen_at"}


def test_health_says_that_the_store_was_unmounted_and_uploads_are_refused(app, client, painted):
    store = app.state.components[PhotoFiles].folder
    store.rename(store.with_name("elsewhere"))
    assert health(client)[0] == 503
    assert health(client)[1]["storage"] == "photo_store_gone"
    assert said(upload(client, painted(1))) == (503, "photo_store_gone", 60)
    assert not store.exists()
    store.with_name("elsewhere").rename(store)
    assert health(client)[1]["storage"] == "ok"


@pytest.fixture
def disk_of_1_mb(tmp_path):
    """A disk; a function that mounts it again with other options."""

    def again(options):
        subprocess.run(["mount", "-o", f"remount,{options}", tmp_path / "disk"], check=True)

    with small_disk(tmp_path / "disk", "1m") as folder:
        yield folder, again


def test_a_real_disk_that_fills_up_and_one_that_is_read_only(disk_of_1_mb, settings, painted):
    disk, mount_again = disk_of_1_mb
    settings = settings.model_copy(update={"photos_url": str(disk / "photos")})
    app = create_app(settings, load=fake_recognition)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        answers = [upload(client, painted(n, size=(600, 400))) for n in range(40)]
        kept = [one for one in answers if one.status_code == 201]
        refused = [one for one in answers if one.status_code != 201]
        assert kept
        assert {said(one) for one in refused} == {(507, "storage_full", 60)}
        assert (health(client)[0], health(client)[1]["storage"]) == (503, "storage_full")
        mount_again("size=99m")
        assert upload(client, painted(99, size=(600, 400))).status_code == 201
        assert health(client)[1]["storage"] == "ok"
        mount_again("ro")
        assert said(upload(client, painted(77))) == (503, "storage_read_only", 60)
        assert (health(client)[0], health(client)[1]["storage"]) == (503, "storage_read_only")


@pytest.mark.slow
def test_a_server_that_is_gone_is_said_within_seconds_and_is_used_again(
    tmp_path, painted, postgresql
):
    if postgresql is None:
        pytest.skip(postgresql_server.NONE)
    admin = create_engine(postgresql, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE going_away"))

    def allow(word):
        with admin.connect() as connection:
            connection.execute(text(f"ALTER DATABASE going_away ALLOW_CONNECTIONS {word}"))
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = 'going_away'"
                )
            )

    url = make_url(postgresql).set(database="going_away").render_as_string(hide_password=False)
    settings = Settings(_env_file=None, data_dir=tmp_path, database_url=url, port=0)
    try:
        app = create_app(settings, load=fake_recognition, busy_s=IMPATIENT_S)
        with TestClient(app, base_url="http://127.0.0.1") as client:
            assert upload(client, painted(1)).status_code == 201
            holder = create_engine(url, poolclass=NullPool)
            with holder.connect() as other, other.begin():
                other.execute(text("LOCK TABLE upload"))
                assert said(upload(client, painted(2))) == (503, "database_busy", 5)
            allow("false")
            began = monotonic()
            assert said(upload(client, painted(2))) == (503, "database_unreachable", 5)
            assert said(client.get("/api/v1/encounters")) == (503, "database_unreachable", 5)
            assert health(client)[0] == 503
            assert health(client)[1]["database"] == "database_unreachable"
            assert monotonic() - began < 10
            allow("true")
            assert upload(client, painted(2)).status_code == 201
    finally:
        with admin.connect() as connection:
            connection.execute(text("DROP DATABASE going_away WITH (FORCE)"))
        admin.dispose()
