"""Pages of cases without a browser: what they say, what they refuse; they carry no code."""

from itertools import combinations

import pytest
from logged_in import browser_of, one_of_each
from sqlalchemy import update

from service.cases.view import percent
from service.store.database import Database
from service.store.people import Role
from service.store.tables.photos import photo

HTML = {"accept": "text/html"}


@pytest.fixture
def encounter(client, painted, work):
    """encounter(animal, day) -> number of an embedded encounter."""

    def upload(animal, day, name="", **form):
        plain, data = (
            f"{animal}-{day}.jpg",
            painted(animal, day, taken=f"2020:01:{day:02} 22:00:00"),
        )
        form = {"station": "Ridge", "flank": "left", **form}
        answer = client.post("/api/v1/photos", files=[("files", (name or plain, data))], data=form)
        work()
        return answer.json()["files"][0]["encounter_id"]

    return upload


def send(client, address, **form):
    return client.post(address, data=form, headers=HTML, follow_redirects=False)


def page(client, address):
    answer = client.get(address, headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_pair_is_put_into_a_case_that_is_there_from_its_comparison_page(client, encounter):
    a, b, c = encounter(1, 1), encounter(1, 9), encounter(2, 17)
    for name in ("Ustyurt", "Kenderli"):
        send(client, "/cases", name=name)
    send(client, "/cases/1/encounters", encounter=[a, b])
    shown = page(client, f"/compare?one={a}&other={b}")
    assert ("Kenderli" in shown, "Ustyurt" in shown) == (True, False)
    assert "Ustyurt" in page(client, f"/compare?one={b}&other={c}")
    put = send(client, f"/encounters/{b}/case", beside=str(c), case="1")
    assert put.headers["location"] == "/cases/1"
    assert client.get("/api/v1/cases/1").json()["case"]["encounters"] == [a, b, c]


def test_a_case_is_opened_filled_and_closed_by_forms(client, encounter):
    a, b = encounter(1, 1), encounter(1, 9)
    assert "No cases yet" in page(client, "/cases")
    made = send(client, "/cases", name="Ustyurt", note="one or two?", together="0.3")
    assert (made.status_code, made.headers["location"]) == (303, "/cases/1")
    put = send(client, "/cases/1/encounters", encounter=[a, b], reviewer="Aigül")
    assert put.status_code == 303
    shown = page(client, "/cases/1")
    assert "one or two?" in shown
    assert "all one animal." in shown
    assert (
        "Before looking (the prior), two encounters are one animal with probability 0.3." in shown
    )
    assert "Aigül" in shown
    send(client, f"/cases/1/encounters/{b}/remove", reviewer="Aigül")
    assert "removed" in page(client, "/cases/1")
    send(client, "/cases/1/closed", closed="true")
    assert "Open it again" in page(client, "/cases/1")
    assert send(client, "/cases/1/encounters", encounter=[b]).status_code == 409


def test_a_matrix_a_drawing_and_a_way_are_there_for_every_pair(client, encounter):
    ids = [encounter(1, 1), encounter(2, 5), encounter(1, 9)]
    send(client, "/cases", name="Ustyurt")
    send(client, "/cases/1/encounters", encounter=ids)
    shown = page(client, "/cases/1")
    assert "Most probable, " in shown
    assert "A and C one animal; B alone." in shown
    assert 'aria-label="2 animals: AC, B"' in shown
    for pair in ("A–B", "A–C", "B–C"):  # noqa: RUF001
        assert f'id="pair-{pair}"' in shown
        assert f'<th scope="row">{pair}</th>' in shown
    links = [f"/compare?one={a}&amp;other={b}" for a, b in combinations(ids, 2)]
    assert [shown.count(f'href="{link}"') for link in links] == [2, 2, 2]
    assert "8 days" in shown
    assert "Assumptions of this project" in shown


def test_a_disputed_date_is_shown_with_both_judgements(client, encounter):
    a, b = encounter(1, 11, name="20200106_220000.jpg"), encounter(1, 20)
    send(client, "/cases", name="Ustyurt")
    send(client, "/cases/1/encounters", encounter=[a, b])
    shown = page(client, "/cases/1")
    assert "Dates in conflict:" in shown
    assert "11 Jan 2020, 22:00; 6 Jan 2020, 22:00 (file name)" in shown
    assert shown.count("disputed date") == 2


def test_an_encounter_is_added_to_a_case_from_its_own_page(client, encounter):
    a = encounter(1, 1)
    assert 'href="/cases">Add to a case' in page(client, f"/encounters/{a}")
    send(client, "/cases", name="Ustyurt")
    added = send(client, f"/encounters/{a}/case", case="1")
    assert added.headers["location"] == "/cases/1"
    assert '<a href="/cases/1">Ustyurt</a>' in page(client, f"/encounters/{a}")


def test_another_number_of_unseen_animals_makes_a_new_animal_more_probable(client, encounter):
    known, query = encounter(1, 1), encounter(1, 9)
    client.post(f"/api/v1/encounters/{known}/decisions", json={"kind": "new", "name": "Uma"})
    shown = page(client, f"/encounters/{query}/posterior")
    assert shown.index("Uma") < shown.index("an animal not in the catalogue")
    many = page(client, f"/encounters/{query}/posterior?unseen=10000")
    assert many.index("an animal not in the catalogue") < many.index("Uma")
    refused = client.get(f"/encounters/{query}/posterior?unseen=none", headers=HTML)
    assert (refused.status_code, "above 0" in refused.text) == (422, True)


@pytest.mark.parametrize(
    ("address", "form", "status"),
    [
        ("/cases", {}, 422),
        ("/cases", {"name": "x", "together": "1"}, 422),
        ("/cases", {"name": "x", "together": "1e-320"}, 422),
        ("/cases", {"name": "Ustyurt"}, 409),
        ("/cases/9/edit", {"together": "0.5"}, 404),
        ("/cases/1/encounters", {"encounter": "9"}, 404),
        ("/cases/1/encounters/9/remove", {}, 404),
        ("/encounters/9/case", {"case": "1"}, 404),
    ],
)
def test_a_senseless_form_is_refused_with_a_page(client, address, form, status):
    send(client, "/cases", name="Ustyurt")
    answer = send(client, address, **form)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


def test_what_strangers_type_is_never_markup_and_pages_carry_no_code(client, encounter):
    send(client, "/cases", name="<script>alert(1)</script>", note="<b>x</b>")
    a = encounter(1, 1)
    send(client, "/cases/1/encounters", encounter=[a], reviewer="<i>")
    for address in ("/cases", "/cases/1", f"/encounters/{a}", f"/encounters/{a}/posterior"):
        shown = page(client, address)
        assert "<script>alert" not in shown
        assert "<b>x" not in shown
        assert " style=" not in shown
        assert shown.count("<script") == shown.count('<script type="module" src="/static/')


def test_nothing_is_said_to_be_certain():
    assert [percent(p) for p in (1.0, 0.0, 0.5, 0.9994)] == [
        "over 99.9 %",
        "under 0.1 %",
        "50.0 %",
        "over 99.9 %",
    ]


def test_a_viewer_gets_rounded_places_and_an_observer_exact_ones(app, client, encounter):
    ids = [encounter(1, 1, station="Spring"), encounter(2, 5)]
    with app.state.components[Database].write() as connection:
        connection.execute(update(photo).values(latitude=43.0421, longitude=54.0377))
    send(client, "/cases", name="Ustyurt")
    send(client, "/cases/1/encounters", encounter=ids)
    numbers = one_of_each(app)
    for role, says, hides in (
        (Role.VIEWER, "43.1, 54.2", "43.0421"),
        (Role.OBSERVER, "43.0421", "43.1,"),
    ):
        shown = page(browser_of(app, numbers[role]), "/cases/1")
        assert says in shown
        assert hides not in shown
        assert ("points of squares" in shown) == (role is Role.VIEWER)


def test_the_map_and_the_timeline_say_the_same_in_tables(client, encounter):
    ids = [encounter(1, 1), encounter(2, 5)]
    send(client, "/cases", name="Ustyurt")
    send(client, "/cases/1/encounters", encounter=ids)
    shown = page(client, "/cases/1")
    assert "Map of stations" not in shown
    assert 'aria-labelledby="timeline-title"' in shown
    assert "Encounters in the order of time" in shown
    assert '<td class="number">4 days</td>' in shown
