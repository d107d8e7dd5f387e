"""Clusters of encounters and pairs most worth a decision: shown, decided in batches, put up."""

from io import BytesIO

import pytest
from fake_embedder import FakeEmbedder
from PIL import Image

from service.operations.worker import Worker
from service.recognition.engine import Engine
from service.settings import Settings
from service.store import clusterings, decisions, encounters, opinions, reviews
from service.store.database import Database
from service.store.decisions import NewDecision
from service.store.files import PhotoFiles
from service.store.opinions import NewOpinion
from service.store.reviews import NewPair, ReviewUpdate

HTML = {"accept": "text/html"}


@pytest.fixture
def components(app, client):
    return app.state.components


@pytest.fixture
def met(components, client, painted):
    """met(animal, ...) uploads one encounter of each animal and lets the worker do everything."""
    made = []

    def upload(*animals, flank="left"):
        for animal in animals:
            made.append(animal)
            name = f"e{len(made)}"
            files = [("files", (f"{name}.jpg", painted(animal, len(made))))]
            said = {"station": "Ridge", "flank": flank, "encounter": name}
            client.post("/api/v1/photos", files=files, data=said)
        finish(components)

    return upload


@pytest.fixture
def plain():
    """A frame of a camera that nobody passed."""
    buffer = BytesIO()
    Image.new("RGB", (320, 160), (90, 90, 90)).save(buffer, "JPEG")
    return buffer.getvalue()


def finish(components):
    given = (components[Database], components[PhotoFiles], components[Settings], FakeEmbedder())
    worker = Worker(*given, name="w", engine=components[Engine])
    while worker.work():
        pass


def decide(client, number, **what):
    answer = client.post(f"/api/v1/encounters/{number}/decisions", json=what)
    assert answer.status_code == 201, answer.text
    return answer.json()["identity_id"]


def clusters(client):
    found = client.get("/api/v1/clusters").json()
    return found["animals"], {tuple(one["encounters"]) for one in found["clusters"]}


def suggested(client):
    return [tuple(s["couple"]) for s in client.get("/api/v1/suggestions").json()["suggestions"]]


def test_a_photo_without_an_animal_is_no_animal_unless_a_person_says_so(
    components, client, met, plain
):
    met(1, 2)
    client.post("/api/v1/photos", files={"files": ("b.jpg", plain, "image/jpeg")})
    finish(components)
    assert clusters(client) == (2, {(1,), (2,)})
    decide(client, 3, kind="new", name="Uma")
    finish(components)
    assert clusters(client) == (3, {(1,), (2,), (3,)})


def test_before_anything_is_sorted_page_and_api_say_so(client):
    assert "Nothing is sorted yet" in client.get("/clusters").text
    assert client.get("/api/v1/clusters").json()["made"] is None
    assert suggested(client) == []


def test_two_visits_of_one_unidentified_animal_are_shown_together(client, met):
    met(1, 2, 1, 3)
    assert clusters(client) == (3, {(1, 3), (2,), (4,)})
    page = client.get("/clusters").text
    assert "2 encounters from 1 on" in page
    assert "/compare?one=1&amp;other=3" in page
    assert "3 suggested animals" in page
    assert "1 suggested animal<" in client.get("/clusters?size=2").text
    assert "No suggested animal fits" in client.get("/clusters?flank=right").text
    assert "3 suggested animals" in client.get("/clusters?station=Ridge&page=zzz").text
    assert client.get("/clusters?who=nobody").status_code == 422


def test_animals_known_by_one_flank_alone_are_counted_as_what_they_may_be(client, met):
    met(1, 1, 2)
    met(3, flank="right")
    found = client.get("/api/v1/clusters").json()
    assert (found["least"], found["most"]) == (2, 3)
    assert (found["left_only"], found["right_only"]) == (2, 1)
    assert found["least"] <= found["animals"] <= found["most"]
    page = client.get("/clusters").text
    assert "At least 2, at most 3: of some animals only the left flank is known (2)" in page


