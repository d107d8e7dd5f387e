"""What the machine asks about encounters: shown, answered once, remembered, and undone."""

import pytest
from comparing_worker import compare
from corrected import API, history
from shaped import decide, listed, post, shape, undo, upload

from service.store.database import Database
from service.store.tables.encounters import annotation


def asked(client, **sought):
    answer = client.get(f"{API}/questions", params=sought)
    assert answer.status_code == 200, answer.text
    return answer.json()["questions"]


def say(client, number, answer):
    given = post(client, f"/questions/{number}/answer", answer=answer)
    assert given.status_code == 201, given.text
    return given.json()


@pytest.fixture
def bridge(client, painted):
    """A photo between two encounters, of which the first is decided."""
    upload(client, painted, (1, 0, 0))
    upload(client, painted, (1, 1, 50))
    decide(client, 1, kind="new", name="Uma")
    upload(client, painted, (1, 2, 25))
    assert listed(client) == {1: [1, 3], 2: [2]}


def test_a_bridge_is_asked_with_the_photos_between(client, bridge):
    (question,) = asked(client)
    assert (question["kind"], question["encounter_id"], question["other_id"]) == ("bridge", 1, 2)
    assert len(question["between"]) == 1
    assert (question["state"], question["cut"], question["person"]) == ("open", [], None)


def test_yes_to_a_bridge_joins_and_its_undo_asks_again(client, bridge):
    given = say(client, 1, "yes")
    assert listed(client) == {1: [1, 3, 2]}
    assert (given["encounter"], given["question"]["state"]) == (1, "followed")
    assert given["question"]["person"] == "Anna"
    assert asked(client) == []
    assert len(history(client)) == 1
    assert undo(client, given["correction"]).status_code == 201
    assert listed(client) == {1: [1, 3], 2: [2]}
    assert [one["state"] for one in asked(client)] == ["open"]


def test_no_is_remembered_and_never_asked_again(client, painted, bridge):
    given = say(client, 1, "no")
    assert (given["question"]["state"], asked(client)) == ("dismissed", [])
    upload(client, painted, (1, 4, 26))
    assert asked(client) == []
    assert [one["id"] for one in asked(client, state="dismissed")] == [1]
    undo(client, given["correction"])
    assert [one["id"] for one in asked(client)] == [1]


def test_a_question_is_answered_once(client, bridge):
    say(client, 1, "no")
    assert post(client, "/questions/1/answer", answer="yes").status_code == 409
    assert post(client, "/questions/9/answer", answer="yes").status_code == 404
    assert post(client, "/questions/1/answer", answer="maybe").status_code == 422


def test_yes_is_refused_where_two_identities_would_be_one(client, bridge):
    decide(client, 2, kind="new", name="Vera")
    answer = post(client, "/questions/1/answer", answer="yes")
    assert answer.status_code == 409
    assert "Vera" in answer.json()["detail"]
    assert [one["state"] for one in asked(client)] == ["open"]


def test_a_question_about_photos_that_have_moved_is_not_asked(client, bridge):
    shaped = shape(client, "/encounters/1/join", other=2)
    assert asked(client) == []
    assert post(client, "/questions/1/answer", answer="yes").status_code == 409
    undo(client, shaped["correction"])
    assert len(asked(client)) == 1


def test_questions_are_filtered(client, bridge):
    assert len(asked(client, kind="bridge")) == len(asked(client, encounter=2)) == 1
    assert asked(client, kind="two_animals") == asked(client, encounter=7) == []
    assert asked(client, state="followed") == []
    assert len(asked(client, state="all")) == 1
    assert client.get(f"{API}/questions", params={"kind": "nonsense"}).status_code == 422
    assert client.get(f"{API}/questions", params={"nonsense": 1}).status_code == 422
    page = client.get(f"{API}/questions", params={"offset": 1}).json()
    assert page == {"total": 1, "questions": []}


