"""Known photos uploaded again: what is stated then corrects what was stated before."""

from io import BytesIO

import pytest
from corrected import API, CASES, NOBODY, correct, detail, history, rows, send
from PIL import Image

from service.store.tables.photos import station


def test_a_photo_of_2000_uploaded_again_with_its_time_and_station_is_corrected(client, app):
    photo = (CASES / "t_2000.jpg").read_bytes()
    first = send(client, photo, station="North")
    again = send(client, photo, captured_at="2024-06-10T19:00:00", station="South", reviewer="Anna")
    assert again["created"] is False
    assert sorted(again["changed"]) == ["captured_at", "station"]
    shown = detail(client, first["photo_id"])["photo"]
    assert (shown["captured_at"], shown["station"]) == ("2024-06-10T19:00:00", "South")
    (entry,) = history(client, first["photo_id"])
    assert entry["person"] == "Anna"
    assert rows(app, station) == 1
    third = send(client, photo, captured_at="2024-06-10T19:00:00", station="South")
    assert third["changed"] == []
    assert len(history(client)) == 1


def test_a_box_a_hair_over_one_is_clipped_and_can_be_changed(client, work):
    photo = (CASES / "box_over_one.jpg").read_bytes()
    width, height = Image.open(BytesIO(photo)).size
    kept = send(client, photo, box="0.1 0.1 1.0001 0.9")
    work()
    (animal,) = detail(client, kept["photo_id"])["annotations"]
    assert animal["state"] == "embedded"
    assert animal["box"] == pytest.approx([0.1 * width, 0.1 * height, width, 0.9 * height])
    changed = send(client, photo, box="0.2 0.1 1 0.9")
    assert changed["changed"] == ["box"]
    (animal,) = detail(client, kept["photo_id"])["annotations"]
    assert animal["box"][0] == pytest.approx(0.2 * width)
    assert animal["state"] == "pending"


def test_a_box_that_failed_is_replaced_by_the_right_one(client, work, painted):
    kept = send(client, painted(3), box="5 5 15 15")
    work()
    assert detail(client, kept["photo_id"])["annotations"][0]["state"] == "failed"
    again = send(client, painted(3), box="40 20 300 150")
    assert again["changed"] == ["box"]
    work()
    (animal,) = detail(client, kept["photo_id"])["annotations"]
    assert (animal["state"], animal["box"]) == ("embedded", [40, 20, 300, 150])


def test_a_second_box_of_a_photo_is_a_second_animal_in_another_encounter(client, work):
    photo = (CASES / "two_animals.jpg").read_bytes()
    first = send(client, photo, box="0 0 700 355", station="Spring", flank="left")
    again = send(client, photo, box="0 375 700 675", station="Spring", flank="left")
    assert again["changed"] == ["annotations"]
    work()
    animals = detail(client, first["photo_id"])["annotations"]
    assert [one["box"] for one in animals] == [[0, 0, 700, 355], [0, 375, 700, 675]]
    assert [one["state"] for one in animals] == ["embedded"] * 2
    assert animals[0]["encounter_id"] != animals[1]["encounter_id"]


def test_one_time_for_several_files_is_refused_and_points_to_clocks(client):
    files = [(f"{n}.jpg", (CASES / f"clock2000_{n}.jpg").read_bytes()) for n in "abc"]
    parts = [("files", file) for file in files]
    stated = {"captured_at": "2024-06-10T19:00:00"}
    answer = client.post(f"{API}/photos", files=parts, data=stated)
    assert (answer.status_code, answer.json()["code"]) == (422, "one_time_for_several")
    assert "clock" in answer.json()["detail"]
    assert client.post(f"{API}/photos", files=parts, data={"station": "North"}).status_code == 201


