"""What a source of Camtrap DP said goes out again, beside what people changed since."""

import csv
import json
import shutil

import pytest
from typer.testing import CliRunner

from reid.interchange.obscuring import Telling
from service.__main__ import app as program
from service.exchange.export import ExportChoices, export
from service.photos.correcting import CorrectionGrounds
from service.photos.withdrawing import withdraw
from service.recognition.engine import Engine
from service.settings import read_settings
from service.store import decisions
from service.store.database import Database
from service.store.decisions import NewDecision
from service.store.files import PhotoFiles

PROFILE = "https://raw.githubusercontent.com/tdwg/camtrap-dp/1.0.2/camtrap-dp-profile.json"
DEPLOYMENT = {
    "deploymentID": "d1",
    "locationID": "L7",
    "locationName": "Ridge",
    "latitude": "43.1234",
    "longitude": "54.5678",
    "coordinateUncertainty": "30",
    "deploymentStart": "2019-03-01T00:00:00+06:00",
    "deploymentEnd": "2019-04-01T00:00:00+06:00",
    "cameraModel": "Reconyx",
    "cameraTilt": "-15",
    "batteryType": "AA",
}
NAMES = ("=Ak", "", "")
SPECIES = ("Panthera pardus", "Hystrix indica", "")


def rows_of_photo(n):
    """A row of media and one of observations."""
    time = f"2019-03-02T1{n}:00:00+06:00"
    media = {
        "mediaID": f"m{n}",
        "deploymentID": "d1",
        "captureMethod": "timeLapse",
        "timestamp": time,
        "filePath": f"{n}.jpg",
        "filePublic": "true",
        "fileMediatype": "image/jpeg",
        "waterLevel": f"{n} m",
    }
    observation = {
        "observationID": f"o{n}",
        "deploymentID": "d1",
        "mediaID": f"m{n}",
        "eventID": f"e{n}",
        "eventStart": time,
        "eventEnd": time,
        "observationLevel": "media",
        "scientificName": SPECIES[n],
        "observationType": "animal" if n < 2 else "blank",
        "count": "2",
        "individualID": NAMES[n],
        "behavior": "=walks",
        "sex": "female",
        "classificationMethod": "human",
        "classifiedBy": "Ana",
        "observationTags": "wet:yes | flank:left",
    }
    return media, observation


