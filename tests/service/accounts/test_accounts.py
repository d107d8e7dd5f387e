"""Logging in and out, one's own account, and the accounts of others, over HTTP."""

import json
import re

import pytest
from logged_in import (
    ADDRESS,
    PASSWORD,
    account,
    browser_of,
    move_attempts,
    one_of_each,
    program_of,
    token,
)
from starlette.testclient import TestClient
from typer.testing import CliRunner

from reid.errors import BadSettings
from service.__main__ import app as command_line
from service.operations.serving import refuse_to_be_open
from service.store import accounts, attempts
from service.store.database import Database
from service.store.people import Role

API = "/api/v1"
WRONG = "not the password"
NEW = "eleven rosettes on a hip"


@pytest.fixture
def ana(app, client):
    """The number of an admin's account; everybody must log in."""
    return account(app, "ana", "admin")


def visitor(app, **options):
    return TestClient(app, base_url=ADDRESS, follow_redirects=False, **options)


def log_in(browser, name="ana", password=PASSWORD, **more):
    return browser.post("/login", data={"name": name, "password": password, **more})


def is_in(browser):
    return browser.get(f"{API}/me").status_code == 200


def test_a_login_leads_to_where_one_was_going(app, ana):
    browser = visitor(app)
    answer = log_in(browser, next="/encounters?state=all")
    assert (answer.status_code, answer.headers["location"]) == (303, "/encounters?state=all")
    assert browser.get(f"{API}/me").json()["name"] == "ana"


@pytest.mark.parametrize("next_", ["https://evil.example", "//evil.example", "/\\evil.example", ""])
def test_a_login_leads_to_no_other_site(app, ana, next_):
    assert log_in(visitor(app), next=next_).headers["location"] == "/"


