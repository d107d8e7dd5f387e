"""Rows of chosen photos: folders, a table, boxes and clocks before anything is sent."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

ROW = ".photo-row"
TABLE = (
    b"file_name,station,camera,flank,x,y,width,height\n"
    b"1-1-0.jpg,Ridge,cam 1,left,10,20,200,100\n"
    b"2-2-0.jpg,Gorge,cam 2,right,,,,\n"
    b"9.jpg,Nowhere,,backwards,,,,\n"
)


@pytest.fixture
def card(site, tmp_path):
    """A card of two stations with folders as cameras make them; three photos."""
    for folder, animal, day in (
        ("Ridge/cam 1", 1, 1),
        ("Ridge/cam 2", 2, 2),
        ("Gorge/cam 3", 3, 3),
    ):
        place = tmp_path / "card" / folder / "DCIM" / "100RECNX"
        place.mkdir(parents=True)
        photo = site.photo(animal, day=day)
        (place / photo["name"]).write_bytes(photo["buffer"])
        (place / f"._{photo['name']}").write_bytes(b"of a Mac")
    return tmp_path / "card"


def send(page, files):
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("[data-status]")).to_contain_text(f"{files} of {files} sent")


def photo(page, row):
    """What the API knows of the photo in a row of the report."""
    number = page.evaluate(
        "async () => (await (await fetch('/api/v1/uploads/1')).json()).files.map(f => f.photo_id)"
    )[row]
    return page.evaluate(f"async () => (await fetch('/api/v1/photos/{number}')).json()")


def test_three_files_of_two_stations_are_one_upload_by_their_folders(page, site, card):
    page.goto("/upload")
    page.get_by_label("A whole folder").set_input_files(card)
    expect(page.locator(ROW)).to_have_count(3)
    expect(page.locator("[data-chosen-count]")).to_have_text("Photos: 3, stations: 2.")
    expect(page.locator(".photo-row", has_text="Gorge/cam 3")).to_contain_text(
        "2020-01-03 22:00:00 by the file"
    )
    send(page, 3)
    upload = page.evaluate("async () => (await fetch('/api/v1/uploads/1')).json()")
    found = {(one["station"], one["camera"]) for one in upload["files"]}
    assert found == {("Ridge", "cam 1"), ("Ridge", "cam 2"), ("Gorge", "cam 3")}
    expect(page.locator("[data-status]")).to_contain_text("you may close this page")
    site.work()
    expect(page.locator("[data-status]")).to_contain_text("3 of 3 ready. Finished.")


def test_what_is_missing_is_said_and_each_row_may_say_something_else(page, site):
    page.goto("/upload")
    files = [site.photo(1), site.photo(2, day=2), site.photo(3, day=3)]
    page.get_by_label("Choose photos").set_input_files(files)
    expect(page.locator("[data-chosen-count]")).to_contain_text("Without a station: 3.")
    expect(page.locator(ROW).first).to_contain_text("no station!")
    page.get_by_label("Station (optional)").fill("Ridge")
    page.get_by_label("Flank seen").select_option("left")
    page.get_by_label("Station of 2-2-0.jpg").fill("Gorge")
    page.get_by_label("Flank of 2-2-0.jpg").select_option("right")
    page.get_by_role("button", name="Leave out 3-3-0.jpg").click()
    expect(page.locator("[data-chosen-count]")).to_have_text("Photos: 2, stations: 2.")
    expect(page.get_by_text("no station!")).to_have_count(2)
    assert not page.get_by_text("no station!").first.is_visible()
    send(page, 2)
    first, second = photo(page, 0), photo(page, 1)
    if first["photo"]["station"] == "Gorge":
        first, second = second, first
    assert (first["photo"]["station"], first["annotations"][0]["flank"]) == ("Ridge", "left")
    assert (second["photo"]["station"], second["annotations"][0]["flank"]) == ("Gorge", "right")


def test_a_table_fills_the_rows_and_says_what_it_cannot_use(page, site):
    page.goto("/upload")
    page.get_by_label("Choose photos").set_input_files([site.photo(1), site.photo(2, day=2)])
    table = {"name": "photos.csv", "mimeType": "text/csv", "buffer": TABLE}
    page.get_by_label("Table (CSV)").set_input_files([table])
    words = page.locator("[data-table-words]")
    expect(words).to_contain_text("Lines read: 2")
    expect(words).to_contain_text("line 4: backwards is no flank")
    expect(page.locator("[data-chosen-count]")).to_have_text("Photos: 2, stations: 2.")
    expect(page.locator(ROW, has_text="1-1-0.jpg")).to_contain_text("Box: 10 20 210 120")
    send(page, 2)
    kept = sorted((photo(page, 0), photo(page, 1)), key=lambda one: one["photo"]["file_name"])
    assert [one["photo"]["station"] for one in kept] == ["Ridge", "Gorge"]
    assert [one["annotations"][0]["flank"] for one in kept] == ["left", "right"]
    assert kept[0]["annotations"][0]["box"] == [10, 20, 210, 120]


def test_a_table_that_is_still_read_is_waited_for(page, site):
    page.route("**/photo-tables", lambda route: (page.wait_for_timeout(500), route.continue_()))
    page.goto("/upload")
    page.get_by_label("Choose photos").set_input_files([site.photo(1), site.photo(2, day=2)])
    table = {"name": "photos.csv", "mimeType": "text/csv", "buffer": TABLE}
    page.get_by_label("Table (CSV)").set_input_files([table])
    send(page, 2)
    stations = {photo(page, row)["photo"]["station"] for row in (0, 1)}
    assert stations == {"Ridge", "Gorge"}


def test_nothing_is_sent_without_a_table_that_cannot_be_read(page, site):
    page.goto("/upload")
    page.get_by_label("Choose photos").set_input_files([site.photo(1)])
    table = {"name": "photos.csv", "mimeType": "text/csv", "buffer": b"no, columns\n1,2\n"}
    page.get_by_label("Table (CSV)").set_input_files([table])
    expect(page.locator("[data-table-words]")).not_to_be_empty()
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_label("Table (CSV)")).to_be_focused()
    expect(page.locator(ROW)).to_have_count(1)
    assert page.request.get("/api/v1/uploads/1").status == 404
    page.complaints.clear()  # the browser reports the refused table itself as an error


def test_a_flank_is_corrected_after_sending(page, site):
    page.goto("/upload")
    page.get_by_label("Choose photos").set_input_files([site.photo(1)])
    page.get_by_label("Station (optional)").fill("Ridge")
    page.get_by_label("Flank seen").select_option("right")
    send(page, 1)
    site.work()
    expect(page.locator("[data-status]")).to_contain_text("Finished")
    page.goto("/uploads/1")
    page.get_by_role("link", name="1-1-0.jpg").click()
    page.get_by_label("The whole photo: Flank").select_option("left")
    with page.expect_navigation():
        page.get_by_role("button", name="Save the boxes").click()
    expect(page.locator(".timeline")).to_contain_text("flank: right → left")


def test_boxes_are_drawn_before_sending_and_each_is_an_animal(page, site):
    frame = site.painted(1, 0, size=(1280, 720), taken="2020:01:01 22:00:00")
    page.goto("/upload")
    page.get_by_label("Choose photos").set_input_files(
        [{"name": "frame.jpg", "mimeType": "image/jpeg", "buffer": frame}]
    )
    page.get_by_role("button", name="Boxes of frame.jpg").click()
    dialog = page.locator("dialog[data-boxes]")
    dialog.get_by_role("button", name="Add a box").click()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    dialog.get_by_role("button", name="Add a box").click()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(page.locator(ROW)).to_contain_text("Boxes: 2")
    send(page, 1)
    expect(page.locator("[data-rows]")).to_contain_text("Encounter")
    page.wait_for_function(
        "async () => { const u = await (await fetch('/api/v1/uploads/1')).json();"
        " const p = await (await fetch('/api/v1/photos/' + u.files[0].photo_id)).json();"
        " return p.annotations.length === 2 }"
    )
    boxes = sorted(one["box"] for one in photo(page, 0)["annotations"])
    for box, corners in zip(boxes, ([188, 252, 572, 468], [708, 252, 1092, 468]), strict=True):
        assert all(abs(side - other) < 3 for side, other in zip(box, corners, strict=True))


def test_the_clock_of_a_camera_is_corrected_with_the_upload_and_can_be_undone(page, site):
    page.goto("/upload")
    page.get_by_label("Choose photos").set_input_files([site.photo(1), site.photo(2, day=2)])
    page.get_by_label("Station (optional)").fill("Ridge")
    page.get_by_label("Camera (optional)").fill("cam 1")
    page.get_by_text("clock was wrong").click()
    page.get_by_label("Clock error of Ridge, cam 1").fill("+1 0:30")
    expect(page.locator(ROW).first).to_contain_text("2020-01-02 22:30:00 corrected")
    send(page, 2)
    expect(page.locator("[data-clock-notes]")).to_contain_text(
        "Clock of Ridge, cam 1 corrected, photos: 2."
    )
    expect(page.locator("[data-rows]")).to_contain_text("2020-01-01 22:00:00 → 2020-01-02 22:30:00")
    kept = sorted(photo(page, row)["photo"]["captured_at"] for row in (0, 1))
    assert kept == ["2020-01-02T22:30:00", "2020-01-03T22:30:00"]
    clocks = page.evaluate("async () => (await fetch('/api/v1/clocks')).json()")
    assert [one["error"]["offset_s"] for one in clocks] == [88200]


def test_a_file_whose_answer_was_none_of_ours_is_sent_again_by_its_button(page, site):
    page.goto("/upload")
    page.get_by_label("Choose photos").set_input_files([site.photo(1), site.photo(2, day=2)])
    broken = {"status": 500, "body": "of a proxy"}
    page.route("**/api/v1/photos", lambda route: route.fulfill(**broken), times=1)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("[data-rows] tr").first).to_contain_text("The service answered 500")
    page.get_by_role("button", name="Send it again").click()
    expect(page.locator("[data-status]")).to_contain_text("2 of 2 sent, 0 of 2 ready.")
    upload = page.evaluate("async () => (await fetch('/api/v1/uploads/1')).json()")
    assert sorted(one["file_name"] for one in upload["files"]) == ["1-1-0.jpg", "2-2-0.jpg"]
    page.complaints.clear()  # the browser reports the answer as an error


def test_refused_files_stand_first(page, site):
    broken = {"name": "broken.jpg", "mimeType": "image/jpeg", "buffer": b"not a photo"}
    page.goto("/upload")
    page.get_by_label("Choose photos").set_input_files([site.photo(1), site.photo(2), broken])
    send(page, 3)
    expect(page.locator("[data-rows] tr").first).to_contain_text("broken.jpg")
    page.complaints.clear()  # the browser reports the refusal, a 422, as an error


def test_without_javascript_a_table_comes_with_the_photos(plain_page, site):
    page = plain_page
    page.goto("/upload")
    page.get_by_label("Choose photos").set_input_files([site.photo(1), site.photo(2, day=2)])
    table = {"name": "photos.csv", "mimeType": "text/csv", "buffer": TABLE}
    page.get_by_label("Table (CSV)").set_input_files([table])
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Upload 1")
    page.get_by_role("link", name="2-2-0.jpg").click()
    expect(page.get_by_text("Gorge", exact=True)).to_be_visible()


def test_axe_finds_nothing_serious_among_the_rows(page, site, card):
    page.goto("/upload")
    page.get_by_label("A whole folder").set_input_files(card)
    page.get_by_text("clock was wrong").click()
    assert findings(page) == []


def findings(page):
    violations = Axe().run(page).response["violations"]
    bad = [one for one in violations if one["impact"] in {"serious", "critical"}]
    return [(one["id"], one["nodes"][0]["html"]) for one in bad]
