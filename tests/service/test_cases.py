"""Cases: what is in them stays on record, and their report says all that their pairs say."""

import pytest

from reid.errors import Conflict, NotFound
from service.store import cases, encounters
from service.store.cases import Edit


@pytest.fixture
def database(app, client):
    return app.state.parts.database


@pytest.fixture
def three(database):
    with database.write() as connection:
        return [encounters.named(connection, name, None) for name in "abc"]


def test_a_case_holds_its_encounters_in_the_order_they_came(database, three):
    a, b, c = three
    with database.write() as connection:
        case = cases.add(connection, "Ustyurt 2018", "one animal or two?")
        cases.put(connection, case.id, [c, a, a], "ab")
        case = cases.put(connection, case.id, [a, b], "ab")
        assert (case.encounters, case.together, case.closed_at) == ((c, a, b), 0.5, None)
        assert cases.every(connection) == cases.of_encounter(connection, a) == [case]


def test_what_was_taken_out_stays_on_record_with_who_and_when(database, three):
    a, b, _ = three
    with database.write() as connection:
        case = cases.add(connection, "Ustyurt 2018")
        cases.put(connection, case.id, [a, b], "ab")
        assert cases.take(connection, case.id, a, "cd").encounters == (b,)
        assert cases.of_encounter(connection, a) == []
        assert cases.put(connection, case.id, [a], "ef").encounters == (b, a)
        changes = cases.history(connection, case.id)
    said = [(one.encounter_id, one.kind, one.reviewer) for one in changes]
    assert said == [
        (a, "added", "ab"),
        (b, "added", "ab"),
        (a, "removed", "cd"),
        (a, "added", "ef"),
    ]


def test_a_closed_case_is_kept_as_it_is_until_it_is_opened_again(database, three):
    with database.write() as connection:
        case = cases.add(connection, "Ustyurt 2018")
        closed = cases.edit(connection, case.id, Edit(closed=True))
        assert closed.closed_at is not None
        assert cases.edit(connection, case.id, Edit(closed=True, note="done")).closed_at
        with pytest.raises(Conflict, match="closed"):
            cases.put(connection, case.id, three, "ab")
        assert cases.edit(connection, case.id, Edit(closed=False)).closed_at is None
        assert cases.put(connection, case.id, three, "ab").encounters == tuple(three)


def test_a_name_is_given_once(database):
    with database.write() as connection:
        cases.add(connection, "Ustyurt 2018")
    with database.write() as connection, pytest.raises(Conflict, match="already called"):
        cases.add(connection, "Ustyurt 2018")


def test_a_case_or_encounter_that_does_not_exist_is_named(database):
    with database.write() as connection:
        case = cases.add(connection, "Ustyurt 2018")
        with pytest.raises(NotFound, match="no encounter 9"):
            cases.put(connection, case.id, [9], "ab")
        with pytest.raises(NotFound, match="no encounter 9 in case"):
            cases.take(connection, case.id, 9, "ab")
        with pytest.raises(NotFound, match="no case 7"):
            cases.get(connection, 7)


def test_a_case_does_not_grow_without_end(database):
    with database.write() as connection:
        case = cases.add(connection, "everything")
        ids = [encounters.named(connection, f"e{n}", None) for n in range(cases.LARGEST + 1)]
        with pytest.raises(Conflict, match="at most"):
            cases.put(connection, case.id, ids, "ab")
