"""Identities in a browser: split by mouse and keyboard, merged and undone without JavaScript."""

import pytest
from playwright.sync_api import expect

from service.store import decisions
from service.store.database import Database
from service.store.decisions import NewDecision


@pytest.fixture
def mixed(site):
    """Three encounters under one name, the last one of another animal; their numbers."""
    numbers = [site.encounter(1, day=1, named="Umay")]
    for animal, day in ((1, 3), (2, 5)):
        numbers.append(site.encounter(animal, day=day))
        with site.components[Database].write() as connection:
            decisions.add(connection, numbers[-1], NewDecision("same", 1))
    return numbers


def test_an_encounter_is_dragged_out_of_an_identity_and_comes_back(page, site, mixed):
    page.goto("/identities/1/split")
    card = page.locator(f'[data-encounter="{mixed[2]}"]')
    card.drag_to(page.locator('[data-group="1"] [data-drop]'))
    expect(page.locator('[data-group="1"] [data-encounter]')).to_have_count(1)
    expect(page.locator('[data-group="0"] [data-count]')).to_have_text("2")
    expect(card.get_by_label("leaves")).to_be_checked()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text("1 encounter leave")
    page.get_by_label("Why").fill("another shoulder")
    page.get_by_role("button", name="Split").click()
    expect(page.get_by_role("status").first).to_contain_text("1 encounter left for L001")
    page.wait_for_load_state()  # keys are heard once the scripts are there
    page.keyboard.press("u")
    expect(page.get_by_role("status").first).to_contain_text("Undo of change")
    expect(page.get_by_role("heading", name="Encounters 3")).to_be_visible()


def test_an_identity_is_split_by_keyboard_alone(page, site, mixed):
    page.goto("/identities/1")
    page.keyboard.press("s")
    expect(page.get_by_role("heading", name="Split Umay")).to_be_visible()
    page.keyboard.press("s")  # a suggested cut
    expect(page.get_by_role("status")).to_contain_text("this cut has the probability")
    expect(page.locator(f'[data-group="1"] [data-encounter="{mixed[2]}"]')).to_be_visible()
    page.locator(f'[data-encounter="{mixed[2]}"] input:checked').focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(f'[data-group="2"] [data-encounter="{mixed[2]}"]')).to_be_visible()
    assert page.evaluate("document.activeElement.value") == "2"  # the focus stays on the card
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("n")
    expect(page.locator("#preview")).to_be_visible()
    page.keyboard.press("x")
    expect(page.get_by_role("status").first).to_contain_text("left for L001")


def test_identities_are_named_merged_and_undone_without_javascript(plain_page, site, mixed):
    other = site.encounter(3, day=9, named="Kali")
    page = plain_page
    page.goto("/identities/1")
    page.locator("summary", has_text="Rename").click()
    page.get_by_label("Name", exact=True).fill("Umay the Elder")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("status").first).to_contain_text("Renamed from Umay")
    page.get_by_role("link", name="Merge with").click()
    page.get_by_label("The identity whose encounters").select_option(label="Kali")
    page.get_by_role("button", name="Look at what would happen").click()
    expect(page.get_by_text("1 encounter of Kali becomes Umay the Elder.")).to_be_visible()
    page.get_by_label("Why").fill("same hip")
    page.get_by_role("button", name="Merge Kali into Umay the Elder").click()
    expect(page.get_by_role("status").first).to_contain_text("Kali merged in, with 1 encounter")
    expect(page.locator(".timeline")).to_contain_text("“same hip”")
    page.get_by_role("button", name="Undo", exact=True).first.click()
    expect(page.get_by_role("heading", name="Encounters 3")).to_be_visible()
    page.goto(f"/encounters/{other}")
    expect(page.get_by_text("decided: Kali")).to_be_visible()


def test_the_pages_of_identities_fit_a_tablet_and_read_well_aloud(page, site, mixed):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.set_viewport_size({"width": 820, "height": 1180})
    for address in ("/catalogue", "/identities/1", "/identities/1/split?e3=1&preview=1",
                    "/identities/1/merge", "/conflicts", "/compare-with?identity=1"):  # fmt: skip
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 820, address
        found = axe.run(page).response["violations"]
        bad = [one["id"] for one in found if one["impact"] in {"serious", "critical"}]
        assert bad == [], address
