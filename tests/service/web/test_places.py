"""Who learns where a camera hangs: every answer for every role, by the table of `people`, at every
level that a catalogue may choose.

`pytest -s -k every_answer` prints how many answers told what to whom.
"""

import csv
import io
import json
import re
import zipfile
from collections import Counter

import numpy as np
import pytest
from logged_in import browser_of, one_of_each
from PIL import Image
from scipy.optimize import least_squares
from sqlalchemy import update

from reid.interchange.great_circle import great_circle_km
from reid.interchange.obscuring import NEVER_NEARER_KM, Telling
from service.store import cases
from service.store.database import Database
from service.store.people import PLACE_FACTS, Role
from service.store.tables.photos import photo
from service.store.tables.stations import deployment
from service.web.permissions import ROUTES

PLACES = {"Ridge": (43.0421, 54.0377), "Saddle": (44.5367, 56.7713), "Well": (41.1289, 52.6191)}
HTML = {"accept": "text/html"}
NUMBER = re.compile(r"(?<![\d.,])\d+[.,]\d+")
EVERY_LEVEL = pytest.mark.parametrize("level", ["33km", "111km", "withheld"])
WITHHELD = pytest.mark.parametrize("level", ["withheld"])
ELSEWHERE = {"Ridge": (12.3456, 23.4567), "Saddle": (-5.4321, 34.5678), "Well": (61.2345, -9.8765)}


@pytest.fixture
def level():
    """How places are told to viewers, see REID_PLACES."""
    return "33km"


@pytest.fixture
def settings(settings, level):
    return settings.model_copy(update={"places": level})


def located(jpeg, position):
    """The photo with its position in EXIF, as cameras write it."""
    image, out = Image.open(io.BytesIO(jpeg)), io.BytesIO()
    exif = image.getexif()
    north, east = ((int(v), int(v % 1 * 60), round(v * 60 % 1 * 60, 2)) for v in position)
    exif.get_ifd(0x8825).update({1: "N", 2: north, 3: "E", 4: east})
    image.save(out, "JPEG", exif=exif, quality=92)
    return out.getvalue()


@pytest.fixture
def surveyed(app, client, painted, work):
    """Three stations that are known exactly, one animal, in a case that weighs movement."""
    ids = []
    for n, (station, position) in enumerate(PLACES.items(), 1):
        taken = f"2020:01:0{n} 22:00:00"
        files = [("files", (f"{n}.jpg", located(painted(n, 1, taken=taken), position)))]
        sent = client.post(
            "/api/v1/photos", files=files, data={"station": station, "flank": "left"}
        )
        ids.append(sent.json()["files"][0]["photo_id"])
        deployed = {"station": station, "latitude": position[0], "longitude": position[1]}
        client.post("/api/v1/deployments", json=deployed | {"starts_at": "2020-01-01T00:00:00"})
    for north, east in ((43.0444, 54.0399), PLACES["Ridge"]):  # corrected, and corrected back
        client.patch(f"/api/v1/photos/{ids[0]}", json={"latitude": north, "longitude": east})
    work()
    client.post("/api/v1/encounters/1/decisions", json={"kind": "new", "name": "Uma"})
    for number in (2, 3):
        same = {"kind": "same", "identity_id": 1}
        client.post(f"/api/v1/encounters/{number}/decisions", json=same)
    client.post("/density")
    with app.state.components[Database].write() as connection:
        cases.put(connection, cases.add(connection, "Ustyurt").id, [1, 2, 3], "Aigül")
    client.patch("/api/v1/cases/1", json={"movement_prior": True})
    return ids


def addresses(ids):
    """Every GET route but those of accounts, archives and neighbours, with what asks for more."""
    filled = {
        "{photo_id}": ids[0],
        "{name:path}": "Ridge",
        "{name}": "none",
        "{neighbour}": "none",
        **{f"{{{name}_id}}": "1" for name in ("encounter", "identity", "case", "annotation")},
        **{f"{{{name}_id}}": "1" for name in ("upload", "pair", "correction")},
    }
    for route in ROUTES:
        method, _, path = route.partition(" ")
        for name, value in filled.items():
            path = path.replace(name, value)
        if method == "GET" and path != "/openapi.json":  # which holds nothing of the catalogue
            yield route, path
            if route.endswith("/search"):
                yield from ((route, f"{path}?q={text}") for text in ("Ridge", "2020-01"))
            if route.endswith(("dossier", "export", "tables.zip")):
                yield route, f"{path}?positions=exact"


