"""API tokens of programs. Only the SHA-256 of a token is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, insert, select, update

from service.store.database import AnyRow, insert_one, row_or, value_of
from service.store.errors import NoSuchToken
from service.store.people import Actor, Role
from service.store.tables.accounts import account, api_token
from service.store.tables.base import now


@dataclass(frozen=True, slots=True)
class Token:
    """What a program may do in somebody's name. scope: at most, whatever its account may."""

    id: int
    name: str
    scope: Role
    created_at: datetime
    seen_at: datetime | None
    expires_at: datetime
    revoked_at: datetime | None

    @property
    def alive(self) -> bool:
        """Whether it lets anybody in."""
        return self.revoked_at is None and self.expires_at > now()


def add(
    connection: Connection, account_id: int, digest: str, *, name: str, scope: Role, days: int
) -> Token:
    """A new token."""
    values = {"account_id": account_id, "digest": digest, "name": name, "scope": scope.value}
    values["expires_at"] = now() + timedelta(days=days)
    return _get(connection, account_id, insert_one(connection, insert(api_token).values(values)))


def who(connection: Connection, digest: str) -> tuple[Actor, datetime | None] | None:
    """Whose token this is and when it was last seen; None where it lets nobody in."""
    query = (
        select(api_token.c.id.label("token"), api_token.c.scope, api_token.c.seen_at, account)
        .join(account, account.c.id == api_token.c.account_id)
        .where(
            api_token.c.digest == digest,
            api_token.c.revoked_at.is_(None),
            api_token.c.expires_at > now(),
            account.c.active,
        )
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    role = Role(row.role).capped(Role(row.scope))
    return value_of(Actor, row, account_id=row.id, role=role), row.seen_at


def touch(connection: Connection, token_id: int) -> None:
    """It was used now."""
    connection.execute(update(api_token).where(api_token.c.id == token_id).values(seen_at=now()))


def of_account(connection: Connection, account_id: int) -> list[Token]:
    """All tokens that were ever made, the newest first."""
    mine = select(api_token).where(api_token.c.account_id == account_id)
    return [_token(row) for row in connection.execute(mine.order_by(api_token.c.id.desc()))]


def revoke(connection: Connection, account_id: int, token_id: int) -> Token:
    """End one token of this account."""
    _get(connection, account_id, token_id)
    chosen = and_(api_token.c.id == token_id, api_token.c.revoked_at.is_(None))
    connection.execute(update(api_token).where(chosen).values(revoked_at=now()))
    return _get(connection, account_id, token_id)


def revoke_all(connection: Connection, account_id: int) -> None:
    """End every token of this account."""
    chosen = and_(api_token.c.account_id == account_id, api_token.c.revoked_at.is_(None))
    connection.execute(update(api_token).where(chosen).values(revoked_at=now()))


def _get(connection: Connection, account_id: int, token_id: int) -> Token:
    mine = and_(api_token.c.id == token_id, api_token.c.account_id == account_id)
    return _token(row_or(connection, select(api_token).where(mine), NoSuchToken(token=token_id)))


def _token(row: AnyRow) -> Token:
    return value_of(Token, row, scope=Role(row.scope))
