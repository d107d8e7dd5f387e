"""Evidence on pairs of encounters: made after embedding, renewed, never out of date, never lost."""

from dataclasses import replace

import pytest
from fake_embedder import CALIBRATOR, FakeEmbedder

from service.encounters.pair_evidence import PairEvidence
from service.operations.worker import Worker
from service.recognition.comparing import ComparePairs, queue_all
from service.recognition.engine import Engine, Recognition
from service.settings import Settings
from service.store import jobs, pairs
from service.store.database import Database
from service.store.files import PhotoFiles
from service.store.pairs import Maker
from service.store.tasks import MadeWay
from service.web.metrics import Metrics

FAKE = Maker("fake@1", "calibrated@1")
NEWER = Maker("fake@1", "calibrated@2")


@pytest.fixture
def components(app, client):
    return app.state.components


def worker(components, calibrator=CALIBRATOR, name="w", **changed):
    """A worker that compares encounters, too."""
    settings = components[Settings].model_copy(update=changed)
    load = lambda _: Recognition(FakeEmbedder(), calibrator)  # noqa: E731
    engine = Engine(components[Database], settings, Metrics(), load=load)
    given = (components[Database], components[PhotoFiles], settings, FakeEmbedder())
    return Worker(*given, name=name, engine=engine)


def work(one):
    while one.work():
        pass


def upload(client, painted, animal, view=0, *, encounter, flank="left"):
    files = [("files", (f"{animal}-{view}.jpg", painted(animal, view)))]
    said = {"station": "N", "flank": flank, "encounter": encounter}
    return client.post("/api/v1/photos", files=files, data=said).json()["files"][0]["encounter_id"]


def evidence(components, maker=FAKE):
    with components[Database].read() as connection:
        return {one.couple: one for one in pairs.every(connection, maker)}


def lacking(components, maker=FAKE):
    with components[Database].read() as connection:
        return pairs.lacking(connection, maker)


def standing(components, kind=pairs.KIND):
    with components[Database].read() as connection:
        return {s: len(jobs.payloads(connection, kind, s)) for s in ("queued", "done", "failed")}


def test_evidence_appears_after_embedding_and_says_what_a_case_says(client, components, painted):
    for animal, name in ((1, "a"), (2, "b"), (1, "c")):
        upload(client, painted, animal, ord(name), encounter=name)
    work(worker(components))
    found = evidence(components)
    assert set(found) == {(1, 2), (1, 3), (2, 3)}
    assert found[1, 3].llr > 1 > 0 > found[1, 2].llr
    said = components[PairEvidence].between(1, 3).evidence.llr
    assert (found[1, 3].llr, lacking(components)) == (pytest.approx(said), [])


def test_the_two_flanks_are_not_compared_and_the_encounter_counts_as_done(
    client, components, painted
):
    upload(client, painted, 1, encounter="a", flank="left")
    upload(client, painted, 1, encounter="b", flank="right")
    work(worker(components))
    assert (evidence(components), lacking(components)) == ({}, [])


def test_only_the_nearest_are_compared_as_many_as_the_setting_says(client, components, painted):
    for n in range(6):
        upload(client, painted, n, encounter=f"e{n}")
    work(worker(components, pairs_each=1))
    assert 3 <= len(evidence(components)) <= 6


def test_a_new_photo_makes_the_evidence_stale_at_once_and_new_evidence_follows(
    client, components, painted
):
    upload(client, painted, 1, encounter="a")
    upload(client, painted, 2, encounter="b")
    upload(client, painted, 3, encounter="c")
    work(worker(components))
    before = evidence(components)
    upload(client, painted, 2, 1, encounter="a")
    embedding = Worker(
        components[Database], components[PhotoFiles], components[Settings], FakeEmbedder(), name="e"
    )
    work(embedding)
    assert (set(evidence(components)), lacking(components)) == ({(2, 3)}, [1])
    work(worker(components))
    after = evidence(components)
    assert after[1, 2].llr > before[1, 2].llr + 1
    assert after[2, 3] == before[2, 3]


