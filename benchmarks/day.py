"""Does a day in the review room go through in real browsers, and is nothing lost?

Paints a survey of about 15 synthetic animals, takes it in, and starts `leopard-reid serve` with the
released network. Then it plays a day in three browsers, one a person: log in, upload, review pairs
by keyboard only, one disagreement settled by a third, one merge, one split, one undo, a dossier
opened. Measured is the machine's part of a decision: from the key until the next thing to decide on
is there. At the end every answer must be in the database. Prints one table and leaves traces with
screenshots in --out (`playwright show-trace FILE`); exit code 1 where a step is missing, failed, or
lost an answer.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
from browser_walk import CHROMIUM, QUIET, SERVE, serving
from playwright.sync_api import Browser, Page, expect, sync_playwright
from results import keep
from site_pages import ready

from reid.synthetic.survey import write_survey
from service import demo
from service.app import build_parts
from service.deps import Parts
from service.settings import Settings
from service.store import decisions, encounters

ANIMALS, ENCOUNTERS, WIDTH, SEED = 15, 4, 800, 15
PEOPLE = ("Aigerim", "Bolat", "Ksenia")  # two observers, and the third
PATIENCE_S = 900.0
DECISIONS = 10  # of encounters, by keys


class Missing(Exception):
    """The service has no such page."""


@dataclass(frozen=True)
class Answer:
    """What a person answered, to be looked for in the database. kind: of the decision."""

    person: str
    encounter: int
    kind: str


@dataclass
class Day:
    """The service, the people in it, and what they did."""

    url: str
    folder: Path
    pages: dict[str, Page]
    truth: dict[int, str]  # encounter -> animal
    answers: list[Answer] = field(default_factory=list)
    waits_ms: list[float] = field(default_factory=list)  # from a key to the next thing to decide on
    complaints: list[str] = field(default_factory=list)

    def go(self, person: str, address: str) -> Page:
        """A page of the service in this person's browser."""
        page = self.pages[person]
        answer = page.goto(self.url + address)
        if answer is not None and answer.status == httpx.codes.NOT_FOUND:
            raise Missing(address)
        return page

    def press(self, page: Page, key: str, ready: Callable[[], object]) -> None:
        """A key of a decision; `ready` waits for what comes next."""
        started = time.perf_counter()
        page.keyboard.press(key)
        ready()
        self.waits_ms.append(1000 * (time.perf_counter() - started))


def log_in(day: Day) -> str:
    """Everybody, each in a browser of one's own."""
    for person in PEOPLE:
        day.go(person, "/login")
        raise Missing("accounts are not made here yet: see `accounts`")
    return f"{len(PEOPLE)} people"


def upload(day: Day) -> str:
    """Photos through the form; they are embedded while people go on."""
    page = day.go(PEOPLE[0], "/upload")
    photo = next((day.folder / "extra" / "photos").glob("*.jpg"))
    page.get_by_label("Station (optional)").fill("New station")
    page.get_by_label("Photos of one station").set_input_files([photo])
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.locator("[data-status]")).to_contain_text("Finished", timeout=1000 * PATIENCE_S)
    return "1 photo, embedded"


def decide(day: Day) -> str:
    """Waiting encounters one after another, by keys: same, where the right animal is shown."""
    page = day.go(PEOPLE[0], "/encounters")
    page.locator(".encounter-row a").last.click()
    done = 0
    for _ in range(DECISIONS):
        page.wait_for_selector(".evidence")
        number = int(page.url.split("?")[0].rsplit("/", 1)[1])
        shown = page.locator(".evidence").inner_text()
        same = day.truth.get(number, "?") in shown.split("\n")[0]
        key, kind = ("s", "same") if same else ("c", "cannot_tell")
        status = page.get_by_role("status").filter(has_text="Recorded")
        day.press(page, key, status.wait_for)
        day.answers.append(Answer("", number, kind))
        done += 1
        before = page.url
        page.keyboard.press("e")
        page.wait_for_url(lambda url, before=before: url != before)
        if page.url.endswith("/encounters"):
            break
    return f"{done} decisions by keys"


def undo(day: Day) -> str:
    """The latest decision, withdrawn by a key; it stays on record."""
    last = day.answers[-1].encounter
    page = day.go(PEOPLE[0], f"/encounters/{last}")
    page.keyboard.press("u")
    page.get_by_role("status").filter(has_text="Withdrawn").wait_for()
    day.answers.append(Answer("", last, "withdrawn"))
    return f"encounter {last}"


def review(day: Day) -> str:
    """Two observers answer the same 20 blind pairs by keyboard only; they disagree on one."""
    for person in PEOPLE[:2]:
        day.go(person, "/reviews")
    raise Missing("/reviews")


def settle(day: Day) -> str:
    """The third answers the pair on which the two differ, and the majority stands."""
    day.go(PEOPLE[2], "/reviews")
    raise Missing("/reviews")


def merge(day: Day) -> str:
    """Two identities that are one animal, with the preview looked at."""
    day.go(PEOPLE[0], "/identities/1/merge")
    raise Missing("/identities/{identity_id}/merge")


def split(day: Day) -> str:
    """An identity that holds two animals, by the suggested cut."""
    day.go(PEOPLE[0], "/identities/1/split")
    raise Missing("/identities/{identity_id}/split")


def dossier(day: Day) -> str:
    """A case of three encounters, and its dossier opened with the key of its page."""
    page = day.go(PEOPLE[1], "/cases")
    page.get_by_label("Name").fill("The day's case")
    page.get_by_role("button", name="Open the case").click()
    page.locator("#encounter option").first.wait_for(state="attached")
    values = page.locator("#encounter option").evaluate_all("(all) => all.map((one) => one.value)")
    page.locator("#encounter").select_option(values[:3])
    page.get_by_role("button", name="Put in").click()
    page.get_by_role("heading", name="How many animals?").wait_for()
    page.keyboard.press("d")
    page.wait_for_url("**/dossier")
    return page.title()


STEPS: tuple[Callable[[Day], str], ...] = (
    log_in,
    upload,
    decide,
    review,
    settle,
    merge,
    split,
    undo,
    dossier,
)


def prepared(folder: Path) -> dict[int, str]:
    """A catalogue with most encounters decided, and which animal each encounter shows."""
    survey, extra = folder / "survey", folder / "extra"
    demo.painted_once(
        survey,
        lambda path: write_survey(
            path, animals=ANIMALS, seed=SEED, encounters=ENCOUNTERS, width=WIDTH
        ),
    )
    demo.painted_once(
        extra, lambda path: write_survey(path, animals=1, seed=SEED + 1, encounters=1, width=WIDTH)
    )
    parts = parts_of(folder)
    if demo.is_empty(parts):
        for _ in demo.load(parts, survey):
            pass
    truth = {one.encounter: one.individual for one in demo.read_index(survey)}
    with parts.database.read() as connection:
        found = encounters.search(connection, limit=10_000)
    parts.database.close()
    return {one.id: truth[one.name] for one in found if one.name in truth}


def parts_of(folder: Path) -> Parts:
    """The catalogue, opened beside the service or before it."""
    parts = build_parts(Settings(_env_file=None, data_dir=folder / "var"))
    parts.database.migrate()
    return parts


def lost(folder: Path, answers: list[Answer]) -> list[Answer]:
    """Answers that are not in the database as often as they were given."""
    parts, left = parts_of(folder), []
    with parts.database.read() as connection:
        for encounter in dict.fromkeys(one.encounter for one in answers):
            kept = [one.kind for one in decisions.of_encounter(connection, encounter)]
            for one in (one for one in answers if one.encounter == encounter):
                if one.kind in kept:
                    kept.remove(one.kind)
                else:
                    left.append(one)
    parts.database.close()
    return left


def play(day: Day) -> dict[str, str]:
    """Every step; what each says, or why it did not go."""
    said = {}
    for step in STEPS:
        started = time.monotonic()
        try:
            words = step(day)
        except Missing as error:
            words = f"MISSING: {error}"
        except Exception as error:
            words = f"FAILED: {str(error).splitlines()[0]}"
        said[step.__name__] = words
        print(f"{step.__name__:10}{time.monotonic() - started:7.1f} s  {words}", flush=True)
    return said


def with_browsers(
    browser: Browser, url: str, folder: Path, out: Path, truth: dict[int, str]
) -> tuple[Day, dict[str, str]]:
    """Play the day, with a trace of each browser."""
    contexts = {name: browser.new_context() for name in PEOPLE}
    day = Day(url, folder, {name: one.new_page() for name, one in contexts.items()}, truth)
    for name, context in contexts.items():
        context.tracing.start(screenshots=True, snapshots=True)
        day.pages[name].on("pageerror", lambda error: day.complaints.append(str(error)))
    said = play(day)
    for name, context in contexts.items():
        context.tracing.stop(path=out / f"day-{name}.zip")
    return day, said


def main() -> int:
    """Prepare, play, look for every answer, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/day"))
    parser.add_argument("--keep", type=Path, help="folder of survey and catalogue, used again")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    chromium = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if chromium is None:
        raise SystemExit("no Chromium here: apt-get install chromium")
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        truth = prepared(folder)
        with serving(SERVE, folder) as url:
            with httpx.Client(base_url=url, timeout=PATIENCE_S) as client:
                ready(client)
            browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
            day, said = with_browsers(browser, url, folder, given.out, truth)
            browser.close()
        left = lost(folder, day.answers)
    waits = np.array(day.waits_ms or [float("nan")])
    open_ones = [name for name, words in said.items() if words.startswith(("MISSING", "FAILED"))]
    figures = {
        "steps": len(STEPS),
        "open_steps": " ".join(open_ones),
        "decisions": len(day.waits_ms),
        "median_ms": round(float(np.median(waits)), 0),
        "p95_ms": round(float(np.quantile(waits, 0.95)), 0),
        "answers": len(day.answers),
        "lost": len(left),
        "script_errors": len(day.complaints),
    }
    for name, value in figures.items():
        print(f"{name:16} {value}")
    keep("day", figures)
    return 1 if open_ones or left or day.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
