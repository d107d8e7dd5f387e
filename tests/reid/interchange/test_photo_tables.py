"""Tables that state something of each photo of an upload."""

from datetime import datetime

import pytest

from reid.errors import BadDataset
from reid.interchange.photo_tables import read_photo_table
from reid.types import Flank

HEAD = "file_name,station,camera,flank,x,y,width,height,individual\n"


def read(text):
    return read_photo_table(text.encode())


def test_a_line_states_what_stands_in_its_cells():
    table = read(HEAD + "a.jpg,Ridge,cam 1,left,100,50,300,200,Uma\nb.jpg,Gorge,,,,,,,\n")
    first, second = table.lines
    assert (first.station, first.camera, first.flank) == ("Ridge", "cam 1", Flank.LEFT)
    assert (first.box, first.individual) == ("100 50 400 250", "Uma")
    assert (second.station, second.camera, second.flank, second.box) == ("Gorge", "", None, "")


def test_names_of_columns_are_known_in_other_words_too():
    text = "Filename;Location;Side;Timestamp;Colour\na.jpg;Ridge;R;2020-01-31 22:00:05;red\n"
    table = read(text)
    (line,) = table.lines
    assert (line.station, line.flank) == ("Ridge", Flank.RIGHT)
    assert line.captured_at == datetime(2020, 1, 31, 22, 0, 5)  # noqa: DTZ001
    assert table.ignored == ("Colour",)


def test_a_file_is_found_by_its_path_or_by_its_name_where_that_is_one():
    table = read("file,station\nA/1.jpg,North\nB/1.jpg,South\nB/2.jpg,East\n")
    assert table.of("card/B/1.jpg").station == "South"
    assert table.of("B/1.jpg").station == "South"
    assert table.of("B\\1.JPG").station == "South"
    assert table.of("2.jpg").station == "East"
    assert table.of("1.jpg") is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (",Ridge,,,,,,,", "names no file"),
        ("a.jpg,,,leftish,,,,,", "leftish is no flank"),
        ("a.jpg,,,,1,2,3,,", "x, y, width and height"),
        ("a.jpg,,,,1,2,0,4,", "larger than 0"),
        (f"a.jpg,{'x' * 201},,,,,,,", "201 letters"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_and_stops_no_other(line, words):
    table = read(f"{HEAD}{line}\nz.jpg,Ridge,,,,,,,\n")
    assert [one.file for one in table.lines] == ["z.jpg"]
    ((number, error),) = table.refused
    assert number == 2
    assert words in str(error)


def test_a_photo_has_one_line():
    table = read(HEAD + "a.jpg,Ridge,,,,,,,\nA.JPG,Gorge,,,,,,,\n")
    assert [one.station for one in table.lines] == ["Ridge"]
    assert "stands in line 2 already" in str(table.refused[0][1])


def test_a_table_without_file_names_is_refused():
    with pytest.raises(BadDataset, match="no column file_name"):
        read("station,camera\nRidge,1\n")


def test_a_date_without_a_time_of_day_is_no_time():
    assert read("file,time\na.jpg,2020-01-31\n").lines[0].captured_at is None


def test_a_time_that_is_none_refuses_its_own_line_only():
    table = read("file,time\na.jpg,soon\nb.jpg,2020-01-31 19:49\n")
    assert [one.file for one in table.lines] == ["b.jpg"]
    assert "line 2, column time: soon is no date" in str(table.refused[0][1])


def test_a_name_with_characters_that_nobody_sees_is_refused_and_not_changed():
    table = read("file,individual\na.jpg,L\u200b001\nb.jpg,L001\n")
    assert [one.individual for one in table.lines] == ["L001"]
    assert "characters that nobody sees" in str(table.refused[0][1])
