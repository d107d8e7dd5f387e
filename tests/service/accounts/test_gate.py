"""Every route against every role, by service/web/permissions.py; and who is let in."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from fake_embedder import fake_recognition
from fastapi.routing import iter_route_contexts
from logged_in import ADDRESS, account, browser_of, cookie, one_of_each, program_of, token
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from starlette.routing import Mount
from starlette.testclient import TestClient

from service.accounts import admission, gate
from service.app import create_app
from service.settings import Settings
from service.store import sessions
from service.store.database import Database
from service.store.people import Role
from service.store.tables.accounts import api_token, login_session
from service.store.tables.base import now
from service.web.permissions import BY_LOGIN_ONLY, ROUTES

NOBODY = "nobody"
WHO = (NOBODY, *Role)
SAFE = ("GET", "HEAD", "OPTIONS")
UNSAFE = [route for route in ROUTES if not route.startswith(SAFE)]
FORM, OURS = b"application/x-www-form-urlencoded", ADDRESS.encode()
FOR_VIEWERS_TOO = "POST /api/v1/identify"  # asks, and keeps nothing


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A service with one account of each role: (app, {role: number})."""
    folder = tmp_path_factory.mktemp("house")
    settings = Settings(_env_file=None, data_dir=folder, port=0, stranger_requests_per_minute=0)
    app = create_app(settings, load=fake_recognition)
    with TestClient(app, base_url=ADDRESS):
        yield app, one_of_each(app)


@pytest.fixture
def people(app, client):
    """The same for one test, on the service of `client`."""
    return one_of_each(app)


def ask(client, route, **more):
    """Send a request to a route of the table, with a number that nothing has."""
    method, path = route.split(" ", 1)
    path = path.replace("{photo_id}", "0" * 64)
    while "{" in path:
        path = path[: path.index("{")] + "999999" + path[path.index("}") + 1 :]
    return client.request(method, path, **more)


def is_refused(answer):
    """For want of a login or a role; anything else means that the route itself answered."""
    to_login = answer.headers.get("location", "").startswith("/login")
    return answer.status_code in {401, 403} or (answer.status_code == 303 and to_login)


def test_the_table_lists_every_route_and_no_other(app):
    found = set()
    for one in iter_route_contexts(app.routes):
        if isinstance(one.original_route, Mount):
            assert one.path == "/static"
        else:
            found |= {f"{method} {one.path}" for method in one.methods - {"HEAD"}}
    assert found == set(ROUTES)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("route", ROUTES)
def test_a_route_is_open_to_its_role_and_those_above_it_only(house, route, who):
    app, numbers = house
    if who == NOBODY:
        client = TestClient(app, base_url=ADDRESS, follow_redirects=False)
    else:
        client = browser_of(app, numbers[who])
    needed = ROUTES[route]
    allowed = needed is None or (who != NOBODY and who.may(needed))
    answer = ask(client, route)
    if route == "POST /logout":  # leads everybody to the login
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    else:
        assert is_refused(answer) is not allowed, (answer.status_code, answer.text[:200])
    if not allowed and who != NOBODY:
        assert answer.status_code == 403


@pytest.mark.parametrize("route", [one for one in UNSAFE if ROUTES[one] is not None])
def test_a_token_of_a_viewer_cannot_write(house, route):
    app, numbers = house
    client = program_of(app, token(app, numbers[Role.ADMIN], scope="viewer"))
    answer = ask(client, route)
    if route == FOR_VIEWERS_TOO:
        assert answer.status_code == 422
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("route", sorted(BY_LOGIN_ONLY))
def test_no_token_changes_what_lets_people_in(house, route):
    app, numbers = house
    answer = ask(program_of(app, token(app, numbers[Role.ADMIN], scope="admin")), route)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("scope", Role)
