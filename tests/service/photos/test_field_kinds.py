"""More inputs of the kinds of the field cases, made here: each with its right value over HTTP.

Run as a program, it prints how many inputs there are of each kind.
"""

import struct
import unicodedata
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from corrected import API, detail
from PIL import Image, ImageEnhance
from PIL.ExifTags import GPS, IFD, Base

CASES = Path(__file__).parents[2] / "data/field-cases"
NIGHT = "2019-03-01T19:49:36"
TAKEN = "2019:03:01 19:49:36"

# What the file states as its time, and what is kept: its time, its zone.
TIMES = {
    "24 hours": ({Base.DateTimeOriginal: TAKEN}, NIGHT, "unknown"),
    "pm with a zero": ({Base.DateTimeOriginal: "2019:03:01 07:49:36 PM"}, NIGHT, "unknown"),
    "midnight am": ({Base.DateTimeOriginal: "2019:03:01 12:00:00 AM"}, NIGHT[:11] + "00:00:00", ""),
    "noon pm": ({Base.DateTimeOriginal: "2019:03:01 12:00:00 pm"}, NIGHT[:11] + "12:00:00", ""),
    "pm of 19 hours": ({Base.DateTimeOriginal: "2019:03:01 19:49:36 PM"}, None, ""),
    "date alone": ({Base.DateTimeOriginal: "2019:03:01"}, None, ""),
    "zeros": ({Base.DateTimeOriginal: "0000:00:00 00:00:00"}, None, ""),
    "30 February": ({Base.DateTimeOriginal: "2019:02:30 10:00:00"}, None, ""),
    "25 hours": ({Base.DateTimeOriginal: "2019:03:01 25:00:00"}, None, ""),
    "spaces": ({Base.DateTimeOriginal: "    :  :     :  :  "}, None, ""),
    "+05:45": (
        {Base.DateTimeOriginal: TAKEN, Base.OffsetTimeOriginal: "+05:45"},
        NIGHT,
        "+05:45",
    ),
    "-03:30": (
        {Base.DateTimeOriginal: TAKEN, Base.OffsetTimeOriginal: "-03:30"},
        NIGHT,
        "-03:30",
    ),
    "Z": ({Base.DateTimeOriginal: TAKEN, Base.OffsetTimeOriginal: "Z"}, NIGHT, "+00:00"),
    "blank zone": (
        {Base.DateTimeOriginal: TAKEN, Base.OffsetTimeOriginal: "   :  "},
        NIGHT,
        "unknown",
    ),
    "zone of 99 hours": (
        {Base.DateTimeOriginal: TAKEN, Base.OffsetTimeOriginal: "+99:00"},
        NIGHT,
        "unknown",
    ),
    "hundredths": (
        {Base.DateTimeOriginal: TAKEN, Base.SubsecTimeOriginal: "07"},
        NIGHT + ".070000",
        "unknown",
    ),
}

HYPERFIRE = (0xF101, 3, 3, 3, 0x2012, 0x0304, 0x4D, 2, 5, 0, 42)
MAKER_NOTES = {
    "HyperFire": (struct.pack("<17H", *HYPERFIRE, 36, 49, 19, 3, 1, 2019) + bytes(60), NIGHT),
    "HyperFire, other order": (
        struct.pack("<11H", *HYPERFIRE) + struct.pack(">6H", 36, 49, 19, 3, 1, 2019),
        NIGHT,
    ),
    "HyperFire 2": (
        b"RECONYXH2\0".ljust(0x36, b"\0") + struct.pack("<10H", 3, 5, 1, 7, 36, 49, 19, 1, 3, 2019),
        NIGHT,
    ),
    "UltraFire": (
        b"RECONYXUF\0".ljust(0x35, b"\0")
        + struct.pack("<2BI5BH", 1, 3, 123, 36, 49, 19, 1, 3, 2019),
        NIGHT,
    ),
    "month 13": (struct.pack("<17H", *HYPERFIRE, 36, 49, 19, 13, 1, 2019), None),
    "cut short": (b"RECONYXH2\0", None),
    "another maker": (b"Nikon\0" + bytes(99), None),
}

