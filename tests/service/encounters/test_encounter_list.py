"""The list of encounters as the database filters it, against a plain loop over all of them."""

from datetime import datetime, timedelta
from itertools import product
from random import Random

import pytest
from sqlalchemy import insert

from service.store import encounters
from service.store.database import Database
from service.store.encounters import Sought
from service.store.tables.encounters import annotation, decision, encounter, identity
from service.store.tables.photos import photo, station

FLANKS, STATES = ("left", "right", "unknown"), ("pending", "embedded", "failed")
KINDS = (None, "same", "cannot_tell", "withdrawn")
MANY = 60


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    """Sixty encounters with every mixture of times, photos and decisions."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('list')}/a.db")
    database.migrate()
    chance = Random(3)  # noqa: S311
    with database.write() as connection:
        connection.execute(insert(station), [{"name": "Ridge"}, {"name": "Spring"}])
        connection.execute(insert(identity).values(name="Uma"))
        for number in range(1, MANY + 1):
            add(connection, number, chance)
    with database.read() as connection:
        yield connection
    database.close()


def add(connection, number, chance):
    start = datetime(2020, 1, 1) + timedelta(days=chance.randrange(9))  # noqa: DTZ001
    start = chance.choice((start, start, None))
    at = chance.choice(("Ridge", "Spring", None))
    connection.execute(insert(encounter).values(id=number, station=at, started_at=start))
    for n in range(chance.randrange(4)):
        name = f"{number:032d}{n:032d}"
        facts = {"media_type": "image/jpeg", "bytes": 1, "width": 1, "height": 1}
        facts |= {"zone": "unknown", "notes": "", "file_name": "a.jpg"}
        connection.execute(insert(photo).values(id=name, **facts))
        seen = {"flank": chance.choice(FLANKS), "state": chance.choice(STATES)}
        connection.execute(insert(annotation).values(photo_id=name, encounter_id=number, **seen))
    for kind in chance.sample(KINDS, 2):
        if kind:
            facts = {"reviewer": "kd", "note": "", "identity_id": 1 if kind == "same" else None}
            connection.execute(insert(decision).values(encounter_id=number, kind=kind, **facts))


def fits(one, wanted):
    if wanted.station and one.station != wanted.station:
        return False
    if wanted.flank and wanted.flank not in one.flanks:
        return False
    failed = one.waiting and not one.pending and not one.embedded
    return {
        "all": True,
        "waiting": one.waiting,
        "decided": not one.waiting,
        "failed": failed,
    }["failed" if wanted.failed else wanted.state]


@pytest.mark.parametrize(
    ("state", "at", "flank"),
    list(product(("all", "waiting", "decided", "failed"), ("", "Ridge"), ("", "left", "right"))),
)
def test_filters_choose_what_a_loop_would(connection, state, at, flank):
    wanted = Sought("waiting" if state == "failed" else state, at, flank, failed=state == "failed")
    expected = [one for one in encounters.search(connection, limit=MANY) if fits(one, wanted)]
    assert encounters.total(connection, wanted) == len(expected)
    assert encounters.search(connection, wanted, limit=MANY) == expected
    assert encounters.search(connection, wanted, limit=5, offset=3) == expected[3:8]


def test_what_waits_next_is_below_in_the_list_and_then_at_its_top(connection):
    every = encounters.search(connection, limit=MANY)
    for place, one in enumerate(every):
        order = [*every[place + 1 :], *every[:place]]
        ready = [other for other in order if other.waiting and other.embedded]
        if not any(other in ready for other in every[place + 1 :]):
            ready = [other for other in every if other in ready]
        assert encounters.next_waiting(connection, one.id) == ready[0]
    first = next(one for one in every if one.waiting and one.embedded)
    assert encounters.next_waiting(connection) == first
