"""Stations, deployments, their import and their names, over HTTP."""

from pathlib import Path

import pytest
from logged_in import browser_of, one_of_each
from sqlalchemy import event

from service.stations.gaps import gaps
from service.stations.statements import time_of
from service.store.database import Database
from service.store.people import Role
from service.store.tables.corrections import corrected_value

HTML = {"accept": "text/html"}
EXAMPLE = Path(__file__).parents[2] / "data" / "camtrap-dp" / "deployments.csv"
API = "/api/v1"
STOOD = {"starts_at": "2024-01-01T00:00:00", "ends_at": "2024-03-01T00:00:00"}


def deploy(client, status=201, **values):
    answer = client.post(f"{API}/deployments", json={"station": "Ridge", **values})
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture
def photo(client, painted):
    def send(seed, time, station="Ridge", **form):
        files = [("files", (f"{seed}.jpg", painted(seed, taken=time)))]
        form = {"station": station, "flank": "left", **form}
        return client.post(f"{API}/photos", files=files, data=form).json()["files"][0]

    return send


def test_a_deployment_is_added_changed_ended_and_removed(client):
    one = deploy(client, camera="A", latitude=43.51, longitude=54.2, heading=90, **STOOD)
    assert one["name"] == "Ridge A 2024-01-01"
    address = f"{API}/deployments/{one['id']}"
    changed = client.patch(address, json={"heading": 180, "ends_at": None}).json()
    assert (changed["heading"], changed["ends_at"], changed["camera"]) == (180, None, "A")
    assert [d["id"] for d in client.get(f"{API}/deployments").json()] == [one["id"]]
    assert client.delete(address).status_code == 204
    assert client.get(f"{API}/deployments").json() == []
    assert client.patch(address, json={}).status_code == 404


def test_one_camera_does_not_stand_twice_at_one_time(client):
    deploy(client, camera="A", name="winter", **STOOD)
    refused = deploy(client, 409, camera="A", name="again", starts_at="2024-02-01T00:00:00")
    assert "A stood at Ridge at that time already, by deployment winter" in refused["detail"]
    deploy(client, camera="A", name="spring", starts_at="2024-03-01T00:00:00")
    deploy(client, camera="B", name="other camera", **STOOD)
    third = {"name": "third", "starts_at": "2024-05-01T00:00:00"}
    late = deploy(client, camera="A", status=409, **third)
    assert "spring" in late["detail"]


@pytest.mark.parametrize(
    "values",
    [
        {"latitude": 43},
        {"latitude": 95, "longitude": 5},
        {"heading": 361},
        {"zone": "Mars"},
        {"starts_at": "2024-01-01T00:00:00Z"},
        {"starts_at": "2024-03-01T00:00:00", "ends_at": "2024-01-01T00:00:00"},
        {"station": "  "},
    ],
)
def test_a_senseless_deployment_is_refused(client, values):
    deploy(client, 422, **values)
    assert client.get(f"{API}/stations").json() == {"stations": []}


def test_two_deployments_do_not_share_a_name(client):
    deploy(client, name="winter", **STOOD)
    taken = deploy(client, 409, name="winter", station="Other")
    assert "already called winter" in taken["detail"]


def test_a_station_lists_cameras_photos_and_stretches_without_one(client, photo):
    photo(1, "2024:01:05 10:00:00", camera="A")
    photo(2, "2024:01:25 10:00:00", camera="A")
    one = deploy(client, camera="A", **STOOD)
    found = client.get(f"{API}/stations/Ridge").json()
    assert (found["station"]["photos"], found["station"]["encounters"]) == (2, 2)
    assert found["station"]["first"] == "2024-01-05T10:00:00"
    assert [(c["name"], c["photos"]) for c in found["cameras"]] == [("A", 2)]
    assert [(g["deployment"], g["days"]) for g in found["gaps"]] == [
        (one["id"], 20),
        (one["id"], 35),
    ]
    page = client.get("/stations/Ridge", headers=HTML).text
    assert "No photo between 5 Jan 2024 and 25 Jan 2024 (20 days)." in page
    assert client.get(f"{API}/stations/Nowhere").status_code == 404


def test_a_gap_needs_a_week_and_edges_count():
    times = [time_of("2024-01-03"), time_of("2024-01-09")]
    assert gaps(times, time_of("2024-01-01"), time_of("2024-01-15")) == []
    (gap,) = gaps([], time_of("2024-01-01"), time_of("2024-01-15"))
    assert gap.days == 14