LATITUDE, LONGITUDE = (25.0, 30.0, 0.0), (55.0, 15.0, 0.0)
POSITIONS = {
    "north east": ({1: "N", 2: LATITUDE, 3: "E", 4: LONGITUDE}, (25.5, 55.25)),
    "south west": ({1: "S", 2: LATITUDE, 3: "W", 4: LONGITUDE}, (-25.5, -55.25)),
    "small letters": ({1: "s", 2: LATITUDE, 3: "e", 4: LONGITUDE}, (-25.5, 55.25)),
    "no reference of latitude": ({2: LATITUDE, 3: "E", 4: LONGITUDE}, (None, None)),
    "no reference of longitude": ({1: "N", 2: LATITUDE, 4: LONGITUDE}, (None, None)),
    "unknown reference": ({1: "X", 2: LATITUDE, 3: "E", 4: LONGITUDE}, (None, None)),
    "no longitude": ({1: "N", 2: LATITUDE}, (None, None)),
    "north of the pole": ({1: "N", 2: (95.0, 0.0, 0.0), 3: "E", 4: LONGITUDE}, (None, None)),
    "receiver without a fix": (
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0), 9: "V"},
        (None, None),
    ),
}

FILE_NAMES = {
    "20190301_194936.jpg": (NIGHT, None),
    "CU-271B-2019-03-01_19-49-36.jpg": (NIGHT, None),
    "IMG_0042.JPG": (None, 42),
    "IMG_0042 (1).JPG": (None, 42),
    "IMG-20190301-WA0001.jpg": (None, None),
    "2019-13-01_19-49-36.jpg": (None, None),
    "01-03-2019 19-49-36.jpg": (None, None),
    "leopard.jpg": (None, None),
}

SYSTEM_FILES = (
    "._IMG_0002.JPG",
    "Thumbs.db",
    ".DS_Store",
    "@eaDir/IMG_0001.JPG",
    "$RECYCLE.BIN/$RABC.jpg",
    ".thumbnails/IMG_0001.jpg",
)

# A box of a photo of 320x160 as stated, and as it is kept; None is refused.
BOXES = {
    "20 10 300 150": (20, 10, 300, 150),
    "0.1 0.1 1.0001 0.9": (32, 16, 320, 144),
    "0.1 0.1 1 0.9": (32, 16, 320, 144),
    "-0.0001 0 1 1": (0, 0, 320, 160),
    "20 10 320.4 160.3": (20, 10, 320, 160),
    "300 150 20 10": None,
    "400 10 500 150": None,
    "nan 0 1 1": None,
    "a b c d": None,
    "20 10 300": None,
}

# Names of an identity: kept as this, or refused.
NAMES = {
    " N/A ": None,
    "null": None,
    "Nan": None,
    "UNKNOWN": None,
    "----": None,
    "?": None,
    "\u2014": None,
    "\u200b\u2060": None,
    "  Uma  ": "Uma",
    "U\u200bma": None,
    "-1+1": "-1+1",
    "@SUM(A1)": "@SUM(A1)",
    "Zoe\u0308": "Zo\u00eb",
    "\u091a\u0940\u0924\u093e": "\u091a\u0940\u0924\u093e",
}

# Seconds between two photos of a station in UTC and their zones: how many encounters.
ZONES = {
    "10 s, +05:30 and UTC": ("19:30:00", "+05:30", "14:00:10", "+00:00", 1),
    "5 h 30, wall clocks alike": ("19:30:00", "+05:30", "19:30:10", "+00:00", 2),
    "over midnight": ("23:55:00", "+00:00", "05:30:00", "+05:30", 2),
    "29 min, no zone": ("19:30:00", "", "19:59:00", "", 1),
    "31 min, no zone": ("19:30:00", "", "20:01:00", "", 2),
    "one zone unknown": ("19:30:00", "+05:30", "19:35:00", "", 1),
}


