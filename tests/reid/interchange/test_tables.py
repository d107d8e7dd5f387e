"""Tables of people: read where there is one way to do it, else a sentence with its place."""

from pathlib import Path

import pytest

from reid.errors import BadDataset
from reid.interchange.catalogue import read_catalogue
from reid.interchange.deployments import read_deployments
from reid.interchange.tables import head_of, iso_texts, read_table, readable_times

CASES = Path(__file__).parents[2] / "data" / "field-cases" / "csv"
EXAMPLE = Path(__file__).parents[2] / "data" / "camtrap-dp" / "deployments.csv"


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "mac"])
def test_any_usual_separator_encoding_and_line_end_is_read(separator, coding, end):
    text = separator.join(["station", "notes"]) + end + separator.join(["Süd", "x"]) + end
    table = read_table(text.encode(coding))
    assert table.columns == ("station", "notes")
    assert [(row.line, dict(row.cells)) for row in table.rows] == [
        (2, {"station": "Süd", "notes": "x"})
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no head"),
        (b"station,zone\n", "no row"),
        (b"a;b,c\n1;2,3\n", "semicolon"),
        (b"station,latitude\nN,43,5\n", "line 2 has 3 cells"),
        (b"station,station\nN,S\n", "stands twice"),
        (b"station\n\xff\xfe\xfa\n", "UTF-8"),
        (b'station,notes\nN,"x\n', "cannot be read"),
    ],
)
def test_what_has_more_than_one_reading_is_named_with_its_place(data, words):
    with pytest.raises(BadDataset, match=words):
        read_table(data)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["2019-03-01"], ["2019-03-01"]),
        (["2019/03/01 19:49"], ["2019-03-01T19:49:00"]),
        (["01/03/2019 19:49", "13/03/2019"], ["2019-03-01T19:49:00", "2019-03-13"]),
        (["03/01/2019", "03/13/2019"], ["2019-03-01", "2019-03-13"]),
        (["13.3.2019 7:49:36 PM"], ["2019-03-13T19:49:36"]),
        (["05/05/2019"], ["2019-05-05"]),
        (["", "NA", "unknown"], ["", "", ""]),
        (["2020-05-30T04:57:37+02:00"], ["2020-05-30T04:57:37+02:00"]),
    ],
)
def test_dates_are_read_where_the_column_leaves_no_doubt(texts, expected):
    assert list(iso_texts("start", enumerate(texts, 2)).values()) == expected


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["01/03/2019"], "line 2, column start: 01/03/2019 may be"),
        (["13/03/2019", "03/13/2019"], "line 2 can only .* line 3 only"),
        (["spring"], "is no date"),
        (["31/02/2019"], "is no date"),
        (["13/03/19"], "is no date"),
        (["2019-13-01"], "is no date"),
        (["13/03/2019 13:10 PM"], "is no date"),
    ],
)
def test_dates_in_doubt_are_named_and_never_guessed(texts, words):
    with pytest.raises(BadDataset, match=words):
        iso_texts("start", enumerate(texts, 2))


def test_a_catalogue_of_day_month_dates_says_so_and_names_the_line():
    with pytest.raises(BadDataset, match="line 2, column datetime: 01/03/2019 19:49"):
        read_catalogue(CASES / "dmy_dates.csv")


def test_a_catalogue_of_day_month_dates_is_read_where_a_day_is_above_12(tmp_path):
    text = (CASES / "dmy_dates.csv").read_text() + "photos/c.jpg,L001,left,13/03/2019 19:50,S1\n"
    (tmp_path / "index.csv").write_text(text)
    nights = {name for one in read_catalogue(tmp_path).annotations for name in one.occasions}
    assert nights == {"night S1 2019-03-01", "night S1 2019-03-13"}


def test_a_catalogue_with_semicolons_and_a_byte_order_mark_is_read():
    (annotation,) = read_catalogue(CASES / "semicolon_bom.csv").annotations
    assert (annotation.individual, annotation.path.name) == ("L001", "a.jpg")


