"""Upload from the page: chosen files, dropped files, broken files, progress, no JavaScript."""

import base64

from playwright.sync_api import expect

BROKEN = {"name": "broken.jpg", "mimeType": "image/jpeg", "buffer": b"not a photo"}


def choose(page, *files):
    page.goto("/upload")
    page.get_by_label("Choose photos").set_input_files(list(files))


def test_chosen_files_are_sent_and_their_embedding_is_followed(page, site):
    choose(page, site.photo(1), site.photo(2, day=2))
    page.get_by_label("Station (optional)").fill("Ridge")
    page.get_by_label("Flank seen").select_option("left")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("s")
    status = page.locator("[data-status]")
    expect(status).to_contain_text("2 of 2 sent, 0 of 2 ready")
    expect(page.locator("[data-sent]")).to_have_js_property("value", 2)
    expect(page.locator("[data-embedded]")).to_have_js_property("value", 0)
    site.work()
    expect(status).to_contain_text("2 of 2 ready. Finished.")
    expect(page.locator("[data-rows] .tag.embedded")).to_have_count(2)
    status.get_by_role("link", name="Go to the waiting encounters").click()
    expect(page.locator(".encounter-row")).to_have_count(2)
    expect(page.locator(".encounter-row").first).to_contain_text("Ridge")


DROP = """([name, data]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
  const at = document.querySelector("main");
  for (const kind of ["dragover", "drop"])
    at.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true }));
}"""


def drop(page, photo):
    page.evaluate(DROP, [photo["name"], base64.b64encode(photo["buffer"]).decode()])


def test_files_dropped_anywhere_on_the_page_are_chosen_and_sent_by_the_button(page, site):
    page.goto("/")
    drop(page, site.photo(1))
    drop(page, site.photo(2))
    expect(page.locator("input[name=files]")).to_have_js_property("files.length", 2)
    expect(page.locator("[data-report]")).to_be_hidden()
    page.get_by_label("Station (optional)").fill("Ridge")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("[data-status]")).to_contain_text("2 of 2 sent")
    expect(page.locator("[data-rows]")).to_contain_text("1-1-0.jpg")
    page.goto("/encounters")
    expect(page.locator(".encounter-row").first).to_contain_text("Ridge")


def test_a_broken_file_has_a_row_that_says_what_to_do(page, site):
    choose(page, BROKEN, site.photo(1))
    page.get_by_role("button", name="Upload").click()
    row = page.locator("[data-rows] tr", has_text="broken.jpg")
    expect(row).to_contain_text("refused")
    expect(row).to_contain_text("Copy it again from the card")
    expect(page.locator("[data-rows] tr", has_text="1-1-0.jpg")).to_contain_text("Encounter")
    page.complaints.clear()  # the browser reports the refusal, a 422, as an error


def test_a_photo_sent_twice_is_known_already(page, site):
    for _ in range(2):
        choose(page, site.photo(1))
        page.get_by_role("button", name="Upload").click()
        expect(page.locator("[data-status]")).to_contain_text("1 of 1 sent")
    expect(page.locator("[data-rows]")).to_contain_text("was known already")


def test_without_javascript_the_form_posts_and_reports(plain_page, site):
    choose(plain_page, site.photo(1), BROKEN)
    plain_page.get_by_label("Station (optional)").fill("Ridge")
    plain_page.get_by_role("button", name="Upload").click()
    expect(plain_page.get_by_role("heading", level=1)).to_have_text("Upload 1")
    expect(plain_page.get_by_role("status")).to_contain_text("1 photo kept, 0 of 1 ready")
    expect(plain_page.locator("tr", has_text="broken.jpg")).to_contain_text("refused")
    assert plain_page.locator("meta[http-equiv=refresh]").count() == 1
    site.work()
    plain_page.reload()
    expect(plain_page.get_by_role("status")).to_contain_text("1 of 1 ready")
