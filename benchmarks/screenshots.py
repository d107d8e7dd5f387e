"""What do all pages look like? A photograph of every page, to be looked at by a person.

Starts the service with the demo survey and the released network on an empty catalogue (minutes at
the first start; --keep DIR keeps it, and takes one that first_day.py kept), opens a case, and
photographs every page of site_pages.py in every view: three windows in the light and the dark
theme, a laptop at 200 % zoom, and print on A4. --url takes a service that runs already. Writes
OUT/VIEW/PAGE.png and OUT/VIEW-sheet.jpg, all pages of a view in one picture; exit code 1 where a
page answered an error, a script failed, a picture did not come, or a page is wider than its window.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx
from contact_sheet import contact_sheet
from hands import BROKEN
from playwright.sync_api import Browser, Page, TimeoutError, sync_playwright
from served import SERVE, chromium, serving
from site_pages import PAGES, Holdings, holdings, ready

PATIENCE_S = 900.0
IDLE_MS = 3000  # a page that renews itself is never idle for longer


@dataclass(frozen=True, slots=True)
class PageView:
    """A window in pixels of the page, its theme, and how it is magnified or printed."""

    width: int
    height: int
    theme: str = "light"
    zoom: int = 1
    media: str = "screen"


VIEWS = {
    f"{width}-{theme}": PageView(width, height, theme)
    for width, height in ((1280, 800), (820, 1180), (390, 844))
    for theme in ("light", "dark")
} | {
    "200-percent": PageView(640, 400, zoom=2),
    "printed": PageView(718, 1123, "dark", media="print"),  # A4 less its margins, at 96 a inch
}


def with_case(client: httpx.Client) -> Holdings:
    """What the service holds, after a case of three encounters was opened where there was none."""
    holds = holdings(client)
    if not holds.cases and len(holds.encounters) > 2:
        case = client.post("/api/v1/cases", json={"name": "Three encounters"}).json()["id"]
        encounters = {"encounters": sorted(holds.encounters)[-3:]}
        client.post(f"/api/v1/cases/{case}/encounters", json=encounters).raise_for_status()
        holds = holdings(client)
    return holds


def opened(browser: Browser, url: str, view: PageView, language: str) -> Page:
    """A window for this view."""
    context = browser.new_context(
        locale=language,
        viewport={"width": view.width, "height": view.height},
        device_scale_factor=view.zoom,
    )
    context.add_cookies(
        [
            {"name": "language", "value": language, "url": url},
            {"name": "theme", "value": view.theme, "url": url},
        ]
    )
    page = context.new_page()
    page.emulate_media(media="print" if view.media == "print" else "screen")
    page.set_default_timeout(PATIENCE_S * 1000)
    return page


def photograph(page: Page, url: str, addresses: dict[str, str], out: Path) -> list[str]:
    """Every page in one view; returns what went wrong."""
    out.mkdir(parents=True, exist_ok=True)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"{out.name} {page.url}: {error}"))
    size = page.viewport_size or {"width": 0}
    for name, address in addresses.items():
        answer = page.goto(url + address)
        settle(page)
        page.screenshot(path=str(out / f"{name}.png"), full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if not answer or not answer.ok or wide > size["width"]:
            told = f"status {answer and answer.status}, {wide} pixels wide"
            wrong.append(f"{out.name} {address}: {told}")
        wrong += [f"{out.name} {address}: no picture {one}" for one in page.evaluate(BROKEN)]
    return wrong


def settle(page: Page) -> None:
    """Wait until every picture of the page is there, also those far below, and nothing is asked."""
    page.evaluate(
        "document.querySelectorAll('[loading]').forEach((one) => { one.loading = 'eager' })"
    )
    try:
        page.wait_for_load_state("networkidle", timeout=IDLE_MS)
    except TimeoutError:
        return


def filled_in(holds: Holdings) -> dict[str, str]:
    """The address of each page of this catalogue, by a name for its file."""
    found = {}
    for path, fill in PAGES.items():
        address = fill(holds, Random(1))
        if address is None:
            print(f"{path:44} nothing to show")
        else:
            found[re.sub(r"\W+", "-", path).strip("-") or "start"] = address
    return found


@contextmanager
def running(url: str, folder: Path) -> Iterator[str]:
    """The service at `url`, or one of its own, with the demo survey where it holds nothing."""
    if url:
        yield url.rstrip("/")
        return
    folder.mkdir(parents=True, exist_ok=True)
    demo = [] if (folder / "var").exists() else ["--demo"]
    with serving([*SERVE, *demo], folder) as address:
        yield address


def main() -> int:
    """Parse, photograph, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/screenshots"))
    parser.add_argument("--url", default="", help="of a running service")
    parser.add_argument("--keep", type=Path, help="folder of the catalogue, used again")
    parser.add_argument("--language", default="en")
    parser.add_argument("--view", nargs="+", default=list(VIEWS), choices=list(VIEWS))
    options = parser.parse_args()
    wrong: list[str] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        running(options.url, options.keep or Path(folder)) as url,
        sync_playwright() as playwright,
    ):
        with httpx.Client(base_url=url, timeout=PATIENCE_S) as client:
            ready(client)
            addresses = filled_in(with_case(client))
        browser = chromium(playwright)
        for name in options.view:
            page = opened(browser, url, VIEWS[name], options.language)
            some = photograph(page, url, addresses, options.out / name)
            contact_sheet(options.out / name, options.out / f"{name}-sheet.jpg")
            print(f"{name:16}{len(addresses):4} pages, {len(some)} things wrong", flush=True)
            wrong += some
            page.context.close()
        browser.close()
    print(*wrong, sep="\n")
    print(f"{len(wrong)} things wrong; look at the pages in {options.out}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
