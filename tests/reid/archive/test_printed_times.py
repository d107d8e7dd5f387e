"""Frames whose files state no time take the printed one, and say so."""

import csv
from datetime import datetime, timedelta

import pytest
from conftest import paint
from fake_catalogue import archive

from reid.archive import looking
from reid.archive.clocks import CameraClock
from reid.archive.plan import RunPlan
from reid.photo.banner import BannerReading
from reid.photo.clocks import ClockError

TEXTS = {"a": "03/04/2018 07:49 PM", "b": "14/04/2018 07:49 PM", "c": "15/04/2018 08:49 PM"}
READS = RunPlan(banners=True)


@pytest.fixture
def folder(tmp_path):
    """Three frames of one camera, whose files state no time."""
    folder = tmp_path / "archive"
    for n, name in enumerate("abc"):
        path = folder / "S1" / "left" / f"{name}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(paint(1, view=n))
    return folder


@pytest.fixture
def printed(monkeypatch):
    """What the reader gives, in the order of the frames, and how often it was asked."""
    texts, asked = list(TEXTS.values()), []

    def read(image):
        asked.append(image.shape)
        return BannerReading(texts[(len(asked) - 1) % len(texts)])

    monkeypatch.setattr(looking, "read_banner", read)
    return asked


def rows(out):
    with (out / "results.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_other_photos_of_a_camera_tell_day_and_month(folder, tmp_path, printed):
    archive(folder, tmp_path / "out", plan=READS, pattern="{station}/{camera}")
    table = rows(tmp_path / "out")
    assert [row["captured_at"] for row in table] == [
        "2018-04-03T19:49:00",
        "2018-04-14T19:49:00",
        "2018-04-15T20:49:00",
    ]
    assert {row["time_source"] for row in table} == {"read from pixels"}
    assert table[0]["banner"] == TEXTS["a"]
    assert len(printed) == 3
    report = (tmp_path / "out" / "report.html").read_text()
    assert "3 times were read from pixels" in report


def test_photos_of_no_named_camera_tell_nothing_of_each_other(folder, tmp_path, printed):
    archive(folder, tmp_path / "out", plan=READS)
    table = rows(tmp_path / "out")
    assert [row["captured_at"][:10] for row in table] == ["", "2018-04-14", "2018-04-15"]
    assert (table[0]["time_source"], table[0]["banner"]) == ("none", TEXTS["a"])
    assert "1 printed times may mean" in (tmp_path / "out" / "report.html").read_text()


def test_a_printed_time_is_corrected_by_the_clock_of_its_camera(folder, tmp_path, printed):
    hour = ClockError(timedelta(hours=1).total_seconds())
    plan = RunPlan(banners=True, clocks=[CameraClock("S1", "left", hour)])
    archive(folder, tmp_path / "out", plan=plan, pattern="{station}/{camera}")
    row = rows(tmp_path / "out")[0]
    assert (row["captured_at"], row["file_time"]) == ("2018-04-03T20:49:00", "2018-04-03T19:49:00")
    assert row["time_source"] == "read from pixels, clock corrected"


def test_banners_are_read_once_and_used_only_where_they_are_asked_for(folder, tmp_path, printed):
    out, pattern = tmp_path / "out", "{station}/{camera}"
    archive(folder, out, pattern=pattern)
    assert (len(printed), {row["time_source"] for row in rows(out)}) == (0, {"none"})
    archive(folder, out, plan=READS, pattern=pattern)
    archive(folder, out, plan=READS, pattern=pattern)
    assert (len(printed), {row["time_source"] for row in rows(out)}) == (3, {"read from pixels"})
    archive(folder, out, pattern=pattern)
    assert (len(printed), {row["captured_at"] for row in rows(out)}) == (3, {""})


def test_a_time_that_a_file_states_stands_whatever_is_printed(tmp_path, printed):
    path = tmp_path / "archive" / "2019-03-01_19-49-36.jpg"
    path.parent.mkdir()
    path.write_bytes(paint(1))
    archive(path.parent, tmp_path / "out", plan=READS)
    (row,) = rows(tmp_path / "out")
    assert (row["time_source"], row["banner"], len(printed)) == ("file name", TEXTS["a"], 1)
    assert datetime.fromisoformat(row["captured_at"]).year == 2019
