"""A day with full frames in a real browser: upload, boxes, corrections, and what each costs.

Starts the real `leopard-reid serve`, uploads the frames of a folder and ten painted ones with two
animals each, draws and corrects boxes, corrects a flank and a clock, parts and joins an encounter,
notices a copy and withdraws a photo; with the mouse and, where there are keys, with the keyboard.
Prints clicks, keys and seconds of each step; screenshots go to --out. Exit code 1 on a failed step
or where anything went wrong.
"""

import argparse
import io
import re
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from hands import SIZES, Hands, photo_of, report, send
from PIL import Image
from playwright.sync_api import Error, expect, sync_playwright
from served import SERVE, chromium, serving

from reid.synthetic.coat import CoatStyle, draw_coat
from reid.synthetic.survey import trap_jpeg
from reid.synthetic.view import Camera, colourised, render

PAINTED = 10  # frames with two animals
TAKEN = datetime(2019, 3, 1, 22, 0)  # noqa: DTZ001 - camera clocks have no zone
SPOT = "Spring"  # the station of the painted frames


def painted(seed: int, folder: Path) -> list[Path]:
    """Ten frames of one station with two animals each, two minutes apart."""
    paths = []
    for n in range(PAINTED):
        rng = np.random.default_rng((seed, n))
        frame = np.full((900, 1600, 3), 70, np.float32) + rng.normal(0, 6, (900, 1600, 3))
        for animal, (x, y) in enumerate(((60, 200), (840, 420))):
            style = CoatStyle.draw(np.random.default_rng((seed, animal)))
            view = render(
                draw_coat(style, seed + animal, height=320), Camera(zoom=1.3), rng, size=(352, 704)
            )
            pixels, mask = colourised(view, infrared=True), view.animal[..., None]
            place = frame[y : y + 352, x : x + 704]
            place += mask * (pixels - place)
        image = frame.clip(0, 255).astype(np.uint8)
        taken = TAKEN + timedelta(minutes=2 * n)
        paths.append(folder / f"two_{n:02}.jpg")
        paths[-1].write_bytes(trap_jpeg(image, "one", taken))
    return paths


