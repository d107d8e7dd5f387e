"""The density of a catalogue: command, job and page, over a real database."""

import json

import pytest
from comparing_worker import compare
from density_catalogue import fill
from logged_in import browser_of, one_of_each

from service.density.estimating import Densities, DensityWish
from service.density.record import NAME
from service.store.people import Role

HTML = {"accept": "text/html"}


@pytest.fixture
def densities(app):
    return app.state.components[Densities]


def test_decided_encounters_give_a_density_a_map_and_what_it_assumes(
    client, painted, work, densities
):
    encounters = fill(client, painted, work)
    assert "Nothing was estimated yet" in client.get("/density", headers=HTML).text
    record = densities.estimated(DensityWish(draws=3))
    assert not record.refused
    assert record.encounters == sum(map(len, encounters.values()))
    assert record.answer.animals == len(encounters)
    assert record.answer.low < record.answer.density < record.answer.high
    assert len(record.stations) == 9
    assert record.station_days == pytest.approx(540)
    text = client.get("/density", headers=HTML).text
    assert "A first look, beside the files for secr" in text
    assert "animals per 100 km²" in text
    assert "closed population" in text
    assert text.count('class="station"') == 9


def test_a_worker_estimates_what_the_page_asks_for(client, app, painted, work, settings):
    fill(client, painted, work)
    assert client.post("/density", data={"draws": "2"}, headers=HTML).status_code == 200
    assert "A worker is estimating" in client.get("/density", headers=HTML).text
    compare(app)
    kept = json.loads((settings.data_dir / NAME).read_text())
    assert (kept["draws"], kept["refused"]) == (2, "")
    assert "95 % interval" in client.get("/density", headers=HTML).text


def test_an_empty_catalogue_has_no_density_and_says_what_lacks(client, densities):
    record = densities.estimated(DensityWish(draws=2))
    assert "state them on the page of the station" in record.refused
    text = client.get("/density", headers=HTML).text
    assert "No density" in text
    assert "state them on the page of the station" in text


def test_whoever_may_not_see_places_gets_numbers_and_no_map(client, app, painted, work, densities):
    fill(client, painted, work)
    densities.estimated(DensityWish(draws=2))
    text = browser_of(app, one_of_each(app)[Role.VIEWER]).get("/density", headers=HTML).text
    assert "animals per 100 km²" in text
    assert '<svg class="map"' not in text
    assert "S1" not in text


def test_a_damaged_file_is_an_error_with_a_way_out(client, settings):
    (settings.data_dir / NAME).write_text("{")
    answer = client.get("/density", headers=HTML)
    assert answer.status_code == 422
    assert "delete it and estimate again" in answer.text


def test_the_api_gives_the_estimate_that_the_page_shows(client, app, painted, work, densities):
    assert client.get("/api/v1/density").json()["made_at"] is None
    fill(client, painted, work)
    record = densities.estimated(DensityWish(draws=2))
    found = client.get("/api/v1/density").json()
    assert found["answer"]["density"] == pytest.approx(record.answer.density * 100)
    assert (len(found["stations"]), len(found["cells"])) == (9, len(record.cells))
    assert found["answer"]["low"] < found["answer"]["density"] < found["answer"]["high"]
    viewer = browser_of(app, one_of_each(app)[Role.VIEWER])
    veiled = viewer.get("/api/v1/density").json()
    assert (veiled["stations"], veiled["cells"]) == ([], [])
    assert veiled["answer"] == found["answer"]
    assert viewer.post("/api/v1/density", json={}).status_code == 403


def test_a_program_asks_a_worker_for_an_estimate_once(client, app):
    for _ in range(2):
        answer = client.post("/api/v1/density", json={"draws": 2, "seed": 3})
        assert (answer.status_code, answer.json()["waiting"]) == (202, True)
    assert client.post("/api/v1/density", json={"draws": 1}).status_code == 422
    compare(app)
    found = client.get("/api/v1/density").json()
    assert (found["waiting"], found["draws"], found["seed"]) == (False, 2, 3)
    assert "state them on the page of the station" in found["refused"]
