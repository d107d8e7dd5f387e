"""The catalogue and the history of identities over HTTP: pages, API, reference photos."""

import re

import pytest

API = "/api/v1"
HTML = {"accept": "text/html"}


@pytest.fixture
def seen(client, painted, work):
    """seen(animal, day) uploads and embeds one photo; returns its encounter."""

    def upload(animal, day, view=0, flank="left", station="North"):
        photo = painted(animal, view, taken=f"2020:01:{day:02} 10:00:00")
        said = {"station": station, "flank": flank}
        files = [("files", (f"{animal}-{day}.jpg", photo))]
        answer = client.post(f"{API}/photos", files=files, data=said)
        work()
        return answer.json()["files"][0]["encounter_id"]

    return upload


def named(client, encounters, name, **more):
    said = {"name": name, "encounters": encounters, **more}
    return client.post(f"{API}/identities", json=said).json()["identity_id"]


def form(client, address, **fields):
    return client.post(address, data=fields, headers=HTML, follow_redirects=False)


def listed(client, query=""):
    """Names on the catalogue page, in their order."""
    text = client.get(f"/catalogue?{query}", headers=HTML).text
    return re.findall(r'<h2><a href="/identities/\d+">([^<]+)</a></h2>', text)


def as_seen(client, identity, **groups):
    """The decisions that the preview of a split carries along, and the groups."""
    query = "&".join(f"{name}={value}" for name, value in groups.items())
    text = client.get(f"/identities/{identity}/split?preview=1&{query}").text
    return groups | dict(re.findall(r'name="(a\d+)" value="(\d+)"', text))


def photos_of(client, identity):
    found = client.get(f"{API}/identities/{identity}").json()["references"]
    return [one["annotation"]["id"] for one in found]


def test_a_refused_photo_leaves_the_gallery_and_comes_back(client, seen):
    first, query = seen(1, 1), seen(1, 2, view=1)
    identity = named(client, [first], "Uma")
    (photo,) = photos_of(client, identity)

    def candidates():
        found = client.get(f"{API}/encounters/{query}/candidates").json()
        return found["gallery"], [one["identity"] for one in found["candidates"]]

    address = f"{API}/annotations/{photo}/references"
    assert candidates() == (1, ["Uma"])
    assert client.post(address, json={"state": "refused", "after": 0}).status_code == 201
    assert candidates() == (0, [])
    assert f"/annotations/{photo}/crop" not in client.get("/catalogue").text
    assert client.post(address, json={"state": "unmarked"}).status_code == 201
    assert candidates() == (1, ["Uma"])
    assert [one["state"] for one in client.get(address).json()] == ["refused", "unmarked"]


def test_an_approved_photo_is_the_thumbnail_and_a_stale_mark_is_refused(client, seen):
    identity = named(client, [seen(1, 1), seen(1, 2, view=1)], "Uma")
    newer, older = photos_of(client, identity)
    page = client.get(f"/identities/{identity}").text
    assert "No reference photo is approved yet" in page
    assert f"/annotations/{newer}/crop" in client.get("/catalogue").text
    address = f"/identities/{identity}/references/{older}"
    assert form(client, address, state="approved", after=0).status_code == 303
    assert f"/annotations/{older}/crop" in client.get("/catalogue").text
    assert "Reference photos" in client.get(f"/identities/{identity}").text
    stale = form(client, address, state="refused", after=0)
    assert stale.status_code == 409
    assert "marked photo" in stale.text


