"""Boxes on the photo's page: drawn, moved, resized and removed by mouse, finger and keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from service.photos.intake import Intake
from service.photos.statements import Statements
from service.store import corrections, photos
from service.store.database import Database

SIZE = (1280, 720)
BOX = ".canvas .box"


@pytest.fixture
def frame(site):
    """A full frame without a box; returns its id."""
    return kept(site, ())


def kept(site, boxes, name="frame.jpg"):
    data = site.painted(1, len(boxes), size=SIZE, taken="2020:01:01 22:00:00")
    statements = Statements(station="Ridge", boxes=boxes)
    upload = site.components[Intake].accept([(name, data)], statements)
    site.work()
    return upload.files[0].photo_id


def animals(site, photo_id):
    with site.components[Database].read() as connection:
        every = photos.annotations_of(connection, photo_id)
    return [one for one in every if not one.withdrawn]


def boxes(site, photo_id):
    return [(b.x0, b.y0, b.x1, b.y1) for b in (one.box for one in animals(site, photo_id)) if b]


def screen(page, x, y):
    """Where a pixel of the photo is on the screen."""
    place = page.locator(".canvas").bounding_box()
    scale = min(place["width"] / SIZE[0], place["height"] / SIZE[1])
    left = place["x"] + (place["width"] - scale * SIZE[0]) / 2
    top = place["y"] + (place["height"] - scale * SIZE[1]) / 2
    return left + x * scale, top + y * scale


def drag(page, *places):
    page.locator(".canvas").evaluate("canvas => canvas.scrollIntoView()")
    page.mouse.move(*screen(page, *places[0]))
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*screen(page, *place), steps=4)
    page.mouse.up()


def save(page):
    with page.expect_navigation():
        page.get_by_role("button", name="Save the boxes").click()
    expect(page.locator("[data-count]")).to_have_text("Everything is saved.")


def near(box, corners, by=3):
    return all(abs(one - other) <= by for one, other in zip(box, corners, strict=True))


def test_boxes_are_drawn_moved_resized_and_removed_with_the_mouse(page, site, frame):
    page.goto(f"/photos/{frame}")
    drag(page, (100, 100), (500, 400))
    drag(page, (700, 200), (1100, 500))
    expect(page.locator(BOX)).to_have_count(2)
    expect(page.locator("[data-count]")).to_have_text("Not saved yet: 2")
    assert boxes(site, frame) == []
    save(page)
    first, second = boxes(site, frame)
    assert near(first, (100, 100, 500, 400)) and near(second, (700, 200, 1100, 500))
    drag(page, (300, 250), (350, 300))
    drag(page, (550, 450), (600, 500))
    save(page)
    assert near(boxes(site, frame)[0], (150, 150, 600, 500))
    page.get_by_role("button", name="Remove Box 2").click()
    save(page)
    assert len(boxes(site, frame)) == 1
    page.get_by_role("button", name="Undo correction", exact=False).first.click()
    expect(page.locator(BOX)).to_have_count(2)


def test_boxes_are_added_moved_resized_and_removed_with_the_keyboard(page, site, frame):
    page.goto(f"/photos/{frame}")
    page.keyboard.press("a")
    expect(page.locator(BOX)).to_be_focused()
    for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown"):
        for _ in range(5):
            page.keyboard.press(key)
    page.keyboard.press("s")
    expect(page.locator("[data-count]")).to_have_text("Everything is saved.")
    (box,) = boxes(site, frame)
    assert near(box, (448 - 64, 252 - 64, 832, 468), by=5)
    page.locator(BOX).focus()
    page.keyboard.press("Delete")
    expect(page.locator(BOX)).to_have_count(0)
    expect(page.locator("[data-add]")).to_be_focused()
    page.keyboard.press("s")
    expect(page.locator("[data-count]")).to_have_text("Everything is saved.")
    assert animals(site, frame) == []


def test_a_box_stays_inside_its_photo(page, site, frame):
    page.goto(f"/photos/{frame}")
    drag(page, (1000, 500), (1279, 719))
    drag(page, (1150, 620), (1279, 719))
    save(page)
    (box,) = boxes(site, frame)
    assert near(box, (1001, 501, 1280, 720), by=4) and box[2] <= 1280 and box[3] <= 720


def test_each_box_has_a_flank_and_a_viewpoint_of_its_own(page, site):
    photo = kept(site, ("100 100 500 400",))
    page.goto(f"/photos/{photo}")
    drag(page, (700, 200), (1100, 500))
    page.get_by_label("Box 1: Flank").select_option("left")
    page.get_by_label("Box 2: Flank").select_option("right")
    page.get_by_label("Box 2: Seen from").select_option("backright")
    expect(page.get_by_label("Box 2: Seen from")).to_be_focused()
    save(page)
    first, second = animals(site, photo)
    assert (first.flank, second.flank) == ("left", "right")
    assert second.stated_viewpoint == "backright"
    site.work()
    page.reload()
    page.get_by_label("Box 1: Flank").select_option("right")
    save(page)
    assert animals(site, photo)[0].flank == "right"
    expect(page.locator(".timeline")).to_contain_text("flank: left → right")


def test_what_the_finder_proposed_is_marked_until_a_person_touches_it(page, site):
    photo = kept(site, ("100 100 500 400",))
    (animal,) = animals(site, photo)
    with site.components[Database].write() as connection:
        photos.propose_box(connection, animal.id, animal.box)
    page.goto(f"/photos/{photo}")
    expect(page.locator(".box.proposed")).to_have_count(1)
    row = page.locator(".box-rows li")
    expect(row).to_contain_text("proposed by the animal finder")
    row.get_by_role("button", name="The box is right").click()
    expect(page.locator(".box.proposed")).to_have_count(0)
    save(page)
    assert not animals(site, photo)[0].proposed
    expect(page.locator(".timeline")).to_contain_text("box confirmed")


def test_what_somebody_else_corrected_meanwhile_is_not_overwritten(page, site):
    photo = kept(site, ("100 100 500 400",))
    page.goto(f"/photos/{photo}")
    page.get_by_label("Box 1: Flank").select_option("left")
    with site.components[Database].write() as connection:
        value = corrections.CorrectedValue("notes", None, "x", photo_id=photo)
        corrections.record(connection, kind="stated", person="B", reason="", values=[value])
    page.get_by_role("button", name="Save the boxes").click()
    expect(page.locator("[data-problem]")).to_contain_text("somebody corrected this photo")
    assert animals(site, photo)[0].flank == "unknown"
    page.complaints.clear()  # the browser reports the refusal, a 409, as an error


def test_a_finger_draws_and_moves_a_box(browser, site, frame):
    context = browser.new_context(
        base_url=site.url, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(f"/photos/{frame}")
    page.get_by_role("button", name="Draw with a finger").click()
    page.locator(".canvas").scroll_into_view_if_needed()
    finger(page, (200, 150), (800, 550))
    expect(page.locator(BOX)).to_have_count(1)
    finger(page, (500, 350), (600, 400))
    save(page)
    assert near(boxes(site, frame)[0], (300, 200, 900, 600), by=12)
    context.close()


def finger(page, start, end):
    session = page.context.new_cdp_session(page)

    def touch(kind, *points):
        places = [dict(zip("xy", screen(page, *point), strict=True)) for point in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    touch("touchStart", start)
    for step in range(1, 6):
        share = step / 5
        touch("touchMove", [one + share * (two - one) for one, two in zip(start, end, strict=True)])
    touch("touchEnd")


def test_without_javascript_the_number_fields_are_there(plain_page, site, frame):
    plain_page.goto(f"/photos/{frame}")
    plain_page.get_by_text("Correct this animal in the photo").click()
    form = plain_page.locator("form[data-box]").first
    for name, value in (("left", "100"), ("top", "100"), ("right", "500"), ("bottom", "400")):
        form.get_by_label(f"Box: {name}").fill(value)
    form.get_by_role("button", name="Save").click()
    assert boxes(site, frame) == [(100, 100, 500, 400)]


def test_axe_finds_nothing_serious_in_the_editor(page, site, frame):
    page.goto(f"/photos/{frame}")
    drag(page, (100, 100), (500, 400))
    violations = Axe().run(page).response["violations"]
    bad = [one for one in violations if one["impact"] in {"serious", "critical"}]
    assert [(one["id"], one["nodes"][0]["html"]) for one in bad] == []


def test_the_photos_of_an_upload_get_their_boxes_one_after_the_other_by_keys(page, site):
    files = [
        (f"{n}.jpg", site.painted(n, n, size=SIZE, taken=f"2020:01:0{n} 22:00:00")) for n in (1, 2)
    ]
    upload = site.components[Intake].accept(files, Statements(station="Ridge"))
    site.work()
    page.goto(f"/uploads/{upload.id}")
    page.keyboard.press("b")
    for number in (1, 2):
        expect(page.get_by_role("heading", level=1)).to_have_text(f"{number}.jpg")
        page.wait_for_load_state()  # keys work once the modules have run
        page.keyboard.press("a")
        expect(page.locator(BOX)).to_be_focused()
        with page.expect_navigation():
            page.keyboard.press("s")
        expect(page.locator("[data-count]")).to_have_text("Everything is saved.")
        page.keyboard.press("e")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Upload {upload.id}")
    assert all(len(boxes(site, file.photo_id)) == 1 for file in upload.files)
