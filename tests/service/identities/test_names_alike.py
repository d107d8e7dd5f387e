"""Names that differ in case, accents or form only: a warning when named, found by the search."""

import pytest
from shaped import decide, upload

API = "/api/v1"


@pytest.fixture
def named(client, painted):
    """L001 is in the catalogue; encounter 2 waits."""
    upload(client, painted, (1, 0, 0))
    upload(client, painted, (2, 0, 100))
    decide(client, 1, kind="new", name="L001")


def test_a_name_that_differs_in_case_only_is_recorded_with_a_warning(client, named):
    answer = client.post(f"{API}/encounters/2/decisions", json={"kind": "new", "name": "l001"})
    assert (answer.status_code, answer.json()["alike"]) == (201, ["L001"])
    answer = client.post(f"{API}/identities", json={"name": "\u013a001"})  # l with an acute
    assert (answer.status_code, answer.json()["alike"]) == (201, ["L001", "l001"])
    answer = client.post(f"{API}/identities", json={"name": "Uma"})
    assert answer.json()["alike"] == []
    answer = client.patch(f"{API}/identities/{answer.json()['identity_id']}", json={"name": "UMA"})
    assert answer.json()[0]["alike"] == []
    (first, *_) = client.patch(f"{API}/identities/4", json={"name": "L\u0301001"}).json()
    assert first["alike"] == ["L001", "l001", "\u013a001"]


def test_the_page_warns_beside_the_way_back(client, named):
    form = {"kind": "new", "name": "l001", "after": 0}
    text = client.post("/encounters/2/decisions", data=form).text
    assert "The catalogue has L001 already: l001 differs in case, accents or form only." in text
    assert "Undo" in text
    client.post("/encounters/2/decisions", data={"kind": "withdrawn", "after": 2})
    text = client.post("/encounters/2/decisions", data={"kind": "new", "name": "Uma", "after": 3})
    assert "already:" not in text.text


@pytest.mark.parametrize("query", ["zoe", "ZO\u00cb", "zoe\u0308", " Zo\u00eb "])
def test_the_search_of_the_api_finds_whatever_the_case_accents_or_form(client, named, query):
    decide(client, 2, kind="new", name="Zo\u00eb")
    found = client.get(f"{API}/identities", params={"q": query}).json()
    assert [one["name"] for one in found] == ["Zo\u00eb"]


def test_the_search_of_the_api_finds_former_names_and_without_a_text_everything(client, named):
    client.patch(f"{API}/identities/1", json={"name": "Uma"})
    assert [one["name"] for one in client.get(f"{API}/identities?q=l001").json()] == ["Uma"]
    assert [one["name"] for one in client.get(f"{API}/identities").json()] == ["Uma"]
    assert client.get(f"{API}/identities?q=nobody").json() == []
