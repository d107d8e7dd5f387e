"""Light or dark: by the wish of the system, or chosen once for every page of this browser."""

import re

import pytest
from playwright.sync_api import expect

LIGHT, DARK = "rgb(244, 242, 238)", "rgb(16, 19, 21)"
PAGES = ("/", "/upload", "/encounters", "/catalogue", "/cases", "/stations", "/login", "/nowhere")


def background(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def choose(page, words):
    """Choose a theme, and wait for the page that answers."""
    page.locator(".person summary").click()
    with page.expect_navigation(wait_until="load"):
        page.get_by_role("button", name=words, exact=True).click()


@pytest.mark.parametrize(("wish", "ground"), [("light", LIGHT), ("dark", DARK)])
def test_the_theme_is_the_one_the_system_asks_for(page, wish, ground):
    page.emulate_media(color_scheme=wish)
    page.goto("/")
    assert background(page) == ground


@pytest.mark.parametrize("window", ["page", "plain_page"])
@pytest.mark.parametrize(
    ("system", "words", "ground"), [("light", "dark", DARK), ("dark", "light", LIGHT)]
)
def test_a_chosen_theme_holds_on_every_page_from_its_first_paint(
    request, window, system, words, ground
):
    """No script sets it, so there is no moment with the other one."""
    page = request.getfixturevalue(window)
    page.emulate_media(color_scheme=system)
    page.goto("/encounters?state=decided&flank=left")
    choose(page, words)
    expect(page).to_have_url(re.compile(r"/encounters\?state=decided&flank=left$"))
    for address in PAGES:
        page.goto(address)
        assert (address, background(page)) == (address, ground)
        assert page.locator("meta[name=color-scheme]").get_attribute("content") == words
    page.complaints.clear()  # the browser reports the 404 as an error


def test_the_system_can_be_asked_again(page):
    page.emulate_media(color_scheme="light")
    page.goto("/")
    choose(page, "dark")
    assert background(page) == DARK
    choose(page, "as the system")
    assert background(page) == LIGHT


def test_photos_stay_dark_and_paper_stays_light_in_any_theme(page, site):
    number = site.encounter(1, day=1)
    for words in ("light", "dark"):
        page.emulate_media(media="screen")
        page.goto(f"/encounters/{number}")
        choose(page, words)
        assert page.locator(".picture").first.evaluate(
            "(one) => getComputedStyle(one).getPropertyValue('color-scheme')"
        ) == ("dark")
        page.emulate_media(media="print")
        assert background(page) == "rgb(255, 255, 255)"
