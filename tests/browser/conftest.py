"""A real service on a free loopback port, a worker that can be held back, and a real browser."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Thread

import pytest
import uvicorn
from fake_embedder import FakeEmbedder
from playwright.sync_api import Browser, Page, expect, sync_playwright
from served import QUIET, chromium_path

from reid.types import Flank
from service.operations.worker import Worker
from service.photos.intake import Intake
from service.photos.statements import Statements
from service.recognition.engine import Engine
from service.settings import Settings
from service.store import decisions
from service.store.database import Database
from service.store.decisions import NewDecision
from service.store.files import PhotoFiles

WAIT_S = 20


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@dataclass
class Site:
    """The running service. `work` and `rest` let the worker run and hold it back."""

    url: str
    app: object
    painted: object

    def __post_init__(self):
        components = self.app.state.components
        self.components = components
        self._worker = Worker(
            components[Database],
            components[PhotoFiles],
            components[Settings],
            FakeEmbedder(),
            name="browser test",
        )

    def work(self):
        """Embed everything that waits."""
        self._worker.beat()
        while self._worker.work():
            pass

    def photo(self, animal, view=0, day=1):
        """One file for an input or a drop."""
        picture = view + 100 * day  # equal pixels of two days would be a copy of one exposure
        data = self.painted(animal, picture, taken=f"2020:01:{day:02} 22:00:{view:02}")
        return {"name": f"{animal}-{day}-{view}.jpg", "mimeType": "image/jpeg", "buffer": data}

    def encounter(self, animal, *, day, views=(0,), flank="left", named=""):
        """An embedded encounter, decided as a new identity if it is named; returns its number."""
        photos = [self.photo(animal, view, day) for view in views]
        files = [(one["name"], one["buffer"]) for one in photos]
        upload = self.components[Intake].accept(
            files, Statements(station="Ridge", flank=Flank(flank))
        )
        self.work()
        number = upload.files[0].encounter_id
        if named:
            with self.components[Database].write() as connection:
                decisions.add(connection, number, NewDecision("new", name=named))
        return number


@pytest.fixture
def site(app, serving) -> Iterator[Site]:
    """A service of its own for every test; nothing is embedded until `site.work()`."""
    with serving(app) as running:
        yield running


@pytest.fixture(scope="session")
def serving(painted):
    """serving(app) -> a running Site, for fixtures that fill a catalogue for many tests."""
    return partial(served, painted=painted)


@contextmanager
def served(app, painted) -> Iterator[Site]:
    """A real server of this app, in a thread."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))
    listening = socket.create_server(("127.0.0.1", 0))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    with closing(listening):
        thread.start()
        until(lambda: server.started and app.state.components[Engine].loaded)
        yield Site(f"http://127.0.0.1:{listening.getsockname()[1]}", app, painted)
        server.should_exit = True
        thread.join()


def until(true):
    """Wait for a condition."""
    end = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


expect.set_options(timeout=15_000)  # a slow computer is no failure


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def page(browser, site) -> Iterator[Page]:
    """A window of a 13-inch laptop; a console error or a foreign request fails the test."""
    yield from window(browser, site)


@pytest.fixture
def plain_page(browser, site) -> Iterator[Page]:
    """The same without JavaScript."""
    yield from window(browser, site, java_script_enabled=False)


def window(browser, site, **options):
    context = browser.new_context(
        base_url=site.url, viewport={"width": 1280, "height": 800}, **options
    )
    page, complaints, foreign = context.new_page(), [], []
    page.set_default_timeout(WAIT_S * 1000)
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: foreign.append(asked.url) if outside(asked, site) else None)
    page.complaints = complaints
    yield page
    context.close()
    assert (complaints, foreign) == ([], [])


def outside(asked, site):
    return not asked.url.startswith((site.url, "data:", "blob:"))
