"""Corrections: everything stated can be stated otherwise, with history and undo."""

from io import BytesIO

import logged_in
import pytest
from corrected import API, CASES, NOBODY, correct, detail, history, rows, send
from PIL import Image

from service.store import jobs
from service.store.database import Database
from service.store.tables.encounters import annotation
from service.store.tables.features import annotation_facts, embedding, local_features
from service.store.tables.jobs import job
from service.store.tables.photos import station


def test_time_station_camera_position_and_notes_can_be_corrected(client, kept):
    stated = {
        "captured_at": "2024-06-10T19:00:00+05:30",
        "station": "South",
        "camera": "left one",
        "latitude": 25.5,
        "longitude": 81.25,
        "notes": "with a cub",
    }
    answer = correct(client, kept["photo_id"], **stated)
    assert answer.status_code == 200, answer.text
    photo = answer.json()["photo"]
    assert photo["captured_at"] == "2024-06-10T19:00:00"
    assert photo["zone"] == "+05:30"
    assert {name: photo[name] for name in stated if name != "captured_at"} == {
        name: value for name, value in stated.items() if name != "captured_at"
    }
    (entry,) = history(client, kept["photo_id"])
    assert (entry["person"], entry["reason"], entry["kind"]) == ("Anna", "looked again", "stated")
    before = {value["field"]: value["before"] for value in entry["values"]}
    assert before["station"] == "North"
    assert before["captured_at"] == "2000-01-01T00:00:10"
    assert before["zone"] is None


def test_the_claim_that_counts_is_the_latest_and_the_files_own_stays_visible(client, kept):
    correct(client, kept["photo_id"], captured_at="2024-06-10T19:00:00", station="South")
    claims = detail(client, kept["photo_id"])["claims"]
    times = [(c["value"], c["source"], c["used"]) for c in claims if c["field"] == "captured_at"]
    assert times == [
        ("2000-01-01T00:00:10", "exif", False),
        ("2024-06-10T19:00:00", "form", True),
    ]
    places = {c["value"]: c["used"] for c in claims if c["field"] == "station"}
    assert places == {"North": False, "South": True}


def test_null_states_nothing_and_no_claim_counts(client, kept):
    photo = correct(client, kept["photo_id"], captured_at=None, station=None).json()
    assert photo["photo"]["captured_at"] is None
    assert photo["photo"]["station"] is None
    used = [c for c in photo["claims"] if c["field"] in {"captured_at", "station"} and c["used"]]
    assert used == []


def test_the_encounter_follows_time_and_station(client, kept):
    correct(client, kept["photo_id"], captured_at="2024-06-10T19:00:00", station="South")
    summary = client.get(f"{API}/encounters/{kept['encounter_id']}").json()["summary"]
    assert summary["started_at"] == summary["ended_at"] == "2024-06-10T19:00:00"
    assert summary["station"] == "South"


def test_a_station_that_was_a_mistake_is_forgotten_and_comes_back_with_the_undo(client, app, kept):
    correct(client, kept["photo_id"], station="South")
    assert rows(app, station) == 1
    undone = client.post(f"{API}/corrections/1/undo", json=NOBODY)
    assert undone.status_code == 201, undone.text
    assert detail(client, kept["photo_id"])["photo"]["station"] == "North"
    assert rows(app, station) == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"captured_at": "yesterday"}, "bad_time"),
        ({"captured_at": "2024-06-10"}, "bad_time"),
        ({"zone": "Mars"}, "bad_zone"),
        ({"captured_at": "2024-06-10T19:00:00+05:30", "zone": "+06:00"}, "bad_zone"),
        ({"latitude": 10.0}, "bad_input"),
        ({"latitude": 91.0, "longitude": 0.0}, "invalid_request"),
        ({"colour": "red"}, "invalid_request"),
        ({}, "bad_input"),
    ],
)
def test_what_cannot_be_stated_is_refused_and_changes_nothing(client, kept, fields, code):
    answer = correct(client, kept["photo_id"], **fields)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert history(client) == []


def test_stating_the_same_is_no_correction(client, kept):
    assert correct(client, kept["photo_id"], station="North").status_code == 200
    assert history(client) == []


def test_two_people_at_one_photo_are_told_apart_by_what_they_had_seen(client, kept):
    assert correct(client, kept["photo_id"], station="South", seen=0).status_code == 200
    late = correct(client, kept["photo_id"], station="West", seen=0)
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    assert correct(client, kept["photo_id"], station="West", seen=1).status_code == 200


