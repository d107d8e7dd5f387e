"""Two encounters side by side: what the page says, and what the blind are not told."""

import re
from itertools import pairwise

import pytest

from reid.types import Flank
from service.encounters.pair_evidence import PairEvidence
from service.encounters.pair_view import pair_view
from service.photos.intake import Intake
from service.photos.statements import Statements
from service.recognition.engine import Engine
from service.store import decisions
from service.store.database import Database
from service.store.decisions import NewDecision
from service.viewer.look import PairLook, parse_pair
from service.viewer.overlay import Overlays
from service.web.page import templates


@pytest.fixture
def encounter(app, client, painted, work):
    """encounter(animal, day) -> number of an embedded encounter."""
    components = app.state.components

    def make(animal, day, *, views=(0,), flank="left", size=(320, 160), named=""):
        files = [
            (
                f"{animal}-{day}-{v}.jpg",
                painted(animal, 100 * day + v, size, f"2020:01:{day:02} 22:00:{v:02}"),
            )
            for v in views
        ]
        upload = components[Intake].accept(files, Statements(station="Ridge", flank=Flank(flank)))
        work()
        number = upload.files[0].encounter_id
        if named:
            with components[Database].write() as connection:
                decisions.add(connection, number, NewDecision("new", name=named))
        return number

    return make


def shown(app, one, other, look=None, *, blind=False):
    components = app.state.components
    needs = [components[kind] for kind in (Database, Engine, PairEvidence, Overlays)]
    return pair_view(*needs, one, other, look or PairLook(), blind=blind)


def rendered(view):
    return templates.env.get_template("viewer/_pair.html").render(pair=view)


def test_the_llr_its_bound_and_the_verdict_are_in_words_and_number(client, encounter):
    a, b = encounter(1, 1), encounter(1, 2)
    page = client.get("/compare", params={"one": a, "other": b}).text
    assert "2.3 and +2.3; 0 says nothing" in page
    assert "times more likely if both are the same leopard" in page
    assert re.search(r'aria-label="weight of evidence \+\d.\d on a scale from minus 2.3', page)


def test_the_pair_that_agrees_most_comes_first_and_any_other_on_demand(app, encounter):
    a, b = encounter(1, 1, views=(0, 1)), encounter(1, 2, views=(0, 1))
    best = app.state.components[PairEvidence].between(a, b).best.annotations
    view = shown(app, a, b)
    assert (
        view.one.shown.reference.annotation.id,
        view.other.shown.reference.annotation.id,
    ) == best
    asked = next(photo.reference.annotation.id for photo in view.other.photos if not photo.current)
    assert shown(app, a, b, PairLook(b=asked)).other.shown.reference.annotation.id == asked


def test_marks_are_rings_with_a_section_and_the_table_counts_them(app, encounter):
    view = shown(app, encounter(1, 1), encounter(1, 2))
    marks = view.picture.marks
    assert view.agreeing > len(marks) > 5
    assert all(mark.kind == "agree" and mark.section for mark in marks)
    assert sum(row.agree for row in view.sections) == view.agreeing
    assert [row.key for row in view.sections] == [1, 2, 3, 4, 5, 6]
    every = shown(app, view.one.number, view.other.number, PairLook(every=True))
    assert len(every.picture.marks) == view.agreeing
    page = rendered(view)
    assert page.count('class="mark agree"') == 2 * len(marks)
    assert all(f"<title>{mark.name}</title>" in page for mark in marks)


def test_rings_leave_room_for_each_other(app, encounter):
    view = shown(app, encounter(1, 1), encounter(1, 2))
    places = sorted(mark.photo0 for mark in view.picture.marks)
    apart = [abs(p[0] - q[0]) + abs(p[1] - q[1]) for p, q in pairwise(places)]
    assert min(apart) > view.picture.marks[0].radius0


