"""The upload page over a line that breaks: it waits, says so, and goes on where it stopped."""

import json
import re
from contextlib import contextmanager
from random import Random

import pytest
from cut_line import CutLine
from playwright.sync_api import expect
from sqlalchemy import func, select

from service.photos.arriving import ArrivingFiles
from service.store.database import Database
from service.store.files import PhotoFiles, digest
from service.store.tables.encounters import annotation
from service.store.tables.photos import photo, upload_file


@contextmanager
def window_over(browser, line):
    """A page of the service behind a line; what it complains of is expected."""
    with line.port() as port:
        context = browser.new_context(base_url=f"http://127.0.0.1:{port}")
        page = context.new_page()
        page.set_default_timeout(30_000)
        yield page
        context.close()


@pytest.fixture
def line(site):
    """A line to the service that does not break yet."""
    return CutLine([int(site.url.rpartition(":")[2])], Random(2), 0)  # noqa: S311


def large(site, number):
    """A photo of some 300 kB."""
    data = site.painted(number, size=(1200, 900))
    return {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": data}


def choose(page, photos):
    page.goto("/upload")
    page.get_by_label("Choose photos").set_input_files(photos)
    page.get_by_role("button", name="Upload").click()


def whole(site, photos):
    """Whether each photo is in the catalogue once with its bytes, and nothing else."""
    components = site.components
    with components[Database].read() as connection:
        stored = connection.scalar(select(func.count()).select_from(photo))
        created = connection.scalar(select(func.count()).where(upload_file.c.created))
    assert (stored, created) == (len(photos), len(photos))
    for one in photos:
        data = one["buffer"]
        assert components[PhotoFiles].get(digest(data)) == data
    return not list(components[ArrivingFiles]._bytes._folder.glob("*"))


def test_an_upload_over_a_line_that_is_cut_in_the_middle_of_files_ends_whole(browser, site, line):
    photos = [large(site, n) for n in range(6)]
    line.mean_bytes = 150_000
    with window_over(browser, line) as page:
        choose(page, photos)
        expect(page.locator("[data-status]")).to_contain_text("6 of 6 sent", timeout=90_000)
        expect(page.locator("[data-rows] .tag.failed")).to_have_count(0)
        assert line.cuts > 2
    assert whole(site, photos)


def test_without_a_line_the_page_says_that_it_waits_and_goes_on_by_itself(browser, site, line):
    photos = [large(site, n) for n in range(3)]
    with window_over(browser, line) as page:
        page.goto("/upload")
        line.off = True
        page.get_by_label("Choose photos").set_input_files(photos)
        page.get_by_role("button", name="Upload").click()
        status = page.locator("[data-status]")
        expect(status).to_contain_text("0 of 3 sent")
        expect(status).to_contain_text("goes on by itself as soon as the line is back")
        line.off = False
        expect(status).to_contain_text("3 of 3 sent", timeout=60_000)
        expect(status).not_to_contain_text("the line is back")
    assert whole(site, photos)


def test_the_same_files_chosen_again_after_a_reload_are_not_sent_again(browser, site, line):
    photos = [large(site, n) for n in range(3)]
    with window_over(browser, line) as page:
        choose(page, photos[:2])
        expect(page.locator("[data-status]")).to_contain_text("2 of 2 sent")
        sent = line.sent
        choose(page, photos)
        expect(page.locator("[data-status]")).to_contain_text("3 of 3 sent")
        expect(page.locator("[data-rows]")).to_contain_text("was known already")
    assert line.sent - sent < len(photos[2]["buffer"]) + 60_000
    assert whole(site, photos)


def test_whoever_is_logged_out_meanwhile_is_told_so_and_nothing_is_lost(browser, site, line):
    photos = [large(site, 1)]
    with window_over(browser, line) as page:
        out = {"status": 401, "content_type": "application/problem+json"}
        body = json.dumps({"code": "login_required", "detail": "log in first"})
        page.route(re.compile("arriving-files$"), lambda route: route.fulfill(**out, body=body))
        choose(page, photos)
        status = page.locator("[data-status]")
        expect(status).to_contain_text("You are logged out")
        page.unroute_all()
        expect(status).to_contain_text("1 of 1 sent", timeout=60_000)
    assert whole(site, photos)


def test_a_second_box_whose_answer_was_lost_is_no_third_animal(browser, site, line):
    boxes = [(100, 100), (500, 300)]
    with window_over(browser, line) as page:
        page.goto("/upload")
        page.get_by_label("Choose photos").set_input_files([large(site, 1)])
        page.get_by_role("button", name="Boxes of").click()
        picture = page.locator("dialog[data-boxes] svg")
        expect(picture).to_be_visible()
        for x, y in boxes:
            at = picture.bounding_box()
            scale = at["width"] / 1200
            page.mouse.move(at["x"] + x * scale, at["y"] + y * scale)
            page.mouse.down()
            page.mouse.move(at["x"] + (x + 200) * scale, at["y"] + (y + 200) * scale, steps=4)
            page.mouse.up()
        page.get_by_role("button", name="Done").click()

        def lost(route):
            route.fetch()
            route.abort()

        page.route(re.compile("annotations$"), lambda r: lost(r) if adding(r) else r.continue_())
        answered = []

        def adding(route):
            first = route.request.method == "POST" and not answered
            answered.extend([1] * first)
            return first

        page.get_by_role("button", name="Upload").click()
        expect(page.locator("[data-status]")).to_contain_text("1 of 1 sent", timeout=60_000)
        expect(page.locator("[data-rows] .tag.failed")).to_have_count(0)
        assert answered
    with site.components[Database].read() as connection:
        assert connection.scalar(select(func.count()).select_from(annotation)) == 2
