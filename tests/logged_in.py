"""Accounts for tests: one of each role, and clients that are logged in."""

from datetime import timedelta
from functools import cache

from sqlalchemy import select, update
from starlette.testclient import TestClient

from service.accounts import admission, passwords
from service.settings import Settings
from service.store import accounts, tokens
from service.store.database import Database
from service.store.people import Browser, Role
from service.store.tables.accounts import login_attempt

PASSWORD = "a leopard walks at night"  # noqa: S105
ADDRESS = "http://127.0.0.1"


@cache
def known():
    """One hash for all: making one takes a while, as it should."""
    return passwords.hashed(PASSWORD)


def account(app, name, role="observer"):
    """A new account with PASSWORD; its number. The first one must be an admin's."""
    return account_in(app.state.components[Database], name, role)


def account_in(database, name, role="observer"):
    """The same without a service."""
    with database.write() as connection:
        return accounts.add(connection, name, Role(role), known()).id


def one_of_each(app):
    """Accounts named after their roles, admin first: {role: number}."""
    return {role: account(app, role.value, role) for role in reversed(Role)}


def cookie(app, number):
    """The cookie of a new session of this account."""
    components = app.state.components
    browser = Browser("198.51.100.7", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")
    return admission.open_session(components[Database], components[Settings], number, browser)


def token(app, number, scope="viewer", days=1):
    """The text of a new token of this account."""
    secret = passwords.new_token()
    with app.state.components[Database].write() as connection:
        tokens.add(
            connection,
            number,
            passwords.fingerprint(secret),
            name="test",
            scope=Role(scope),
            days=days,
        )
    return secret


def move_attempts(database, **by):
    """As if every attempt to log in had been made so much later; the wait is then as much longer.

    A test that expects to be refused must not depend on how fast the machine is.
    """
    with database.write() as connection:
        for row in connection.execute(select(login_attempt)).all():
            moved = update(login_attempt).where(login_attempt.c.id == row.id)
            connection.execute(moved.values(at=row.at + timedelta(**by)))


def browser_of(app, number):
    """A client, not started anew, that is logged in as this account and follows no redirect."""
    client = TestClient(app, base_url=ADDRESS, follow_redirects=False)
    client.cookies.set("session", cookie(app, number))
    return client


def program_of(app, secret):
    """A client with a token."""
    headers = {"authorization": f"Bearer {secret}"}
    return TestClient(app, base_url=ADDRESS, follow_redirects=False, headers=headers)
