"""How people come in and who lets them: logins, passwords, new accounts."""

import logging
import math
from datetime import timedelta

from sqlalchemy import Connection

from reid.interchange.individual_names import refuse_hidden
from service.accounts import errors, passwords
from service.settings import Settings
from service.store import accounts, attempts, sessions, tokens
from service.store.accounts import Account
from service.store.database import Database
from service.store.people import Actor, Browser, Role
from service.web.errors import TooManyAttempts, WrongLogin

log = logging.getLogger(__name__)
LONGEST_TOKEN_DAYS = 365


def idle(settings: Settings) -> timedelta:
    """After how long without use a login ends."""
    return timedelta(hours=settings.session_idle_hours)


def log_in(
    database: Database, settings: Settings, name: str, password: str, browser: Browser
) -> str:
    """A new session's cookie. The attempt is counted before the password is looked at."""
    attempt = _attempt(database, name, browser)
    with database.read() as connection:
        account = accounts.named(connection, name)
        known = accounts.password_of(connection, account.id) if account else None
    right = passwords.verified(password, known)
    if account is None or known is None or not right:
        raise WrongLogin()
    fresh = passwords.hashed(password) if passwords.outdated(known) else None
    with database.write() as connection:
        if not accounts.hold(connection, account.id, known):
            raise WrongLogin()
        attempts.succeed(connection, attempt)
        if fresh:
            accounts.set_password(connection, account.id, fresh, temporary=account.temporary)
        return _session(connection, settings, account.id, browser)


def open_session(database: Database, settings: Settings, account_id: int, browser: Browser) -> str:
    """Let this account in with this browser; the cookie."""
    with database.write() as connection:
        return _session(connection, settings, account_id, browser)


def log_out(database: Database, secret: str) -> None:
    """End the session of this cookie, if it is one."""
    if secret:
        with database.write() as connection:
            sessions.revoke_digest(connection, passwords.fingerprint(secret))


def add_account(
    database: Database,
    name: str,
    role: Role,
    password: str | None = None,
    *,
    by: str = accounts.CONSOLE,
    own: bool = False,
) -> tuple[Account, str | None]:
    """A new account and its one-time password, if none was given.

    by: who makes it. own: the person chose the password; else it must be changed at first.
    """
    refuse_hidden(name)
    secret, known, temporary = _chosen(name, password, own)
    with database.write() as connection:
        account = accounts.add(connection, name, role, known, temporary=temporary)
        accounts.record(connection, account.id, "made", by, role.value)
    log.info("account %s was made with the role %s", account.name, account.role)
    return account, secret


def set_own_password(
    database: Database, account_id: int, password: str, *, by: str = accounts.CONSOLE
) -> None:
    """A password that its owner chose; it ends all sessions."""
    with database.read() as connection:
        name = accounts.get(connection, account_id).name
    _, known, _ = _chosen(name, password, own=True)
    with database.write() as connection:
        _replace_password(connection, account_id, known, by)
    log.info("account %s has another password", name)


def change_own_password(
    database: Database, settings: Settings, actor: Actor, old: str, new: str, browser: Browser
) -> str:
    """Another password, by the one who knows the old one, and the cookie of a new session.

    All others end. Guessing the old password is throttled like a login.
    """
    number = account_of(actor)
    attempt = _attempt(database, actor.name, browser)
    with database.read() as connection:
        known = accounts.password_of(connection, number)
    if known is None or not passwords.verified(old, known):
        raise errors.PresentPasswordWrong()
    with database.write() as connection:
        attempts.succeed(connection, attempt)
    if old == new:
        raise errors.PasswordUnchanged()
    _, chosen, _ = _chosen(actor.name, new, own=True)
    with database.write() as connection:
        if not accounts.hold(connection, number, known):
            raise errors.PresentPasswordWrong()
        _replace_password(connection, number, chosen, actor.name)
        secret = _session(connection, settings, number, browser)
    log.info("account %s has another password", actor.name)
    return secret