def test_a_flank_stated_wrongly_is_embedded_again_and_all_that_rested_on_it_is_gone(
    client, app, work
):
    photo = (CASES / "flank_left_stated_right.jpg").read_bytes()
    kept = send(client, photo, station="North", flank="right")
    work()
    assert rows(app, embedding) == 1
    before = client.get(f"{API}/annotations/{kept['annotation_id']}/crop").headers["etag"]
    changed = client.patch(
        f"{API}/annotations/{kept['annotation_id']}", json={**NOBODY, "flank": "left"}
    )
    assert changed.status_code == 200, changed.text
    assert (changed.json()["flank"], changed.json()["state"]) == ("left", "pending")
    assert [rows(app, table) for table in (embedding, local_features, annotation_facts)] == [0] * 3
    work()
    (animal,) = detail(client, kept["photo_id"])["annotations"]
    assert (animal["flank"], animal["state"]) == ("left", "embedded")
    assert client.get(f"{API}/annotations/{kept['annotation_id']}/crop").headers["etag"] == before


def test_annotations_are_a_resource_of_their_photo(client, work, kept):
    path = f"{API}/photos/{kept['photo_id']}/annotations"
    body = {**NOBODY, "box": [0.5, 0.5, 1.005, 1], "flank": "left", "stated_viewpoint": "frontleft"}
    new = client.post(path, json=body)
    assert new.status_code == 201, new.text
    assert new.json()["box"] == [160, 80, 320, 160]
    assert new.json()["encounter_id"] != kept["encounter_id"]
    work()
    number = new.json()["id"]
    gone = client.delete(f"{API}/annotations/{number}", params={"reason": "a stump"})
    assert gone.json()["withdrawn"] is True
    assert [one["withdrawn"] for one in client.get(path).json()] == [False, True]
    assert client.delete(f"{API}/annotations/{number}").status_code == 409
    back = client.post(f"{API}/annotations/{number}/restore", json=NOBODY)
    assert (back.json()["withdrawn"], back.json()["state"]) == (False, "embedded")
    assert [entry["kind"] for entry in history(client, kept["photo_id"])] == [
        "restored",
        "withdrawn",
        "annotated",
    ]


def test_an_annotation_of_a_named_encounter_is_there(client, kept, painted):
    path = f"{API}/photos/{kept['photo_id']}/annotations"
    other = send(client, painted(2), station="South")["encounter_id"]
    new = client.post(path, json={"box": [0, 0, 100, 100], "encounter_id": other})
    assert new.json()["encounter_id"] == other
    second = client.post(path, json={"box": [0, 0, 90, 90], "encounter_id": kept["encounter_id"]})
    assert (second.status_code, second.json()["code"]) == (409, "conflict")
    missing = client.post(path, json={"box": [0, 0, 100, 100], "encounter_id": 99})
    assert missing.status_code == 404


def test_one_change_for_many_photos_by_list_upload_station_and_encounter(client, painted):
    files = [("files", (f"{n}.jpg", painted(n))) for n in (1, 2, 3)]
    upload = client.post(f"{API}/photos", files=files, data={"station": "North"}).json()
    ids = [file["photo_id"] for file in upload["files"]]

    def many(change, **of):
        return client.post(f"{API}/corrections", json={**NOBODY, "of": of, "change": change})

    done = many({"station": "South", "flank": "left"}, photos=ids[:2]).json()
    assert (done["photos"], done["changed"], done["pending"]) == (2, 2, 2)
    assert many({"camera": "B"}, upload=upload["id"]).json()["changed"] == 3
    assert many({"zone": "+06:00"}, station="South", camera="B").json()["changed"] == 2
    encounter = upload["files"][2]["encounter_id"]
    assert many({"flank": "right"}, encounter=encounter).json()["changed"] == 1
    assert [detail(client, one)["annotations"][0]["flank"] for one in ids] == [
        "left",
        "left",
        "right",
    ]
    same = many({"camera": "B"}, upload=upload["id"]).json()
    assert (same["correction"], same["changed"]) == (None, 0)
    assert many({"camera": "C"}).json()["code"] == "nothing_chosen"
    assert many({"camera": "C"}, upload=1, station="North").json()["code"] == "nothing_chosen"
    several = many({"captured_at": "2024-01-01T10:00"}, photos=ids)
    assert several.json()["code"] == "one_time_for_several"
    pages = client.get(f"{API}/corrections", params={"limit": 1, "offset": 1}).json()
    assert (pages["total"], len(pages["corrections"])) == (4, 1)


