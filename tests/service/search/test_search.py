"""One field finds names, dates, stations, files and notes, and tells no role more than it may."""

import re
from datetime import datetime

import pytest
from logged_in import browser_of, one_of_each
from sqlalchemy import insert, update

from service.search.finding import everything
from service.search.reading import read_text
from service.store.database import Database
from service.store.people import Actor, Role
from service.store.searching import SoughtText
from service.store.tables.encounters import annotation, encounter
from service.store.tables.photos import photo, station
from service.store.tables.stations import deployment

API = "/api/v1"
HTML = {"accept": "text/html"}
VIEWER = Actor("ab", Role.VIEWER)


@pytest.fixture
def surveyed(client, painted, work):
    """Three encounters: Ridge in September and October 2018, and Ключ in 2019."""
    photos = []
    for n, (place, day) in enumerate((("Ridge", "2018:09:12"), ("Ridge", "2018:10:03"),
                                      ("Ключ", "2019:01:31")), 1):  # fmt: skip
        data = {"station": place, "flank": "left", "notes": f"snow, 5_{n}0 % of the frame"}
        files = [("files", (f"IMG_{n:04}.JPG", painted(n, taken=f"{day} 23:59:30")))]
        answer = client.post(f"{API}/photos", files=files, data=data)
        photos.append(answer.json()["files"][0]["photo_id"])
    work()
    client.post(f"{API}/identities", json={"name": "Айгюль", "encounters": [1], "note": "torn ear"})
    client.patch(f"{API}/identities/1", json={"name": "Аяна"})
    told = {"kind": "cannot_tell", "note": "a torn tag"}
    client.post(f"{API}/encounters/2/decisions", json=told)
    client.post(f"{API}/cases", json={"name": "Ridge or not", "note": "One or two?"})
    return photos


def numbers(client, text):
    """The encounters that a text finds over the API."""
    answer = client.get(f"{API}/search", params={"q": text})
    assert answer.status_code == 200, answer.text
    return [hit["id"] for hit in answer.json()["encounters"]["hits"]]


@pytest.mark.parametrize(
    ("text", "encounters"),
    [
        ("Ridge", [2, 1]),
        ("ridge", [2, 1]),
        ("ключ", [3]),
        ("2018", [2, 1]),
        ("2018-09", [1]),
        ("2018-09-12", [1]),
        ("12.09.2018", [1]),
        ("09.2018", [1]),
        ("2018-09-13", []),
        ("ridge 2018-10", [2]),
        ("2019-01 ridge", []),
        ("2018-13", []),
        ("3", [3]),
        ("%", []),
        ("_", []),
    ],
)
def test_encounters_are_found_by_station_date_and_number(client, surveyed, text, encounters):
    assert numbers(client, text) == encounters


def test_a_percent_sign_and_a_line_below_are_letters_and_not_patterns(client, surveyed):
    notes = client.get(f"{API}/search", params={"q": "5_20 %"}).json()["notes"]
    assert [(hit["kind"], hit["key"]) for hit in notes["hits"]] == [("photo", surveyed[1])]
    files = client.get(f"{API}/search", params={"q": "g_0003"}).json()["photos"]
    assert [hit["file_name"] for hit in files["hits"]] == ["IMG_0003.JPG"]


def test_a_name_and_a_former_name_find_an_identity_in_any_case_and_accent(client, surveyed):
    for text, also in (("аяна", []), ("АЙГЮЛЬ", ["Айгюль"]), ("аи", ["Айгюль"])):
        hits = client.get(f"{API}/search", params={"q": text}).json()["identities"]["hits"]
        expected = {"id": 1, "name": "Аяна", "also": also, "in_use": True}
        assert hits == [expected], text


def test_notes_of_every_kind_are_listed_with_where_they_stand(client, surveyed):
    notes = client.get(f"{API}/search", params={"q": "TORN"}).json()["notes"]["hits"]
    assert [(hit["kind"], hit["key"], hit["note"]) for hit in notes] == [
        ("identity", "1", "torn ear"),
        ("decision", "2", "a torn tag"),
    ]
    page = client.get("/search", params={"q": "torn"}, headers=HTML).text
    for address in ("/identities/1", "/encounters/2"):
        assert f'<a href="{address}">' in page
    assert "/cases/1" in client.get("/search", params={"q": "or two"}, headers=HTML).text