def test_merge_and_undo_over_the_api(client, seen):
    uma = named(client, [seen(1, 1)], "Uma")
    kali = named(client, [seen(1, 3, view=1), seen(1, 5, view=2)], "Kali")
    said = {"other_id": kali, "reviewer": "Aigül", "reason": "torn ear"}
    merged = client.post(f"{API}/identities/{uma}/merge", json=said).json()
    assert (merged["kind"], len(merged["encounters"])) == ("merged", 2)
    assert [one["name"] for one in client.get(f"{API}/identities").json()] == ["Uma"]
    gone = client.get(f"{API}/identities/{kali}").json()["summary"]
    assert (gone["encounters"], gone["merged_into"]) == (0, uma)
    undone = client.post(f"{API}/changes/{merged['id']}/undo", json={"reviewer": "Timur"})
    assert (undone.status_code, undone.json()["undoes"]) == (201, merged["id"])
    assert [one["name"] for one in client.get(f"{API}/identities").json()] == ["Kali", "Uma"]
    history = client.get(f"{API}/identities/{kali}/changes").json()
    assert [(one["kind"], one["undone"]) for one in history] == [
        ("created", False),
        ("merged", True),
        ("undone", False),
    ]


def test_an_undo_after_a_later_decision_is_refused_on_the_page_too(client, seen):
    uma = named(client, [seen(1, 1)], "Uma")
    later = seen(1, 3, view=1)
    kali = named(client, [later], "Kali")
    merged = client.post(f"{API}/identities/{uma}/merge", json={"other_id": kali}).json()
    client.post(f"{API}/encounters/{later}/decisions", json={"kind": "cannot_tell"})
    answer = form(client, f"/changes/{merged['id']}/undo")
    assert answer.status_code == 409
    assert f"Somebody decided since on encounter {later}" in answer.text
    page = client.get(f"/identities/{uma}").text
    assert f"Cannot be undone: decided since on encounter {later}." in page


def test_identities_are_edited_and_the_history_says_who_and_why(client, seen):
    uma = named(client, [seen(1, 1)], "Uma")
    said = {"name": "Umay", "sex": "female", "reviewer": "Aigül", "reason": "cubs in May"}
    kinds = [one["kind"] for one in client.patch(f"{API}/identities/{uma}", json=said).json()]
    assert kinds == ["renamed", "described"]
    page = client.get(f"/identities/{uma}").text
    for words in ("Renamed from Uma to Umay", "Created as Uma", "cubs in May", "formerly Uma"):
        assert words in page


def test_the_catalogue_is_filtered_searched_and_sorted(client, seen):
    uma = named(client, [seen(1, 1), seen(1, 9, flank="right")], "Uma", sex="female")
    named(client, [seen(2, 3, station="South")], "Kali", life_stage="adult", note="torn ear")
    lia = named(client, [seen(3, 12)], "Lia")
    client.post(f"{API}/identities/{uma}/merge", json={"other_id": lia})
    client.patch(f"{API}/identities/{uma}", json={"name": "Umay"})
    assert listed(client) == ["Kali", "Umay"]
    assert listed(client, "sort=seen") == ["Umay", "Kali"]
    assert listed(client, "sort=encounters") == ["Umay", "Kali"]
    assert listed(client, "flank=both") == ["Umay"]
    assert listed(client, "flank=no-right") == ["Kali"]
    assert listed(client, "sex=female") == ["Umay"]
    assert listed(client, "stage=adult") == ["Kali"]
    assert listed(client, "station=South") == ["Kali"]
    assert listed(client, "q=EAR") == ["Kali"]
    assert listed(client, "q=lia") == ["Umay"]  # merged away: found with where it went
    assert listed(client, "q=lia&page=x") == ["Umay"]
    assert listed(client, "q=nobody") == []
    found = client.get("/catalogue?q=lia").text
    assert "also known as Lia, Uma" in found
    assert f'<a href="/identities/{lia}">Lia</a>' in found
    assert "1 of 2 identities fit." in client.get("/catalogue?sex=female").text


def test_compare_with_leads_to_two_encounters_that_share_a_flank(client, seen):
    left, right = seen(1, 1), seen(1, 3, flank="right")
    uma = named(client, [left, right], "Uma")
    other = seen(2, 5, flank="right")
    named(client, [other], "Kali")
    answer = client.get(
        f"/compare-with?identity={uma}&other=Kali&flank=left", follow_redirects=False
    )
    assert answer.headers["location"] == f"/compare?one={right}&other={other}"
    answer = client.get(f"/compare-with?encounter={left}&other=Kali", follow_redirects=False)
    assert answer.headers["location"] == f"/compare?one={left}&other={other}"
    assert "No identity in the catalogue is called Nobody" in (
        client.get(f"/compare-with?identity={uma}&other=Nobody").text
    )


