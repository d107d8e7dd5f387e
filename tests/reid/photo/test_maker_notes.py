"""Times and counts of Reconyx cameras, which may have no other."""

import struct
from datetime import datetime

import pytest

from reid.photo.file_names import is_of_a_system, is_photo, number_in
from reid.photo.maker_notes import maker_note

TAKEN = datetime(2019, 3, 1, 19, 49, 36)  # noqa: DTZ001


def test_a_hyperfire_writes_words_month_before_day():
    words = (0xF101, 3, 3, 3, 0x2012, 0x0304, 0x4D, 2, 5, 0, 42, 36, 49, 19, 3, 1, 2019)
    note = maker_note(struct.pack("<17H", *words) + bytes(60))
    assert (note.taken, note.sequence) == (TAKEN, 42_002)


def test_a_hyperfire_may_write_its_time_the_other_way_round():
    words = (0xF101, 3, 3, 3, 0x2012, 0x0304, 0x4D, 2, 5, 0, 42)
    moment = struct.pack(">6H", 36, 49, 19, 3, 1, 2019)
    assert maker_note(struct.pack("<11H", *words) + moment).taken == TAKEN


def test_a_hyperfire_2_writes_words_day_before_month():
    body = struct.pack("<10H", 3, 5, 1, 7, 36, 49, 19, 1, 3, 2019)
    note = maker_note(b"RECONYXH2\0".ljust(0x36, b"\0") + body)
    assert (note.taken, note.sequence) == (TAKEN, (65536 + 7) * 1000 + 3)


def test_an_ultrafire_writes_bytes():
    body = struct.pack("<2BI5BH", 1, 3, 123, 36, 49, 19, 1, 3, 2019)
    note = maker_note(b"RECONYXUF\0".ljust(0x35, b"\0") + body)
    assert (note.taken, note.sequence) == (TAKEN, 123_001)


@pytest.mark.parametrize("block", [b"", b"\x01\xf1", b"RECONYXH2\0", b"Nikon" + bytes(99), None, 7])
def test_other_and_short_blocks_say_nothing(block):
    assert maker_note(block) is None


def test_a_month_that_does_not_exist_is_no_time():
    words = (0xF101, 3, 3, 3, 0, 0, 0x4D, 0, 5, 0, 42, 36, 49, 19, 13, 1, 2019)
    note = maker_note(struct.pack("<17H", *words))
    assert (note.taken, note.sequence) == (None, None)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("IMG_0123.JPG", 123),
        ("RCNX0042.JPG", 42),
        ("S06A_2018-11-09_02-10-50_0012.jpg", 12),
        ("IMG_0123 (2).jpg", 123),
        ("leopard.jpg", None),
        ("IMG-20240310-WA0001.jpg", None),
        ("2019-03-01_19-49-36.jpg", None),
        ("20190301_194936.jpg", None),
    ],
)
def test_the_cameras_count_stands_at_the_end_of_the_name(name, number):
    assert number_in(name) == number


@pytest.mark.parametrize(
    "name",
    ["._IMG_1.JPG", ".DS_Store", "Thumbs.db", "@eaDir/a.jpg", "x/$RECYCLE.BIN/a.jpg", ".a/b.jpg"],
)
def test_files_of_systems_are_known_by_their_names(name):
    assert is_of_a_system(name)
    assert not is_photo(name)
    assert not is_of_a_system("../station/IMG_0001.JPG")
