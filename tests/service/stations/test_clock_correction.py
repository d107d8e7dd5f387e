"""A camera's clock corrected over HTTP: preview, apply, undo, and what comes in later."""

from pathlib import Path

import pytest

from service.store.database import Database
from service.store.tables.corrections import corrected_value, correction
from service.store.tables.photos import photo

HTML = {"accept": "text/html"}
CASES = Path(__file__).parents[2] / "data" / "field-cases"
CLOCKS, PHOTOS = "/api/v1/clocks", "/api/v1/photos"


@pytest.fixture
def camera(client, painted):
    """camera(times, ...) -> numbers of photos, one file of the camera a time of the EXIF."""

    def send(*times, station="Ridge", camera="A", first=1, **form):
        ids = []
        for n, time in enumerate(times, first):
            taken = time.replace("-", ":").replace("T", " ")
            files = [("files", (f"IMG_{n:04}.jpg", painted(n, taken=taken)))]
            form = {"station": station, "camera": camera, **form}
            answer = client.post(PHOTOS, files=files, data=form)
            ids.append(answer.json()["files"][0]["photo_id"])
        return ids

    return send


def at(client, *ids):
    """What times stand now."""
    return [client.get(f"{PHOTOS}/{one}").json()["photo"]["captured_at"] for one in ids]


def correct(client, status=200, preview=False, **clock):
    clock = {"station": "Ridge", **clock}
    answer = client.post(CLOCKS, json=clock, params={"preview": preview})
    assert answer.status_code == status, answer.text
    return answer.json()


NIGHTS = ("2000-01-01T00:10:00", "2000-01-02T03:00:00", "2000-01-05T20:00:00")
TRUE = ["2024-06-10T19:10:00", "2024-06-11T22:00:00", "2024-06-15T15:00:00"]


def test_three_nights_of_a_clock_that_was_reset_stay_three_nights(client):
    files = [
        ("files", (f"clock2000_{name}.jpg", (CASES / f"clock2000_{name}.jpg").read_bytes()))
        for name in "abc"
    ]
    sent = client.post(PHOTOS, files=files, data={"station": "Ridge"}).json()["files"]
    ids = [one["photo_id"] for one in sent]
    before = [client.get(f"{PHOTOS}/{one}").json()["photo"]["file_time"] for one in ids]
    assert all(time.startswith("2000-01-0") for time in before)
    known = [{"photo_id": ids[0], "taken_at": "2024-06-10T19:00:00"}]
    plan = correct(client, known=known)
    assert plan["changed"] == 3
    after = at(client, *ids)
    assert after[0] == "2024-06-10T19:00:00"
    assert len(set(after)) == 3
    assert len({one["encounter_id"] for one in sent}) == 3


def test_a_photo_of_the_first_of_january_2000_gets_its_time_and_keeps_that_of_its_file(client):
    data = (CASES / "t_2000.jpg").read_bytes()
    files = [("files", ("t_2000.jpg", data))]
    sent = client.post(PHOTOS, files=files, data={"station": "Ridge"}).json()["files"][0]
    assert at(client, sent["photo_id"])[0].startswith("2000-01-01")
    correct(client, known=[{"photo_id": sent["photo_id"], "taken_at": "2024-06-10T19:00:00"}])
    found = client.get(f"{PHOTOS}/{sent['photo_id']}").json()["photo"]
    assert found["captured_at"] == "2024-06-10T19:00:00"
    assert found["file_time"].startswith("2000-01-01")


def test_a_preview_says_what_applying_does_and_changes_nothing(client, camera):
    ids = camera(*NIGHTS)
    known = [{"photo_id": ids[0], "taken_at": TRUE[0]}]
    plan = correct(client, preview=True, known=known)
    assert (plan["preview"], plan["clock_id"], plan["changed"]) == (True, None, 3)
    assert [one["after"] for one in plan["shown"]] == TRUE
    assert at(client, *ids) == list(NIGHTS)
    assert client.get(CLOCKS).json() == []
    applied = correct(client, known=known)
    assert applied["shown"] == plan["shown"]
    assert applied["encounters_changed"] == plan["encounters_changed"] == 3
    assert at(client, *ids) == TRUE