def texts(answer):
    """The answer as text: every file of a ZIP."""
    if answer.headers.get("content-type") == "application/zip":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            return " ".join(archive.read(name).decode() for name in archive.namelist())
    if answer.headers.get("content-type", "").startswith("image/"):
        return ""
    return answer.text


def facts_in(answer):
    """Which facts of the table an answer tells as they are."""
    text = texts(answer)
    numbers = np.array([float(one.replace(",", ".")) for one in NUMBER.findall(text)] or [0.0])
    every = list(PLACES.values())
    far = [great_circle_km(a, b) for n, a in enumerate(every) for b in every[:n]]
    told = set()
    if any(np.isclose(numbers, v, atol=5e-3).any() for place in every for v in place):
        told.add("position")
    if any(np.isclose(numbers, km, atol=0.06).any() for km in far):
        told.add("distance")
    speeds = [km / (24 * days + 1) for km in far for days in (1, 2)]  # clocks: an hour apart
    known = any(np.isclose(numbers, speed, rtol=1e-6, atol=0).any() for speed in speeds)
    if known or re.search(r'\],"prior":-?\d', text):
        told.add("movement")
    if any(station in text for station in PLACES):
        told.add("station")
    if re.search(r"2020-01-0[123]|[123] Jan 2020", text):
        told.add("date")
    kind = answer.headers.get("content-type", "")
    if kind.startswith("image/") and dict(Image.open(io.BytesIO(answer.content)).getexif()):
        told.add("exif")
    return told


@EVERY_LEVEL
def test_every_answer_tells_each_role_what_the_table_allows(app, surveyed):
    told, asked = Counter(), Counter()
    for role, number in one_of_each(app).items():
        browser = browser_of(app, number)
        for route, path in addresses(surveyed):
            answer = browser.get(path, headers={} if "/api/" in path else HTML)
            assert answer.status_code < 500, path
            asked[role, answer.status_code] += 1
            for fact in facts_in(answer) if answer.status_code == 200 else ():
                least = PLACE_FACTS[fact]
                assert least is not None, (route, fact)
                assert role.may(least), (route, fact, role)
                told[role, fact] += 1
    for role in Role:
        print(f"{role:9}", {fact: told[role, fact] for fact in PLACE_FACTS}, end="  ")
        print({status: n for (of, status), n in sorted(asked.items()) if of is role})
    for fact, least in PLACE_FACTS.items():  # the test sees what it looks for
        assert least is None or told[least, fact] > 1, fact


def test_a_photo_is_told_to_be_in_its_square(app, surveyed):
    viewer = browser_of(app, one_of_each(app)[Role.VIEWER])
    said = viewer.get(f"/api/v1/photos/{surveyed[0]}").json()["photo"]
    assert (said["latitude"], said["longitude"]) == Telling.SQUARES_33_KM.position(PLACES["Ridge"])


def test_a_viewer_gets_no_dossier_with_exact_positions(app, surveyed):
    viewer = browser_of(app, one_of_each(app)[Role.VIEWER])
    for address in ("/cases/1/dossier", "/api/v1/cases/1/dossier", "/api/v1/export"):
        assert viewer.get(f"{address}?positions=exact", headers=HTML).status_code == 403


def test_what_is_made_to_be_passed_on_tells_places_only_where_they_are_asked_for(app, surveyed):
    observer = browser_of(app, one_of_each(app)[Role.OBSERVER])
    secret = {fact for fact, least in PLACE_FACTS.items() if least is Role.OBSERVER}
    for address in ("/cases/1/dossier", "/api/v1/cases/1/dossier", "/api/v1/export"):
        assert facts_in(observer.get(address, headers=HTML)).isdisjoint(secret), address
        assert facts_in(observer.get(f"{address}?positions=exact", headers=HTML)) & secret, address


@pytest.fixture
def array(app, client, painted, work):
    """Twelve stations within 60 km, one encounter each, in one case: {station: position}."""
    chance = np.random.default_rng(7)
    places = {f"S{n:02}": tuple(chance.uniform((43.0, 54.0), (43.6, 54.8))) for n in range(12)}
    for n, station in enumerate(places):
        jpeg = painted(n, 1, taken="2020:01:01 22:00:00")
        files = [("files", (f"{n}.jpg", jpeg))]
        client.post("/api/v1/photos", files=files, data={"station": station, "flank": "left"})
    with app.state.components[Database].write() as connection:
        for station, (north, east) in places.items():
            at = update(photo).where(photo.c.station == station)
            connection.execute(at.values(latitude=north, longitude=east))
        cases.put(connection, cases.add(connection, "Array").id, range(1, 13), "Aigül")
    work()
    client.patch("/api/v1/cases/1", json={"movement_prior": True})
    return places


