"""The worker: embeds, gives reasons for what it cannot, and never takes others down with it."""

from threading import Event, Thread
from time import monotonic, sleep

import pytest
from fake_embedder import FakeEmbedder
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from service.operations.worker import Worker
from service.settings import Settings
from service.store import features, jobs, uploads
from service.store.database import Database
from service.store.files import PhotoFiles, digest
from service.store.tables.jobs import job


@pytest.fixture
def components(app, client):
    return app.state.components


def worker(components, embedder=None, name="w", **changed):
    settings = components[Settings].model_copy(update=changed)
    return Worker(
        components[Database],
        components[PhotoFiles],
        settings,
        embedder or FakeEmbedder(),
        name=name,
    )


def upload(client, *photos):
    files = [("files", (f"{n}.jpg", photo)) for n, photo in enumerate(photos)]
    return client.post("/api/v1/photos", files=files).json()["id"]


def states(components, number):
    with components[Database].read() as connection:
        return [(f.state, f.error_code) for f in uploads.get(connection, number).files]


def count(components, state):
    with components[Database].read() as connection:
        return jobs.counts(connection)[state]


def test_a_batch_is_embedded_in_one_call(client, components, painted):
    number, embedder = upload(client, *(painted(n) for n in range(5))), FakeEmbedder()
    assert worker(components, embedder, batch=4).work() == 4
    assert worker(components, embedder, batch=4).work() == 1
    assert embedder.batches == [4, 1]
    assert states(components, number) == [("embedded", None)] * 5


def test_a_photo_that_cannot_be_decoded_or_cropped_says_why_and_stops_no_other(
    client, components, painted
):
    spoilt, tiny = painted(1), painted(2, size=(300, 20))
    number = upload(client, spoilt, tiny, painted(3))
    files = components[Settings].data_dir / "photos"
    (on_disk,) = files.rglob(digest(spoilt))
    on_disk.write_bytes(b"a disk that forgets")
    worker(components).work()
    assert states(components, number) == [
        ("failed", "photo_file_changed"),
        ("failed", "unusable_crop"),
        ("embedded", None),
    ]


class Stumbling(FakeEmbedder):
    """Fails on wide crops, as a bug or a full memory would."""

    def describe(self, crops):
        if any(crop.image.shape[1] > 400 for crop in crops):
            raise RuntimeError("out of memory")
        return super().describe(crops)


def test_a_crop_that_spoils_the_batch_spoils_no_other_and_is_tried_again(
    client, components, painted
):
    number = upload(client, painted(1), painted(2, size=(500, 250)), painted(3))
    worker(components, Stumbling()).work()
    assert states(components, number) == [("embedded", None), ("pending", None), ("embedded", None)]
    with components[Database].write() as connection:
        later = jobs.claim(connection, "b", limit=9, lease_s=1, at=4e9)
    assert [(job.attempts, job.error) for job in later] == [(2, "RuntimeError: out of memory")]


def test_a_job_that_never_comes_to_an_end_is_failed_with_the_reason(client, components, painted):
    number = upload(client, painted(1))
    for attempt in range(3):
        with components[Database].write() as connection:
            jobs.claim(connection, f"killed {attempt}", limit=1, lease_s=-1)
    worker(components, max_attempts=3).work()
    assert states(components, number) == [("failed", "worker_died")]
    assert count(components, "failed") == 1


def test_a_result_that_comes_after_the_lease_is_not_stored_twice(client, components, painted):
    number = upload(client, painted(1))

    class Slow(FakeEmbedder):
        def describe(self, crops):
            with components[Database].write() as connection:  # meanwhile the lease ran out
                assert jobs.claim(connection, "other", limit=1, lease_s=60, at=4e9)
            return super().describe(crops)

    worker(components, Slow()).work()
    assert (states(components, number), count(components, "running")) == ([("pending", None)], 1)


def test_a_photo_that_failed_is_tried_again_when_it_is_uploaded_again(client, components, painted):
    first, good = upload(client, painted(1)), painted(2)
    for attempt in range(3):
        with components[Database].write() as connection:
            jobs.claim(connection, f"killed {attempt}", limit=1, lease_s=-1)
    worker(components, max_attempts=3).work()
    second = upload(client, painted(1), good)
    assert states(components, first) == [("pending", None)]
    worker(components).work()
    upload(client, good)
    assert states(components, second) == [("embedded", None)] * 2
    assert (count(components, "queued"), count(components, "done")) == (0, 2)


def lease(components):
    with components[Database].read() as connection:
        return connection.execute(select(job.c.lease_until)).scalar_one()


def test_a_job_whose_result_could_not_be_stored_is_not_kept_from_others(
    client, components, painted, monkeypatch
):
    def full(*_, **__):
        raise OperationalError("INSERT", {}, OSError("no space left"))

    upload(client, painted(1))
    one = worker(components)
    monkeypatch.setattr(features, "add", full)
    with pytest.raises(OperationalError):
        one.work()
    before = lease(components)
    one.beat()
    assert lease(components) == before


def test_a_worker_that_is_to_stop_keeps_what_it_is_at_work_on(client, components, painted):
    upload(client, painted(1))
    stop, renewed = Event(), []

    class Stopped(FakeEmbedder):
        def describe(self, crops):
            stop.set()
            before, end = lease(components), monotonic() + 20
            while lease(components) == before and monotonic() < end:
                sleep(0.01)
            renewed.append(lease(components) > before)
            return super().describe(crops)

    worker(components, Stopped(), lease_s=0.3).run(stop)
    assert renewed == [True]


def test_a_running_worker_beats_and_leaves_in_order(client, components, painted):
    number, stop = upload(client, painted(1)), Event()
    running = Thread(target=worker(components).run, args=(stop,))
    running.start()
    end = monotonic() + 20
    while states(components, number) != [("embedded", None)] and monotonic() < end:
        sleep(0.02)
    with components[Database].read() as connection:
        alive = [one.name for one in jobs.workers(connection, within_s=60)]
    stop.set()
    running.join()
    with components[Database].read() as connection:
        gone = jobs.workers(connection, within_s=60)
    assert (states(components, number), alive, gone) == ([("embedded", None)], ["w"], [])


def test_an_idle_worker_writes_nothing(client, components):
    assert worker(components).work() == 0


def test_a_database_that_is_gone_is_one_line_of_the_log_each_time(settings, tmp_path, caplog):
    gone = Database(f"postgresql+psycopg://nobody@/none?host={tmp_path}")
    often, stop = settings.model_copy(update={"poll_s": 0.01, "lease_s": 0.03}), Event()
    one = Worker(gone, PhotoFiles(str(tmp_path)), often, FakeEmbedder(), name="w")
    running = Thread(target=one.run, args=(stop,))
    running.start()
    end = monotonic() + 20
    while len(caplog.records) < 6 and monotonic() < end:
        sleep(0.02)
    stop.set()
    running.join()
    said = {record.getMessage().split(":")[0] for record in caplog.records}
    assert {
        "jobs cannot be read or stored; trying again",
        "the heartbeat failed; trying again",
    } <= said
    assert "Traceback" not in caplog.text
    assert all("does not answer" in record.getMessage() for record in caplog.records)
