"""The ways of an animal between its encounters, for those who see places and those who do not."""

from datetime import datetime, timedelta

import pytest

from reid.interchange.obscuring import Telling
from reid.interchange.survey import AnimalCapture
from service.identities.movements_view import movements

START = datetime(2024, 5, 1, 20)  # noqa: DTZ001
PLACES = {"Ridge": (43.51, 54.23), "Well": (43.68, 54.23), "Fort": None}


def captured(number, station, days, hours=0.0):
    start = START + timedelta(days=days, hours=hours)
    return AnimalCapture(number, "Uma", station, start, start + timedelta(minutes=5))


THREE = [captured(1, "Ridge", 0), captured(2, "Well", 2), captured(3, "Well", 5)]


def test_a_way_has_distance_days_and_least_speed():
    first, second = movements(THREE, PLACES, Telling.EXACT).ways
    assert first.leg.distance_km == pytest.approx(18.9, abs=0.1)
    assert (first.start, first.end, first.distance, first.days) == (
        "Ridge",
        "Well",
        "18.9 km",
        "48 hours",
    )
    assert first.speed == "0.39 km/h"
    assert first.rating == "demanding"
    assert (second.distance, second.speed) == ("same station", "")


def test_the_map_has_a_dot_a_place_and_one_line_for_both_directions():
    there_and_back = [*THREE, captured(4, "Ridge", 9)]
    view = movements(there_and_back, PLACES, Telling.EXACT)
    assert [mark.names for mark in view.marks] == ["Ridge (2)", "Well (2)"]
    assert len(view.lines) == 1
    assert view.lines[0].width == 3


def test_who_may_not_see_places_gets_bounds_of_distances_and_no_speed():
    first, second = movements(THREE, PLACES, Telling.SQUARES_33_KM).ways
    assert (first.distance, first.speed, first.rating) == ("under 50 km", "", "")
    assert first.leg.position0 == Telling.SQUARES_33_KM.position(PLACES["Ridge"])
    assert (first.leg.distance_km, first.leg.least_speed_km_h) == (None, None)
    assert (second.distance, second.leg.distance_km) == ("same station", 0.0)


def test_where_places_are_withheld_there_is_no_map_no_distance_and_no_speed():
    view = movements([*THREE, captured(4, "Fort", 7)], PLACES, Telling.WITHHELD)
    assert (view.marks, view.lines, view.scale, view.unplaced) == ((), (), None, 0)
    assert {(way.distance, way.speed, way.rating) for way in view.ways} == {("withheld", "", "")}
    assert {(way.leg.position0, way.leg.distance_km, way.leg.rating) for way in view.ways} == {
        (None, None, "unknown")
    }


def test_encounters_without_a_place_or_a_time_are_counted():
    undated = AnimalCapture(9, "Uma", "Ridge")
    view = movements([*THREE, captured(4, "Fort", 7), undated], PLACES, Telling.EXACT)
    assert (view.undated, view.unplaced) == (1, 1)
    assert view.ways[-1].distance == "unknown"
    assert view.ways[-1].speed == ""


def test_the_page_of_an_identity_shows_them(client, painted, work):
    numbers = []
    for day, (station, latitude) in enumerate((("Ridge", 43.51), ("Well", 43.68)), 1):
        deployment = {"station": station, "latitude": latitude, "longitude": 54.23}
        client.post("/api/v1/deployments", json=deployment)
        photo = painted(1, day, taken=f"2020:01:{day:02} 10:00:00")
        said = {"station": station, "flank": "left"}
        files = [("files", (f"{day}.jpg", photo))]
        sent = client.post("/api/v1/photos", files=files, data=said).json()
        numbers.append(sent["files"][0]["encounter_id"])
    work()
    named = client.post("/api/v1/identities", json={"name": "Uma", "encounters": numbers}).json()
    text = client.get(f"/identities/{named['identity_id']}", headers={"accept": "text/html"}).text
    assert "Movements of Uma" in text
    assert "18.9 km" in text
