"""What cannot start says so in one line, the same for the service, the worker and the status."""

import os
import sqlite3
import subprocess
from contextlib import closing

import pytest

from service import __main__ as command_line
from service.operations.opening import opened
from service.store.database import Database


@pytest.fixture
def said(monkeypatch, settings):
    """said("serve", REID_PHOTOS_URL=...) -> the one line with which a command ends."""

    def run(name, *options, data_dir=settings.data_dir, **environment):
        for key, value in environment.items():
            monkeypatch.setenv(key, value)
        options = ["--data-dir", str(data_dir), *options]
        options += ["--port", "0"] if name == "serve" else []
        monkeypatch.setattr("sys.argv", ["leopard-reid", name, *options])
        with pytest.raises(SystemExit) as ended:
            command_line.main()
        (line,) = str(ended.value.code).splitlines()
        assert line.startswith("leopard-reid: ")
        return line

    return run


@pytest.fixture
def catalogue(settings):
    """The file of a database that a service has used."""
    with opened(settings):
        pass
    return settings.data_dir / "reid.sqlite3"


COMMANDS = pytest.mark.parametrize("name", ["serve", "worker", "status"])


@COMMANDS
def test_a_damaged_database(said, name, catalogue):
    catalogue.write_bytes(b"no database" * 100)
    line = said(name)
    assert str(catalogue) in line
    assert "leopard-reid restore" in line


@COMMANDS
def test_a_truncated_database(said, name, catalogue):
    catalogue.write_bytes(catalogue.read_bytes()[:8000])
    assert "the database is damaged" in said(name)


@COMMANDS
def test_a_database_of_a_newer_release(said, name, catalogue):
    with closing(sqlite3.connect(catalogue)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '0999'")
    before = catalogue.read_bytes()
    line = said(name)
    assert "schema 0999 of a newer release" in line
    assert "never turned back" in line
    assert catalogue.read_bytes() == before


@COMMANDS
def test_a_server_that_does_not_answer_and_its_password_is_not_told(said, name):
    url = "postgresql+psycopg://anna:secret@127.0.0.1:1/reid"
    line = said(name, REID_DATABASE_URL=url, REID_DATABASE_WAIT_S="0")
    assert "does not answer" in line
    assert "secret" not in line


@COMMANDS
@pytest.mark.parametrize("url", ["nosuch://anna:secret@host/reid", "not an address"])
def test_an_address_that_is_none(said, name, url):
    line = said(name, REID_DATABASE_URL=url)
    assert "REID_DATABASE_URL cannot be used" in line
    assert "secret" not in line


@COMMANDS
def test_a_photo_store_that_nothing_opens(said, name, catalogue):
    assert "REID_PHOTOS_URL cannot be used" in said(name, REID_PHOTOS_URL="nosuch://bucket")


@COMMANDS
def test_a_database_that_was_emptied_beside_photos(said, name, catalogue):
    catalogue.write_bytes(b"")
    assert "is empty or missing" in said(name)
    assert catalogue.read_bytes() == b""


@pytest.mark.parametrize("name", ["serve", "worker"])
def test_a_folder_that_cannot_be_made(said, name, tmp_path):
    (tmp_path / "file").write_text("")
    assert "its folder cannot be made" in said(name, data_dir=tmp_path / "file" / "var")


@pytest.fixture
def read_only(catalogue):
    """The data folder, mounted so that nobody can write into it."""
    folder = catalogue.parent
    mount = ["mount", "--bind", folder, folder]
    if os.geteuid() or subprocess.run(mount, check=False, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("mounting needs root")
    subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@COMMANDS
def test_a_folder_that_can_only_be_read(said, name, read_only):
    assert "the storage cannot be written" in said(name)


@pytest.mark.parametrize("name", ["serve", "worker"])
def test_a_full_disk(said, name, settings, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert "the disk is full" in said(name)


def test_a_schema_of_an_earlier_release_is_brought_up_to_date_and_one_of_ours_is_left(catalogue):
    database = Database(f"sqlite:///{catalogue}")
    before = database.revision()
    database.migrate()
    assert database.revision() == before
    database.close()
