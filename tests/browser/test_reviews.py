"""Reviews in a browser: keyboard only, two observers at the same moment, marks, nothing lost."""

import json
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from service.store import reviews
from service.store.database import Database
from service.store.reviews import NewPair


@pytest.fixture
def pairs(site):
    """Three blind pairs of four encounters."""
    numbers = [site.encounter(animal, day=day) for animal, day in ((1, 1), (1, 9), (2, 3), (2, 17))]
    a, b, c, d = numbers
    with site.components[Database].write() as connection:
        new = [NewPair(a, b, worth=0.9), NewPair(c, d, worth=0.5), NewPair(a, c, worth=0.1)]
        return [one.id for one in reviews.put(connection, new, "cd")]


@contextmanager
def observer(browser, site, name, **options):
    """A window of one observer; a script error fails the test."""
    size = {"width": 1280, "height": 800}
    context = browser.new_context(base_url=site.url, viewport=size, **options)
    cookie = {"name": "reviewer", "value": quote(name), "url": site.url}
    context.add_cookies([cookie])
    page, complaints = context.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def said(page, pair, observer):
    answer = page.request.get(f"/api/v1/reviews/{pair}", params={"observer": observer})
    return answer.json()


def test_three_pairs_are_answered_by_keyboard_only(browser, site, pairs):
    with observer(browser, site, "Aigül") as page:
        page.goto("/reviews")
        expect(page.get_by_text("0 of 3 of yours today")).to_be_visible()
        page.keyboard.press("e")
        page.wait_for_url(f"**/reviews/{pairs[0]}")
        page.keyboard.press("7")
        page.keyboard.press("s")
        page.wait_for_url("**said=1")
        expect(page.get_by_role("status").first).to_have_text(
            "The other observer has not answered yet."
        )
        page.keyboard.press("e")
        page.wait_for_url(f"**/reviews/{pairs[1]}")
        page.keyboard.press("d")  # asks how certain, and is sent with that
        expect(page.get_by_text("Now say how certain: 7, 8 or 9.")).to_be_visible()
        page.keyboard.press("8")
        page.wait_for_url("**said=1")
        page.keyboard.press("e")
        page.wait_for_url(f"**/reviews/{pairs[2]}")
        page.keyboard.press("c")
        expect(page.get_by_label("and why")).to_be_focused()
        page.keyboard.type("b")
        page.keyboard.press("Enter")
        page.wait_for_url("**said=1")
        expect(page.get_by_text("3 of 3 of yours today")).to_be_visible()
        page.keyboard.press("u")
        expect(page.get_by_role("button", name="Cannot tell")).to_be_visible()
        expect(page.get_by_label("and why")).to_have_value("blur")
        first = said(page, pairs[0], "Aigül")["opinions"][0]
        assert (first["answer"], first["certainty"], first["llr"]) == ("same", "certain", None)
        assert 0 < first["seconds"] < 60
        third = said(page, pairs[2], "Aigül")["opinions"]
        assert [one["answer"] for one in third] == ["cannot_tell", "withdrawn"]


def test_two_browsers_that_decide_at_once_are_both_kept_and_both_see_it(browser, site, pairs):
    with (
        observer(browser, site, "Aigül") as one,
        observer(browser, site, "Bolat") as other,
    ):
        for page in (one, other):
            page.goto(f"/reviews/{pairs[0]}")
            page.keyboard.press("7")
        one.keyboard.press("s")
        expect(one.get_by_role("status").first).to_contain_text("has not answered yet")
        other.keyboard.press("d")
        for page in (other, one):  # the first one, too, without a reload
            expect(page.get_by_role("status").first).to_contain_text("The observers disagree")
            expect(page.get_by_role("status").first).to_contain_text("Bolat: different leopards")
        kept = said(one, pairs[0], "Aigül")
        assert [o["answer"] for o in kept["opinions"]] == ["same", "different"]
        assert kept["review"]["state"] == "disagreed"


def test_a_blind_page_says_nothing_of_the_machine_or_of_others(browser, site, pairs):
    with observer(browser, site, "Aigül") as one, observer(browser, site, "Bolat") as other:
        one.goto(f"/reviews/{pairs[0]}")
        one.get_by_label("Note").fill("a secret remark")
        one.keyboard.press("Escape")
        one.keyboard.press("7")
        one.keyboard.press("s")
        one.wait_for_url("**said=1")
        other.goto(f"/reviews/{pairs[0]}")
        shown = other.content().split("<main", 1)[1].split("</main", 1)[0]
        for word in (
            "llr",
            "Aigül",
            "secret",
            "verdict",
            "scale",
            "data-said",
            "/encounters/",
            ".jpg",
        ):
            assert word not in shown
        expect(other.get_by_text("is shown when you have answered")).to_be_visible()