def jpeg(view=0, *, tags=None, gps=None):
    """A painted photo with these tags."""
    spots = np.random.default_rng([1, view]).normal(128, 60, (10, 20, 3)).clip(0, 255)
    image = Image.fromarray(spots.astype(np.uint8)).resize((320, 160), Image.Resampling.BICUBIC)
    exif = image.getexif()
    exif[Base.Software] = "1.0"
    exif.get_ifd(IFD.Exif).update(tags or {})
    exif.get_ifd(IFD.GPSInfo).update(gps or {})
    buffer = BytesIO()
    image.save(buffer, "JPEG", exif=exif, quality=92)
    return buffer.getvalue()


def upload(client, data, name="a.jpg", **said):
    """What the service answers to one file."""
    return client.post(f"{API}/photos", files=[("files", (name, data))], data=said)


def kept(client, data, name="a.jpg", **said):
    """The photo as it is kept."""
    answer = upload(client, data, name, **said)
    assert answer.status_code == 201, answer.text
    return detail(client, answer.json()["files"][0]["photo_id"])


def of(table):
    """The rows of a table, as parameters with their names."""
    return [pytest.param(key, id=ascii(key)) for key in table]


@pytest.mark.parametrize("case", of(TIMES))
def test_a_time_is_read_as_stated_or_not_known(client, case):
    tags, time, zone = TIMES[case]
    photo = kept(client, jpeg(tags=tags))["photo"]
    assert photo["captured_at"] == time
    assert photo["zone"] == (zone or "unknown")


@pytest.mark.parametrize("case", of(MAKER_NOTES))
def test_a_makers_own_time_is_read_or_not_known(client, case):
    note, time = MAKER_NOTES[case]
    photo = kept(client, jpeg(tags={Base.MakerNote: note}))["photo"]
    assert photo["captured_at"] == time


@pytest.mark.parametrize("case", of(POSITIONS))
def test_a_position_is_where_it_was_stated_or_not_known(client, case):
    gps, position = POSITIONS[case]
    photo = kept(client, jpeg(gps={GPS(tag): value for tag, value in gps.items()}))["photo"]
    assert (photo["latitude"], photo["longitude"]) == position


@pytest.mark.parametrize("name", of(FILE_NAMES))
def test_a_file_name_gives_its_time_and_count_or_nothing(client, name):
    photo = kept(client, jpeg(), name)["photo"]
    assert (photo["captured_at"], photo["sequence"]) == FILE_NAMES[name]


@pytest.mark.parametrize("name", of(SYSTEM_FILES))
def test_a_file_of_a_system_is_no_photo(client, name):
    answer = upload(client, b"\0\x05\x16\x07" + bytes(90), name)
    assert answer.status_code in {201, 422}
    assert client.get(f"{API}/encounters").json()["encounters"] == []
    assert "cannot be read" not in answer.text


@pytest.mark.parametrize("box", of(BOXES))
def test_a_box_is_clipped_or_refused(client, work, box):
    answer = upload(client, jpeg(), flank="left", box=box)
    if BOXES[box] is None and answer.status_code == 422:
        return
    work()
    (animal,) = detail(client, answer.json()["files"][0]["photo_id"])["annotations"]
    if BOXES[box] is None:
        assert (animal["state"], animal["error_code"] is not None) == ("failed", True)
        return
    assert (animal["state"], animal["box"]) == ("embedded", pytest.approx(list(BOXES[box])))


@pytest.mark.parametrize("name", of(NAMES))
def test_a_name_is_kept_through_export_or_refused(client, work, name):
    number = upload(client, jpeg(), flank="left").json()["files"][0]["encounter_id"]
    work()
    decision = {"kind": "new", "name": name}
    answer = client.post(f"{API}/encounters/{number}/decisions", json=decision)
    if NAMES[name] is None:
        assert answer.status_code in {400, 422}
        return
    assert answer.status_code == 201, answer.text
    (identity,) = client.get(f"{API}/identities").json()
    assert identity["name"] == unicodedata.normalize("NFC", NAMES[name])


