"""The comparison page: what is drawn, how it moves, and what the keys decide."""

import re

import pytest
from playwright.sync_api import expect

from reid.types import Flank
from service.photos.intake import Intake
from service.photos.statements import Statements
from service.store import decisions
from service.store.database import Database
from service.store.decisions import NewDecision


@pytest.fixture
def query(site):
    """Two identities, and a waiting encounter of the first one."""
    site.encounter(1, day=1, named="Uma")
    site.encounter(2, day=2, named="Kali")
    return site.encounter(1, day=3, views=(1, 2))


@pytest.fixture
def compared(page, query):
    page.goto(f"/encounters/{query}")
    expect(page.locator(".evidence")).to_contain_text("Uma")
    expect(page.locator(".beside[data-account]")).to_be_visible()  # both encounters are compared
    return page


def views(page):
    """What each pane shows, relative to its annotation's box: left, top, width, height."""
    return page.evaluate(
        """() => [...document.querySelectorAll("svg.pane")].map((pane) => {
          const [x, y, w, h] = pane.getAttribute("viewBox").split(" ").map(Number);
          const [x0, y0, x1, y1] = pane.dataset.box.split(" ").map(Number);
          return [(x - x0) / (x1 - x0), (y - y0) / (y1 - y0), w / (x1 - x0), h / (y1 - y0)];
        })"""
    )


def lines(page, kind=""):
    """How many lines are drawn, or of a kind."""
    drawn = "(all) => all.filter((one) => one.getClientRects().length).length"
    return page.locator(f".bundle{kind and '.'}{kind} line").evaluate_all(drawn)


def marks(page):
    """How many ends of marks are drawn, without their lines."""
    return page.locator(".bundle :is(circle, rect)").count()


def test_the_strongest_candidate_is_stated_in_numbers_and_words(compared):
    evidence = compared.locator(".evidence")
    expect(evidence).to_contain_text("Candidate 1 of 2: Uma")
    expect(evidence).to_contain_text("weight of evidence")
    expect(evidence).to_contain_text("times more likely if")
    expect(
        compared.get_by_role("img", name=re.compile(r"this encounter, 1-3-[12]\.jpg beside"))
    ).to_be_visible()
    assert marks(compared) > 5


def test_lines_end_on_the_points_they_stand_for(compared):
    before = compared.locator(".pair line").first.evaluate("(one) => one.outerHTML")
    compared.locator(".picture").press("+")
    compared.locator(".picture").press("0")
    numbers = "(one) => ['x1','y1','x2','y2'].map((n) => Math.round(one.getAttribute(n)))"
    after = compared.locator(".pair line").first.evaluate(numbers)
    server = [
        round(float(before.split(f'{name}="')[1].split('"')[0]))
        for name in ("x1", "y1", "x2", "y2")
    ]
    assert after == pytest.approx(server, abs=1)


def test_zoom_and_pan_keep_both_photos_together(compared):
    whole = views(compared)
    picture = compared.locator(".picture")
    frame = picture.bounding_box()
    compared.mouse.move(frame["x"] + frame["width"] * 0.2, frame["y"] + frame["height"] * 0.6)
    compared.mouse.wheel(0, -400)
    compared.mouse.down()
    compared.mouse.move(frame["x"] + frame["width"] * 0.25, frame["y"] + frame["height"] * 0.5)
    compared.mouse.up()
    compared.keyboard.press("Shift+ArrowRight")
    compared.keyboard.press("+")
    left, right = views(compared)
    assert left == pytest.approx(right)
    assert left[2] < whole[0][2]
    compared.wait_for_url("**zoom=**")
    compared.reload()
    assert views(compared)[1] == pytest.approx(right, abs=0.01)
    compared.keyboard.press("0")
    assert views(compared) == [pytest.approx(one, abs=0.001) for one in whole]


