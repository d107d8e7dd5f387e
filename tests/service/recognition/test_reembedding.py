"""Another model embeds the catalogue while the service answers with the one it has."""

import csv
import json
from dataclasses import replace

import pytest
from fake_embedder import CALIBRATOR, FakeEmbedder
from typer.testing import CliRunner

from reid.errors import UnknownModel
from reid.evaluation.data.protocol import read_dataset
from reid.evidence.calibrator import calibrator_of
from reid.evidence.terms import TERMS
from service.__main__ import app as command_line
from service.exchange.crops import export_identities
from service.operations.worker import Worker
from service.recognition.engine import Engine, Recognition
from service.settings import Settings
from service.store import features, jobs, reembedding
from service.store.database import Database
from service.store.files import PhotoFiles
from service.web.metrics import Metrics

OTHER = "spots@1"


class Other(FakeEmbedder):
    """The same features under another model's name."""

    def __init__(self, model=OTHER):
        super().__init__()
        self.model = model

    def describe(self, crops):
        return [
            replace(
                one,
                embedding=replace(one.embedding, model=self.model),
                dense=replace(one.dense, model=self.model),
            )
            for one in super().describe(crops)
        ]


@pytest.fixture
def catalogue(app, client, work, painted):
    """Three animals, two encounters each, the first decided; returns the app's components."""
    for seed in range(3):
        for view in range(2):
            one = ("files", (f"{seed}-{view}.jpg", painted(seed, view)))
            said = {"flank": "left", "station": "N", "encounter": f"e{seed}-{view}"}
            client.post("/api/v1/photos", files=[one], data=said)
    work()
    for seed in range(3):
        body = {"kind": "new", "reviewer": "r", "name": f"L{seed}"}
        answer = client.post(f"/api/v1/encounters/{2 * seed + 1}/decisions", json=body)
        assert answer.status_code in (200, 201), answer.text
    return app.state.components


def enqueue(components, model=OTHER, **how):
    with components[Database].write() as connection:
        return reembedding.enqueue(connection, model, **how)


def embedded(components, model=OTHER):
    with components[Database].read() as connection:
        return len(features.get(connection, range(1, 99), model))


def worker(components, others, **changed):
    settings = components[Settings].model_copy(update=changed)
    return Worker(
        components[Database],
        components[PhotoFiles],
        settings,
        FakeEmbedder(),
        name="w",
        others=others,
    )


def test_all_annotations_are_queued_once_and_embedded_beside_what_is_there(catalogue):
    assert (enqueue(catalogue), enqueue(catalogue)) == (6, 0)
    loaded = []
    working = worker(catalogue, lambda model: loaded.append(model) or Other(model), batch=4)
    assert [working.work() for _ in range(3)] == [4, 2, 0]
    assert (loaded, embedded(catalogue), embedded(catalogue, "fake@1")) == ([OTHER], 6, 6)
    assert enqueue(catalogue) == 0


def test_the_service_answers_with_its_own_model_meanwhile_and_with_the_new_one_after(
    catalogue, client
):
    def best():
        return client.get("/api/v1/encounters/2/candidates").json()

    before = best()
    enqueue(catalogue)
    working = worker(catalogue, Other, batch=1)
    working.work()
    assert best() == before
    assert before["candidates"][0]["identity"] == "L0"
    while working.work():
        pass
    switched = Recognition(Other(), replace(CALIBRATOR, model=OTHER))
    engine = Engine(catalogue[Database], catalogue[Settings], Metrics(), load=lambda _: switched)
    after = engine.candidates(2).identification
    assert after.model == OTHER
    assert after.candidates[0].best.row.encounter == 1


def test_a_killed_worker_costs_nothing_that_was_stored(catalogue):
    enqueue(catalogue)
    worker(catalogue, Other, batch=2).work()
    with catalogue[Database].write() as connection:  # takes the rest, and dies
        assert len(jobs.claim(connection, "killed", limit=9, lease_s=60)) == 4
        jobs.release(connection, "killed")
    again = worker(catalogue, Other)
    while again.work():
        pass
    assert embedded(catalogue) == 6


def test_new_photos_come_before_re_embedding(catalogue, client, painted):
    enqueue(catalogue)
    client.post("/api/v1/photos", files=[("files", ("new.jpg", painted(9)))])
    with catalogue[Database].write() as connection:
        first = jobs.claim(connection, "w", limit=3, lease_s=60)
    assert [job.kind for job in first] == ["embed", "reembed", "reembed"]


def test_a_model_that_cannot_be_loaded_fails_the_jobs_and_not_the_annotations(catalogue):
    enqueue(catalogue)
    working = Worker(
        catalogue[Database], catalogue[PhotoFiles], catalogue[Settings], FakeEmbedder(), name="w"
    )
    while working.work():
        pass
    assert (embedded(catalogue), embedded(catalogue, "fake@1")) == (0, 6)
    assert enqueue(catalogue) == 0  # a worker that starts again does not try for ever
    assert enqueue(catalogue, again=True) == 6


def test_reembed_wants_a_model_that_exists(tmp_path):
    given = ["reembed", "nobody@1", "--data-dir", str(tmp_path)]
    result = CliRunner().invoke(command_line, given)
    assert isinstance(result.exception, UnknownModel)


def test_the_newest_calibrator_of_a_model_is_chosen(tmp_path):
    for version, model in ((1, "a@1"), (2, "a@1"), (10, "a@1"), (11, "b@1")):
        (tmp_path / f"evidence@{version}.toml").write_text(
            f'name = "evidence"\nversion = {version}\nmodel = "{model}"\nindividuals = 9\n'
            "order = [0, 1, 1]\n"
            f"full = {[0] * TERMS}\nquick = {[0] * TERMS}\n"
        )
    assert calibrator_of("a@1", tmp_path).id == "evidence@10"
    with pytest.raises(UnknownModel, match=r"scripts/calibrate\.py"):
        calibrator_of("c@1", tmp_path)


def test_decided_encounters_are_exported_for_training_without_metadata(catalogue, tmp_path):
    done = export_identities(
        catalogue[Settings], catalogue[Database], catalogue[PhotoFiles], tmp_path / "out"
    )
    assert (done.annotations, done.individuals, done.skipped) == (3, 3, ())
    with (tmp_path / "out" / "index.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["individual"], row["flank"], row["station"]) for row in rows] == [
        (f"L{n}", "left", "N") for n in range(3)
    ]
    assert len({row["encounter"] for row in rows}) == 3
    assert [s.unit for s in read_dataset(tmp_path / "out")] == [f"L{n}/left" for n in range(3)]
    assert b"Exif" not in (tmp_path / "out" / rows[0]["path"]).read_bytes()


def test_an_export_overwrites_nothing_and_says_what_is_missing(catalogue, tmp_path):
    folder = tmp_path / "var"
    lost = next(p for p in (folder / "photos").rglob("*") if p.is_file())
    lost.unlink()
    given = ["export", str(tmp_path / "out"), "--form", "index_csv", "--data-dir", str(folder)]
    first = CliRunner().invoke(command_line, given)
    assert first.exit_code == (1 if "skipped" in first.output else 0)
    assert "identities in" in first.output
    again = CliRunner().invoke(command_line, given)
    assert "is not empty" in str(again.exception)


def test_status_counts_what_waits(catalogue, tmp_path):
    enqueue(catalogue)
    given = ["status", "--json", "--data-dir", str(tmp_path / "var")]
    assert json.loads(CliRunner().invoke(command_line, given).output)["queued"] == 6
