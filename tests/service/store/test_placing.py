"""Stored encounters follow the grouping rule, in any order of arrival, and never undo people."""

from datetime import timedelta
from itertools import permutations
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import insert, select

from reid.identify.grouping import grouped
from reid.identify.grouping_trial import GAP, survey
from service.store import encounters
from service.store.database import Database, insert_one
from service.store.tables.encounters import annotation, encounter, encounter_question
from service.store.tables.photos import photo, station

CASES = Path(__file__).parents[2] / "data" / "field-cases"


def upload(client, *names, station="Ridge"):
    files = [
        ("files", (f"{n}.jpg", (CASES / f"{n}.jpg").read_bytes(), "image/jpeg")) for n in names
    ]
    answer = client.post("/api/v1/photos", files=files, data={"station": station, "flank": "left"})
    assert answer.status_code == 201, answer.text
    return answer.json()


def parts(client, *names):
    """Which of these photos are together, as texts."""
    listed = client.get("/api/v1/encounters").json()["encounters"]
    found = []
    for one in listed:
        detail = client.get(f"/api/v1/encounters/{one['id']}").json()
        found.append(sorted(r["photo"]["file_name"][:-4] for r in detail["references"]))
    return sorted(found)


@pytest.mark.parametrize("order", list(permutations(("gap_A1", "gap_A2", "gap_B1"))))
def test_three_photos_in_a_chain_are_one_encounter_in_any_order(client, order):
    for name in order:
        upload(client, name)
    assert parts(client) == [["gap_A1", "gap_A2", "gap_B1"]]


@pytest.mark.parametrize("order", list(permutations(("tz_utc", "tz_ind", "tz_far"))))
def test_stated_zones_say_what_is_near_in_any_order(client, order):
    for name in order:
        upload(client, name)
    assert parts(client) == [["tz_far"], ["tz_ind", "tz_utc"]]


def test_zones_in_one_upload(client):
    upload(client, "tz_utc", "tz_ind", "tz_far")
    assert parts(client) == [["tz_far"], ["tz_ind", "tz_utc"]]


def questions(app):
    with app.state.components[Database].read() as connection:
        rows = connection.execute(select(encounter_question)).all()
    return [(row.kind, row.encounter_id, row.other_id, row.state) for row in rows]


def test_a_bridge_to_a_decided_encounter_asks_and_joins_nothing(app, client):
    upload(client, "gap_A1")
    upload(client, "gap_A2")
    decided = {"kind": "new", "name": "Uma"}
    assert client.post("/api/v1/encounters/1/decisions", json=decided).status_code == 201
    upload(client, "gap_B1")
    assert parts(client) == [["gap_A1", "gap_B1"], ["gap_A2"]]
    assert questions(app) == [("bridge", 1, 2, "open")]


def test_a_new_photo_next_to_a_decided_encounter_joins_it(app, client):
    upload(client, "gap_A1")
    client.post("/api/v1/encounters/1/decisions", json={"kind": "new", "name": "Uma"})
    upload(client, "gap_B1")
    assert parts(client) == [["gap_A1", "gap_B1"]]
    assert questions(app) == []


def arrive(connection, one):
    if one.station:
        names = set(connection.scalars(select(station.c.name)))
        if one.station not in names:
            connection.execute(insert(station).values(name=one.station))
    facts = {"media_type": "image/jpeg", "bytes": 1, "width": 1, "height": 1, "notes": ""}
    facts |= {"zone": one.zone, "file_name": one.file_name, "camera": one.camera}
    row = {"id": one.id, "station": one.station, "captured_at": one.moment}
    connection.execute(insert(photo).values(**row, **facts))
    number = insert_one(connection, insert(encounter).values(station=one.station))
    animal = {"photo_id": one.id, "encounter_id": number, "flank": "left", "state": "pending"}
    connection.execute(insert(annotation).values(animal))


@pytest.mark.parametrize("seed", range(4))
def test_photos_that_arrive_one_by_one_end_in_the_groups_of_the_rule(tmp_path, seed):
    photos = [one for one in survey(seed, stations=4, visits=7) if one.station]
    Random(seed).shuffle(photos)  # noqa: S311
    database = Database(f"sqlite:///{tmp_path}/a.db")
    database.migrate()
    with database.write() as connection:
        for one in photos:
            arrive(connection, one)
            encounters.regroup(connection, [one.id], timedelta(minutes=30), new=True)
        query = select(annotation.c.encounter_id, annotation.c.photo_id)
        stored: dict[int, list[str]] = {}
        for row in connection.execute(query):
            stored.setdefault(row.encounter_id, []).append(row.photo_id)
    database.close()
    assert sorted(tuple(sorted(ids)) for ids in stored.values()) == list(grouped(photos, GAP))