def test_places_are_marked_by_keyboard_and_by_mouse(browser, site, pairs):
    with observer(browser, site, "Aigül") as page:
        page.goto(f"/reviews/{pairs[0]}")
        photo = page.locator("[data-markable]").first
        page.keyboard.press("m")
        expect(photo).to_be_focused()
        for key in ("ArrowRight", "ArrowDown", "Shift+ArrowRight", "Shift+ArrowDown", "Enter"):
            page.keyboard.press(key)
        page.keyboard.press("Escape")
        page.keyboard.press("Shift+M")
        page.locator("[data-markable]").nth(1).click(position={"x": 200, "y": 90})
        page.keyboard.press("Escape")
        marked = page.locator("[data-marks] li")
        expect(marked).to_have_count(2)
        marked.nth(1).get_by_label("width").fill("12")
        page.keyboard.press("Tab")
        page.keyboard.press("Escape")
        regions = json.loads(page.locator("[data-regions]").input_value())
        x0, _, x1, _ = map(float, photo.get_attribute("data-box").split())
        step = 0.02 * float(photo.get_attribute("viewBox").split()[2])
        assert regions[0]["x"] == pytest.approx((x0 + x1) / 2 + step, abs=0.1)
        assert regions[0]["height"] == pytest.approx(step, abs=0.1)
        assert [one["label"] for one in regions] == ["agrees", "differs"]
        page.locator("body").click(position={"x": 5, "y": 5})
        page.keyboard.press("9")
        page.keyboard.press("d")
        page.wait_for_url("**said=1")
        kept = said(page, pairs[0], "Aigül")["opinions"][0]
        assert kept["regions"] == regions
        assert regions[1]["width"] == 12
        expect(page.locator(".regions rect, .regions circle")).to_have_count(2)


def test_marks_follow_zoom_and_turn_and_do_not_drag_the_photo(browser, site, pairs):
    with observer(browser, site, "Aigül") as page:
        page.goto(f"/reviews/{pairs[0]}")
        page.keyboard.press("m")
        pane = page.locator("[data-markable]").nth(1)
        frame = pane.bounding_box()
        x, y = frame["x"] + 0.6 * frame["width"], frame["y"] + 0.55 * frame["height"]
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 60, y + 40)
        page.mouse.up()
        mark = page.locator(".regions rect.agrees")
        before = mark.bounding_box()
        assert before["x"] == pytest.approx(x, abs=4)
        assert before["y"] == pytest.approx(y, abs=4)
        assert "zoom" not in page.url
        assert page.locator("[data-zoom-text]").inner_text() == "100 %"
        page.keyboard.press("Escape")
        page.keyboard.press("+")
        expect(page.locator("[data-zoom-text]")).to_have_text("125 %")
        wider = mark.bounding_box()["width"] / before["width"]
        assert wider == pytest.approx(1.25, abs=0.05)


def test_every_key_of_a_review_is_unique_before_and_after_the_answer(browser, site, pairs):
    every = "all => all.flatMap((one) => one.getAttribute('data-key').split(' '))"
    with observer(browser, site, "Aigül") as page:
        page.goto(f"/reviews/{pairs[0]}")
        for _ in ("before", "after"):
            keys = page.locator("[data-key]").evaluate_all(every)
            assert sorted(keys) == sorted(set(keys))
            page.keyboard.press("7")
            page.keyboard.press("s")
            page.wait_for_url("**said=1")


@pytest.mark.parametrize("size", [(1280, 800), (820, 1180)])
def test_both_photos_and_the_answers_are_seen_without_scrolling(browser, site, pairs, size):
    with observer(browser, site, "Aigül") as page:
        page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
        page.goto(f"/reviews/{pairs[0]}")
        bar = page.locator("#answer").bounding_box()
        assert bar["y"] + bar["height"] <= size[1] + 1
        for pane in page.locator("[data-markable]").all():
            frame = pane.bounding_box()
            assert frame["y"] + frame["height"] <= bar["y"]


def test_what_was_typed_survives_an_error_and_a_lost_page(browser, site, pairs):
    with observer(browser, site, "Aigül") as page:
        page.goto(f"/reviews/{pairs[0]}")
        page.get_by_label("Note").fill("broken rosette above the elbow")
        page.get_by_role("radio", name="probable").check()
        page.goto("/reviews")
        page.goto(f"/reviews/{pairs[0]}")
        expect(page.get_by_label("Note")).to_have_value("broken rosette above the elbow")
        expect(page.get_by_role("radio", name="probable")).to_be_checked()


def test_without_javascript_a_pair_is_answered_and_settled(browser, site, pairs):
    for name, answer in (("Aigül", "Same"), ("Bolat", "Same")):
        with observer(browser, site, name, java_script_enabled=False) as page:
            page.goto("/reviews/next")
            page.get_by_label("Note").fill("seen twice")
            page.get_by_role("button", name=answer).click()
            expect(page.get_by_role("alert")).to_contain_text("Say how certain")
            expect(page.get_by_label("Note")).to_have_value("seen twice")
            page.get_by_role("radio", name="certain", exact=True).check()
            page.get_by_role("button", name=answer).click()
            expect(page.get_by_role("heading", name="Observers")).to_be_visible()
    with observer(browser, site, "cu", java_script_enabled=False) as page:
        page.goto("/reviews?whose=all")
        page.get_by_role("link", name="see what applying it would change").click()
        expect(page.get_by_text("1 new identity")).to_be_visible()
        page.get_by_role("button", name="Apply").click()
        expect(page.get_by_role("status")).to_have_text("2 encounters were decided.")