def change_account(
    database: Database,
    account_id: int,
    *,
    role: Role | None = None,
    active: bool | None = None,
    password: str | None = None,
    one_time: bool = False,
    by: str = accounts.CONSOLE,
) -> tuple[Account, str | None]:
    """Another role or password, or let in or not, all or nothing; the one-time password, if made.

    Another password ends all sessions; whoever is not let in loses all tokens, too.
    """
    with database.read() as connection:
        name = accounts.get(connection, account_id).name
    chosen = _chosen(name, password, own=False) if password is not None or one_time else None
    with database.write() as connection:
        before = accounts.get(connection, account_id)
        account = accounts.change(connection, account_id, role=role, active=active)
        _record(connection, before, account, by)
        if chosen:
            accounts.set_password(connection, account_id, chosen[1], temporary=True)
            accounts.record(connection, account_id, "password", by)
        if chosen or not account.active:
            sessions.revoke_all(connection, account_id)
        if not account.active:
            tokens.revoke_all(connection, account_id)
        account = accounts.get(connection, account_id)
    state = "active" if account.active else "closed"
    log.info("account %s: role %s, %s", account.name, account.role, state)
    return account, chosen[0] if chosen else None


def shut_out(database: Database, account_id: int, by: str = accounts.CONSOLE) -> Account:
    """End all sessions and tokens of an account."""
    with database.write() as connection:
        account = accounts.get(connection, account_id)
        accounts.record(connection, account_id, "logged_out", by)
        sessions.revoke_all(connection, account_id)
        tokens.revoke_all(connection, account_id)
    return account


def make_token(
    database: Database, actor: Actor, name: str, scope: Role, days: int
) -> tuple[tokens.Token, str]:
    """A token in the actor's name, and its text, which nobody sees again."""
    if not actor.role.may(scope):
        raise errors.TokenAboveRole(role=actor.role)
    number, secret = account_of(actor), passwords.new_token()
    digest = passwords.fingerprint(secret)
    with database.write() as connection:
        if actor.session is None or not sessions.hold(connection, actor.session):
            raise errors.LoginHasEnded()
        token = tokens.add(connection, number, digest, name=name, scope=scope, days=days)
    return token, secret


def _attempt(database: Database, name: str, browser: Browser) -> int:
    """The number of an attempt to be let in; TooManyAttempts where it comes too soon."""
    with database.write() as connection:
        attempt, wait = attempts.begin(connection, name, browser.address)
    if wait:
        raise TooManyAttempts(wait_s=math.ceil(wait))
    return attempt


def _session(connection: Connection, settings: Settings, account_id: int, browser: Browser) -> str:
    """A new session's cookie."""
    secret = passwords.new_secret()
    lasts = timedelta(days=settings.session_days)
    sessions.add(connection, account_id, passwords.fingerprint(secret), browser, lasts)
    return secret


def _replace_password(connection: Connection, account_id: int, known: str, by: str) -> None:
    accounts.set_password(connection, account_id, known)
    accounts.record(connection, account_id, "password", by)
    sessions.revoke_all(connection, account_id)


def account_of(actor: Actor) -> int:
    """The number of the actor's account; Conflict where there are no accounts."""
    if actor.account_id is None:
        raise errors.NoAccountsYet()
    return actor.account_id


def _record(connection: Connection, before: Account, after: Account, by: str) -> None:
    """What became different of role and state."""
    if after.role is not before.role:
        accounts.record(connection, after.id, "role", by, after.role.value)
    if after.active != before.active:
        accounts.record(connection, after.id, "opened" if after.active else "closed", by)


def _chosen(name: str, password: str | None, own: bool) -> tuple[str | None, str, bool]:
    """The one-time password if there is one, the hash, and whether it must be changed."""
    if password is None:
        secret = passwords.one_time_password()
        return secret, passwords.hashed(secret), True
    return None, passwords.hashed(passwords.checked(password, name)), not own