def test_a_list_shows_some_values_of_a_large_correction_and_the_correction_has_all(client, painted):
    files = [("files", (f"{n}.jpg", painted(n, size=(64, 64)))) for n in range(60)]
    upload = client.post(f"{API}/photos", files=files).json()
    body = {"of": {"upload": upload["id"]}, "change": {"camera": "B"}}
    whole = client.post(f"{API}/corrections", json=body).json()["correction"]
    assert (len(whole["values"]), whole["more"]) == (60, 0)
    (listed,) = history(client)
    assert (len(listed["values"]), listed["more"]) == (50, 10)
    (of_photo,) = history(client, upload["files"][59]["photo_id"])
    assert (len(of_photo["values"]), of_photo["more"]) == (1, 59)
    assert client.get(f"{API}/corrections/1").json() == whole


def test_an_unknown_photo_in_a_batch_is_named_and_nothing_is_done(client, kept):
    body = {"of": {"photos": [kept["photo_id"], "f" * 64]}, "change": {"station": "South"}}
    answer = client.post(f"{API}/corrections", json=body)
    assert answer.status_code == 404
    assert "f" * 64 in answer.json()["detail"]
    assert history(client) == []
    assert detail(client, kept["photo_id"])["photo"]["station"] == "North"


def test_an_undo_is_refused_where_a_later_correction_changed_the_same(client, kept):
    correct(client, kept["photo_id"], station="South")
    correct(client, kept["photo_id"], station="West")
    refused = client.post(f"{API}/corrections/1/undo", json=NOBODY)
    assert refused.status_code == 409
    assert "correction 2" in refused.json()["detail"]
    assert client.post(f"{API}/corrections/2/undo", json=NOBODY).status_code == 201
    assert client.post(f"{API}/corrections/1/undo", json=NOBODY).status_code == 201
    assert detail(client, kept["photo_id"])["photo"]["station"] == "North"
    twice = client.post(f"{API}/corrections/1/undo", json=NOBODY)
    assert twice.status_code == 409


def test_an_undone_undo_lets_the_correction_stand_again(client, kept):
    correct(client, kept["photo_id"], station="South")
    client.post(f"{API}/corrections/1/undo", json=NOBODY)
    assert client.post(f"{API}/corrections/2/undo", json=NOBODY).status_code == 201
    assert detail(client, kept["photo_id"])["photo"]["station"] == "South"
    newest, undo, first = history(client)
    assert [one["undone"] for one in (newest, undo, first)] == [False, True, False]


def test_an_undone_box_is_the_former_one_and_embedded_again(client, work, kept):
    work()
    path = f"{API}/annotations/{kept['annotation_id']}"
    client.patch(path, json={"box": [10, 10, 200, 120]})
    crop = client.get(f"{path}/crop")
    assert Image.open(BytesIO(crop.content)).size == (190, 110)
    client.post(f"{API}/corrections/1/undo", json=NOBODY)
    (animal,) = detail(client, kept["photo_id"])["annotations"]
    assert (animal["box"], animal["state"]) == (None, "pending")
    assert Image.open(BytesIO(client.get(f"{path}/crop").content)).size == (320, 160)


def test_an_added_animal_can_be_undone(client, kept):
    path = f"{API}/photos/{kept['photo_id']}/annotations"
    client.post(path, json={"box": [0, 0, 100, 100]})
    client.post(f"{API}/corrections/1/undo", json=NOBODY)
    assert [one["withdrawn"] for one in client.get(path).json()] == [False, True]


def test_candidates_are_found_again_after_the_flank_of_an_undecided_encounter_changed(
    client, work, painted
):
    known = send(client, painted(1), station="A", flank="left")
    asked = send(client, painted(1, view=1), station="B", flank="right")
    work()
    client.post(f"{API}/encounters/{known['encounter_id']}/decisions", json={"kind": "new"})
    path = f"{API}/encounters/{asked['encounter_id']}/candidates"
    assert client.get(path).json()["candidates"] == []
    body = {"flank": "left"}
    client.patch(f"{API}/annotations/{asked['annotation_id']}", json=body)
    work()
    (candidate,) = client.get(path).json()["candidates"]
    assert candidate["llr"] > 1


