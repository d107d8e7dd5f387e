"""A camera that prints another time than its files state is a row for eyes; nothing is chosen."""

import csv
import json
from datetime import datetime, timedelta

import pytest
from conftest import paint
from fake_catalogue import archive

from reid.archive import looking
from reid.archive.clocks import CameraClock
from reid.archive.plan import RunPlan
from reid.archive.printed_clocks import CHECKED
from reid.interchange.cells import from_spreadsheet
from reid.photo.banner import BannerReading
from reid.photo.clocks import ClockError, difference_text, seconds_of

READS = RunPlan(banners=True)
PLACED = {"pattern": "{station}/{camera}"}
STATED = datetime(2019, 3, 1, 19, 49)  # noqa: DTZ001  a wall clock


@pytest.fixture
def card(tmp_path):
    """card(camera, times): frames of a camera whose files state these times."""
    folder = tmp_path / "card"

    def write(camera, times):
        for n, time in enumerate(times):
            path = folder / "S1" / camera / f"{n:02}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(paint(1, view=n, taken=f"{time:%Y:%m:%d %H:%M:%S}"))
        return folder

    return write


@pytest.fixture
def prints(monkeypatch):
    """prints(text): what the reader gives of every frame from now on; .asked: how often."""

    def set_text(text):
        set_text.text = text

    def read(image):
        set_text.asked += 1
        return BannerReading(set_text.text)

    set_text.asked, set_text.text = 0, ""
    monkeypatch.setattr(looking, "read_banner", read)
    return set_text


def table(out, name="printed.csv"):
    with (out / name).open(newline="", encoding="utf-8") as file:
        rows = [*csv.DictReader(file)]
    return [{name: from_spreadsheet(text) for name, text in row.items()} for row in rows]


def test_both_times_the_camera_and_the_difference_are_told(card, tmp_path, prints):
    out = tmp_path / "out"
    prints("2020-02-29 20:49:00")
    result = archive(card("left", [STATED, STATED]), out, plan=READS, **PLACED)
    (row,) = table(out)
    assert (row["station"], row["camera"], row["frame"]) == ("S1", "left", "S1/left/00.jpg")
    assert (row["stated"], row["stated_by"]) == ("2019-03-01 19:49:00", "exif")
    assert (row["printed"], row["difference"]) == ("2020-02-29 20:49:00", "+365 1:00")
    assert (row["frames"], row["checked"]) == ("2", "2")
    assert [one.difference_s for one in result.clocks] == [365 * 86400 + 3600.0]
    rows = table(out, "results.csv")
    assert {one["captured_at"] for one in rows} == {"2019-03-01T19:49:00"}
    report = (out / "report.html").read_text()
    assert "Cameras that print another time than is stated" in report
    assert "2 of 2 checked" in report


@pytest.mark.parametrize(
    "text",
    [
        "2019-03-01 19:49",  # without its seconds
        "2019-03-01 19:50:30",  # the file was written a little later
        "03/01/2019 07:49",  # may be what is stated
        "",
    ],
)
def test_a_time_that_may_be_the_stated_one_needs_no_eyes(card, tmp_path, prints, text):
    prints(text)
    result = archive(card("left", [STATED]), tmp_path / "out", plan=READS, **PLACED)
    assert result.clocks == ()
    assert "print another time" not in (tmp_path / "out" / "report.html").read_text()


def test_a_correction_that_explains_the_printed_time_leaves_nothing_to_say(card, tmp_path, prints):
    prints("2019-03-01 20:49:00")
    clocks = [CameraClock("S1", "left", ClockError(3600.0))]
    plan = RunPlan(banners=True, clocks=clocks)
    assert archive(card("left", [STATED]), tmp_path / "out", plan=plan, **PLACED).clocks == ()


def test_without_the_reader_nothing_is_read_and_nothing_said(card, tmp_path, prints):
    prints("2020-02-29 20:49:00")
    result = archive(card("left", [STATED]), tmp_path / "out", **PLACED)
    assert (result.clocks, prints.asked) == ((), 0)


def test_a_few_frames_of_each_camera_are_checked_once_from_the_first_to_the_last(
    card, tmp_path, prints
):
    prints("2019-03-01 20:49:00")
    card("right", [STATED])
    folder = card("left", [STATED + timedelta(hours=n) for n in range(CHECKED + 4)])
    result = archive(folder, tmp_path / "out", plan=READS, **PLACED)
    assert prints.asked == CHECKED + 1
    assert {one.checked for one in result.clocks} == {CHECKED, 1}
    assert archive(folder, tmp_path / "out", plan=READS, **PLACED).clocks == result.clocks
    assert prints.asked == CHECKED + 1
    banners = {row["path"]: row["banner"] for row in table(tmp_path / "out", "results.csv")}
    assert banners["S1/left/00.jpg"]
    assert banners[f"S1/left/{CHECKED + 3}.jpg"]
    assert "times were read from pixels" not in (tmp_path / "out" / "report.html").read_text()


def test_a_clock_that_was_set_in_between_is_two_rows(card, tmp_path, prints):
    prints("2019-03-01 20:49:00")
    folder = card("left", [STATED, STATED, STATED - timedelta(days=30)])
    result = archive(folder, tmp_path / "out", plan=READS, **PLACED)
    assert [(one.difference, one.frames) for one in result.clocks] == [
        ("+0 1:00", 2),
        ("+30 1:00", 1),
    ]


def test_a_time_that_a_source_states_is_compared_too(tmp_path, prints):
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(paint(1))
    resources = [{"name": n, "path": f"{n}.csv"} for n in ("deployments", "media", "observations")]
    profile = "https://rs.gbif.org/camtrap-dp/1.0.2/camtrap-dp-profile.json"
    text = json.dumps({"profile": profile, "resources": resources})
    (folder / "datapackage.json").write_text(text)
    (folder / "deployments.csv").write_text(
        "deploymentID,locationName,latitude,longitude,deploymentStart,deploymentEnd\n"
        "d1,S1,43,54,2019-01-01T00:00:00Z,2019-12-31T00:00:00Z\n"
    )
    (folder / "media.csv").write_text(
        "mediaID,deploymentID,timestamp,filePath\nm1,d1,2019-03-01T14:49:00Z,a.jpg\n"
    )
    (folder / "observations.csv").write_text(
        "observationID,deploymentID,mediaID,observationLevel,observationType\n"
        "o1,d1,m1,media,animal\n"
    )
    prints("2019-03-01 19:49:00")
    (row,) = archive(folder, tmp_path / "out", plan=READS).clocks
    assert (row.station, row.stated_by, row.difference) == ("S1", "source", "+0 5:00")


@pytest.mark.parametrize("seconds", [0.0, 3600.0, -86400.0 * 365, 90061.0, -60.0])
def test_a_difference_is_written_as_a_table_of_clocks_reads_it(seconds):
    assert abs(seconds_of(difference_text(seconds)) - seconds) <= 30
