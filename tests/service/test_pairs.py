"""Evidence on pairs of encounters: made after embedding, renewed, never out of date, never lost."""

from dataclasses import replace

import pytest
from fake_embedder import CALIBRATOR, FakeEmbedder

from service.operations.worker import Worker
from service.recognition.comparing import ComparePairs, queue_all
from service.recognition.engine import Engine, Recognition
from service.store import jobs, pairs
from service.store.pairs import Maker
from service.store.tasks import MadeWay
from service.web.metrics import Metrics

FAKE = Maker("fake@1", "calibrated@1")
NEWER = Maker("fake@1", "calibrated@2")


@pytest.fixture
def parts(app, client):
    return app.state.parts


def worker(parts, calibrator=CALIBRATOR, name="w", **changed):
    """A worker that compares encounters, too."""
    settings = parts.settings.model_copy(update=changed)
    load = lambda _: Recognition(FakeEmbedder(), calibrator)  # noqa: E731
    engine = Engine(parts.database, settings, Metrics(), load=load)
    given = (parts.database, parts.files, settings, FakeEmbedder())
    return Worker(*given, name=name, engine=engine)


def work(one):
    while one.work():
        pass


def upload(client, painted, animal, view=0, *, encounter, flank="left"):
    files = [("files", (f"{animal}-{view}.jpg", painted(animal, view)))]
    said = {"station": "N", "flank": flank, "encounter": encounter}
    return client.post("/api/v1/photos", files=files, data=said).json()["files"][0]["encounter_id"]


def evidence(parts, maker=FAKE):
    with parts.database.read() as connection:
        return {one.couple: one for one in pairs.every(connection, maker)}


def lacking(parts, maker=FAKE):
    with parts.database.read() as connection:
        return pairs.lacking(connection, maker)


def standing(parts, kind=pairs.KIND):
    with parts.database.read() as connection:
        return {s: len(jobs.payloads(connection, kind, s)) for s in ("queued", "done", "failed")}


def test_evidence_appears_after_embedding_and_says_what_a_case_says(client, parts, painted):
    for animal, name in ((1, "a"), (2, "b"), (1, "c")):
        upload(client, painted, animal, ord(name), encounter=name)
    work(worker(parts))
    found = evidence(parts)
    assert set(found) == {(1, 2), (1, 3), (2, 3)}
    assert found[1, 3].llr > 1 > 0 > found[1, 2].llr
    said = parts.casework.between(1, 3).evidence.llr
    assert (found[1, 3].llr, lacking(parts)) == (pytest.approx(said), [])


def test_the_two_flanks_are_not_compared_and_the_encounter_counts_as_done(client, parts, painted):
    upload(client, painted, 1, encounter="a", flank="left")
    upload(client, painted, 1, encounter="b", flank="right")
    work(worker(parts))
    assert (evidence(parts), lacking(parts)) == ({}, [])


def test_only_the_nearest_are_compared_as_many_as_the_setting_says(client, parts, painted):
    for n in range(6):
        upload(client, painted, n, encounter=f"e{n}")
    work(worker(parts, pairs_each=1))
    assert 3 <= len(evidence(parts)) <= 6


def test_a_new_photo_makes_the_evidence_stale_at_once_and_new_evidence_follows(
    client, parts, painted
):
    upload(client, painted, 1, encounter="a")
    upload(client, painted, 2, encounter="b")
    upload(client, painted, 3, encounter="c")
    work(worker(parts))
    before = evidence(parts)
    upload(client, painted, 2, 1, encounter="a")
    embedding = Worker(parts.database, parts.files, parts.settings, FakeEmbedder(), name="e")
    work(embedding)
    assert (set(evidence(parts)), lacking(parts)) == ({(2, 3)}, [1])
    work(worker(parts))
    after = evidence(parts)
    assert after[1, 2].llr > before[1, 2].llr + 1
    assert after[2, 3] == before[2, 3]


def test_photos_that_wait_come_before_pairs_and_pairs_make_way_for_them(client, parts, painted):
    for n in range(4):
        upload(client, painted, n, encounter=f"e{n}")
    comparing = worker(parts)
    while standing(parts)["queued"] == 0:
        comparing.work()
    upload(client, painted, 9, encounter="new")
    with parts.database.write() as connection:  # a job that began before the upload
        (begun,) = jobs.claim(connection, "w", limit=1, lease_s=60, kinds=[pairs.KIND])
    outcome = ComparePairs(parts.database, parts.engine, parts.settings).do([begun])[begun.id]
    assert isinstance(outcome, MadeWay)
    with parts.database.write() as connection:
        outcome.keep(connection)
        jobs.give_back(connection, begun.id)
    assert (len(evidence(parts)), lacking(parts)) == (4, [2, 3, 4])
    with parts.database.write() as connection:
        assert jobs.claim(connection, "x", limit=9, lease_s=60)[0].kind == "embed"
        jobs.release(connection, "x")
    work(comparing)
    assert (len(evidence(parts)), lacking(parts)) == (10, [])


def test_a_killed_worker_loses_no_pair(client, parts, painted):
    for n in range(3):
        upload(client, painted, n, encounter=f"e{n}")
    dying = worker(parts, name="killed")
    while standing(parts)["queued"] == 0:
        dying.work()
    with parts.database.write() as connection:  # takes one, and is gone
        jobs.claim(connection, "killed", limit=1, lease_s=60)
        jobs.release(connection, "killed")
    work(worker(parts, name="next"))
    assert (len(evidence(parts)), lacking(parts)) == (3, [])
    with parts.database.write() as connection:  # the same again changes nothing
        pairs.put(connection, FAKE, list(evidence(parts).values()))
    assert len(evidence(parts)) == 3


def test_evidence_of_another_calibrator_is_not_used_and_is_made_anew(client, parts, painted):
    for n in range(3):
        upload(client, painted, n, encounter=f"e{n}")
    work(worker(parts))
    assert (evidence(parts, NEWER), lacking(parts, NEWER)) == ({}, [1, 2, 3])
    work(worker(parts, replace(CALIBRATOR, id="calibrated@2")))
    assert (len(evidence(parts, NEWER)), lacking(parts, NEWER)) == (3, [])


def test_jobs_of_a_calibrator_that_is_out_of_force_are_dropped(client, parts, painted):
    for n in range(3):
        upload(client, painted, n, encounter=f"e{n}")
    old = worker(parts)
    while standing(parts)["queued"] == 0:
        old.work()
    with parts.database.write() as connection:
        assert pairs.enqueue(connection, NEWER) == 3
        assert pairs.enqueue(connection, NEWER) == 0
        waiting = jobs.payloads(connection, pairs.KIND, "queued")
    assert {one["calibrator"] for one in waiting} == {"calibrated@2"}


def test_a_worker_without_a_calibrator_embeds_all_the_same(client, parts, painted):
    upload(client, painted, 1, encounter="a")
    embedding = Worker(parts.database, parts.files, parts.settings, FakeEmbedder(), name="e")
    work(embedding)
    assert (lacking(parts), standing(parts)["queued"]) == ([1], 0)


def test_everything_that_lacks_evidence_is_queued_once_on_demand(client, parts, painted):
    for n in range(3):
        upload(client, painted, n, encounter=f"e{n}")
    work(Worker(parts.database, parts.files, parts.settings, FakeEmbedder(), name="e"))
    assert queue_all(parts.database, parts.engine) == (3, 3)
    assert queue_all(parts.database, parts.engine) == (0, 3)
    work(worker(parts))
    assert (len(evidence(parts)), queue_all(parts.database, parts.engine)) == (3, (0, 0))
