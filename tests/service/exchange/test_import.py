"""leopard-reid import: photos of other programs, over the real intake, into a real catalogue."""

import csv
import json
import shutil

import pytest
from packages_of_others import WRITERS_OF_OTHERS, painted_photos
from typer.testing import CliRunner

from reid.errors import BadDataset
from service.__main__ import app
from service.settings import read_settings
from service.store import decisions, encounters, photos
from service.store.database import Database
from service.store.decisions import NewDecision


@pytest.fixture
def catalogue(tmp_path, migrated):
    """The folder of a catalogue, and what runs the command on it."""

    class Catalogue:
        data = tmp_path / "var"

        def run(self, *arguments):
            if "--dry-run" not in arguments and not self.data.exists():
                self.data.mkdir()
                shutil.copy(migrated, self.data / "reid.sqlite3")
            words = ["import", *map(str, arguments), "--data-dir", str(self.data), "--json"]
            done = CliRunner().invoke(app, words)
            if done.exception and not isinstance(done.exception, SystemExit):
                raise done.exception
            return json.loads(done.stdout)

        def open(self):
            return Database(read_settings(data_dir=self.data).database)

        def rows(self):
            with self.open().read() as connection:
                return sorted(
                    (one.photo.file_name, found.identity or "", one.annotation.flank.value)
                    for found in encounters.search(connection, limit=1000)
                    for one in encounters.references_of(connection, found.id)
                )

    return Catalogue()


@pytest.fixture
def survey(tmp_path, painted):
    """survey({file: row}) writes photos and index.csv; returns the folder."""

    def write(rows):
        folder = tmp_path / "survey"
        folder.mkdir(exist_ok=True)
        columns = dict.fromkeys(key for row in rows.values() for key in row)
        with (folder / "index.csv").open("w", newline="") as file:
            table = csv.DictWriter(file, ["path", *columns])
            table.writeheader()
            for number, (name, row) in enumerate(rows.items()):
                (folder / name).write_bytes(painted(number))
                table.writerow({"path": name, **row})
        return folder

    return write


@pytest.mark.parametrize("name", WRITERS_OF_OTHERS)
def test_a_catalogue_of_another_program_moves_in_whole_and_once(tmp_path, catalogue, name):
    if name == "Whiskerbook":
        pytest.importorskip("openpyxl")
    made = painted_photos(2, seed=3)
    source = WRITERS_OF_OTHERS[name](tmp_path / "source", made, 3)
    report = catalogue.run(source)["report"]
    expected = sorted((p.file, one.name, one.flank) for p in made for one in p.animals)
    assert catalogue.rows() == expected
    assert (report["photos"]["new"], report["boxes"]) == (len(made), len(expected))
    again = catalogue.run(source)["report"]
    assert (again["photos"], again["boxes"]) == ({"known": len(made)}, 0)
    assert again["conflicts"] == []
    assert catalogue.rows() == expected


def test_a_dry_run_counts_and_keeps_nothing(catalogue, survey):
    folder = survey({"a.jpg": {"individual": "L001", "flank": "left", "station": "S1"}})
    plan = catalogue.run(folder, "--dry-run")
    assert (plan["taken"], plan["names"], plan["flanks"]) == (1, {"L001": 1}, {"left": 1})
    assert plan["stations"] == {"S1": 1}
    assert not catalogue.data.exists()


def test_two_names_in_one_burst_are_parted_and_the_unnamed_stay_unnamed(catalogue, survey):
    at = {"station": "S1", "datetime": "2019-03-01T19:49:36"}
    folder = survey(
        {
            "a.jpg": {"individual": "L001", **at},
            "b.jpg": {"individual": "L002", **at},
            "c.jpg": {"individual": "NA", **at},
        }
    )
    report = catalogue.run(folder)["report"]
    assert report["parted"] == 2
    names = {row[0]: row[1] for row in catalogue.rows()}
    assert names == {"a.jpg": "L001", "b.jpg": "L002", "c.jpg": ""}


def test_what_a_person_decided_and_corrected_is_not_changed_by_importing_again(catalogue, survey):
    folder = survey({"a.jpg": {"individual": "L001", "station": "S1", "flank": "left"}})
    catalogue.run(folder)
    with catalogue.open().write() as connection:
        (found,) = encounters.search(connection)
        decisions.add(connection, found.id, NewDecision("new", name="Uma", reviewer="Anna"))
    folder = survey({"a.jpg": {"individual": "L001", "station": "S2", "flank": "right"}})
    report = catalogue.run(folder)["report"]
    assert "the source says L001, encounter 1 is decided to be Uma" in report["conflicts"][0]
    assert catalogue.rows() == [("a.jpg", "Uma", "left")]


def test_what_the_catalogue_lacks_is_added_by_importing_again(catalogue, survey):
    catalogue.run(survey({"a.jpg": {"individual": ""}}))
    folder = survey({"a.jpg": {"individual": "L001", "station": "S1", "flank": "left"}})
    catalogue.run(folder)
    assert catalogue.rows() == [("a.jpg", "L001", "left")]
    with catalogue.open().read() as connection:
        (found,) = encounters.search(connection)
        (one,) = encounters.references_of(connection, found.id)
    assert photos.Photo is type(one.photo)
    assert one.photo.station == "S1"


