"""Two encounters in the browser: locked views, overlay and flick, cursor, measure, sections."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from reid.compare.mesh import Mesh
from reid.types import Box, Flank
from service.photos.intake import Intake
from service.photos.statements import Statements

LARGER = 1.5
"""The second photo is the first one at so many times its size: that is the known warp."""


@pytest.fixture
def pair(site):
    """One animal in two encounters, two photos each; photo B is larger than photo A."""

    def encounter(day, size):
        files = [
            (f"{day}-{view}.jpg", site.painted(1, view, size, f"2020:01:{day:02} 22:00:{view:02}"))
            for view in (0, 1)
        ]
        upload = site.components[Intake].accept(
            files, Statements(station="Ridge", flank=Flank.LEFT)
        )
        site.work()
        return upload.files[0].encounter_id

    return encounter(1, (320, 160)), encounter(2, (round(320 * LARGER), round(160 * LARGER)))


def address(pair, more=""):
    return f"/compare?one={pair[0]}&other={pair[1]}{more}"


@pytest.fixture
def seen(page, pair):
    page.goto(address(pair))
    expect(page.locator("locked-viewer .marks").first).to_be_attached()
    return page


def on_screen(page, n, point):
    """Where a pixel of a photo is seen, CSS pixels from the corner of its pane's SVG."""
    return page.evaluate(
        """([n, x, y]) => {
          const pane = document.querySelectorAll("locked-viewer svg.pane")[n];
          const at = new DOMPoint(x, y).matrixTransform(pane.querySelector(".laid").getScreenCTM());
          const picture = document.querySelector("locked-viewer .picture");
          const frame = picture.getBoundingClientRect();
          const scale = frame.width / picture.viewBox.baseVal.width;
          const [left, top] = ["x", "y"].map((name) => scale * Number(pane.getAttribute(name)));
          return [at.x - frame.left - left, at.y - frame.top - top];
        }""",
        [n, *point],
    )


def assert_locked(page, *points, within=3.0):
    """The same place of the coat is seen at the same place of both panes."""
    for point in points:
        there = [LARGER * (side + 0.5) - 0.5 for side in point]
        assert on_screen(page, 1, there) == pytest.approx(on_screen(page, 0, point), abs=within)


def test_the_same_rosette_stays_under_the_same_place_of_both_panes(seen):
    places = ((160, 80), (120, 60), (200, 90))
    assert_locked(seen, *places)
    frame = seen.locator(".picture").bounding_box()
    seen.mouse.move(frame["x"] + frame["width"] * 0.2, frame["y"] + frame["height"] * 0.5)
    seen.mouse.wheel(0, -400)
    seen.mouse.wheel(0, -400)
    seen.mouse.down()
    seen.mouse.move(frame["x"] + frame["width"] * 0.24, frame["y"] + frame["height"] * 0.4)
    seen.mouse.up()
    seen.mouse.move(frame["x"] + frame["width"] * 0.75, frame["y"] + frame["height"] * 0.5)
    seen.mouse.wheel(0, -200)
    assert_locked(seen, *places, within=6.0)
    seen.wait_for_url("**zoom=**")
    before = on_screen(seen, 1, (240, 120))
    seen.reload()
    assert on_screen(seen, 1, (240, 120)) == pytest.approx(before, abs=1.5)


def test_unlocked_each_photo_moves_alone(seen):
    seen.keyboard.press("l")
    seen.wait_for_url("**lock=0**")
    before = on_screen(seen, 0, (160, 80)), on_screen(seen, 1, (240, 120))
    frame = seen.locator(".picture").bounding_box()
    seen.mouse.move(frame["x"] + frame["width"] * 0.75, frame["y"] + frame["height"] * 0.5)
    seen.mouse.wheel(0, -400)
    seen.mouse.down()
    seen.mouse.move(frame["x"] + frame["width"] * 0.8, frame["y"] + frame["height"] * 0.5)
    seen.mouse.up()
    assert on_screen(seen, 0, (160, 80)) == pytest.approx(before[0], abs=0.1)
    assert on_screen(seen, 1, (240, 120))[0] - before[1][0] > 20


def opacity(page):
    return float(page.locator("image.over").get_attribute("opacity"))


