"""A day in the review room, step by step, by keyboard alone; what was typed is written down.

For benchmarks/day.py and tests/browser/test_day.py. Keys are read from the pages, never known here:
whoever gives an action another key changes nothing in this file.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from day_stage import GivenAnswer, Stage
from playwright.sync_api import Page, expect

from service.store import identities, reviews
from service.store.database import Database

ONE, OTHER, THIRD, CURATOR = "Aigerim", "Bolat", "Ksenia", "Dana"
ROLES = {
    "Admin": "admin",
    ONE: "observer",
    OTHER: "observer",
    THIRD: "observer",
    CURATOR: "curator",
}
PEOPLE = (ONE, OTHER, THIRD, CURATOR)
PASSWORD = "a leopard walks at night"  # noqa: S105
CERTAINTIES = ("certain", "probable", "possible")
MOST_TABS = 60
PICTURES = """() => Promise.all([...document.images].filter((one) => one.loading !== "lazy")
  .map((one) => one.decode().catch(() => {})))"""
NEXT_PAIR = 'main a[href^="/reviews/next"], main a.primary[href="/reviews"]'


@dataclass
class Day:
    """The people at their keyboards, and what they did. truth: encounter -> animal.

    shut_out ends all sessions of somebody. answer_ms: from the key that answers to what others say;
    decision_ms: together with the next key, to the next thing to decide on.
    """

    url: str
    pages: dict[str, Page]
    database: Database
    truth: Mapping[int, str]
    stage: Stage
    shut_out: Callable[[str], object]
    pairs: tuple[int, ...] = ()
    disputed: int = 0
    answers: list[GivenAnswer] = field(default_factory=list)
    changes: list[tuple[str, str]] = field(default_factory=list)  # kind and why
    answer_ms: list[float] = field(default_factory=list)
    decision_ms: list[float] = field(default_factory=list)
    survived: int = 0  # notes that a login in between did not lose


def press(page: Page, selector: str) -> None:
    """The key of something on the page, as the page itself names it."""
    page.keyboard.press(key_of(page, selector))


def key_of(page: Page, selector: str) -> str:
    """The first key that presses or focuses it."""
    keys = page.locator(selector).first.get_attribute("data-key")
    if not keys:
        raise AssertionError(f"{selector} has no key on {page.url}")
    return keys.split()[0]


def write(page: Page, text: str) -> None:
    """Type into the field that has the focus, in place of what it holds."""
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def tab_to(page: Page, selector: str) -> None:
    """Tab until it has the focus, as somebody does who has no mouse."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{MOST_TABS} times Tab on {page.url}, and not at {selector}")


def log_in(day: Day) -> str:
    """Everybody, each in a browser of one's own."""
    for person in PEOPLE:
        page = day.pages[person]
        page.goto(day.url + "/reviews")
        identify(page, person)
        page.wait_for_url("**/reviews")
    return f"{len(PEOPLE)} people"


def identify(page: Page, person: str) -> None:
    """Name and password, from where the page puts the focus."""
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type(person)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".person summary")).to_contain_text(person)


def put_up(day: Day) -> str:
    """The curator puts up every two of some encounters, and hidden known pairs among them."""
    page = day.pages[CURATOR]
    for field_id, text in (
        ("encounters", ", ".join(map(str, day.stage.reviewed))),
        ("share", str(day.stage.share)),
    ):
        press(page, f"#{field_id}")
        write(page, text)
        page.keyboard.press("Enter")
        expect(page.locator("main form.card button.primary")).to_be_visible()
        press(page, "main form.card button.primary")
        page.wait_for_url("**/reviews?whose=all")
    with day.database.read() as connection:
        put = reviews.every(connection)
    day.pairs = tuple(pair.id for pair in put)
    hidden = sum(pair.source == "known" for pair in put)
    unknown = [pair for pair in put if pair.source != "known"]
    day.disputed = next(o.id for o in unknown if day.truth[o.one] != day.truth[o.other])
    return f"{len(put)} pairs, {hidden} of them known and hidden"


def review(day: Day) -> str:
    """Two observers answer all pairs in turn; they disagree on one, and one is logged out once."""
    for person in (ONE, OTHER):
        page = day.pages[person]
        page.goto(day.url + "/reviews")
        press(page, 'main a[href="/reviews/next"]')
        page.wait_for_url(re.compile(r"/reviews/\d+$"))
    for turn in range(len(day.pairs)):
        for person in (ONE, OTHER):
            plan = planned(day, person, turn)
            if (person, turn) == (ONE, 1):
                change_ones_mind(day, plan)
            elif (person, turn) == (OTHER, 2):
                logged_out_on_the_way(day, plan)
            else:
                answer(day, plan)
            go_on(day, person)
    return f"{len(day.answers)} answers, {day.survived} of them written before a login"


