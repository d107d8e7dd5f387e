"""Indexes of the galleries lie beside the catalogue; what is wrong with a file costs a rebuild."""

from time import monotonic, sleep

import pytest
from fake_embedder import MODEL
from sqlalchemy import update

from reid.describe.packing import pack_vector
from reid.types import Flank
from service.recognition.index_files import FOLDER, IndexFiles
from service.recognition.snapshots import Snapshots
from service.store import features
from service.store.database import Database
from service.store.tables.features import embedding

API = "/api/v1"


@pytest.fixture
def filled(client, painted, work):
    """Three animals that are decided."""
    for animal in (1, 2, 3):
        photo = painted(animal, taken=f"2020:01:{animal:02} 10:00:00")
        files = [("files", (f"{animal}.jpg", photo))]
        answer = client.post(f"{API}/photos", files=files, data={"flank": "left"})
        work()
        seen = answer.json()["files"][0]["encounter_id"]
        client.post(f"{API}/encounters/{seen}/decisions", json={"kind": "new"})


@pytest.fixture
def started(app, settings, filled):
    """started() -> the galleries as a process builds them that has just been started."""

    def run():
        files = IndexFiles(settings.data_dir, least=1)
        snapshots = Snapshots(app.state.components[Database], files, voting_limit=20_000)
        return snapshots.of(MODEL).galleries

    return run


@pytest.fixture
def files(settings):
    """files() -> the files, once they are written."""

    def run(names=("cells-left.index", "embeddings-left.index")):
        folder, end = settings.data_dir / FOLDER, monotonic() + 20
        while not all((folder / name).exists() for name in names):
            assert monotonic() < end, "waited too long"
            sleep(0.02)
        return [folder / name for name in names]

    return run


def answers(galleries, database):
    with database.read() as connection:
        queries = features.get(connection, [1, 2, 3], MODEL)
    return [[row.annotation for row in galleries.to_compare(q, 3)] for q in queries.values()]


def test_a_start_from_files_answers_as_one_without(app, started, files):
    first = answers(started(), app.state.components[Database])
    files()
    assert (
        answers(started(), app.state.components[Database])
        == first
        == [
            [1, *first[0][1:]],
            [2, *first[1][1:]],
            [3, *first[2][1:]],
        ]
    )


def test_a_damaged_file_is_said_in_the_log_and_made_again(app, started, files, caplog):
    first = answers(started(), app.state.components[Database])
    for file in files():
        file.write_bytes(file.read_bytes()[:-9])
    assert answers(started(), app.state.components[Database]) == first
    assert caplog.text.count("is damaged; it is made again") == 2


def test_files_of_other_embeddings_under_the_same_numbers_are_not_used(app, started, files, caplog):
    """As after a database was put back by other means than our command."""
    started()
    files()
    database = app.state.components[Database]
    with database.write() as connection:
        (one,) = features.vectors(connection, [1], MODEL).values()
        (other,) = features.vectors(connection, [2], MODEL).values()
        for number, vector in ((1, other), (2, one)):
            changed = update(embedding).where(embedding.c.id == number)
            connection.execute(changed.values(vector=pack_vector(vector)))
    named = started().shortlist(one, Flank.LEFT, 1)
    assert [candidate.row.annotation for candidate in named] == [2]
    assert "of other embeddings" in caplog.text


def test_a_folder_that_cannot_be_written_stops_nobody(app, settings, started, caplog):
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    (settings.data_dir / FOLDER).write_text("a file where the folder would be")
    assert len(started()) == 3
    end = monotonic() + 20
    while "is not kept" not in caplog.text:
        assert monotonic() < end, "waited too long"
        sleep(0.02)