def test_paths_of_windows_are_found(tmp_path):
    (tmp_path / "photos" / "A").mkdir(parents=True)
    (tmp_path / "photos" / "A" / "a.jpg").write_bytes(b"x")
    (tmp_path / "index.csv").write_bytes((CASES / "winpath.csv").read_bytes())
    (annotation,) = read_catalogue(tmp_path).annotations
    assert annotation.path.is_file()


def test_the_example_of_camtrap_dp_is_read():
    table = read_deployments(EXAMPLE.read_bytes())
    first = table.rows[0]
    assert (first.name, first.station) == ("00a2c20d", "B_HS_val 2_processiepark")
    assert (first.latitude, first.heading, first.camera) == (51.496, 285.0, "320")
    assert (str(first.starts_at), first.zone) == ("2020-05-30 04:57:37", "+02:00")
    assert len(table.rows) == 4
    assert table.refused == ()
    assert "baitUse" in table.ignored


OURS = "station;camera;latitude;longitude;heading;start;end;zone;notes\n"


def row(text):
    return read_deployments((OURS + text).encode())


def test_our_own_columns_with_decimal_commas_are_read():
    (one,) = row("Ridge;A;43,51;54,2;90;2024-03-01;2024-05-01;+05:00;good\n").rows
    assert (one.latitude, one.longitude, one.name) == (43.51, 54.2, "Ridge A 2024-03-01")
    assert (str(one.starts_at), str(one.ends_at)) == ("2024-03-01 00:00:00", "2024-05-01 23:59:59")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (";A;;;;;;;\n", "line 2, column station: it is empty"),
        ("N;;43°30'N;54;;;;;\n", "column latitude: 43°30'N is no number"),
        ("N;;95;54;;;;;\n", "outside -90 to 90"),
        ("N;;43;;;;;;\n", "both latitude and longitude"),
        ("N;;0;0;;;;;\n", "without a fix"),
        ("N;;;;400;;;;\n", "outside 0 to 360"),
        ("N;;;;;;;Mars;\n", "is no zone"),
        ("N;;;;;2024-01-01;2024-08-01;Europe/Berlin;\n", "no one offset"),
    ],
)
def test_a_row_in_doubt_is_refused_by_itself_with_its_line(text, words):
    table = row(text + "S;;;;;;;;\n")
    assert [one.station for one in table.rows] == ["S"]
    ((line, error),) = table.refused
    assert line == 2
    assert words in str(error)


def test_a_table_of_something_else_is_refused():
    with pytest.raises(BadDataset, match="neither the column station"):
        read_deployments(b"path,individual\na.jpg,L001\n")


def test_dates_as_cameras_write_them_are_read():
    texts = ["2019:03:01 19:49:36", "2019:03:02"]
    assert [*iso_texts("taken", enumerate(texts)).values()] == ["2019-03-01T19:49:36", "2019-03-02"]
    with pytest.raises(BadDataset, match="is no date"):
        iso_texts("taken", [(2, "01:03:2019 19:49:36")])


def test_a_date_that_never_was_settles_no_order_of_day_and_month():
    times = readable_times("taken", [(2, "31/02/2019"), (3, "03/13/2019"), (4, "13/13/2019")])
    assert times.texts == {3: "2019-03-13"}
    assert sorted(times.errors) == [2, 4]


def test_many_dates_that_never_were_take_no_longer_each():
    cells = [(n, "00/00/2000 00:00") for n in range(20_000)]
    assert len(readable_times("taken", cells).errors) == 20_000


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_line_that_tells_a_spreadsheet_the_separator_is_no_head(mark, tmp_path):
    text = f"sep={mark}\nstation{mark}notes\nRidge{mark}a, b\n"
    if mark == ",":
        text = text.replace("a, b", '"a, b"')
    table = read_table(text.encode())
    assert table.columns == ("station", "notes")
    assert [(row.line, row.cells["notes"]) for row in table.rows] == [(3, "a, b")]
    (tmp_path / "table.csv").write_text(text)
    assert head_of(tmp_path / "table.csv") == ("station", "notes")


def test_a_deployment_with_a_date_that_is_none_is_refused_by_itself():
    table = row("N;;;;;spring;;;\nS;;;;;2024-01-01;;;\n")
    assert [one.station for one in table.rows] == ["S"]
    assert "line 2, column start: spring is no date" in str(table.refused[0][1])