def test_lines_and_kinds_are_toggled_and_stand_in_the_address(compared):
    assert lines(compared) == 0
    compared.keyboard.press("l")
    assert lines(compared) > 0
    compared.wait_for_url("**lines=1**")
    compared.reload()
    assert lines(compared) > 0
    compared.keyboard.press("r")
    assert (lines(compared, "rosette"), lines(compared, "rootsift") > 0) == (0, True)
    compared.keyboard.press("d")
    expect(compared.get_by_role("checkbox", name="Dots")).not_to_be_checked()


def test_places_that_differ_are_counted_and_toggled(compared):
    expect(compared.locator(".evidence")).to_contain_text("of it agrees, 0 places differ")
    compared.keyboard.press("x")
    expect(compared.get_by_role("checkbox", name="differ")).not_to_be_checked()
    compared.wait_for_url("**discrepancy=0**")
    expect(compared.locator(".bundle.discrepancy")).to_be_hidden()
    compared.keyboard.press("?")
    expect(compared.get_by_role("dialog")).to_contain_text("Differing places on or off")


def test_sliders_change_the_tone_of_both_photos(compared):
    compared.get_by_label("Brightness").fill("150")
    compared.keyboard.press("h")
    filtered = compared.locator("svg.pane image[filter]")
    expect(filtered).to_have_count(2)
    slope = compared.locator("#tone [type=linear]").first.get_attribute("slope")
    assert float(slope) == pytest.approx(1.5 * 1.1)
    compared.wait_for_url("**brightness=150&contrast=110**")
    compared.keyboard.press("z")
    expect(filtered).to_have_count(0)


def test_candidates_change_in_place_and_keep_the_look(compared):
    compared.keyboard.press("l")
    compared.wait_for_url("**lines=1**")
    compared.keyboard.press("j")
    expect(compared.locator(".evidence")).to_contain_text("Candidate 2 of 2: Kali")
    expect(compared.get_by_role("button", name="Same as Kali")).to_be_visible()
    assert "candidate=2" in compared.url
    expect(compared.get_by_role("checkbox", name="Lines")).to_be_checked()
    compared.keyboard.press("ArrowLeft")
    expect(compared.locator(".evidence")).to_contain_text("Candidate 1 of 2: Uma")


def test_a_decision_by_key_changes_the_catalogue_and_undo_changes_it_back(compared, site, query):
    compared.keyboard.press("s")
    expect(compared.get_by_role("status")).to_contain_text(
        "Recorded: same as Uma (weight of evidence"
    )
    expect(compared.locator(".history")).to_contain_text("anonymous")
    compared.keyboard.press("i")
    expect(compared.locator("li.card", has_text="Uma")).to_contain_text("2 encounters, 3 photos")
    compared.goto(f"/encounters/{query}")
    compared.keyboard.press("u")
    expect(compared.get_by_role("status")).to_contain_text("Withdrawn")
    expect(compared.locator("#heading .tag")).to_have_text("waiting")
    compared.keyboard.press("i")
    expect(compared.locator("li.card", has_text="Uma")).to_contain_text("1 encounter, 1 photo")


def test_a_new_identity_is_named_and_enter_confirms(compared, site):
    compared.keyboard.press("n")
    compared.keyboard.type("Nala")
    compared.keyboard.press("Enter")
    expect(compared.get_by_role("alert")).to_contain_text("takes this encounter for Uma")
    compared.keyboard.press("Shift+Y")
    expect(compared.get_by_role("status")).to_contain_text("Recorded: new identity Nala")


def test_enter_in_the_note_decides_nothing(compared):
    compared.keyboard.press("m")
    compared.get_by_label("Note to this decision").fill("left ear torn")
    compared.keyboard.press("Enter")
    expect(compared.locator("#heading .tag")).to_have_text("waiting")
    expect(compared.get_by_text("No decision yet.")).to_be_visible()


def test_cannot_tell_leads_on_to_the_next_encounter(compared, site):
    other = site.encounter(3, day=4)
    compared.reload()
    compared.keyboard.press("c")
    expect(compared.get_by_role("status")).to_contain_text("Recorded: cannot tell")
    compared.wait_for_load_state()  # keys answer from then on
    compared.keyboard.press("e")
    expect(compared).to_have_url(f"{site.url}/encounters/{other}")


