"""Pages without a browser: status, errors as pages, and forms that are refused."""

import re
from typing import get_args

import pytest
from starlette.testclient import TestClient

from service.photos.wire import ClaimOut
from service.store.tables.photos import claim
from service.web.words import CLAIM_SOURCES

HTML = {"accept": "text/html"}


def test_a_bug_is_a_page_for_a_browser_and_a_problem_for_a_program(app):
    def boom() -> None:
        raise RuntimeError("a bug")

    app.add_api_route("/catalogue", boom)
    app.router.routes.insert(0, app.router.routes.pop())
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        page, problem = client.get("/catalogue", headers=HTML), client.get("/catalogue")
    assert (page.status_code, problem.status_code) == (500, 500)
    assert "Internal Server Error" in page.text
    assert "a bug" not in page.text + problem.text
    assert problem.json()["code"] == "internal_error"


@pytest.fixture
def encounter(client, painted, work):
    files = [("files", ("1.jpg", painted(1, taken="2020:01:01 10:00:00")))]
    answer = client.post("/api/v1/photos", files=files, data={"station": "North", "flank": "left"})
    work()
    return answer.json()["files"][0]["encounter_id"]


def decide(client, encounter, **form):
    form = {"after": "0", **form}
    address = f"/encounters/{encounter}/decisions"
    return client.post(address, data=form, headers=HTML, follow_redirects=False)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 422),
        ({"kind": "maybe"}, 422),
        ({"kind": "same"}, 422),
        ({"kind": "other", "other": "x"}, 422),
        ({"kind": "same", "identity_id": "99"}, 404),
        ({"kind": "withdrawn"}, 409),
        ({"kind": "cannot_tell", "after": "7"}, 409),
    ],
    ids=["nothing", "no such kind", "whom", "no number", "nobody", "nothing to undo", "stale"],
)
def test_a_senseless_decision_is_refused_with_a_page(client, encounter, form, status):
    answer = decide(client, encounter, **form)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert client.get(f"/api/v1/encounters/{encounter}/decisions").json() == []


def test_a_decision_redirects_and_remembers_the_reviewer(client, encounter):
    answer = decide(
        client, encounter, kind="new", name=" Uma ", reviewer="Aigül K", note="torn ear"
    )
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/encounters/{encounter}?said=1",
    )
    page = client.get(answer.headers["location"], headers=HTML).text
    assert "Recorded: new identity Uma." in page
    assert 'value="Aigül K"' in page
    assert "torn ear" in page


def test_what_strangers_type_is_never_markup(client, encounter):
    decide(client, encounter, kind="new", name="<script>alert(1)</script>", note="<b>x</b>")
    for address in (f"/encounters/{encounter}", "/catalogue", "/identities/1"):
        page = client.get(address, headers=HTML).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_a_page_never_carries_code_or_style_of_its_own(client, encounter):
    for address in ("/", "/upload", "/encounters", f"/encounters/{encounter}", "/catalogue"):
        page = client.get(address, headers=HTML).text
        assert " style=" not in page
        assert "<style" not in page
        assert " onclick=" not in page
        assert page.count("<script") == page.count('<script type="module" src="/static/')


def test_what_was_stated_of_a_photo_is_told_in_words(client, painted, work):
    files = [("files", ("1.jpg", painted(1, taken="2020:01:01 22:00:00")))]
    answer = client.post("/api/v1/photos", files=files, data={"flank": "left"}).json()
    work()
    shown = client.get(f"/photos/{answer['files'][0]['photo_id']}", headers=HTML).text
    assert 'left <span class="quiet">(as stated, used)' in shown
    assert "(as the file says, used)" in shown
    assert "(form" not in shown
    assert "(exif" not in shown


def test_every_source_of_a_statement_has_words():
    (check,) = (str(one.sqltext) for one in claim.constraints if "source" in str(one.name))
    told = get_args(ClaimOut.model_fields["source"].annotation)
    assert set(CLAIM_SOURCES) == set(told) > set(re.findall("'([^']+)'", check))