def test_a_job_that_was_begun_before_a_box_changed_keeps_nothing(client, app, work, kept):
    database = app.state.components[Database]
    with database.write() as connection:
        claimed = jobs.claim(connection, "slow", limit=5, lease_s=60)
    client.patch(f"{API}/annotations/{kept['annotation_id']}", json={"flank": "left"})
    with database.write() as connection:
        assert jobs.holds(connection, "slow", [job.id for job in claimed]) == set()
    work()
    assert rows(app, embedding) == 1


def test_an_annotation_is_kept_only_once_per_change(app, client, kept):
    for flank in ("left", "right", "left"):
        client.patch(f"{API}/annotations/{kept['annotation_id']}", json={"flank": flank})
    assert rows(app, job) == 1
    assert rows(app, annotation) == 1


def test_the_same_animal_of_a_burst_with_two_is_one_encounter(client, painted):
    """Second boxes of two frames of one visit come together, and not to the first animal."""
    frames = [painted(n, taken=f"2024:06:10 19:00:{n:02}") for n in (1, 2)]
    firsts = [send(client, frame, box="0 0 150 160", station="Spring") for frame in frames]
    seconds = []
    for first in firsts:
        path = f"{API}/photos/{first['photo_id']}/annotations"
        seconds.append(client.post(path, json={"box": [160, 0, 320, 160]}).json())
    assert firsts[0]["encounter_id"] == firsts[1]["encounter_id"]
    assert seconds[0]["encounter_id"] == seconds[1]["encounter_id"] != firsts[0]["encounter_id"]


def test_nothing_that_is_only_asked_for_makes_a_station(client, app, kept, painted):
    correct(client, kept["photo_id"], station="North")
    correct(client, "f" * 64, station="Nowhere")
    body = {"of": {"photos": [kept["photo_id"], "e" * 64]}, "change": {"station": "Elsewhere"}}
    client.post(f"{API}/corrections", json=body)
    assert rows(app, station) == 1


def test_with_accounts_the_name_is_that_of_the_account(app, client, kept):
    numbers = logged_in.one_of_each(app)
    tokens = {
        role: {"authorization": f"Bearer {logged_in.token(app, numbers[role], role)}"}
        for role in ("viewer", "observer")
    }
    path = f"{API}/photos/{kept['photo_id']}"
    body = {"station": "South", "reviewer": "somebody else"}
    assert client.patch(path, json=body, headers=tokens["viewer"]).status_code == 403
    assert client.patch(path, json=body, headers=tokens["observer"]).status_code == 200
    erased = client.post(f"{path}/erase", json={}, headers=tokens["observer"])
    assert (erased.status_code, erased.json()["code"]) == (403, "forbidden")
    shown = client.get(f"{API}/corrections", headers=tokens["observer"]).json()
    assert [one["person"] for one in shown["corrections"]] == ["observer"]
    place = {"latitude": 25.123456, "longitude": 81.654321}
    client.patch(path, json=place, headers=tokens["observer"])
    asked = {**tokens["viewer"], "accept": "text/html"}
    page = client.get(f"/photos/{kept['photo_id']}", headers=asked).text
    assert "25.123456" not in page
    assert '<form method="post" action="/photos' not in page


def test_notes_of_a_form_with_its_own_line_ends_are_the_same(client, kept):
    correct(client, kept["photo_id"], notes="one\ntwo")
    path = f"/photos/{kept['photo_id']}/correct"
    assert client.post(path, data={"notes": "one\r\ntwo"}).status_code == 200
    assert len(history(client)) == 1


def test_a_time_that_a_person_corrected_is_no_conflict_any_more_until_it_is_undone(client, painted):
    photo = painted(5, taken="2000:01:01 00:00:10")
    kept = send(client, photo, captured_at="2020-01-06T22:00:00")
    path = f"{API}/encounters/{kept['encounter_id']}"
    assert list(client.get(path).json()["conflicts"]) == [kept["photo_id"]]
    correct(client, kept["photo_id"], captured_at="2020-01-07T22:00:00")
    assert client.get(path).json()["conflicts"] == {}
    client.post(f"{API}/corrections/1/undo", json=NOBODY)
    assert list(client.get(path).json()["conflicts"]) == [kept["photo_id"]]