def placed_by(report, distances, level):
    """Where an attacker puts the stations: in the middle of their squares, moved until the
    distances fit. distances: {(encounter, encounter): km}."""
    squares = Telling(level).squares
    told = {one["encounter_id"]: squares.around(one["position"]) for one in report["encounters"]}
    names = {one["encounter_id"]: one["station"] for one in report["encounters"]}
    order = list(told)
    middles = np.array([((s + n) / 2, (w + e) / 2) for s, w, n, e in told.values()])
    scale = 111.195 * np.array([1.0, np.cos(np.radians(43.3))])
    pairs = [((order.index(a), order.index(b)), km) for (a, b), km in distances.items()]

    def off(flat):
        at = flat.reshape(-1, 2)
        apart = [np.hypot(*((at[a] - at[b]) * scale)) - km for (a, b), km in pairs]
        return np.concatenate([((at - middles) * scale).ravel() * 0.02, apart])

    found = least_squares(off, middles.ravel()).x.reshape(-1, 2)
    return {names[number]: tuple(place) for number, place in zip(order, found, strict=True)}


def mean_error(places, found):
    return np.mean([great_circle_km(places[station], found[station]) for station in places])


@pytest.mark.parametrize("level", ["33km", "111km"])
def test_a_viewer_cannot_place_an_array_from_everything_a_case_says(app, array, level):
    numbers, address = one_of_each(app), "/api/v1/cases/1/report"
    seen, known = (
        browser_of(app, numbers[role]).get(address).json() for role in (Role.VIEWER, Role.OBSERVER)
    )
    leaked = {tuple(p["encounters"]): p["space_time"]["distance_km"] for p in known["pairs"]}
    assert len(leaked) == 66
    if level == "33km":
        found = placed_by(seen, leaked, level)
        assert mean_error(array, found) < 7, "distances would give it away"
    bounds = {tuple(p["encounters"]): p["space_time"]["within_km"] for p in seen["pairs"]}
    guessed = {pair: sum(within) / 2 for pair, within in bounds.items()}
    for distances in ({}, guessed):
        assert mean_error(array, placed_by(seen, distances, level)) > NEVER_NEARER_KM
    assert {p["space_time"]["prior"] for p in seen["pairs"]} == {None}
    assert {p["space_time"]["prior"] for p in known["pairs"]} != {None}
    assert all(p["total"] == p["llr"] for p in seen["pairs"])


def moved(app, places):
    """Photos and cameras of stations stand elsewhere, as if they always had. places: by station."""
    with app.state.components[Database].write() as connection:
        for station, (north, east) in places.items():
            for table in (photo, deployment):
                at = update(table).where(table.c.station == station)
                connection.execute(at.values(latitude=north, longitude=east))


@pytest.mark.parametrize("level", ["33km", "111km"])
def test_what_a_case_says_to_a_viewer_is_the_same_wherever_in_its_square_a_station_stands(
    app, client, array, level
):
    viewer = browser_of(app, one_of_each(app)[Role.VIEWER])
    before = viewer.get("/api/v1/cases/1/report").json()
    moved(app, {station: Telling(level).position(place) for station, place in array.items()})
    assert viewer.get("/api/v1/cases/1/report").json() == before


def of_places(places):
    """How numbers of places and of distances between them may be written."""
    every = list(places.values())
    far = [great_circle_km(a, b) for n, a in enumerate(every) for b in every[:n]]
    told = [abs(value) for place in every for value in place] + far
    return {f"{value:.{digits}f}" for value in told for digits in (3, 4)}


def numbers_told(browser, ids):
    """All numbers of every answer, by address."""
    answers = {}
    for _, path in addresses(ids):
        answer = browser.get(path, headers={} if "/api/" in path else HTML)
        if answer.status_code == 200:
            answers[path] = {*NUMBER.findall(texts(answer))}
    return answers


@WITHHELD
def test_where_places_are_withheld_every_answer_is_the_same_wherever_on_earth_a_station_stands(
    app, surveyed
):
    """Not that there is no number of a kind: that no number of any answer depends on places."""
    numbers = one_of_each(app)
    viewer, observer = (browser_of(app, numbers[role]) for role in (Role.VIEWER, Role.OBSERVER))
    before, known = numbers_told(viewer, surveyed), numbers_told(observer, surveyed)
    again = numbers_told(viewer, surveyed)  # some numbers are those of a clock
    moved(app, ELSEWHERE)
    after, known_after = numbers_told(viewer, surveyed), numbers_told(observer, surveyed)
    assert after.keys() == before.keys()
    for path, told in after.items():
        if before[path] == again[path]:
            assert told == before[path], path
        else:
            assert told.isdisjoint(of_places(ELSEWHERE)), path
    assert sum(known[path] != known_after[path] for path in known) > 5  # it sees what it looks for