def test_one_photo_is_laid_over_the_other_faded_and_flicked_by_keys(seen):
    expect(seen.locator("image.over")).to_be_hidden()
    seen.keyboard.press("o")
    seen.wait_for_url("**overlay=1**")
    expect(seen.locator("locked-viewer[data-ready]")).to_be_attached()
    expect(seen.locator("image.over")).to_have_attribute("href", re.compile("^blob:"))
    assert opacity(seen) == 0.5
    seen.keyboard.press(".")
    assert opacity(seen) == 0.6
    shares = []
    for _ in range(4):
        seen.keyboard.press("f")
        shares.append(opacity(seen))
    assert shares == [1, 0, 1, 0]
    expect(seen.locator(".corner").first).to_have_text("A")
    seen.keyboard.down("f")
    assert opacity(seen) == 1
    seen.wait_for_timeout(350)  # held, not tapped
    seen.keyboard.up("f")
    assert opacity(seen) == 0
    seen.keyboard.press("o")
    expect(seen.locator("image.over")).to_be_hidden()


def test_the_laid_photo_fits_the_photo_below(seen):
    seen.keyboard.press("o")
    expect(seen.locator("locked-viewer[data-ready]")).to_be_attached()
    differing = seen.evaluate(
        """async () => {
          const pixels = async (href, x, y, w, h) => {
            const image = new Image(); image.src = href; await image.decode();
            const canvas = document.createElement("canvas");
            [canvas.width, canvas.height] = [160, 80];
            const context = canvas.getContext("2d");
            context.drawImage(image, x, y, w ?? image.width, h ?? image.height, 0, 0, 160, 80);
            return context.getImageData(20, 10, 120, 60).data;
          };
          const below = await pixels(document.querySelector("svg.pane image").href.baseVal, 0, 0);
          const over = await pixels(document.querySelector("image.over").href.baseVal, 0, 0);
          let sum = 0;
          for (let i = 0; i < below.length; i += 4) sum += Math.abs(below[i] - over[i]);
          return sum / (below.length / 4);
        }"""
    )
    assert differing < 10  # grey levels; the two photos differ by their noise


def crosses(page):
    return page.locator(".linked path:first-child").evaluate_all(
        "(all) => all.map((one) => one.getAttribute('transform').match(/-?[\\d.]+/g).map(Number))"
    )


def test_a_cursor_lies_on_the_same_place_of_both_photos_by_mouse_and_by_keys(seen):
    frame = seen.locator(".picture").bounding_box()
    for share in (0.3, 0.8):  # over photo A, then over photo B
        seen.mouse.move(frame["x"] + frame["width"] * share, frame["y"] + frame["height"] * 0.5)
        one, other = crosses(seen)
        assert other[0] == pytest.approx(LARGER * one[0], abs=2)
        assert other[1] == pytest.approx(LARGER * one[1], abs=2)
    seen.keyboard.press("k")
    before = crosses(seen)[0]
    seen.keyboard.press("ArrowRight")
    seen.keyboard.press("ArrowUp")
    after = crosses(seen)[0]
    assert after[0] > before[0]
    assert after[1] < before[1]
    text = seen.locator("[data-cursor-text]")
    expect(text).to_have_attribute("aria-live", "polite")
    expect(text).to_contain_text(re.compile(r"\d+ % of the way from head to tail"))
    seen.keyboard.press("Escape")
    expect(text).to_be_empty()


def test_a_stretch_is_measured_in_rosettes_of_both_photos_by_keys(seen):
    seen.keyboard.press("k")
    seen.keyboard.press("y")
    expect(seen.locator("[data-cursor-text]")).to_contain_text("choose two places")
    for _ in range(4):
        seen.keyboard.press("ArrowRight")  # half a rosette each
    seen.keyboard.press("y")
    measured = re.findall(r"[\d.]+", seen.locator("[data-cursor-text]").text_content())
    assert [float(one) for one in measured] == pytest.approx([2, 2], abs=0.5)
    expect(seen.locator(".linked .measure:not([display])")).to_have_count(2)
    expect(seen.locator(".ruler text").first).to_have_text(re.compile(r"\d+ rosettes?"))


def test_a_section_is_one_key_away_and_the_marks_are_toggled(seen):
    flank = seen.locator(".sections table:has(a[data-key]) tr", has=seen.locator('a[data-key="3"]'))
    expect(flank.locator("td").first).to_have_text(re.compile(r"[1-9]"))
    seen.keyboard.press("2")
    seen.wait_for_url("**zoom=**")
    x = float(re.search(r"[?&]x=([\d.]+)", seen.url)[1])
    assert x < 0.45  # the animal looks left
    ring = seen.locator(".mark.agree").first
    expect(ring).to_be_visible()
    expect(ring).to_have_attribute("aria-label", re.compile("agrees"))
    seen.keyboard.press("r")
    expect(ring).to_be_hidden()
    seen.wait_for_url("**agree=0**")