def test_encounters_have_the_corrected_times(client, camera):
    (number,) = camera(NIGHTS[0])
    correct(client, offset_s=3600)
    encounter = client.get(f"{PHOTOS}/{number}").json()["annotations"][0]["encounter_id"]
    summary = client.get(f"/api/v1/encounters/{encounter}").json()["summary"]
    assert summary["started_at"] == "2000-01-01T01:10:00"


def test_a_correction_is_one_entry_and_can_be_undone(app, client, camera):
    ids = camera(*NIGHTS)
    plan = correct(client, offset_s=86400, reason="battery", reviewer="Uma")
    with app.state.components[Database].read() as connection:
        (row,) = connection.execute(correction.select()).all()
        values = connection.execute(corrected_value.select()).all()
    assert (row.id, row.kind, row.person) == (plan["correction_id"], "clock", "Uma")
    assert {(v.field, v.before) for v in values} == {("captured_at", time) for time in NIGHTS}
    undone = client.post(f"{CLOCKS}/{plan['clock_id']}/undo", json={"reviewer": "Ann"})
    assert undone.json()["standing"] is False
    assert at(client, *ids) == list(NIGHTS)
    again = client.post(f"{CLOCKS}/{plan['clock_id']}/undo", json={})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_two_known_photos_give_the_drift_of_a_clock(client, camera):
    ids = camera("2024-01-01T00:00:00", "2024-01-06T00:00:00", "2024-01-11T00:00:00")
    known = [
        {"photo_id": ids[0], "taken_at": "2024-01-01T00:00:00"},
        {"photo_id": ids[2], "taken_at": "2024-01-11T00:10:00"},
    ]
    plan = correct(client, known=known)
    assert plan["error"]["drift_s_a_day"] == pytest.approx(60)
    assert at(client, ids[1]) == ["2024-01-06T00:05:00"]


def test_a_second_correction_begins_at_the_files_time_and_not_at_the_first(client, camera):
    ids = camera(NIGHTS[0])
    correct(client, offset_s=7200)
    correct(client, offset_s=3600)
    assert at(client, *ids) == ["2000-01-01T01:10:00"]


def test_undoing_the_first_of_two_corrections_leaves_the_second(client, camera):
    ids = camera(NIGHTS[0])
    first = correct(client, offset_s=7200)
    correct(client, offset_s=3600)
    client.post(f"{CLOCKS}/{first['clock_id']}/undo", json={})
    assert at(client, *ids) == ["2000-01-01T01:10:00"]


def test_only_files_between_two_times_and_of_one_camera_change(client, camera):
    ids = camera(*NIGHTS) + camera(NIGHTS[1], camera="B", first=10)
    scope = {"from_time": NIGHTS[1], "until_time": NIGHTS[1], "camera": "A"}
    plan = correct(client, offset_s=60, **scope)
    assert plan["changed"] == 1
    assert at(client, *ids) == [NIGHTS[0], "2000-01-02T03:01:00", NIGHTS[2], NIGHTS[1]]


def test_a_time_that_a_person_stated_for_a_photo_alone_stays_unless_overridden(client, camera):
    ids = camera(NIGHTS[0]) + camera(NIGHTS[1], first=5, captured_at="2024-06-11T08:00:00")
    plan = correct(client, offset_s=3600)
    assert (plan["changed"], plan["singly"], plan["left_alone"]) == (1, 1, 1)
    assert at(client, *ids) == ["2000-01-01T01:10:00", "2024-06-11T08:00:00"]
    plan = correct(client, offset_s=3600, override=True)
    assert (plan["singly"], plan["left_alone"]) == (1, 0)
    assert at(client, ids[1]) == ["2000-01-02T04:00:00"]


