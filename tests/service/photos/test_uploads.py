"""Uploads: what is accepted, what is refused, and how photos become encounters."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

UPLOAD = "/api/v1/photos"


def send(client, *photos, **said):
    """Upload (name, bytes) pairs."""
    return client.post(UPLOAD, files=[("files", photo) for photo in photos], data=said)


def encounter_of(client, photo, **said):
    return send(client, ("a.jpg", photo), **said).json()["files"][0]["encounter_id"]


def test_a_new_photo_is_created_and_waits_for_the_worker(client, painted):
    answer = send(client, ("a.jpg", painted(1)), station="North", flank="left")
    assert answer.status_code == 201
    body = answer.json()
    assert (body["pending"], body["finished"], body["files"][0]["created"]) == (1, False, True)


def test_the_same_bytes_again_are_the_same_photo_and_no_new_annotation(client, painted):
    first = send(client, ("a.jpg", painted(1)), station="North").json()["files"][0]
    again = send(client, ("renamed.jpg", painted(1)), station="South")
    assert again.status_code == 200
    second = again.json()["files"][0]
    assert second["created"] is False
    assert second["annotation_id"] == first["annotation_id"]
    assert len(client.get(f"/api/v1/photos/{first['photo_id']}").json()["annotations"]) == 1


def test_the_same_bytes_twice_in_one_upload_are_one_photo(client, painted):
    body = send(client, ("a.jpg", painted(1)), ("b.jpg", painted(1))).json()
    assert [one["created"] for one in body["files"]] == [True, False]
    assert len({one["annotation_id"] for one in body["files"]}) == 1


def test_one_bad_file_gets_its_own_error_and_stops_no_other(client, painted):
    files = [("good.jpg", painted(1)), ("bad.jpg", b"not a photo"), ("empty.jpg", b"")]
    body = send(client, *files).json()
    assert [one["error_code"] for one in body["files"]] == [None, *["unreadable_image"] * 2]
    assert (body["pending"], body["refused"]) == (1, 2)
    assert body["files"][2]["error_detail"] == "the file is empty"


def test_an_upload_of_which_nothing_is_kept_is_an_error(client):
    answer = send(client, ("bad.jpg", b"no"))
    assert answer.status_code == 422
    assert answer.json()["code"] == "no_photo_accepted"
    assert "bad.jpg" in answer.json()["detail"]


def test_many_threads_with_the_same_photo_make_one(client, painted):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send(client, ("a.jpg", painted(7))).json(), range(8)))
    assert sum(one["files"][0]["created"] for one in answers) == 1
    assert len({one["files"][0]["annotation_id"] for one in answers}) == 1


def test_photos_of_a_station_close_in_time_are_one_encounter_over_all_cameras(client, painted):
    def at(time, seed, camera):
        taken = f"2020:01:01 {time}"
        return encounter_of(client, painted(seed, taken=taken, camera=camera), station="North")

    first = at("10:00:00", 1, "A")
    assert at("10:29:00", 2, "B") == first
    assert at("10:58:00", 3, "A") == first  # close to the second
    assert at("11:29:00", 4, "A") != first


def test_another_station_is_another_encounter(client, painted):
    photo = [painted(n, taken="2020:01:01 10:00:00") for n in (1, 2)]
    north = encounter_of(client, photo[0], station="North")
    assert encounter_of(client, photo[1], station="South") != north


def test_a_photo_without_time_is_an_encounter_of_its_own(client, painted):
    assert encounter_of(client, painted(1), station="N") != encounter_of(
        client, painted(2), station="N"
    )


def test_an_uploader_may_name_the_encounter(client, painted):
    named = encounter_of(client, painted(1), encounter="cliff edge, first night")
    assert encounter_of(client, painted(2), encounter="cliff edge, first night") == named
    assert encounter_of(client, painted(3), encounter=str(named)) == named


def test_an_encounter_number_that_does_not_exist_is_refused_whole(client, painted):
    answer = send(client, ("a.jpg", painted(1)), encounter="77")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert client.get("/api/v1/encounters").json()["encounters"] == []


@pytest.mark.parametrize(
    ("name", "exif", "form", "used", "source"),
    [
        ("a.jpg", "", "", None, None),
        ("2019-03-01_19-49-36.jpg", "", "", "2019-03-01T19:49:36", "file name"),
        ("2019-03-01_19-49-36.jpg", "2019:03:01 20:00:00", "", "2019-03-01T20:00:00", "exif"),
        ("a.jpg", "2019:03:01 20:00:00", "2019-03-02T08:00:00", "2019-03-02T08:00:00", "form"),
    ],
    ids=["nothing", "name only", "exif before name", "form before exif"],
)
def test_time_comes_from_form_then_exif_then_name(client, painted, name, exif, form, used, source):
    file = send(client, (name, painted(1, taken=exif)), captured_at=form).json()["files"][0]
    found = client.get(f"/api/v1/photos/{file['photo_id']}").json()
    assert found["photo"]["captured_at"] == used
    assert [c["source"] for c in found["claims"] if c["used"] and c["field"] == "captured_at"] == (
        [source] if source else []
    )


def test_conflicting_statements_are_kept_side_by_side(client, painted):
    photo = painted(1, taken="2018:11:11 06:57:00")
    number = encounter_of(client, photo, captured_at="2018-11-06T06:57:00")
    detail = client.get(f"/api/v1/encounters/{number}").json()
    (claims,) = detail["conflicts"].values()
    assert {(c["source"], c["value"], c["used"]) for c in claims} == {
        ("form", "2018-11-06T06:57:00", True),
        ("exif", "2018-11-11T06:57:00", False),
    }


def test_a_stated_offset_is_kept_beside_the_wall_clock(client, painted):
    time = "2018-09-29T22:57:00+05:00:30"
    sent = send(client, ("a.jpg", painted(1)), captured_at=time).json()
    photo = client.get(f"/api/v1/photos/{sent['files'][0]['photo_id']}").json()["photo"]
    assert (photo["captured_at"], photo["zone"]) == ("2018-09-29T22:57:00", "+05:00")


def test_one_box_is_for_all_files_and_several_are_for_one_each(client, painted):
    def boxes(files, box):
        answer = client.post(UPLOAD, files=[("files", f) for f in files], data={"box": box})
        ids = [one["photo_id"] for one in answer.json()["files"]]
        found = [client.get(f"/api/v1/photos/{i}").json()["annotations"][0]["box"] for i in ids]
        return answer.status_code, found

    first = [("a.jpg", painted(1)), ("b.jpg", painted(2))]
    assert boxes(first, "0.5 0 1 1") == (201, [[160, 0, 320, 160]] * 2)
    second = [("c.jpg", painted(3)), ("d.jpg", painted(4))]
    assert boxes(second, ["0,0,100,100", "10 10 200 100"]) == (
        201,
        [[0, 0, 100, 100], [10, 10, 200, 100]],
    )


def test_a_box_beside_the_photo_is_the_files_own_error(client, painted):
    body = send(client, ("a.jpg", painted(1)), box="900 900 1000 1000")
    assert "box" in body.json()["detail"]


def test_file_names_lose_folders_and_control_characters(client, painted):
    body = send(client, ("../../etc/pass\x7fwd.jpg", painted(1))).json()
    assert body["files"][0]["file_name"] == "pass?wd.jpg"


def test_the_encounter_spans_its_photos(client, painted):
    times = ["2020:01:01 10:20:00", "2020:01:01 10:00:00"]
    files = [(f"{n}.jpg", painted(n, taken=time)) for n, time in enumerate(times)]
    number = send(client, *files, station="N").json()["files"][0]["encounter_id"]
    found = client.get(f"/api/v1/encounters/{number}").json()["summary"]
    span = [datetime.fromisoformat(found[edge]) for edge in ("started_at", "ended_at")]
    assert [moment.minute for moment in span] == [0, 20]


@pytest.mark.parametrize(
    ("text", "words"),
    [("2019-03-01", "no time of day"), ("20190301", "no time of day"), ("dawn", "not ISO 8601")],
)
def test_a_date_alone_is_no_time_and_does_not_become_midnight(client, painted, text, words):
    photo = {"files": ("a.jpg", painted(1), "image/jpeg")}
    answer = client.post("/api/v1/photos", files=photo, data={"captured_at": text})
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
