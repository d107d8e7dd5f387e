"""Files of signatures out and in, by API, page and command; the catalogue stays as it is."""

from functools import partial

import pytest
from fake_embedder import CALIBRATOR, FakeEmbedder, fake_recognition
from neighbour_file import neighbour_file
from typer.testing import CliRunner

from reid.evaluation.trials.neighbours import catalogue, exported
from reid.signatures import form
from reid.signatures.keys import own_key
from service.__main__ import app as command_line
from service.app import build
from service.neighbours.dealing import Neighbourhood
from service.operations import opening
from service.operations.worker import Worker
from service.recognition.engine import Engine
from service.settings import Settings
from service.store import decisions, features, progress
from service.store.database import Database
from service.store.decisions import NewDecision
from service.store.files import PhotoFiles
from tests.met_animals import met


@pytest.fixture
def components(app, client):
    return app.state.components


@pytest.fixture
def seen(client, painted, work, components):
    """seen(animal, name) -> an encounter of one photo, decided as a new identity."""

    def upload(animal, name, day=1):
        data = painted(animal, day, taken=f"2018:11:{day:02} 22:57:00", camera="Trap 7")
        form_fields = {"station": "Hidden Spring", "flank": "left"}
        files = [("files", (f"secret-{animal}.jpg", data))]
        made = client.post("/api/v1/photos", files=files, data=form_fields).json()
        work()
        number = made["files"][0]["encounter_id"]
        with components[Database].write() as connection:
            decisions.add(connection, number, NewDecision("new", None, name, None))
        return data

    return upload


@pytest.fixture
def met_both(client, components, painted, seen):
    """Two identities here; a neighbour's file with one of them and a stranger."""
    seen(1, "Aisha")
    seen(2, "Boris", day=2)
    return neighbour_file(painted, 1, 7)


def compared(components):
    worker = Worker(
        components[Database],
        components[PhotoFiles],
        components[Settings],
        FakeEmbedder(),
        name="comparing",
        engine=components[Engine],
    )
    worker.beat()
    while worker.work():
        pass


def taken_in(client, data, **form_fields):
    return client.post("/api/v1/neighbours", files={"file": ("x", data)}, data=form_fields)


def test_a_file_holds_codes_and_months_and_nothing_of_places(client, seen):
    seen(1, "Aisha")
    answer = client.post("/api/v1/signatures", json={"area": "N43E054"})
    assert answer.status_code == 200
    read = form.read(answer.content)
    assert answer.headers["x-fingerprint"] == read.fingerprint
    (animal,) = read.animals
    assert (animal.name, animal.months, read.area) == ("", ("2018-11",), "N43E054")
    content, _ = form.unsealed(answer.content)
    for word in (b"Aisha", b"Hidden", b"secret", b"Trap", b"22:57", b"2018-11-"):
        assert word not in content
    named = client.post("/api/v1/signatures", json={"area": "Ustyurt", "names": True})
    assert form.read(named.content).animals[0].called == f"{animal.code} (Aisha)"


def test_what_cannot_be_passed_on_is_refused_with_a_sentence(client, seen):
    empty = client.post("/api/v1/signatures", json={"area": "Ustyurt"})
    assert (empty.status_code, "decide on encounters" in empty.json()["detail"]) == (422, True)
    seen(1, "Aisha")
    fine = client.post("/api/v1/signatures", json={"area": "43.21, 54.1"})
    assert "reads like a position" in fine.json()["detail"]
    nobody = client.post("/api/v1/signatures", json={"area": "Ustyurt", "only": ["Boris"]})
    assert (nobody.status_code, "Boris" in nobody.json()["detail"]) == (404, True)


def test_a_shared_animal_is_found_and_nothing_enters_the_catalogue(client, components, met_both):
    def state():
        with components[Database].read() as connection:
            return progress.photos(connection), len(features.gallery(connection, "fake@1"))

    before = state()
    made = taken_in(client, met_both).json()
    assert (made["animals"], made["waiting"], made["compared"]) == (2, True, 0)
    compared(components)
    address = f"/api/v1/neighbours/{made['id']}"
    assert client.get(address).json()["current"]
    pairs = client.get(f"{address}/pairs").json()
    calls = [pair for pair in pairs["pairs"] if pair["call"]]
    assert [call["identity"] for call in calls] == ["Aisha"]
    assert (pairs["shared"], pairs["prior"], pairs["calls"]) == (0.1, 0.05, 1)
    assert state() == before
    surer = client.get(f"{address}/pairs?shared=0.5").json()["pairs"][0]
    assert surer["posterior"] > pairs["pairs"][0]["posterior"]


def test_pages_show_the_pairs_and_a_table_of_them(client, components, met_both):
    page = client.post("/neighbours", files={"file": ("x", met_both)}, data={"reviewer": "Ann"})
    assert page.status_code == 200
    assert "Being compared" in page.text
    assert "fingerprint is not checked" in page.text
    compared(components)
    page = client.get(page.url)
    assert "1 pair is worth a telephone call" in page.text
    assert "Aisha" in page.text
    table = client.get(f"{page.url.path}/pairs.csv?shared=0.2").text
    assert table.startswith("\ufeffcall,code,name,months,identity")
    assert "yes," in table
    page = client.post(f"{page.url.path}/check", data={"checked": "true", "reviewer": "Ann"})
    assert "Ann" in page.text
    assert "anybody could have made this file" not in page.text
    assert "No file was taken in" in client.post(f"{page.url.path}/remove").text


