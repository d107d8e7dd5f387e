"""People part, join and move: one correction each, kept by the rule, taken back by the undo."""

import pytest
from comparing_worker import FAKE, compare
from corrected import API, history
from shaped import case_members, decide, listed, post, shape, undo, upload

from service.store import pairs
from service.store.database import Database


@pytest.fixture
def night(client, painted):
    """Encounter 1 with annotations 1 to 4, ten minutes apart."""
    assert upload(client, painted, (1, 0, 0), (1, 1, 10), (2, 0, 20), (2, 1, 25)) == [1] * 4
    return 1


def test_photos_are_parted_off_as_one_correction_and_come_back_by_its_undo(client, night):
    shaped = shape(client, "/encounters/1/part", annotations=[3, 4])
    assert (shaped["encounter"], shaped["moved"]) == (2, 2)
    assert listed(client) == {1: [1, 2], 2: [3, 4]}
    (done,) = history(client)
    assert (done["kind"], done["person"], done["reason"]) == ("shaped", "Anna", "looked again")
    moved = [
        (v["annotation_id"], v["before"], v["after"])
        for v in done["values"]
        if v["field"] == "encounter"
    ]
    assert moved == [(3, "1", "2"), (4, "1", "2")]
    assert all(v["photo_id"] for v in done["values"])
    assert undo(client, shaped["correction"]).status_code == 201
    assert listed(client) == {1: [1, 2, 3, 4]}


def test_photos_may_be_named_by_their_files(client, night):
    detail = client.get(f"{API}/encounters/1").json()
    last = detail["references"][-1]["photo"]["id"]
    shape(client, "/encounters/1/part", photos=[last])
    assert listed(client) == {1: [1, 2, 3], 2: [4]}


def test_the_times_of_both_parts_are_those_of_their_photos(client, night):
    shaped = shape(client, "/encounters/1/part", annotations=[3, 4])
    times = {one["id"]: (one["started_at"], one["ended_at"]) for one in shaped["encounters"]}
    assert times == {
        1: ("2020-01-01T20:00:00", "2020-01-01T20:10:00"),
        2: ("2020-01-01T20:20:00", "2020-01-01T20:25:00"),
    }


def test_what_a_person_parted_stays_parted_whatever_comes_in(client, painted, night):
    shape(client, "/encounters/1/part", annotations=[2])
    upload(client, painted, (3, 0, 12))
    assert listed(client) == {1: [1, 3, 4], 2: [2], 3: [5]}
    first = client.get(f"{API}/encounters/1").json()["references"][0]["photo"]["id"]
    client.patch(f"{API}/photos/{first}", json={"captured_at": "2020-01-01T20:01:00"})
    assert listed(client) == {1: [1, 3, 4], 2: [2], 3: [5]}


def test_a_new_photo_near_a_shaped_encounter_is_asked_about(client, painted, night):
    shape(client, "/encounters/1/part", annotations=[3, 4])
    upload(client, painted, (3, 0, 12))
    found = client.get(f"{API}/questions").json()["questions"]
    asked = sorted((one["kind"], one["encounter_id"], one["other_id"]) for one in found)
    assert asked == [("bridge", 1, 3), ("bridge", 2, 3)]


def test_the_undo_of_one_part_leaves_another_one_alone(client, night):
    first = shape(client, "/encounters/1/part", annotations=[3])
    shape(client, "/encounters/1/part", annotations=[4])
    undo(client, first["correction"])
    assert listed(client) == {1: [1, 2, 3], 3: [4]}


def test_everything_cannot_be_parted_off_nor_nothing(client, night):
    answer = post(client, "/encounters/1/part", annotations=[1, 2, 3, 4])
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    answer = post(client, "/encounters/1/part")
    assert (answer.status_code, answer.json()["code"]) == (422, "nothing_chosen")
    assert post(client, "/encounters/1/part", annotations=[99]).status_code == 409
    assert post(client, "/encounters/77/part", annotations=[1]).status_code == 404
    assert (listed(client), history(client)) == ({1: [1, 2, 3, 4]}, [])


@pytest.fixture
def two(client, painted):
    """Encounters 1 and 2 of one night, two hours apart."""
    assert upload(client, painted, (1, 0, 0), (1, 1, 5)) == [1, 1]
    assert upload(client, painted, (1, 2, 120), (1, 3, 125)) == [2, 2]