def test_a_photo_without_a_time_of_its_file_stays_unknown_and_is_counted(client, camera, painted):
    camera(NIGHTS[0])
    files = [("files", ("loose.jpg", painted(77)))]
    form = {"station": "Ridge", "camera": "A"}
    loose = client.post(PHOTOS, files=files, data=form).json()["files"][0]["photo_id"]
    plan = correct(client, offset_s=3600)
    assert (plan["changed"], plan["without_time"]) == (1, 1)
    assert at(client, loose) == [None]


def test_what_is_uploaded_later_is_corrected_by_the_standing_clock(client, camera):
    camera(NIGHTS[0])
    plan = correct(client, offset_s=3600, camera="A")
    later = camera(NIGHTS[1], first=20)
    other = camera(NIGHTS[1], first=30, camera="B")
    assert at(client, *later, *other) == ["2000-01-02T04:00:00", NIGHTS[1]]
    client.post(f"{CLOCKS}/{plan['clock_id']}/undo", json={})
    assert at(client, *later) == [NIGHTS[1]]
    assert at(client, *camera(NIGHTS[2], first=40)) == [NIGHTS[2]]


def test_a_time_stated_at_the_upload_is_not_shifted_by_a_standing_clock(client, camera):
    camera(NIGHTS[0])
    correct(client, offset_s=3600)
    later = camera(NIGHTS[1], first=20, captured_at="2024-06-11T08:00:00")
    assert at(client, *later) == ["2024-06-11T08:00:00"]


def test_two_zones_shift_the_times_and_state_the_zone(client, camera):
    ids = camera("2024-06-10T12:00:00")
    correct(client, shown_zone="+00:00", zone="Asia/Kolkata")
    found = client.get(f"{PHOTOS}/{ids[0]}").json()["photo"]
    assert (found["captured_at"], found["zone"]) == ("2024-06-10T17:30:00", "+05:30")


def test_a_zone_alone_is_stated_and_moves_nothing(client, camera):
    ids = camera("2024-06-10T12:00:00")
    plan = correct(client, zone="+05:30")
    found = client.get(f"{PHOTOS}/{ids[0]}").json()["photo"]
    assert (found["captured_at"], found["zone"]) == ("2024-06-10T12:00:00", "+05:30")
    client.post(f"{CLOCKS}/{plan['clock_id']}/undo", json={})
    assert client.get(f"{PHOTOS}/{ids[0]}").json()["photo"]["zone"] == "unknown"


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        ({}, "say what is known"),
        ({"offset_s": 1, "zone": "+01:00", "shown_zone": "Z"}, "either"),
        ({"shown_zone": "Z"}, "name both zones"),
        ({"zone": "nowhere"}, "is no zone"),
        ({"camera": "Z", "offset_s": 60}, "no photo of this camera"),
        ({"known": [{"photo_id": "0" * 64, "taken_at": TRUE[0]}]}, "another station or camera"),
        ({"offset_s": 3.9e9 * 100}, ""),
        ({"from_time": "2024-01-01T00:00:00Z", "offset_s": 5}, ""),
    ],
)
def test_what_says_nothing_of_a_clock_is_refused_with_a_sentence(client, camera, clock, words):
    ids = camera(*NIGHTS)
    for preview in (True, False):
        answer = correct(client, 422, preview=preview, **clock)
        assert words in answer["detail"]
    assert at(client, *ids) == list(NIGHTS)


def test_the_page_previews_by_get_and_applies_by_post(client, camera):
    ids = camera(*NIGHTS)
    form = {"camera": "A", "photo": ids[0], "taken_at": "2024-06-10T19:10:00"}
    page = client.get("/stations/Ridge/clock", params=form, headers=HTML)
    assert page.status_code == 200
    assert "3 photos get another time" in page.text
    assert "15 Jun 2024, 15:00:00" in page.text
    assert at(client, *ids) == list(NIGHTS)
    done = client.post("/stations/Ridge/clock", data=form, headers=HTML, follow_redirects=False)
    assert done.status_code == 303
    assert at(client, *ids) == TRUE
    station = client.get("/stations/Ridge", headers=HTML).text
    assert "Corrected clocks" in station
    client.post("/clocks/1/undo", headers=HTML)
    assert at(client, *ids) == list(NIGHTS)