@pytest.fixture
def source(tmp_path, painted):
    """A package: an animal with a name, a porcupine, and an empty photo that is not there."""
    folder = tmp_path / "source"
    folder.mkdir()
    for n in range(2):
        (folder / f"{n}.jpg").write_bytes(painted(n))
    media, observations = zip(*map(rows_of_photo, range(3)), strict=True)
    tables = {"deployments": [DEPLOYMENT], "media": media, "observations": observations}
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    resources = [{"name": name, "path": f"{name}.csv"} for name in tables]
    content = {"profile": PROFILE, "name": "survey", "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(content))
    return folder


@pytest.fixture
def move(tmp_path, migrated):
    """move(source, name) imports it into the catalogue of that name; returns its data folder."""

    def run(package, name="var"):
        data = tmp_path / name
        if not data.exists():
            data.mkdir()
            shutil.copy(migrated, data / "reid.sqlite3")
        call("import", package, "--data-dir", data)
        return data

    return run


def call(*words):
    done = CliRunner().invoke(program, [*map(str, words)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception


@pytest.fixture
def exported(app):
    """exported(data, name, **choices): the tables, by name: rows by number, without empty cells."""

    def run(data, name, *, forms=("camtrap_dp",), **choices):
        settings = read_settings(data_dir=data)
        files, engine = PhotoFiles(settings.photos), app.state.components[Engine]
        chosen = ExportChoices(forms, **choices)
        export(settings, opened(data), files, engine, data / name, chosen)
        return tables_of(data / name / "camtrap-dp")

    return run


def tables_of(folder):
    keys = {"deployments": "deploymentID", "media": "mediaID", "observations": "observationID"}
    found = {}
    for name, key in keys.items():
        with (folder / f"{name}.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        found[name] = {row[key]: {k: v for k, v in row.items() if v} for row in rows}
    with (folder / "stated.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    found["stated"] = {(row["key"], row["column"]): row["value"] for row in rows}
    return found


def opened(data):
    return Database(read_settings(data_dir=data).database)


def test_a_package_goes_out_as_it_came_and_again_the_same(source, move, exported):
    before, data = tables_of_source(source), move(source)
    after = exported(data, "out", media=True)
    for name, rows in before.items():
        for key, row in rows.items():
            theirs = after[name][key]
            beside = {c: v for (k, c), v in after["stated"].items() if k == key}
            for column, value in row.items():
                place = beside.get(column, beside.get(f"{column} before", theirs.get(column)))
                assert place in {value, f"'{value}"}, (name, key, column)
    again = exported(move(data / "out" / "camtrap-dp", "second"), "out", media=True)
    assert again == after


def tables_of_source(folder):
    (folder / "stated.csv").write_text("resource,key,column,value\n")
    return {name: rows for name, rows in tables_of(folder).items() if name != "stated"}


def test_what_people_decided_stands_and_what_the_source_said_is_kept_beside(source, move, exported):
    data = move(source)
    with opened(data).write() as connection:
        decisions.add(connection, 1, NewDecision("new", name="Uma", reviewer="Mira"))
    tables = exported(data, "out")
    row = tables["observations"]["o0"]
    assert (row["individualID"], row["classifiedBy"]) == ("Uma", "Mira")
    assert tables["stated"]["o0", "individualID before"] == "'=Ak"
    assert tables["stated"]["o0", "classifiedBy before"] == "Ana"


def test_a_withdrawn_photo_leaves_with_nothing_that_its_source_said(source, move, exported):
    data = move(source)
    tables = exported(data, "first")
    (photo,) = (row["filePath"][6:-4] for key, row in tables["media"].items() if key == "m1")
    with opened(data).write() as connection:
        withdraw(connection, [photo], CorrectionGrounds("Mira"))
    tables = exported(data, "second")
    assert set(tables["media"]) == {"m0", "m2"}
    assert {"o0", "o2"} <= set(tables["observations"])
    assert "o1" not in tables["observations"]


def test_rounded_positions_give_no_place_of_a_source(source, move, exported):
    data = move(source)
    tables = exported(data, "out", telling=Telling.SQUARES_33_KM)
    row = tables["deployments"]["d1"]
    assert (row["latitude"], row["longitude"], row["coordinateUncertainty"]) == (
        *("43.1", "54.4"),
        "48000",
    )
    assert not any(value.startswith(("43.12", "54.56")) for value in tables["stated"].values())


def test_an_animal_of_another_species_is_not_called_a_leopard(source, move, exported):
    data = move(source)
    exported(data, "out", forms=())
    species = {
        ("camtrapR/record_table.csv", "Species"),
        ("darwin-core/occurrence.csv", "scientificName"),
    }
    for path, column in species:
        with (data / "out" / path).open(newline="") as file:
            names = sorted(row[column] for row in csv.DictReader(file))
        assert names == ["Hystrix indica", "Panthera pardus"], path


def test_another_source_of_the_same_name_takes_nothing_away(source, move):
    data = move(source)
    text = (source / "datapackage.json").read_text()
    (source / "datapackage.json").write_text(text.replace('"name": "survey"', '"title": "other"'))
    shutil.move(source, source.with_name("survey"))
    move(source.with_name("survey"))
    assert {file.name for file in (data / "imports").iterdir()} == {
        "survey.jsonl",
        "survey-2.jsonl",
    }
    move(source.with_name("survey"))
    assert len(list((data / "imports").iterdir())) == 2
