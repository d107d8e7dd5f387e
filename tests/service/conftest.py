"""What tests of the store share: an empty database of either kind."""

import shutil

import postgresql as postgresql_server
import pytest

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
