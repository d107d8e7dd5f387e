"""What every table is made of: names of constraints, moments in UTC, CHECKs."""

from datetime import UTC, datetime

from sqlalchemy import CheckConstraint, Column, Dialect, MetaData, Table
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import DateTime, Integer, TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator[datetime]):
    """A moment, kept as UTC without a zone, because SQLite has none; comes back with it."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuses a time without zone: our own clock always has one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


def now() -> datetime:
    """The current moment."""
    return datetime.now(UTC)


def one_of(column: str, *values: str) -> CheckConstraint:
    """A CHECK that `column` holds one of `values`."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def table(name: str, *parts: SchemaItem) -> Table:
    """A table of these columns, constraints and indexes."""
    return Table(name, metadata, *parts)


def numbered(name: str, *parts: SchemaItem) -> Table:
    """A table whose rows are numbered in `id`; no number is ever given twice."""
    number = Column("id", Integer, primary_key=True)
    return Table(name, metadata, number, *parts, sqlite_autoincrement=True)