def test_photos_without_a_position_take_that_of_the_deployment_in_a_case(client, photo, work):
    first, second = photo(1, "2024:01:05 10:00:00"), photo(2, "2024:02:05 10:00:00", "South")
    work()
    deploy(client, latitude=43.5, longitude=54.0)
    deploy(client, station="South", latitude=44.5, longitude=54.0)
    client.post(f"{API}/cases", json={"name": "c"})
    numbers = [first["encounter_id"], second["encounter_id"]]
    client.post(f"{API}/cases/1/encounters", json={"encounters": numbers})
    (pair,) = client.get(f"{API}/cases/1/report").json()["pairs"]
    assert 110 < pair["space_time"]["distance_km"] < 112


def test_positions_are_rounded_for_who_may_not_see_places(app, client):
    people = one_of_each(app)
    curator, viewer = (browser_of(app, people[r]) for r in (Role.CURATOR, Role.VIEWER))
    deploy(curator, latitude=43.5123, longitude=54.0456)
    for who, latitude in ((curator, 43.5123), (viewer, 43.6)):
        assert who.get(f"{API}/stations/Ridge").json()["station"]["latitude"] == latitude
        assert who.get(f"{API}/deployments").json()[0]["latitude"] == latitude
        pages = [who.get(path, headers=HTML).text for path in ("/stations", "/stations/Ridge")]
        assert ("43.5123" in pages[1]) is (who is curator)
        assert "points of squares" in pages[0] or who is curator
    assert "New deployment" not in viewer.get("/stations/Ridge", headers=HTML).text


def test_a_renamed_station_takes_everything_along_as_one_correction(app, client, photo):
    sent = photo(1, "2024:01:05 10:00:00")
    deploy(client, **STOOD)
    client.post(f"{API}/clocks", json={"station": "Ridge", "offset_s": 60})
    done = client.patch(f"{API}/stations/Ridge", json={"name": "North ridge", "reviewer": "Uma"})
    assert done.status_code == 200, done.text
    assert client.get(f"{API}/stations/Ridge").status_code == 404
    found = client.get(f"{API}/stations/North ridge").json()
    assert found["station"]["photos"] == found["station"]["encounters"] == 1
    assert len(found["deployments"]) == 1
    assert client.get(f"{API}/clocks").json()[0]["scope"]["station"] == "North ridge"
    with app.state.components[Database].read() as connection:
        number = done.json()["correction_id"]
        of_this = corrected_value.c.correction_id == number
        values = connection.execute(corrected_value.select().where(of_this)).all()
    assert {(value.photo_id, value.field, value.before, value.after) for value in values} == {
        (sent["photo_id"], "station", "Ridge", "North ridge"),
        (None, "deployment 1", "Ridge", "North ridge"),
        (None, "clock 1", "Ridge", "North ridge"),
    }


def undone(client, number):
    answer = client.post(f"{API}/corrections/{number}/undo", json={"reviewer": "Uma"})
    assert answer.status_code == 201, answer.text
    return answer.json()


def places(client):
    """The station of every deployment and clock, and the station and camera of every clock."""
    clocks = [one["scope"] for one in client.get(f"{API}/clocks").json()]
    stood = [one["station"] for one in client.get(f"{API}/deployments").json()]
    return stood, [(one["station"], one["camera"]) for one in clocks]


def test_the_undo_of_a_renaming_brings_deployments_and_clocks_back(client, photo):
    photo(1, "2024:01:05 10:00:00")
    deploy(client, **STOOD)
    client.post(f"{API}/clocks", json={"station": "Ridge", "offset_s": 60})
    done = client.patch(f"{API}/stations/Ridge", json={"name": "North"}).json()["correction_id"]
    assert places(client) == (["North"], [("North", "")])
    back = undone(client, done)
    assert places(client) == (["Ridge"], [("Ridge", "")])
    assert client.get(f"{API}/stations/North").status_code == 404
    assert client.get(f"{API}/stations/Ridge").json()["station"]["photos"] == 1
    undone(client, back["id"])
    assert places(client) == (["North"], [("North", "")])
    assert client.get(f"{API}/stations/Ridge").status_code == 404


def test_a_station_with_a_deployment_only_comes_back_too(client):
    deploy(client, **STOOD)
    done = client.patch(f"{API}/stations/Ridge", json={"name": "North"}).json()["correction_id"]
    undone(client, done)
    (left,) = client.get(f"{API}/stations").json()["stations"]
    assert (left["name"], places(client)[0]) == ("Ridge", ["Ridge"])


