"""Clusters in a browser: new identities in a batch by keyboard, and all without JavaScript."""

import pytest
from fake_embedder import FakeEmbedder
from playwright.sync_api import expect

from service.operations.worker import Worker
from service.recognition.engine import Engine
from service.settings import Settings
from service.store.database import Database
from service.store.files import PhotoFiles


@pytest.fixture
def sorted_site(site):
    """Two animals met twice each and one met once, compared and sorted."""
    for animal, day in ((1, 1), (2, 3), (1, 5), (2, 7), (3, 9)):
        site.encounter(animal, day=day)
    components = site.components
    given = (components[Database], components[PhotoFiles], components[Settings], FakeEmbedder())
    worker = Worker(*given, name="comparing", engine=components[Engine])
    while worker.work():
        pass
    return site


def test_a_batch_of_new_identities_is_previewed_and_decided_by_keyboard(page, sorted_site):
    page.goto("/clusters?size=2")
    expect(page.get_by_text("2 suggested animals")).to_be_visible()
    for box in page.get_by_role("checkbox").all():
        box.focus()
        page.keyboard.press("Space")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="New identities: preview")).to_be_visible()
    expect(page.get_by_text("Nothing is done yet.")).to_be_visible()
    page.get_by_label("Name; left empty, L001").fill("Akbar")
    page.get_by_label("Your name").fill("Aigül")
    page.keyboard.press("Escape")
    page.keyboard.press("y")
    expect(page.get_by_role("status")).to_contain_text("2 suggested animals got an identity.")
    page.goto("/catalogue")
    expect(page.get_by_role("link", name="Akbar", exact=True)).to_be_visible()


def test_pairs_are_put_up_and_a_case_is_opened_without_javascript(plain_page, sorted_site):
    page = plain_page
    page.goto("/clusters")
    page.get_by_role("link", name="Ask for a review of these").click()
    page.get_by_role("button", name="Ask for a review").click()
    expect(page.get_by_role("status")).to_contain_text("asked for.")
    expect(page.get_by_role("heading", name="What is most worth a decision")).to_have_count(0)
    page.get_by_role("link", name="Open as a case").first.click()
    page.get_by_label("Name of the case").fill("Two visits")
    page.get_by_role("button", name="Open the case").click()
    expect(page.get_by_role("heading", name="Two visits")).to_be_visible()


def test_the_page_fits_a_narrow_window(page, sorted_site):
    page.set_viewport_size({"width": 420, "height": 800})
    page.goto("/clusters")
    expect(page.get_by_role("heading", name="Suggested animals", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
