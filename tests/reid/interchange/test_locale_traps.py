"""One table as programs of several countries save it: read alike, or refused with what to do."""

from zipfile import ZipFile

import pytest

from reid.errors import BadDataset
from reid.interchange.sources import read_source

HEAD = "sighting image timestamp site latitude longitude left top right bottom flank"
ROWS = [
    [*HEAD.split(), "sighting_individual_1", "remark"],
    [
        *("1", "S1/a.jpg", "2019-03-13 19:49:36", "S1", "43.5", "54.2"),
        *("0.1", "0.2", "0.4", "0.6", "L", "L001", "seen, twice"),
    ],
]


def saved(folder, *, mark=",", decimal=".", encoding="utf-8", change=lambda cell: cell):
    def cell(text):
        number = text.replace(".", "", 1).isdigit()
        text = change(text.replace(".", decimal) if number else text)
        return f'"{text}"' if mark in text or (number and decimal == mark) else text

    lines = [mark.join(map(cell, row)) for row in ROWS]
    (folder / "table.csv").write_bytes("\r\n".join(lines).encode(encoding))
    return read_source(folder)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"mark": ";", "decimal": ","},
        {"mark": ";", "decimal": ",", "encoding": "utf-8-sig"},
        {"mark": "\t", "encoding": "utf-16"},
        {"decimal": ","},
        {"change": lambda cell: cell.replace("S1/a", "S1\\a")},
        {"change": lambda cell: cell.replace("2019-03-13 19:49:36", "13/03/2019 19:49:36")},
        {"change": lambda cell: cell.replace("2019-03-13 19:49:36", "3/13/2019 7:49:36 PM")},
        {"change": lambda cell: cell.replace("2019-03-13 19:49:36", "13.03.2019 19:49:36")},
    ],
)
def test_a_table_is_the_same_in_every_country(tmp_path, form):
    (photo,) = saved(tmp_path, **form).photos
    (animal,) = photo.animals
    assert (photo.path, str(photo.captured_at)) == ("S1/a.jpg", "2019-03-13 19:49:36")
    assert (photo.latitude, photo.longitude) == (43.5, 54.2)
    assert (animal.individual, animal.box.text()) == ("L001", "0.1 0.2 0.4 0.6")
    assert animal.extras["remark"] == "seen, twice"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"change": lambda c: c.replace("2019-03-13", "03/04/2019")}, "day and month or month"),
        ({"encoding": "latin-1", "change": lambda c: c.replace("twice", "né")}, "no text in UTF-8"),
    ],
)
def test_what_could_mean_two_things_is_refused(tmp_path, form, words):
    with pytest.raises(BadDataset, match=words):
        saved(tmp_path, **form)


def test_a_day_counted_by_a_spreadsheet_is_no_time_and_told(tmp_path):
    source = saved(tmp_path, change=lambda c: c.replace("2019-03-13 19:49:36", "43537.8261"))
    assert source.photos[0].captured_at is None
    assert "how a spreadsheet counts days" in str(source.refused[0].why)


def test_a_text_that_a_spreadsheet_would_compute_comes_back_without_its_mark(tmp_path):
    source = saved(tmp_path, change=lambda c: c.replace("L001", "'=1+1"))
    assert source.names() == {"=1+1": 1}


def test_a_mark_before_a_text_is_taken_away_in_every_table(tmp_path):
    (tmp_path / "metadata.csv").write_text("image_id,identity,path\n1,'=L001,a.jpg\n")
    assert read_source(tmp_path).names() == {"=L001": 1}


def test_a_path_that_no_system_takes_is_not_there(tmp_path):
    long = "/".join(["x" * 90] * 2) + "y" * 90 + ".jpg"
    (tmp_path / "metadata.csv").write_text(f"image_id,identity,path\n1,L001,{long}{long}\n")
    assert "is not there" in str(read_source(tmp_path).photos[0].missing)


@pytest.mark.parametrize("place", [1, 2])
def test_a_table_in_another_encoding_is_refused_wherever_it_shows(tmp_path, place):
    rows = ["path,individual", "a.jpg,Rene", "b.jpg,Rene", ""]
    rows[place] = rows[place].replace("Rene", "René")
    (tmp_path / "index.csv").write_bytes("\n".join(rows).encode("latin-1"))
    (tmp_path / "a.jpg").write_bytes(b"x")
    with pytest.raises(BadDataset, match="no text in UTF-8"):
        read_source(tmp_path)


@pytest.mark.parametrize("damage", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", ""])
def test_a_damaged_workbook_is_refused_with_its_name(tmp_path, damage):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["path", "individual"])
    book.active.append(["a.jpg", "L001"])
    book.save(tmp_path / "whole.xlsx")
    file = tmp_path / "table.xlsx"
    with ZipFile(tmp_path / "whole.xlsx") as whole, ZipFile(file, "w") as damaged:
        for name in whole.namelist():
            damaged.writestr(name, b"<x" if name == damage else whole.read(name))
    if not damage:
        file.write_bytes(b"no workbook")
    with pytest.raises(BadDataset, match=r"table\.xlsx cannot be read"):
        read_source(file)
