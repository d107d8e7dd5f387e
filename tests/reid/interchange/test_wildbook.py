"""Spreadsheets of Wildbook and Whiskerbook, as CSV and as XLSX."""

import pytest

from reid.errors import BadDataset
from reid.interchange.sources import read_source
from reid.types import Flank

HEAD = (
    "Encounter.mediaAsset0;Encounter.mediaAsset1;Encounter.year;Encounter.month;Encounter.day;"
    "Encounter.hour;Encounter.minutes;Encounter.locationID;Encounter.decimalLatitude;"
    "Encounter.decimalLongitude;Encounter.sightingID;MarkedIndividual.individualID;"
    "Encounter.keyword0;Encounter.mediaAsset1.keywords;Encounter.sex\n"
)


def sheet(folder, *rows):
    (folder / "import.csv").write_text("\ufeff" + HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return folder


def test_an_encounter_gives_its_photos_with_name_time_place_and_flank(tmp_path):
    row = "a.jpg;b.jpg;2019;3;1;19;49;Ridge;43,51;54,2;s7;L001;left;night_right;female"
    one, two = read_source(sheet(tmp_path, row)).photos
    assert (one.path, two.path) == ("a.jpg", "b.jpg")
    assert str(one.captured_at) == "2019-03-01 19:49:00"
    assert (one.station, one.latitude, one.longitude, one.event) == ("Ridge", 43.51, 54.2, "s7")
    assert [p.animals[0].flank for p in (one, two)] == [Flank.LEFT, Flank.RIGHT]
    assert {p.animals[0].individual for p in (one, two)} == {"L001"}
    assert one.animals[0].extras["encounter.sex"] == "female"


@pytest.mark.parametrize(
    ("clock", "day"),
    [("2019;;;;", "2019"), ("2019;3;;;", "2019-03"), ("2019;3;1;;", "2019-03-01")],
)
def test_a_date_without_a_time_of_day_is_no_midnight(tmp_path, clock, day):
    (photo,) = read_source(sheet(tmp_path, f"a.jpg;;{clock};Ridge;;;;L001;;;")).photos
    assert (photo.captured_at, photo.captured_on) == (None, day)


@pytest.mark.parametrize("clock", ["2019;13;1;2;3", "2019;3;1;24;0", "19;3;1;2;3", "March;1;1;1;1"])
def test_a_time_that_cannot_be_is_told_and_the_photo_stays(tmp_path, clock):
    source = read_source(sheet(tmp_path, f"a.jpg;;{clock};Ridge;;;;L001;;;"))
    assert source.photos[0].captured_at is None
    assert "is no date and time" in str(source.refused[0].why)


def test_two_rows_of_one_photo_are_two_animals(tmp_path):
    rows = [f"a.jpg;;2019;3;1;2;3;Ridge;;;s1;{name};;;" for name in ("L001", "unknown")]
    (photo,) = read_source(sheet(tmp_path, *rows)).photos
    assert [one.individual for one in photo.animals] == ["L001", ""]


def test_keywords_of_both_flanks_state_none(tmp_path):
    (photo,) = read_source(sheet(tmp_path, "a.jpg;;;;;;;;;;;L001;left_right;;")).photos
    assert photo.animals[0].flank is None


def workbook(path, rows):
    book = pytest.importorskip("openpyxl").Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


EXPORT = ["Encounter.mediaAsset0", "Annotation0.bbox", "Annotation0.ViewPoint", "Name0.value"]


def test_an_export_in_a_workbook_gives_boxes_and_views(tmp_path):
    rows = [EXPORT, ["a.jpg", "[10, 20, 30, 40]", "front", "L001"], ["b.jpg", None, "left", None]]
    one, two = read_source(workbook(tmp_path / "x.xlsx", rows)).photos
    assert one.animals[0].box.text() == "10 20 40 60"
    assert (one.animals[0].flank, one.animals[0].viewpoint) == (None, "front")
    assert (two.animals[0].flank, two.animals[0].individual) == (Flank.LEFT, "")


def test_a_formula_without_a_value_is_refused_with_its_cell(tmp_path):
    rows = [EXPORT, ["a.jpg", None, "left", '=CONCATENATE("L","001")']]
    with pytest.raises(BadDataset, match="cell D2: a formula without a value"):
        read_source(workbook(tmp_path / "x.xlsx", rows))


def test_a_workbook_of_another_kind_is_refused(tmp_path):
    (tmp_path / "x.xls").write_bytes(b"x")
    with pytest.raises(BadDataset, match="has no form that is read here"):
        read_source(tmp_path / "x.xls")