def test_a_deployment_that_was_moved_or_removed_since_stays_as_it_is(client, photo):
    photo(1, "2024:01:05 10:00:00")
    one, two = (deploy(client, camera=camera, **STOOD) for camera in "ab")
    done = client.patch(f"{API}/stations/Ridge", json={"name": "North"}).json()["correction_id"]
    assert client.delete(f"{API}/deployments/{one['id']}").status_code in {200, 204}
    moved = client.patch(f"{API}/deployments/{two['id']}", json={"station": "Pass"})
    assert moved.status_code == 200, moved.text
    undone(client, done)
    assert places(client)[0] == ["Pass"]


def test_a_clock_goes_with_the_photos_of_a_corrected_upload_and_comes_back(client, photo):
    sent = [photo(n, f"2024:01:05 10:0{n}:00", camera="C1") for n in range(2)]
    scope = {"station": "Ridge", "camera": "C1"}
    assert client.post(f"{API}/clocks", json={**scope, "offset_s": 60}).status_code == 200
    ids = [file["photo_id"] for file in sent]
    body = {"of": {"photos": ids}, "change": {"station": "P", "camera": "C2"}}
    done = client.post(f"{API}/corrections", json=body)
    assert done.status_code == 200, done.text
    assert places(client)[1] == [("P", "C2")]
    later = photo(7, "2024:01:06 10:00:00", station="P", camera="C2")
    shown = client.get(f"{API}/photos/{later['photo_id']}").json()["photo"]
    assert shown["captured_at"].startswith("2024-01-06T10:01:00")
    undone(client, done.json()["correction"]["id"])
    assert places(client)[1] == [("Ridge", "C1")]


def test_a_clock_stays_where_photos_of_it_stay(client, photo):
    sent = [photo(n, f"2024:01:05 10:0{n}:00") for n in range(2)]
    client.post(f"{API}/clocks", json={"station": "Ridge", "offset_s": 60})
    client.patch(f"{API}/photos/{sent[0]['photo_id']}", json={"station": "Pass"})
    assert places(client)[1] == [("Ridge", "")]


def test_a_clock_goes_with_photos_that_are_uploaded_again_with_another_station(client, photo):
    photo(1, "2024:01:05 10:00:00")
    client.post(f"{API}/clocks", json={"station": "Ridge", "offset_s": 60})
    photo(1, "2024:01:05 10:00:00", station="Pass")
    assert places(client)[1] == [("Pass", "")]


def test_a_name_that_is_taken_is_refused_and_may_be_joined(client, photo):
    photo(1, "2024:01:05 10:00:00", "Ridge")
    photo(2, "2024:01:25 10:00:00", "Rigde")
    taken = client.patch(f"{API}/stations/Rigde", json={"name": "Ridge"})
    assert (taken.status_code, taken.json()["code"]) == (409, "conflict")
    joined = client.post(f"{API}/stations/Rigde/join", json={"into": "Ridge"})
    assert joined.status_code == 200
    (left,) = client.get(f"{API}/stations").json()["stations"]
    assert (left["name"], left["photos"], left["encounters"]) == ("Ridge", 2, 2)
    assert client.post(f"{API}/stations/Ridge/join", json={"into": "x"}).status_code == 404
    assert client.post(f"{API}/stations/Ridge/join", json={"into": "Ridge"}).status_code == 422


def bring(client, data, preview=False):
    files = {"file": ("deployments.csv", data)}
    return client.post(f"{API}/deployments/import", files=files, params={"preview": preview})


def test_the_example_of_camtrap_dp_is_previewed_kept_and_known_the_second_time(client):
    data = EXAMPLE.read_bytes()
    plan = bring(client, data, preview=True).json()
    assert (plan["made"], plan["refused"], len(plan["new_stations"])) == (4, 0, 4)
    assert client.get(f"{API}/stations").json() == {"stations": []}
    assert bring(client, data).json()["made"] == 4
    assert len(client.get(f"{API}/deployments").json()) == 4
    again = bring(client, data).json()
    assert (again["made"], again["changed"], again["unchanged"]) == (0, 0, 4)
    changed = bring(client, data.replace(b",285,", b",280,")).json()
    assert [one["fields"] for one in changed["lines"] if one["outcome"] == "changed"] == [
        ["heading"]
    ]


def test_a_bad_row_stops_no_other_and_names_line_and_column(client):
    head = "station;camera;latitude;longitude;start;end\n"
    rows = "Ridge;A;43,5;54,1;2024-01-01;2024-02-01\nRidge;A;;;2024-01-15;\nSouth;A;x;1;;\n"
    plan = bring(client, (head + rows).encode()).json()
    assert (plan["made"], plan["refused"]) == (1, 2)
    why = {one["line"]: one["why"] for one in plan["lines"]}
    assert "at that time already" in why[3]
    assert "line 4, column latitude: x is no number" in why[4]
    assert [row["name"] for row in client.get(f"{API}/stations").json()["stations"]] == ["Ridge"]


