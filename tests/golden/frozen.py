"""What users see of the stored catalogues, as text: every page in every language, API answers.

Of the service it needs `create_app` and `Settings` only, so that it survives any move inside.
"""

import json
import re
import tarfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from fake_embedder import fake_recognition
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings

HERE = Path(__file__).parent
LANGUAGES = ("en", "ru", "fr")
ALONE = ("single", "empty")  # catalogues without accounts
UNFROZEN = {  # pictures, counters, and the description that is frozen as a file of its own
    *("/api/v1/photos/{photo_id}/image", "/api/v1/photos/{photo_id}/thumbnail"),
    *("/api/v1/annotations/{annotation_id}/crop", "/metrics", "/openapi.json"),
    "/api/v1/annotations/{annotation_id}/burst/picture",
    *("/export/tables.zip", "/api/v1/export"),
}
HEADERS = ("content-type", "content-language", "location", "cache-control", "content-disposition",
           "www-authenticate", "retry-after", "content-security-policy", "allow")  # fmt: skip


class Address(NamedTuple):
    """One line of addresses.txt. who: a catalogue without accounts, or a role of the other."""

    who: str
    method: str
    path: str
    fields: str = ""

    def __str__(self):
        shown = (self.who, self.method, self.path, self.fields)
        return " ".join(part for part in shown if part)


def addresses():
    """All of addresses.txt."""
    found, who = [], ""
    for line in (HERE / "addresses.txt").read_text().splitlines():
        if line.startswith("["):
            who = line.strip("[]")
        elif line and not line.startswith("#"):
            method, path = ("GET", line) if line.startswith("/") else line.split(" ", 1)
            found.append(Address(who, method, *path.split(" ")))
    return found


def unvisited(app):
    """Routes that answer GET and are neither frozen nor named in UNFROZEN."""
    return templates(app) - UNFROZEN - visited(app)


def visited(app):
    """Routes that answer GET and have an address in the list."""
    paths = [one.path.partition("?")[0] for one in addresses() if one.method == "GET"]
    got = templates(app)
    return {template for template in got if any(_like(template).fullmatch(p) for p in paths)}


def templates(app):
    """Paths of all routes that answer GET, such as /cases/{case_id}."""
    every = iter_route_contexts(app.routes)
    return {one.path for one in every if "GET" in (one.methods or ())}


def _like(template):
    return re.compile(re.sub(r"\\{\w+(:path)?\\}", "[^/]+", re.escape(template)))


def unpack(folder):
    """The stored catalogues, as they were made."""
    with tarfile.open(HERE / "catalogue.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder


@contextmanager
def running(folder, name):
    """A client of the service over one of the unpacked catalogues, its network loaded."""
    weights = folder / "weights"
    settings = Settings(
        _env_file=None, data_dir=folder / name, weights_dir=weights, page_wait_s=60, port=0
    )
    app = create_app(settings, load=fake_recognition)
    client = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
    with client:
        while client.get("/health").json()["status"] == "starting":
            time.sleep(0.02)
        yield client


@contextmanager
def everybody(folder):
    """{who: (client, cookie of a login)} for each who of the addresses."""
    with ExitStack() as stack:
        clients = {one: (stack.enter_context(running(folder, one)), "") for one in ALONE}
        shared = stack.enter_context(running(folder, "accounts"))
        clients["nobody"] = shared, ""
        for line in (folder / "accounts" / "cookies.txt").read_text().splitlines():
            role, secret = line.split()
            clients[role] = shared, secret
        yield clients


def see(clients, language):
    """{address: what is answered} in one language; nothing that is asked changes a catalogue."""
    return {str(one): _answer(*clients[one.who], one, language) for one in addresses()}


def _answer(client, secret, address, language):
    accept = "application/json" if address.path.startswith("/api/") else "text/html"
    cookie = f"language={language}" + (f"; session={secret}" if secret else "")
    headers = {"accept": accept, "cookie": cookie}
    body = None
    if address.method == "POST":
        headers["content-type"] = "application/x-www-form-urlencoded"
        body = address.fields
    client.cookies.clear()
    answer = client.request(address.method, address.path, headers=headers, content=body)
    head = [f"{name}: {answer.headers[name]}" for name in HEADERS if name in answer.headers]
    return plain("\n".join([str(answer.status_code), *head, "", _body(answer)]))


def _body(answer):
    kind = answer.headers.get("content-type", "")
    if "json" in kind:
        return json.dumps(answer.json(), indent=1, sort_keys=True, ensure_ascii=False)
    return tags(answer.text) if kind.startswith("text/html") else answer.text


def tags(html):
    """One tag a line, so that a difference is a line."""
    return re.sub(r"\s*(<)", r"\n\1", re.sub(r"[^\S\n]*\n\s*", "\n", html)).strip()


def _rounded(number):
    return f"{float(number.group()):.4g}"


VOLATILE = {
    "pictures inside a dossier": (r"data:image/(\w+);base64,[\w+/=]+", r"data:image/\1;base64,..."),
    "the hash of a style that holds pictures": (r"(?<=[';])sha256-[\w+/=]+", "sha256-..."),
    "the hash of a dossier with its pictures": (
        r'(SHA-256\D{2,30} |"digest": "|<dd class="hash">)[0-9a-f]{64}',
        r"\1...",
    ),
    "the day of a dossier": (
        r"\d+ [^\W\d]+\.? \d{4}(\W+\w\.)?[,.]( \d\d:\d\d UTC,)?(?= [\w ]*leopard-reid \d)",
        "(day)",
    ),
    "the moment when a record was made": (r'("made_at": )"\d{4}-[^"]*Z"(?=\n})', r'\1"..."'),
    "the version of this program": (r'(leopard-reid |"version": ")\d[\w.]*\w', r"\1..."),
    "the fifth digit of a long number": (r"(?<![:\d])-?\b\d+\.\d{6,}(e-?\d+)?\b", _rounded),
    "the room of a static file": (r"/static/\w+/(?=[\w-]+\.)", "/static/"),
    "the section of stations, which came later": (
        r'(?s)<li>\s*<a href="/stations" .*?</a>\s*</li>\s*',
        "",
    ),
    "milliseconds that a stage took": (r'("timings": )\{[^}]*\}', r"\1{...}"),
}
"""Name: pattern and what stands for it. Nothing else is hidden from the comparison."""


def plain(text):
    """The text without what differs from one run to the next."""
    for pattern, instead in VOLATILE.values():
        text = re.sub(pattern, instead, text)
    return text.strip()


def openapi(client):
    """The description of the API, sorted."""
    return json.dumps(client.app.openapi(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def collect(folder):
    """Everything: {"openapi": {"openapi": ...}, "en": {address: ...}, "ru": ..., "fr": ...}."""
    unpack(folder)
    with everybody(folder) as clients:
        seen = {language: see(clients, language) for language in LANGUAGES}
        return {"openapi": {"openapi": openapi(clients["single"][0])}, **seen}
