"""Every page for everybody: axe-core finds nothing serious, and the keyboard reaches everything."""

import shutil
from random import Random

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from fake_catalogue import Strangers, archive
from fake_embedder import fake_recognition
from logged_in import cookie, one_of_each
from neighbour_file import neighbour_file
from playwright.sync_api import expect

from benchmarks.site_pages import PAGES, holdings, paths
from reid.archive.plan import RunPlan
from reid.types import Flank
from service.app import create_app
from service.archive.runs import ARCHIVES
from service.settings import Settings
from service.store import cases, photos, questions, reviews
from service.store.database import Database
from service.store.people import Role
from service.store.reviews import NewPair
from service.store.tables.photos import photo

BAD = {"serious", "critical"}
ERRORS = ("/nowhere", "/encounters/999999")

# Written down at every focus: what a person sees, and what a screen reader says.
WATCH = """() => {
  window.focused = new Set();
  window.unseen = [];
  document.addEventListener("focusin", ({ target }) => {
    window.focused.add(target);
    const style = getComputedStyle(target), box = target.getBoundingClientRect();
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    if (!outlined || !box.width || !box.height) window.unseen.push(target.outerHTML.slice(0, 120));
  });
}"""
REACHABLE = """() => {
  const wanted = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const all = [...document.querySelectorAll(`${wanted}, [tabindex="0"]`)].filter((one) =>
    one.checkVisibility({ visibilityProperty: true }) && !one.disabled && one.tabIndex >= 0
    && !one.closest("details:not([open]) > :not(summary)"));
  const grouped = (one) => one.type === "radio" && one.name
    && [...window.focused].some((other) => other.type === "radio" && other.name === one.name);
  window.missed = () => all.filter((one) => !window.focused.has(one) && !grouped(one))
    .map((one) => one.outerHTML.slice(0, 120));
  return all.length;
}"""
NAMELESS = """() => [...window.focused].filter((one) => {
  const by = (one.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean);
  const said = [one.getAttribute("aria-label"), one.title, one.placeholder,
    ...by.map((id) => document.getElementById(id)?.textContent),
    ...[...(one.labels ?? [])].map((label) => label.textContent),
    one.textContent, one.querySelector("img")?.alt];
  return one !== document.body && !said.some((words) => words?.trim());
}).map((one) => one.outerHTML.slice(0, 120))"""
WINDOWS = ((640, 400), (390, 844))
"""A laptop of 1280 by 800 at 200 %, and a phone."""

WITHOUT_HANDLES = "nav, kbd, button, .tools, .decide, form.bar, input, select"

COVERED = """(bar) => {
  const over = document.querySelector(bar).getBoundingClientRect();
  return [...document.querySelectorAll("main .picture, main .thumb")].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.top < over.bottom && box.bottom > over.top
      && box.left < over.right && box.right > over.left;
  }).map((one) => one.outerHTML.slice(0, 80));
}"""
BROKEN_WORDS = """() => {
  const found = new Set();
  for (const one of document.querySelectorAll("main :is(button, .button, td, th, .tag)")) {
    const texts = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) for (const word of texts.currentNode.data.matchAll(/\\p{L}{2,12}/gu)) {
      const range = document.createRange();
      range.setStart(texts.currentNode, word.index);
      range.setEnd(texts.currentNode, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((box) => box.top)).size > 1) found.add(word[0]);
    }
  }
  return [...found];
}"""
UNSEEN = 'Object.defineProperty(document, "hidden", { get: () => true })'
"""As in a tab that nobody looks at, where no page renews itself."""
KEYS = """() => [...document.querySelectorAll("[data-key]")].map((one) =>
  [one.getAttribute("data-key"), one.getAttribute("data-says")])"""


@pytest.fixture(scope="module")
def small_catalogue(tmp_path_factory, serving):
    """A catalogue that holds one of everything: its folder, and the addresses of every page."""
    folder = tmp_path_factory.mktemp("small")
    settings = Settings(_env_file=None, data_dir=folder / "var", page_wait_s=60, port=0)
    with serving(create_app(settings, load=fake_recognition)) as site:
        fill(site, folder)
        with httpx.Client(base_url=site.url, timeout=60) as client:
            holds, chance = holdings(client), Random(0)  # noqa: S311
        every = {path: PAGES[path](holds, chance) for path in paths(site.app) if path in PAGES}
    return settings.data_dir, every


