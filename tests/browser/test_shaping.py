"""Encounters shaped in a browser: by mouse, by keys, without JavaScript; and questions answered."""

import pytest
from playwright.sync_api import expect

from service.photos.intake import Intake
from service.photos.statements import Statements
from service.store import decisions, encounters
from service.store.database import Database
from service.store.decisions import NewDecision


def bring(site, *photos):
    """Photos of (animal, view, minute) at one station in one night, in one upload."""
    files = [
        (f"{a}-{v}.jpg", site.painted(a, v, taken=f"2020:01:01 2{m // 60}:{m % 60:02}:00"))
        for a, v, m in photos
    ]
    site.components[Intake].accept(files, Statements(station="Ridge"))
    site.work()


def inside(site):
    """Encounter -> its annotations."""
    with site.components[Database].read() as connection:
        rows = encounters.search(connection)
        every = {row.id: encounters.references_of(connection, row.id) for row in rows}
    return {number: sorted(one.annotation.id for one in photos) for number, photos in every.items()}


def message(page):
    return page.locator("#messages .message.done")


@pytest.fixture
def night(site):
    """Encounter 1 with photos 1 to 4, and encounter 2 with photo 5 an hour later."""
    bring(site, (1, 0, 0), (1, 1, 5), (2, 2, 10), (2, 3, 15))
    bring(site, (2, 4, 80))
    assert inside(site) == {1: [1, 2, 3, 4], 2: [5]}


def test_photos_are_parted_joined_and_undone_by_keys_alone(page, site, night):
    page.goto("/encounters/1")
    page.keyboard.press("3")
    page.keyboard.press("4")
    expect(page.locator("#shape")).to_have_attribute("open", "")
    expect(page.get_by_role("checkbox", name="2-2.jpg")).to_be_checked()
    page.keyboard.press("Shift+P")
    expect(message(page)).to_contain_text("2 photos went from encounter 1 to encounter 3")
    assert inside(site) == {1: [1, 2], 2: [5], 3: [3, 4]}
    page.keyboard.press("Shift+U")
    expect(message(page)).to_contain_text("Undone")
    assert inside(site) == {1: [1, 2, 3, 4], 2: [5]}
    page.keyboard.press("Shift+J")  # with the nearest encounter
    expect(message(page)).to_contain_text("1 photo went from encounter 2 to encounter 1")
    assert inside(site) == {1: [1, 2, 3, 4, 5]}
    page.keyboard.press("Shift+U")
    expect(message(page)).to_contain_text("Undone")
    page.keyboard.press("4")
    page.keyboard.press("Shift+M")
    expect(message(page)).to_contain_text("1 photo went from encounter 1 to encounter 2")
    assert inside(site) == {1: [1, 2, 3], 2: [4, 5]}


def open_photos(page):
    """The photos with all that they can be dragged to, on screen."""
    page.locator("#shape summary").click()
    expect(page.locator("[data-goal]").last).to_be_in_viewport(ratio=1)
    expect(page.locator("[data-photo]").first).to_be_in_viewport()


def test_photos_are_dragged_to_a_new_encounter_and_to_another_one(page, site, night):
    page.goto("/encounters/1")
    open_photos(page)
    page.get_by_role("checkbox", name="2-2.jpg").check()
    page.locator("[data-photo='3']").drag_to(page.locator("[data-goal]").first)
    expect(message(page)).to_contain_text("1 photo went from encounter 1 to encounter 3")
    page.wait_for_load_state()
    open_photos(page)
    to = page.locator("[data-goal]").filter(has_text="Encounter 2")
    page.locator("[data-photo='4']").drag_to(to)
    expect(message(page)).to_contain_text("1 photo went from encounter 1 to encounter 2")
    assert inside(site) == {1: [1, 2], 2: [4, 5], 3: [3]}
    message(page).get_by_role("button", name="Undo").click()
    expect(message(page)).to_contain_text("Undone")
    assert inside(site) == {1: [1, 2, 4], 2: [5], 3: [3]}


def test_without_javascript_an_encounter_is_parted_and_undone(plain_page, site, night):
    page = plain_page
    page.goto("/encounters/1")
    page.locator("#shape summary").click()
    page.get_by_role("checkbox", name="2-3.jpg").check()
    page.get_by_label("Why (optional)").fill("another tail")
    page.get_by_role("button", name="Part off the chosen photos").click()
    expect(message(page)).to_contain_text("1 photo went from encounter 1 to encounter 3")
    assert inside(site) == {1: [1, 2, 3], 2: [5], 3: [4]}
    message(page).get_by_role("button", name="Undo").click()
    assert inside(site) == {1: [1, 2, 3, 4], 2: [5]}


@pytest.fixture
def asked(site):
    """A bridge between a decided encounter and another one."""
    site.encounter(9, day=20, named="Kali")
    bring(site, (1, 0, 0))
    bring(site, (1, 1, 50))
    with site.components[Database].write() as connection:
        decisions.add(connection, 2, NewDecision("new", name="Uma"))
    bring(site, (1, 2, 25))
    assert inside(site) == {1: [1], 2: [2, 4], 3: [3]}


def test_a_question_is_answered_by_mouse_and_its_answer_undone(page, site, asked):
    page.goto("/")
    page.get_by_role("link", name="1 question about encounters").click()
    expect(page.get_by_role("heading", name="Questions about encounters")).to_be_visible()
    page.get_by_role("link", name="Encounter 2").click()
    page.get_by_role("button", name="Yes, join them").click()
    expect(message(page)).to_contain_text("1 photo went from encounter 3 to encounter 2")
    assert inside(site) == {1: [1], 2: [2, 3, 4]}
    message(page).get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Yes, join them")).to_be_visible()
    assert inside(site) == {1: [1], 2: [2, 4], 3: [3]}


def test_questions_are_answered_by_keys(page, site, asked):
    page.goto("/")
    page.keyboard.press("q")
    page.wait_for_url("**/questions")
    page.keyboard.press("Shift+N")
    expect(page.locator(".message.done")).to_contain_text("A question was answered with no")
    expect(page.get_by_role("heading", name="Nothing is asked")).to_be_visible()
    page.keyboard.press("Shift+U")
    expect(message(page)).to_contain_text("A question is open again")
    page.wait_for_load_state()
    page.keyboard.press("y")
    expect(message(page)).to_contain_text("1 photo went from encounter 3 to encounter 2")
    assert inside(site) == {1: [1], 2: [2, 3, 4]}


def test_one_key_says_that_the_whole_burst_is_this_animal(page, site):
    site.encounter(1, day=3, named="Uma")
    bring(site, (1, 1, 0), (1, 2, 1), (1, 3, 2))
    page.goto("/encounters/2")
    page.keyboard.press("s")
    expect(page.get_by_role("status").first).to_contain_text("same as Uma")
    with site.components[Database].read() as connection:
        assert encounters.summary(connection, 2).identity == "Uma"
    page.goto("/identities/1")
    expect(page.locator("body")).to_contain_text("4 photos")


@pytest.mark.parametrize("size", [(1280, 800), (820, 1180), (390, 844)])
def test_the_photos_and_a_question_fit_the_window(page, asked, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for address in ("/encounters/2", "/questions"):
        page.goto(address)
        page.keyboard.press("f")
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) == 0
