"""What tests of the service share: an empty database of either kind, and the command line."""

import shutil
import sys

import postgresql as postgresql_server
import pytest

from service.__main__ import main
from service.store.database import Database
from service.store.tables.base import metadata
from service.store.tables.encounters import identity


@pytest.fixture(scope="session")
def postgresql():
    """The URL of a server's database, or None."""
    with postgresql_server.cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database(request, tmp_path, migrated):
    """An empty, migrated database; of PostgreSQL where there is a server."""
    url = f"sqlite:///{shutil.copy(migrated, tmp_path / 'a.db')}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql") or pytest.skip(postgresql_server.NONE)
    made = Database(url)
    made.migrate()
    with made.write() as connection:
        connection.execute(identity.update().values(merged_into=None))
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    yield made
    made.close()


@pytest.fixture
def ended(monkeypatch, tmp_path):
    """ended("serve", ...) -> what `leopard-reid serve ...` leaves with, in this process.

    Words are what Python prints as the last line before it exits with 1. In a process of its own
    everything is imported anew, which takes some seconds.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # typer puts its own there

    def end(*arguments):
        monkeypatch.setattr(sys, "argv", ["leopard-reid", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        return left.value.code

    return end
