"""The connection pool, transactions and migrations, for SQLite and PostgreSQL alike."""

import logging
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import fields
from datetime import timedelta
from functools import cache
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Row, Table, create_engine, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.sql import ColumnElement, Insert, Select

from reid.interchange.individual_names import searchable
from service.store.errors import (
    CannotOpen,
    DatabaseUnreachable,
    DatabaseUrlCannotWork,
    FolderCannotBeMade,
    SchemaIsNewer,
)
from service.store.tables import (  # noqa: F401  all tables
    accounts,
    arriving,
    bursts,
    cases,
    catalogue,
    corrections,
    encounters,
    features,
    history,
    jobs,
    photos,
    reviews,
    stations,
)
from service.store.trouble import TROUBLES, trouble_of

MIGRATIONS = Path(__file__).with_name("migrations")
BUSY_S = 30.0
CONNECT_S = 5
AGAIN_S = 0.5  # between two tries to reach a server that is starting

AT_ONCE = 500  # values that one query looks up
GAP = timedelta(minutes=30)
ENCOUNTER_GAP = "encounter_gap"

log = logging.getLogger(__name__)

AnyRow = Row[*tuple[Any, ...]]
K = TypeVar("K")
V = TypeVar("V")

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Value = TypeVar("Value", bound=DataclassInstance)


class Database:
    """One pool a process. Reading sees one state; writing happens whole or not at all."""

    def __init__(self, url: str, *, gap: timedelta = GAP, busy_s: float = BUSY_S) -> None:
        """url: of SQLAlchemy, e.g. sqlite:///var/reid.sqlite3 or postgresql+psycopg://host/reid.

        gap: the longest time between a photo and the next one of its encounter, see `gap_of`.
        busy_s: how long a transaction waits for others before it gives up. Raises
        DatabaseUrlCannotWork.
        """
        options = {ENCOUNTER_GAP: gap}
        with _understood():
            server = make_url(url).get_backend_name() != "sqlite"
            self.engine = create_engine(
                url,
                pool_size=10,
                max_overflow=40,
                pool_timeout=busy_s,
                pool_pre_ping=server,  # a server that was started again is no error of a request
                connect_args={"connect_timeout": CONNECT_S} if server else {},
                execution_options=options,
            )
        if server:
            _make_server_patient(self.engine, busy_s)
            self._one_state: dict[str, Any] = {"isolation_level": "REPEATABLE READ"}
        else:
            _make_sqlite_durable(self.engine, busy_s)
            self._one_state = {}  # SQLite shows no other

    @property
    def name(self) -> str:
        """The database for a person: the file, or the address without its password."""
        return str(self.file or self.engine.url)

    @property
    def file(self) -> Path | None:
        """The file of SQLite; None for a server, and for a database in memory."""
        path = self.engine.url.database
        return Path(path) if self.engine.dialect.name == "sqlite" and path else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that changes nothing."""
        with self.engine.connect() as connection:
            yield connection.execution_options(reading=True, **self._one_state)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed at the end, durably, or rolled back."""
        with self.engine.begin() as connection:
            yield connection

    def migrate(self) -> None:
        """Bring the schema to the newest version; nothing happens where it already is.

        Raises CannotOpen with what is wrong, and SchemaIsNewer.
        """
        with self.opening():
            if self.file:
                self._make_folder(self.file)
            with self.write() as connection:
                present, known = revision_of(connection), known_revisions()
                if present and present not in known:
                    raise SchemaIsNewer(database=self.name, revision=present, newest=max(known))
                if present != max(known):
                    config = migrations()
                    config.attributes["connection"] = connection
                    command.upgrade(config, "head")

    def revision(self) -> str | None:
        """The version of the schema; None for an empty database, and for a file that is missing."""
        if self.file and not (self.file.exists() and self.file.stat().st_size):
            return None  # looking would make it one
        with self.opening(), self.read() as connection:
            return revision_of(connection)

    @contextmanager
    def opening(self) -> Iterator[None]:
        """What is wrong with disk or connection comes as CannotOpen, with the database's name."""
        try:
            yield
        except TROUBLES as error:
            trouble = trouble_of(error)
            if trouble is None:
                raise
            reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
            raise CannotOpen(database=self.name, why=trouble, reason=reason) from error

    def _make_folder(self, file: Path) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except (FileNotFoundError, NotADirectoryError, FileExistsError) as error:
            why, reason = FolderCannotBeMade(), error.strerror
            raise CannotOpen(database=self.name, why=why, reason=reason) from error

    def wait(self, at_most_s: float) -> None:
        """Return when a server answers that is still starting, or after so many seconds."""
        end, told = monotonic() + at_most_s, False
        while self._unreachable() and monotonic() < end:
            if not told:
                log.warning("the database does not answer yet; waiting up to %g s", at_most_s)
            told = True
            sleep(AGAIN_S)

    def _unreachable(self) -> bool:
        if self.file:
            return False  # looking would make it
        try:
            self.check()
        except TROUBLES as error:
            return isinstance(trouble_of(error), DatabaseUnreachable)
        return False

    def check(self) -> None:
        """Raises when the database does not answer."""
        with self.read() as connection:
            connection.execute(select(1))

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