@WITHHELD
def test_where_places_are_withheld_answers_and_pages_say_so(app, surveyed):
    viewer = browser_of(app, one_of_each(app)[Role.VIEWER])

    def said(address):
        return viewer.get(f"/api/v1/{address}").json()

    for one in (said(f"photos/{surveyed[0]}")["photo"], said("stations/Ridge")["station"]):
        assert (one["latitude"], one["longitude"]) == (None, None)
    assert [one["latitude"] for one in said("deployments")] == [None] * 3
    report = said("cases/1/report")
    assert [one["position"] for one in report["encounters"]] == [None] * 3
    for way in (pair["space_time"] for pair in report["pairs"]):
        assert (way["distance_km"], way["within_km"], way["prior"]) == (None, None, None)
        assert {leg["rating"] for leg in way["legs"]} == {"unknown"}
        assert {leg["least_speed_km_h"] for leg in way["legs"]} == {None}
    for address in ("stations", "stations/Ridge", "cases/1", "cases/1/dossier", "identities/1"):
        page = viewer.get(f"/{address}", headers=HTML).text
        assert "withheld" in page, address
        assert 'class="map"' not in page, address
        assert not re.search(r"of squares|a square (\d|of)", page), address
    assert "Positions are withheld" in viewer.get("/export", headers=HTML).text


@WITHHELD
def test_where_places_are_withheld_an_export_has_no_point(app, surveyed):
    viewer = browser_of(app, one_of_each(app)[Role.VIEWER])
    with zipfile.ZipFile(io.BytesIO(viewer.get("/api/v1/export").content)) as archive:
        told = {name: archive.read(name).decode() for name in archive.namelist()}
    assert json.loads(told["movements/movements.geojson"])["features"] == []
    assert "has no position (withheld)" in told["left_out.csv"]
    assert "positions are withheld: traps in metres need exact ones" in told["left_out.csv"]
    assert "Positions are withheld." in told["README.txt"]
    assert "coordinatePrecision" not in told["camtrap-dp/datapackage.json"]
    occurrences = list(csv.DictReader(io.StringIO(told["darwin-core/occurrence.csv"])))
    columns = ("decimalLatitude", "decimalLongitude", "coordinateUncertaintyInMeters")
    assert [[row[column] for column in columns] for row in occurrences] == [["", "", ""]] * 3


@pytest.mark.parametrize(("level", "side", "uncertainty"), [("33km", 0.3, 48), ("111km", 1, 160)])
def test_an_export_says_how_coarse_its_positions_are(app, surveyed, level, side, uncertainty):
    viewer = browser_of(app, one_of_each(app)[Role.VIEWER])
    with zipfile.ZipFile(io.BytesIO(viewer.get("/api/v1/export").content)) as archive:
        package = json.loads(archive.read("camtrap-dp/datapackage.json"))
        occurrences = archive.read("darwin-core/occurrence.csv").decode()
        read_me = archive.read("README.txt").decode()
    assert package["coordinatePrecision"] == side
    assert occurrences.count(f",{uncertainty}000,") == 3
    assert f"points of squares {level.removesuffix('km')} km wide" in read_me
    page = viewer.get("/stations/Ridge", headers=HTML).text
    assert f"(a square {level.removesuffix('km')} km wide)" in page


def test_who_was_told_exact_places_is_kept_and_curators_read_it(app, surveyed):
    numbers = one_of_each(app)
    people = {role: browser_of(app, number) for role, number in numbers.items()}
    for role in (Role.VIEWER, Role.OBSERVER, Role.OBSERVER):
        people[role].get("/api/v1/stations/Ridge")
    people[Role.OBSERVER].get("/api/v1/export?positions=exact")
    said = people[Role.CURATOR].get("/api/v1/place-looks").json()
    looks = [(one["person"], one["address"], one["exported"]) for one in said["looks"]]
    assert looks == [
        ("observer", "/api/v1/export?positions=exact", True),
        ("observer", "/api/v1/stations/Ridge", False),
    ]
    page = people[Role.CURATOR].get("/place-looks", headers=HTML).text
    assert "/api/v1/export?positions=exact" in page
    assert people[Role.OBSERVER].get("/api/v1/place-looks").status_code == 403
