"""What do all pages look like? A photograph of every page, to be looked at by a person.

Starts the service with the demo survey and the released network on an empty catalogue (minutes at
the first start; --keep DIR keeps it), opens a case, and photographs every page of site_pages.py in
every size. --url takes a service that runs already. Writes OUT/PAGE-WIDTH.png and prints one line a
page; exit code 1 where a page answered an error, a script failed, or a page is wider than its
window.
"""

import argparse
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import httpx
from served import SERVE, chromium, serving
from playwright.sync_api import Page, sync_playwright
from site_pages import PAGES, Holdings, holdings, ready

SIZES = ("1280x800", "820x1180")
PATIENCE_S = 900.0


def with_case(client: httpx.Client) -> Holdings:
    """What the service holds, after a case of three encounters was opened where there was none."""
    holds = holdings(client)
    if not holds.cases and len(holds.encounters) > 2:
        case = client.post("/api/v1/cases", json={"name": "Three encounters"}).json()["id"]
        encounters = {"encounters": sorted(holds.encounters)[-3:]}
        client.post(f"/api/v1/cases/{case}/encounters", json=encounters).raise_for_status()
        holds = holdings(client)
    return holds


def photograph(
    page: Page, url: str, holds: Holdings, out: Path, size: tuple[int, int]
) -> list[str]:
    """Every page in one size; returns what went wrong."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    for path, fill in PAGES.items():
        address = fill(holds, Random(1))
        if address is None:
            print(f"{path:44} nothing to show")
            continue
        answer = page.goto(url + address, wait_until="networkidle")
        name = re.sub(r"\W+", "-", path).strip("-") or "start"
        page.screenshot(path=str(out / f"{name}-{size[0]}.png"), full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth")
        print(f"{path:44} {size[0]}x{size[1]} {answer.status if answer else '-'} {address}")
        if not answer or not answer.ok or wide > size[0]:
            wrong.append(f"{address}: status {answer and answer.status}, {wide} pixels wide")
    return wrong


@contextmanager
def running(url: str, folder: Path) -> Iterator[str]:
    """The service at `url`, or one of its own with the demo survey."""
    if url:
        yield url.rstrip("/")
        return
    folder.mkdir(parents=True, exist_ok=True)
    with serving([*SERVE, "--demo"], folder) as address:
        yield address


def main() -> int:
    """Parse, photograph, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/screenshots"))
    parser.add_argument("--url", default="", help="of a running service")
    parser.add_argument("--keep", type=Path, help="folder of the catalogue, used again")
    parser.add_argument("--language", default="en")
    parser.add_argument("--size", nargs="+", default=list(SIZES), help="WIDTHxHEIGHT")
    options = parser.parse_args()
    sizes = [tuple(map(int, size.split("x"))) for size in options.size]
    options.out.mkdir(parents=True, exist_ok=True)
    browser_path = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if browser_path is None:
        raise SystemExit("no Chromium here: apt-get install chromium")
    wrong: list[str] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        running(options.url, options.keep or Path(folder)) as url,
        sync_playwright() as playwright,
    ):
        with httpx.Client(base_url=url, timeout=PATIENCE_S) as client:
            ready(client)
            holds = with_case(client)
        browser = playwright.chromium.launch(executable_path=browser_path, args=list(QUIET))
        for width, height in sizes:
            context = browser.new_context(locale=options.language)
            context.add_cookies([{"name": "language", "value": options.language, "url": url}])
            page = context.new_page()
            page.set_default_timeout(PATIENCE_S * 1000)
            wrong += photograph(page, url, holds, options.out, (width, height))
        browser.close()
    print(*wrong, sep="\n")
    print(f"{len(wrong)} pages with something wrong; look at the others in {options.out}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
