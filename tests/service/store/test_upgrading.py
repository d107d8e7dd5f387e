"""Every earlier schema with data in each of its tables is brought up to date and loses nothing."""

import re
from contextlib import contextmanager
from datetime import datetime

import postgresql as postgresql_server
import pytest
from alembic import command
from logged_in import cookie
from sqlalchemy import DateTime, LargeBinary, MetaData, create_engine, inspect, select, text
from sqlalchemy import types as kinds
from sqlalchemy.engine import make_url
from starlette.testclient import TestClient

from service.app import create_app
from service.store.database import Database, known_revisions, migrations
from service.store.files import PhotoFiles
from service.store.snapshots import faults_of

EARLIER = sorted(known_revisions())[:-1]
MOMENT = datetime(2020, 1, 2, 3, 4, 5)  # noqa: DTZ001  as a camera has it
BY_KIND = {
    kinds.Boolean: False,
    kinds.Integer: 1,
    kinds.Float: 0.25,
    DateTime: MOMENT,
    LargeBinary: b"old",
    kinds.String: "old",
}
STATED = {  # what a row of that time holds where any value of its kind would make no sense
    ("photo", "media_type"): "image/jpeg",
    ("photo", "bytes"): 5,
    ("photo", "width"): 320,
    ("photo", "height"): 160,
    ("photo", "zone"): "unknown",
    ("claim", "field"): "captured_at",
    ("claim", "value"): MOMENT.isoformat(),
    ("claim", "source"): "exif",
    ("job", "payload"): '{"annotation": 1}',
    ("annotation", "state"): "pending",
    ("annotation_facts", "quality_model"): None,
    ("account", "active"): True,
    ("account", "language"): "en",
    ("identity_change", "before"): "{}",
    ("identity_change", "after"): "{}",
    ("identity_change", "evidence"): "{}",
    ("encounter_question", "cut"): "[]",
    ("encounter_question", "other_id"): 2,
    ("opinion", "regions"): "[]",
    ("upload_file", "changed"): "[]",
    ("review_pair", "other"): 2,
    ("pair_evidence", "other"): 2,
}
UNKNOWN = {"merged_into", "undoes", "copy_of", "x0", "y0", "x1", "y1", "owner", "likeness"}
UNKNOWN |= {"damage", "error_code", "error_detail", "error_facts", "revoked_at"}
"""Columns that stay empty: a row that names itself, a box that is none, an error."""


def allowed(table, checks):
    """{column: the first value that a CHECK allows}."""
    found = re.findall(r"(\w+)\)?(?:::text)? (?:IN \(|= ANY \(\(?ARRAY\[)'([^']*)'", checks)
    return {column: value for column, value in found if column in table.columns}


def row_of(table, checks, photo_id):
    """One row with something in every column."""
    values, first = {}, allowed(table, checks)
    for column in table.columns:
        owned = next(iter(column.foreign_keys), None)
        value = next(v for kind, v in BY_KIND.items() if isinstance(column.type, kind))
        value = STATED.get((table.name, column.name), first.get(column.name, value))
        if owned is not None and owned.column.table.name == "photo":
            value = photo_id
        if table.name == "photo" and column.name == "id":
            value = photo_id
        if column.name in UNKNOWN and column.nullable:
            value = None
        values[column.name] = value
    return values


def filled(connection, photo_id):
    """A row in every table of the schema that is there; {table: rows} as they lie there."""
    old = MetaData()
    old.reflect(connection)
    tables = [table for table in old.sorted_tables if table.name != "alembic_version"]
    look = inspect(connection)
    for table in tables:
        checks = " ".join(one["sqltext"] for one in look.get_check_constraints(table.name))
        values = row_of(table, checks, photo_id)
        connection.execute(table.insert().values(values))
        if table.name == "encounter":  # pairs are of two
            connection.execute(table.insert().values(values | {"id": 2, "name": "other"}))
    return {table: rows_of(connection, table) for table in tables}


def rows_of(connection, table):
    return {tuple(row) for row in connection.execute(select(*table.columns))}


@contextmanager
def sqlite_file(folder, _):
    yield f"sqlite:///{folder / 'reid.sqlite3'}"


@contextmanager
def server_database(_, server):
    """An empty database of a server, dropped afterwards."""
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE earlier"))
    try:
        yield make_url(server).set(database="earlier").render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text("DROP DATABASE earlier WITH (FORCE)"))
        admin.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request, settings):
    """Of an empty database of either kind."""
    settings.data_dir.mkdir()
    server, made = None, sqlite_file
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql") or pytest.skip(postgresql_server.NONE)
        made = server_database
    with made(settings.data_dir, server) as given:
        yield given


@pytest.mark.parametrize("revision", EARLIER)
def test_an_earlier_schema_keeps_every_row_and_its_catalogue_opens(
    settings, url, painted, revision
):
    photo_id = PhotoFiles(settings.photos).put(painted(1))
    database = Database(url)
    with database.write() as connection:
        config = migrations()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        before = filled(connection, photo_id)
    assert len(before) >= 13
    database.migrate()
    with database.read() as connection:
        for table, rows in before.items():
            assert rows_of(connection, table) == rows, table.name
        if database.file:
            assert faults_of(connection) == []
    assert database.revision() == max(known_revisions())
    database.close()
    app = create_app(settings.model_copy(update={"database_url": url}), load=without_network)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        if "account" in {table.name for table in before}:
            client.cookies.set("session", cookie(app, 1))
        shown = client.get(f"/api/v1/photos/{photo_id}").json()["photo"]
        assert datetime.fromisoformat(shown["captured_at"]) == MOMENT
        for address in ("/encounters/1", "/identities/1", f"/photos/{photo_id}"):
            assert client.get(address).status_code == 200, address


def without_network(_):
    raise ValueError("this catalogue is looked at only")