def saved_again(frame: Path, folder: Path) -> Path:
    """The same exposure as a messenger passes it on: smaller, recompressed, without EXIF."""
    image = Image.open(io.BytesIO(frame.read_bytes()))
    image = image.resize((image.width // 2, image.height // 2))
    path = folder / "again.jpg"
    image.save(path, "JPEG", quality=70)
    return path


def boxes(hands: Hands, url: str, address: str) -> None:
    """Two boxes with the mouse, corrected and removed; a third with the keyboard."""
    page = hands.page
    with hands.step("two boxes drawn, mouse"):
        page.goto(url + address)
        hands.drag((0.04, 0.22), (0.48, 0.62))
        hands.drag((0.52, 0.46), (0.96, 0.86))
        hands.click("Save the boxes", leads=True)
    with hands.step("a box corrected, mouse"):
        hands.drag((0.26, 0.42), (0.28, 0.44))
        hands.click("Save the boxes", leads=True)
    with hands.step("a box added and removed, keyboard"):
        hands.press("a", "ArrowLeft", "ArrowUp", "Shift+ArrowRight")
        hands.press("s", leads=True)
        before = page.locator(".canvas .box").count()
        page.locator(".canvas .box").last.focus()
        hands.press("Delete", "s")
        expect(page.locator(".canvas .box")).to_have_count(before - 1)
        expect(page.locator("[data-count]")).to_have_text("Everything is saved.")
    with hands.step("a flank corrected"):
        hands.choose(page.get_by_label("Box 1: Flank"), "right")
        hands.click("Save the boxes", leads=True)
        expect(page.locator(".timeline")).to_contain_text("right")


def clock(hands: Hands, url: str) -> None:
    """The clock of the station's camera is an hour behind."""
    page = hands.page
    with hands.step("a clock set, by keys after the form"):
        page.goto(f"{url}/stations/{SPOT}/clock?difference=1:00")
        hands.press("a", leads=True)
        page.goto(f"{url}/stations/{SPOT}")
        expect(page.locator("main")).to_contain_text("1:00")


def shaping(hands: Hands, url: str, encounter: str) -> None:
    """An encounter parted and joined, with the mouse and by keys."""
    page = hands.page
    done = page.locator("#messages .message.done")
    with hands.step("an encounter parted, keyboard"):
        page.goto(url + encounter)
        hands.press("3", "4", "Shift+P")
        expect(done).to_contain_text("went from encounter")
    with hands.step("undone, keyboard"):
        hands.press("Shift+U")
        expect(done).to_contain_text("Undone")
    with hands.step("an encounter parted, mouse"):
        page.goto(url + encounter)
        hands.steps[-1].clicks += 2
        page.locator("#shape summary").click()
        page.locator("#shape input[type=checkbox]").nth(1).check()
        hands.click("Part off the chosen photos")
        expect(done).to_contain_text("went from encounter")
    number = re.findall(r"\d+", done.text_content() or "")[-1]
    with hands.step("joined again, keyboard and mouse"):
        page.goto(f"{url}/encounters/{number}")
        hands.press("f")
        page.get_by_label("Another encounter, by its number").fill(encounter.rsplit("/", 1)[1])
        hands.steps[-1].clicks += 1
        page.locator("button[name=act][value=join]").click()
        expect(done).to_contain_text("went from encounter")


def walk(hands: Hands, url: str, frames: list[Path], seed: int, folder: Path) -> None:
    """All steps in order."""
    page = hands.page
    two = painted(seed, folder)
    with hands.step(f"{len(frames)} frames uploaded"):
        page.goto(f"{url}/upload")
        send(hands, frames, "Ridge")
    with hands.step(f"{len(two)} frames with two animals uploaded"):
        page.goto(f"{url}/upload")
        send(hands, two, SPOT)
    address, other = photo_of(page, two[0].name, 2), photo_of(page, two[1].name, 2)
    link = page.locator("[data-rows] a[href^='/encounters/']").first
    encounter = link.get_attribute("href") or ""
    boxes(hands, url, address)
    clock(hands, url)
    shaping(hands, url, encounter)
    with hands.step("a copy noticed"):
        page.goto(f"{url}/upload")
        send(hands, [saved_again(frames[0], folder)])
        page.goto(url + photo_of(page, "again.jpg", 3))
        expect(page.locator("main")).to_contain_text("A copy of the photo")
    with hands.step("a photo withdrawn"):
        page.goto(url + other)
        hands.steps[-1].clicks += 1
        page.locator("summary", has_text="Withdraw the photo").click()
        page.locator("#reason-withdraw").fill("people in the picture")
        hands.click("Withdraw the photo", leads=True)
        expect(page.locator("main")).to_contain_text("Restore the photo")


def main() -> int:
    """Walk and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=Path, required=True, help="folder of full frames")
    parser.add_argument("--seed", type=int, default=1, help="of the painted frames")
    parser.add_argument("--out", type=Path, required=True, help="folder of the screenshots")
    options = parser.parse_args()
    frames = sorted(p for p in options.frames.iterdir() if p.suffix.lower() in {".jpg", ".jpeg"})
    options.out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as name,
        serving(SERVE, Path(name)) as url,
        sync_playwright() as playwright,
    ):
        browser = chromium(playwright)
        page = browser.new_page(viewport={"width": SIZES[0][0], "height": SIZES[0][1]})
        page.set_default_timeout(30_000)
        hands = Hands(page, options.out)
        failed = None
        try:
            walk(hands, url, frames, options.seed, Path(name))
        except (AssertionError, Error) as error:
            failed = str(error)
            page.screenshot(path=str(options.out / "failed.png"))
        print(report(hands))
        if failed:
            print(f"failed in {hands.steps[-1].name}: {failed[:1500]}", file=sys.stderr)
        browser.close()
    return int(bool(failed or hands.wrong))


if __name__ == "__main__":
    sys.exit(main())
