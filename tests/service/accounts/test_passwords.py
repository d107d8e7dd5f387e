"""Passwords, secrets, and the delay after wrong ones, on both kinds of database."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from logged_in import PASSWORD, account_in, move_attempts
from sqlalchemy import select, update

from service.accounts import admission, passwords
from service.accounts.passwords import WeakPassword
from service.store import accounts, attempts, sessions, tokens
from service.store.database import Database
from service.store.people import Actor, Browser, Role
from service.store.tables.accounts import account as table
from service.store.tables.accounts import login_attempt, login_session
from service.store.tables.base import now
from service.web.errors import TooManyAttempts, WrongLogin

HERE, THERE = Browser("192.0.2.1", "a"), Browser("192.0.2.2", "b")


@pytest.fixture
def door(database, settings):
    """door(name, password, browser=HERE) tries to log in; the account door.ana exists."""

    def knock(name, password, browser=HERE):
        return admission.log_in(database, settings, name, password, browser)

    knock.ana, knock.database = account_in(database, "ana", "admin"), database
    return knock


@pytest.fixture
def costly_passwords(monkeypatch, cheap_passwords):
    """The hashes of the service, which take 50 ms."""
    monkeypatch.setattr(passwords, "_hasher", cheap_passwords)


def wrongly(door, times, names=("ana",), browser=HERE):
    """So many wrong passwords. Only the last is looked at by the door: a hash takes a while.

    The door notes an attempt before it looks at the password, as is done here for the others.
    """
    typed = [names[n % len(names)] for n in range(times)]
    with door.database.write() as connection:
        for name in typed[:-1]:
            assert attempts.begin(connection, name, browser.address)[1] == 0
    with pytest.raises(WrongLogin):
        door(typed[-1], "not the password", browser)


def test_a_hash_is_argon2id_and_knows_its_password_only(costly_passwords):
    known = passwords.hashed(PASSWORD)
    assert known.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.verified(PASSWORD, known)
    assert not passwords.verified(PASSWORD + "s", known)
    assert not passwords.verified(PASSWORD, "no hash")
    assert not passwords.verified(PASSWORD, None)


def test_two_keyboards_that_write_one_letter_differently_open_the_same_door():
    assert passwords.verified("Aigu\u0308l im Schnee", passwords.hashed("Aig\u00fcl im Schnee"))


@pytest.mark.parametrize("weak", ["", "123456789", "Anastasiya B", "x" * 1001])
def test_a_weak_password_is_refused(weak):
    with pytest.raises(WeakPassword):
        passwords.checked(weak, "anastasiya b")


def test_secrets_are_long_and_never_the_same():
    assert len({passwords.new_secret() for _ in range(100)}) == 100
    assert all(len(passwords.new_secret()) == 43 for _ in range(100))
    assert passwords.new_token().startswith("lr_")
    assert passwords.checked(passwords.one_time_password())


def test_a_hash_with_old_parameters_is_replaced_at_the_next_login(door):
    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    with door.database.write() as connection:
        connection.execute(update(table).values(password=old))
    door("ana", PASSWORD)
    with door.database.read() as connection:
        new = accounts.password_of(connection, door.ana)
    assert new != old
    assert not passwords.outdated(new)


def test_a_name_is_the_same_in_any_capitals(door):
    assert door(" ANA ", PASSWORD)


def test_an_unknown_name_costs_a_hash_too_and_sounds_the_same(door, monkeypatch):
    looked = []
    real = passwords.verified
    monkeypatch.setattr(passwords, "verified", lambda *a: looked.append(a) or real(*a))
    said = set()
    for name in ("ana", "nobody at all"):
        with pytest.raises(WrongLogin) as refused:
            door(name, "not the password")
        said.add(str(refused.value))
    assert (len(looked), len(said)) == (2, 1)


def test_a_closed_account_sounds_like_a_wrong_password(door):
    bo = account_in(door.database, "bo")
    admission.change_account(door.database, bo, active=False)
    with pytest.raises(WrongLogin):
        door("bo", PASSWORD)


def test_the_database_keeps_neither_cookie_nor_password_nor_typed_name(door):
    secret = door("ana", PASSWORD)
    wrongly(door, 1, names=["my password by mistake"])
    with door.database.read() as connection:
        kept = [
            str(row)
            for one in (table, login_session, login_attempt)
            for row in connection.execute(select(one))
        ]
    for text in (secret, PASSWORD, "by mistake"):
        assert not any(text in row for row in kept)


def test_the_delay_grows_and_is_bounded():
    waits = [attempts.delay(failures, 5) for failures in range(30)]
    assert waits[:8] == [0, 0, 0, 0, 0, 1, 2, 4]
    assert waits == sorted(waits)
    assert waits[-1] == attempts.LONGEST_S


def test_after_five_wrong_passwords_even_the_right_one_must_wait(door):
    wrongly(door, attempts.FREE_OF_A_NAME)
    move_attempts(door.database, minutes=1)
    for browser in (HERE, THERE):
        with pytest.raises(TooManyAttempts) as refused:
            door("ANA", PASSWORD, browser)
        assert 1 < refused.value.wait_s <= 61
    move_attempts(door.database, minutes=-2)
    assert door("ana", PASSWORD)


def test_an_address_that_tries_many_names_waits_and_others_do_not(door):
    names = [f"name {n}" for n in range(attempts.FREE_OF_AN_ADDRESS)]
    wrongly(door, len(names), names)
    move_attempts(door.database, minutes=1)
    with pytest.raises(TooManyAttempts):
        door("ana", PASSWORD, HERE)
    assert door("ana", PASSWORD, THERE)


def test_all_addresses_of_one_line_wait_together(database):
    places = [f"2001:db8:1:2::{n:x}" for n in range(attempts.FREE_OF_AN_ADDRESS)]
    with database.write() as connection:
        for n, place in enumerate(places):
            assert attempts.begin(connection, f"name {n}", place)[1] == 0
        assert attempts.begin(connection, "ana", "2001:db8:1:2:3::4")[1] > 0
        assert attempts.begin(connection, "ana", "2001:db8:1:3::4")[1] == 0
        assert attempts.begin(connection, "ana", "unknown")[1] == 0


def test_ipv4_stays_an_address_of_its_own_where_a_socket_takes_both_kinds(database):
    with database.write() as connection:
        for n in range(attempts.FREE_OF_AN_ADDRESS):
            attempts.begin(connection, f"name {n}", "::ffff:198.51.100.7")
        assert attempts.begin(connection, "ana", "198.51.100.7")[1] > 0
        assert attempts.begin(connection, "ana", "::ffff:198.51.100.8")[1] == 0


def test_a_success_starts_the_count_anew(door):
    wrongly(door, attempts.FREE_OF_A_NAME - 1)
    door("ana", PASSWORD)
    wrongly(door, attempts.FREE_OF_A_NAME - 1)
    assert door("ana", PASSWORD)


def test_refused_attempts_do_not_make_the_wait_longer(door):
    wrongly(door, attempts.FREE_OF_A_NAME)
    move_attempts(door.database, minutes=1)
    for _ in range(3):
        with pytest.raises(TooManyAttempts) as refused:
            door("ana", PASSWORD)
    assert refused.value.wait_s <= 61


def test_wrong_passwords_are_forgotten_after_a_month(door):
    wrongly(door, 2)
    move_attempts(door.database, days=-31)
    door("ana", PASSWORD)
    with door.database.read() as connection:
        assert len(connection.execute(select(login_attempt)).all()) == 1


def test_attempts_count_over_a_restart_and_over_workers(door, settings):
    wrongly(door, attempts.FREE_OF_A_NAME)
    move_attempts(door.database, minutes=1)
    again = Database(door.database.engine.url.render_as_string(hide_password=False))
    with pytest.raises(TooManyAttempts):
        admission.log_in(again, settings, "ana", PASSWORD, THERE)
    again.close()


def test_a_login_ends_after_its_time_and_ended_ones_are_forgotten(door):
    door("ana", PASSWORD)
    old = {"expires_at": now() - timedelta(days=31)}
    with door.database.write() as connection:
        connection.execute(update(login_session).values(**old))
    door("ana", PASSWORD)
    with door.database.read() as connection:
        assert len(connection.execute(select(login_session)).all()) == 1


@pytest.mark.parametrize("change", [{"one_time": True}, {"active": False}], ids=["other", "closed"])
def test_whoever_is_shut_out_while_the_password_is_checked_does_not_get_in(
    door, monkeypatch, change
):
    real, bo = passwords.verified, account_in(door.database, "bo")

    def meanwhile(*given):
        admission.change_account(door.database, bo, **change)
        return real(*given)

    monkeypatch.setattr(passwords, "verified", meanwhile)
    with pytest.raises(WrongLogin):
        door("bo", PASSWORD)
    admission.change_account(door.database, bo, active=True)
    with door.database.read() as connection:
        assert sessions.of_account(connection, bo, timedelta(hours=1)) == []


def test_a_password_that_an_admin_replaced_meanwhile_replaces_no_other(door, settings, monkeypatch):
    real, bo = passwords.verified, account_in(door.database, "bo")

    def meanwhile(*given):
        admission.change_account(door.database, bo, one_time=True)
        return real(*given)

    monkeypatch.setattr(passwords, "verified", meanwhile)
    thief = Actor("bo", Role.OBSERVER, account_id=bo, session=1)
    with pytest.raises(WrongLogin):
        admission.change_own_password(
            door.database, settings, thief, PASSWORD, "eleven rosettes", HERE
        )
    with door.database.read() as connection:
        assert accounts.get(connection, bo).temporary


def test_a_weak_new_password_is_no_wrong_attempt(door, settings):
    ana = Actor("ana", Role.ADMIN, account_id=door.ana)
    for weak in ["short", PASSWORD] * attempts.FREE_OF_A_NAME:
        with pytest.raises(WeakPassword):
            admission.change_own_password(door.database, settings, ana, PASSWORD, weak, HERE)


def test_a_login_that_has_ended_makes_no_token(door):
    door("ana", PASSWORD)
    with door.database.read() as connection:
        (session,) = sessions.of_account(connection, door.ana, timedelta(hours=1))
    ana = Actor("ana", Role.ADMIN, account_id=door.ana, session=session.id)
    admission.make_token(door.database, ana, "one", Role.VIEWER, 1)
    admission.shut_out(door.database, door.ana)
    with pytest.raises(WrongLogin):
        admission.make_token(door.database, ana, "two", Role.VIEWER, 1)
    with door.database.read() as connection:
        assert [one.alive for one in tokens.of_account(connection, door.ana)] == [False]