def test_a_decision_on_an_old_page_is_refused(compared, site, query):
    with site.components[Database].write() as connection:
        decisions.add(connection, query, NewDecision("cannot_tell", reviewer="kd"))
    compared.keyboard.press("s")
    expect(compared.get_by_role("alert")).to_contain_text("Somebody decided meanwhile")
    expect(compared.locator(".history")).to_contain_text("kd")
    compared.complaints.clear()  # the browser reports the 409 as an error


def test_photos_that_are_still_embedded_renew_the_page(page, site):
    site.encounter(1, day=1, named="Uma")
    photo = site.photo(1, view=1, day=5)
    upload = site.components[Intake].accept(
        [("q.jpg", photo["buffer"])], Statements(station="Ridge", flank=Flank.LEFT)
    )
    page.goto(f"/encounters/{upload.files[0].encounter_id}")
    expect(page.locator("#messages")).to_contain_text("1 photo is still being analysed")
    site.work()
    expect(page.locator(".evidence")).to_contain_text("Candidate 1 of 1: Uma")
    expect(page.locator("#messages")).not_to_contain_text("analysed")


def waiting(route):
    """Let the server's page say that it waits for something."""
    answer = route.fetch()
    route.fulfill(
        response=answer,
        body=answer.text().replace(
            'id="messages" data-live', 'id="messages" data-live data-refresh="0.5"'
        ),
    )


def test_what_a_key_brings_in_is_renewed_too(compared):
    compared.route("**/*candidate=2*", waiting, times=1)
    compared.keyboard.press("j")
    expect(compared.locator(".evidence a").first).to_have_text("Kali")
    expect(compared.locator("#messages[data-refresh]")).to_have_count(1)
    expect(compared.locator("#messages[data-refresh]")).to_have_count(0)


def test_a_late_renewal_does_not_bring_back_what_was_looked_at_before(page, query):
    address = f"/encounters/{query}"
    held = []
    page.route(f"**{address}", lambda route: held.append(route))
    page.route(f"**{address}", waiting, times=1)
    page.goto(address)
    while not held:  # the first renewal
        page.wait_for_timeout(50)
    page.keyboard.press("j")
    expect(page.locator(".evidence a").first).to_have_text("Kali")
    held[0].fulfill(body=held[0].fetch().text(), content_type="text/html")
    page.wait_for_timeout(300)
    expect(page.locator(".evidence a").first).to_have_text("Kali")


def test_with_an_empty_catalogue_the_first_decision_is_a_new_identity(page, site):
    number = site.encounter(1, day=1)
    page.goto(f"/encounters/{number}")
    expect(page.locator(".evidence")).to_contain_text("no identity to compare with yet")
    expect(page.get_by_role("button", name="Same as")).to_have_count(0)
    page.get_by_role("button", name="New identity").click()
    expect(page.get_by_role("status")).to_contain_text("Recorded: new identity L001")


def test_without_javascript_lines_are_drawn_and_a_decision_can_be_made_and_undone(
    plain_page, query
):
    plain_page.goto(f"/encounters/{query}")
    assert (lines(plain_page), marks(plain_page) > 5) == (0, True)
    plain_page.get_by_role("checkbox", name="Lines").check()
    plain_page.get_by_label("Brightness").fill("150")
    plain_page.get_by_role("button", name="Apply").click()
    assert lines(plain_page) > 5
    expect(plain_page.locator("svg.pane image[filter]")).to_have_count(2)
    plain_page.locator(".strip").get_by_role("link", name="Kali").click()
    plain_page.get_by_role("button", name="Same as Kali").click()
    expect(plain_page.get_by_role("status")).to_contain_text("Recorded: same as Kali")
    plain_page.get_by_role("button", name="Undo").click()
    expect(plain_page.get_by_role("status")).to_contain_text("Withdrawn")