def test_two_encounters_are_joined_and_come_apart_by_the_undo(client, two):
    shaped = shape(client, "/encounters/1/join", other=2)
    assert listed(client) == {1: [1, 2, 3, 4]}
    assert client.get("/encounters/2").status_code == 200
    undo(client, shaped["correction"])
    assert listed(client) == {1: [1, 2], 2: [3, 4]}


def test_joined_encounters_stay_joined_though_the_rule_would_part_them(client, painted, two):
    shape(client, "/encounters/2/join", other=1)
    assert listed(client) == {2: [1, 2, 3, 4]}
    upload(client, painted, (5, 0, 300))
    first = client.get(f"{API}/encounters/2").json()["references"][0]["photo"]["id"]
    client.patch(f"{API}/photos/{first}", json={"captured_at": "2020-01-01T20:01:00"})
    assert listed(client)[2] == [1, 2, 3, 4]


def test_encounters_of_different_identities_are_not_joined(client, two):
    decide(client, 1, kind="new", name="Uma")
    decide(client, 2, kind="new", name="Vera")
    answer = post(client, "/encounters/1/join", other=2)
    assert answer.status_code == 409
    assert "Uma" in answer.json()["detail"]
    assert "Vera" in answer.json()["detail"]
    assert listed(client) == {1: [1, 2], 2: [3, 4]}


@pytest.mark.parametrize("decided", [1, 2])
def test_the_encounter_with_the_decision_is_kept(client, two, decided):
    decide(client, decided, kind="new", name="Uma")
    shaped = shape(client, "/encounters/1/join", other=2)
    assert shaped["encounter"] == decided
    assert [one["identity"] for one in shaped["encounters"]] == ["Uma"]
    assert listed(client) == {decided: [1, 2, 3, 4]}
    (summary,) = client.get(f"{API}/identities").json()
    assert (summary["encounters"], summary["annotations"]) == (1, 4)


def test_an_identity_counts_before_cannot_tell(client, two):
    decide(client, 1, kind="cannot_tell")
    decide(client, 2, kind="new", name="Uma")
    assert shape(client, "/encounters/1/join", other=2)["encounter"] == 2


def test_joined_encounters_of_one_identity_count_as_one(client, two):
    decide(client, 1, kind="new", name="Uma")
    decide(client, 2, kind="same", identity_id=1)
    shaped = shape(client, "/encounters/1/join", other=2)
    (summary,) = client.get(f"{API}/identities").json()
    assert (summary["encounters"], summary["annotations"]) == (1, 4)
    detail = client.get(f"{API}/identities/1").json()
    assert [one["encounter_id"] for one in detail["sightings"]] == [1]
    undo(client, shaped["correction"])
    assert client.get(f"{API}/identities").json()[0]["encounters"] == 2


def test_the_cases_of_a_vanishing_encounter_get_the_one_that_is_kept(client, two):
    client.post(f"{API}/cases", json={"name": "Ridge"})
    client.post(f"{API}/cases/1/encounters", json={"encounters": [2]})
    shaped = shape(client, "/encounters/1/join", other=2)
    assert case_members(client) == [1]
    undo(client, shaped["correction"])
    assert case_members(client) == [2]


def test_a_pair_of_a_vanished_encounter_is_not_asked_any_more(client, painted, two):
    upload(client, painted, (1, 5, 200))
    put = client.post(f"{API}/reviews", json={"pairs": [[2, 3]]})
    assert put.status_code == 201, put.text
    shaped = shape(client, "/encounters/1/join", other=2)
    assert client.get(f"{API}/reviews").json()["total"] == 0
    undo(client, shaped["correction"])
    assert client.get(f"{API}/reviews").json()["total"] == 1


def test_an_encounter_is_at_one_station(client, painted, two):
    (other,) = upload(client, painted, (7, 0, 0), station="Spring")
    answer = post(client, "/encounters/1/join", other=other)
    assert answer.status_code == 409
    assert "Spring" in answer.json()["detail"]
    assert post(client, "/encounters/1/join", other=1).status_code == 422


def test_photos_are_moved_to_another_encounter(client, two):
    shaped = shape(client, "/encounters/1/move", annotations=[2], into=2)
    assert listed(client) == {1: [1], 2: [2, 3, 4]}
    undo(client, shaped["correction"])
    assert listed(client) == {1: [1, 2], 2: [3, 4]}


