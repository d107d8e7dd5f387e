"""The photo's page: forms that correct it, the doubt with its button, history and undo."""

import re

import pytest
from corrected import CASES, detail, send

HTML = {"accept": "text/html"}


@pytest.fixture
def doubted(client, work):
    """A left flank that was stated to be a right one."""
    photo = (CASES / "flank_left_stated_right.jpg").read_bytes()
    sent = send(client, photo, station="North", flank="right")
    work()
    return sent


def shown(client, photo_id):
    answer = client.get(f"/photos/{photo_id}", headers=HTML)
    assert answer.status_code == 200
    return answer.text


def post(client, path, **fields):
    return client.post(path, data=fields, headers=HTML, follow_redirects=False)


def test_the_doubt_has_a_button_that_states_what_the_network_sees(client, doubted, work):
    page = shown(client, doubted["photo_id"])
    assert "You said right, the network sees a left flank: check" in page
    assert "State what the network sees: left flank" in page
    path = f"/annotations/{doubted['annotation_id']}/correct"
    assert post(client, path, flank="left").status_code == 303
    work()
    page = shown(client, doubted["photo_id"])
    assert "check" not in page
    assert "flank: right → left" in page


def test_the_form_corrects_what_it_shows_and_nothing_else(client, doubted):
    page = shown(client, doubted["photo_id"])
    names = ("seen", "captured_at", "zone", "station", "camera", "latitude", "longitude")
    values = {}
    for name in names:
        field = re.search(rf'<input[^>]*name="{name}"[^>]*>', page).group()
        values[name] = re.search(r'value="([^"]*)"', field).group(1)
    answer = post(client, f"/photos/{doubted['photo_id']}/correct", notes="", **values)
    assert answer.status_code == 303
    assert client.get("/api/v1/corrections").json()["total"] == 0
    values |= {"station": "South", "captured_at": "2024-06-10T19:00", "reviewer": "Anna"}
    assert post(client, f"/photos/{doubted['photo_id']}/correct", **values).status_code == 303
    photo = detail(client, doubted["photo_id"])["photo"]
    assert (photo["station"], photo["captured_at"]) == ("South", "2024-06-10T19:00:00")
    page = shown(client, doubted["photo_id"])
    assert "tation: North → South" in page
    assert "Anna" in page
    assert post(client, f"/photos/{doubted['photo_id']}/correct", station="").status_code == 303
    assert detail(client, doubted["photo_id"])["photo"]["station"] is None


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("latitude", "north", "is no number of degrees"),
        ("zone", "Mars", "offset such as +06:00"),
        ("captured_at", "soon", "ISO 8601"),
    ],
)
def test_a_field_that_cannot_be_used_is_said_on_the_page(client, doubted, field, value, words):
    answer = post(client, f"/photos/{doubted['photo_id']}/correct", **{field: value})
    assert answer.status_code == 422
    assert words in answer.text


def test_a_form_that_is_older_than_a_correction_is_refused(client, doubted):
    path = f"/photos/{doubted['photo_id']}/correct"
    assert post(client, path, station="South", seen="0").status_code == 303
    late = post(client, path, station="West", seen="0")
    assert late.status_code == 409
    assert "meanwhile" in late.text


def test_a_box_is_added_changed_and_removed_by_numbers(client, doubted):
    path = f"/photos/{doubted['photo_id']}/annotations"
    corners = {"x0": "0.1", "y0": "0.1", "x1": "0.5", "y1": "0.9"}
    assert post(client, path, flank="left", **corners).status_code == 303
    new = detail(client, doubted["photo_id"])["annotations"][1]
    assert (new["flank"], new["box"] is None) == ("left", False)
    wrong = post(client, f"/annotations/{new['id']}/correct", x0="1", y0="", x1="", y1="")
    assert wrong.status_code == 422
    whole = post(client, f"/annotations/{new['id']}/correct", x0="", y0="", x1="", y1="")
    assert whole.status_code == 303
    assert detail(client, doubted["photo_id"])["annotations"][1]["box"] is None
    assert post(client, f"/annotations/{new['id']}/withdraw", reason="x").status_code == 303
    assert "This animal in the photo is withdrawn" in shown(client, doubted["photo_id"])
    assert post(client, f"/annotations/{new['id']}/restore").status_code == 303


def test_a_withdrawn_photo_has_a_banner_and_the_way_back(client, doubted):
    path = f"/photos/{doubted['photo_id']}"
    assert post(client, f"{path}/withdraw", reason="people").status_code == 303
    page = shown(client, doubted["photo_id"])
    assert "This photo is withdrawn" in page
    assert "people" in page
    assert post(client, "/corrections/1/undo", photo=doubted["photo_id"]).status_code == 303
    page = shown(client, doubted["photo_id"])
    assert "This photo is withdrawn" not in page
    again = post(client, "/corrections/1/undo", photo=doubted["photo_id"])
    assert again.status_code == 409


def test_an_erased_photo_says_what_is_left(client, doubted):
    path = f"/photos/{doubted['photo_id']}"
    assert post(client, f"{path}/erase", reason="a child").status_code == 303
    page = shown(client, doubted["photo_id"])
    assert "This photo was erased" in page
    assert "Backups" in page
    assert '<form method="post" action="/photos' not in page


def test_the_encounter_says_that_the_evidence_changed_since_the_decision(client, doubted, work):
    number = doubted["encounter_id"]
    client.post(f"/api/v1/encounters/{number}/decisions", json={"kind": "new"})
    words = "The evidence has changed since the decision"
    assert words not in client.get(f"/encounters/{number}", headers=HTML).text
    client.patch(f"/api/v1/annotations/{doubted['annotation_id']}", json={"flank": "left"})
    work()
    assert words in client.get(f"/encounters/{number}", headers=HTML).text
    client.post(f"/api/v1/encounters/{number}/decisions", json={"kind": "cannot_tell"})
    assert words not in client.get(f"/encounters/{number}", headers=HTML).text


def test_the_report_of_an_upload_says_what_was_changed_and_withdraws_it(client, doubted):
    photo = (CASES / "flank_left_stated_right.jpg").read_bytes()
    again = client.post(
        "/upload", files=[("files", ("b.jpg", photo))], data={"flank": "left"}, headers=HTML
    )
    assert "Changed: flank" in again.text
    nothing = client.post("/upload", files=[("files", ("b.jpg", photo))], headers=HTML)
    assert "Nothing was changed" in nothing.text
    assert post(client, "/uploads/1/withdraw", reason="x").status_code == 303
    assert "withdrawn" in client.get("/uploads/1", headers=HTML).text
