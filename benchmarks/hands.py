"""What a person does in a browser, counted: clicks, keys, seconds, and what went wrong."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Locator, Page, Response, expect

SIZES = ((1280, 800), (820, 1180), (390, 844))
PATIENCE_MS = 900_000
SETTLED_MS = 400  # until pictures that came into view are there
WIDEST = """[...document.querySelectorAll("main *, header *")]
.filter((one) => one.getBoundingClientRect().right > innerWidth && !one.closest(".scroll"))
.map((one) => `${one.localName}.${one.className} ${one.textContent.trim().slice(0, 40)}`).at(-1)"""
BROKEN = """() => [...document.images].filter((one) =>
  one.complete && !one.naturalWidth && one.checkVisibility()).map((one) => one.src)"""
FRAMED = "header.top"  # a dossier has no frame: it is a document, also as a file
WAY_ON = "main :is(a[href], button:not([disabled])):visible"


@dataclass
class Step:
    """What a step cost."""

    name: str
    clicks: int = 0
    keys: int = 0
    seconds: float = 0.0


@dataclass
class Hands:
    """The browser, and everything that is done in it, counted.

    looks: what else is looked for at the end of each step; each returns what is wrong.
    """

    page: Page
    out: Path
    looks: tuple[Callable[[Page], list[str]], ...] = ()
    steps: list[Step] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.note(f"script error: {error}"))
        self.page.on("console", self._on_console)
        self.page.on("response", self._on_response)

    def note(self, what: str) -> None:
        """Something went wrong in this step."""
        line = f"{self.steps[-1].name if self.steps else 'start'}: {what}"
        if line not in self.wrong:
            self.wrong.append(line)

    def _on_console(self, said: ConsoleMessage) -> None:
        if said.type == "error" and "status of" not in said.text:  # the answer itself is noted
            self.note(f"console: {said.text}")

    def _on_response(self, answer: Response) -> None:
        if answer.status >= 400:
            self.note(f"{answer.status} {answer.url}")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One step, timed; then its end is photographed and looked at in every size."""
        self.steps.append(Step(name))
        began = time.monotonic()
        yield
        self.steps[-1].seconds = time.monotonic() - began
        self._look()

    def _look(self) -> None:
        for width, height in SIZES:
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.wait_for_timeout(SETTLED_MS)
            self.page.screenshot(path=str(self.out / f"{len(self.steps):02}-{width}.png"))
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                what = self.page.evaluate(WIDEST)
                self.note(f"{wide} pixels wide in a window of {width}: {what}")
        self.page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
        for source in self.page.evaluate(BROKEN):
            self.note(f"no picture: {source}")
        if self.page.locator(FRAMED).count() and not self.page.locator(WAY_ON).count():
            self.note(f"a dead end: {self.page.url}")
        for look in self.looks:
            for what in look(self.page):
                self.note(what)

    def click(self, what: str, role: str = "button", *, leads: bool = False, **how: bool) -> None:
        """Press the first button (or what the role says) of this name."""
        self.tap(self.page.get_by_role(role, name=what, **how), leads=leads)  # type: ignore[arg-type]

    def tap(self, target: Locator | str, *, leads: bool = False) -> None:
        """Press the first of these."""
        self.steps[-1].clicks += 1
        found = self.page.locator(target) if isinstance(target, str) else target
        self._carry_out(found.first.click, leads=leads)

    def press(self, *keys: str, leads: bool = False) -> None:
        """Press keys, one after the other."""
        self.steps[-1].keys += len(keys)

        def all_of_them() -> None:
            for key in keys:
                self.page.keyboard.press(key)

        self._carry_out(all_of_them, leads=leads)

    def type(self, words: str) -> None:
        """Words into the field that has the focus."""
        self.steps[-1].keys += len(words)
        self.page.keyboard.type(words)

    def fill(self, field_: Locator | str, words: str) -> None:
        """Click into a field and type."""
        self.tap(field_)
        self.press("ControlOrMeta+a")
        self.type(words)

    def _carry_out(self, act: Callable[[], object], *, leads: bool) -> None:
        if not leads:
            act()
            return
        with self.page.expect_navigation():
            act()

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Over the photo's canvas, in shares of its sides."""
        self.steps[-1].clicks += 1
        canvas = self.page.locator(".canvas").first
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box() or {"x": 0.0, "y": 0.0, "width": 1.0, "height": 1.0}
        places = [
            (box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)
        ]
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        self.page.mouse.move(*places[1], steps=5)
        self.page.mouse.up()

    def choose(self, field_: Locator | str, value: str) -> None:
        """An entry of a list."""
        self.steps[-1].clicks += 1
        found = self.page.locator(field_) if isinstance(field_, str) else field_
        found.first.select_option(value)


def send(hands: Hands, files: list[Path], station: str = "", table: Path | None = None) -> None:
    """Files through the upload page, until every photo is ready; a choice of files is a click."""
    page = hands.page
    hands.steps[-1].clicks += 1
    page.locator("#photos").set_input_files(files)
    if station:
        hands.fill("#station", station)
    if table:
        hands.steps[-1].clicks += 1
        page.locator("#table").set_input_files(table)
    hands.tap("upload-form button.primary[data-key=s]")
    sent, ready = page.locator("[data-sent]"), page.locator("[data-embedded]")
    for bar in (sent, ready):
        expect(bar).to_have_js_property("position", 1, timeout=PATIENCE_MS)


def photo_of(page: Page, name: str, upload: int) -> str:
    """The address of the photo of this file name in an upload."""
    ask = f"async () => (await (await fetch('/api/v1/uploads/{upload}')).json()).files"
    numbers = {file["file_name"]: file["photo_id"] for file in page.evaluate(ask)}
    return f"/photos/{numbers[name]}"


def report(hands: Hands) -> str:
    """A table of all steps, and all that went wrong."""
    lines = [f"{'step':52}{'clicks':>8}{'keys':>6}{'seconds':>9}"]
    lines += [f"{s.name:52}{s.clicks:8}{s.keys:6}{s.seconds:9.1f}" for s in hands.steps]
    clicks, keys = (sum(getattr(s, name) for s in hands.steps) for name in ("clicks", "keys"))
    seconds = sum(step.seconds for step in hands.steps)
    lines.append(f"{f'all {len(hands.steps)}':52}{clicks:8}{keys:6}{seconds:9.1f}")
    return "\n".join([*lines, f"what went wrong: {len(hands.wrong)}", *hands.wrong])