def test_the_cookie_is_for_this_host_and_no_script(app, ana):
    plain = log_in(visitor(app)).headers["set-cookie"]
    assert plain.startswith("session=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(plain.split("; "))
    secure = TestClient(app, base_url="https://127.0.0.1", follow_redirects=False)
    over_tls = log_in(secure).headers["set-cookie"]
    assert over_tls.startswith("__Host-session=")
    assert "Secure" in over_tls
    assert "Domain" not in over_tls
    assert is_in(secure)


def test_a_wrong_password_is_said_and_keeps_the_name(app, ana):
    answer = log_in(visitor(app), password=WRONG)
    assert answer.status_code == 401
    assert "Name or password is wrong" in answer.text
    assert 'value="ana"' in answer.text
    assert WRONG not in answer.text


def test_too_many_wrong_passwords_say_how_long_to_wait(app, ana):
    browser = visitor(app)
    for _ in range(attempts.FREE_OF_A_NAME):
        log_in(browser, password=WRONG)
    move_attempts(app.state.components[Database], minutes=1)
    answer = log_in(browser)
    assert answer.status_code == 429
    assert f"Try again in {answer.headers['retry-after']} seconds" in answer.text


def test_a_new_login_ends_the_session_this_browser_had(app, ana):
    browser = visitor(app)
    log_in(browser)
    before = browser.cookies["session"]
    log_in(browser)
    assert browser.cookies["session"] != before
    assert not is_in(visitor(app, cookies={"session": before}))


def test_a_logout_ends_the_session_and_not_only_the_cookie(app, ana):
    browser = browser_of(app, ana)
    kept = browser.cookies["session"]
    assert browser.post("/logout").headers["location"] == "/login"
    assert not is_in(visitor(app, cookies={"session": kept}))


def test_sessions_end_one_by_one_and_all_others_at_once(app, ana):
    here, second, third = (browser_of(app, ana) for _ in range(3))
    shown = re.findall(r"/account/sessions/(\d+)/end", here.get("/account").text)
    assert len(shown) == 3
    here.post(f"/account/sessions/{min(map(int, shown)) + 1}/end")
    assert [is_in(one) for one in (here, second, third)] == [True, False, True]
    here.post("/account/sessions/end")
    assert [is_in(one) for one in (here, third)] == [True, False]


def test_nobody_ends_the_session_of_another_or_revokes_the_token_of_another(app, ana):
    bo = browser_of(app, account(app, "bo"))
    hers = browser_of(app, ana)
    token(app, ana)
    number = re.findall(r"/account/sessions/(\d+)/end", hers.get("/account").text)[0]
    assert bo.post(f"/account/sessions/{number}/end").status_code == 404
    assert bo.delete(f"{API}/tokens/1").status_code == 404
    assert is_in(hers)


def test_another_password_needs_the_present_one_and_logs_other_browsers_out(app, ana):
    here, there = browser_of(app, ana), browser_of(app, ana)
    fields = {"old": "wrong", "new": NEW, "again": NEW}
    refused = here.post("/account/password", data=fields)
    assert (refused.status_code, "present password is wrong" in refused.text) == (422, True)
    differ = here.post("/account/password", data=fields | {"old": PASSWORD, "again": "other one"})
    assert "two new passwords differ" in differ.text
    changed = here.post("/account/password", data=fields | {"old": PASSWORD})
    assert changed.headers["location"] == "/account?done=password"
    assert (is_in(here), is_in(there)) == (True, False)
    assert log_in(visitor(app)).status_code == 401
    assert log_in(visitor(app), password=NEW).status_code == 303


def test_a_token_is_shown_once_and_works_until_it_is_revoked(app, ana):
    browser = browser_of(app, ana)
    shown = browser.post("/account/tokens", data={"name": "script", "scope": "observer"})
    (secret,) = re.findall(r"lr_[\w-]{43}", shown.text)
    assert shown.headers["cache-control"] == "no-store"
    assert secret not in browser.get("/account").text
    program = program_of(app, secret)
    assert program.post(f"{API}/cases", json={"name": "a"}).status_code == 201
    assert browser.get(f"{API}/tokens").json()[0]["seen_at"] is not None
    browser.post("/account/tokens/1/revoke")
    assert not is_in(program)
    assert "revoked" in browser.get("/account").text


def test_a_token_of_the_api_has_scope_and_end(app, ana):
    browser = browser_of(app, account(app, "bo", "observer"))
    made = browser.post(f"{API}/tokens", json={"name": "s", "scope": "viewer", "days": 3}).json()
    assert is_in(program_of(app, made["secret"]))
    assert "secret" not in json.dumps(browser.get(f"{API}/tokens").json())
    for wrong in ({"days": 366}, {"days": 0}, {"scope": "owner"}):
        answer = browser.post(f"{API}/tokens", json={"name": "s", **wrong})
        assert answer.status_code == 422
    above = browser.post(f"{API}/tokens", json={"name": "s", "scope": "admin"})
    assert (above.status_code, above.json()["code"]) == (409, "conflict")


def test_the_first_account_is_made_in_the_browser_and_logged_in(app, client):
    fields = {"name": "ana", "role": "admin", "password": PASSWORD, "again": PASSWORD}
    browser = visitor(app)
    assert browser.post("/accounts", data=fields | {"again": "x"}).status_code == 422
    refused = browser.post("/accounts", data=fields | {"role": "observer"})
    assert "first account must have the role admin" in refused.text
    assert browser.post("/accounts", data=fields).headers["location"] == "/accounts"
    assert browser.get(f"{API}/me").json() == {
        "name": "ana", "role": "admin", "single": False, "language": None
    }  # fmt: skip
    assert not is_in(visitor(app))


def test_a_one_time_password_must_be_changed_first(app, ana):
    admin = browser_of(app, ana)
    shown = admin.post("/accounts", data={"name": "Aigül", "role": "observer"})
    (secret,) = re.findall(r'class="secret">([^<]+)<', shown.text)
    assert secret not in admin.get("/accounts").text
    browser = visitor(app)
    log_in(browser, "Aigül", secret)
    assert browser.get("/encounters").headers["location"] == "/account"
    assert browser.get(f"{API}/encounters").json()["code"] == "password_change_required"
    assert "Somebody else chose this password" in browser.get("/account").text
    browser.post("/account/password", data={"old": secret, "new": NEW, "again": NEW})
    assert browser.get("/encounters").status_code == 200


def test_an_admin_changes_roles_passwords_and_sessions_of_others(app, ana):
    admin, bo = browser_of(app, ana), account(app, "bo", "observer")
    browser = browser_of(app, bo)
    admin.post(f"/accounts/{bo}/role", data={"role": "curator"})
    assert browser.get(f"{API}/me").json()["role"] == "curator"
    program = program_of(app, token(app, bo))
    admin.post(f"/accounts/{bo}/sessions/end")
    assert [is_in(one) for one in (browser, program)] == [False, False]
    admin.post(f"/accounts/{bo}/password")
    assert log_in(visitor(app), "bo").status_code == 401
    admin.post(f"/accounts/{bo}/active", data={"active": "false"})
    assert "closed" in admin.get("/accounts").text


def test_there_is_always_an_admin(app, ana):
    admin = browser_of(app, ana)
    for path, data in (("role", {"role": "viewer"}), ("active", {"active": "false"})):
        answer = admin.post(f"/accounts/{ana}/{path}", data=data)
        assert (answer.status_code, "last active admin" in answer.text) == (409, True)
    assert admin.patch(f"{API}/accounts/{ana}", json={"role": "viewer"}).status_code == 409


def test_the_api_of_accounts_makes_changes_and_refuses_all_or_nothing(app, ana):
    admin = browser_of(app, ana)
    made = admin.post(f"{API}/accounts", json={"name": "bo", "role": "viewer"}).json()
    assert made["one_time_password"]
    bo = f"{API}/accounts/{made['account']['id']}"
    assert admin.post(f"{API}/accounts", json={"name": "BO", "role": "viewer"}).status_code == 409
    weak = admin.patch(bo, json={"role": "curator", "password": "short"})
    assert (weak.status_code, weak.json()["code"]) == (422, "weak_password")
    assert [one["role"] for one in admin.get(f"{API}/accounts").json()] == ["admin", "viewer"]
    again = admin.patch(bo, json={"role": "curator", "one_time": True}).json()
    assert (again["account"]["role"], bool(again["one_time_password"])) == ("curator", True)
    assert admin.delete(f"{bo}/sessions").json()["name"] == "bo"


@pytest.fixture
def encounter(app, client, painted):
    """Number of an encounter, uploaded before there were accounts."""
    files = [("files", ("a.jpg", painted(1)))]
    return client.post(f"{API}/photos", files=files).json()["files"][0]["encounter_id"]


def test_the_name_of_the_account_stands_under_what_it_decides(app, client, encounter):
    account(app, "ana", "admin")
    browser = browser_of(app, account(app, "Aigül"))
    url = f"{API}/encounters/{encounter}/decisions"
    said = {"kind": "new", "name": "Uma", "reviewer": "somebody else"}
    assert browser.post(url, json=said).json()["reviewer"] == "Aigül"
    form = {"kind": "withdrawn", "after": 1, "reviewer": "somebody else"}
    answer = browser.post(f"/encounters/{encounter}/decisions", data=form)
    assert "set-cookie" not in answer.headers
    assert browser.get(url).json()[-1]["reviewer"] == "Aigül"
    case = browser.post(f"{API}/cases", json={"name": "c"}).json()["id"]
    put = {"encounters": [encounter], "reviewer": "x"}
    browser.post(f"{API}/cases/{case}/encounters", json=put)
    browser.post(f"/cases/{case}/encounters/{encounter}/remove", data={"reviewer": "x"})
    browser.post(f"/cases/{case}/encounters", data={"encounter": encounter, "reviewer": "x"})
    browser.delete(f"{API}/cases/{case}/encounters/{encounter}?reviewer=x")
    changes = browser.get(f"{API}/cases/{case}").json()["changes"]
    assert [one["reviewer"] for one in changes] == ["Aigül"] * 4


def test_pages_ask_for_a_name_only_where_nobody_logs_in(app, client, encounter):
    page = f"/encounters/{encounter}"
    assert 'name="reviewer"' in client.get(page).text
    account(app, "ana", "admin")
    browser = browser_of(app, account(app, "Aigül"))
    shown = browser.get(page).text
    assert 'name="reviewer"' not in shown
    assert "as Aigül" in shown


def test_a_viewer_is_not_offered_the_upload(app, client):
    numbers = one_of_each(app)
    offered = {r: 'href="/upload"' in browser_of(app, n).get("/").text for r, n in numbers.items()}
    assert offered == {r: r is not Role.VIEWER for r in Role}


@pytest.fixture
def command(settings):
    """command("add", "ana", ..., typed="password") runs `leopard-reid account`."""

    def run(*arguments, typed=""):
        folder = ["--data-dir", str(settings.data_dir)]
        return CliRunner().invoke(command_line, ["account", *arguments, *folder], input=typed)

    return run


def test_accounts_are_made_and_changed_on_the_command_line(app, client, command):
    assert command("add", "ana", "--role", "admin", typed=f"{PASSWORD}\n").exit_code == 0
    assert log_in(visitor(app)).status_code == 303
    secret = command("add", "bo", "--role", "viewer", "--one-time").output.strip()
    browser = visitor(app)
    assert log_in(browser, "bo", secret).status_code == 303
    assert "bo is curator" in command("role", "bo", "curator").output
    listed = [line.split()[:3] for line in command("list").output.splitlines()]
    assert listed == [["ana", "admin", "active"], ["bo", "curator", "active"]]
    command("password", "bo", typed=f"{NEW}\n")
    assert not is_in(browser)
    assert log_in(visitor(app), "bo", NEW).status_code == 303
    assert command("deactivate", "bo").exit_code == 0
    assert log_in(visitor(app), "bo", NEW).status_code == 401


def test_a_service_that_others_reach_starts_only_with_an_account(app, client, settings):
    exposed = settings.model_copy(update={"host": "192.0.2.1"})
    database = app.state.components[Database]
    with pytest.raises(BadSettings, match="account add NAME --role admin"):
        refuse_to_be_open(exposed, database)
    refuse_to_be_open(settings, database)
    account(app, "ana", "admin")
    refuse_to_be_open(exposed, database)


def test_what_the_command_line_refuses_says_why(client, command):
    first = command("add", "bo", "--role", "viewer", typed=f"{PASSWORD}\n")
    assert "first account must have the role admin" in str(first.exception)
    assert "10 characters" in str(command("add", "a", "--role", "admin", typed="x\n").exception)
    assert "no account bo" in str(command("deactivate", "bo").exception)


def test_what_was_done_to_an_account_stays_on_record_and_is_shown_to_admins(app, client):
    numbers = one_of_each(app)
    admin = browser_of(app, numbers[Role.ADMIN])
    number = numbers[Role.VIEWER]
    admin.post(f"/accounts/{number}/role", data={"role": "observer"}, headers={"origin": ADDRESS})
    admin.post(f"/accounts/{number}/sessions/end", headers={"origin": ADDRESS})
    admin.post(f"/accounts/{number}/active", data={"active": "false"}, headers={"origin": ADDRESS})
    with app.state.components[Database].read() as connection:
        found = accounts.history(connection)
    said = [(one.account, one.kind, one.value, one.reviewer) for one in reversed(found)]
    assert said == [
        ("viewer", "role", "observer", "admin"),
        ("viewer", "logged_out", None, "admin"),
        ("viewer", "closed", None, "admin"),
    ]
    shown = admin.get("/accounts", headers={"accept": "text/html"}).text
    assert "viewer is observer now" in shown
    assert "viewer was closed" in shown