def planned(day: Day, person: str, turn: int) -> GivenAnswer:
    """What this person says of the pair on screen: the truth, but for one; of some nothing."""
    pair = int(day.pages[person].url.split("?")[0].rsplit("/", 1)[1])
    with day.database.read() as connection:
        first, second = reviews.get(connection, pair).couple
    note = f"{person} on {pair}: rosette № {turn}" if turn % 3 < 2 else ""
    same = day.truth[first] == day.truth[second]
    if pair == day.disputed:
        same = person == OTHER
    elif not same and pair % 7 == 6:
        return GivenAnswer(person, pair, "cannot_tell", reason="blur", note=note)
    elif not same and pair % 7 == 5:
        return GivenAnswer(person, pair, "not_comparable", reason="angle", note=note)
    return GivenAnswer(
        person, pair, "same" if same else "different", CERTAINTIES[turn % 3], None, note
    )


def answer(day: Day, plan: GivenAnswer) -> None:
    """Note, certainty or reason, answer: as an observer does, and timed from the last key."""
    page = day.pages[plan.observer]
    fill_in(page, plan)
    send(day, plan)


def send(day: Day, plan: GivenAnswer) -> None:
    """The key that answers, and what others say as soon as it is received."""
    page = day.pages[plan.observer]
    day.answer_ms.append(timed(page, last_key(page, plan)))
    expect(page.locator("#result [role=status]")).to_be_visible()
    day.answers.append(plan)


def last_key(page: Page, plan: GivenAnswer) -> str:
    """The key that sends the answer; a reason that lacks is chosen first."""
    button = f'button[name="answer"][value="{plan.answer}"]'
    if not plan.reason or page.locator("#reason").input_value() == plan.reason:
        return key_of(page, button)
    press(page, button)
    choose(page, "reason", plan.reason)
    return "Enter"


def fill_in(page: Page, plan: GivenAnswer) -> None:
    """What is typed before the answer."""
    if plan.note:
        press(page, "#note")
        write(page, plan.note)
        page.keyboard.press("Enter")
    if plan.certainty:
        press(page, f'input[name="certainty"][value="{plan.certainty}"]')


def choose(page: Page, name: str, value: str) -> None:
    """An option of the list that has the focus, by arrows."""
    expect(page.locator(f"#{name}")).to_be_focused()
    for _ in range(page.locator(f"#{name} option").count()):
        if page.locator(f"#{name}").input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    expect(page.locator(f"#{name}")).to_have_value(value)


def timed(page: Page, key: str) -> float:
    """Milliseconds from a key until the page that it leads to is there with its pictures."""
    started = time.perf_counter()
    with page.expect_navigation():  # and its load event
        page.keyboard.press(key)
    page.evaluate(PICTURES)
    return 1000 * (time.perf_counter() - started)


def go_on(day: Day, person: str) -> None:
    """To the next pair, or to the queue where none is left."""
    page = day.pages[person]
    took = timed(page, key_of(page, NEXT_PAIR))
    day.decision_ms.append(day.answer_ms[-1] + took)


def change_ones_mind(day: Day, plan: GivenAnswer) -> None:
    """Answer, take it back, answer again with another note: all three stay on record."""
    page = day.pages[plan.observer]
    answer(day, plan)
    press(page, 'button[value="withdrawn"]')
    expect(page.locator("form#answer")).to_be_visible()
    day.answers.append(GivenAnswer(plan.observer, plan.pair, "withdrawn"))
    again = GivenAnswer(
        plan.observer, plan.pair, plan.answer, plan.certainty, plan.reason, "looked once more"
    )
    answer(day, again)


def logged_out_on_the_way(day: Day, plan: GivenAnswer) -> None:
    """The session ends while somebody writes; after a login everything typed is still there."""
    page = day.pages[plan.observer]
    typed = GivenAnswer(
        plan.observer, plan.pair, plan.answer, plan.certainty, plan.reason, "a torn ear, П"
    )
    fill_in(page, typed)
    day.shut_out(plan.observer)
    page.keyboard.press(last_key(page, typed))
    page.wait_for_url("**/login*")
    identify(page, plan.observer)
    page.wait_for_url(f"**/reviews/{plan.pair}")
    expect(page.locator("#note")).to_have_value(typed.note)
    if plan.certainty:
        expect(page.locator(f'input[value="{plan.certainty}"]')).to_be_checked()
    day.survived += 1
    send(day, typed)


