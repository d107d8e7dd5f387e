"""The encounter page and the page of questions shape encounters by plain forms."""

import re

import pytest
from corrected import history
from shaped import decide, listed, upload


def submit(client, path, **fields):
    return client.post(path, data={"reviewer": "Anna", **fields}, follow_redirects=False)


def followed(client, path, **fields):
    answer = submit(client, path, **fields)
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"]).text


@pytest.fixture
def night(client, painted):
    """Encounter 1 with three photos; encounter 2 an hour and a half later."""
    upload(client, painted, (1, 0, 0), (1, 1, 10), (2, 0, 20))
    upload(client, painted, (2, 1, 110))


def test_chosen_photos_are_parted_off_and_the_page_says_so_with_the_way_back(client, night):
    text = followed(client, "/encounters/1/shape", act="part", annotation=[3], reason="another")
    assert "1 photo went from encounter 1 to encounter 3." in text
    assert listed(client) == {1: [1, 2], 2: [4], 3: [3]}
    assert history(client)[0]["reason"] == "another"
    (number,) = set(re.findall(r'name="correction" value="(\d+)"', text))
    text = followed(client, "/encounters/1/undo", correction=number)
    assert "Undone: 1 photo went from encounter 3 to encounter 1." in text
    assert listed(client) == {1: [1, 2, 3], 2: [4]}


def test_photos_are_moved_to_an_encounter_near_by_or_named_by_its_number(client, night):
    page = client.get("/encounters/1").text
    assert 'value="move:2"' in page
    followed(client, "/encounters/1/shape", act="move:2", annotation=[3])
    assert listed(client) == {1: [1, 2], 2: [3, 4]}
    followed(client, "/encounters/1/shape", act="move", number=" 2 ", annotation=[2])
    assert listed(client) == {1: [1], 2: [2, 3, 4]}


def test_joining_leads_to_the_encounter_that_is_kept(client, night):
    decide(client, 2, kind="new", name="Uma")
    answer = submit(client, "/encounters/1/shape", act="join:2")
    assert answer.headers["location"].startswith("/encounters/2?shaped=")
    assert listed(client) == {2: [1, 2, 3, 4]}
    gone = client.get("/encounters/1").text
    assert "No photo is left in this encounter" in gone
    assert "3 photos went from encounter 1 to encounter 2" in gone


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"act": "part"}, 422, "Choose photos of this encounter first"),
        ({"act": "part", "annotation": [1, 2, 3]}, 409, "leave one"),
        ({"act": "join"}, 422, "Name another encounter by its number"),
        ({"act": "join:1"}, 422, "cannot be joined with itself"),
        ({"act": "join", "number": "99"}, 404, "No encounter 99"),
        ({"act": "part", "annotation": [4]}, 409, "not in encounter 1"),
    ],
)
def test_what_cannot_be_done_is_said_on_the_page_of_the_encounter(
    client, night, fields, status, words
):
    answer = submit(client, "/encounters/1/shape", **fields)
    assert answer.status_code == status
    assert words in answer.text
    assert 'id="shape" open' in answer.text
    assert listed(client) == {1: [1, 2, 3], 2: [4]}


def test_an_act_that_does_not_exist_is_refused(client, night):
    assert submit(client, "/encounters/1/shape", act="drop", annotation=[1]).status_code == 422
    assert submit(client, "/encounters/77/shape", act="part").status_code == 404


@pytest.fixture
def bridge(client, painted):
    upload(client, painted, (1, 0, 0))
    upload(client, painted, (1, 1, 50))
    decide(client, 1, kind="new", name="Uma")
    upload(client, painted, (1, 2, 25))


def test_a_question_stands_on_the_pages_of_both_encounters_and_on_those_of_what_waits(
    client, bridge
):
    words = "Are they one encounter?"
    for path in ("/encounters/1", "/encounters/2", "/questions"):
        text = client.get(path).text
        assert words in text
        assert "encounter 1 · 2 photos · 1 Jan 2020, 20:00 to 20:25" in text
    for path in ("/", "/reviews", "/encounters"):
        assert "1 question about encounters" in client.get(path).text


def test_one_press_answers_on_the_page_of_the_encounter(client, bridge):
    text = followed(client, "/questions/1/answer", answer="yes")
    assert listed(client) == {1: [1, 3, 2]}
    assert "1 photo went from encounter 2 to encounter 1." in text
    assert "Are they one encounter?" not in text


def test_no_on_the_page_of_questions_leads_back_there_with_the_way_back(client, bridge):
    text = followed(client, "/questions/1/answer", answer="no", back="questions")
    assert "A question was answered with no." in text
    assert "Nothing is asked" in text
    (number,) = set(re.findall(r'name="correction" value="(\d+)"', text))
    text = followed(client, "/encounters/1/undo", correction=number)
    assert "A question is open again" in text
    assert "Are they one encounter?" in text


def test_answered_questions_are_listed_with_who_answered(client, bridge):
    submit(client, "/questions/1/answer", answer="no")
    text = client.get("/questions", params={"state": "dismissed"}).text
    assert "No, they are two" in text
    assert "Anna" in text