@contextmanager
def _understood() -> Iterator[None]:
    """An address that cannot be one, or whose driver is not installed, is a setting."""
    try:
        yield
    except (ArgumentError, ImportError) as error:
        raise DatabaseUrlCannotWork(reason=str(error).splitlines()[0]) from error


def migrations() -> Config:
    """What alembic must know to run ours."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


@cache
def known_revisions() -> frozenset[str]:
    """Every schema that this release knows; read once a process, which takes 10 ms."""
    scripts = ScriptDirectory.from_config(migrations())
    return frozenset(script.revision for script in scripts.walk_revisions())


def gap_of(connection: Connection) -> timedelta:
    """The longest time between a photo and the next one of its encounter, wherever photos are put
    into encounters: the one with which the database was opened."""
    gap: timedelta = connection.get_execution_options()[ENCOUNTER_GAP]
    return gap


def insert_one(connection: Connection, statement: Insert) -> int:
    """Insert a row and return the number it got."""
    key = connection.execute(statement).inserted_primary_key
    if key is None:
        raise ValueError("this table does not number its rows")
    return int(key[0])


def insert_or(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that may say what happens where such a row is there already."""
    server = connection.dialect.name == "postgresql"
    return postgresql.insert(table) if server else sqlite.insert(table)


def newest_number(connection: Connection, table: Table) -> int:
    """The highest number of a row of a table, 0 where it is empty."""
    return connection.execute(select(func.max(table.c.id))).scalar() or 0


def one_at_a_time(connection: Connection, what: str) -> None:
    """Wait for every other transaction that asked for the same; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(what))))


def row_or(connection: Connection, query: Select[Any], error: Exception) -> AnyRow:
    """The first row of a query; raises `error` where there is none."""
    row = connection.execute(query).first()
    if row is None:
        raise error
    return row


def rows_in(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], values: Collection[Any]
) -> Iterator[AnyRow]:
    """The rows of a query whose column is one of these values, looked up in parts."""
    numbers = list(values)
    for start in range(0, len(numbers), AT_ONCE):
        yield from connection.execute(query.where(column.in_(numbers[start : start + AT_ONCE])))


def value_of(kind: "type[Value]", row: AnyRow, **others: object) -> "Value":
    """A row as a value whose fields have the names of its columns, except for `others`."""
    columns = row._mapping
    names = [name for name in _names(kind) if name in columns and name not in others]
    return kind(**{name: columns[name] for name in names}, **others)


@cache
def _names(kind: "type[Value]") -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def gathered(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    """Key -> its values, both in the order in which they come."""
    by_key: dict[K, list[V]] = {}
    for key, value in pairs:
        by_key.setdefault(key, []).append(value)
    return by_key


def revision_of(connection: Connection) -> str | None:
    """The version of the schema; None for an empty database."""
    return MigrationContext.configure(connection).get_current_revision()


def _searchable(text: str | None) -> str | None:
    """For `searching`: SQLite itself knows upper and lower case of ASCII only."""
    return text and searchable(text)


def _make_server_patient(engine: Engine, busy_s: float) -> None:
    """A transaction waits so long for the lock of another one, and is then refused as busy."""

    @event.listens_for(engine, "connect")
    def configure(connection: DBAPIConnection, _: object) -> None:
        with closing(connection.cursor()) as cursor:
            cursor.execute(f"SET lock_timeout = {round(busy_s * 1000)}")
        connection.commit()


def _make_sqlite_durable(engine: Engine, busy_s: float) -> None:
    """WAL with synchronous=FULL: a commit that returned survives a kill and a power cut."""

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            f"busy_timeout={round(busy_s * 1000)}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("searchable", 1, _searchable, deterministic=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