@pytest.mark.parametrize("case", of(ZONES))
def test_two_photos_are_one_encounter_where_their_moments_are_near(client, case):
    one, zone, other, other_zone, encounters = ZONES[case]
    for view, (time, offset) in enumerate(((one, zone), (other, other_zone))):
        tags = {Base.DateTimeOriginal: f"2019:03:01 {time}"}
        if offset:
            tags[Base.OffsetTimeOriginal] = offset
        kept(client, jpeg(view, tags=tags), station="Ridge")
    assert len(client.get(f"{API}/encounters").json()["encounters"]) == encounters


def noisy(quality=92):
    """A photo that keeps its bytes when a part is damaged: restarts none, detail everywhere."""
    rng = np.random.default_rng(5)
    pixels = rng.integers(0, 255, (40, 80, 3), np.uint8)
    image = Image.fromarray(pixels).resize((640, 320), Image.Resampling.BICUBIC)
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


WHOLE = noisy()
# A damaged file: whether it is used, and whether the damage is told.
DAMAGED = {
    "two bytes missing": (WHOLE[:-2], True, False),
    "bytes behind the end": (WHOLE + bytes(500), True, False),
    "half of it": (WHOLE[: len(WHOLE) // 2], True, True),
    "three quarters of it": (WHOLE[: len(WHOLE) * 3 // 4], True, True),
    "zeros from the middle": (
        WHOLE[: len(WHOLE) // 2] + bytes(len(WHOLE) - len(WHOLE) // 2),
        True,
        True,
    ),
    "headers alone": (WHOLE[:200], False, False),
    "nothing": (b"", False, False),
    "a page of a portal": (b"<!doctype html><title>Log in</title>", False, False),
}


@pytest.mark.parametrize("case", of(DAMAGED))
def test_a_damaged_file_is_used_up_to_the_damage_or_refused(client, work, case):
    data, used, told = DAMAGED[case]
    answer = upload(client, data, flank="left")
    if not used:
        assert answer.status_code == 422
        return
    assert answer.status_code == 201, answer.text
    work()
    photo = detail(client, answer.json()["files"][0]["photo_id"])
    assert photo["annotations"][0]["state"] == "embedded"
    assert (photo["photo"]["damage"] is not None) == told


def changed(image, way):
    """A photo saved again in one way; its bytes."""
    width, height = image.size
    options = {"quality": 92}
    if way == "recompressed":
        options = {"quality": 60}
    elif way == "three quarters as large":
        image = image.resize((width * 3 // 4, height * 3 // 4), Image.Resampling.LANCZOS)
    elif way == "a tenth cropped":
        image = image.crop((width // 20, height // 20, width * 19 // 20, height * 19 // 20))
    elif way == "brighter":
        image = ImageEnhance.Brightness(image).enhance(1.15)
    buffer = BytesIO()
    image.save(buffer, "PNG" if way == "as PNG" else "JPEG", **options)
    return buffer.getvalue()


COPIES = ("recompressed", "three quarters as large", "a tenth cropped", "brighter", "as PNG")


@pytest.mark.parametrize("way", of(COPIES))
def test_a_photo_saved_again_is_a_copy(client, work, way):
    original = (CASES / "dup_original.jpg").read_bytes()
    first = kept(client, original, flank="left", station="HERE")["photo"]
    work()
    again = changed(Image.open(BytesIO(original)).convert("RGB"), way)
    number = kept(client, again, "b.jpg", flank="left", station="ELSEWHERE")["photo"]["id"]
    work()
    assert detail(client, number)["photo"]["copy_of"] == first["id"]


KINDS = {
    "times": TIMES,
    "makers' notes": MAKER_NOTES,
    "positions": POSITIONS,
    "file names": FILE_NAMES,
    "files of systems": SYSTEM_FILES,
    "boxes": BOXES,
    "names": NAMES,
    "zones": ZONES,
    "damaged files": DAMAGED,
    "copies": COPIES,
}

if __name__ == "__main__":
    for kind, inputs in KINDS.items():
        print(f"{kind}: {len(inputs)}")
    print(f"inputs: {sum(map(len, KINDS.values()))}")