def test_the_page_says_why_a_clock_cannot_be_corrected(client, camera):
    camera(*NIGHTS)
    page = client.get("/stations/Ridge/clock", params={"difference": "soon"}, headers=HTML)
    assert page.status_code == 422
    assert "difference of times" in page.text


def test_a_photos_page_leads_to_the_clock_of_its_camera(client, camera):
    (number,) = camera(NIGHTS[0], station="Ridge & Co", camera="A+B")
    page = client.get(f"/photos/{number}", headers=HTML).text
    link = page.partition('href="/stations/')[2].partition('"')[0].replace("&amp;", "&")
    opened = client.get(f"/stations/{link}", headers=HTML)
    assert opened.status_code == 200
    assert f'<option value="{number}" selected>' in opened.text


def test_times_that_look_wrong_are_listed_and_nothing_is_corrected(app, client, camera):
    ids = camera("2024-02-01T10:00:00", "2024-01-20T10:00:00", "2000-01-01T00:00:10")
    with app.state.components[Database].write() as connection:
        for n, number in enumerate(ids[:2], 1):
            connection.execute(photo.update().where(photo.c.id == number).values(sequence=n))
    found = client.get("/api/v1/stations/Ridge").json()["suspicions"]
    assert {one["doubt"] for one in found} == {"backwards", "reset"}
    page = client.get("/stations/Ridge", headers=HTML).text
    assert "Times in doubt" in page
    assert "By the count of frames 20 Jan 2024, 10:00 follows 1 Feb 2024, 10:00" in page
    assert at(client, *ids)[2] == "2000-01-01T00:00:10"


def test_a_time_that_was_corrected_for_a_photo_alone_stays_unless_overridden(client, camera):
    ids = camera(*NIGHTS)
    stated = client.patch(f"{PHOTOS}/{ids[1]}", json={"captured_at": "2024-06-11T08:00:00"})
    assert stated.status_code == 200, stated.text
    plan = correct(client, offset_s=3600)
    assert (plan["changed"], plan["left_alone"]) == (2, 1)
    assert at(client, ids[1]) == ["2024-06-11T08:00:00"]
    correct(client, offset_s=3600, override=True)
    assert at(client, ids[1]) == ["2000-01-02T04:00:00"]


def test_a_time_stated_after_a_clock_stays_when_the_clock_is_undone(client, camera):
    ids = camera(*NIGHTS)
    plan = correct(client, offset_s=3600)
    client.patch(f"{PHOTOS}/{ids[1]}", json={"captured_at": "2024-06-11T08:00:00"})
    client.post(f"{CLOCKS}/{plan['clock_id']}/undo", json={})
    assert at(client, *ids) == [NIGHTS[0], "2024-06-11T08:00:00", NIGHTS[2]]


def test_the_undo_of_all_corrections_takes_a_clock_back_and_again(client, camera):
    ids = camera(*NIGHTS)
    plan = correct(client, offset_s=3600)
    undone = client.post(f"/api/v1/corrections/{plan['correction_id']}/undo", json={})
    assert undone.status_code == 201, undone.text
    assert at(client, *ids) == list(NIGHTS)
    assert client.get(CLOCKS).json()[0]["standing"] is False
    assert at(client, *camera(NIGHTS[1], first=50)) == [NIGHTS[1]]
    client.post(f"/api/v1/corrections/{undone.json()['id']}/undo", json={})
    assert client.get(CLOCKS).json()[0]["standing"] is True
    assert at(client, ids[0]) == ["2000-01-01T01:10:00"]
    assert correct(client, offset_s=60, preview=True)["left_alone"] == 0


def test_a_zone_that_was_stated_by_a_clock_is_no_time_of_a_photo_alone(client, camera):
    ids = camera(*NIGHTS)
    correct(client, zone="+05:30")
    assert correct(client, offset_s=60)["changed"] == 3
    assert at(client, ids[0]) == ["2000-01-01T00:11:00"]