def test_where_the_rule_would_part_a_decided_encounter_it_asks(client, painted):
    upload(client, painted, (1, 0, 0), (1, 1, 20), (1, 2, 40))
    decide(client, 1, kind="new", name="Uma")
    middle = client.get(f"{API}/encounters/1").json()["references"][1]["photo"]["id"]
    client.post(f"{API}/photos/{middle}/withdraw", json={})
    (question,) = asked(client)
    assert (question["kind"], question["cut"]) == ("apart", [3])
    say(client, question["id"], "yes")
    assert listed(client) == {1: [1], 2: [3]}


@pytest.fixture
def two_animals(app, client, painted):
    """One encounter with two photos of one animal, then two of another."""
    upload(client, painted, (1, 0, 0), (1, 1, 1), (2, 2, 12), (2, 3, 13))
    compare(app)


def test_two_animals_in_one_encounter_are_suspected_with_a_cut(client, two_animals):
    (question,) = asked(client)
    assert (question["kind"], question["encounter_id"]) == ("two_animals", 1)
    assert question["cut"] == [3, 4]
    assert question["llr"] < -2


def test_following_the_cut_parts_the_encounter_and_asks_no_more(app, client, two_animals):
    given = say(client, 1, "yes")
    assert listed(client) == {1: [1, 2], 2: [3, 4]}
    compare(app)
    assert asked(client) == []
    undo(client, given["correction"])
    compare(app)
    assert [one["cut"] for one in asked(client)] == [[3, 4]]


def test_one_animal_after_all_is_not_suspected_again(app, client, painted, two_animals):
    say(client, 1, "no")
    upload(client, painted, (2, 5, 14))
    compare(app)
    assert listed(client) == {1: [1, 2, 3, 4, 5]}
    assert asked(client) == []


def test_an_open_suspicion_follows_the_photos(app, client, painted, two_animals):
    upload(client, painted, (2, 5, 14))
    compare(app)
    assert [one["cut"] for one in asked(client)] == [[3, 4, 5]]
    shape(client, "/encounters/1/part", annotations=[3, 4, 5])
    compare(app)
    assert asked(client) == []


def test_each_photo_the_same_as_another_identity_is_a_suspicion(app, client, painted):
    for animal, flank, name in ((1, "left", "Uma"), (2, "right", "Vera")):
        files = [("files", (f"{name}.jpg", painted(animal, 50, taken="2019:01:01 20:00:00")))]
        data = {"station": name, "flank": flank}
        client.post(f"{API}/photos", files=files, data=data)
        number = 1 if name == "Uma" else 2
        decide(client, number, kind="new", name=name)
    for animal, flank, minute in ((1, "left", 0), (2, "right", 5)):
        taken = f"2020:01:01 20:{minute:02}:00"
        files = [("files", (f"{animal}.jpg", painted(animal, 60, taken=taken)))]
        client.post(f"{API}/photos", files=files, data={"station": "Ridge", "flank": flank})
    compare(app)
    (question,) = asked(client)
    assert (question["kind"], question["encounter_id"], question["cut"]) == ("two_animals", 3, [4])
    assert question["llr"] is None


def test_a_burst_of_one_animal_is_not_suspected(app, client, painted):
    upload(client, painted, (1, 0, 0), (1, 1, 1), (1, 2, 2))
    compare(app)
    assert asked(client) == []


def test_two_animals_of_one_frame_that_an_earlier_release_kept_in_one_encounter_are_asked_about(
    app, client, painted
):
    upload(client, painted, (1, 0, 0), (1, 1, 1))
    first = client.get(f"{API}/encounters/1").json()["references"][0]["photo"]["id"]
    new = {"box": [0, 0, 300, 160], "flank": "left"}
    assert client.post(f"{API}/photos/{first}/annotations", json=new).status_code == 201
    with app.state.components[Database].write() as connection:
        connection.execute(annotation.update().values(encounter_id=1))
    compare(app)
    (question,) = asked(client)
    assert question["kind"] == "two_animals"
    assert question["cut"] in ([1], [3], [2, 3])
    say(client, question["id"], "yes")
    assert {len(animals) for animals in listed(client).values()} == {1, 2}