def test_a_suggested_cut_parts_two_animals_under_one_name(client, seen):
    mine = [seen(1, 1), seen(1, 3, view=1), seen(1, 5, view=2)]
    hers = [seen(2, 7), seen(2, 9, view=1)]
    uma = named(client, mine + hers, "Uma")
    cut = client.get(f"{API}/identities/{uma}/cut").json()
    assert cut["groups"] == [mine, hers]
    assert cut["posterior"] > 10 * cut["all_one"]
    assert (cut["compared"], cut["unmeasured"], cut["in_full"]) == (10, 0, True)
    page = client.get(f"/identities/{uma}/split?suggest=1").text
    assert "this cut has the probability" in page
    assert f'name="e{hers[0]}" value="1" checked' in page


def test_a_split_of_two_groups_is_two_entries_or_none(client, seen):
    a, b, c = seen(1, 1), seen(2, 3), seen(3, 5)
    uma = named(client, [a, b, c], "Uma")
    kali = named(client, [seen(4, 7)], "Kali")
    address = f"/identities/{uma}/split"
    groups = as_seen(client, uma, **{f"e{a}": 0, f"e{b}": 1, f"e{c}": 2})
    taken = form(client, address, **groups, into1=kali, name2="Kali")
    assert taken.status_code == 409
    assert "already called Kali" in taken.text
    assert client.get(f"{API}/identities/{uma}").json()["summary"]["encounters"] == 3
    assert form(client, address, **groups, into1=kali, name2="Lia").status_code == 303
    whole = {one["name"]: one["encounters"] for one in client.get(f"{API}/identities").json()}
    assert whole == {"Kali": 2, "Lia": 1, "Uma": 1}
    nobody = form(client, address, **{f"e{a}": 0})
    assert (nobody.status_code, "Choose the encounters" in nobody.text) == (422, True)


def test_a_stale_split_loses_nothing(client, seen):
    a, b = seen(1, 1), seen(2, 3)
    uma = named(client, [a, b], "Uma")
    groups = as_seen(client, uma, **{f"e{a}": 0, f"e{b}": 1})
    same = {"kind": "same", "identity_id": uma}
    client.post(f"{API}/encounters/{b}/decisions", json=same)
    stale = form(client, f"/identities/{uma}/split", **groups)
    assert stale.status_code == 409
    assert f"somebody decided meanwhile on encounter {b}" in stale.text.replace("S", "s")
    assert client.get(f"{API}/identities/{uma}").json()["summary"]["encounters"] == 2


def test_pages_of_an_identity_that_is_gone_or_was_never_there(client, seen):
    uma, kali = named(client, [seen(1, 1)], "Uma"), named(client, [seen(2, 3)], "Kali")
    client.post(f"{API}/identities/{uma}/merge", json={"other_id": kali})
    page = client.get(f"/identities/{kali}").text
    assert f'Its encounters are <a href="/identities/{uma}">Uma</a>' in page
    assert client.get("/identities/99", headers=HTML).status_code == 404
    assert client.get(f"{API}/identities/99/changes").status_code == 404
    assert client.post(f"{API}/changes/99/undo", json={}).status_code == 404


def test_an_edit_that_repeats_what_is_known_changes_the_rest_and_nothing_else(client, seen):
    identity = named(client, [seen(1, 1)], "Uma")
    where = f"{API}/identities/{identity}"
    first = client.patch(where, json={"name": "Uma", "sex": "female"})
    assert [one["kind"] for one in first.json()] == ["described"]
    second = client.patch(where, json={"name": "Kali", "sex": "female"})
    assert [one["kind"] for one in second.json()] == ["renamed"]
    for same in ({"name": "Kali"}, {"sex": "female"}, {"name": "Kali", "sex": "female"}):
        assert client.patch(where, json=same).status_code == 409
