"""Accounts: people with a name, a role and a password. Nobody is deleted: names sign decisions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from service.store import errors
from service.store.database import AnyRow, insert_one, one_at_a_time, row_or, value_of
from service.store.people import ANONYMOUS, Role, alike, spelled
from service.store.tables.accounts import account, account_change

ChangeKind = Literal["made", "role", "closed", "opened", "password", "logged_out"]
CONSOLE = "command line"
"""Who did it, where somebody used a command on the machine itself."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person. active: may log in. temporary: must change the password first."""

    id: int
    name: str
    role: Role
    language: str | None
    active: bool
    temporary: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What was done to an account. value: the role, where it was made or got another one."""

    id: int
    account: str
    kind: ChangeKind
    value: str | None
    reviewer: str
    changed_at: datetime


def exist(connection: Connection) -> bool:
    """Whether there is any account, be it active or not."""
    return connection.execute(select(account.c.id).limit(1)).first() is not None


def every(connection: Connection) -> list[Account]:
    """All accounts, active ones first, by name."""
    rows = connection.execute(select(account).order_by(account.c.active.desc(), account.c.name))
    return [_account(row) for row in rows]


def get(connection: Connection, account_id: int) -> Account:
    """One account."""
    query = select(account).where(account.c.id == account_id)
    return _account(row_or(connection, query, errors.NoSuchAccount(account=account_id)))


def named(connection: Connection, name: str) -> Account | None:
    """The account of this name in any spelling of capitals, or None."""
    return next((one for one in every(connection) if alike(one.name) == alike(name)), None)


def add(
    connection: Connection, name: str, role: Role, password: str, *, temporary: bool = False
) -> Account:
    """A new account. password: its argon2 hash. The first account is an admin's."""
    one_at_a_time(connection, "account")
    name = spelled(name)
    if alike(name) == ANONYMOUS:
        raise errors.NameMeansNobody(name=ANONYMOUS)
    if named(connection, name) is not None:
        raise errors.AccountNameTaken(name=name)
    if role is not Role.ADMIN and not exist(connection):
        raise errors.FirstAccountIsAdmin()
    values = {"name": name, "role": role.value, "password": password, "temporary": temporary}
    return get(connection, insert_one(connection, insert(account).values(**values, active=True)))


def change(
    connection: Connection, account_id: int, *, role: Role | None = None, active: bool | None = None
) -> Account:
    """Another role, or whether it may log in. The last active admin stays one."""
    one_at_a_time(connection, "account")
    before = get(connection, account_id)
    after = role or before.role, before.active if active is None else active
    if (before.role, before.active) == (Role.ADMIN, True) and after != (Role.ADMIN, True):
        _keep_an_admin(connection, account_id)
    _set(connection, account_id, role=after[0].value, active=after[1])
    return get(connection, account_id)


def speak(connection: Connection, account_id: int, language: str | None) -> None:
    """Answer this account in this language; None: as the browser asks."""
    _set(connection, account_id, language=language)


def password_of(connection: Connection, account_id: int) -> str | None:
    """The hash."""
    query = select(account.c.password).where(account.c.id == account_id)
    return connection.scalar(query)


def set_password(
    connection: Connection, account_id: int, password: str, *, temporary: bool = False
) -> None:
    """Another hash."""
    get(connection, account_id)
    _set(connection, account_id, password=password, temporary=temporary)


def hold(connection: Connection, account_id: int, password: str) -> bool:
    """Whether it may log in and this is still its hash; nobody changes it until the end.

    Checking a password takes a while, and meanwhile an admin may shut somebody out.
    """
    query = select(account.c.password, account.c.active).where(account.c.id == account_id)
    row = connection.execute(query.with_for_update()).one()
    return bool(row.active) and row.password == password


def record(
    connection: Connection, account_id: int, kind: ChangeKind, by: str, value: str | None = None
) -> None:
    """Write down who did what to an account."""
    row = {"account_id": account_id, "kind": kind, "value": value, "reviewer": by}
    connection.execute(insert(account_change).values(row))


def history(connection: Connection, limit: int = 50) -> list[AccountChange]:
    """What was done to accounts, newest first."""
    query = (
        select(account_change, account.c.name.label("account"))
        .join(account, account.c.id == account_change.c.account_id)
        .order_by(account_change.c.id.desc())
    )
    return [value_of(AccountChange, row) for row in connection.execute(query.limit(limit))]


def _set(connection: Connection, account_id: int, **values: object) -> None:
    connection.execute(update(account).where(account.c.id == account_id).values(values))


def _keep_an_admin(connection: Connection, but: int) -> None:
    admins = select(account.c.id).where(account.c.role == "admin", account.c.active)
    if connection.execute(admins.where(account.c.id != but).limit(1)).first() is None:
        raise errors.LastAdmin()


def _account(row: AnyRow) -> Account:
    return value_of(Account, row, role=Role(row.role))
