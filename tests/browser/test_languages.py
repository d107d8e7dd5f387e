"""Pages in Russian and French: they fit, the menu leads back, JavaScript speaks as they do."""

# ruff: noqa: RUF001 - Russian letters
import re

import pytest
from fake_embedder import FakeEmbedder
from playwright.sync_api import expect

from service.operations.worker import Worker
from service.recognition.engine import Engine
from service.settings import Settings
from service.store import cases, decisions, reviews
from service.store.database import Database
from service.store.decisions import NewDecision
from service.store.files import PhotoFiles
from service.store.reviews import NewPair

WINDOWS = ((1280, 800), (820, 1180), (390, 844))
WIDER = """() => [...document.querySelectorAll("main > section > table, .keep > table")]
  .filter((one) => one.offsetWidth > one.parentElement.clientWidth + 1)
  .map((one) => one.innerText)"""
"""Tables that reach out of the sheet they are printed on."""


@pytest.fixture
def filled(site):
    """Addresses of every page of a small catalogue, with long names."""
    one = site.encounter(1, day=1, views=(0, 1), named="Снежинка с порванным ухом")
    two = site.encounter(1, day=2)
    three = site.encounter(2, day=3, flank="right")
    with site.components[Database].write() as connection:
        case = cases.add(connection, "Плато Устюрт, урочище Кендерли, осень 2018 года", "", 0.5).id
        cases.put(connection, case, [one, two, three], "anonymous")
    pages = ("/", "/upload", "/uploads/1", "/encounters?state=all", "/cases", "/calibration")
    own = (f"/encounters/{two}", f"/encounters/{one}?said=1", f"/encounters/{two}/posterior")
    with site.components[Database].write() as connection:
        decisions.add(connection, two, NewDecision("same", 1))
        new = [NewPair(one, three, worth=0.9), NewPair(one, two, worth=0.5, blind=False)]
        pair, shown = (found.id for found in reviews.put(connection, new, "Бактыгуль"))
        decisions.add(connection, three, NewDecision("new", name="Беркут"))
    worker = sorting(site)
    while worker.work():
        pass
    room = ("/catalogue", "/identities/1", "/identities/1/merge?other=2", "/conflicts")
    apart = (
        "/identities/1/split?suggest=1",
        f"/compare?one={one}&other={two}",
        "/clusters?who=all",
    )
    asked = ("/reviews?whose=all", f"/reviews/{pair}", f"/reviews/{shown}", "/reviews/agreement")
    rest = ("/reviews/settling", "/compare-with?identity=1", "/login", "/account", "/accounts")
    put = (
        f"/reviews/put?encounters={one},{two}",
        f"/clusters/preview?what=case&chosen={one},{two}",
    )
    case_pages = (f"/cases/{case}", f"/cases/{case}/dossier")
    return (*pages, *own, *case_pages, *room, *apart, *asked, *rest, *put)


def sorting(site):
    """A worker that also compares and sorts."""
    components = site.components
    given = (components[Database], components[PhotoFiles], components[Settings], FakeEmbedder())
    return Worker(*given, name="sorting", engine=components[Engine])


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ru", "fr"])
def test_a_page_fits_in_every_language(page, site, filled, language):
    page.context.add_cookies([{"name": "language", "value": language, "url": site.url}])
    for address in filled:
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("lang", language)
        for width, height in WINDOWS:
            page.set_viewport_size({"width": width, "height": height})
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert (address, width, over) == (address, width, 0)
            assert (address, width, page.evaluate(WIDER)) == (address, width, [])


@pytest.mark.parametrize("window", ["page", "plain_page"])
def test_the_menu_of_languages_leads_back_to_the_same_page(request, window):
    page = request.getfixturevalue(window)
    page.goto("/encounters?state=decided&flank=left")
    page.locator(".person summary").click()
    page.get_by_role("button", name="Русский").click()
    expect(page).to_have_url(re.compile(r"/encounters\?state=decided&flank=left$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Регистрации")
    page.goto("/cases")
    expect(page.get_by_role("heading", level=1)).to_have_text("Дела")


def test_what_an_upload_writes_is_russian_too(page, site):
    page.context.add_cookies([{"name": "language", "value": "ru", "url": site.url}])
    page.goto("/upload")
    broken = {"name": "broken.jpg", "mimeType": "image/jpeg", "buffer": b"no photo"}
    page.locator("#photos").set_input_files([site.photo(1), broken])
    page.keyboard.press("s")
    row = page.locator("[data-rows] tr", has_text="broken.jpg")
    expect(row).to_contain_text("отклонено")
    expect(row).to_contain_text("Это не фотография JPEG")
    expect(row).to_contain_text("Скопируйте файл с карты ещё раз")
    expect(page.locator("[data-status]")).to_contain_text("отправлено 2 из 2")
    site.work()
    expect(page.locator("[data-rows] tr", has_text="1-1-0.jpg")).to_contain_text("готова")
    expect(page.locator("[data-status]")).to_contain_text("Готово.")
    page.complaints.clear()  # the browser reports the refused file itself as an error


def test_the_list_of_keys_is_russian_and_the_keys_stay(page, site):
    number = site.encounter(1, day=1)
    page.context.add_cookies([{"name": "language", "value": "ru", "url": site.url}])
    page.goto(f"/encounters/{number}")
    page.keyboard.press("?")
    keys = page.locator("[data-keys-list]")
    expect(keys).to_contain_text("Решить: определить нельзя")
    assert not re.search(r"[A-Za-z]{4,}", re.sub("Enter", "", keys.inner_text()))
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(page.get_by_role("status").first).to_contain_text("Записано: определить нельзя")