def test_moving_all_photos_is_joining(client, two):
    decide(client, 1, kind="new", name="Uma")
    decide(client, 2, kind="new", name="Vera")
    assert post(client, "/encounters/1/move", annotations=[1, 2], into=2).status_code == 409
    client.post(f"{API}/encounters/2/decisions", json={"kind": "withdrawn"})
    assert shape(client, "/encounters/1/move", annotations=[1, 2], into=2)["encounter"] == 1


def two_in_a_frame(client, night):
    """A second animal in the first photo of the night: annotation 5 in encounter 2."""
    first = client.get(f"{API}/encounters/1").json()["references"][0]["photo"]["id"]
    client.patch(f"{API}/annotations/1", json={"box": [0, 0, 150, 160]})
    answer = client.post(f"{API}/photos/{first}/annotations", json={"box": [160, 0, 310, 160]})
    assert answer.status_code == 201, answer.text
    assert (answer.json()["id"], answer.json()["encounter_id"]) == (5, 2)


def test_two_animals_of_one_frame_stay_apart(client, night):
    two_in_a_frame(client, night)
    for answer in (
        post(client, "/encounters/1/join", other=2),
        post(client, "/encounters/1/move", annotations=[1], into=2),
    ):
        assert answer.status_code == 409
        assert "two animals" in answer.json()["detail"]
    shape(client, "/encounters/1/move", annotations=[3], into=2)
    assert listed(client) == {1: [1, 2, 4], 2: [5, 3]}


def test_a_decision_on_a_burst_takes_all_its_photos_along_and_not_the_other_animal(client, night):
    two_in_a_frame(client, night)
    decide(client, 1, kind="new", name="Uma")
    (summary,) = client.get(f"{API}/identities").json()
    assert summary["annotations"] == 4
    assert client.get(f"{API}/encounters/2").json()["summary"]["decision"] is None


def test_an_undo_that_would_lose_a_decision_is_refused(client, night):
    shaped = shape(client, "/encounters/1/part", annotations=[3, 4])
    decide(client, 2, kind="new", name="Uma")
    answer = undo(client, shaped["correction"])
    assert answer.status_code == 409
    assert "withdraw that decision first" in answer.json()["detail"]
    client.post(f"{API}/encounters/2/decisions", json={"kind": "withdrawn"})
    assert undo(client, shaped["correction"]).status_code == 201


def test_an_undo_is_refused_where_a_photo_was_moved_again_since(client, night):
    first = shape(client, "/encounters/1/part", annotations=[3])
    second = shape(client, "/encounters/1/move", annotations=[2], into=2)
    third = shape(client, "/encounters/2/part", annotations=[3])
    assert undo(client, first["correction"]).status_code == 409
    for done in (third, second, first):
        assert undo(client, done["correction"]).status_code == 201
    assert listed(client) == {1: [1, 2, 3, 4]}


def test_an_undo_can_be_undone(client, night):
    shaped = shape(client, "/encounters/1/part", annotations=[3, 4])
    back = undo(client, shaped["correction"]).json()["id"]
    assert undo(client, back).status_code == 201
    assert listed(client) == {1: [1, 2], 2: [3, 4]}


def test_a_withdrawn_photo_of_a_joined_encounter_comes_back_in_the_joined_one(client, two):
    client.delete(f"{API}/annotations/3")
    shape(client, "/encounters/1/join", other=2)
    client.post(f"{API}/annotations/3/restore", json={})
    assert listed(client) == {1: [1, 2, 3, 4]}


def test_pairs_are_measured_again_after_a_part(app, client, night):
    compare(app)
    with app.state.components[Database].read() as connection:
        assert pairs.every(connection, FAKE) == []
    shape(client, "/encounters/1/part", annotations=[3, 4])
    compare(app)
    with app.state.components[Database].read() as connection:
        assert [one.couple for one in pairs.every(connection, FAKE)] == [(1, 2)]


def test_photos_whose_encounter_is_stated_are_not_asked_about(client, painted, night):
    shape(client, "/encounters/1/part", annotations=[3, 4])
    photo = painted(3, 0, taken="2020:01:01 20:12:00")
    data = {"station": "Ridge", "flank": "left", "encounter": "third visit"}
    client.post(f"{API}/photos", files=[("files", ("new.jpg", photo))], data=data)
    assert client.get(f"{API}/questions").json()["total"] == 0
