"""Pages that do not wait for a comparison: shown at once, filled in when it is there."""

from threading import Event, Thread
from time import monotonic

import pytest
from fake_embedder import fake_recognition
from starlette.testclient import TestClient

from service.app import create_app
from service.web.ahead import WANTED_S, Ahead
from service.web.answer_cache import AnswerCache, NotYet

PATIENCE_S = 20


@pytest.fixture
def settings(settings):
    """A page waits for nothing."""
    return settings.model_copy(update={"page_wait_s": 0.0})


@pytest.fixture
def app(settings):
    return create_app(settings, load=fake_recognition)


@pytest.fixture
def ahead():
    made = Ahead(0.0)
    yield made
    made.close()


def unknown():
    raise NotYet


def keep_busy(ahead, *, until):
    """Its thread is at work when this returns."""
    begun = Event()
    with pytest.raises(NotYet):
        ahead.answer("running", unknown, lambda: (begun.set(), until.wait(PATIENCE_S)))
    assert begun.wait(PATIENCE_S)


def test_an_answer_is_never_made_twice_at_the_same_time():
    kept, made, begun, go = AnswerCache(4), [], Event(), Event()

    def make():
        begun.set()
        go.wait(PATIENCE_S)
        made.append(1)
        return "found"

    found = []
    threads = [Thread(target=lambda: found.append(kept.get("key", make))) for _ in range(3)]
    for one in threads:
        one.start()
    begun.wait(PATIENCE_S)
    with pytest.raises(NotYet):
        kept.known("key")
    go.set()
    for one in threads:
        one.join()
    assert (found, made, kept.known("key")) == (["found"] * 3, [1], "found")


def test_what_could_not_be_made_is_told_and_made_anew():
    kept = AnswerCache(4)
    with pytest.raises(ZeroDivisionError):
        kept.get("key", lambda: 1 / 0)
    assert kept.get("key", lambda: 2) == 2


def test_who_waited_for_what_could_not_be_made_makes_it():
    answers, begun, go, found = AnswerCache(4), Event(), Event(), []

    def fail():
        begun.set()
        go.wait(PATIENCE_S)
        raise ZeroDivisionError

    def first():
        with pytest.raises(ZeroDivisionError):
            answers.get("key", fail)

    threads = [Thread(target=first)]
    threads[0].start()
    begun.wait(PATIENCE_S)
    threads += [Thread(target=lambda: found.append(answers.get("key", lambda: 2)))]
    threads[1].start()
    go.set()
    for thread in threads:
        thread.join()
    assert found == [2]


def test_only_the_answers_used_last_are_kept():
    kept = AnswerCache(2)
    for key in (1, 2, 1, 3):
        kept.get(key, lambda key=key: key)
    assert [key in kept for key in (1, 2, 3)] == [True, False, True]


def test_what_is_known_is_told_at_once(ahead):
    assert ahead.answer("key", lambda: "known", unknown) == "known"


def test_what_takes_longer_than_the_wait_goes_on_once_however_often_it_is_asked_for(ahead):
    go, done, made = Event(), Event(), []

    def work():
        go.wait(PATIENCE_S)
        made.append(1)
        done.set()

    for _ in range(3):
        with pytest.raises(NotYet):
            ahead.answer("key", unknown, work)
    go.set()
    assert done.wait(PATIENCE_S)
    assert made == [1]


def test_what_was_asked_for_last_comes_first_and_what_nobody_asked_for_yet_last(ahead):
    go, end, order = Event(), Event(), []
    keep_busy(ahead, until=go)
    ahead.soon("next", lambda: (order.append("next"), end.set()))
    for name in ("first", "second"):
        with pytest.raises(NotYet):
            ahead.answer(name, unknown, lambda name=name: order.append(name))
    go.set()
    assert end.wait(PATIENCE_S)
    assert order == ["second", "first", "next"]


def test_work_of_a_page_that_was_left_is_not_begun(ahead, monkeypatch):
    go, end, order = Event(), Event(), []
    keep_busy(ahead, until=go)
    for name in ("left", "looked at"):
        with pytest.raises(NotYet):
            ahead.answer(name, unknown, lambda name=name: order.append(name))
    moment = monotonic() + WANTED_S + 1
    monkeypatch.setattr("service.web.ahead.monotonic", lambda: moment)
    with pytest.raises(NotYet):  # its page asks again
        ahead.answer("looked at", unknown, lambda: order.append("again"))
    ahead.soon("end", end.set)
    go.set()
    assert end.wait(PATIENCE_S)
    assert order == ["looked at"]


def test_an_error_reaches_whoever_asks_again(ahead):
    done = Event()
    with pytest.raises(NotYet):
        ahead.answer("key", unknown, lambda: 1 / 0)
    with pytest.raises(NotYet):
        ahead.answer("other", unknown, done.set)
    assert done.wait(PATIENCE_S)
    with pytest.raises(ZeroDivisionError):
        ahead.answer("key", unknown, lambda: "never")


@pytest.fixture
def two(client, painted, work):
    """A known leopard and an encounter that waits."""
    for animal, day in ((1, 1), (1, 9)):
        photo = painted(animal, day, taken=f"2020:01:0{day} 22:00:00")
        files = [("files", (f"{day}.jpg", photo))]
        made = client.post("/api/v1/photos", files=files, data={"flank": "left"})
        assert made.status_code in {200, 201, 202}, made.text
    work()
    form = {"kind": "new", "name": "Uma", "after": "0"}
    client.post("/encounters/1/decisions", data=form, follow_redirects=False)  # no page asks yet


def test_an_encounter_is_shown_before_its_candidates_and_never_says_there_are_none(
    client, app, two
):
    page = until(client, app, "/encounters/2", "The photos are being compared with the catalogue")
    assert 'data-refresh="1"' in page
    assert '<meta http-equiv="refresh"' in page
    assert "No candidate" not in page
    page = until(client, app, "/encounters/2", "marked where they agree")
    assert "Candidate 1 of 1:" in page
    assert 'data-refresh="1"' not in page
    assert "Uma" in page


def test_a_case_and_who_it_may_be_fill_in(client, app, two):
    made = client.post("/api/v1/cases", json={"name": "Two"}).json()["id"]
    client.post(f"/api/v1/cases/{made}/encounters", json={"encounters": [1, 2]})
    assert "What they say appears here by itself" in client.get(f"/cases/{made}").text
    until(client, app, f"/cases/{made}", "How many animals?")
    until(client, app, "/encounters/2/posterior", "Animals that are not in the catalogue")


def test_a_dossier_is_there_when_its_photos_are_compared(client, app, two):
    made = client.post("/api/v1/cases", json={"name": "Two"}).json()["id"]
    client.post(f"/api/v1/cases/{made}/encounters", json={"encounters": [1, 2]})
    first = client.get(f"/cases/{made}/dossier", headers={"accept": "text/html"})
    assert first.status_code == 202
    assert "The dossier appears here by itself" in first.text
    dossier = until(client, app, f"/cases/{made}/dossier", "SHA-256 of the content")
    assert "appears here by itself" not in dossier


def test_a_dossier_of_no_case_says_so_at_once(client):
    assert client.get("/cases/9/dossier", headers={"accept": "text/html"}).status_code == 404


def test_the_api_waits_for_its_answer(client, two):
    assert len(client.get("/api/v1/encounters/2/candidates").json()["candidates"]) == 1


def until(client: TestClient, app, address: str, words: str) -> str:
    """The page, asked for until it says this."""
    for _ in range(500):
        page = client.get(address, headers={"accept": "text/html"}).text
        if words in page:
            return page
    raise AssertionError(f"{address} never said {words!r}")