@pytest.fixture
def app(settings, small_catalogue):
    """A service over a copy of it."""
    shutil.copytree(small_catalogue[0], settings.data_dir)
    return create_app(settings, load=fake_recognition)


@pytest.fixture
def addresses(small_catalogue):
    """Every page of it; a page that lacks is None."""
    return small_catalogue[1]


def fill(site, folder):
    for animal, name in ((1, "Uma"), (2, "Kali")):
        site.encounter(animal, day=animal, views=(0, 1), named=name)
    site.encounter(1, day=5, views=(1, 2))
    site.encounter(3, day=9, flank="right")
    with site.components[Database].write() as connection:
        connection.execute(photo.update().values(latitude=43.0, longitude=54.0))
        one = cases.add(connection, "Ustyurt", "one or two?")
        cases.put(connection, one.id, [1, 2, 3, 4], "Aigül")
        reviews.put(connection, [NewPair(1, 3, worth=0.9), NewPair(2, 3, worth=0.5)], "Aigül")
        for number in (1, 2, 3):
            *_, last = photos.numbers_in(connection, number)
            questions.ask(connection, "apart", number, cut=[last])
        questions.ask(connection, "bridge", 1, other=4)
    for animal, view in ((1, 2), (2, 3), (7, 4)):
        (folder / f"IMG_{view:04}.jpg").write_bytes(site.painted(animal, view))
    data_folder = site.components[Settings].data_dir
    archive(folder, data_folder / ARCHIVES / "spring", Strangers(), plan=RunPlan(flank=Flank.LEFT))
    files = {"file": ("south.signatures", neighbour_file(site.painted, 1, 7))}
    httpx.post(f"{site.url}/api/v1/neighbours", files=files, timeout=60).raise_for_status()
    site.work()


def test_every_page_is_looked_at(app):
    """A new page needs an entry in benchmarks/site_pages.py, so that all that follows sees it."""
    assert [path for path in paths(app) if path not in PAGES] == []
    assert [path for path in PAGES if path not in paths(app)] == []


def test_axe_finds_nothing_serious_on_any_page(page, addresses):
    found = {}
    for path, address in {**addresses, **{one: one for one in ERRORS}}.items():
        assert address, f"the small catalogue of this test holds nothing for {path}"
        page.goto(address)
        found[path] = findings(page)
    page.complaints.clear()  # the browser reports the 404 as an error
    assert {path: some for path, some in found.items() if some} == {}


def test_axe_finds_nothing_serious_on_the_pages_of_accounts(page, site, addresses):
    number = one_of_each(site.app)[Role.ADMIN]
    page.goto("/login")
    assert findings(page) == []
    value = cookie(site.app, number)
    page.context.add_cookies([{"name": "session", "value": value, "url": site.url}])
    found = {}
    for path in ("/account", "/accounts", "/reviews", "/cases/{case_id}", "/conflicts"):
        page.goto(addresses[path])
        assert "/login" not in page.url
        found[path] = findings(page)
    assert {path: some for path, some in found.items() if some} == {}


def test_axe_finds_nothing_serious_in_what_opens(page, addresses):
    page.goto(addresses["/encounters/{encounter_id}"])
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert findings(page) == []
    page.keyboard.press("Escape")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert findings(page) == []


@pytest.mark.parametrize(
    "paths_in_light",
    [
        ("/", "/encounters/{encounter_id}", "/compare", "/cases/{case_id}", "/clusters"),
        ("/upload", "/identities/{identity_id}", "/reviews/{pair_id}", "/photos/{photo_id}"),
    ],
)
def test_axe_finds_nothing_serious_in_the_light_theme(page, addresses, paths_in_light):
    page.emulate_media(color_scheme="light")
    found = {}
    for path in paths_in_light:
        page.goto(addresses[path])
        assert background(page) == "rgb(244, 242, 238)"
        found[path] = findings(page)
    assert {path: some for path, some in found.items() if some} == {}