def test_a_photo_uploaded_again_with_an_encounter_moves_there_and_the_empty_one_is_not_listed(
    client, kept, painted
):
    again = send(client, painted(1, taken="2000:01:01 00:00:10", camera="CAM"), encounter="night")
    assert again["changed"] == ["encounter"]
    assert again["encounter_id"] != kept["encounter_id"]
    listed = client.get(f"{API}/encounters").json()
    assert [one["name"] for one in listed["encounters"]] == ["night"]
    assert (listed["waiting"], listed["decided"]) == (1, 0)
    empty = client.get(f"/encounters/{kept['encounter_id']}", headers={"accept": "text/html"})
    assert empty.status_code == 200
    client.post(f"{API}/corrections/1/undo", json=NOBODY)
    (animal,) = detail(client, kept["photo_id"])["annotations"]
    assert animal["encounter_id"] == kept["encounter_id"]


def test_an_emptied_encounter_keeps_no_station_alive(client, app, painted):
    kept = send(client, painted(5), station="Nrth")
    send(client, painted(5), encounter="night")
    correct(client, kept["photo_id"], station="North")
    assert rows(app, station) == 1


BOXES = ("0 0 700 355", "0 375 700 675")


def two_animals(client):
    photo = (CASES / "two_animals.jpg").read_bytes()
    first, *_ = [send(client, photo, box=box, station="Spring") for box in BOXES]
    animals = detail(client, first["photo_id"])["annotations"]
    assert animals[0]["encounter_id"] != animals[1]["encounter_id"]
    return photo, first["photo_id"], animals


def test_a_second_upload_does_not_put_two_animals_of_a_photo_into_one_encounter(client):
    photo, number, animals = two_animals(client)
    named = send(client, photo, box=BOXES[0], encounter="night")
    assert (named["changed"], named["error_code"]) == (["encounter"], None)
    refused = send(client, photo, box=BOXES[1], encounter="night", camera="C2")
    assert refused["error_code"] == "conflict"
    assert "two animals" in refused["error_detail"]
    assert refused["changed"] == []
    after = detail(client, number)
    assert after["photo"]["camera"] is None
    assert after["annotations"][1]["encounter_id"] == animals[1]["encounter_id"]


def test_an_animal_added_by_a_second_upload_does_not_join_the_other_one(client):
    photo = (CASES / "two_animals.jpg").read_bytes()
    kept = send(client, photo, box=BOXES[0], encounter="night")
    refused = send(client, photo, box=BOXES[1], encounter="night")
    assert "two animals" in refused["error_detail"]
    assert len(detail(client, kept["photo_id"])["annotations"]) == 1
    added = client.post(
        f"{API}/photos/{kept['photo_id']}/annotations",
        json={"box": [0, 375, 700, 675], "encounter_id": kept["encounter_id"]},
    )
    assert added.status_code == 409
    assert len(detail(client, kept["photo_id"])["annotations"]) == 1


def test_a_second_upload_loses_no_decision(client, painted):
    kept = send(client, painted(7), station="North")
    decision = {"kind": "new", "name": "Uma"}
    client.post(f"{API}/encounters/{kept['encounter_id']}/decisions", json=decision)
    refused = send(client, painted(7), encounter="night")
    assert refused["error_code"] == "conflict"
    assert "Uma" in refused["error_detail"]
    (animal,) = detail(client, kept["photo_id"])["annotations"]
    assert animal["encounter_id"] == kept["encounter_id"]


def test_a_restored_animal_goes_elsewhere_where_another_of_its_photo_took_its_place(client):
    photo = (CASES / "two_animals.jpg").read_bytes()
    kept = send(client, photo, box=BOXES[0], encounter="night")
    (animal,) = detail(client, kept["photo_id"])["annotations"]
    assert client.delete(f"{API}/annotations/{animal['id']}").status_code == 200
    added = send(client, photo, box=BOXES[1], encounter="night")
    assert added["changed"] == ["annotations"]
    withdrawal = next(o for o in history(client, kept["photo_id"]) if o["kind"] == "withdrawn")
    undo = client.post(f"{API}/corrections/{withdrawal['id']}/undo", json=NOBODY)
    assert (undo.status_code, "two animals" in undo.json()["detail"]) == (409, True)
    assert client.post(f"{API}/annotations/{animal['id']}/restore", json={}).status_code == 200
    both = detail(client, kept["photo_id"])["annotations"]
    assert [one["withdrawn"] for one in both] == [False, False]
    assert both[0]["encounter_id"] != both[1]["encounter_id"]
