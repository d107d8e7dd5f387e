"""Photos that cannot be read whole, over HTTP: used up to the damage, and said everywhere."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

CASES = Path(__file__).parents[2] / "data/field-cases"
API = "/api/v1"


def case(name):
    return (CASES / name).read_bytes()


def upload(client, *files, **said):
    parts = [("files", file) for file in files]
    return client.post(f"{API}/photos", files=parts, data=said)


def sent(client, name, data, **said):
    answer = upload(client, (name, data), **said)
    assert answer.status_code == 201, answer.text
    return answer.json()["files"][0]


def detail(client, photo_id):
    return client.get(f"{API}/photos/{photo_id}").json()


def test_a_photo_without_its_last_bytes_is_used_and_nothing_is_said(client, work):
    file = sent(client, "no_eoi.jpg", case("no_eoi.jpg"), flank="left")
    work()
    photo = detail(client, file["photo_id"])
    assert photo["photo"]["damage"] is None
    assert photo["annotations"][0]["state"] == "embedded"
    assert photo["annotations"][0]["box"] is None


def test_a_photo_with_zeros_in_its_middle_is_used_up_to_them_and_says_so_everywhere(client, work):
    answer = upload(client, ("zeros_mid.jpg", case("zeros_mid.jpg")), flank="left").json()
    file = answer["files"][0]
    assert "47 % of the photo could not be read" in file["damage"]
    work()
    photo = detail(client, file["photo_id"])
    assert photo["photo"]["damage"] == file["damage"]
    assert photo["annotations"][0]["state"] == "embedded"
    assert photo["annotations"][0]["box"] == [0, 0, 600, 160]
    for page in (
        f"/photos/{file['photo_id']}",
        f"/uploads/{answer['id']}",
        f"/encounters/{file['encounter_id']}",
    ):
        assert "47 % of the photo could not be read" in client.get(page).text


def test_a_box_in_the_damaged_part_fails_with_a_sentence(client, work):
    file = sent(client, "z.jpg", case("zeros_mid.jpg"), flank="left", box="50 200 550 300")
    work()
    animal = detail(client, file["photo_id"])["annotations"][0]
    assert (animal["state"], animal["error_code"]) == ("failed", "damaged")
    assert "damaged part" in animal["error_detail"]


def test_a_box_that_reaches_into_the_damage_is_cut_off_there(client, work):
    file = sent(client, "z.jpg", case("zeros_mid.jpg"), flank="left", box="50 20 550 200")
    work()
    animal = detail(client, file["photo_id"])["annotations"][0]
    assert (animal["state"], animal["box"]) == ("embedded", [50, 20, 550, 160])


def test_a_query_says_what_of_it_could_not_be_read(client, work, painted):
    sent(client, "a.jpg", painted(1), flank="left")
    work()
    files = [("files", ("z.jpg", case("zeros_mid.jpg")))]
    answer = client.post(f"{API}/identify", files=files, data={"flank": "left"}).json()
    assert "47 %" in answer["queries"][0]["damage"]
    files = [("files", ("n.jpg", case("no_eoi.jpg")))]
    answer = client.post(f"{API}/identify", files=files, data={"flank": "left"}).json()
    assert answer["queries"][0]["damage"] is None


def test_a_heic_photo_is_kept_and_shown_upright(client, work):
    pytest.importorskip("pi_heif")
    file = sent(client, "IMG_0123.HEIC", case("upright.heic"), flank="left")
    work()
    photo = detail(client, file["photo_id"])
    assert photo["annotations"][0]["state"] == "embedded"
    assert (photo["photo"]["media_type"], photo["photo"]["sequence"]) == ("image/heic", 123)
    assert (photo["photo"]["width"], photo["photo"]["height"]) == (200, 320)
    assert photo["photo"]["captured_at"] == "2021-05-06T07:08:09"
    shown = client.get(f"{API}/photos/{file['photo_id']}/image").content
    assert Image.open(BytesIO(shown)).size == (200, 320)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.bmp", b"BM" + bytes(100), "BMP"),
        ("a.mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(100), "video"),
        ("a.zip", b"PK\x03\x04" + bytes(100), "unpack"),
        ("a.dng", b"II*\x00" + b"DNG" + bytes(100), "raw photo"),
        ("._IMG_0001.JPG", case("AppleDouble_._IMG_0001.JPG"), "hidden file"),
        ("Thumbs.db", b"anything", "hidden file"),
        ("@eaDir/IMG_1.jpg", b"anything", "hidden file"),
        ("$RECYCLE.BIN/IMG_1.jpg", b"anything", "hidden file"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_what_to_do(client, name, data, words):
    answer = upload(client, (name, data))
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
