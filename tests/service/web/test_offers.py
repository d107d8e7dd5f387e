"""Nobody is offered what would be refused: forms and links of pages, for every role."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from fastapi.routing import iter_route_contexts
from logged_in import browser_of, one_of_each
from starlette.routing import Match

from service.store.people import Role
from service.web.permissions import ROUTES

API = "/api/v1"
HTML = {"accept": "text/html"}


class Offers(HTMLParser):
    """(method, address) of every form, button and link of a page."""

    def __init__(self, address, page):
        super().__init__()
        self.address, self.method, self.action = address, "GET", address
        self.found = set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if tag == "form":
            self.method = named.get("method", "get").upper()
            self.action = named.get("action", self.address)
            self.add(self.method, self.action)
        elif tag == "button" and "formaction" in named:
            self.add(named.get("formmethod", self.method).upper(), named["formaction"])
        elif tag == "a" and named.get("href"):
            self.add("GET", named["href"])

    def add(self, method, target):
        if method != "DIALOG":  # it closes the list of keys and sends nothing
            self.found.add((method, urlsplit(urljoin(self.address, target)).path))


def role_for(app, method, path):
    """The least role of what answers there; None for what is open to everybody."""
    scope = {"type": "http", "method": method, "path": path, "app": app, "headers": []}
    for one in iter_route_contexts(app.routes):
        if one.matches(scope)[0] is Match.FULL:
            return ROUTES[f"{method} {one.path}"]
    raise LookupError(f"nothing answers {method} {path}")


@pytest.fixture
def pages(client, painted, work):
    """Addresses of pages of a catalogue with two encounters, an identity, a case and a review."""
    for day in (1, 2):
        photo = painted(1, day, taken=f"2020:01:{day:02} 10:00:00")
        files = [("files", (f"{day}.jpg", photo))]
        client.post(f"{API}/photos", files=files, data={"station": "North", "flank": "left"})
    work()
    one, other = (e["id"] for e in client.get(f"{API}/encounters").json()["encounters"])
    client.post(f"{API}/identities", json={"name": "Uma", "encounters": [one]})
    case = client.post(f"{API}/cases", json={"name": "Two"}).json()["id"]
    client.post(f"{API}/cases/{case}/encounters", json={"encounters": [one, other]})
    pair = client.post(f"{API}/reviews", json={"pairs": [[one, other]]})
    assert pair.status_code == 201, pair.text
    photo = client.get(f"{API}/uploads/1").json()["files"][0]["photo_id"]
    lists = ("/", "/encounters?state=all", "/catalogue", "/cases", "/clusters", "/conflicts")
    return [
        *lists,
        "/calibration",
        "/reviews",
        f"/encounters/{one}",
        f"/encounters/{other}",
        f"/encounters/{other}/posterior",
        "/identities/1",
        f"/cases/{case}",
        f"/photos/{photo}",
        f"/compare?one={one}&other={other}",
    ]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OBSERVER, Role.CURATOR])
def test_a_page_offers_nothing_that_would_be_refused(app, pages, role):
    browser = browser_of(app, one_of_each(app)[role])
    refused = set()
    for address in pages:
        page = browser.get(address, headers=HTML)
        assert page.status_code == 200, (address, page.text[:300])
        for method, path in Offers(address, page.text).found:
            needed = role_for(app, method, path)
            if needed and not role.may(needed):
                refused.add((address, f"{method} {path}"))
    assert sorted(refused) == []