def test_a_token_may_what_both_its_scope_and_its_account_may(house, role, scope):
    app, numbers = house
    client = program_of(app, token(app, numbers[role], scope=scope))
    assert client.get("/api/v1/me").json()["role"] == min(role, scope, key=list(Role).index)
    answer = client.get("/api/v1/accounts")
    assert (answer.status_code == 200) is (role is scope is Role.ADMIN)


def test_a_case_is_closed_by_curators_through_the_api_too(app, client, people):
    observer, curator = (browser_of(app, people[one]) for one in (Role.OBSERVER, Role.CURATOR))
    case = observer.post("/api/v1/cases", json={"name": "a"}).json()["id"]
    url = f"/api/v1/cases/{case}"
    assert observer.patch(url, json={"note": "b"}).status_code == 200
    refused = observer.patch(url, json={"closed": True})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert curator.patch(url, json={"closed": True}).json()["closed_at"] is not None
    assert observer.patch(url, json={"closed": False}).status_code == 403


def test_a_route_without_a_role_is_refused_to_everybody(app):
    app.add_api_route("/api/v1/forgotten", lambda: "open")
    with TestClient(app, base_url=ADDRESS, follow_redirects=False) as client:
        assert client.get("/api/v1/forgotten").json()["code"] == "forbidden"
        admin = account(app, "ana", "admin")
        assert browser_of(app, admin).get("/api/v1/forgotten").status_code == 403
        assert client.get("/api/v1/forgotten").status_code == 403


def test_what_does_not_exist_is_404_for_everybody_and_the_wrong_method_405(client, people):
    for path in ("/nowhere", "/api/v1/nowhere", "/static/nowhere.css"):
        assert client.get(path).status_code == 404
    assert client.delete("/api/v1/encounters").status_code == 405


def test_pages_lead_to_the_login_and_back_and_programs_get_a_problem(client, people):
    answer = client.get("/encounters?state=all&page=2", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Fencounters%3Fstate%3Dall%26page%3D2"
    problem = client.get("/api/v1/identities")
    assert (problem.status_code, problem.json()["code"]) == (401, "login_required")
    assert problem.headers["www-authenticate"] == "Bearer"
    assert problem.headers["content-type"] == "application/problem+json"


def test_a_page_that_is_not_allowed_says_which_role_it_needs(app, client, people):
    browser = browser_of(app, people[Role.VIEWER])
    answer = browser.get("/accounts", headers={"accept": "text/html"})
    assert answer.status_code == 403
    assert "This needs the role admin; yours is viewer" in answer.text


def test_health_and_static_files_need_no_login(client, people):
    assert client.get("/health").status_code in {200, 503}
    assert client.get("/static/web/base.css").status_code == 200


def test_head_needs_the_same_as_get(client, people):
    assert client.head("/openapi.json").status_code == 401


def test_without_an_account_whoever_is_at_the_computer_may_do_everything(client):
    me = client.get("/api/v1/me").json()
    assert me == {"name": "anonymous", "role": "admin", "single": True, "language": None}
    assert "Single user: no login" in client.get("/").text
    assert 'href="/accounts"' in client.get("/cases").text


@pytest.mark.parametrize("header", ["forwarded", "x-forwarded-for"])
def test_whoever_comes_through_a_proxy_is_not_the_one_at_the_computer(client, header):
    passed_on = {header: "for=198.51.100.7"}
    assert client.get("/api/v1/me", headers=passed_on).status_code == 401
    assert client.get("/login", headers=passed_on).status_code == 200


def test_the_first_account_asks_everybody_for_a_login_at_once(app, client):
    assert client.get("/api/v1/identities").status_code == 200
    account(app, "ana", "admin")
    assert client.get("/api/v1/identities").status_code == 401


@pytest.mark.parametrize(
    "more", [{"accounts": "required"}, {"host": "192.0.2.1"}, {"public_host": "reid.example"}]
)
def test_where_a_login_is_required_nobody_is_let_in_without_an_account(settings, more):
    app = create_app(settings.model_copy(update=more), load=fake_recognition)
    with TestClient(app, base_url=ADDRESS) as client:
        assert client.get("/api/v1/me").status_code == 401
        assert client.post("/accounts", data={"name": "x", "role": "admin"}).url.path == "/login"
        assert "leopard-reid account add NAME --role admin" in client.get("/login").text


def test_a_proxy_shows_a_loopback_service_under_its_public_name_only(settings):
    wanted = settings.model_copy(update={"public_host": "reid.example"})
    app = create_app(wanted, load=fake_recognition)
    with TestClient(app, base_url="https://reid.example") as client:
        assert client.get("/login").status_code == 200
        assert client.get("/login", headers={"host": "evil.example"}).status_code == 403


def ended(app, table, **values):
    with app.state.components[Database].write() as connection:
        connection.execute(update(table).values(**values))


@pytest.mark.parametrize(
    "values",
    [
        {"revoked_at": now()},
        {"expires_at": now() - timedelta(seconds=1)},
        {"seen_at": now() - timedelta(hours=12, seconds=1)},
    ],
    ids=["revoked", "expired", "idle"],
)
def test_a_session_that_ended_lets_nobody_in_from_the_next_request_on(app, client, people, values):
    browser = browser_of(app, people[Role.ADMIN])
    assert browser.get("/api/v1/me").status_code == 200
    ended(app, login_session, **values)
    assert browser.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    "values",
    [{"revoked_at": now()}, {"expires_at": now() - timedelta(seconds=1)}],
    ids=["revoked", "expired"],
)
def test_a_token_that_ended_lets_nobody_in_from_the_next_request_on(app, client, people, values):
    program = program_of(app, token(app, people[Role.ADMIN]))
    assert program.get("/api/v1/me").status_code == 200
    ended(app, api_token, **values)
    assert program.get("/api/v1/me").status_code == 401


