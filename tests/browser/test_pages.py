"""The pages around the comparison: empty, busy and broken states, filters, keys, catalogue."""

import pytest
from playwright.sync_api import expect

from service.photos.intake import Intake
from service.photos.statements import Statements


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/", "The catalogue is empty"),
        ("/encounters", "No photos yet"),
        ("/catalogue", "No identities yet"),
    ],
)
def test_an_empty_page_says_what_to_do(page, address, words):
    page.goto(address)
    expect(page.get_by_role("heading", name=words)).to_be_visible()


@pytest.mark.parametrize(
    ("address", "status", "title"),
    [
        ("/nowhere", 404, "Not found"),
        ("/encounters/99", 404, "Not found"),
        ("/encounters/x", 422, "This could not be used"),
        ("/photos/" + "0" * 64, 404, "Not found"),
    ],
)
def test_errors_are_pages_for_browsers(page, address, status, title):
    response = page.goto(address)
    assert response.status == status
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_role("link", name="Start page")).to_be_visible()
    page.complaints.clear()  # the browser reports the status itself as an error


def test_errors_are_problem_documents_for_programs(page, site):
    answer = page.request.get(site.url + "/api/v1/encounters/99")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_busy_page_shows_progress_and_renews_itself(page, site):
    site.components[Intake].accept(
        [("a.jpg", site.photo(1)["buffer"])], Statements(station="Ridge")
    )
    page.goto("/")
    expect(page.locator("#tiles")).to_contain_text("1 photo is being analysed")
    expect(page.locator("#tiles")).to_contain_text("No worker is running")
    site.work()
    expect(page.locator("#tiles")).to_contain_text("Every photo is dealt with")
    expect(page.locator("#tiles")).to_contain_text("1 encounter waits")


def test_filters_stand_in_the_address(page, site):
    site.encounter(1, day=1)
    site.encounter(2, day=2, flank="right")
    page.goto("/encounters")
    expect(page.locator(".encounter-row")).to_have_count(2)
    page.get_by_label("Flank").select_option("right")
    expect(page.locator(".encounter-row")).to_have_count(1)
    assert "flank=right" in page.url
    page.get_by_label("State").select_option("decided")
    expect(page.get_by_role("heading", name="No encounter fits these filters")).to_be_visible()


def test_the_list_of_encounters_is_in_the_order_it_says(page, site):
    for animal, day in ((1, 1), (2, 5), (3, 3)):
        site.encounter(animal, day=day)
    page.goto("/encounters")
    expect(page.locator("caption")).to_have_text("Encounters, newest first")
    days = [row.locator("td").nth(1).inner_text() for row in page.locator(".encounter-row").all()]
    assert [f"{day} Jan 2020" in words for day, words in zip((5, 3, 1), days, strict=True)] == [
        True
    ] * 3


def test_the_catalogue_shows_both_flanks_and_what_is_missing(page, site):
    site.encounter(1, day=1, named="Uma")
    page.goto("/catalogue")
    card = page.locator("li.card", has_text="Uma")
    expect(card.get_by_alt_text("left flank of Uma")).to_be_visible()
    expect(card).to_contain_text("right flank: none yet")
    card.get_by_role("link", name="Uma", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Uma")
    page.locator(".grid a").first.click()
    expect(page.get_by_text("SHA-256")).to_be_visible()


def test_every_section_has_a_key_and_help_lists_them(page, site):
    page.goto("/")
    page.keyboard.press("i")
    expect(page).to_have_url(site.url + "/catalogue")
    page.wait_for_load_state()  # keys work once the modules have run
    page.keyboard.press("w")
    expect(page).to_have_url(site.url + "/encounters")
    page.wait_for_load_state()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys on this page")
    expect(dialog).to_contain_text("Upload photos")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_first_tab_stop_skips_to_the_content(page):
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()


def test_pages_forbid_foreign_and_inline_code(page):
    policy = page.goto("/").headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    assert "unsafe" not in policy
