"""An archive run leaves one row per photo, whatever the photo is and whoever kills the run."""

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from fake_catalogue import FakeCatalogue

from benchmarks.broken_files import BROKEN, EXPECTED, make_broken_files
from reid.archive.journal import Journal, PhotoRow, Status
from reid.archive.run import CatalogueAnswer, NamedCandidate, find, identify_archive
from reid.errors import BadDataset, BadSettings, EmbeddingMismatch
from reid.photo.images import encode_jpeg
from reid.types import Flank, Verdict

TESTS = Path(__file__).parents[2]


@pytest.fixture
def photo():
    noise = np.random.default_rng(0).integers(0, 255, (60, 120, 3))
    return encode_jpeg(noise.astype(np.uint8), quality=95)


@pytest.fixture
def folder(tmp_path, photo):
    """Six good photos at two stations, and a note."""
    folder = tmp_path / "archive"
    for n in range(6):
        path = folder / f"station-{n % 2}" / f"BG-1_2019-03-01_19-49-{n:02}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(photo + bytes([n]))
    (folder / "notes.txt").write_text("bait changed")
    return folder


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def lines(out):
    return [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]


def table(out):
    with (out / "results.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_photo_gets_a_row_with_its_candidates(folder, out):
    summary = identify_archive(folder, out, FakeCatalogue(), flank=Flank.LEFT)
    assert (dict(summary.statuses), summary.others) == ({Status.IDENTIFIED: 6}, 1)
    row = table(out)[0]
    assert row["path"] == "station-0/BG-1_2019-03-01_19-49-00.jpg"
    assert (row["status"], row["identity"], row["llr"]) == ("identified", "L000", "1.2")
    assert (row["candidate3"], row["llr3"]) == ("L002", "-0.8")
    assert (row["captured_at"], row["flank"]) == ("2019-03-01T19:49:00", "left")
    assert (row["model"], row["calibrator"], row["catalogue"]) == ("fake@1", "fake@1", "1")
    assert [line["path"] for line in lines(out)] == [one["path"] for one in table(out)]


def test_a_row_names_the_candidate_whose_verdict_it_has_though_another_stands_first(folder, out):
    class Catalogue(FakeCatalogue):
        def identify(self, photo, flank):
            candidates = (
                NamedCandidate("L001", 0.3, 2.0, Verdict.INCONCLUSIVE),
                NamedCandidate("L002", 2.0, 2.0, Verdict.SAME),
            )
            return CatalogueAnswer(Verdict.SAME, candidates, self.model, "fake@1")

    identify_archive(folder, out, Catalogue())
    row = table(out)[0]
    assert (row["verdict"], row["identity"], row["llr"]) == ("same", "L002", "2.0")
    assert (row["candidate1"], row["candidate2"]) == ("L001", "L002")


def test_ten_broken_files_cost_nobody_a_row(folder, out, photo):
    make_broken_files(folder / "broken", photo)
    summary = identify_archive(folder, out, FakeCatalogue())
    found = {row["path"].removeprefix("broken/"): row for row in table(out)}
    assert len(found) == len(table(out)) == 16
    assert {name: found[name]["status"] for name in BROKEN} == {
        name: EXPECTED.get(name, "identified") for name in BROKEN
    }
    assert all(found[name]["code"] and found[name]["reason"] for name in EXPECTED)
    assert "could not be read" in found["truncated.jpg"]["damage"]
    assert not found["empty.jpg"]["damage"]
    assert not summary.complete


def test_an_animal_that_is_not_recognised_is_unknown_but_its_nearest_are_named(folder, out):
    (folder / "dark.jpg").write_bytes(encode_jpeg(np.full((60, 120, 3), 40, np.uint8)))
    identify_archive(folder, out, FakeCatalogue())
    row = table(out)[0]
    assert (row["path"], row["status"], row["identity"]) == ("dark.jpg", "unknown", "")
    assert (row["candidate1"], row["llr"], row["verdict"]) == ("L000", "0.1", "inconclusive")


def test_a_second_run_asks_nothing_again(folder, out):
    identify_archive(folder, out, FakeCatalogue())
    before = (out / "results.csv").read_bytes(), (out / "results.jsonl").read_bytes()
    again = FakeCatalogue()
    assert identify_archive(folder, out, again).earlier == 6
    assert again.asked == 0
    assert ((out / "results.csv").read_bytes(), (out / "results.jsonl").read_bytes()) == before


def test_only_what_changed_is_asked_again(folder, out, photo):
    identify_archive(folder, out, FakeCatalogue())
    first, second, third, *_ = (folder / path for path in find(folder).photos)
    first.write_bytes(photo + b"another")
    os.utime(second)  # touched, the same bytes
    third.unlink()
    again = FakeCatalogue()
    identify_archive(folder, out, again)
    assert again.asked == 1
    assert len(table(out)) == len(lines(out)) == 5


@pytest.mark.parametrize("changed", [{"state": "2"}, {"model": "fake@2"}])
def test_an_answer_belongs_to_one_state_of_the_catalogue(folder, out, changed):
    identify_archive(folder, out, FakeCatalogue())
    later = FakeCatalogue()
    vars(later).update(changed)
    identify_archive(folder, out, later, keep=True)
    assert later.asked == 0
    identify_archive(folder, out, later)
    assert later.asked == 6


def test_another_flank_is_another_question(folder, out):
    identify_archive(folder, out, FakeCatalogue(), flank=Flank.LEFT)
    right = FakeCatalogue()
    identify_archive(folder, out, right, flank=Flank.RIGHT)
    assert right.asked == 6


class Silent(FakeCatalogue):
    def identify(self, photo, flank):
        self.asked += 1
        raise ConnectionError("no answer")


def test_a_silent_catalogue_is_not_asked_for_ever_and_the_photos_are_asked_again(folder, out):
    for n in range(60):
        (folder / f"{n}.jpg").write_bytes(b"x")
    silent = Silent()
    summary = identify_archive(folder, out, silent)
    assert summary.statuses == {Status.FAILED: 66}
    assert silent.asked < 15
    assert {row["code"] for row in table(out)} == {"no_answer"}
    later = FakeCatalogue()
    identify_archive(folder, out, later)
    assert later.asked == 66


class Defective(FakeCatalogue):
    def identify(self, photo, flank):
        if self.asked % 2:
            self.asked += 1
            raise EmbeddingMismatch(expected="a@1", got="a@2")
        return super().identify(photo, flank)


def test_a_defect_costs_one_photo_and_says_so(folder, out):
    statuses = identify_archive(folder, out, Defective()).statuses
    assert statuses[Status.FAILED] >= 1
    assert statuses[Status.IDENTIFIED] >= 1
    assert any("EmbeddingMismatch" in row["reason"] for row in table(out))


def test_files_that_cannot_be_read_have_a_row_too(folder, out):
    os.mkfifo(folder / "pipe.jpg")
    (folder / "gone.jpg").symlink_to(folder / "nowhere.jpg")
    identify_archive(folder, out, FakeCatalogue())
    reasons = {row["path"]: row["reason"] for row in table(out) if row["code"]}
    assert reasons["pipe.jpg"] == "not a regular file"
    assert reasons["gone.jpg"] == "No such file or directory"


def test_a_name_that_is_not_unicode_is_still_a_row(folder, out, photo):
    name = os.fsencode(folder) + b"/caf\xe9.jpg"
    try:
        Path(os.fsdecode(name)).write_bytes(photo)
    except OSError:
        pytest.skip("this file system takes only Unicode names")
    identify_archive(folder, out, FakeCatalogue())
    assert r"caf\xe9.jpg" in {row["path"] for row in table(out)}


def test_a_folder_without_photos_and_a_missing_one_are_usage_errors(tmp_path, out):
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(BadDataset):
            identify_archive(folder, out, FakeCatalogue())


def test_two_runs_never_write_to_one_folder(out):
    with (
        Journal.opened(out),
        pytest.raises(BadSettings, match="another run"),
        Journal.opened(out),
    ):
        pass


def test_a_torn_line_and_a_damaged_line_are_not_rows(out):
    with Journal.opened(out) as journal:
        journal.append(PhotoRow("a.jpg", Status.UNKNOWN))
        journal.append(PhotoRow("b.jpg", Status.UNKNOWN))
    with (out / "results.jsonl").open("ab") as file:
        file.write(b'{"path": 1}\n[1]\n{"path": "c.jp')
    with Journal.opened(out) as journal:
        assert set(journal.rows) == {"a.jpg", "b.jpg"}
        journal.append(PhotoRow("c.jpg", Status.UNKNOWN))
    with Journal.opened(out) as journal:
        assert set(journal.rows) == {"a.jpg", "b.jpg", "c.jpg"}


@pytest.mark.slow
def test_a_run_killed_halfway_goes_on_without_losing_doubling_or_repeating(tmp_path, out, photo):
    folder, log = tmp_path / "archive", tmp_path / "log"
    make_broken_files(folder, photo)
    for n in range(40):
        (folder / f"{n:02}.jpg").write_bytes(photo + bytes([n]))
    command = [sys.executable, str(TESTS / "fake_catalogue.py"), *map(str, (folder, out, log))]
    journal = out / "results.jsonl"
    with subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(TESTS.parent)}) as run:
        while not (journal.exists() and journal.read_bytes().count(b"\n") >= 20):
            assert run.poll() is None
            time.sleep(0.01)
        run.kill()
    finished = journal.read_bytes().count(b"\n")
    asked = len(log.read_text().splitlines())
    assert 20 <= finished < 50
    with journal.open("ab") as file:
        file.write(b'{"path": "39.j')
    subprocess.run(command, env=os.environ | {"PYTHONPATH": str(TESTS.parent)}, check=True)
    paths = [row["path"] for row in table(out)]
    assert sorted(paths) == sorted({*BROKEN, *(f"{n:02}.jpg" for n in range(40))})
    assert [line["path"] for line in lines(out)] == paths
    readable = 50  # a broken file is asked about too
    assert len(log.read_text().splitlines()) - asked == readable - finished


def test_files_of_systems_are_no_photos_and_are_counted(tmp_path, photo):
    folder = tmp_path / "card"
    for name in (
        "a.jpg",
        "._a.jpg",
        ".hidden.jpg",
        "$RECYCLE.BIN/b.jpg",
        "@eaDir/c.jpg",
        "d/.e/f.jpg",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(photo)
    found = find(folder)
    assert [path.as_posix() for path in found.photos] == ["a.jpg"]
    assert found.others == 5
