"""Does the main job work in a real browser? Upload, compare, decide by keyboard, undo.

Starts the real `leopard-reid serve` on an empty catalogue, uploads every photo of a folder from the
upload page in Chromium, waits for the embeddings, names one encounter of each individual, decides
one more encounter with the keyboard, checks that the catalogue changed, undoes it and checks that
it changed back. Screenshots of every page go to --out. Prints one table; exit code 1 on failure.
"""

import argparse
import csv
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright
from results import keep

SERVE = [sys.executable, "-m", "service", "serve", "--port", "0"]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZES = ((1280, 800), (820, 1180))
PATIENCE_MS = 900_000


@dataclass(frozen=True)
class Shot:
    """One photo to upload; individual is empty where nobody knows."""

    path: Path
    station: str = ""
    flank: str = "unknown"
    individual: str = ""


@dataclass
class Walk:
    """The browser, where it walks, and what it found."""

    page: Page
    url: str
    out: Path
    figures: dict[str, object] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def go(self, address: str) -> None:
        """Open a page of the service."""
        self.page.goto(self.url + address, wait_until="networkidle")

    def shoot(self, name: str) -> None:
        """A screenshot of this page on a laptop and on a tablet."""
        for width, height in SIZES:
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.screenshot(path=str(self.out / f"{name}-{width}.png"))
        self.page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})


def read_photos(folder: Path) -> list[Shot]:
    """The rows of index.csv, or every photo below the folder."""
    if not (folder / "index.csv").exists():
        paths = (p for p in sorted(folder.rglob("*")) if p.suffix.lower() in {".jpg", ".jpeg"})
        return [Shot(path) for path in paths]
    with (folder / "index.csv").open(newline="", encoding="utf-8") as file:
        return [
            Shot(folder / r["path"], r["station"], r["flank"] or "unknown", r["individual"])
            for r in csv.DictReader(file)
        ]


@contextmanager
def serving(command: list[str], folder: Path) -> Iterator[str]:
    """The service as a process of its own; yields its URL."""
    log = (folder / "serve.log").open("w+", encoding="utf-8")
    process = subprocess.Popen(
        [*command, "--data-dir", str(folder / "var")], stdout=log, stderr=subprocess.STDOUT
    )
    try:
        yield url_of(process, folder / "serve.log")
    finally:
        process.terminate()
        process.wait()
        log.close()


def url_of(process: "subprocess.Popen[bytes]", log: Path) -> str:
    """Where the service says it listens."""
    for _ in range(9000):  # a demo is painted first
        address = re.search(r"http://\S+", log.read_text(encoding="utf-8"))
        if address:
            return address.group()
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit(f"the service did not start:\n{log.read_text(encoding='utf-8')}")


def upload(walk: Walk, photos: list[Shot]) -> None:
    """Every photo through the form of the upload page, station by station."""
    page, started, sent = walk.page, time.monotonic(), 0
    groups: dict[tuple[str, str], list[Shot]] = defaultdict(list)
    for photo in photos:
        groups[photo.station, photo.flank].append(photo)
    walk.go("/upload")
    for (station, flank), group in groups.items():
        page.get_by_label("Station (optional)").fill(station)
        page.get_by_label("Flank seen").select_option(flank)
        page.get_by_label("Choose photos").set_input_files([s.path for s in group])
        page.get_by_role("button", name="Upload", exact=True).click()
        sent += len(group)
        expect(page.locator("[data-status]")).to_contain_text(f"{sent} of {sent} sent")
    walk.figures["upload_s"] = round(time.monotonic() - started, 1)
    walk.shoot("upload-busy")
    expect(page.locator("[data-status]")).to_contain_text("Finished", timeout=PATIENCE_MS)
    walk.figures["until_embedded_s"] = round(time.monotonic() - started, 1)
    walk.figures["embedded"] = page.locator("[data-rows] .tag.embedded").count()
    walk.shoot("upload-done")


def encounters_of(walk: Walk, photos: list[Shot]) -> dict[str, list[str]]:
    """Addresses of the encounters of each individual, as the upload page links them."""
    known = {photo.path.name: photo.individual or "unknown" for photo in photos}
    addresses: dict[str, list[str]] = defaultdict(list)
    for row in walk.page.locator("[data-rows] tr").all():
        name = row.locator("td").first.inner_text()
        address = row.get_by_role("link").get_attribute("href") or ""
        if address not in addresses[known[name]]:
            addresses[known[name]].append(address)
    return addresses