def test_photos_that_wait_come_before_pairs_and_pairs_make_way_for_them(
    client, components, painted
):
    for n in range(4):
        upload(client, painted, n, encounter=f"e{n}")
    comparing = worker(components)
    while standing(components)["queued"] == 0:
        comparing.work()
    upload(client, painted, 9, encounter="new")
    with components[Database].write() as connection:  # a job that began before the upload
        (begun,) = jobs.claim(connection, "w", limit=1, lease_s=60, kinds=[pairs.KIND])
    outcome = ComparePairs(components[Database], components[Engine], components[Settings]).do(
        [begun]
    )[begun.id]
    assert isinstance(outcome, MadeWay)
    with components[Database].write() as connection:
        outcome.keep(connection)
        jobs.give_back(connection, begun.id)
    assert (len(evidence(components)), lacking(components)) == (4, [2, 3, 4])
    with components[Database].write() as connection:
        assert jobs.claim(connection, "x", limit=9, lease_s=60)[0].kind == "embed"
        jobs.release(connection, "x")
    work(comparing)
    assert (len(evidence(components)), lacking(components)) == (10, [])


def test_a_killed_worker_loses_no_pair(client, components, painted):
    for n in range(3):
        upload(client, painted, n, encounter=f"e{n}")
    dying = worker(components, name="killed")
    while standing(components)["queued"] == 0:
        dying.work()
    with components[Database].write() as connection:  # takes one, and is gone
        jobs.claim(connection, "killed", limit=1, lease_s=60)
        jobs.release(connection, "killed")
    work(worker(components, name="next"))
    assert (len(evidence(components)), lacking(components)) == (3, [])
    with components[Database].write() as connection:  # the same again changes nothing
        pairs.put(connection, FAKE, list(evidence(components).values()))
    assert len(evidence(components)) == 3


def test_evidence_of_another_calibrator_is_not_used_and_is_made_anew(client, components, painted):
    for n in range(3):
        upload(client, painted, n, encounter=f"e{n}")
    work(worker(components))
    assert (evidence(components, NEWER), lacking(components, NEWER)) == ({}, [1, 2, 3])
    work(worker(components, replace(CALIBRATOR, id="calibrated@2")))
    assert (len(evidence(components, NEWER)), lacking(components, NEWER)) == (3, [])


def test_jobs_of_a_calibrator_that_is_out_of_force_are_dropped(client, components, painted):
    for n in range(3):
        upload(client, painted, n, encounter=f"e{n}")
    old = worker(components)
    while standing(components)["queued"] == 0:
        old.work()
    with components[Database].write() as connection:
        assert pairs.enqueue(connection, NEWER) == 3
        assert pairs.enqueue(connection, NEWER) == 0
        waiting = jobs.payloads(connection, pairs.KIND, "queued")
    assert {one["calibrator"] for one in waiting} == {"calibrated@2"}


def test_a_worker_without_a_calibrator_embeds_all_the_same(client, components, painted):
    upload(client, painted, 1, encounter="a")
    embedding = Worker(
        components[Database], components[PhotoFiles], components[Settings], FakeEmbedder(), name="e"
    )
    work(embedding)
    assert (lacking(components), standing(components)["queued"]) == ([1], 0)


def test_everything_that_lacks_evidence_is_queued_once_on_demand(client, components, painted):
    for n in range(3):
        upload(client, painted, n, encounter=f"e{n}")
    work(
        Worker(
            components[Database],
            components[PhotoFiles],
            components[Settings],
            FakeEmbedder(),
            name="e",
        )
    )
    assert queue_all(components[Database], components[Engine]) == (3, 3)
    assert queue_all(components[Database], components[Engine]) == (0, 3)
    work(worker(components))
    assert (len(evidence(components)), queue_all(components[Database], components[Engine])) == (
        3,
        (0, 0),
    )
