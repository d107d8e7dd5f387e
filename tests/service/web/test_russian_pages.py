"""Pages of identities, clusters, reviews and accounts hold no English text when read in Russian."""

import re
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from fake_embedder import FakeEmbedder
from logged_in import account, browser_of, token

from service.operations.worker import Worker
from service.recognition.engine import Engine
from service.settings import Settings
from service.store.database import Database
from service.store.files import PhotoFiles

RUSSIAN = {"accept": "text/html", "accept-language": "ru"}
SPOKEN = ("aria-label", "title", "placeholder", "data-says", "alt")
SILENT = {"script", "style", "kbd", "code"}
NAMES = re.compile(
    r"\b(leopard|Firefox|test|reid|Panthera|pardus|Uma|Kali|Ridge|Farhadinia|Ewens|SHA-256|JSON|testclient|ab|cd|ef|Two|script|single|Linux"
    r"|English|Français|Authorization|Bearer|lr_|Cohen|Fleiss|Everitt|Johansson|et|al|fake"
    r"|JPEG|PNG|WebP|HEIC|AVIF|calibrated@1|[0-9a-f]{64}|llr|UTC|Cllr|RootSIFT|Enter|Escape|Shift|Tab|log10|SHA|jpg|e\d|testclient|stationless|CSV|Delete)\b"
    r"|\{station\}/\{camera\}|: file_name, station, camera, [a-z, ]+;"
)
"""What is not translated: names, symbols, keys, and the columns of a table."""


class Texts(HTMLParser):
    """Text nodes and spoken attributes of a page."""

    def __init__(self, page):
        super().__init__()
        self.found, self.inside = set(), []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found |= {value for name, value in attrs if name in SPOKEN and value}
        self.inside += [tag] if tag in SILENT else []

    def handle_endtag(self, tag):
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data):
        if not self.inside:
            self.found.add(" ".join(data.split()))


def english(page):
    """Texts with a word of three Latin letters or more that is no name."""
    return {one for one in Texts(page).found if re.search("[A-Za-z]{3}", NAMES.sub("", one))}


@pytest.fixture
def filled(app, client, painted):
    """Two identities, changes of every kind, a conflict, clusters, reviews and a case."""
    components = app.state.components
    for n, animal in enumerate((1, 1, 2, 2, 1, 3), 1):
        files = [("files", (f"{n}.jpg", painted(animal, n, taken=f"2020:01:{n:02} 10:00:00")))]
        said = {"station": "Ridge", "flank": "left", "encounter": f"e{n}"}
        client.post("/api/v1/photos", files=files, data=said)
    given = (components[Database], components[PhotoFiles], components[Settings], FakeEmbedder())
    worker = Worker(*given, name="w", engine=components[Engine])
    while worker.work():
        pass
    for number, decision in (
        (1, {"kind": "new", "name": "Uma"}),
        (2, {"kind": "same", "identity_id": 1}),
        (3, {"kind": "new", "name": "Kali"}),
    ):
        made = client.post(f"/api/v1/encounters/{number}/decisions", json=decision)
        assert made.status_code == 201, made.text
    described = {"sex": "female", "life_stage": "adult", "seen": 0, "reviewer": "ab"}
    client.post("/identities/1/describe", data=described)
    for pair in ([1, 2], [3, 4], [1, 3]):
        client.post("/api/v1/reviews", json={"encounters": pair})
    for observer, said in (("ab", "different"), ("cd", "different")):
        client.cookies.clear()
        client.cookies.set("reviewer", quote(observer))
        form = {"answer": said, "certainty": "certain", "reviewer": observer}
        for pair in (1, 3):
            client.post(f"/reviews/{pair}/opinions", data=form)
    client.cookies.clear()
    case = client.post("/api/v1/cases", json={"name": "Two"}).json()["id"]
    client.post(f"/api/v1/cases/{case}/encounters", json={"encounters": [1, 3]})
    while worker.work():
        pass
    return case


ADDRESSES = (
    *("/catalogue", "/catalogue?q=nobody", "/identities/1", "/identities/2", "/conflicts"),
    *("/identities/1/merge", "/identities/1/merge?other=2"),
    *("/identities/1/split", "/identities/1/split?suggest=1"),
    "/identities/1/split?preview=1&e1=0&e2=1&name1=Two",
    *("/compare?one=1&other=3", "/compare", "/compare-with?identity=1"),
    *("/compare-with?encounter=4", "/clusters", "/clusters?who=all", "/clusters?flank=right"),
    *("/clusters/preview?what=identities&chosen=4,5", "/clusters/preview?what=reviews&best=9"),
    *("/clusters/preview?what=case&chosen=4,5", "/reviews", "/reviews?whose=all&state=all"),
    *("/reviews/1", "/reviews/2", "/reviews/3", "/reviews/agreement", "/reviews/settling"),
    *("/reviews/put?encounters=1,2,3&needed=2&blind=1", "/reviews/round?share=10&seed=1"),
    "/reviews/batch?act=close&pair=1",
    *("/login", "/account", "/accounts", "/", "/encounters", "/encounters/4", "/cases/1"),
    *("/cases/1/dossier", "/identities/1?said=2"),
)


def test_no_text_of_the_review_room_is_english_in_russian(client, filled):
    found = {}
    for address in ADDRESSES:
        client.cookies.set("reviewer", "ab")
        page = client.get(address, headers=RUSSIAN)
        assert (address, page.status_code) == (address, 200)
        found[address] = english(page.text)
    assert {address: texts for address, texts in found.items() if texts} == {}


def test_no_text_of_the_accounts_is_english_in_russian(app, client):
    number = account(app, "ab", "admin")
    account(app, "cd")
    token(app, number)
    browser = browser_of(app, number)
    for address in ("/account", "/accounts", "/catalogue", "/reviews", "/login"):
        page = browser.get(address, headers=RUSSIAN)
        assert (address, english(page.text)) == (address, set())
