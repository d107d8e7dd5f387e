"""Files that arrive in pieces: who sends them, how long they are kept, what became of them."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, case, delete, func, insert, select, update

from service.store.database import row_or, value_of
from service.store.errors import NoSuchArrivingFile, TakenMeanwhile
from service.store.tables.arriving import arriving_file
from service.store.tables.base import now

LEAST_COUNTED = 64 * 2**10
"""Bytes that a file counts for at least, so that many small ones have a bound, too."""


@dataclass(frozen=True, slots=True)
class ArrivingFile:
    """A file of which some bytes may be here. bytes, sha256: of the whole, as announced.

    account_id: None where nobody logs in. upload_id, position: where it was taken in; else None.
    """

    id: str
    account_id: int | None
    file_name: str
    bytes: int
    sha256: str | None
    created_at: datetime
    expires_at: datetime
    upload_id: int | None
    position: int | None


def add(
    connection: Connection,
    *,
    account_id: int | None,
    file_name: str,
    bytes: int,
    sha256: str | None,
    lasts: timedelta,
) -> ArrivingFile:
    """A file that begins to arrive."""
    moment = now()
    file = ArrivingFile(
        id=secrets.token_hex(16),
        account_id=account_id,
        file_name=file_name,
        bytes=bytes,
        sha256=sha256,
        created_at=moment,
        expires_at=moment + lasts,
        upload_id=None,
        position=None,
    )
    values = {name: getattr(file, name) for name in ArrivingFile.__slots__}
    connection.execute(insert(arriving_file).values(values))
    return file


def get(connection: Connection, file_id: str, account_id: int | None) -> ArrivingFile:
    """A file of this account. Raises NoSuchArrivingFile, also for one of another account."""
    query = select(arriving_file).where(
        arriving_file.c.id == file_id, _of(account_id), arriving_file.c.expires_at > now()
    )
    return value_of(ArrivingFile, row_or(connection, query, NoSuchArrivingFile(file=file_id)))


def begun(
    connection: Connection,
    account_id: int | None,
    file_name: str,
    sha256: str,
    bytes: int,
) -> ArrivingFile | None:
    """The same file of the same account, if it was begun before and is not taken in yet."""
    query = select(arriving_file).where(
        _of(account_id),
        arriving_file.c.sha256 == sha256,
        arriving_file.c.bytes == bytes,
        arriving_file.c.file_name == file_name,
        arriving_file.c.upload_id.is_(None),
        arriving_file.c.expires_at > now(),
    )
    row = connection.execute(query.order_by(arriving_file.c.created_at)).first()
    return None if row is None else value_of(ArrivingFile, row)


def take(connection: Connection, file_id: str, upload_id: int, position: int) -> None:
    """Say where a file was taken in. Raises TakenMeanwhile for the second of two."""
    changed = connection.execute(
        update(arriving_file)
        .where(arriving_file.c.id == file_id, arriving_file.c.upload_id.is_(None))
        .values(upload_id=upload_id, position=position)
    )
    if changed.rowcount != 1:
        raise TakenMeanwhile(file=file_id)


def remove(connection: Connection, file_id: str) -> None:
    """Forget a file."""
    connection.execute(delete(arriving_file).where(arriving_file.c.id == file_id))


def remove_expired(connection: Connection) -> list[str]:
    """Forget what expired; gives the ids, whose bytes are to be removed."""
    expired = arriving_file.c.expires_at <= now()
    ids = list(connection.scalars(select(arriving_file.c.id).where(expired)))
    if ids:
        connection.execute(delete(arriving_file).where(expired))
    return ids


def known(connection: Connection, file_id: str) -> bool:
    """Whether a file waits for its bytes, whoever sends it."""
    query = select(arriving_file.c.id).where(
        arriving_file.c.id == file_id, arriving_file.c.upload_id.is_(None)
    )
    return connection.execute(query).first() is not None


def awaited(connection: Connection, account_id: int | None) -> tuple[int, int]:
    """Bytes of files that are not taken in yet: of this account, and of all."""
    counted = case(
        (arriving_file.c.bytes > LEAST_COUNTED, arriving_file.c.bytes), else_=LEAST_COUNTED
    )
    total = select(func.coalesce(func.sum(counted), 0)).where(
        arriving_file.c.upload_id.is_(None), arriving_file.c.expires_at > now()
    )
    own = connection.execute(total.where(_of(account_id))).scalar_one()
    return int(own), int(connection.execute(total).scalar_one())


def count(connection: Connection, account_id: int | None) -> int:
    """Files of an account that are not taken in yet."""
    query = select(func.count()).where(
        _of(account_id), arriving_file.c.upload_id.is_(None), arriving_file.c.expires_at > now()
    )
    return connection.execute(query).scalar_one()


def _of(account_id: int | None) -> ColumnElement[bool]:
    if account_id is None:
        return arriving_file.c.account_id.is_(None)
    return arriving_file.c.account_id == account_id
