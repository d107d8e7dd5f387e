"""What a file says of its time and its place in a series is kept at intake."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

CASES = Path(__file__).parents[2] / "data/field-cases"


def case(name):
    return (CASES / name).read_bytes()


def kept(client, name, data):
    answer = client.post("/api/v1/photos", files=[("files", (name, data))]).json()
    return client.get(f"/api/v1/photos/{answer['files'][0]['photo_id']}").json()["photo"]


def stamped(painted, view, **tags):
    buffer = BytesIO()
    image = Image.open(BytesIO(painted(1, view)))
    exif = image.getexif()
    exif.get_ifd(0x8769).update({0x9003: "2019:03:01 19:49:36"} | tags.pop("tags"))
    image.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "time", "latitude"),
    [
        ("RCNX_hc500.jpg", "2019-01-03T19:49:36", None),
        ("t_pm.jpg", "2019-03-01T19:49:36", None),
        ("gps_noref.jpg", "2019-03-01T19:49:36", None),
        ("gps_south.jpg", "2019-03-01T19:49:36", -25.5),
        ("t_2000.jpg", "2000-01-01T00:00:00", None),
    ],
)
def test_time_and_place_of_the_field_cases(client, name, time, latitude):
    photo = kept(client, name, case(name))
    assert photo["captured_at"][:10] == time[:10]
    assert photo["file_time"] == photo["captured_at"]
    assert photo["latitude"] == latitude
    if name != "t_2000.jpg":
        assert photo["captured_at"] == time


def test_a_position_without_its_sides_is_not_used_and_the_page_says_so(client):
    words = "the file does not say whether it is north or south, east or west"
    nowhere, south = (kept(client, n, case(n)) for n in ("gps_noref.jpg", "gps_south.jpg"))
    assert words in client.get(f"/photos/{nowhere['id']}").text
    assert words not in client.get(f"/photos/{south['id']}").text


def test_a_stated_time_leaves_what_the_file_says(client, painted):
    data = painted(1, taken="2020:02:02 02:02:02")
    files = [("files", ("IMG_0042.JPG", data))]
    said = {"captured_at": "2021-01-01T00:00:00"}
    answer = client.post("/api/v1/photos", files=files, data=said).json()
    photo = client.get(f"/api/v1/photos/{answer['files'][0]['photo_id']}").json()["photo"]
    assert photo["captured_at"] == "2021-01-01T00:00:00"
    assert (photo["file_time"], photo["sequence"]) == ("2020-02-02T02:02:02", 42)


def test_fractions_of_a_second_keep_a_burst_in_order_and_are_not_shown(client, painted):
    late = kept(client, "b.jpg", stamped(painted, 1, tags={0x9291: "75", 0x9011: "+05:30"}))
    early = kept(client, "a.jpg", stamped(painted, 2, tags={0x9291: "25"}))
    assert late["captured_at"] == "2019-03-01T19:49:36.750000"
    assert late["zone"] == "+05:30"
    assert early["captured_at"] < late["captured_at"]
    page = client.get(f"/photos/{late['id']}").text
    assert ".75" not in page