def test_a_table_with_dates_in_doubt_is_refused_whole(client):
    answer = bring(client, b"station,start\nRidge,01/03/2019\n")
    assert answer.status_code == 422
    assert "line 2, column start: 01/03/2019" in answer.json()["detail"]


def test_the_page_of_the_import_shows_every_row_before_it_keeps_them(client):
    table = "station,camera,start\nRidge,A,2024-01-01\nRidge,A,2024-02-01\n"
    files = {"file": ("d.csv", table.encode())}
    page = client.post("/stations/import", files=files, headers=HTML)
    assert page.status_code == 200
    assert "Made: 1, changed: 0, as they are: 0, refused: 1" in page.text
    assert client.get(f"{API}/deployments").json() == []
    kept = client.post("/stations/import", data={"table": table, "apply": "true"}, headers=HTML)
    assert kept.status_code == 200
    assert len(client.get(f"{API}/deployments").json()) == 1
    bad = client.post("/stations/import", files={"file": ("d.csv", b"a,b\n1,2\n")}, headers=HTML)
    assert bad.status_code == 422
    assert "neither the column station" in bad.text


def send(client, path, **form):
    return client.post(path, data=form, headers=HTML, follow_redirects=False)


def test_forms_of_a_station_add_change_end_and_remove(client, photo):
    photo(1, "2024:01:05 10:00:00", "Ridge/North")
    form = {"camera": "A", "starts_at": "2024-01-01T00:00", "latitude": "43,5", "longitude": "54"}
    done = send(client, "/stations/Ridge/North/deployments", **form)
    assert (done.status_code, done.headers["location"]) == (303, "/stations/Ridge/North")
    page = client.get("/stations/Ridge/North", headers=HTML).text
    assert "43.5000, 54.0000" in page
    again = send(client, "/stations/Ridge/North/deployments", **form | {"deployment_name": "x"})
    assert again.status_code == 409
    assert "at that time already" in again.text
    changed = send(client, "/deployments/1", **form | {"heading": "285"})
    assert changed.status_code == 303
    assert "285°, west" in client.get("/stations/Ridge/North", headers=HTML).text
    assert send(client, "/deployments/1/end", ends_at="2024-03-01T12:00").status_code == 303
    assert client.get(f"{API}/deployments").json()[0]["ends_at"] == "2024-03-01T12:00:00"
    assert send(client, "/deployments/1", latitude="north").status_code == 422
    assert send(client, "/deployments/1/remove").status_code == 303
    assert client.get(f"{API}/deployments").json() == []


def test_forms_rename_and_join_stations(client, photo):
    photo(1, "2024:01:05 10:00:00", "Rigde")
    done = send(client, "/stations/Rigde/rename", new_name="Ridge")
    assert (done.status_code, done.headers["location"]) == (303, "/stations/Ridge")
    photo(2, "2024:02:05 10:00:00", "Rigde")
    taken = send(client, "/stations/Rigde/rename", new_name="Ridge")
    assert taken.status_code == 409
    assert "There is a station Ridge already" in taken.text
    assert send(client, "/stations/Rigde/join", into="Ridge").status_code == 303
    assert client.get("/stations/Rigde", headers=HTML).status_code == 404


def test_the_list_of_stations_has_a_map_and_no_code_of_its_own(client, photo):
    assert "No stations yet" in client.get("/stations", headers=HTML).text
    photo(1, "2024:01:05 10:00:00")
    deploy(client, station="South", latitude=43.5, longitude=54.0)
    page = client.get("/stations", headers=HTML).text
    assert '<svg class="map"' in page
    assert "Not on the map, because no position is known: Ridge" in page
    assert " style=" not in page
    assert page.count("<script") == page.count('<script type="module" src="/static/')


def test_the_list_of_stations_reads_the_photos_as_often_for_many_stations_as_for_few(
    app, client, photo
):
    statements = []
    engine = app.state.components[Database].engine
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))

    def looks():
        statements.clear()
        assert client.get("/stations", headers=HTML).status_code == 200
        return len(statements)

    for number in range(2):
        photo(number, "2024:01:02 20:00:00", station=f"S{number}")
        deploy(client, station=f"S{number}", camera="A", **STOOD)
    few = looks()
    for number in range(2, 8):
        photo(number, "2024:01:02 20:00:00", station=f"S{number}")
        deploy(client, station=f"S{number}", camera="A", **STOOD)
    assert looks() == few
