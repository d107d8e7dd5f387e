"""Who tried to log in, and how long the next one must wait, over restarts and all workers."""

import hashlib
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from service.store.database import insert_one, one_at_a_time
from service.store.people import alike, network_of
from service.store.tables.accounts import login_attempt
from service.store.tables.base import now

FREE_OF_A_NAME, FREE_OF_AN_ADDRESS = 5, 20
LONGEST_S = 900
COUNTED = timedelta(hours=24)
KEPT = timedelta(days=30)


def begin(connection: Connection, name: str, address: str) -> tuple[int, float]:
    """Note an attempt as failed until it succeeds: its number and 0; or 0 and seconds to wait.

    Attempts at the same moment count each other: one is noted after the other.
    """
    one_at_a_time(connection, "login_attempt")
    name_digest, where = _digest(name), network_of(address)
    wait = max(
        _wait(connection, login_attempt.c.name == name_digest, FREE_OF_A_NAME),
        _wait(connection, login_attempt.c.address == where, FREE_OF_AN_ADDRESS),
    )
    if wait > 0:
        return 0, wait
    connection.execute(delete(login_attempt).where(login_attempt.c.at < now() - KEPT))
    values = {"name": name_digest, "address": where, "succeeded": False}
    return insert_one(connection, insert(login_attempt).values(values)), 0


def succeed(connection: Connection, attempt: int) -> None:
    """It was the right password: its name and its address start anew."""
    right = update(login_attempt).where(login_attempt.c.id == attempt)
    connection.execute(right.values(succeeded=True))


def delay(failures: int, free: int) -> float:
    """Seconds between attempts: none at first, then 1, 2, 4 ... up to a quarter of an hour."""
    over = failures - free
    return 0 if over < 0 else min(2.0 ** min(over, 20), LONGEST_S)


def _wait(connection: Connection, same: ColumnElement[bool], free: int) -> float:
    """Seconds until the next attempt, by the failures after the last success, in their order.

    Not by their times: the clock may have been set back. Those of times to come do not count.
    """
    last = select(func.coalesce(func.max(login_attempt.c.id), 0)).where(
        same, login_attempt.c.succeeded
    )
    moment = now()
    counted = login_attempt.c.at.between(moment - COUNTED, moment + timedelta(seconds=LONGEST_S))
    failed = select(func.count(), func.max(login_attempt.c.at)).where(
        same, counted, login_attempt.c.id > last.scalar_subquery()
    )
    failures, latest = connection.execute(failed).one()
    if not failures:
        return 0.0
    passed: float = (moment - latest).total_seconds()
    return min(max(delay(failures, free) - passed, 0.0), LONGEST_S)


def _digest(name: str) -> str:
    return hashlib.sha256(alike(name).encode()).hexdigest()
