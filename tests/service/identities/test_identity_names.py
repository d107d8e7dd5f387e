"""Names of identities that come back from an export as what they are."""

import pytest


@pytest.fixture
def encounters(client, work, painted):
    """Two encounters that wait."""
    for n in (1, 2):
        taken = f"2020:01:0{n} 10:00:00"
        photo = {"files": ("a.jpg", painted(n, taken=taken), "image/jpeg")}
        client.post("/api/v1/photos", files=photo)
    work()


def decide(client, encounter, name):
    """The answer to a decision for a new identity of this name."""
    new = {"kind": "new", "name": name}
    return client.post(f"/api/v1/encounters/{encounter}/decisions", json=new)


@pytest.mark.parametrize("name", ["____", "NA", "None", "NaN", "unknown", "\u200b", "L\u200b001"])
def test_a_name_that_is_nobody_or_cannot_be_seen_is_refused_and_nothing_is_decided(
    client, encounters, name
):
    answer = decide(client, 1, name)
    code = "invalid_request" if "\u200b" in name else "bad_input"
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert client.get("/api/v1/encounters/1").json()["decisions"] == []


def test_a_name_is_found_in_either_form_of_its_accents(client, encounters):
    assert decide(client, 1, "ne\u0301e").status_code == 201
    again = decide(client, 2, "n\u00e9e")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_a_rename_follows_the_same_rule(client, encounters):
    assert decide(client, 1, "Naomi").status_code == 201
    form = {"name": "NaN", "seen": ""}
    answer = client.post("/identities/1/rename", data=form, follow_redirects=False)
    assert answer.status_code == 422
    assert "stands for nobody" in answer.text
