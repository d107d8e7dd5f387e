"""Each request has a number, which its answer and its lines in the log share."""

import io
import json
import logging

import pytest
from fastapi.testclient import TestClient
from logged_in import browser_of, one_of_each

from service.operations.logs import handler_of
from service.store import identities
from service.store.people import Role
from service.web import request_log


@pytest.fixture
def lines():
    """What a service that logs for programs has written so far, line by line."""
    handler, stream = handler_of(in_json=True), io.StringIO()
    handler.setStream(stream)
    root, ours = logging.getLogger(), logging.getLogger(request_log.__name__)
    root.addHandler(handler)
    ours.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    ours.setLevel(logging.NOTSET)


def requests(lines):
    return [line for line in lines() if line["logger"] == request_log.__name__]


def test_an_answer_and_its_line_have_one_number_and_the_next_another(client, lines):
    numbers = [client.get("/api/v1/stations").headers["x-request-id"] for _ in range(2)]
    assert [line["request"] for line in requests(lines)] == numbers
    assert len(set(numbers)) == 2
    said = requests(lines)[0]
    assert (said["method"], said["path"], said["status"]) == ("GET", "/api/v1/stations", 200)
    assert said["ms"] > 0
    assert said["at"].endswith("+00:00")
    assert said["level"] == "INFO"


def test_the_line_says_which_account_asked(app, lines):
    numbers = one_of_each(app)
    browser_of(app, numbers[Role.VIEWER]).get("/api/v1/stations")
    TestClient(app, base_url="http://127.0.0.1").get("/api/v1/stations")
    viewer, stranger = requests(lines)[-2:]
    assert (viewer["account"], viewer["status"]) == (numbers[Role.VIEWER], 200)
    assert (stranger["account"], stranger["status"]) == (None, 401)


def test_a_line_holds_no_query_no_header_and_no_body(client, lines):
    client.get("/search?q=SECRET", headers={"authorization": "Bearer SECRET", "x": "SECRET"})
    client.post("/api/v1/encounters/1/decisions", json={"kind": "new", "name": "SECRET"})
    assert [line["path"] for line in requests(lines)] == [
        "/search",
        "/api/v1/encounters/1/decisions",
    ]
    assert "SECRET" not in json.dumps(lines())


def test_a_number_that_is_sent_is_not_taken(client):
    answer = client.get("/api/v1/stations", headers={"x-request-id": "mine\x1b[31m"})
    assert "mine" not in answer.headers["x-request-id"]


def test_health_and_files_of_pages_are_noted_only_where_they_fail(client, lines):
    assert client.get("/health").status_code == 200
    assert client.get("/static/nothing.css").status_code == 404
    assert requests(lines) == []


def test_what_goes_wrong_is_found_by_the_number_that_the_page_shows(app, lines, monkeypatch):
    def broken(*_, **__):
        logging.getLogger("service.store").warning("about to fail")
        raise RuntimeError("broken")

    monkeypatch.setattr(identities, "catalogue", broken)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        page = client.get("/catalogue", headers={"accept": "text/html"})
    number = page.headers["x-request-id"]
    assert page.status_code == 500
    assert f"In the log this request has the number {number}." in page.text
    of_it = [line for line in lines() if line.get("request") == number]
    assert [line["message"] for line in of_it if line["level"] == "WARNING"] == ["about to fail"]
    assert requests(lines)[-1]["status"] == 500
