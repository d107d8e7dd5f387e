"""What the machine takes for one animal against the catalogue is listed until it is resolved."""

import pytest
from sqlalchemy import insert

from service.catalogue import conflicts
from service.catalogue.changes import Grounds
from service.catalogue.conflicts import Machine
from service.store import decisions, pairs
from service.store.database import insert_one
from service.store.decisions import NewDecision
from service.store.pairs import Maker, PairMeasurement
from service.store.tables.encounters import annotation, encounter
from service.store.tables.features import embedding
from service.store.tables.photos import photo

MACHINE = Machine(1.0, Maker("m", "c"))
BYTES = b"\0" * 4


@pytest.fixture
def met(database):
    """met("Uma") makes an encounter with one embedded photo; without a name nobody decided."""

    def meet(name=""):
        with database.write() as connection:
            number = insert_one(connection, insert(encounter).values())
            if name:
                decisions.add(connection, number, NewDecision("new", name=name))
        return number

    return meet


def measured(database, *said):
    """measured(database, (a, b, llr), ...): what the machine in force says of pairs."""
    with database.write() as connection:
        rows = []
        for one, other, llr in said:
            couple = (min(one, other), max(one, other))
            newest = tuple(_embedded(connection, number) for number in couple)
            rows.append(PairMeasurement(couple, llr, True, newest))
        newest = pairs.newest_of(connection, "m")
        fresh = [
            PairMeasurement(row.couple, row.llr, True, (newest[row.couple[0]], newest[row.couple[1]]))
            for row in rows
        ]
        pairs.put(connection, MACHINE.maker, fresh)


def listed(database):
    with database.read() as connection:
        return conflicts.listed(connection, MACHINE)


def test_two_identities_that_the_machine_takes_for_one_are_listed_once(database, met):
    a, b = met("Uma"), met("Kali")
    measured(database, (a, b, 1.4))
    (conflict,) = listed(database)
    assert (conflict.kind, conflict.one, conflict.other) == ("together", a, b)
    assert conflict.machine.llr == 1.4
    with database.write() as connection:
        conflicts.keep(connection, "together", (a, b), MACHINE, Grounds("Aigül", "two tails"), 0)
    assert listed(database) == []


def test_an_encounter_that_the_machine_takes_for_two_animals_is_listed(database, met):
    a, b, new = met("Uma"), met("Kali"), met()
    measured(database, (a, new, 1.4), (b, new, 1.1), (a, b, -2.0))
    (conflict,) = listed(database)
    assert (conflict.kind, conflict.through) == ("between", new)
    assert {conflict.identity.name, conflict.other_identity.name} == {"Uma", "Kali"}
    assert [said.llr for said in conflict.machine_through] == [1.4, 1.1]
    with database.write() as connection:
        decisions.add(connection, new, NewDecision("same", conflict.identity.id))
    assert [conflict.kind for conflict in listed(database)] == ["together"]


@pytest.mark.parametrize("llr", [0.9, -1.4])
def test_what_is_no_verdict_same_contradicts_nothing(database, met, llr):
    a, b, new = met("Uma"), met("Kali"), met()
    measured(database, (a, b, llr), (a, new, 1.4))
    assert listed(database) == []
