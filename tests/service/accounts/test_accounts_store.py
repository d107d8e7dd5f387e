"""Accounts in either kind of database, changed by several people at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from logged_in import account_in

from reid.errors import Conflict
from service.store import accounts
from service.store.people import BadName, Role


@pytest.fixture
def ana(database):
    """The number of an admin's account."""
    return account_in(database, "ana", "admin")


def at_once(database, *works):
    """What each of these returns or raises, in transactions that begin together."""
    begun = Barrier(len(works) if database.engine.dialect.name == "postgresql" else 1)

    def run(work):
        try:
            with database.write() as connection:
                begun.wait()
                return work(connection)
        except Conflict as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_one_name_is_given_once(database, ana):
    made = at_once(
        database,
        *(
            lambda connection, name=name: accounts.add(connection, name, Role.VIEWER, "-")
            for name in ("bo", "Bo", "BO", "bo")
        ),
    )
    assert sum(isinstance(one, Conflict) for one in made) == 3


def test_two_admins_who_close_each_other_leave_one(database, ana):
    for n in range(4):
        second = account_in(database, f"admin {n}", "admin")
        done = at_once(
            database,
            lambda connection, n=second: accounts.change(connection, n, active=False),
            lambda connection: accounts.change(connection, ana, active=False),
        )
        assert sum(isinstance(one, Conflict) for one in done) == 1
        with database.write() as connection:
            accounts.change(connection, ana, active=True)
            accounts.change(connection, second, active=False)


def test_another_role_does_not_open_an_account_that_is_being_closed(database, ana):
    for n in range(10):
        number = account_in(database, f"bo {n}")
        at_once(
            database,
            lambda connection, n=number: accounts.change(connection, n, active=False),
            lambda connection, n=number: accounts.change(connection, n, role=Role.CURATOR),
        )
        with database.read() as connection:
            found = accounts.get(connection, number)
        assert (found.role, found.active) == (Role.CURATOR, False)


def test_two_spellings_of_a_name_are_one(database, ana):
    account_in(database, "Aigu\u0308l ")
    with database.write() as connection:
        found = accounts.named(connection, "AIG\u00dcL")
        assert found is not None
        assert found.name == "Aig\u00fcl"
        with pytest.raises(Conflict, match="already"):
            accounts.add(connection, "aigu\u0308l", Role.VIEWER, "-")


@pytest.mark.parametrize("name", ["", " ", "two\nlines", "a\x00", "n" * 101])
def test_a_name_stands_on_one_line(database, ana, name):
    with pytest.raises(BadName), database.write() as connection:
        accounts.add(connection, name, Role.VIEWER, "-")