def test_photos_change_in_place_and_the_look_stays(seen):
    first = seen.locator(".strip [aria-current=true] img").first.get_attribute("alt")
    seen.keyboard.press("Shift+T")
    seen.wait_for_url("**seen=infrared**")
    expect(seen.locator("svg.pane image[href$='look=infrared']")).to_have_count(2)
    seen.keyboard.press("q")
    current = seen.locator(".strip [aria-current=true] img").first
    expect(current).not_to_have_attribute("alt", first)
    assert "seen=infrared" in seen.url
    expect(seen.locator("svg.pane image[href$='look=infrared']")).to_have_count(2)


def test_the_strip_of_many_photos_stands_at_the_one_that_is_shown(page, site, pair):
    files = [
        (f"{view}.jpg", site.painted(1, view, (320, 160), f"2020:02:01 22:00:{view:02}"))
        for view in range(8)
    ]
    many = site.components[Intake].accept(files, Statements(station="Ridge", flank=Flank.LEFT))
    site.work()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address((pair[0], many.files[0].encounter_id)))
    last = page.locator(".strip").nth(1).locator("a").last.get_attribute("href")
    page.goto(last)
    shown = page.locator(".strip").nth(1).locator("[aria-current=true]")
    expect(shown).to_have_attribute("href", re.compile("."))
    left, right, scrolled, width = shown.evaluate(
        """one => {
          const strip = one.closest(".strip");
          const [own, box] = [one, strip].map((e) => e.getBoundingClientRect());
          return [own.left - box.left, box.right - own.right, strip.scrollLeft, box.width];
        }"""
    )
    assert scrolled > width / 2
    assert min(left, right) > -1


def test_on_a_tablet_the_photos_lie_below_each_other_and_stay_locked(seen):
    seen.set_viewport_size({"width": 820, "height": 1180})
    expect(seen.locator(".picture")).to_have_attribute("viewBox", "0 0 1000 1010")
    assert_locked(seen, (160, 80), (120, 60))


def test_the_browser_calculates_as_the_server_does(seen):
    rng = np.random.default_rng(3)
    grid = np.stack(np.meshgrid(np.linspace(0, 600, 17), np.linspace(0, 300, 9)), -1)
    mesh = Mesh(Box(10, 20, 330, 180), grid + rng.normal(0, 4, grid.shape), None)
    points = rng.uniform((-20, 0), (360, 200), (30, 2))
    found = seen.evaluate(
        """async ([mesh, points]) => {
          const { linked, back, matrix } = await import("/static/viewer/mesh.js");
          return points.map(([x, y]) => {
            const there = linked(mesh, x, y);
            return [there, back(mesh, ...there), matrix(mesh, x, y)];
          });
        }""",
        [
            {
                "box": [10, 20, 330, 180],
                "rows": 9,
                "columns": 17,
                "points": mesh.points.ravel().tolist(),
            },
            points.tolist(),
        ],
    )
    theirs = mesh(points)
    assert [one[0] for one in found] == [pytest.approx(list(p), abs=1e-6) for p in theirs]
    assert [one[1] for one in found] == [
        pytest.approx(list(p), abs=1e-6) for p in mesh.back(theirs)
    ]
    assert [one[2] for one in found] == [
        pytest.approx(mesh.matrix((float(x), float(y))), abs=1e-6) for x, y in points
    ]


def test_without_javascript_the_photos_are_locked_and_marked_by_the_server(plain_page, pair):
    plain_page.goto(address(pair, "&zoom=2&x=0.4&y=0.5"))
    assert_locked(plain_page, (128, 80))
    expect(plain_page.locator(".mark.agree").first).to_be_visible()
    plain_page.get_by_role("link", name="Shoulder", exact=True).click()
    expect(plain_page).to_have_url(re.compile(r"zoom=.*x="))
    plain_page.get_by_role("checkbox", name="agree").uncheck()
    plain_page.get_by_label("Seen").select_option("infrared")
    plain_page.get_by_role("button", name="Apply").click()
    expect(plain_page.locator(".mark.agree").first).to_be_hidden()
    expect(plain_page.locator("svg.pane image[href$='look=infrared']")).to_have_count(2)


def test_an_encounter_leads_to_another_one_beside_it(page, pair):
    page.goto(f"/encounters/{pair[0]}")
    page.keyboard.press("o")
    page.get_by_label("Encounter B").select_option(str(pair[1]))
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator("locked-viewer")).to_be_visible()


def test_nothing_hinders_a_screen_reader(seen):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(seen).response["violations"]
    assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == []
