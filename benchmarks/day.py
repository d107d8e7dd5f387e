"""Does a day in the review room go through in real browsers, by keyboard, and is nothing lost?

Paints a survey of about 15 synthetic animals, takes it in, starts `leopard-reid serve` with the
released network and makes accounts by the command line. Then four people play a day, each in a
browser of one's own and by keyboard alone: log in; the curator puts 20 pairs up, five of them
known and hidden; two observers answer all of them and differ in one, and one of them is logged out
while writing; a third settles it; the curator applies what is settled, merges two identities,
splits one, takes that back; a dossier is opened. Measured is the machine's part of a decision: from
the key that answers until the next pair is there with its photos. At the end every answer is
compared with the database, word for word. Prints one table; leaves a video of each browser in
--out, or a trace with screenshots where Playwright has no ffmpeg (`playwright show-trace FILE`).
Exit code 1 where a step failed or anything was lost.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
from day_stage import Stage, lost, staged, undone_or_lost
from day_steps import CURATOR, PASSWORD, PEOPLE, ROLES, STEPS, Day
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from playwright.sync_api import Error as BrowserError
from results import keep
from served import SERVE, chromium, serving

from reid.synthetic.survey import write_survey
from service.app import build
from service.operations import demo
from service.photos.intake import Intake
from service.settings import Settings
from service.store import encounters
from service.store.database import Database
from service.web.parameters import Components

ANIMALS, ENCOUNTERS, WIDTH, SEED = 15, 4, 800, 15
JOINING, SHARE = 2, 25  # six encounters are 15 pairs; five hidden ones beside them
ACCOUNT = [sys.executable, "-m", "service", "account"]
SIZE = {"width": 1280, "height": 800}
PATIENCE_S = 3600.0


def prepared(folder: Path) -> None:
    """A catalogue with most encounters decided and every photo embedded."""
    survey = folder / "survey"
    demo.painted_once(
        survey,
        lambda path: write_survey(
            path, animals=ANIMALS, seed=SEED, encounters=ENCOUNTERS, width=WIDTH
        ),
    )
    components = components_of(folder)
    if demo.is_empty(components[Database]):
        for _ in demo.load(components[Database], components[Intake], survey):
            pass
    if pending(components[Database]):
        with serving(SERVE, folder) as url:
            embedded(components[Database], url)
    components[Database].close()


def pending(database: Database) -> int:
    """Photos that are not embedded yet."""
    with database.read() as connection:
        return sum(encounter.pending for encounter in encounters.search(connection, limit=10_000))


def embedded(database: Database, url: str) -> None:
    """Wait until every photo is embedded; pairs are compared while people work."""
    end = time.monotonic() + PATIENCE_S
    while httpx.get(f"{url}/health", timeout=60).json()["status"] != "ok" or pending(database):
        if time.monotonic() > end:
            raise SystemExit(f"after {PATIENCE_S} s {pending(database)} photos wait to be embedded")
        time.sleep(0.5)


def components_of(folder: Path) -> Components:
    """The catalogue, opened beside the service or before it."""
    components = build(Settings(_env_file=None, data_dir=folder / "var"))
    components[Database].migrate()
    return components


def animals(database: Database, survey: Path) -> dict[int, str]:
    """Which animal each encounter shows."""
    truth = {photo.encounter: photo.individual for photo in demo.read_index(survey)}
    with database.read() as connection:
        summaries = encounters.search(connection, limit=10_000)
    return {
        encounter.id: truth[encounter.name]
        for encounter in summaries
        if truth.get(encounter.name or "")
    }


def account(folder: Path, *words: str) -> None:
    """One command on accounts, with the password piped in."""
    where = ["--data-dir", str(folder / "var")]
    subprocess.run([*ACCOUNT, *words, *where], input=f"{PASSWORD}\n", text=True, check=True)


def play(day: Day) -> tuple[dict[str, str], list[str]]:
    """Every step; what each says, and the names of those that failed."""
    results, failed = {}, []
    for step in STEPS:
        started = time.monotonic()
        try:
            results[step.__name__] = step(day)
        except (AssertionError, BrowserError) as error:
            results[step.__name__] = f"FAILED: {' '.join(str(error).split())[:300]}"
            failed.append(step.__name__)
        took = time.monotonic() - started
        print(f"{step.__name__:10}{took:7.1f} s  {results[step.__name__]}", flush=True)
    return results, failed


@contextmanager
def windows(browser: Browser, out: Path, complaints: list[str]) -> Iterator[dict[str, Page]]:
    """A browser for each person, recorded."""
    with_video = films(browser, out)
    contexts: dict[str, BrowserContext] = {}
    for name in PEOPLE:
        video = {"record_video_dir": out / name, "record_video_size": SIZE} if with_video else {}
        contexts[name] = browser.new_context(viewport=SIZE, **video)
        if not with_video:
            contexts[name].tracing.start(screenshots=True, snapshots=True)
    pages = {name: context.new_page() for name, context in contexts.items()}
    for page in pages.values():
        page.on("pageerror", lambda error: complaints.append(str(error)))
    yield pages
    for name, context in contexts.items():
        if not with_video:
            context.tracing.stop(path=out / f"day-{name}.zip")
        context.close()
    recorded = "video, one folder a person" if with_video else "trace, day-PERSON.zip"
    print(f"recording: {recorded} in {out}")


def films(browser: Browser, out: Path) -> bool:
    """Whether Playwright can record a video here: it needs an ffmpeg of its own."""
    context = browser.new_context(record_video_dir=out / "tried")
    try:
        context.new_page()
    except BrowserError:
        return False
    finally:
        context.close()
        shutil.rmtree(out / "tried", ignore_errors=True)
    return True


def played(browser: Browser, folder: Path, out: Path, stage: Stage, database: Database) -> bool:
    """Play the day on a service of its own, look for everything, print; whether all is well."""
    truth, complaints = animals(database, folder / "survey"), list[str]()
    with serving(SERVE, folder) as url:
        embedded(database, url)
        with windows(browser, out, complaints) as pages:

            def shut_out(name: str) -> None:
                account(folder, "password", name)

            day = Day(url, pages, database, truth, stage, shut_out)
            failed = play(day)[1]
    wrong = lost(database, day.answers)
    wrong += undone_or_lost(database, stage, CURATOR, day.changes)
    print(*wrong, sep="\n")
    figures = {
        "steps": len(STEPS),
        "failed_steps": " ".join(failed),
        "pairs": len(day.pairs),
        "answers": len(day.answers),
        "lost_or_wrong": len(wrong),
        "notes_kept_over_a_login": day.survived,
        "decisions": len(day.decision_ms),
        **seconds("answer", day.answer_ms),
        **seconds("decision", day.decision_ms),
        "script_errors": len(complaints),
    }
    for name, value in figures.items():
        print(f"{name:24} {value}")
    keep("day", figures)
    return not (failed or wrong or complaints)


def seconds(name: str, waits_ms: Sequence[float]) -> dict[str, float]:
    """Median and 95 % quantile."""
    waits = np.array(waits_ms or [float("nan")]) / 1000
    return {
        f"{name}_median_s": round(float(np.median(waits)), 2),
        f"{name}_p95_s": round(float(np.quantile(waits, 0.95)), 2),
    }


def main() -> int:
    """Prepare, make the accounts, play."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/day"))
    parser.add_argument("--keep", type=Path, help="folder of survey and catalogue, used again")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=60_000)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        prepared_folder, folder = (
            options.keep or Path(temporary) / "kept",
            Path(temporary) / "played",
        )
        prepared_folder.mkdir(parents=True, exist_ok=True)
        prepared(prepared_folder)
        shutil.copytree(prepared_folder, folder)
        for name, role in ROLES.items():
            account(folder, "add", name, "--role", role)
        components = components_of(folder)
        stage = staged(
            components[Database],
            animals(components[Database], folder / "survey"),
            joining=JOINING,
            share=SHARE,
        )
        browser = chromium(playwright)
        well = played(browser, folder, options.out, stage, components[Database])
        browser.close()
        components[Database].close()
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
