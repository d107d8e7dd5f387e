"""Logins of browsers. Only the SHA-256 of a cookie is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from service.store.database import insert_one, row_or, value_of
from service.store.errors import NoSuchSession
from service.store.people import Actor, Browser, Role
from service.store.tables.accounts import account, login_session
from service.store.tables.base import now

KEPT = timedelta(days=30)
"""An ended login is forgotten after this."""


@dataclass(frozen=True, slots=True)
class Session:
    """One browser in which somebody is logged in."""

    id: int
    agent: str
    address: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


def add(
    connection: Connection, account_id: int, digest: str, browser: Browser, lasts: timedelta
) -> int:
    """A new login; its number. What ended long ago is forgotten."""
    old = now() - KEPT
    ended = or_(login_session.c.expires_at < old, login_session.c.revoked_at < old)
    connection.execute(delete(login_session).where(ended))
    values = {"account_id": account_id, "digest": digest, "expires_at": now() + lasts}
    values |= {"agent": browser.agent[:500], "address": browser.address[:60]}
    return insert_one(connection, insert(login_session).values(values))


def who(connection: Connection, digest: str, idle: timedelta) -> tuple[Actor, datetime] | None:
    """Whose cookie this is and when it was last seen; None where it lets nobody in."""
    query = (
        select(login_session.c.id.label("session"), login_session.c.seen_at, account)
        .join(account, account.c.id == login_session.c.account_id)
        .where(login_session.c.digest == digest, _alive(idle), account.c.active)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    return value_of(Actor, row, account_id=row.id, role=Role(row.role)), row.seen_at


def hold(connection: Connection, session_id: int) -> bool:
    """Whether nobody has ended it; nobody does until the end of this transaction."""
    mine = login_session.c.id == session_id, login_session.c.revoked_at.is_(None)
    query = select(login_session.c.id).where(*mine).with_for_update()
    return connection.execute(query).first() is not None


def touch(connection: Connection, session_id: int) -> None:
    """It was used now."""
    used = update(login_session).where(login_session.c.id == session_id)
    connection.execute(used.values(seen_at=now()))


def of_account(connection: Connection, account_id: int, idle: timedelta) -> list[Session]:
    """The logins that still let somebody in, the last used one first."""
    rows = connection.execute(
        select(login_session)
        .where(login_session.c.account_id == account_id, _alive(idle))
        .order_by(login_session.c.seen_at.desc(), login_session.c.id.desc())
    )
    return [value_of(Session, row) for row in rows]


def revoke(connection: Connection, account_id: int, session_id: int) -> None:
    """End one login of this account."""
    mine = and_(login_session.c.id == session_id, login_session.c.account_id == account_id)
    query = select(login_session.c.id).where(mine)
    row_or(connection, query, NoSuchSession(session=session_id))
    _end(connection, mine)


def revoke_digest(connection: Connection, digest: str) -> None:
    """End the login of this cookie, if there is one."""
    _end(connection, login_session.c.digest == digest)


def revoke_all(connection: Connection, account_id: int, *, but: int | None = None) -> None:
    """End every login of this account, except one."""
    mine = login_session.c.account_id == account_id
    _end(connection, mine if but is None else and_(mine, login_session.c.id != but))


def _end(connection: Connection, which: ColumnElement[bool]) -> None:
    open_ones = and_(which, login_session.c.revoked_at.is_(None))
    connection.execute(update(login_session).where(open_ones).values(revoked_at=now()))


def _alive(idle: timedelta) -> ColumnElement[bool]:
    return and_(
        login_session.c.revoked_at.is_(None),
        login_session.c.expires_at > now(),
        login_session.c.seen_at > now() - idle,
    )
