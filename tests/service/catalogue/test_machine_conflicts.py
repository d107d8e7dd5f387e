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
        numbers = sorted({number for one, other, _ in said for number in (one, other)})
        newest = {number: _embedded(connection, number) for number in numbers}
        rows = [
            PairMeasurement((one, other), llr, True, (newest[one], newest[other]))
            for one, other, llr in ((min(a, b), max(a, b), llr) for a, b, llr in said)
        ]
        pairs.put(connection, MACHINE.maker, rows)


def _embedded(connection, number):
    """The number of the embedding of a new photo of an encounter."""
    facts = {"media_type": "image/jpeg", "bytes": 1, "width": 9, "height": 9, "zone": "unknown"}
    shown = {"id": f"{number:064}", "file_name": "a", "notes": ""}
    connection.execute(insert(photo).values(**shown, **facts))
    values = {"photo_id": f"{number:064}", "encounter_id": number, "flank": "left"}
    made = insert_one(connection, insert(annotation).values(**values, state="embedded"))
    seen = {"annotation_id": made, "model": "m", "vector": b""}
    return insert_one(connection, insert(embedding).values(**seen))


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