def background(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_no_page_scrolls_sideways_at_200_percent_or_on_a_phone(page, addresses):
    too_wide = []
    for path, address in addresses.items():
        page.goto(address)
        for width, height in WINDOWS:
            page.set_viewport_size({"width": width, "height": height})
            wide = page.evaluate("document.documentElement.scrollWidth")
            too_wide += [(path, width, wide)] if wide > width else []
    assert too_wide == []


def test_no_short_word_is_broken_on_a_phone(page, addresses):
    page.set_viewport_size({"width": 390, "height": 844})
    broken = {}
    for path in keyed(addresses):
        page.goto(addresses[path])
        broken[path] = page.evaluate(BROKEN_WORDS)
    assert {path: words for path, words in broken.items() if words} == {}


@pytest.mark.parametrize(
    ("path", "bar"), [("/encounters/{encounter_id}", ".decide"), ("/reviews/{pair_id}", "form.bar")]
)
def test_what_one_decides_with_covers_no_photo(page, addresses, path, bar):
    page.goto(addresses[path])
    for width, height in (*WINDOWS, (1280, 800), (820, 1180)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.locator("main .picture").bounding_box()["height"] > 80
        for at in (0, 150, 400):
            page.evaluate(f"scrollTo(0, {at})")
            assert (width, at, page.evaluate(COVERED, bar)) == (width, at, [])


def test_a_printed_page_is_dark_on_white_and_has_nothing_to_handle(page, addresses):
    page.emulate_media(media="print", color_scheme="dark")
    for path in keyed(addresses):
        page.goto(addresses[path])
        assert background(page) == "rgb(255, 255, 255)"
        assert page.locator(f":is({WITHOUT_HANDLES}):visible").count() == 0, path
        assert page.locator("main").inner_text().strip(), path


def test_axe_finds_nothing_serious_in_the_report_of_an_archive(browser, site, addresses):
    report = site.components[Settings].data_dir / ARCHIVES / "spring" / "report.html"
    with browser.new_page(viewport={"width": 390, "height": 844}) as page:
        page.goto(report.as_uri())
        assert page.locator("img").count() >= 2
        assert findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_these_checks_would_notice(page):
    page.goto("/")
    page.evaluate("""() => {
      const main = document.querySelector("main");
      main.append(Object.assign(document.createElement("img"), { src: "/static/web/icon.svg" }));
      const hidden = Object.assign(document.createElement("button"), { textContent: "x" });
      hidden.tabIndex = -1;
      const plain = Object.assign(document.createElement("button"), { textContent: "y" });
      plain.style.outline = "none";
      const nameless = document.createElement("button");
      main.append(hidden, plain, nameless);
    }""")
    assert {"image-alt", "button-name"} <= {rule for rule, *_ in findings(page)}
    page.evaluate(WATCH)
    for _ in range(page.evaluate(REACHABLE) + 8):
        page.keyboard.press("Tab")
    assert len(page.evaluate("window.unseen")) == 1
    assert page.evaluate(NAMELESS) == ["<button></button>"]


def findings(page):
    """Serious and critical ones: rule, first element, and what is wrong with it."""
    violations = Axe().run(page).response["violations"]
    return [
        (one["id"], one["nodes"][0]["html"][:160], one["nodes"][0]["failureSummary"][:300])
        for one in violations
        if one["impact"] in BAD
    ]


def test_every_key_is_unique_on_its_page_and_listed_in_its_help(page, addresses):
    for path in keyed(addresses):
        page.goto(addresses[path])
        shown = page.evaluate(KEYS)
        keys = [key for some, _ in shown for key in some.split(" ")]
        assert [key for key in keys if keys.count(key) > 1] == [], path
        page.keyboard.press("?")
        listed = page.locator("[data-keys-list]").inner_text()
        assert [key for key, says in shown if not says or says not in listed] == [], path


def test_tab_reaches_everything_with_a_name_and_a_visible_focus(page, addresses):
    page.add_init_script(UNSEEN)  # on a slow computer a page would be renewed between two keys
    for path in keyed(addresses):
        page.goto(addresses[path])
        page.evaluate(WATCH)
        moments = page.locator("input[type=datetime-local]").count()  # each has many stops
        for _ in range(page.evaluate(REACHABLE) + 8 + 8 * moments):
            page.keyboard.press("Tab")
        missed, unseen = page.evaluate("() => [window.missed(), window.unseen]")
        assert (missed, unseen, page.evaluate(NAMELESS)) == ([], [], []), path


def keyed(addresses):
    """Pages inside the frame; a dossier is a document of its own, without keys."""
    return [path for path in addresses if not path.endswith("/dossier")]
