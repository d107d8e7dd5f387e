"""A whole database as one file: taken while others write, looked into, and put back.

SQLite by its own online backup, PostgreSQL by its own pg_dump and pg_restore.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, MetaData, create_engine, func, inspect, select, table, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from reid.errors import ReidError
from service.store import photos
from service.store.claiming import known_id
from service.store.database import Database, revision_of
from service.store.errors import CannotOpen, DatabaseDamaged, DiskFull, StorageReadOnly
from service.store.tables.features import embedding
from service.store.trouble import trouble_of

FILE_OF = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
"""What the file is called, by the kind of database."""


class ToolsOfServerMissing(
    ReidError,
    code="missing_tool",
    message="{tool} is not on this machine: install the client programs of PostgreSQL (on Debian "
    "apt-get install postgresql-client), or back the server up with its own tools",
): ...


class ToolOfServerFailed(ReidError, code="tool_failed", message="{tool} failed: {reason}"): ...


class InUse(
    ReidError,
    code="catalogue_in_use",
    message="{database} is in use: stop the service and every worker first",
): ...


@dataclass(frozen=True, slots=True)
class StateFacts:
    """What a state of a database holds.

    catalogue: its id. revision: of its schema. photos: bytes of every photo that is not erased, by
    id. models: embeddings by model. rows: by table.
    """

    catalogue: str | None
    revision: str | None
    photos: dict[str, int]
    models: dict[str, int]
    rows: dict[str, int]


@contextmanager
def snapshot(database: Database, target: Path) -> Iterator[Connection]:
    """Write the database into a file; the connection sees exactly the state that is in it.

    Nobody who writes meanwhile has to wait. Raises ToolsOfServerMissing, ToolOfServerFailed.
    """
    with database.opening():
        if database.file:
            _copy_sqlite(database.file, target)
            with looking_into(target) as connection:
                yield connection
            return
        with database.read() as connection:
            name = connection.scalar(text("SELECT pg_export_snapshot()"))
            options = ("--format=custom", f"--snapshot={name}", f"--file={target}")
            _tool("pg_dump", database.engine.url, *options)
            yield connection


@contextmanager
def looking_into(file: Path) -> Iterator[Connection]:
    """A connection to a file of SQLite that nobody else uses; it changes nothing."""
    engine = create_engine(f"sqlite:///file:{file.resolve()}?mode=ro&uri=true")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def facts_of(connection: Connection) -> StateFacts:
    """What the state holds that a connection sees."""
    names = sorted(inspect(connection).get_table_names())
    rows = {name: _rows(connection, name) for name in names}
    models = select(embedding.c.model, func.count()).group_by(embedding.c.model)
    return StateFacts(
        catalogue=known_id(connection) if "catalogue" in names else None,
        revision=revision_of(connection),
        photos=photos.sizes(connection) if "photo" in names else {},
        models={row[0]: row[1] for row in connection.execute(models)} if "photo" in names else {},
        rows=rows,
    )


def faults_of(connection: Connection, *, most: int = 20) -> list[str]:
    """What a database says against itself, in its own words; empty where it is whole.

    SQLite checks every page, index and reference; a server has tools of its own for that, and here
    every row of every table is read.
    """
    try:
        return _faults(connection, most)
    except DBAPIError as error:
        if not isinstance(trouble_of(error), DatabaseDamaged):
            raise
        return [str(error.orig)]


def _faults(connection: Connection, most: int) -> list[str]:
    if connection.dialect.name == "sqlite":
        said = [str(row[0]) for row in connection.execute(text(f"PRAGMA integrity_check({most})"))]
        broken = connection.execute(text("PRAGMA foreign_key_check")).fetchmany(most)
        lost = [f"a row of {row[0]} names a row of {row[2]} that is not there" for row in broken]
        return [line for line in said if line != "ok"] + lost
    for name in inspect(connection).get_table_names():
        every = text(f'SELECT count(CAST(whole_row AS text)) FROM "{name}" AS whole_row')  # noqa: S608
        connection.execute(every)
    return []


def refuse_in_use(database: Database) -> None:
    """Raises InUse where somebody else has the database open."""
    if database.file is None:
        with database.opening(), database.read() as connection:
            others = connection.scalar(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
                )
            )
        if others:
            raise InUse(database=database.name)
        return
    database.close()
    if not database.file.exists():
        return
    with closing(sqlite3.connect(database.file, timeout=1)) as connection:
        try:  # only who is alone may leave WAL; what is in it comes into the file
            (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise InUse(database=database.name) from error
            return  # damaged: nothing can be said, and that is why it is replaced
        if mode == "wal":
            raise InUse(database=database.name)


def put_back(database: Database, file: Path) -> None:
    """Replace a server's tables by those of a dump, or a file of SQLite by a copy of another."""
    database.close()
    if database.file:
        drop(database)
        database.file.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(f"{database.file}.restored")
        shutil.copyfile(file, beside)
        _flush(beside)
        beside.replace(database.file)
        return
    drop(database)
    options = ("--no-owner", "--single-transaction", "--exit-on-error", str(file))
    _tool("pg_restore", database.engine.url, *options)


def drop(database: Database) -> None:
    """Take everything out of a database: the tables of a server, the files of SQLite."""
    database.close()
    if database.file:
        for end in ("-wal", "-shm", ""):
            Path(f"{database.file}{end}").unlink(missing_ok=True)
        return
    with database.opening(), database.write() as connection:
        there = MetaData()
        there.reflect(connection)
        if names := ", ".join(f'"{name}"' for name in there.tables):
            connection.execute(text(f"DROP TABLE {names} CASCADE"))


def readable_dump(file: Path) -> None:
    """Raises ToolOfServerFailed where pg_restore cannot read a dump."""
    _run("pg_restore", {}, "--list", str(file))


def _rows(connection: Connection, name: str) -> int:
    return connection.execute(select(func.count()).select_from(table(name))).scalar_one()


def _copy_sqlite(file: Path, target: Path) -> None:
    """All pages in one step, under one read lock: in WAL mode writers go on.

    Raises CannotOpen, which names the copy, where it cannot be written.
    """
    source_address = f"file:{file.resolve()}?mode=rw"
    with (
        closing(sqlite3.connect(source_address, uri=True, timeout=30)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        try:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without -wal beside it
        except sqlite3.Error as error:
            trouble = trouble_of(error)
            if not isinstance(trouble, (DiskFull, StorageReadOnly)):
                raise  # of the database itself
            raise CannotOpen(database=target, why=trouble, reason=str(error)) from error
    _flush(target)


def _flush(file: Path) -> None:
    with file.open("rb+") as written:
        os.fsync(written.fileno())


def _tool(name: str, url: URL, *options: str) -> None:
    """Run a program of PostgreSQL on a database; the password goes by the environment."""
    address = url.set(drivername="postgresql", password=None)
    environment = {"PGPASSWORD": url.password} if url.password else {}
    place = f"--dbname={address.render_as_string(hide_password=False)}"
    _run(name, environment, place, *options)


def _run(name: str, environment: dict[str, str], *options: str) -> None:
    program = shutil.which(name)
    if program is None:
        raise ToolsOfServerMissing(tool=name)
    done = subprocess.run(  # noqa: S603
        [program, *options],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["it says nothing"]
        raise ToolOfServerFailed(tool=name, reason=lines[0])
