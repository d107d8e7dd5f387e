"""An archive run leaves a row for every animal, whatever the frame is and whoever kills the run."""

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import paint
from fake_catalogue import FakeCatalogue, archive

from benchmarks.broken_files import BROKEN, EXPECTED, make_broken_files
from reid.archive.journal import alone, opened
from reid.archive.plan import CatalogueAnswer, NamedCandidate, RunPlan
from reid.archive.rows import Status
from reid.errors import BadDataset, BadSettings, EmbeddingMismatch
from reid.photo.images import encode_jpeg
from reid.types import Flank, Verdict

TESTS = Path(__file__).parents[2]
LEFT = RunPlan(flank=Flank.LEFT)


@pytest.fixture
def photo():
    return paint(1)


@pytest.fixture
def folder(tmp_path):
    """Six good photos of one animal in two folders that nobody calls stations, and a note."""
    folder = tmp_path / "archive"
    for n in range(6):
        path = folder / f"station-{n % 2}" / f"BG-1_2019-03-01_19-49-{n:02}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(paint(1, view=n))
    (folder / "notes.txt").write_text("bait changed")
    return folder


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def lines(out):
    return [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]


def table(out, name="results.csv"):
    with (out / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_photo_gets_a_row_with_its_candidates(folder, out):
    result = archive(folder, out, plan=LEFT)
    assert (dict(result.statuses), result.others) == ({Status.IDENTIFIED: 6}, 1)
    row = table(out)[0]
    assert row["path"] == "station-0/BG-1_2019-03-01_19-49-00.jpg"
    assert (row["status"], row["identity"], row["llr"]) == ("identified", "L000", "1.2")
    assert (row["candidate3"], row["llr3"]) == ("L002", "-0.8")
    assert (row["captured_at"], row["flank"]) == ("2019-03-01T19:49:00", "left")
    assert (row["model"], row["calibrator"], row["catalogue"]) == ("fake@1", "fake@1", "1")
    assert [line["path"] for line in lines(out)] == [one["path"] for one in table(out)]


def test_a_row_names_the_candidate_whose_verdict_it_has_though_another_stands_first(folder, out):
    class Catalogue(FakeCatalogue):
        def identify_encounter(self, photos):
            candidates = (
                NamedCandidate("L001", 0.3, 2.0, Verdict.INCONCLUSIVE),
                NamedCandidate("L002", 2.0, 2.0, Verdict.SAME),
            )
            return CatalogueAnswer(Verdict.SAME, candidates, self.model, "fake@1")

    archive(folder, out, Catalogue())
    row = table(out)[0]
    assert (row["verdict"], row["identity"], row["llr"]) == ("same", "L002", "2.0")
    assert (row["candidate1"], row["candidate2"]) == ("L001", "L002")


def test_ten_broken_files_cost_nobody_a_row(folder, out, photo):
    make_broken_files(folder / "broken", photo)
    result = archive(folder, out)
    found = {row["path"].removeprefix("broken/"): row for row in table(out)}
    assert len(found) == len(table(out)) == 16
    bad = {name for name in BROKEN if found[name]["status"] == "unreadable"}
    assert bad == {name for name, status in EXPECTED.items() if status == "unreadable"}
    assert all(found[name]["code"] and found[name]["reason"] for name in bad)
    assert "could not be read" in found["truncated.jpg"]["damage"]
    assert not found["empty.jpg"]["damage"]
    assert not result.complete


def test_an_animal_that_is_not_recognised_is_new_but_its_nearest_are_named(folder, out):
    class Catalogue(FakeCatalogue):
        def identify_encounter(self, photos):
            return self.answer(0.1)

    archive(folder, out, Catalogue())
    row = table(out)[0]
    assert (row["status"], row["identity"], row["animal"]) == ("new_animal", "", "new-001")
    assert (row["candidate1"], row["llr"], row["verdict"]) == ("L000", "0.1", "inconclusive")


def test_a_second_run_asks_nothing_again(folder, out):
    archive(folder, out)
    before = (out / "results.csv").read_bytes(), (out / "results.jsonl").read_bytes()
    again = FakeCatalogue()
    archive(folder, out, again)
    assert again.asked == 0
    assert ((out / "results.csv").read_bytes(), (out / "results.jsonl").read_bytes()) == before


def test_only_what_changed_is_asked_again(folder, out):
    archive(folder, out)
    first, second, third, *_ = sorted(folder.rglob("*.jpg"))
    first.write_bytes(paint(1, view=9))
    os.utime(second)  # touched, the same bytes
    third.unlink()
    again = FakeCatalogue()
    archive(folder, out, again)
    assert again.asked == 1
    assert len(table(out)) == len(lines(out)) == 5


@pytest.mark.parametrize("changed", [{"state": "2"}, {"model": "fake@2"}])
def test_an_answer_belongs_to_one_state_of_the_catalogue(folder, out, changed):
    archive(folder, out)
    later = FakeCatalogue()
    vars(later).update(changed)
    archive(folder, out, later, plan=RunPlan(keep=True))
    assert later.asked == 0
    archive(folder, out, later)
    assert later.asked == 6


def test_another_flank_is_another_question(folder, out):
    archive(folder, out, plan=LEFT)
    right = FakeCatalogue()
    archive(folder, out, right, plan=RunPlan(flank=Flank.RIGHT))
    assert right.asked == 6


class Silent(FakeCatalogue):
    def identify_encounter(self, photos):
        self.asked += 1
        raise ConnectionError("no answer")


def test_a_silent_catalogue_is_not_asked_for_ever_and_the_animals_are_asked_again(folder, out):
    for n in range(4):
        (folder / f"{n}.jpg").write_bytes(paint(2, view=n))
    silent = Silent()
    result = archive(folder, out, silent)
    assert result.statuses == {Status.FAILED: 10}
    assert silent.asked == 5
    assert {row["code"] for row in table(out)} == {"no_answer"}
    later = FakeCatalogue()
    archive(folder, out, later)
    assert later.asked == 10


class Defective(FakeCatalogue):
    def identify_encounter(self, photos):
        if self.asked % 2:
            self.asked += 1
            raise EmbeddingMismatch(expected="a@1", got="a@2")
        return super().identify_encounter(photos)


def test_a_defect_costs_one_animal_and_says_so(folder, out):
    statuses = archive(folder, out, Defective()).statuses
    assert statuses[Status.FAILED] >= 1
    assert statuses[Status.IDENTIFIED] >= 1
    assert any("EmbeddingMismatch" in row["reason"] for row in table(out))


def test_files_that_cannot_be_read_have_a_row_too(folder, out):
    os.mkfifo(folder / "pipe.jpg")
    (folder / "gone.jpg").symlink_to(folder / "nowhere.jpg")
    archive(folder, out)
    reasons = {row["path"]: row["reason"] for row in table(out) if row["code"]}
    assert reasons["pipe.jpg"] == "not a regular file"
    assert reasons["gone.jpg"] == "No such file or directory"


def test_a_name_that_is_not_unicode_is_still_a_row(folder, out, photo):
    name = os.fsencode(folder) + b"/caf\xe9.jpg"
    try:
        Path(os.fsdecode(name)).write_bytes(photo)
    except OSError:
        pytest.skip("this file system takes only Unicode names")
    archive(folder, out)
    assert r"caf\xe9.jpg" in {row["path"] for row in table(out)}


def test_a_folder_without_photos_and_a_missing_one_are_usage_errors(tmp_path, out):
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(BadDataset):
            archive(folder, out)


def test_two_runs_never_write_to_one_folder(out):
    with alone(out), pytest.raises(BadSettings, match="another run"), alone(out):
        pass


def test_a_torn_line_and_a_damaged_line_are_not_rows(tmp_path):
    path = tmp_path / "looks.jsonl"
    with opened(path) as journal:
        journal.append("a.jpg", {"value": 1})
        journal.append("b.jpg", {"value": 2})
    with path.open("ab") as file:
        file.write(b'{"path": 1}\n[1]\n{"key": "c.jp')
    with opened(path) as journal:
        assert [name in journal for name in ("a.jpg", "b.jpg", "c.jpg")] == [True, True, False]
        journal.append("c.jpg", {"value": 3})
        journal.append("a.jpg", {"value": 4})
    with opened(path) as journal:
        assert len(journal) == 3
        assert [journal.get(name)["value"] for name in ("a.jpg", "b.jpg", "c.jpg")] == [4, 2, 3]


@pytest.mark.slow
def test_a_run_killed_halfway_goes_on_without_losing_doubling_or_repeating(tmp_path, out, photo):
    folder, log = tmp_path / "archive", tmp_path / "log"
    make_broken_files(folder, photo)
    for n in range(40):
        (folder / f"{n:02}.jpg").write_bytes(paint(n % 4, view=n))
    command = [sys.executable, str(TESTS / "fake_catalogue.py"), *map(str, (folder, out, log))]
    journal = out / "answers.jsonl"
    with subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(TESTS.parent)}) as run:
        while not (journal.exists() and journal.read_bytes().count(b"\n") >= 20):
            assert run.poll() is None
            time.sleep(0.01)
        run.kill()
    finished = journal.read_bytes().count(b"\n")
    asked = len(log.read_text().splitlines())
    with journal.open("ab") as file:
        file.write(b'{"key": "39.j')
    subprocess.run(command, env=os.environ | {"PYTHONPATH": str(TESTS.parent)}, check=True)
    paths = [row["path"] for row in table(out)]
    assert sorted(paths) == sorted({*BROKEN, *(f"{n:02}.jpg" for n in range(40))})
    assert [line["path"] for line in lines(out)] == paths
    answers = {json.loads(line)["key"] for line in journal.read_text().splitlines()}
    assert len(log.read_text().splitlines()) - asked == len(answers) - finished


def test_files_of_systems_are_no_photos_and_are_counted(tmp_path, out, photo):
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
    result = archive(folder, out)
    assert [row["path"] for row in table(out)] == ["a.jpg"]
    assert result.others == 5


def test_a_plain_photo_shows_no_coat(tmp_path, out):
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / "plain.jpg").write_bytes(encode_jpeg(np.full((200, 400, 3), 90, np.uint8)))
    archive(folder, out)
    assert [(row["status"], row["animal"]) for row in table(out)] == [("no_coat", "")]