def name_one_each(walk: Walk, encounters: dict[str, list[str]]) -> None:
    """Begin the catalogue: the first encounter of each known individual, by keyboard."""
    for individual, addresses in encounters.items():
        if (
            individual != "unknown" or len(encounters) == 1
        ):  # without an index: one identity to begin
            walk.go(addresses[0])
            walk.page.keyboard.press("n")
            walk.page.keyboard.type(individual)
            walk.page.keyboard.press("Enter")
            expect(walk.page.get_by_role("status")).to_contain_text("Recorded: new identity")


def catalogue(walk: Walk) -> dict[str, str]:
    """What the catalogue page says of each identity."""
    walk.go("/catalogue")
    cards = walk.page.locator("main li.card").all()
    return {card.locator("h2").inner_text(): card.locator("p").inner_text() for card in cards}


def decide_and_undo(walk: Walk, encounters: dict[str, list[str]]) -> bool:
    """Same as the first candidate, by keyboard, and back again; whether the catalogue followed."""
    individual = max(encounters, key=lambda name: (name != "unknown", len(encounters[name])))
    before = catalogue(walk)
    walk.shoot("catalogue-before")
    walk.go(encounters[individual][1])
    walk.shoot("compare")
    stated = " ".join(walk.page.locator(".evidence").inner_text().split())
    walk.figures["shown"] = stated
    walk.figures["right_animal_first"] = individual in stated
    named = walk.page.locator(".evidence a").inner_text()
    walk.page.keyboard.press("s")
    expect(walk.page.get_by_role("status")).to_contain_text(f"Recorded: same as {named}")
    walk.shoot("compare-decided")
    after = catalogue(walk)
    walk.shoot("catalogue-after")
    walk.go(encounters[individual][1])
    walk.page.keyboard.press("u")
    expect(walk.page.get_by_role("status")).to_contain_text("Withdrawn")
    undone = catalogue(walk)
    for name, state in (("before", before), ("after", after), ("undone", undone)):
        walk.figures[f"catalogue_{name}"] = state.get(named, "").split("\n")[0]
    return before != after and before == undone


def look_around(walk: Walk, encounters: dict[str, list[str]]) -> None:
    """Screenshots of everything else."""
    decided = next(iter(encounters.values()))[0]
    pages = {"start": "/", "encounters": "/encounters", "decided": decided, "missing": "/nowhere"}
    for name, address in pages.items():
        walk.go(address)
        walk.shoot(name)
    walk.go("/catalogue")
    walk.page.locator("main li.card h2 a").first.click()
    walk.shoot("identity")
    walk.page.locator(".grid a").first.click()
    walk.shoot("photo")
    walk.go(decided)
    walk.page.keyboard.press("?")
    walk.shoot("keys")


def run(photos: list[Shot], command: list[str], out: Path) -> dict[str, object]:
    """The whole walk; `passed` says whether everything was as it should be."""
    browser_path = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if browser_path is None:
        raise SystemExit("no Chromium here: apt-get install chromium")
    expect.set_options(timeout=60_000)
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(command, Path(folder)) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=browser_path, args=list(QUIET))
        walk = Walk(browser.new_page(viewport={"width": 1280, "height": 800}), url, out)
        walk.page.set_default_timeout(PATIENCE_MS)
        walk.page.on("pageerror", lambda error: walk.complaints.append(str(error)))
        walk.figures["photos"] = len(photos)
        walk.go("/")
        walk.shoot("start-empty")
        upload(walk, photos)
        encounters = encounters_of(walk, photos)
        name_one_each(walk, encounters)
        walk.figures["model"] = walk.page.request.get(f"{url}/health").json()["model"]
        followed = decide_and_undo(walk, encounters)
        look_around(walk, encounters)
        browser.close()
    walk.figures["script_errors"] = len(walk.complaints)
    complete = walk.figures["embedded"] == len(photos)
    walk.figures["passed"] = followed and complete and not walk.complaints
    return walk.figures


def main() -> int:
    """Parse, walk, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=Path("../shared/data/leopards-india"))
    parser.add_argument("--out", type=Path, default=Path("runs/browser_walk"))
    parser.add_argument("--serve", default="", help="another command that serves")
    options = parser.parse_args()
    photos = read_photos(options.photos)
    if len(photos) < 2:
        parser.error(f"{options.photos} holds fewer than two photos")
    options.out.mkdir(parents=True, exist_ok=True)
    figures = run(photos, shlex.split(options.serve) or SERVE, options.out)
    for name, value in figures.items():
        print(f"{name:22} {value}")
    print(f"{'screenshots':22} {options.out}")
    keep("browser_walk", figures)
    return 0 if figures["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