def test_the_page_lists_every_kind_with_links_that_lead_somewhere(client, surveyed):
    page = client.get("/search", params={"q": "Ridge"}, headers=HTML).text
    main = page[page.index("<main") : page.index("</main>")]
    links = set(re.findall(r'href="([^"]+)"', main))
    assert links == {"/stations/Ridge", "/cases/1", "/encounters/1", "/encounters/2"}
    assert "12 Sep 2018" in main
    assert 'src="/api/v1/annotations/1/crop' in main
    photos = client.get("/search", params={"q": "img"}, headers=HTML).text
    assert all(f'href="/photos/{number}"' in photos for number in surveyed)
    assert all(client.get(link, headers=HTML).status_code == 200 for link in links)


def test_every_page_has_the_field_with_its_key_and_keeps_what_was_typed(client, surveyed):
    for address in ("/", "/catalogue", "/stations/Ridge", "/nowhere"):
        page = client.get(address, headers=HTML).text
        assert page.count('data-key="/"') == 1, address
        assert page.count('action="/search"') == 1, address
    typed = client.get("/search", params={"q": '"> <b>'}, headers=HTML).text
    assert 'value="&#34;&gt; &lt;b&gt;"' in typed
    assert "<b>" not in typed


def test_nothing_found_says_what_can_be_searched(client, surveyed):
    page = client.get("/search", params={"q": "unicorn"}, headers=HTML).text
    assert "Nothing fits “unicorn”" in page
    assert "a month 2018-09" in page
    assert "Nothing fits" not in client.get("/search", headers=HTML).text
    assert client.get(f"{API}/search", params={"q": 101 * "a"}).status_code == 422
    blank = client.get(f"{API}/search", params={"q": "  "})
    assert (blank.status_code, blank.json()["total"]) == (200, 0)


def test_a_long_list_says_how_much_it_leaves_out(app, client, surveyed):
    with app.state.components[Database].write() as connection:
        facts = {"media_type": "image/jpeg", "bytes": 1, "width": 1, "height": 1, "notes": ""}
        rows = [
            {"id": f"{n:064}", "file_name": f"DSC{n:05}.jpg", "zone": "unknown", **facts}
            for n in range(312)
        ]
        connection.execute(insert(photo), rows)
    page = client.get("/search", params={"q": "dsc"}, headers=HTML).text
    assert "The first 50 of 312." in page
    assert page.count("DSC0") == 50
    limited = client.get(f"{API}/search", params={"q": "dsc", "limit": 3}).json()["photos"]
    assert (limited["total"], len(limited["hits"])) == (312, 3)


def test_withdrawn_photos_are_marked_and_erased_ones_are_not_found(client, surveyed):
    client.post(f"{API}/photos/{surveyed[0]}/withdraw", json={"reason": "blank"})
    client.post(f"{API}/photos/{surveyed[1]}/erase", json={"reason": "people"})
    answer = client.get(f"{API}/search", params={"q": "img_"}).json()
    hits = answer["photos"]["hits"]
    assert [(hit["file_name"], hit["withdrawn"]) for hit in hits] == [
        ("IMG_0001.JPG", True),
        ("IMG_0003.JPG", False),
    ]
    assert numbers(client, "Ridge") == []
    assert client.get(f"{API}/search", params={"q": "5_20"}).json()["total"] == 0


def test_a_viewer_finds_no_place_by_its_coordinates(app, client, surveyed):
    with app.state.components[Database].write() as connection:
        connection.execute(update(photo).values(latitude=43.0421, longitude=54.0377))
        connection.execute(
            insert(deployment).values(
                name="a", station="Ridge", camera="", latitude=43.0421, longitude=54.0377,
                zone="unknown", notes="",
            )
        )  # fmt: skip
    for number in one_of_each(app).values():
        for text in ("43.0421", "43", "54.03"):
            answer = browser_of(app, number).get(f"{API}/search", params={"q": text}).json()
            assert answer["total"] == 0, text
        page = browser_of(app, number).get("/search?q=Ridge", headers=HTML).text
        assert "43.0" not in page