def test_a_changed_role_and_a_closed_account_count_from_the_next_request_on(app, client, people):
    admin, curator = browser_of(app, people[Role.ADMIN]), people[Role.CURATOR]
    browser, program = browser_of(app, curator), program_of(app, token(app, curator, "curator"))
    admin.patch(f"/api/v1/accounts/{curator}", json={"role": "viewer"}).raise_for_status()
    for client in (browser, program):
        assert client.get("/api/v1/me").json()["role"] == "viewer"
        assert client.post("/api/v1/cases", json={"name": "a"}).status_code == 403
    admin.patch(f"/api/v1/accounts/{curator}", json={"active": False}).raise_for_status()
    assert [one.get("/api/v1/me").status_code for one in (browser, program)] == [401, 401]
    admin.patch(f"/api/v1/accounts/{curator}", json={"active": True}).raise_for_status()
    assert [one.get("/api/v1/me").status_code for one in (browser, program)] == [401, 401]


@pytest.mark.parametrize("header", ["Bearer lr_wrong", "Bearer", "Basic YTpi", "", "Bearer \udcff"])
def test_a_wrong_token_is_not_saved_by_a_good_cookie(app, client, people, header):
    browser = browser_of(app, people[Role.ADMIN])
    sent = {"authorization": header.encode("latin-1", "replace")}
    answer = browser.get("/api/v1/me", headers=sent)
    assert (answer.status_code, answer.json()["code"]) == (401, "login_required")


def test_a_foreign_page_cannot_use_the_cookie_and_a_token_needs_no_origin(app, client, people):
    browser = browser_of(app, people[Role.ADMIN])
    foreign = {"sec-fetch-site": "cross-site"}
    answer = browser.post("/api/v1/cases", json={"name": "a"}, headers=foreign)
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_origin")
    program = program_of(app, token(app, people[Role.OBSERVER], "observer"))
    assert program.post("/api/v1/cases", json={"name": "a"}).status_code == 201