def test_one_that_may_be_a_known_identity_says_whom(client, components, met):
    met(1, 2)
    decide(client, 1, kind="new", name="Akbar")
    met(1)
    (known,) = [
        one
        for one in client.get("/api/v1/clusters").json()["clusters"]
        if one["identity_id"] is not None
    ]
    assert (known["encounters"], known["unidentified"]) == ([1, 3], 1)
    page = client.get("/clusters?who=known").text
    assert "Add to Akbar" in page


def test_two_identities_stay_apart_but_are_asked_about_when_they_look_alike(
    client, components, met
):
    met(1, 1)
    for number, name in ((1, "A"), (2, "B")):
        decide(client, number, kind="new", name=name)
    finish(components)
    assert clusters(client)[1] == {(1,), (2,)}
    assert suggested(client) == [(1, 2)]


def test_what_was_decided_or_put_up_is_not_suggested(client, components, met):
    met(1, 2, 1, 2)
    before = suggested(client)
    assert len(set(before)) == len(before) > 1
    answer = client.post("/api/v1/suggestions/reviews", json={"best": 1, "reviewer": "ab"})
    assert (answer.status_code, answer.json()) == (201, {"asked": 1, "new": 1})
    assert suggested(client) == before[1:]
    again = {"pairs": [list(before[0])], "reviewer": "ab"}
    assert client.post("/api/v1/suggestions/reviews", json=again).json()["new"] == 0
    finish(components)
    assert before[0] not in suggested(client)
    identity = decide(client, 1, kind="new")
    decide(client, 3, kind="same", identity_id=identity)
    assert (1, 3) not in suggested(client)


def test_a_hidden_known_pair_is_not_suggested_with_its_llr(client, components, met):
    met(1, 2, 1, 2)
    couple = suggested(client)[0]
    with components[Database].write() as connection:
        reviews.put(connection, [NewPair(*couple, source="known", truth="same")], "cu")
    assert couple not in suggested(client)
    assert f"one={couple[0]}&amp;other={couple[1]}" not in client.get("/clusters").text


def test_opinions_that_contradict_the_catalogue_are_named_and_the_catalogue_stands(
    client, components, met
):
    met(1, 1)
    identity = decide(client, 1, kind="new")
    decide(client, 2, kind="same", identity_id=identity)
    settle(components, (1, 2), "different")
    finish(components)
    assert client.get("/api/v1/clusters").json()["conflicts"] == [[1, 2]]
    assert clusters(client)[1] == {(1, 2)}
    assert "Observers contradict the catalogue" in client.get("/clusters").text


def test_settled_opinions_join_and_part(client, components, met):
    met(1, 2, 1)
    settle(components, (1, 2), "same")
    settle(components, (2, 3), "different")
    finish(components)
    assert clusters(client)[1] == {(1, 2), (3,)}


def settle(components, couple, answer):
    with components[Database].write() as connection:
        (made,) = reviews.put(connection, [NewPair(*couple, source="suggested", worth=0.5)], "ab")
        for observer in ("x", "y"):
            opinions.add(connection, made.id, observer, NewOpinion(answer, certainty="certain"))


def test_a_batch_is_previewed_and_then_decided_as_a_whole(client, components, met):
    met(1, 2, 1, 2)
    query = "what=identities&chosen=1,3&chosen=2,4"
    page = client.get(f"/clusters/preview?{query}").text
    assert "L001" in page
    assert "L002" in page
    with components[Database].read() as connection:
        assert encounters.counts(connection).decided == 0
    form = {
        "chosen": ["1,3", "2,4"],
        "seen": ["0,0", "0,0"],
        "name": ["Akbar", ""],
        "note": "seen together",
        "reviewer": "Aigül",
    }
    done = client.post("/clusters/identities", data=form)
    assert "2 suggested animals got an identity" in done.text
    with components[Database].read() as connection:
        latest = [decisions.latest(connection, number) for number in (1, 3, 2, 4)]
    assert [(one.kind, one.identity) for one in latest] == [
        ("new", "Akbar"),
        ("same", "Akbar"),
        ("new", "L001"),
        ("same", "L001"),
    ]
    assert all(one.llr > 1 and one.calibrator == "calibrated@1" for one in latest)
    assert {(one.note, one.reviewer) for one in latest} == {("seen together", "Aigül")}