def test_where_names_of_stations_are_hidden_a_search_neither_finds_nor_shows_them(app, surveyed):
    with app.state.components[Database].write() as connection:
        connection.execute(
            insert(deployment).values(
                name="a", station="Ridge", camera="", zone="unknown", notes="beside a spring"
            )
        )
        shown = {text: everything(connection, SoughtText(text)) for text in ("ridge", "spring")}
        assert shown["ridge"].stations.hits == ("Ridge",)
        assert [hit.name for hit in shown["spring"].notes.hits] == ["Ridge"]
        hidden = {
            text: everything(connection, SoughtText(text, stations=False))
            for text in ("ridge", "spring", "nothing like that")
        }
        assert hidden["ridge"].stations == hidden["nothing like that"].stations
        assert hidden["ridge"].encounters == hidden["nothing like that"].encounters
        assert hidden["spring"] == hidden["nothing like that"]
        by_date = SoughtText("2018", "", datetime(2018, 1, 1), datetime(2019, 1, 1), stations=False)  # noqa: DTZ001
        dated = everything(connection, by_date)
        assert [hit.station for hit in dated.encounters.hits] == [None, None]
        assert {hit.station for hit in dated.photos.hits} == {None}


def test_the_reader_of_a_text_asks_the_table_of_places():
    assert read_text("Ridge", VIEWER).stations
    assert VIEWER.sees("date")
    assert not VIEWER.sees("position")
    assert not VIEWER.sees_places
    assert not Actor("cd", Role.ADMIN).sees("exif")


@pytest.mark.parametrize(
    ("text", "rest", "span"),
    [
        ("2018-09-12", "", ("2018-09-12", "2018-09-13")),
        ("2018-12", "", ("2018-12-01", "2019-01-01")),
        ("Ridge 2018", "Ridge", ("2018-01-01", "2019-01-01")),
        ("  Ridge   1.2.2019 b ", "Ridge b", ("2019-02-01", "2019-02-02")),
        ("2018-02-30", "2018-02-30", None),
        ("IMG_2018-09-12", "IMG_2018-09-12", None),
        ("20180912", "20180912", None),
    ],
)
def test_a_date_is_a_word_of_its_own(text, rest, span):
    sought = read_text(text, VIEWER)
    assert sought.rest == rest
    days = tuple(f"{day:%Y-%m-%d}" for day in (sought.start, sought.end) if day)
    assert days == (span or ())


def test_both_databases_find_the_same(database):
    with database.write() as connection:
        names = ("Straße", "ÉCLAIR", "Ключ", "ключ 2", "a%b", "a_b", "50 \uff05")
        connection.execute(insert(station), [{"name": name} for name in names])
        facts = {"media_type": "image/jpeg", "bytes": 1, "width": 1, "height": 1, "notes": ""}
        start = datetime(2018, 9, 12, 23)  # noqa: DTZ001
        row = {"id": "a" * 64, "file_name": "Œuf.jpg", "zone": "unknown", "captured_at": start}
        connection.execute(insert(photo).values(**row, **facts))
        connection.execute(insert(encounter).values(id=1, station="Ключ", started_at=start))
        animal = {"photo_id": "a" * 64, "encounter_id": 1, "flank": "left", "state": "pending"}
        connection.execute(insert(annotation).values(animal))
    expected = {
        "straße": ("Straße",),
        "eclair": ("ÉCLAIR",),
        "КЛЮЧ": ("Ключ", "ключ 2"),
        "%": ("50 \uff05", "a%b"),
        "_": ("a_b",),
        "\\": (),
    }
    with database.read() as connection:
        for text, stations in expected.items():
            hits = everything(connection, read_text(text, VIEWER)).stations.hits
            assert tuple(sorted(hits)) == tuple(sorted(stations)), text
        dated = everything(connection, read_text("ключ 2018-09-12", VIEWER))
        assert [hit.id for hit in dated.encounters.hits] == [1]
        photos = everything(connection, read_text("œUF 2018-09", VIEWER)).photos
        assert [hit.file_name for hit in photos.hits] == ["Œuf.jpg"]