def test_extras_are_kept_beside_the_catalogue(catalogue, survey):
    catalogue.run(survey({"a.jpg": {"individual": "L001", "collar": "red"}}))
    (file,) = (catalogue.data / "imports").iterdir()
    _, line = file.read_text().splitlines()
    assert json.loads(line)["animals"][0]["extras"] == {"collar": "red"}


def test_a_photo_that_cannot_be_used_is_told_and_stops_no_other(catalogue, survey):
    folder = survey({"a.jpg": {"individual": "L001"}, "b.jpg": {"individual": "L002"}})
    (folder / "b.jpg").write_bytes(b"broken")
    report = catalogue.run(folder)["report"]
    assert report["photos"] == {"known": 0, "new": 1, "refused": 1}
    assert any("not a JPEG" in line for line in report["refused"])


def test_folders_named_by_individual_are_taken_by_their_pattern(catalogue, tmp_path, painted):
    for number, name in enumerate(("Uma", "Ola", "unknown")):
        (tmp_path / "cats" / name / "left").mkdir(parents=True)
        (tmp_path / "cats" / name / "left" / "a.jpg").write_bytes(painted(number))
    catalogue.run(tmp_path / "cats", "--pattern", "{individual}/{flank}")
    assert [row[1:] for row in catalogue.rows()] == [("", "left"), ("Ola", "left"), ("Uma", "left")]


def test_a_source_without_a_known_form_is_one_sentence(tmp_path, catalogue):
    (tmp_path / "x.pdf").write_bytes(b"x")
    with pytest.raises(BadDataset, match="has no form that is read here"):
        catalogue.run(tmp_path / "x.pdf")


def test_a_name_that_is_too_long_is_refused_and_not_cut(catalogue, survey):
    names = [f"{'L' * 100}{n}" for n in (1, 2)]
    rows = {f"{n}.jpg": {"individual": name} for n, name in enumerate(names)}
    folder = survey(rows)
    index = (folder / "index.csv").read_text().replace("path,individual", "image_id,identity,path")
    lines = [f"{n},{name},{n}.jpg" for n, name in enumerate(names)]
    (folder / "metadata.csv").write_text("\n".join([index.splitlines()[0], *lines]) + "\n")
    (folder / "index.csv").unlink()
    report = catalogue.run(folder)["report"]
    assert [why.partition("name: ")[2] for why in report["refused"]] == [
        "101 letters; at most 100"
    ] * 2
    assert {name for _, name, _ in catalogue.rows()} == {""}


def test_long_names_of_events_that_differ_at_their_end_stay_two(catalogue, survey):
    event = "e" * 198
    rows = {f"{n}.jpg": {"encounter": f"{event}{n}", "station": "S1"} for n in (1, 2)}
    catalogue.run(survey(rows))
    with catalogue.open().read() as connection:
        assert len(encounters.search(connection, limit=10)) == 2


def test_two_sources_of_one_name_are_never_taken_for_one(catalogue, tmp_path, painted):
    for card, seed in (("A", 1), ("B", 2)):
        folder = tmp_path / card / "survey"
        folder.mkdir(parents=True)
        (folder / "1.jpg").write_bytes(painted(seed))
        row = f"1.jpg,L00{seed},7,remark of {card}\n"
        (folder / "index.csv").write_text("path,individual,encounter,remark\n" + row)
        catalogue.run(folder)
    again = catalogue.run(tmp_path / "A" / "survey")["report"]
    assert again["photos"] == {"known": 1}
    kept = [file.read_text() for file in sorted((catalogue.data / "imports").glob("*.jsonl"))]
    assert len(kept) == 2
    assert sorted("remark of A" in text for text in kept) == [False, True]
    assert [name for _, name, _ in catalogue.rows()] == ["L001", "L002"]


def test_photos_of_one_name_in_two_deployments_keep_their_own_words(catalogue, tmp_path, painted):
    folder = tmp_path / "batch"
    head = "project_id,deployment_id,image_id,location,wi_taxon_id,timestamp,individual_id,genus\n"
    rows = ""
    for n in (1, 2):
        (folder / f"d{n}").mkdir(parents=True)
        (folder / f"d{n}" / "a.jpg").write_bytes(painted(n))
        rows += f"p,d{n},{n},gs://b/a.jpg,x,2019-03-0{n} 19:49:36,L00{n},Panthera\n"
    (folder / "images.csv").write_text(head + rows)
    catalogue.run(folder)
    (file,) = (catalogue.data / "imports").glob("*.jsonl")
    lines = [json.loads(line) for line in file.read_text().splitlines()[1:]]
    assert len({line["photo"] for line in lines}) == 2
    assert len({line["animals"][0]["annotation"] for line in lines}) == 2
