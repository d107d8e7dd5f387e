"""Every error has one shape and a stable code; foreign pages may not write."""

import pytest

from service.app import create_app
from service.web import limits

API = "/api/v1"
SHAPE = {"type", "title", "status", "detail", "code"}


def chunks():
    for _ in range(2200):
        yield b"x" * 1024


MULTIPART = {"content-type": "multipart/form-data; boundary=b"}
JSON = {"content-type": "application/json"}
LATE = "9999-12-31T23:59:59"  # no moment comes after it
FILE = {"files": {"files": ("a.jpg", b"no photo")}}


@pytest.mark.parametrize(
    ("method", "url", "extra", "status", "code"),
    [
        ("GET", "/api/v1/nowhere", {}, 404, "not_found"),
        ("DELETE", "/api/v1/encounters", {}, 405, "method_not_allowed"),
        ("GET", "/api/v1/encounters/7", {}, 404, "not_found"),
        ("GET", "/api/v1/encounters/0", {}, 422, "invalid_request"),
        ("GET", "/api/v1/encounters/99999999999999999999", {}, 422, "invalid_request"),
        ("GET", "/api/v1/encounters/7/candidates", {}, 404, "not_found"),
        ("GET", "/api/v1/encounters/7/decisions", {}, 404, "not_found"),
        ("GET", "/api/v1/encounters?state=lost", {}, 422, "invalid_request"),
        ("GET", "/api/v1/identities/7", {}, 404, "not_found"),
        ("GET", "/api/v1/uploads/7", {}, 404, "not_found"),
        ("GET", "/api/v1/photos/abc", {}, 422, "invalid_request"),
        ("GET", f"/api/v1/photos/{'0' * 64}", {}, 404, "not_found"),
        ("GET", f"/api/v1/photos/{'0' * 64}/image", {}, 404, "not_found"),
        ("GET", "/api/v1/annotations/7/crop", {}, 404, "not_found"),
        ("POST", "/api/v1/photos", {}, 422, "invalid_request"),
        (
            "POST",
            "/api/v1/signatures",
            {"content": r'{"only": ["\ud800"]}', "headers": JSON},
            422,
            "invalid_request",
        ),
        ("POST", "/api/v1/photos", FILE, 422, "no_photo_accepted"),
        ("POST", "/api/v1/photos", FILE | {"data": {"flank": "top"}}, 422, "invalid_request"),
        ("POST", "/api/v1/photos", FILE | {"data": {"captured_at": "dawn"}}, 422, "bad_time"),
        ("POST", "/api/v1/photos", FILE | {"data": {"captured_at": LATE}}, 422, "bad_time"),
        ("POST", "/api/v1/photos", FILE | {"data": {"captured_at": "2019-03-01"}}, 422, "bad_time"),
        ("POST", "/api/v1/photos", FILE | {"data": {"station": "a\x00"}}, 422, "invalid_request"),
        ("POST", "/api/v1/identify", FILE, 422, "unreadable_image"),
        ("POST", "/api/v1/encounters/7/decisions", {"json": {"kind": "new"}}, 404, "not_found"),
        ("POST", "/api/v1/encounters/7/decisions", {"json": []}, 422, "invalid_request"),
        ("POST", "/api/v1/encounters/7/decisions", {"content": b"{"}, 422, "invalid_request"),
        (
            "POST",
            "/api/v1/photos",
            {"files": {"files": ("a.jpg", b"x" * 2_100_000)}},
            413,
            "too_large",
        ),
        ("POST", "/api/v1/photos", {"content": chunks(), "headers": MULTIPART}, 413, "too_large"),
    ],
)
def test_every_error_has_one_shape(client, method, url, extra, status, code):
    answer = client.request(method, url, **extra)
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == SHAPE
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["detail"]


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "same"},
        {"kind": "same", "identity_id": 99},
        {"kind": "withdrawn"},
        {"kind": "new", "name": ""},
        {"kind": "new", "name": "two\nlines"},
        {"kind": "cannot_tell", "llr": False},
        {"kind": "cannot_tell", "llr": 99},
        {"kind": "cannot_tell", "after": -1},
        {"kind": "cannot_tell", "unknown_field": 1},
        {"kind": "certainly"},
    ],
)
def test_a_decision_that_makes_no_sense_is_refused_and_records_nothing(client, painted, said):
    client.post(f"{API}/photos", files=[("files", ("a.jpg", painted(1)))])
    answer = client.post(f"{API}/encounters/1/decisions", json=said)
    assert answer.status_code in {404, 409, 422}
    assert set(answer.json()) == SHAPE
    assert client.get(f"{API}/encounters/1/decisions").json() == []