def test_the_page_makes_a_file_and_says_what_is_wrong_with_an_area(client, seen):
    assert "A key is made with the first file" in client.get("/neighbours").text
    seen(1, "Aisha")
    wrong = client.post("/neighbours/export", data={"area": "43.1 54.2"})
    assert wrong.status_code == 422
    assert "reads like a position" in wrong.text
    made = client.post("/neighbours/export", data={"area": "Ustyurt"})
    read = form.read(made.content)
    assert (read.rootsift, made.headers["content-disposition"][:10]) == ("", "attachment")
    page = client.get("/neighbours").text
    assert read.fingerprint in page
    assert read.animals[0].code in page


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda data: data[:-5], "cut off"),
        (lambda data: data[:-5] + b"12345", "changed or damaged"),
        (lambda _: b"GIF89a", "no file of signatures"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence_and_not_kept(client, met_both, damage, words):
    refused = taken_in(client, damage(met_both))
    assert refused.status_code == 422
    assert words in refused.json()["detail"]
    assert client.get("/api/v1/neighbours").json() == []


def test_a_file_of_another_model_or_of_ones_own_is_refused(client, seen):
    seen(1, "Aisha")
    from dataclasses import replace

    other = replace(CALIBRATOR, model="rosette@9")
    refused = taken_in(client, exported(catalogue([met(1, 0)]), other))
    assert "rosette@9" in refused.json()["detail"]
    own = client.post("/api/v1/signatures", json={"area": "Ustyurt"}).content
    assert "your own" in taken_in(client, own).json()["detail"]


def test_a_fingerprint_that_was_read_out_is_checked(client, met_both):
    right = form.read(met_both).fingerprint
    wrong = taken_in(client, met_both, fingerprint="1" * 30)
    assert "somebody else's" in wrong.json()["detail"]
    assert "30 digits" in taken_in(client, met_both, fingerprint="123").json()["detail"]
    made = taken_in(client, met_both, fingerprint=right.replace(" ", "")).json()
    assert made["checked_by"]
    address = f"/api/v1/neighbours/{made['id']}"
    assert client.patch(address, json={"checked": False}).json()["checked_by"] == ""
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
    assert client.get(f"{address}/pairs").status_code == 404


def test_pairs_are_asked_for_before_there_are_any(client, met_both):
    made = taken_in(client, met_both).json()
    early = client.get(f"/api/v1/neighbours/{made['id']}/pairs")
    assert (early.status_code, "not compared" in early.json()["detail"]) == (409, True)


def test_a_comparison_goes_on_where_it_was_stopped(client, components, met_both):
    made = taken_in(client, met_both).json()
    neighbourhood = components[Neighbourhood]
    first = []
    with pytest.raises(KeyboardInterrupt):
        neighbourhood.compare(made["id"], partial(stopped_after, 1, neighbourhood, made, first))
    again = []
    neighbourhood.compare(made["id"], lambda done, _: again.append(done))
    assert again == [1, 2]


def stopped_after(number, neighbourhood, made, steps, done, _):
    """Keeps what there is, as the worker does, and stops."""
    steps.append(done)
    if done == number:
        so_far = next(
            result
            for result in neighbourhood._comparison.compared(made["id"], neighbourhood.files)
            if len(result.done) == number
        )
        neighbourhood.files.keep(made["id"], so_far)
        raise KeyboardInterrupt


def test_the_commands_export_import_and_compare(tmp_path, monkeypatch, settings, client, met_both):
    monkeypatch.setattr(opening, "build", partial(build, load=fake_recognition))
    at, run = ["--data-dir", str(settings.data_dir)], CliRunner().invoke
    out, codes = tmp_path / "ours.signatures", tmp_path / "codes.csv"
    arguments = ["signatures", "export", str(out), "--area", "Ustyurt", "--codes", str(codes)]
    done = run(command_line, [*arguments, "--without-rootsift", *at])
    assert "2 animals, 2 photos" in done.output
    assert own_key(settings.data_dir).fingerprint in done.output
    assert "Aisha" in codes.read_text()
    again = run(command_line, [*arguments, *at])
    assert "is there already" in str(again.exception)
    theirs = tmp_path / "theirs.signatures"
    theirs.write_bytes(met_both)
    done = run(command_line, ["signatures", "import", str(theirs), *at])
    assert "not checked" in done.output
    number = done.output.split()[0]
    assert number in run(command_line, ["signatures", "list", *at]).output
    table = tmp_path / "pairs.csv"
    done = run(command_line, ["signatures", "compare", number, "--csv", str(table), *at])
    assert "worth a call: 1 of" in done.output
    assert "Aisha" in table.read_text()
    done = run(command_line, ["signatures", "fingerprint", *at])
    assert own_key(settings.data_dir).fingerprint in done.output
    assert "deleted" in run(command_line, ["signatures", "remove", number, *at]).output