def test_a_batch_is_refused_as_a_whole_where_somebody_decided_meanwhile(client, components, met):
    met(1, 2, 1, 2)
    decide(client, 4, kind="cannot_tell")
    form = {"chosen": ["1,3", "2,4"], "seen": ["0,0", "0,0"], "reviewer": "ab"}
    refused = client.post("/clusters/identities", data=form, headers=HTML)
    assert refused.status_code == 409
    assert "somebody decided on one of 2, 4 meanwhile" in refused.text.lower()
    with components[Database].read() as connection:
        assert decisions.latest(connection, 1) is None


def test_a_cluster_joins_the_identity_of_its_others_and_two_identities_are_refused(
    client, components, met
):
    met(1, 1, 2)
    decide(client, 1, kind="new", name="Akbar")
    client.post("/clusters/identities", data={"chosen": ["1,2"], "seen": ["0,1"]})
    with components[Database].read() as connection:
        assert decisions.latest(connection, 2).identity == "Akbar"
    decide(client, 3, kind="new", name="Other")
    page = client.get("/clusters/preview?what=identities&chosen=1,3").text
    assert "they belong to 2 identities already" in page
    assert client.get("/clusters/preview?what=identities", headers=HTML).status_code == 422
    assert client.get("/clusters/preview?what=case&chosen=77", headers=HTML).status_code == 404


def test_nobody_joins_another_identity_than_the_preview_said(client, components, met):
    met(1, 1)
    decide(client, 1, kind="new", name="Akbar")
    preview = client.get("/clusters/preview?what=identities&chosen=1,2").text
    seen = preview.split('name="seen" value="', 1)[1].split('"', 1)[0]
    decide(client, 1, kind="new", name="Babur")
    form = {"chosen": ["1,2"], "seen": [seen]}
    assert client.post("/clusters/identities", data=form, headers=HTML).status_code == 409
    with components[Database].read() as connection:
        assert decisions.latest(connection, 2) is None


def test_clusters_become_a_case_and_pairs_become_reviews(client, components, met):
    met(1, 2, 1)
    done = client.post("/clusters/case", data={"chosen": ["1,3", "2"], "name": "Three"})
    assert "Three" in done.text
    assert client.get("/api/v1/cases/1").json()["case"]["encounters"] == [1, 2, 3]
    page = client.get("/clusters/preview?what=reviews&chosen=1,3").text
    assert 'value="1,3"' in page
    done = client.post("/clusters/reviews", data={"pair": ["1,3"], "reviewer": "ab"})
    assert "A review of 1 pair was asked for" in done.text
    assert "Weakest link" not in client.get("/clusters?size=2").text  # nobody is to know meanwhile


def test_clusters_are_made_once_and_again_when_somebody_decides(client, components, met):
    met(1, 2)
    with components[Database].read() as connection:
        first = clusterings.newest(connection)
    finish(components)
    with components[Database].read() as connection:
        assert clusterings.newest(connection) == first
    with components[Database].write() as connection:
        decisions.add(connection, 1, NewDecision("new"))
    assert not client.get("/api/v1/clusters").json()["made"]["current"]
    finish(components)
    made = client.get("/api/v1/clusters").json()["made"]
    assert (made["current"], made["calibrator"]) == (True, "calibrated@1")


def test_clusters_are_made_again_when_one_pair_is_closed_and_another_opened(
    client, components, met
):
    met(1, 2, 1)
    with components[Database].write() as connection:
        one, other = reviews.put(connection, [NewPair(1, 2), NewPair(2, 3)], "cu")
        reviews.edit(connection, one.id, ReviewUpdate(closed=True), "cu")
    finish(components)
    with components[Database].write() as connection:
        reviews.edit(connection, one.id, ReviewUpdate(closed=False), "cu")
        reviews.edit(connection, other.id, ReviewUpdate(closed=True), "cu")
    assert not client.get("/api/v1/clusters").json()["made"]["current"]


def test_the_start_page_shows_what_is_most_worth_a_decision(client, met):
    met(1, 2, 1)
    assert "What is most worth a decision" in client.get("/").text
