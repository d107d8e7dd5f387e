"""Photos that arrive in pieces: by tus 1.0, taken in once, bounded, for who began them only."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from errno import ENOSPC

import pytest
from arriving import PLACE, TUS, announce, begun, code, metadata, offset, send, take
from fake_embedder import fake_recognition
from logged_in import account, browser_of, one_of_each
from sqlalchemy import select, update
from starlette.testclient import TestClient

from service.app import create_app
from service.photos.arriving import ArrivingFiles
from service.store.arriving_bytes import ArrivingBytes
from service.store.database import Database
from service.store.files import PhotoFiles
from service.store.people import Role
from service.store.tables.arriving import arriving_file
from service.store.tables.base import now

ELSEWHERE = {"sec-fetch-site": "cross-site"}


def pieces(app):
    """Names of files in the folder of what arrives."""
    folder = app.state.components[ArrivingFiles]._bytes._folder
    return sorted(path.name for path in folder.glob("*"))


def shift_expiry(app, by):
    with app.state.components[Database].write() as connection:
        connection.execute(update(arriving_file).values(expires_at=now() + by))


def test_a_file_in_three_pieces_becomes_the_photo_that_one_request_would_make(app, client, painted):
    photo = painted(1)
    place = begun(client, photo)
    for start in range(0, len(photo), len(photo) // 3 + 1):
        answer = send(client, place, photo[start : start + len(photo) // 3 + 1], start)
        assert answer.status_code == 204
        assert answer.headers["tus-resumable"] == "1.0.0"
    assert offset(client, place) == len(photo)
    taken = take(client, place, station="North", flank="left")
    plain = client.post("/api/v1/photos", files=[("files", ("b.jpg", painted(2)))])
    assert (taken.status_code, set(taken.json())) == (plain.status_code, set(plain.json()))
    file = taken.json()["files"][0]
    assert (file["file_name"], file["created"], file["station"]) == ("a.jpg", True, "North")
    assert app.state.components[PhotoFiles].get(file["photo_id"]) == photo
    assert pieces(app) == []


def test_a_file_is_added_to_an_upload_like_any_other(client, painted):
    upload = client.post("/api/v1/uploads").json()["id"]
    for number in (1, 2):
        place = begun(client, painted(number), f"{number}.jpg")
        send(client, place, painted(number))
        take(client, place, upload=upload)
    files = client.get(f"/api/v1/uploads/{upload}").json()["files"]
    assert [(one["position"], one["file_name"]) for one in files] == [(0, "1.jpg"), (1, "2.jpg")]


def test_whoever_did_not_get_the_answer_asks_again_and_gets_the_same(client, painted):
    upload = client.post("/api/v1/uploads").json()["id"]
    place = begun(client, painted(1))
    send(client, place, painted(1))
    first, again = (take(client, place, upload=upload) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json()["files"] == again.json()["files"]
    assert len(client.get(f"/api/v1/uploads/{upload}").json()["files"]) == 1
    assert client.get(place).json()["upload"] == upload


def test_of_two_who_have_one_file_taken_in_at_once_both_get_the_one_photo(client, painted):
    upload = client.post("/api/v1/uploads").json()["id"]
    for number in range(3):
        place = begun(client, painted(number))
        send(client, place, painted(number))
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _, at=place: take(client, at, upload=upload), range(4)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["files"][0]["position"] for answer in answers}) == 1
    assert len(client.get(f"/api/v1/uploads/{upload}").json()["files"]) == 3


def test_of_a_photo_that_is_known_no_byte_is_sent_and_what_is_stated_counts(client, painted):
    client.post("/api/v1/photos", files=[("files", ("a.jpg", painted(1)))])
    answer = announce(client, painted(1), "renamed.jpg")
    assert answer.headers["upload-offset"] == str(len(painted(1)))
    taken = take(client, answer.headers["location"], station="South")
    assert taken.status_code == 200
    file = taken.json()["files"][0]
    assert (file["created"], file["station"], file["changed"]) == (False, "South", ["station"])


def test_of_a_photo_whose_file_is_damaged_the_bytes_are_wanted_again(app, client, painted):
    sent = client.post("/api/v1/photos", files=[("files", ("a.jpg", painted(1)))]).json()
    photo_id = sent["files"][0]["photo_id"]
    folder = app.state.components[PhotoFiles].folder
    (folder / photo_id[:2] / photo_id).write_bytes(painted(2))
    place = begun(client, painted(1))
    assert offset(client, place) == 0
    send(client, place, painted(1))
    assert take(client, place).status_code == 200
    assert app.state.components[PhotoFiles].get(photo_id) == painted(1)


def test_the_same_file_announced_again_goes_on_where_it_stopped(app, settings, client, painted):
    photo = painted(1)
    place = begun(client, photo)
    send(client, place, photo[:1000])
    again = announce(client, photo)
    assert (again.headers["location"], again.headers["upload-offset"]) == (place, "1000")
    other = create_app(settings, load=fake_recognition)  # a second service, or this one restarted
    with TestClient(other, base_url="http://127.0.0.1") as second:
        assert offset(second, place) == 1000
        assert send(second, place, photo[1000:], 1000).status_code == 204
    assert take(client, place).json()["files"][0]["created"]


def test_the_upload_page_says_how_many_photos_have_not_arrived_whole(client, painted):
    said = "1 photo has not arrived whole"
    assert said not in client.get("/upload").text
    place = begun(client, painted(1))
    assert said in client.get("/upload").text
    send(client, place, painted(1))
    take(client, place)
    assert said not in client.get("/upload").text


def test_another_offset_is_refused_and_nothing_is_written(client, painted):
    photo = painted(1)
    place = begun(client, photo)
    send(client, place, photo[:1000])
    for wrong in (0, 999, 1001):
        refused = send(client, place, photo[wrong:], wrong)
        assert code(refused) == (409, "another_offset")
    assert offset(client, place) == 1000


def test_of_two_who_write_from_the_same_place_one_goes_on(client, painted):
    photo = painted(1, size=(900, 700))
    place = begun(client, photo)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: send(client, place, photo), range(4)))
    assert sorted({answer.status_code for answer in answers}) in ([204], [204, 409])
    assert offset(client, place) == len(photo)
    assert take(client, place).json()["files"][0]["created"]


def test_more_than_was_announced_is_refused_before_it_is_read_or_as_it_comes(client, painted):
    photo = painted(1)
    place = begun(client, photo)
    assert code(send(client, place, photo + b"more")) == (413, "too_large")
    assert offset(client, place) == 0
    assert code(send(client, place, iter([photo, b"more"]))) == (413, "too_large")
    assert offset(client, place) == len(photo)  # what was announced is kept
    large = painted(1, size=(1800, 1400))
    place = begun(client, large)
    assert code(send(client, place, iter([large + b"more", b"and more"]))) == (413, "too_large")


def test_a_file_that_is_too_large_is_refused_when_it_is_announced(client, settings):
    refused = announce(client, b"x", length=settings.max_photo_bytes + 1)
    assert code(refused) == (413, "image_too_large")
    said = client.options(PLACE)
    assert said.headers["tus-max-size"] == str(settings.max_photo_bytes)
    assert said.headers["tus-extension"] == "creation,expiration,termination"


def test_a_file_that_is_not_here_whole_is_not_taken_in(client, painted):
    place = begun(client, painted(1))
    send(client, place, painted(1)[:50])
    assert code(take(client, place)) == (409, "not_here_whole")


def test_other_bytes_than_announced_are_refused_and_forgotten(app, client, painted):
    place = begun(client, painted(1))
    send(client, place, bytes(len(painted(1))))
    assert code(take(client, place)) == (409, "other_bytes_arrived")
    assert code(take(client, place)) == (404, "arriving_file_gone")
    assert pieces(app) == []


def test_what_is_no_photo_gets_the_sentence_of_any_upload_also_when_asked_again(client):
    place = begun(client, b"not a photo")
    send(client, place, b"not a photo")
    plain = client.post("/api/v1/photos", files=[("files", ("a.jpg", b"not a photo"))])
    for _ in range(2):
        answer = take(client, place)
        assert (answer.status_code, answer.json()) == (422, plain.json())


def test_an_empty_file_is_here_at_once_and_refused_as_empty(client):
    answer = take(client, begun(client, b""))
    assert answer.status_code == 422
    assert "the file is empty" in answer.json()["detail"]


@pytest.mark.parametrize("headers", [{}, {"tus-resumable": "0.2.2"}], ids=["none", "another"])
def test_another_version_of_the_protocol_is_refused(client, painted, headers):
    place = begun(client, painted(1))
    of_part = {"upload-offset": "0", "content-type": "application/offset+octet-stream"}
    refused = client.patch(place, content=painted(1), headers=headers | of_part)
    assert code(refused) == (412, "other_tus_version")
    assert refused.headers["tus-version"] == "1.0.0"
    assert offset(client, place) == 0


def test_bytes_of_another_kind_are_refused_before_one_is_kept(client, painted):
    place = begun(client, painted(1))
    refused = send(client, place, painted(1), **{"content-type": "image/jpeg"})
    assert code(refused) == (415, "unsupported_media_type")
    assert offset(client, place) == 0


@pytest.mark.parametrize(
    "text", ["filename !", "filename YQ==,filename YQ==", "sha256 YQ==", "ключ YQ=="]
)
def test_metadata_that_cannot_be_read_are_refused(client, text):
    headers = TUS | {"upload-length": "5", "upload-metadata": text.encode()}
    assert code(client.post(PLACE, headers=headers)) == (422, "bad_input")


def test_metadata_of_other_clients_are_taken(client):
    said = metadata(filename="b.jpg", filetype="image/jpeg") + ",private"
    headers = TUS | {"upload-length": "5", "upload-metadata": said}
    place = client.post(PLACE, headers=headers).headers["location"]
    assert client.get(place).json()["file_name"] == "b.jpg"


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "..%2f..%2fetc", "\u202egpj.exe", "a" * 900]
)
def test_no_name_of_a_stranger_is_a_path(app, client, painted, name):
    place = begun(client, painted(1), name)
    send(client, place, painted(1)[:10])
    assert pieces(app) == [place.rpartition("/")[2]]
    for wrong in ("..", "%2e%2e", f"..%2f{pieces(app)[0]}", f"{pieces(app)[0]}.info"):
        assert client.head(f"{PLACE}/{wrong}", headers=TUS).status_code in {404, 405, 422}


def test_what_is_given_up_is_gone(app, client, painted):
    place = begun(client, painted(1))
    send(client, place, painted(1)[:10])
    assert client.delete(place, headers=TUS).status_code == 204
    assert client.head(place, headers=TUS).status_code == 404
    assert pieces(app) == []


def test_what_expired_is_gone_and_its_bytes_are_removed(app, client, painted):
    place = begun(client, painted(1))
    send(client, place, painted(1)[:10])
    shift_expiry(app, -timedelta(seconds=1))
    for refused in (
        client.get(place),
        send(client, place, painted(1)[10:], 10),
        take(client, place),
    ):
        assert code(refused) == (404, "arriving_file_gone")
    app.state.components[ArrivingFiles].sweep(now=True)
    assert pieces(app) == []
    assert begun(client, painted(1)) != place


def test_bytes_that_no_row_knows_are_removed_after_their_time(app, settings, client, painted):
    place = begun(client, painted(1))
    send(client, place, painted(1)[:10])
    stray = ArrivingBytes(settings.data_dir)
    stray.append("0" * 32, 0, b"left behind")
    old = now().timestamp() - settings.arriving_hours * 3600 - 60
    for name in pieces(app):
        os.utime(stray._path(name), (old, old))
    app.state.components[ArrivingFiles].sweep(now=True)
    assert pieces(app) == [place.rpartition("/")[2]], "a row still waits for this one"


@pytest.fixture
def narrow(settings, migrated):
    """Room for 400,000 bytes of an account and 500,000 of all, in files of 300,000 at most."""
    return settings.model_copy(
        update={
            "max_photo_bytes": 300_000,
            "max_arriving_bytes": 400_000,
            "max_arriving_bytes_of_all": 500_000,
        }
    )


def test_what_is_awaited_is_bounded_for_an_account_and_for_all(narrow, painted):
    app = create_app(narrow, load=fake_recognition)
    with TestClient(app, base_url="http://127.0.0.1"):
        numbers = one_of_each(app)
        one = browser_of(app, numbers[Role.OBSERVER])
        other = browser_of(app, numbers[Role.ADMIN])
        place = begun(one, b"a", length=300_000)
        refused = announce(one, b"b", length=150_000)
        assert code(refused) == (507, "too_much_arriving")
        assert "450000 bytes" in refused.json()["detail"]
        assert int(refused.headers["retry-after"]) > 0
        begun(other, b"c", length=150_000)
        assert code(announce(other, b"d", length=100_000)) == (507, "too_much_arriving")
        one.delete(place, headers=TUS)
        begun(other, b"d", length=100_000)


def test_many_small_files_are_bounded_too(narrow):
    app = create_app(narrow, load=fake_recognition)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        answers = [announce(client, bytes([n])).status_code for n in range(10)]
    assert answers == [201] * 6 + [507] * 4


def test_files_that_were_taken_in_count_no_more(narrow, painted):
    app = create_app(narrow, load=fake_recognition)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        for number in range(8):
            place = begun(client, painted(number))
            send(client, place, painted(number))
            assert take(client, place).status_code == 201


def test_a_file_of_another_account_is_not_there_and_a_viewer_may_not_send(app, client, painted):
    numbers = one_of_each(app)
    mine = browser_of(app, numbers[Role.OBSERVER])
    other = browser_of(app, account(app, "Bela"))
    place = begun(mine, painted(1))
    send(mine, place, painted(1)[:10])
    assert other.head(place, headers=TUS).status_code == 404
    for refused in (
        other.get(place),
        send(other, place, painted(1)[10:], 10),
        take(other, place),
        other.delete(place, headers=TUS),
    ):
        assert code(refused) == (404, "arriving_file_gone")
    assert begun(other, painted(1)) != place
    viewer = browser_of(app, numbers[Role.VIEWER])
    for refused in (
        announce(viewer, painted(1)),
        send(viewer, place, painted(1)[10:], 10),
        take(viewer, place),
    ):
        assert code(refused) == (403, "forbidden")
    assert offset(mine, place) == 10


def test_another_site_can_send_nothing_with_the_cookie_of_a_browser(app, client, painted):
    numbers = one_of_each(app)
    browser = browser_of(app, numbers[Role.OBSERVER])
    place = begun(browser, painted(1))
    assert code(announce(browser, painted(1), **ELSEWHERE)) == (403, "cross_origin")
    assert code(send(browser, place, painted(1), **ELSEWHERE)) == (403, "cross_origin")
    refused = browser.delete(place, headers=TUS | ELSEWHERE)
    assert code(refused) == (403, "cross_origin")
    assert offset(browser, place) == 0


def test_a_disk_that_is_full_is_said_and_what_fitted_is_kept(client, painted, monkeypatch):
    place = begun(client, painted(1))
    send(client, place, painted(1)[:10])

    def full(_):
        raise OSError(ENOSPC, os.strerror(ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        refused = send(client, place, painted(1)[10:20], 10)
        assert code(refused) == (507, "storage_full")
        assert refused.headers["retry-after"] == "60"
    here = offset(client, place)
    assert send(client, place, painted(1)[here:], here).status_code == 204
    assert take(client, place).status_code == 201


def test_files_and_a_file_that_arrived_are_two_ways_and_neither_is_none(client, painted):
    place = begun(client, painted(1))
    both = client.post(
        "/api/v1/photos",
        files=[("files", ("a.jpg", painted(1)))],
        data={"arrived": place.rpartition("/")[2]},
    )
    assert code(both) == (422, "invalid_request")
    assert code(client.post("/api/v1/photos", data={"station": "x"})) == (422, "invalid_request")


def test_rows_of_a_taken_file_go_when_their_time_is_over(app, client, painted):
    place = begun(client, painted(1))
    send(client, place, painted(1))
    take(client, place)
    shift_expiry(app, -timedelta(seconds=1))
    app.state.components[ArrivingFiles].sweep(now=True)
    with app.state.components[Database].read() as connection:
        assert connection.execute(select(arriving_file)).all() == []
