"""The first day of a biologist, in a real browser with 23 real photos, in English or in Russian.

Starts the real `leopard-reid serve` on an empty catalogue and does what somebody new does: reads
the start page, uploads six full frames and seventeen crops with a table, waits until they are
ready, begins the catalogue, looks at candidates, sees why, decides by key and takes it back, puts
stations on the map, opens a review, a case and its dossier, searches a name, looks at map and
history, and exports. Prints clicks, keys and seconds of each step, and what went wrong: errors of
scripts, answers of 400 and more, pictures that do not come, pages that lead nowhere, pages wider
than their window, in the Russian walk English text, and a catalogue that did not follow. Three
screenshots of each step go to --out. Exit code 1 where a step failed or anything went wrong.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from first_day_photos import CROPS, FRAMES, NAMES, crops_with_table, frames
from first_day_steps import STEPS, FirstDay
from hands import SIZES, Hands, report
from playwright.sync_api import Error, Page, expect, sync_playwright
from results import keep
from served import SERVE, chromium, serving
from untranslated import english


def untranslated(page: Page) -> list[str]:
    """English texts of this page."""
    return [f"English: {text[:120]}" for text in sorted(english(page.content(), NAMES))]


def walk(day: FirstDay) -> int:
    """Every step, also after one that failed; how many passed."""
    passed = 0
    for step in STEPS:
        try:
            with day.hands.step(" ".join(step.__name__.split("_"))):
                step(day)
        except (AssertionError, Error, LookupError) as error:
            day.hands.note(f"failed: {' '.join(str(error).split())[:500]}")
            name = f"{len(day.hands.steps):02}-failed.png"
            day.hands.page.screenshot(path=str(day.hands.out / name))
        else:
            passed += 1
    return passed


def kept(folder: Path) -> Path:
    """The folder, made; the day begins with an empty catalogue."""
    if (folder / "var").exists():
        raise SystemExit(f"{folder} holds a catalogue already")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def main() -> int:
    """Walk and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--language", default="en", choices=("en", "ru"))
    parser.add_argument("--keep", type=Path, help="new folder in which the catalogue stays")
    parser.add_argument("--out", type=Path, default=Path("runs/first_day"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=60_000)
    with (
        tempfile.TemporaryDirectory() as temporary,
        serving(SERVE, folder := kept(options.keep or Path(temporary))) as url,
        sync_playwright() as playwright,
    ):
        crops, table = crops_with_table(options.data, folder)
        width, height = SIZES[0]
        browser = chromium(playwright)
        page = browser.new_page(
            viewport={"width": width, "height": height},
            locale={"en": "en-GB", "ru": "ru-RU"}[options.language],
            base_url=url,
        )
        page.set_default_timeout(60_000)
        looks = (untranslated,) if options.language != "en" else ()
        day = FirstDay(Hands(page, options.out, looks), frames(options.data), crops, table)
        passed = walk(day)
        model = page.request.get("/health").json()["model"]
        browser.close()
    print(report(day.hands))
    print(f"{passed} steps of {len(STEPS)} passed")
    figures = {
        "language": options.language,
        "photos": CROPS + FRAMES,
        "model": model,
        "steps": len(STEPS),
        "passed": passed,
        "clicks": sum(step.clicks for step in day.hands.steps),
        "keys": sum(step.keys for step in day.hands.steps),
        "seconds": round(sum(step.seconds for step in day.hands.steps), 1),
        "wrong": len(day.hands.wrong),
    }
    keep("first_day", figures)
    return int(passed < len(STEPS) or bool(day.hands.wrong))


if __name__ == "__main__":
    sys.exit(main())
