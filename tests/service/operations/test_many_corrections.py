"""Hundreds of photos corrected at once: all of it is right again, and how long it takes."""

from time import monotonic

from fake_embedder import FakeEmbedder
from sqlalchemy import func, insert, select

from service.operations.worker import Worker
from service.settings import Settings
from service.store import jobs
from service.store.database import Database
from service.store.files import PhotoFiles
from service.store.tables.encounters import annotation, encounter
from service.store.tables.features import embedding
from service.store.tables.jobs import job
from service.store.tables.photos import photo, station
from service.store.tables.reviews import pair_evidence, pair_search

API = "/api/v1"
MANY = 200


def test_hundreds_of_photos_are_corrected_at_once_and_embedded_by_the_worker(
    app, client, work, painted, capsys
):
    """One small picture in many files; a thousand photos: benchmarks/corrections.py."""
    ids = filled(app, painted(1))
    body = {"of": {"photos": ids}, "change": {"station": "South", "flank": "left"}}
    begun = monotonic()
    answer = client.post(f"{API}/corrections", json=body)
    stated_s = monotonic() - begun
    assert answer.status_code == 200, answer.text
    assert (answer.json()["changed"], answer.json()["pending"]) == (MANY, MANY)
    work()
    done_s = monotonic() - begun
    with app.state.components[Database].read() as connection:
        states = connection.scalars(select(annotation.c.state).distinct()).all()
        made = connection.scalar(select(func.count()).select_from(embedding))
        left = connection.scalar(select(func.count()).where(job.c.state != "done"))
        stale = connection.scalar(select(func.count()).select_from(pair_search))
        stale += connection.scalar(select(func.count()).select_from(pair_evidence))
    assert (states, made, left, stale) == (["embedded"], MANY, 0, 0)
    begun = monotonic()
    assert client.post(f"{API}/corrections/1/undo", json={}).status_code == 201
    undone_s = monotonic() - begun
    with capsys.disabled():
        print(
            f"\n{MANY} photos: stated in {stated_s:.2f} s, embedded again (fake network) after "
            f"{done_s:.2f} s, undone in {undone_s:.2f} s"
        )


def commented(jpeg, number):
    """The same picture in a file of its own: a JPEG with a comment."""
    return jpeg[:2] + b"\xff\xfe\x00\x06" + number.to_bytes(4, "big") + jpeg[2:]


def filled(app, data):
    """Photos with annotations, embeddings and pairs, in ten encounters a station."""
    components = app.state.components
    files, database = components[PhotoFiles], components[Database]
    ids = [files.put(commented(data, number)) for number in range(1, MANY + 1)]
    size = len(commented(data, 1))
    values = {"file_name": "a.jpg", "media_type": "image/jpeg", "bytes": size, "width": 320}
    values |= {"height": 160, "station": "North", "zone": "unknown", "notes": ""}
    with database.write() as connection:
        connection.execute(insert(station).values(name="North"))
        connection.execute(insert(photo), [{"id": one, **values} for one in ids])
        rows = [{"id": n, "station": "North"} for n in range(1, MANY // 10 + 1)]
        connection.execute(insert(encounter), rows)
        animals = [
            {"id": n, "photo_id": one, "encounter_id": (n - 1) // 10 + 1, "flank": "right"}
            for n, one in enumerate(ids, 1)
        ]
        pending = [{**one, "state": "pending"} for one in animals]
        connection.execute(insert(annotation), pending)
        for one in animals:
            jobs.enqueue(connection, "embed", {"annotation": one["id"]})
        pairs = [
            {"encounter_id": n, "model": "fake@1", "calibrator": "calibrated@1", "newest": 1}
            for n in range(1, MANY // 10 + 1)
        ]
        connection.execute(insert(pair_search), pairs)
    settings = components[Settings]
    worker = Worker(database, files, settings, FakeEmbedder(), name="filling")
    while worker.work():
        pass
    return ids