def test_too_many_files_are_refused_before_one_is_read(settings, painted):
    from fake_embedder import fake_recognition
    from starlette.testclient import TestClient

    app = create_app(settings.model_copy(update={"max_files": 2}), load=fake_recognition)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        files = [("files", (f"{n}.jpg", painted(n))) for n in range(3)]
        for url in (f"{API}/photos", f"{API}/identify", "/upload"):
            assert client.post(url, files=files).json()["code"] == "too_many_files"


def test_a_form_may_name_more_than_a_thousand_pairs_and_files(client):
    pairs = {"pair": [str(n) for n in range(1, 1500)]}
    assert client.post("/reviews/settling", data=pairs, follow_redirects=False).status_code == 303
    files = [("files", (f"{n}.jpg", b"")) for n in range(1100)]
    assert client.post(f"{API}/photos", files=files).json()["code"] == "too_many_files"


@pytest.mark.parametrize("url", ["/login", f"{API}/cases"])
def test_a_body_without_photos_is_small(settings, url):
    from fake_embedder import fake_recognition
    from starlette.testclient import TestClient

    app = create_app(settings.model_copy(update={"max_upload_bytes": 2**30}), load=fake_recognition)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        answer = client.post(url, content=b"x" * (limits.WITHOUT_PHOTOS + 1))
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_photo_with_too_many_bytes_is_a_line_of_the_answer(settings, painted):
    from fake_embedder import fake_recognition
    from starlette.testclient import TestClient

    app = create_app(settings.model_copy(update={"max_photo_bytes": 9000}), load=fake_recognition)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        files = [
            ("files", ("small.jpg", painted(1, size=(64, 40)))),
            ("files", ("b.jpg", painted(2))),
        ]
        body = client.post(f"{API}/photos", files=files).json()
        assert [one["error_code"] for one in body["files"]] == [None, "image_too_large"]


def test_a_missing_network_is_said_and_uploads_go_on(settings, painted):
    from starlette.testclient import TestClient

    from reid.weights import NoSuchModel

    missing = NoSuchModel(model="rosette@9", folder="weights", known="none")

    def load(_):
        raise missing

    with TestClient(create_app(settings, load=load), base_url="http://127.0.0.1") as client:
        assert (
            client.post(f"{API}/photos", files=[("files", ("a.jpg", painted(1)))]).status_code
            == 201
        )
        answer = client.get(f"{API}/encounters/1/candidates")
        assert (answer.status_code, answer.json()["code"]) == (503, "unknown_model")
        health = client.get("/health")
        assert (health.status_code, health.json()["model"]) == (503, str(missing))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 404),
        ({"sec-fetch-site": "same-origin"}, 404),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://127.0.0.1"}, 404),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://["}, 403),
        ({"host": "["}, 403),
        ({"host": "evil.example"}, 403),
        ({"host": "localhost:8000"}, 404),
    ],
)
def test_only_our_pages_may_write(client, headers, status):
    url = f"{API}/encounters/1/decisions"
    answer = client.post(url, json={"kind": "new"}, headers=headers)
    assert answer.status_code == status
    assert set(answer.json()) == SHAPE


def test_nobody_on_the_way_keeps_an_answer_of_the_api(client, painted):
    client.post(f"{API}/photos", files=[("files", ("a.jpg", painted(1)))])
    kept = {f"{API}/photos/{'0' * 64}": 404, f"{API}/encounters": 200, "/health": 200}
    kept |= {"/metrics": 200, "/openapi.json": 200, f"{API}/nowhere": 404}
    for address, status in kept.items():
        answer = client.get(address)
        assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
    crop = client.get(f"{API}/annotations/1/crop")
    assert crop.headers["cache-control"] != "no-store"  # a picture says itself how long it lasts


def test_the_metrics_say_who_may_not_read_them(client):
    described = client.get("/openapi.json").json()["paths"]["/metrics"]["get"]["responses"]
    assert {"401", "403"} <= described.keys()


def test_every_answer_forbids_foreign_scripts(client):
    for path in ("/health", "/api/v1/nowhere", "/api/v1/identities"):
        assert "default-src 'self'" in client.get(path).headers["content-security-policy"]
