"""The service lets cells vote: over the whole catalogue, or beyond a limit over the best of it."""

import pytest
from fake_embedder import fake_recognition
from starlette.testclient import TestClient

from service.app import create_app
from service.recognition.engine import Engine
from service.settings import Settings

API = "/api/v1"


@pytest.fixture(params=[20_000, 0], ids=["over all", "over the best"])
def settings(settings, request):
    return settings.model_copy(update={"voting_limit": request.param, "shortlist": 1})


def upload(client, painted, work, animal, day, view=0):
    photo = painted(animal, view, taken=f"2020:01:{day:02} 10:00:00")
    files = [("files", (f"{animal}-{day}.jpg", photo))]
    said = {"station": "North", "flank": "left"}
    answer = client.post(f"{API}/photos", files=files, data=said)
    work()
    return answer.json()["files"][0]["encounter_id"]


def test_the_right_animal_comes_first_whether_all_are_voted_for_or_the_best(client, painted, work):
    for animal in (1, 2, 3):
        seen = upload(client, painted, work, animal, animal)
        client.post(f"{API}/encounters/{seen}/decisions", json={"kind": "new"})
    query = upload(client, painted, work, 2, 9, view=1)
    found = client.get(f"{API}/encounters/{query}/candidates").json()["candidates"]
    assert found[0]["identity"] == "L002"


def test_a_decision_and_its_withdrawal_change_who_is_voted_for(client, app, painted, work):
    engine, limit = app.state.components[Engine], app.state.components[Settings].voting_limit
    numbers = []
    first = upload(client, painted, work, 1, 1)
    client.post(f"{API}/encounters/{first}/decisions", json={"kind": "new"})
    second = upload(client, painted, work, 2, 2)
    for kind in ("new", "withdrawn"):
        numbers.append(engine.snapshot().galleries.voting)
        client.post(f"{API}/encounters/{second}/decisions", json={"kind": kind})
    numbers.append(engine.snapshot().galleries.voting)
    expected = [1, 2, 1] if limit else [None] * 3
    assert [one if one is None else len(one) for one in numbers] == expected


def test_a_new_process_counts_the_same_votes(client, app, settings, painted, work):
    for animal in (1, 2, 3):
        seen = upload(client, painted, work, animal, animal)
        client.post(f"{API}/encounters/{seen}/decisions", json={"kind": "new"})
    query = upload(client, painted, work, 2, 9, view=1)
    with TestClient(
        create_app(settings, load=fake_recognition), base_url="http://127.0.0.1"
    ) as other:
        pages = [one.get(f"{API}/encounters/{query}/candidates").json() for one in (client, other)]
    assert pages[0]["candidates"] == pages[1]["candidates"]
