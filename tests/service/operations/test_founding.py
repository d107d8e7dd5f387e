"""The demo of the founding case: eight cases, filled as any catalogue is, and what they say."""

import os
import sys
from pathlib import Path

import pytest
from fake_embedder import FakeEmbedder, fake_recognition
from typer.testing import CliRunner

from reid.errors import Conflict
from reid.interchange.obscuring import Telling
from reid.synthetic.answers import PAIRS, FoundingAnswer
from reid.synthetic.founding import SITES, VARIANTS
from service.__main__ import app as command_line
from service.app import create_app
from service.cases.report import Casework
from service.dossier.printing import write
from service.dossier.record import Dossiers
from service.operations import founding
from service.operations.serving import founding_case, run
from service.operations.worker import Worker
from service.photos.intake import Intake
from service.settings import Settings
from service.store import cases, encounters
from service.store.database import Database
from service.store.files import PhotoFiles

FAKE = Path(__file__).parent.parent.parent / "fake_service.py"


@pytest.fixture(scope="module")
def painted_records(tmp_path_factory):
    """The records, small."""
    folder = tmp_path_factory.mktemp("founding") / "records"
    founding.make(folder, width=64)
    return folder


@pytest.fixture(scope="module")
def filled(tmp_path_factory, painted_records):
    """A catalogue with the eight cases, embedded."""
    settings = Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("filled"))
    components = create_app(settings, load=fake_recognition).state.components
    components[Database].migrate()
    founding.open_cases(components[Database])
    assert len(list(founding.load(components[Database], components[Intake], painted_records))) == 42
    worker = Worker(
        components[Database], components[PhotoFiles], settings, FakeEmbedder(), name="test"
    )
    while worker.work():
        pass
    yield components
    components[Database].close()


@pytest.fixture
def components(app, client):
    """An empty catalogue."""
    return app.state.components


def every(components):
    with components[Database].read() as connection:
        return {one.name: one for one in cases.every(connection)}


def test_every_variant_is_a_case_of_three_encounters_that_says_it_is_simulated(filled):
    found = every(filled)
    assert set(found) == {variant.name for variant in VARIANTS}
    assert {len(case.encounters) for case in found.values()} == {3}
    assert all(case.note.startswith("SIMULATED") for case in found.values())
    with filled[Database].read() as connection:
        for variant in VARIANTS:
            details = [encounters.get(connection, n) for n in found[variant.name].encounters]
            assert tuple(one.summary.name for one in details) == variant.encounters
            assert {one.summary.station for one in details} == set(SITES)


def test_november_keeps_the_date_of_the_camera_and_that_of_the_caption(filled):
    case = every(filled)[VARIANTS[0].name]
    report = filled[Casework].report(case.id, Telling.EXACT)
    november = report.members[1].visit
    said = [(f"{span.start:%d %b}", span.source) for span in november.spans]
    assert said == [("11 Nov", "recorded"), ("06 Nov", "form")]
    assert [len(one.visit.spans) for one in report.members] == [1, 2, 1]
    assert len(report.pairs[2].space_time.legs) == 2


def test_the_sites_are_18_6_km_apart_by_what_the_files_say(filled):
    report = filled[Casework].report(every(filled)[VARIANTS[0].name].id, Telling.EXACT)
    distances = [pair.space_time.distance_km for pair in report.pairs]
    assert distances == pytest.approx([0, 18.6, 18.6], abs=0.01)


@pytest.mark.slow
def test_the_table_says_what_the_reports_of_the_cases_say(filled):
    found = every(filled)
    for variant, said in zip(
        VARIANTS, founding.answers(filled[Database], filled[Casework]), strict=True
    ):
        assert isinstance(said, FoundingAnswer)
        assert said.variant == variant
        report = filled[Casework].report(found[variant.name].id, Telling.EXACT)
        assert list(said.evidence) == [pair.says.evidence for pair in report.pairs]
        assert len(said.evidence) == len(PAIRS)
        assert said.probability == report.partitions.partitions[0].probability


@pytest.mark.slow
def test_a_load_that_was_cut_off_goes_on_and_a_second_one_adds_nothing(components, painted_records):
    founding.open_cases(components[Database])
    loading = founding.load(components[Database], components[Intake], painted_records)
    for _ in range(5):
        next(loading)
    loading.close()
    for _ in range(2):
        founding.open_cases(components[Database])
        assert (
            len(list(founding.load(components[Database], components[Intake], painted_records)))
            == 42
        )
    with components[Database].read() as connection:
        assert len(encounters.search(connection)) == 10
        assert {len(case.encounters) for case in cases.every(connection)} == {3}


def test_simulated_records_are_not_put_among_others(components, client, painted):
    client.post("/api/v1/photos", files=[("files", ("a.jpg", painted(1)))])
    with pytest.raises(Conflict, match="choose an empty folder"):
        founding.open_cases(components[Database])
    assert every(components) == {}


def test_a_case_that_somebody_changed_is_not_judged(filled):
    case = every(filled)[VARIANTS[0].name]
    with filled[Database].write() as connection:
        cases.take(connection, case.id, case.encounters[0], "ab")
    with pytest.raises(Conflict, match="no longer holds the three records"):
        list(founding.answers(filled[Database], filled[Casework]))
    with filled[Database].write() as connection:
        cases.put(connection, case.id, case.encounters, "ab")


@pytest.mark.slow
def test_the_dossier_of_a_case_says_in_its_title_that_it_is_simulated(filled, tmp_path):
    write(filled[Dossiers], VARIANTS[-1].name, Telling.WITHHELD, tmp_path / "dossier.html")
    assert f"<h1>{VARIANTS[-1].name}</h1>" in (tmp_path / "dossier.html").read_text()


def test_another_demo_is_a_usage_error():
    asked = CliRunner().invoke(command_line, ["demo", "elsewhere"])
    assert asked.exit_code == 2
    assert "ustyurt" in asked.output


@pytest.mark.slow
def test_the_command_fills_a_folder_with_a_real_worker_and_prints_a_line_a_case(settings, capsys):
    founding.make(settings.data_dir / "founding", width=64)
    worker = [sys.executable, str(FAKE), "worker"]
    run(
        settings,
        first=lambda parts: founding_case(
            *(parts[kind] for kind in (Settings, Database, Casework, Intake))
        ),
        serve=False,
        worker=lambda name: [*worker, name, str(os.getpid())],
        load=fake_recognition,
    )
    lines = capsys.readouterr().out.splitlines()
    table = lines[lines.index(next(one for one in lines if one.startswith("truth"))) + 1 :][:8]
    assert [line[:22].split("  ")[0] for line in table] == [str(one.truth) for one in VARIANTS]
    assert all(line.split()[-1] in {"right", "inconclusive", "wrong"} for line in table)
