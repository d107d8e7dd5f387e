"""How many requests a minute are taken of an account and of an address, over HTTP."""

import threading
import time

import pytest
from fake_embedder import fake_recognition
from logged_in import ADDRESS, account, browser_of, program_of, token
from starlette.testclient import TestClient
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from service.app import create_app
from service.web import rates
from service.web.rates import RequestRate

ME = "/api/v1/me"
PAGE = {"accept": "text/html"}
LIMIT = 5


class Clock:
    """Stands ten seconds after a full minute until a test sets it forward."""

    def __init__(self):
        self.now = 1_800_000_010.25

    def forward(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    """The time that requests are counted by."""
    made = Clock()
    monkeypatch.setattr(time, "time", lambda: made.now)
    monkeypatch.setattr(rates, "time", lambda: made.now)
    return made


@pytest.fixture
def settings(settings):
    """Of these tests: five requests a minute."""
    limits = {"requests_per_minute": LIMIT, "stranger_requests_per_minute": LIMIT}
    return settings.model_copy(update=limits)


@pytest.fixture
def ana(app, client, clock):
    """The number of an admin's account; everybody must log in."""
    return account(app, "ana", "admin")


def stranger(app, address="198.51.100.7"):
    return TestClient(app, ADDRESS, client=(address, 50000), follow_redirects=False)


def statuses(client, path=ME, times=LIMIT):
    return [client.get(path).status_code for _ in range(times)]


def test_an_account_is_stopped_at_its_limit_and_another_goes_on(app, ana):
    hers, his = browser_of(app, ana), browser_of(app, account(app, "bo"))
    assert statuses(hers) == [200] * LIMIT
    refused = hers.get(ME)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert refused.headers["content-type"] == "application/problem+json"
    assert f"this account sent {LIMIT} requests in a minute" in refused.json()["detail"]
    assert statuses(his) == [200] * LIMIT


def test_sessions_and_tokens_of_an_account_count_together(app, ana):
    clients = [browser_of(app, ana), browser_of(app, ana), program_of(app, token(app, ana))]
    assert [one.get(ME).status_code for one in (*clients, *clients)] == [200] * LIMIT + [429]


def test_after_the_time_it_says_the_next_request_is_taken(app, ana, clock):
    browser = browser_of(app, ana)
    statuses(browser)
    wait_s = int(browser.get(ME).headers["retry-after"])
    assert 0 < wait_s <= 60
    clock.forward(wait_s - 1)
    assert browser.get(ME).status_code == 429
    clock.forward(1)
    assert browser.get(ME).status_code == 200
    assert browser.get(ME).status_code == 429, "the minute before still weighs"
    clock.forward(120)
    assert statuses(browser) == [200] * LIMIT


def test_no_sixty_seconds_see_much_more_than_the_limit(clock):
    rate, taken = RequestRate(60), []
    for _ in range(600):  # twice as fast as allowed, for five minutes
        if not rate.wait_s("a"):
            taken.append(clock.now)
        clock.forward(0.5)
    most = max(sum(one <= other < one + 60 for other in taken) for one in taken)
    assert 60 <= most <= 75
    assert len(taken) >= 290


@pytest.mark.parametrize("seconds", [-3600, -30])
def test_a_clock_that_jumps_back_locks_nobody_out_for_long(clock, seconds):
    rate = RequestRate(LIMIT)
    for _ in range(LIMIT + 1):
        rate.wait_s("a")
    clock.forward(seconds)
    assert rate.wait_s("a") <= 60 + abs(seconds) % 60
    clock.forward(120)
    assert rate.wait_s("a") == 0


def test_a_person_gets_a_page_that_says_what_to_do(app, ana):
    browser = browser_of(app, ana)
    statuses(browser)
    page = browser.get("/cases", headers=PAGE)
    assert (page.status_code, page.headers["retry-after"]) == (429, "50")
    assert "which is its limit: try again in 50 s." in page.text
    assert "Wait, then reload this page" in page.text


def test_an_address_is_stopped_at_the_login_and_another_goes_on(app, ana):
    here, there = stranger(app), stranger(app, "198.51.100.8")
    form = {"name": "ana", "password": "a wrong one"}
    assert [here.post("/login", data=form).status_code for _ in range(LIMIT)] == [401] * LIMIT
    refused = here.get("/login", headers=PAGE)
    assert refused.status_code == 429
    assert f"{LIMIT} requests without a login came from this address" in refused.text
    assert there.get("/login").status_code == 200
    assert browser_of(app, ana).get(ME).status_code == 200, "who is logged in is no stranger"


def test_wrong_tokens_count_as_those_of_a_stranger(app, ana):
    guesser = stranger(app)
    wrong = {"authorization": "Bearer lr_wrong"}
    assert [guesser.get(ME, headers=wrong).status_code for _ in range(LIMIT)] == [401] * LIMIT
    assert guesser.get("/nowhere").status_code == 429
    assert guesser.get(ME, headers=wrong).status_code == 429


def test_one_line_of_ipv6_is_one_address(app, ana):
    for n in range(LIMIT):
        assert stranger(app, f"2001:db8:1:2::{n:x}").get("/login").status_code == 200
    assert stranger(app, "2001:db8:1:2:3::4").get("/login").status_code == 429
    assert stranger(app, "2001:db8:1:3::4").get("/login").status_code == 200


def test_the_address_is_the_one_that_a_trusted_proxy_names_and_no_other_may(app, ana):
    behind_proxy = ProxyHeadersMiddleware(app, trusted_hosts="172.30.77.5")
    proxy, foreign = stranger(behind_proxy, "172.30.77.5"), stranger(behind_proxy, "192.0.2.1")
    for n in range(LIMIT):
        for client in (proxy, foreign):
            named = {"x-forwarded-for": f"198.51.100.{n}"}
            assert client.get("/login", headers=named).status_code == 200
    assert proxy.get("/login", headers={"x-forwarded-for": "198.51.100.99"}).status_code == 200
    assert foreign.get("/login", headers={"x-forwarded-for": "198.51.100.99"}).status_code == 429


@pytest.mark.parametrize("path", ["/health", "/static/web/base.css"])
def test_health_and_static_files_are_neither_counted_nor_refused(app, ana, path):
    here = stranger(app)
    assert set(statuses(here, path, 2 * LIMIT)) <= {200, 503}
    assert statuses(here, "/login") == [200] * LIMIT
    assert here.get("/login").status_code == 429
    assert set(statuses(here, path)) <= {200, 503}


def test_a_refused_request_changes_nothing(app, ana, clock):
    browser = browser_of(app, ana)
    assert browser.post("/api/v1/cases", json={"name": "kept"}).status_code == 201
    statuses(browser, times=LIMIT - 1)
    assert browser.post("/api/v1/cases", json={"name": "refused"}).status_code == 429
    assert browser.post("/cases", data={"name": "refused"}, headers=PAGE).status_code == 429
    clock.forward(120)
    assert [case["name"] for case in browser.get("/api/v1/cases").json()] == ["kept"]


def test_without_accounts_whoever_sits_at_the_computer_is_not_limited(client, clock):
    assert statuses(client, times=3 * LIMIT) == [200] * 3 * LIMIT


def test_without_accounts_too_a_stranger_behind_a_proxy_is_limited(client, clock):
    passed_on = {"x-forwarded-for": "198.51.100.7"}
    answers = [client.get("/login", headers=passed_on).status_code for _ in range(LIMIT + 1)]
    assert answers == [200] * LIMIT + [429]
    assert client.get(ME).status_code == 200


def test_nought_is_no_limit(settings, clock):
    off = {"requests_per_minute": 0, "stranger_requests_per_minute": 0}
    app = create_app(settings.model_copy(update=off), load=fake_recognition)
    with TestClient(app, base_url=ADDRESS):
        browser = browser_of(app, account(app, "ana", "admin"))
        assert statuses(browser, times=3 * LIMIT) == [200] * 3 * LIMIT
        assert statuses(stranger(app), "/login", 3 * LIMIT) == [200] * 3 * LIMIT


def counts(rate):
    return len(rate._counts.storage)


def test_many_addresses_fill_no_memory(clock, monkeypatch):
    monkeypatch.setattr(rates, "MOST_COUNTS", 100)
    rate = RequestRate(LIMIT)
    most = 0
    for n in range(1000):
        assert rate.wait_s(f"address {n}") == 0
        most = max(most, counts(rate))
    assert most <= 100
    assert len(rate._counts.locks) <= 100


def test_what_is_over_is_forgotten_first_and_nobody_starts_anew_by_it(clock, monkeypatch):
    monkeypatch.setattr(rates, "MOST_COUNTS", 100)
    rate = RequestRate(LIMIT)
    for n in range(99):
        rate.wait_s(f"address {n}")
    clock.forward(180)
    for _ in range(LIMIT):
        assert rate.wait_s("here") == 0
    assert rate.wait_s("here") > 0
    assert rate.wait_s("there") == 0
    assert counts(rate) == 2


def test_counting_starts_no_thread():
    rate = RequestRate(LIMIT)
    time.sleep(0.05)  # the library starts one when its storage is made
    before = threading.active_count()
    for n in range(20):
        rate.wait_s(f"address {n}")
        assert threading.active_count() <= before
