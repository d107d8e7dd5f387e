"""What an error of the disk or the database means to whoever waits for an answer."""

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.store.errors import (
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseUnreachable,
    DiskFull,
    StorageReadOnly,
    StorageTrouble,
)

BY_ERRNO: dict[int, type[StorageTrouble]] = {
    errno.ENOSPC: DiskFull,
    errno.EDQUOT: DiskFull,
    errno.EROFS: StorageReadOnly,
    errno.EACCES: StorageReadOnly,
    errno.EPERM: StorageReadOnly,
    errno.EIO: StorageTrouble,
    errno.ESTALE: StorageTrouble,
}
BY_SQLITE: dict[int, type[StorageTrouble]] = {
    sqlite3.SQLITE_FULL: DiskFull,
    sqlite3.SQLITE_READONLY: StorageReadOnly,
    sqlite3.SQLITE_CANTOPEN: StorageReadOnly,
    sqlite3.SQLITE_PERM: StorageReadOnly,
    sqlite3.SQLITE_BUSY: DatabaseBusy,
    sqlite3.SQLITE_LOCKED: DatabaseBusy,
    sqlite3.SQLITE_CORRUPT: DatabaseDamaged,
    sqlite3.SQLITE_NOTADB: DatabaseDamaged,
    sqlite3.SQLITE_IOERR: StorageTrouble,
}
BY_SQLSTATE: dict[str, type[StorageTrouble]] = {  # of PostgreSQL; a class of two, or one code
    "53100": DiskFull,
    "25006": StorageReadOnly,
    "53300": DatabaseBusy,
    "55P03": DatabaseBusy,
    "57014": DatabaseBusy,
    "57P01": DatabaseUnreachable,
    "57P02": DatabaseUnreachable,
    "57P03": DatabaseUnreachable,
    "08": DatabaseUnreachable,
    "XX": DatabaseDamaged,
    "58": StorageTrouble,
}
TROUBLES = (SQLAlchemyError, OSError, sqlite3.Error)
"""What may be trouble of the storage; `trouble_of` says whether it is."""


def trouble_of(error: BaseException) -> StorageTrouble | None:
    """The trouble behind an error; None where it is another one."""
    if isinstance(error, StorageTrouble):
        return error
    if isinstance(error, PoolTimeout):
        return DatabaseBusy()
    if isinstance(error, DBAPIError):
        kind = _of_driver(error)
    elif isinstance(error, sqlite3.Error):
        kind = _of_sqlite(error)
    else:
        kind = BY_ERRNO.get(error.errno or 0) if isinstance(error, OSError) else None
    return kind() if kind else None


def _of_driver(error: DBAPIError) -> type[StorageTrouble] | None:
    if isinstance(error.orig, sqlite3.Error):
        return _of_sqlite(error.orig)
    state = getattr(error.orig, "sqlstate", None)
    if state:
        return BY_SQLSTATE.get(state) or BY_SQLSTATE.get(state[:2])
    lost = type(error.orig).__name__ == "OperationalError" or error.connection_invalidated
    return DatabaseUnreachable if lost else None


def _of_sqlite(error: sqlite3.Error) -> type[StorageTrouble] | None:
    return BY_SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
