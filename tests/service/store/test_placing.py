"""Stored encounters follow the grouping rule, in any order of arrival, and never undo people."""

from itertools import permutations
from pathlib import Path
from random import Random

import pytest
from fake_embedder import fake_recognition
from sqlalchemy import select
from starlette.testclient import TestClient

from reid.identify.grouping import grouped
from reid.identify.grouping_trial import GAP, survey
from scripts.grouping import arrived_one_by_one
from service.app import create_app
from service.store.database import Database
from service.store.tables.encounters import annotation, encounter, encounter_question

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


@pytest.mark.parametrize("seed", range(4))
def test_photos_that_arrive_one_by_one_end_in_the_groups_of_the_rule(tmp_path, seed):
    photos = [one for one in survey(seed, stations=4, visits=7) if one.station]
    Random(seed).shuffle(photos)  # noqa: S311
    stored = arrived_one_by_one(photos, tmp_path / "a.db")
    assert stored == grouped(photos, GAP)


def test_what_is_corrected_later_follows_the_gap_of_the_settings_too(settings, painted):
    wide = settings.model_copy(update={"encounter_gap_minutes": 60})
    with TestClient(create_app(wide, load=fake_recognition), base_url="http://127.0.0.1") as client:
        for view, taken in enumerate(("2020:01:01 20:00:00", "2020:01:01 20:50:00")):
            name = ("files", (f"{view}.jpg", painted(1, view, taken=taken)))
            client.post("/api/v1/photos", files=[name], data={"station": "Ridge"})
        (both,) = client.get("/api/v1/encounters").json()["encounters"]
        detail = client.get(f"/api/v1/encounters/{both['id']}").json()
        ids = [one["photo"]["id"] for one in detail["references"]]
        client.patch(f"/api/v1/photos/{ids[0]}", json={"captured_at": "2020-01-01T20:01:00"})
        assert len(client.get("/api/v1/encounters").json()["encounters"]) == 1
        client.patch(f"/api/v1/photos/{ids[0]}", json={"captured_at": "2020-01-01T19:49:00"})
        assert len(client.get("/api/v1/encounters").json()["encounters"]) == 2


def test_one_upload_leaves_no_encounter_without_photos(app, client):
    upload(client, "gap_A1")
    upload(client, "gap_A2", "gap_B1", "tz_far")
    with app.state.components[Database].read() as connection:
        stored = set(connection.scalars(select(encounter.c.id)))
        assert stored == set(connection.scalars(select(annotation.c.encounter_id)))


def test_an_encounter_stated_by_its_number_is_kept_whatever_the_time(client):
    upload(client, "gap_A1")
    name = ("files", ("far.jpg", (CASES / "tz_far.jpg").read_bytes(), "image/jpeg"))
    client.post("/api/v1/photos", files=[name], data={"station": "Ridge", "encounter": "1"})
    assert parts(client) == [["far", "gap_A1"]]
    upload(client, "gap_B1")
    assert parts(client) == [["far", "gap_A1", "gap_B1"]]


def test_a_photo_that_held_two_others_together_parts_them_when_it_is_withdrawn(client):
    upload(client, "gap_A1", "gap_A2", "gap_B1")
    assert parts(client) == [["gap_A1", "gap_A2", "gap_B1"]]
    detail = client.get("/api/v1/encounters/1").json()["references"]
    (middle,) = [r["photo"]["id"] for r in detail if r["photo"]["file_name"] == "gap_B1.jpg"]
    client.post(f"/api/v1/photos/{middle}/withdraw", json={})
    assert parts(client) == [["gap_A1"], ["gap_A2"]]
    client.post(f"/api/v1/photos/{middle}/restore", json={})
    assert parts(client) == [["gap_A1", "gap_A2", "gap_B1"]]
