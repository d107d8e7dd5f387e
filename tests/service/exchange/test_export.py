"""The catalogue leaves as one folder, by the page and the API."""

import csv
import re
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest

from reid.interchange.cells import FORMULA
from reid.interchange.obscuring import Telling
from reid.interchange.survey import CaptureSurvey
from service.exchange.errors import MediaHoldPositions, NoSuchForm
from service.exchange.export import ExportChoices, export
from service.exchange.read_me import read_me
from service.recognition.engine import Engine
from service.settings import Settings
from service.store import stations
from service.store.database import Database
from service.store.files import PhotoFiles
from service.store.stations import NewDeployment


@pytest.fixture
def of(app, client, painted):
    """An encounter of a named individual at a station with a place."""
    files = [("files", ("a.jpg", painted(1, taken="2019:03:01 19:49:36")))]
    client.post("/api/v1/photos", files=files, data={"station": "Ridge", "flank": "left"})
    client.post("/api/v1/encounters/1/decisions", json={"kind": "new", "name": "=Ak"})
    parts = app.state.components
    with parts[Database].write() as connection:
        stations.add(connection, NewDeployment("R1", "Ridge", latitude=43.1234, longitude=54.5))
    return parts[Settings], parts[Database], parts[PhotoFiles], parts[Engine]


def rows(text):
    return list(csv.DictReader(StringIO(text)))


def zipped(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    with ZipFile(BytesIO(answer.content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name[-1] != "/"}


def test_a_named_animal_leaves_in_every_table(of, tmp_path):
    result = export(*of, tmp_path / "out", ExportChoices(by_photos=True, media=True))
    assert (result.captures, result.individuals) == (1, 1)
    read = {
        "camtrap-dp/observations.csv": "individualID",
        "camtrapR/record_table.csv": "Individual",
        "darwin-core/occurrence.csv": "organismID",
        "arrays/decided/animals.csv": "animal",
    }
    for path, column in read.items():
        cells = {row[column] for row in rows((tmp_path / "out" / path).read_text("utf-8"))}
        assert cells == {"'=Ak"}, path
    assert len(list((tmp_path / "out/camtrap-dp/media").iterdir())) == 1


FORMULAS = ("=HYPERLINK(1)", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)")


def test_no_cell_or_heading_of_any_table_is_a_formula(of, client, painted, tmp_path):
    for n, text in enumerate(FORMULAS, 2):
        photo = ("files", (f"{text}.jpg", painted(n, taken=f"2019:03:{n:02} 19:49:36")))
        said = {"station": text, "flank": "left", "camera": text, "notes": text, "reviewer": text}
        sent = client.post("/api/v1/photos", files=[photo], data=said).json()
        number = sent["files"][0]["encounter_id"]
        decision = {"kind": "new", "name": text, "note": text, "reviewer": text}
        address = f"/api/v1/encounters/{number}/decisions"
        assert client.post(address, json=decision).status_code == 201
    with of[1].write() as connection:
        for n, text in enumerate(FORMULAS, 1):
            place = {"latitude": 43 + n / 10, "longitude": 54.5, "camera": text, "notes": text}
            stations.add(connection, NewDeployment(text, text, **place))
    export(*of, tmp_path / "out", ExportChoices(by_photos=True))
    tables = list((tmp_path / "out").rglob("*.csv"))
    raw = []
    for path in tables:
        with path.open(newline="", encoding="utf-8") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        raw += [(path.name, cell) for cell in cells if is_formula(cell)]
    assert len(tables) > 20
    assert raw == []


def is_formula(cell):
    try:
        float(cell)
    except ValueError:
        return cell.startswith(FORMULA)
    return False


def test_positions_are_rounded_unless_exact_ones_are_asked_for(of, client):
    told = {p: zipped(client.get(f"/api/v1/export?positions={p}")) for p in ("rounded", "exact")}
    places = {
        p: {row["latitude"] for row in rows(t["camtrap-dp/deployments.csv"])}
        for p, t in told.items()
    }
    assert places == {"rounded": {"43.1"}, "exact": {"43.1234"}}
    assert not any(path.startswith("secr/") for path in told["rounded"])
    assert "need exact ones" in told["rounded"]["left_out.csv"]
    assert "43.1234" not in "".join(told["rounded"].values())


def test_the_page_offers_what_the_file_holds(of, client):
    page = client.get("/export", headers={"accept": "text/html"}).text
    assert 'action="/export/tables.zip"' in page
    tables = zipped(client.get("/export/tables.zip?days=7&effort=photos&zone=%2B06:00"))
    assert "2019-03-01T19:49:36+06:00" in tables["camtrap-dp/media.csv"]
    assert client.get("/api/v1/export?draws=21").status_code == 422


def test_what_cannot_be_exported_is_refused_with_a_sentence(of, tmp_path):
    with pytest.raises(NoSuchForm, match="no form excel can be exported"):
        export(*of, tmp_path / "a", ExportChoices(forms=("excel",)))
    with pytest.raises(MediaHoldPositions):
        export(*of, tmp_path / "b", ExportChoices(telling=Telling.SQUARES_33_KM, media=True))


def test_the_commands_for_r_use_only_what_stands_above_them_and_read_effort_as_days():
    text = read_me(CaptureSurvey(), 5)
    commands = text.partition("In R:\n")[2].partition("\n\n")[0]
    made = set(re.findall(r"^  (\w+) <-", commands, re.MULTILINE))
    for name in made:
        first = re.search(rf"\b{name}\b", commands)
        assert commands[first.end() :].lstrip().startswith("<-"), name
    assert "binary.usage = FALSE" in commands
    assert "An occasion has 5 day(s)" in text
