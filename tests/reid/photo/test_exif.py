"""Capture time, camera and position are read where they are stated, and never invented."""

from datetime import datetime, timedelta, timezone
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from reid.photo.exif import Capture, read, time_in_name

NIGHT = datetime(2019, 3, 1, 19, 49, 36)  # noqa: DTZ001


def photo(*, main=None, times=None, gps=None, fmt="JPEG"):
    image = Image.new("RGB", (40, 20))
    exif = image.getexif()
    exif.update({Base.Software: "1.0"} | (main or {}))  # Pillow drops a block without main tags
    exif.get_ifd(IFD.Exif).update(times or {})
    exif.get_ifd(IFD.GPSInfo).update(gps or {})
    buffer = BytesIO()
    image.save(buffer, fmt, exif=exif)
    return buffer.getvalue()


def taken(text, **more):
    return photo(times={Base.DateTimeOriginal: text} | more)


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP"])
def test_the_time_is_naive_because_a_camera_trap_states_no_zone(fmt):
    data = photo(times={Base.DateTimeOriginal: "2019:03:01 19:49:36"}, fmt=fmt)
    assert read(data) == Capture(NIGHT, "unknown", "exif")


@pytest.mark.parametrize(
    ("stated", "hours", "zone"),
    [("+06:00", 6, "+06:00"), ("-0330", -3.5, "-03:30"), ("Z", 0, "+00:00")],
)
def test_a_stated_offset_is_kept(stated, hours, zone):
    tags = {Base.DateTimeOriginal: "2019:03:01 19:49:36", Base.OffsetTimeOriginal: stated}
    capture = read(photo(times=tags))
    assert capture.captured_at == NIGHT.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert capture.zone == zone


@pytest.mark.parametrize(
    "text", ["0000:00:00 00:00:00", "2019:02:30 10:00:00", "    :  :     :  :  ", "yesterday", ""]
)
def test_a_time_that_does_not_exist_is_none(text):
    assert read(taken(text)) == Capture()


@pytest.mark.parametrize(
    ("text", "hour"),
    [("07:49:36 PM", 19), ("07:49:36 am", 7), ("12:49:36 AM", 0), ("12:49:36 P.M.", 12)],
)
def test_a_clock_of_twelve_hours_is_read_with_its_half(text, hour):
    assert read(taken(f"2019:03:01 {text}")).captured_at == NIGHT.replace(hour=hour)


def test_an_hour_that_a_clock_of_twelve_does_not_have_is_no_time():
    assert read(taken("2019:03:01 19:49:36 PM")).captured_at is None
    assert read(taken("2019:03:01 00:49:36 AM")).captured_at is None


def test_a_date_without_a_time_is_no_moment():
    assert read(taken("2019:03:01")).captured_at is None


def test_the_time_a_file_was_changed_is_not_when_it_was_taken():
    assert read(photo(main={Base.DateTime: "2024:01:01 00:00:00"})).captured_at is None


def test_the_file_name_speaks_when_the_exif_is_silent():
    capture = read(photo(), file_name="0_0_BG-102B-2019-03-01_19-49-36.jpg")
    assert capture == Capture(NIGHT, "unknown", "file name")


def test_the_exif_speaks_before_the_file_name():
    capture = read(taken("2019:03:01 19:49:36"), file_name="2020-01-01_00-00-00.jpg")
    assert capture == Capture(NIGHT, "unknown", "exif")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("20190301_194936.jpg", "2019-03-01 19:49:36"),
        ("2009-04-21__00-40-00(1).JPG", "2009-04-21 00:40:00"),
        ("IMG_20181207T162731_a.png", "2018-12-07 16:27:31"),
        ("CU-271B-2016-02-23_22-23-26.jpg", "2016-02-23 22:23:26"),
        ("2016-02-23 22.23.26.jpg", "2016-02-23 22:23:26"),
        ("9999-99-99_99-99-99 2016-02-23_22-23-26", "2016-02-23 22:23:26"),
        ("amur_leopard154.jpg", None),
        ("12019030119493612.jpg", None),
        ("2019-13-01_19-49-36.jpg", None),
    ],
)
def test_times_in_file_names(name, expected):
    found = time_in_name(name)
    assert (found and str(found)) == expected


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("RECONYX", "HYPERFIRE 2", "RECONYX HYPERFIRE 2"),
        ("Canon", "Canon EOS 70D", "Canon EOS 70D"),
        ("NIKON CORPORATION", "NIKON D6", "NIKON D6"),
        ("BUSHNELL\0\0", "  119 \n", "BUSHNELL 119"),
        ("", "", None),
    ],
)
def test_the_camera_is_make_and_model_once(make, model, camera):
    assert read(photo(main={Base.Make: make, Base.Model: model})).camera == camera


@pytest.mark.parametrize(
    ("references", "position"),
    [(("N", "E"), (42.5, 55.25)), (("S", "W"), (-42.5, -55.25))],
)
def test_the_position_is_in_signed_degrees(references, position):
    gps = {
        GPS.GPSLatitudeRef: references[0],
        GPS.GPSLatitude: (42.0, 30.0, 0.0),
        GPS.GPSLongitudeRef: references[1],
        GPS.GPSLongitude: (55.0, 15.0, 0.0),
    }
    assert read(photo(gps=gps)).position == pytest.approx(position)


@pytest.mark.parametrize(
    "references", [(None, "E"), ("N", None), ("", "E"), ("X", "E"), ("E", "N")]
)
def test_a_latitude_that_may_be_north_or_south_gives_no_position(references):
    tags = dict(zip((GPS.GPSLatitudeRef, GPS.GPSLongitudeRef), references, strict=True))
    gps = {tag: text for tag, text in tags.items() if text is not None}
    gps |= {GPS.GPSLatitude: (42.0, 30.0, 0.0), GPS.GPSLongitude: (55.0, 15.0, 0.0)}
    assert read(photo(gps=gps)).position is None


@pytest.mark.parametrize("degrees", [(0.0, 0.0, 0.0), (200.0, 0.0, 0.0)])
def test_a_receiver_without_a_fix_gives_no_position(degrees):
    gps = {GPS.GPSLatitude: degrees, GPS.GPSLongitude: degrees}
    gps |= {GPS.GPSLatitudeRef: "N", GPS.GPSLongitudeRef: "E"}
    assert read(photo(gps=gps)).position is None


def test_bytes_that_are_no_photo_have_no_exif_but_may_have_a_name():
    assert read(b"text", file_name="20190301_194936.jpg").captured_at == NIGHT


DATA = photo(
    main={Base.Make: "RECONYX"},
    times={Base.DateTimeOriginal: "2019:03:01 19:49:36"},
    gps={GPS.GPSLatitude: (42.0, 30.0, 0.0), GPS.GPSLongitude: (55.0, 15.0, 0.0)},
)


@given(st.binary(min_size=1, max_size=24), st.integers(0, 400))
def test_damaged_exif_never_raises(noise, at):
    assert isinstance(read(DATA[:at] + noise + DATA[at + len(noise) :]), Capture)
