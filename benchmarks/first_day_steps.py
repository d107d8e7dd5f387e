"""The steps of a biologist's first day, in order; no word of the pages is used to find a way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hands import PATIENCE_MS, Hands, send
from playwright.sync_api import expect

DEPLOYMENTS = """station,camera,latitude,longitude,start,end,zone
BR-216,BR-216A,22.71,80.61,2018-03-01T00:00,2019-12-31T00:00,+05:30
BR-218,BR-218A,22.74,80.66,2018-03-01T00:00,2019-12-31T00:00,+05:30
BR-217,BR-217A,22.68,80.64,2018-03-01T00:00,2019-12-31T00:00,+05:30
"""


@dataclass
class FirstDay:
    """What the walk carries along. encounters: numbers by station."""

    hands: Hands
    frames: list[Path]
    crops: list[Path]
    table: Path
    encounters: dict[str, list[int]] = field(default_factory=dict)
    pair: tuple[int, int] = (0, 0)

    def check(self, holds: bool, what: str) -> None:
        """Something that has to be so."""
        if not holds:
            self.hands.note(what)

    def named(self, identity: str) -> int:
        """How many encounters an identity has by now."""
        answer = self.hands.page.request.get("/api/v1/identities").json()
        return next((row["encounters"] for row in answer if row["name"] == identity), 0)


def read_the_start_page(day: FirstDay) -> None:
    """It says what to do first."""
    day.hands.page.goto("/")
    expect(day.hands.page.locator("main ol li").first).to_be_visible()


def upload_six_full_frames(day: FirstDay) -> None:
    """By hand, of one station."""
    day.hands.tap("nav a[href='/upload']", leads=True)
    send(day.hands, day.frames, "S1")


def look_at_a_frame(day: FirstDay) -> None:
    """What the upload says of the boxes that were found."""
    status = day.hands.page.locator("[data-status] a[href^='/photos/']")
    target = status if status.count() else day.hands.page.locator("[data-rows] a")
    day.hands.tap(target, leads=True)


def upload_seventeen_crops_with_a_table(day: FirstDay) -> None:
    """Stations, flanks and times come from the table."""
    day.hands.press("p", leads=True)
    send(day.hands, day.crops, table=day.table)
    answer = day.hands.page.request.get("/api/v1/encounters?limit=200").json()["encounters"]
    for row in sorted(answer, key=lambda row: row["started_at"] or ""):
        day.encounters.setdefault(row["station"], []).append(row["id"])


def look_at_what_waits(day: FirstDay) -> None:
    """The list of encounters."""
    day.hands.tap("[data-status] a[href='/encounters']", leads=True)
    expect(day.hands.page.locator(".encounter-row").first).to_be_visible()


def open_the_first_and_learn_the_keys(day: FirstDay) -> None:
    """The list of keys is one key away."""
    day.hands.press("e", leads=True)
    day.hands.press("?")
    expect(day.hands.page.locator("dialog[open] li").first).to_be_visible()
    day.hands.press("Escape")


def begin_the_catalogue(day: FirstDay) -> None:
    """A new identity, by keyboard: key, name, Enter."""
    day.hands.page.goto(f"/encounters/{day.encounters['BR-216'][0]}")
    day.hands.press("n")
    day.hands.type("Uma")
    day.hands.press("Enter", leads=True)
    expect(day.hands.page.locator("#messages .done")).to_contain_text("Uma")


def a_second_animal(day: FirstDay) -> None:
    """The program may ask first whether it is really new."""
    day.hands.page.goto(f"/encounters/{day.encounters['CU-233'][0]}")
    expect(day.hands.page.locator("[data-refresh]")).to_have_count(0, timeout=PATIENCE_MS)
    day.hands.press("n")
    day.hands.type("Kali")
    day.hands.press("Enter", leads=True)
    if day.hands.page.locator("[data-key=Y]").count():
        day.hands.press("Shift+Y", leads=True)
    expect(day.hands.page.locator("#messages .done")).to_contain_text("Kali")


def look_at_candidates(day: FirstDay) -> None:
    """The right animal stands first; the others are one key away."""
    page = day.hands.page
    page.goto(f"/encounters/{day.encounters['BR-216'][1]}")
    expect(page.locator(".strips ol li")).to_have_count(2, timeout=PATIENCE_MS)
    expect(page.locator(".evidence a").first).to_have_text("Uma")
    day.hands.press("j")
    expect(page.locator(".evidence a").first).to_have_text("Kali")
    day.hands.press("k")
    expect(page.locator(".evidence a").first).to_have_text("Uma")


def see_why(day: FirstDay) -> None:
    """Both encounters side by side, with the marks that agree, one laid over the other."""
    page = day.hands.page
    expect(page.locator("[data-refresh]")).to_have_count(0, timeout=PATIENCE_MS)
    day.hands.tap(".beside a", leads=True)
    expect(page.locator("[data-account] .llr")).to_be_visible(timeout=PATIENCE_MS)
    numbers = [page.locator(f"#choice-{side}").input_value() for side in ("one", "other")]
    day.pair = (int(numbers[0]), int(numbers[1]))
    day.hands.press("r", "r", "x", "o", "o")


def decide_by_key(day: FirstDay) -> None:
    """Back at the encounter, one key."""
    before = day.named("Uma")
    day.hands.page.goto(f"/encounters/{day.encounters['BR-216'][1]}")
    expect(day.hands.page.locator(".same-button")).to_contain_text("Uma", timeout=PATIENCE_MS)
    day.hands.press("s", leads=True)
    expect(day.hands.page.locator("#messages .done")).to_contain_text("Uma")
    day.check(day.named("Uma") == before + 1, "the catalogue did not follow")


def take_it_back(day: FirstDay) -> None:
    """One key."""
    before = day.named("Uma")
    day.hands.press("u", leads=True)
    expect(day.hands.page.locator("#messages .done")).to_be_visible()
    day.check(day.named("Uma") == before - 1, "the catalogue did not follow")


def decide_again_and_go_on(day: FirstDay) -> None:
    """The same key, and on to the next encounter."""
    expect(day.hands.page.locator(".same-button")).to_contain_text("Uma", timeout=PATIENCE_MS)
    day.hands.press("s", leads=True)
    day.hands.press("e", leads=True)
    expect(day.hands.page.locator("#decide")).to_be_visible()


def say_where_the_stations_are(day: FirstDay) -> None:
    """A table of deployments, seen before it is kept."""
    day.hands.tap("nav a[href='/stations']", leads=True)
    day.hands.press("m", leads=True)
    table = day.table.with_name("deployments.csv")
    table.write_text(DEPLOYMENTS, encoding="utf-8")
    day.hands.steps[-1].clicks += 1
    day.hands.page.locator("#file").set_input_files(table)
    day.hands.tap("form:has(#file) button", leads=True)
    day.hands.press("a", leads=True)
    expect(day.hands.page.locator(".message.done")).to_be_visible()


def look_at_the_map_of_stations(day: FirstDay) -> None:
    """And at one station."""
    day.hands.press("Shift+S", leads=True)
    expect(day.hands.page.locator("svg.map .station")).to_have_count(3)


def look_at_a_station(day: FirstDay) -> None:
    """Its cameras, deployments and encounters."""
    day.hands.tap("a[href='/stations/BR-216']", leads=True)
    expect(day.hands.page.locator("article h3").first).to_be_visible()


def ask_for_a_review(day: FirstDay) -> None:
    """From the comparison page."""
    page = day.hands.page
    page.goto(f"/compare?one={day.pair[0]}&other={day.pair[1]}")
    day.hands.tap("a[href^='/reviews/put']", leads=True)
    if page.locator("#reviewer").count():
        day.hands.fill("#reviewer", "Uma")
    page.keyboard.press("Escape")
    day.hands.press("s", leads=True)
    expect(page.locator("main h1")).to_be_visible()


def answer_the_review(day: FirstDay) -> None:
    """By keyboard: same, certain."""
    page = day.hands.page
    page.goto("/reviews")
    day.hands.press("e", leads=True)
    day.hands.press("s", "7", leads=True)
    expect(page.locator("#result .opinions li").first).to_be_visible()


def open_a_case(day: FirstDay) -> None:
    """Two encounters from the comparison page, a name, and a third one."""
    page = day.hands.page
    page.goto(f"/compare?one={day.pair[0]}&other={day.pair[1]}")
    day.hands.tap("a[href^='/clusters/preview']", leads=True)
    day.hands.fill("#name", "Uma")
    day.hands.tap("form.stack button.primary", leads=True)
    expect(page.locator(".partitions li").first).to_be_visible(timeout=PATIENCE_MS)
    day.hands.choose("#encounter", str(day.encounters["CU-233"][0]))
    day.hands.tap("form:has(#encounter) button.primary", leads=True)
    expect(page.locator("#matrix-title ~ * tbody tr")).to_have_count(3, timeout=PATIENCE_MS)


def see_why_the_case_says_so(day: FirstDay) -> None:
    """One key to the photos that speak."""
    day.hands.press("y")
    expect(day.hands.page.locator("#pairs-title")).to_be_in_viewport()


def open_the_dossier(day: FirstDay) -> None:
    """One key; the answer stands first. Printed to a file."""
    day.hands.press("d", leads=True)
    expect(day.hands.page.locator("h1")).to_be_visible()
    day.hands.page.pdf(path=str(day.hands.out / "dossier.pdf"))


def search_a_name(day: FirstDay) -> None:
    """In the catalogue."""
    page = day.hands.page
    page.goto("/catalogue")
    day.hands.press("f")
    day.hands.type("um")
    day.hands.press("Enter", leads=True)
    expect(page.locator("main li.card")).to_have_count(1)


def look_at_map_and_history_of_an_animal(day: FirstDay) -> None:
    """Where and when it was seen."""
    page = day.hands.page
    page.goto(f"/encounters/{day.encounters['BR-217'][0]}")
    expect(page.locator(".same-button")).to_contain_text("Uma", timeout=PATIENCE_MS)
    day.hands.press("s", leads=True)
    page.goto("/catalogue")
    day.hands.tap(page.locator("main li.card h2 a", has_text="Uma"), leads=True)
    expect(page.locator("svg.map circle").first).to_be_visible()
    expect(page.locator(".timeline li").first).to_be_visible()


def what_is_the_same_animal(day: FirstDay) -> None:
    """What the program suggests of the rest."""
    day.hands.page.goto("/clusters")
    expect(day.hands.page.locator("[data-refresh]")).to_have_count(0, timeout=PATIENCE_MS)


def the_start_page_again(day: FirstDay) -> None:
    """What waits by now."""
    day.hands.page.goto("/")
    expect(day.hands.page.locator("#tiles")).to_be_visible()


def export(day: FirstDay) -> None:
    """One ZIP file."""
    page = day.hands.page
    page.goto("/export")
    with page.expect_download() as download:
        day.hands.tap("form button.primary")
    day.check(download.value.suggested_filename.endswith(".zip"), "no ZIP file came")


STEPS: tuple[Callable[[FirstDay], None], ...] = (
    read_the_start_page,
    upload_six_full_frames,
    look_at_a_frame,
    upload_seventeen_crops_with_a_table,
    look_at_what_waits,
    open_the_first_and_learn_the_keys,
    begin_the_catalogue,
    a_second_animal,
    look_at_candidates,
    see_why,
    decide_by_key,
    take_it_back,
    decide_again_and_go_on,
    say_where_the_stations_are,
    look_at_the_map_of_stations,
    look_at_a_station,
    ask_for_a_review,
    answer_the_review,
    open_a_case,
    see_why_the_case_says_so,
    open_the_dossier,
    search_a_name,
    look_at_map_and_history_of_an_animal,
    what_is_the_same_animal,
    the_start_page_again,
    export,
)
