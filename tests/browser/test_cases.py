"""Cases in a browser: made, filled and read without JavaScript."""

from playwright.sync_api import expect


def test_a_case_is_made_filled_and_read_without_javascript(plain_page, site):
    for animal, day in ((1, 1), (2, 5), (1, 9)):
        site.encounter(animal, day=day)
    page = plain_page
    page.goto("/cases")
    page.get_by_label("Name").fill("Ustyurt 2018")
    page.get_by_role("button", name="Open the case").click()
    page.get_by_label("Encounters, newest first").select_option(["1", "2", "3"])
    page.get_by_label("Reviewer").fill("Aigül")
    page.get_by_role("button", name="Put in").click()
    expect(page.get_by_text("A and C one animal; B alone.")).to_be_visible()
    expect(page.get_by_role("img", name="2 animals: AC, B")).to_be_visible()
    expect(page.get_by_role("row", name="A–C")).to_contain_text("8 days")  # noqa: RUF001
    page.get_by_label("Before looking: probability that two encounters are one animal").fill("0.1")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#report")).to_contain_text("with probability 0.1")
    page.get_by_role("button", name="Take encounter B out").click()
    expect(page.get_by_text("all one animal.")).to_be_visible()
    page.get_by_role("button", name="Close the case").click()
    expect(page.get_by_role("button", name="Open it again")).to_be_visible()


def test_a_case_fits_a_narrow_window(page, site):
    numbers = [site.encounter(animal, day=animal) for animal in (1, 2, 3)]
    case = page.request.post("/api/v1/cases", data={"name": "narrow"}).json()["id"]
    page.request.post(f"/api/v1/cases/{case}/encounters", data={"encounters": numbers})
    page.set_viewport_size({"width": 420, "height": 800})
    page.goto(f"/cases/{case}")
    expect(page.get_by_role("heading", name="How many animals?")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