def answered(app, receive, path, *headers):
    """The status of a POST whose body comes from `receive`."""

    async def post():
        sent = []

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1"}
        scope |= {"method": "POST", "path": path, "raw_path": path.encode()}
        scope |= {"scheme": "http", "query_string": b"", "root_path": ""}
        scope |= {"headers": [(b"host", b"127.0.0.1"), *headers], "state": {}}
        scope |= {"client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80)}
        await app(scope, receive, send)
        return sent[0]["status"]

    with ThreadPoolExecutor(1) as pool:  # a loop of its own: a browser may run one in this thread
        return pool.submit(lambda: asyncio.run(post())).result()


def test_the_body_of_whoever_may_not_send_it_is_not_read(app, client, people):
    async def receive():
        raise AssertionError("the body was asked for")

    assert answered(app, receive, "/api/v1/photos", (b"content-length", b"1000000")) == 401


@pytest.mark.parametrize(
    ("change", "status"),
    [({"role": Role.VIEWER}, 403), ({"active": False}, 403), ({"role": Role.ADMIN}, 303)],
    ids=["another role", "closed", "nothing"],
)
def test_whoever_sends_a_body_slowly_may_no_more_than_when_it_is_there(
    app, client, people, monkeypatch, change, status
):
    monkeypatch.setattr(gate, "FRESH_S", 0)
    second = account(app, "second", "admin")
    secret = cookie(app, second).encode()

    async def receive():  # meanwhile another admin is faster
        admission.change_account(app.state.components[Database], second, **change)
        return {"type": "http.request", "body": b"role=admin", "more_body": False}

    headers = (b"cookie", b"session=" + secret), (b"content-type", FORM), (b"origin", OURS)
    path = f"/accounts/{people[Role.OBSERVER]}/role"
    assert answered(app, receive, path, *headers) == status


def test_a_database_that_cannot_be_written_can_be_read(app, client, people, monkeypatch):
    def full(*_):
        raise OperationalError("UPDATE", {}, OSError("no space left"))

    browser = browser_of(app, people[Role.VIEWER])
    ended(app, login_session, seen_at=now() - timedelta(hours=1))
    monkeypatch.setattr(sessions, "touch", full)
    assert browser.get("/api/v1/me").status_code == 200


def test_two_services_over_one_database_agree(settings):
    first, second = (create_app(settings, load=fake_recognition) for _ in range(2))
    with TestClient(first, base_url=ADDRESS), TestClient(second, base_url=ADDRESS):
        number = account(first, "ana", "admin")
        secret = cookie(first, number)
        there = TestClient(second, base_url=ADDRESS, cookies={"session": secret})
        assert there.get("/api/v1/me").json()["name"] == "ana"
        browser_of(first, number).post("/account/sessions/end")
        assert there.get("/api/v1/me").status_code == 401


def test_the_language_of_the_account_comes_before_that_of_the_browser(app, client, people):
    browser = browser_of(app, people[Role.VIEWER])
    browser.post("/language", data={"code": "ru"})
    elsewhere = browser_of(app, people[Role.VIEWER])
    assert '<html lang="ru">' in elsewhere.get("/", headers={"accept-language": "fr"}).text
    elsewhere.post("/account/language", data={"code": ""})
    assert '<html lang="fr">' in elsewhere.get("/", headers={"accept-language": "fr"}).text


@pytest.mark.parametrize(
    ("typed_on", "back"),
    [
        ("/reviews/3?said=1", "/login?next=%2Freviews%2F3%3Fsaid%3D1"),
        ("/reviews/3/opinions", "/login"),  # no page that can be opened again
        ("http://elsewhere.example/reviews/3", "/login"),
        ("http://[", "/login"),
        ("", "/login"),
    ],
)
def test_who_is_logged_out_while_typing_comes_back_to_that_page(house, typed_on, back):
    client = TestClient(house[0], base_url=ADDRESS, follow_redirects=False)
    sent_from = f"{ADDRESS}{typed_on}" if typed_on.startswith("/") else typed_on
    headers = {"referer": sent_from, "sec-fetch-site": "same-origin"}
    answer = client.post("/reviews/3/opinions", data={"answer": "same"}, headers=headers)
    assert (answer.status_code, answer.headers["location"]) == (303, back)