def settle(day: Day) -> str:
    """The third answers the pair on which the two differ, and the majority stands."""
    page = day.pages[THIRD]
    page.goto(day.url + "/reviews")
    press(page, 'main a[href="/reviews/next"]')
    page.wait_for_url(f"**/reviews/{day.disputed}")
    expect(page.locator("main")).not_to_contain_text(OTHER)  # blind
    answer(day, GivenAnswer(THIRD, day.disputed, "different", "certain", None, "the third looked"))
    words = page.locator("#result [role=status]").inner_text()
    go_on(day, THIRD)
    return words


def apply(day: Day) -> str:
    """The curator looks at what settled pairs would change, and lets them."""
    page = day.pages[CURATOR]
    press(page, "nav a[href='/reviews']")
    page.wait_for_url("**/reviews")
    press(page, 'main a[href="/reviews/settling"]')
    page.wait_for_url("**/reviews/settling")
    joining = len(day.stage.joining)
    expect(page.locator("main")).to_contain_text(f"{joining} encounter")
    press(page, "main form button.primary")
    page.wait_for_url("**/reviews/settling?done=*")
    return page.get_by_role("status").first.inner_text()


def merge(day: Day) -> str:
    """Two identities that observers found to be one animal, with the preview looked at."""
    page = day.pages[CURATOR]
    press(page, 'main a[href*="/merge?other="]')
    page.wait_for_url("**/merge?other=*")
    press(page, "#reason-merge")
    page.keyboard.type("the same hip twice")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/identities/\d+\?"))
    day.changes.append(("merged", "the same hip twice"))
    return page.get_by_role("status").first.inner_text().split("\n")[0]


def split(day: Day) -> str:
    """An identity that holds two animals, by the suggested cut, corrected where it is wrong."""
    page, moved = day.pages[CURATOR], 0
    page.goto(f"{day.url}/identities/{day.stage.mixed}")
    press(page, 'a[href$="/split"]')
    page.wait_for_url("**/split")
    press(page, 'a[href$="/split?suggest=1"]')
    page.wait_for_url("**/split?suggest=1")
    expect(page.get_by_role("status")).to_be_visible()
    with day.database.read() as connection:
        members = identities.encounters_of(connection, day.stage.mixed)
    for encounter in sorted(members):
        group = str(int(encounter in day.stage.strangers))
        checked = f'[data-encounter="{encounter}"] input:checked'
        while page.locator(checked).input_value() != group:
            moved += 1
            tab_to(page, checked)
            page.keyboard.press("ArrowRight")
    press(page, "#split button.primary")
    page.wait_for_url("**preview=1*")
    press(page, "#reason-split")
    page.keyboard.type("another shoulder")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/identities/\d+\?"))
    day.changes.append(("split", "another shoulder"))
    words = page.get_by_role("status").first.inner_text().split("\n")[0]
    return f"{words} ({moved} arrows beside the suggestion)"


def undo(day: Day) -> str:
    """The split, taken back by a key on the page that says it is done; both stay on record."""
    page = day.pages[CURATOR]
    before = page.url
    press(page, 'form[action$="/undo"] button[data-key]')
    page.wait_for_url(lambda url: url != before)
    expect(page.get_by_role("status").first).to_contain_text("Undo of change")
    day.changes.append(("undone", ""))
    return page.get_by_role("status").first.inner_text().split("\n")[0]


def dossier(day: Day) -> str:
    """A case of three encounters, and its dossier opened with the key of its page."""
    page = day.pages[ONE]
    press(page, "nav a[href='/cases']")
    page.wait_for_url("**/cases")
    press(page, "#name")
    page.keyboard.type("The day's case")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/cases/\d+"))
    press(page, "#encounter")
    for key in ("Home", "Shift+ArrowDown", "Shift+ArrowDown"):
        page.keyboard.press(key)
    tab_to(page, 'form[action$="/encounters"] button')
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="How many animals?")).to_be_visible()
    press(page, 'a[href$="/dossier"]')
    page.wait_for_url("**/dossier")
    return page.title()


STEPS: tuple[Callable[[Day], str], ...] = (
    log_in,
    put_up,
    review,
    settle,
    apply,
    merge,
    split,
    undo,
    dossier,
)