def test_other_flanks_are_shown_and_not_laid_over(app, encounter):
    view = shown(app, encounter(1, 1), encounter(1, 2, flank="right"))
    assert view.evidence.says.evidence.verdict == "not comparable"
    assert "different flanks" in view.laid
    assert view.picture.marks == ()


@pytest.mark.parametrize("other", [1, 2])
def test_the_blind_are_told_nothing_by_words_marks_or_names(app, encounter, other):
    a = encounter(1, 1, views=(0, 1), named="Uma")
    b = encounter(other, 2, views=(0, 1), named="Kali")
    view = shown(app, a, b, blind=True)
    assert (view.evidence, view.picture.marks, view.agreeing, view.account) == (None, (), 0, None)
    page = rendered(view)
    for told in (
        "llr",
        "weight of",
        "same",
        "Uma",
        "Kali",
        ".jpg",
        "agree",
        "differ",
        "mark ",
        "identit",
    ):
        assert told not in page.replace("machine and others say", ""), told


def test_the_blind_see_the_same_page_whether_the_rosettes_agree_or_not(app, encounter):
    a, same, other = (encounter(n, day) for n, day in ((1, 1), (1, 2), (2, 3)))
    pages = [rendered(shown(app, a, one, blind=True)) for one in (same, other)]
    own = r'[0-9a-f]{64}|2 Jan|3 Jan|data-annotation="\d+"|/\d+/crop|b=\d+|"photo\d+"'
    plain = [re.sub(own, "", page) for page in pages]
    meshes = [re.search(r'data-mesh="([^"]+)"', page)[1] for page in pages]
    assert meshes[0] == meshes[1]
    spacing = r'data-spacings="[^"]+"|data-ruler="1".*?</g>'
    first, second = (re.sub(spacing, "", page, flags=re.DOTALL) for page in plain)
    assert first == second


def test_the_blind_see_photos_of_one_flank_and_the_best_ones_first(app, encounter):
    a = encounter(1, 1, views=(0,), flank="left")
    b = encounter(1, 1, views=(1,), flank="right", size=(200, 100))
    c = encounter(1, 2, views=(2,), flank="left")
    assert a == b  # one encounter of two flanks
    view = shown(app, a, c, blind=True)
    assert view.one.shown.reference.annotation.flank == "left"


def test_a_look_survives_its_own_address_and_keeps_what_else_is_in_it():
    look = PairLook("/reviews/4", (("queue", "mine"),), a=3, overlay=True, fade=80, seen="infrared")
    path, query = look.url(zoom=2.5).split("?")
    values = dict(part.split("=") for part in query.split("&"))
    assert values.pop("queue") == "mine"
    again = parse_pair(values, path=path, keep=(("queue", "mine"),))
    assert again.url() == look.url(zoom=2.5)
    assert parse_pair({"fade": "x", "seen": "x-ray", "zoom": "-3"}) == PairLook()


def test_an_encounter_is_not_compared_with_itself(client, encounter):
    a = encounter(1, 1)
    answer = client.get("/compare", params={"one": a, "other": a}, headers={"accept": "text/html"})
    assert answer.status_code == 422
    assert "choose two different ones" in answer.text


def test_one_encounter_alone_asks_for_the_other(client, encounter):
    a = encounter(1, 1)
    page = client.get("/compare", params={"one": a}).text
    assert re.search(rf'<option value="{a}" selected>', page)
    assert client.get("/compare?one=999").status_code == 404


def test_a_photo_may_be_seen_as_the_network_does_or_as_if_by_infra_red(app, client, encounter):
    view = shown(app, encounter(1, 1), encounter(1, 2), PairLook(seen="contrast"))
    address = view.picture.panes[0].href
    assert address.endswith("&look=contrast")
    looks = [client.get(address.replace("contrast", one)) for one in ("contrast", "infrared")]
    plain = client.get(address.replace("&look=contrast", ""))
    assert len({one.content for one in [*looks, plain]}) == 3
    assert len({one.headers["etag"] for one in [*looks, plain]}) == 3
    assert client.get(address.replace("contrast", "x-ray")).status_code == 422
