"""Whatever is wrong with an archive is a row or a sentence; nothing is lost."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import paint
from fake_catalogue import Strangers, archive
from PIL import Image as Pillow

from reid.archive.clocks import read_clocks
from reid.archive.progress import read_progress
from reid.archive.rows import Status
from reid.errors import BadDataset, BadSettings

TESTS = Path(__file__).parents[2]
PLACED = {"pattern": "{station}/{camera}"}
TAKEN = "2024:03:01 22:00:00"
KILLED = """
import os, sys
from pathlib import Path
from fake_catalogue import Strangers, archive
from reid.archive import run
run.write_report = lambda *_: os._exit(9)
archive(Path(sys.argv[1]), Path(sys.argv[2]), Strangers())
"""


@pytest.fixture
def card(tmp_path):
    """card({path: bytes}) writes files below a folder; None is a painted photo."""
    folder = tmp_path / "card"

    def write(files):
        for n, (path, data) in enumerate(files.items()):
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(paint(1, view=n, taken=TAKEN) if data is None else data)
        return folder

    return write


def rows(out):
    with (out / "results.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def report(out):
    return " ".join((out / "report.html").read_text().split())


def detections(*images, categories=None):
    content = {"info": {"format_version": "1.5"}, "images": list(images)}
    content["detection_categories"] = categories or {"1": "animal", "2": "person"}
    return json.dumps(content).encode()


def told(result):
    return " ".join(map(str, result.remarks))


def test_frames_in_folders_unlike_the_pattern_are_counted(card, tmp_path):
    folder = card({"S1/A/a.jpg": None, "b.jpg": None})
    result = archive(folder, tmp_path / "out", Strangers(), **PLACED)
    assert "1 of 2 photos lie in folders unlike {station}/{camera}, such as b.jpg" in told(result)
    assert "1 of 2 photos lie in folders unlike" in report(tmp_path / "out")
    assert [row["station"] for row in rows(tmp_path / "out")] == ["S1", ""]


def test_parts_of_a_pattern_that_a_run_does_not_use_are_named(card, tmp_path):
    folder = card({"S1/L001/a.jpg": None})
    result = archive(folder, tmp_path / "out", Strangers(), pattern="{station}/{individual}")
    assert "{individual} say nothing to it" in told(result)


def test_stations_that_differ_in_case_only_are_named(card, tmp_path):
    folder = card({"Ridge/A/a.jpg": None, "ridge /A/b.jpg": None, "Gorge/A/c.jpg": None})
    result = archive(folder, tmp_path / "out", Strangers(), **PLACED)
    assert "the stations Ridge, ridge  differ in small and capital letters" in told(result)


def test_links_to_folders_are_not_followed_and_told(card, tmp_path):
    folder = card({"a.jpg": None})
    (tmp_path / "elsewhere").mkdir()
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    (folder / "round").symlink_to(folder)
    result = archive(folder, tmp_path / "out", Strangers())
    assert "nothing below linked, round was read" in told(result)
    assert "nothing below linked, round was read" in report(tmp_path / "out")
    assert result.frames == 1


def test_files_of_kinds_that_are_not_read_are_counted_by_their_ending(card, tmp_path):
    deep = io.BytesIO()
    Pillow.fromarray(np.full((160, 320), 30_000, np.uint16)).save(deep, "TIFF")
    folder = card({"a.jpg": None, "deep.TIF": deep.getvalue(), "n.txt": b"", "Thumbs.db": b""})
    archive(folder, tmp_path / "out", Strangers())
    words = "3 files that are neither a photo nor a video that can be read were skipped"
    assert f"{words} (.tif 1, .txt 1, of systems 1)" in report(tmp_path / "out")


def test_photos_of_all_kinds_and_names_have_their_row(card, tmp_path):
    with Pillow.open(io.BytesIO(paint(1))) as picture:
        kinds = {"L": "png", "P": "png", "1": "png", "CMYK": "jpeg", "RGBA": "png"}
        data = {mode: io.BytesIO() for mode in kinds}
        for mode, form in kinds.items():
            picture.convert(mode).save(data[mode], form)
        deep = io.BytesIO()
        Pillow.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257).save(deep, "PNG")
    files = {f"{mode}.{form}": data[mode].getvalue() for mode, form in kinds.items()}
    files |= {"deep.png": deep.getvalue(), "empty.jpg": b"", "empty.heic": b""}
    files |= {f"{name}.jpg": None for name in ("new\nline", "🐆", "n" * 196, "=1+1", "<b>")}
    files["upright.heic"] = (TESTS / "data" / "field-cases" / "upright.heic").read_bytes()
    folder = card(files)
    result = archive(folder, tmp_path / "out", Strangers())
    assert len(rows(tmp_path / "out")) == len(files) == result.frames
    bad = {row["path"] for row in rows(tmp_path / "out") if row["status"] == Status.UNREADABLE}
    assert bad == {"empty.jpg", "empty.heic"}
    assert "<b>.jpg" not in report(tmp_path / "out")


@pytest.mark.parametrize(
    ("time", "word"), [("2000:01:01 00:00:10", "reset"), ("2099:01:01 00:00:10", "future")]
)
def test_clocks_that_look_wrong_are_told_and_not_corrected(card, tmp_path, time, word):
    folder = card({"S1/A/a.jpg": paint(1, taken=time), "S1/A/b.jpg": None})
    result = archive(folder, tmp_path / "out", Strangers(), **PLACED)
    (one,) = result.doubts
    assert (one.station, one.camera, one.says.doubt.value) == ("S1", "A", word)
    assert rows(tmp_path / "out")[0]["captured_at"] == time[:10].replace(":", "-") + "T00:00:10"
    assert "Clocks that look wrong" in report(tmp_path / "out")


def test_frames_without_any_time_are_counted(card, tmp_path):
    folder = card({"x.jpg": paint(1), "y.jpg": paint(1, view=1), "z.jpg": None})
    archive(folder, tmp_path / "out", Strangers())
    assert "2 frames with animals have no time" in report(tmp_path / "out")


def test_a_detectors_file_that_fits_badly_costs_nobody_a_row(card, tmp_path):
    whole = [{"category": "1", "conf": 0.9, "bbox": [0, 0, 1, 1]}]
    beyond = [{"category": "1", "conf": 0.9, "bbox": [0.5, 0.5, 1.5, 0.9]}]
    images = [
        {"file": "D:\\cards\\S1\\a.jpg", "detections": whole},
        {"file": "D:\\cards\\S1\\a.jpg", "detections": whole},
        {"file": "D:\\cards\\S1\\b.jpg", "detections": beyond},
        {"file": "D:\\cards\\S1\\c.jpg", "failure": "Failure image open"},
        {"file": "D:\\cards\\S1\\gone.jpg", "detections": whole},
    ]
    files = {f"S1/{name}.jpg": None for name in "abcd"}
    folder = card(files | {"detections.json": detections(*images)})
    result = archive(folder, tmp_path / "out", Strangers(), pattern="{station}")
    statuses = {row["path"]: row["status"] for row in rows(tmp_path / "out")}
    assert len(statuses) == 5
    assert [path for path, status in statuses.items() if status == "unreadable"] == [
        "D:/cards/S1/gone.jpg"
    ]
    assert result.refused == 2
    page = report(tmp_path / "out")
    assert "stands twice" in page
    assert "is no box" in page


def test_categories_that_name_no_animal_are_refused(card, tmp_path):
    whole = {"file": "a.jpg", "detections": [{"category": "1", "conf": 0.9, "bbox": [0, 0, 1, 1]}]}
    folder = card({"a.jpg": None, "d.json": detections(whole, categories={"1": "leopard"})})
    with pytest.raises(BadDataset, match="rename the one of animals to animal"):
        archive(folder, tmp_path / "out", Strangers())


def test_what_a_source_calls_unknown_is_looked_at(card, tmp_path):
    head = "project_id,deployment_id,image_id,location,wi_taxon_id,timestamp,common_name\n"
    table = f"{head}p,d1,i1,a.jpg,x,2024-03-01 22:00:00,No CV Result\n"
    folder = card({"a.jpg": None, "images.csv": table.encode()})
    archive(folder, tmp_path / "out", Strangers())
    assert [row["status"] for row in rows(tmp_path / "out")] == ["new_animal"]


def test_the_results_of_another_archive_are_not_written_over(tmp_path):
    for name in ("one", "two"):  # the same paths, as on two cards
        path = tmp_path / name / "DCIM" / "IMG_0001.jpg"
        path.parent.mkdir(parents=True)
        path.write_bytes(paint(1 if name == "one" else 2, taken=TAKEN))
    archive(tmp_path / "one", tmp_path / "out", Strangers())
    before = (tmp_path / "out" / "report.html").read_bytes()
    with pytest.raises(BadSettings, match="the results of another archive"):
        archive(tmp_path / "two", tmp_path / "out", Strangers())
    assert (tmp_path / "out" / "report.html").read_bytes() == before
    assert read_progress(tmp_path / "out").finished


def test_an_archive_that_was_moved_or_that_grew_is_the_same(tmp_path):
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(paint(1, taken=TAKEN))
    archive(folder, tmp_path / "out", Strangers())
    moved = tmp_path / "moved" / "S1"
    moved.mkdir(parents=True)
    (folder / "a.jpg").replace(moved / "a.jpg")
    (moved / "b.jpg").write_bytes(paint(1, view=1, taken=TAKEN))
    archive(moved.parent, tmp_path / "out", Strangers())
    assert [row["path"] for row in rows(tmp_path / "out")] == ["S1/a.jpg", "S1/b.jpg"]


def test_a_run_that_was_killed_while_it_wrote_the_report_is_finished_by_the_next(card, tmp_path):
    folder = card({f"{n}.jpg": None for n in range(3)})
    environment = os.environ | {"PYTHONPATH": f"{TESTS.parent}:{TESTS}"}
    command = [sys.executable, "-c", KILLED, str(folder), str(tmp_path / "killed")]
    assert subprocess.run(command, env=environment, check=False).returncode == 9
    asked = Strangers()
    archive(folder, tmp_path / "killed", asked)
    archive(folder, tmp_path / "whole", Strangers())
    assert asked.asked == 0
    assert rows(tmp_path / "killed") == rows(tmp_path / "whole")


def test_a_detectors_file_that_is_damaged_is_told(card, tmp_path):
    folder = card({"a.jpg": None, "detections.json": b'{"images": ['})
    result = archive(folder, tmp_path / "out", Strangers())
    assert "of detections.json beside the photos nothing is read" in told(result)


def test_a_detectors_file_whose_frames_are_all_gone_is_rows(card, tmp_path):
    whole = {"file": "a.jpg", "detections": [{"category": "1", "conf": 0.9, "bbox": [0, 0, 1, 1]}]}
    folder = card({"d.json": detections(whole)})
    archive(folder, tmp_path / "out", Strangers())
    assert [(row["path"], row["status"]) for row in rows(tmp_path / "out")] == [
        ("a.jpg", "unreadable")
    ]
    (folder / "d.json").write_bytes(detections())
    with pytest.raises(BadDataset, match="no photo and no video"):
        archive(folder, tmp_path / "other", Strangers())


def test_a_file_that_is_named_and_cannot_be_read_is_one_sentence(card, tmp_path):
    folder = card({"a.jpg": None})
    with pytest.raises(BadDataset, match="cannot be read: Is a directory"):
        archive(folder, tmp_path / "out", Strangers(), detections=folder)
    with pytest.raises(BadDataset, match="cannot be read: Is a directory"):
        read_clocks(folder)


def test_a_folder_of_results_that_cannot_be_written_is_one_sentence(card, tmp_path):
    (tmp_path / "out" / "boxes.jsonl").mkdir(parents=True)
    with pytest.raises(BadSettings, match="cannot write to"):
        archive(card({"a.jpg": None}), tmp_path / "out", Strangers())


def test_features_that_cannot_be_written_are_tried_again_by_the_next_run(card, tmp_path):
    folder, out = card({"a.jpg": None}), tmp_path / "out"
    out.mkdir()
    (out / "features").write_text("a full disk")
    result = archive(folder, out, Strangers())
    assert result.statuses == {Status.FAILED: 1}
    assert "features cannot be written" in rows(out)[0]["reason"]
    (out / "features").unlink()
    assert archive(folder, out, Strangers()).statuses == {Status.NEW: 1}


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_folders_that_may_not_be_listed_are_told(card, tmp_path):
    folder = card({"a.jpg": None, "shut/b.jpg": None})
    (folder / "shut").chmod(0)
    try:
        result = archive(folder, tmp_path / "out", Strangers())
    finally:
        (folder / "shut").chmod(0o700)
    assert "shut was read, because it may not be listed" in told(result)
    assert not result.complete
