"""The store: schema, transactions, jobs and files; on PostgreSQL too where one is given."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from errno import ENOSPC
from pathlib import Path

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fake_embedder import FakeEmbedder
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from reid.errors import NotFound
from reid.types import Box, Crop, Flank
from service.store import features, jobs
from service.store.database import Database, insert_one
from service.store.files import PhotoFiles, digest
from service.store.tables.base import metadata
from service.store.tables.encounters import annotation, encounter
from service.store.tables.jobs import job
from service.store.tables.photos import photo, station


def enqueue(database, count):
    with database.write() as connection:
        return [jobs.enqueue(connection, "embed", {"annotation": n}) for n in range(count)]


def claim(database, owner="w", **options):
    with database.write() as connection:
        return jobs.claim(connection, owner, **{"limit": 10, "lease_s": 60, **options})


def test_migrations_and_tables_say_the_same(database):
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_twice_changes_nothing(database):
    enqueue(database, 1)
    database.migrate()
    assert len(claim(database)) == 1


def test_a_transaction_that_fails_leaves_nothing(database):
    with pytest.raises(RuntimeError), database.write() as connection:
        connection.execute(insert(station).values(name="North"))
        raise RuntimeError
    with database.read() as connection:
        assert connection.execute(select(station)).all() == []


def test_reading_sees_one_state(database):
    with database.read() as reading:
        assert reading.execute(select(job)).all() == []
        enqueue(database, 1)
        assert reading.execute(select(job)).all() == []
    assert len(claim(database)) == 1
    with database.read() as reading:
        assert len(reading.execute(select(job)).all()) == 1


def test_values_that_are_one_of_few_are_checked(database):
    bad = insert(job).values(kind="embed", payload="{}", state="lost", attempts=0)
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(bad)


def test_references_must_exist(database):
    bad = insert(annotation).values(photo_id="x", encounter_id=1, flank="left", state="pending")
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(bad)


def test_two_workers_never_share_a_job(database):
    numbers = enqueue(database, 200)

    def work(owner):
        taken = []
        while batch := claim(database, owner, limit=7):
            taken += [one.id for one in batch]
        return taken

    with ThreadPoolExecutor(4) as pool:
        claimed = [n for some in pool.map(work, "abcd") for n in some]
    assert sorted(claimed) == numbers


def test_a_silent_workers_job_comes_back(database):
    enqueue(database, 1)
    assert claim(database, "a", at=0)[0].attempts == 1
    assert claim(database, "b", at=59) == []
    assert claim(database, "b", at=61)[0].attempts == 2
    with database.write() as connection:
        assert jobs.holds(connection, "a", [1]) == set()


def test_a_renewed_lease_keeps_the_job(database):
    numbers = enqueue(database, 1)
    claim(database, "a", at=0)
    with database.write() as connection:
        jobs.renew(connection, "a", numbers, until=110)
    assert claim(database, "b", at=61) == []


def test_a_job_tried_before_is_taken_alone(database):
    enqueue(database, 3)
    claim(database, "a", at=0)
    assert [len(claim(database, "b", at=100)) for _ in range(3)] == [1, 1, 1]


def test_fresh_jobs_go_before_those_that_were_tried(database):
    tried = enqueue(database, 1)
    claim(database, "a", at=0)
    fresh = enqueue(database, 2)
    assert [one.id for one in claim(database, "b", at=100)] == fresh
    assert [one.id for one in claim(database, "b", at=100)] == tried


def test_a_dead_workers_jobs_can_be_opened_at_once(database):
    enqueue(database, 2)
    claim(database, "a", at=0)
    with database.write() as connection:
        jobs.release(connection, "a")
    assert len(claim(database, "b", at=1)) == 1


def test_sqlite_keeps_a_commit_through_a_power_cut(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/a.db")
    with database.read() as connection:
        facts = [
            connection.execute(text(f"PRAGMA {p}")).scalar()
            for p in ("journal_mode", "synchronous")
        ]
    assert facts == ["wal", 2]
    database.close()


def test_a_file_is_kept_under_its_hash_and_once(tmp_path):
    files = PhotoFiles(str(tmp_path))
    assert files.put(b"leopard") == files.put(b"leopard") == digest(b"leopard")
    assert [p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()] == [b"leopard"]
    assert files.get(digest(b"leopard")) == b"leopard"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(NotFound, match="is missing"):
        PhotoFiles(str(tmp_path)).get(digest(b"nothing"))


def test_an_object_store_is_another_url():
    files = PhotoFiles("memory://photos")
    assert files.get(files.put(b"leopard")) == b"leopard"


def test_a_full_disk_does_not_keep_half_a_file(tmp_path, monkeypatch):
    def full(_):
        raise OSError(ENOSPC, "no space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        PhotoFiles(str(tmp_path)).put(b"leopard")
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


KILLED_WHILE_WRITING = """
import os, signal, sys
from service.store.files import PhotoFiles
os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
PhotoFiles(sys.argv[1]).put(b"leopard")
"""


def test_a_file_whose_writer_was_killed_is_not_there_under_its_name(tmp_path):
    root = Path(__file__).parent.parent.parent.parent
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_WHILE_WRITING, tmp_path], cwd=root, check=False
    )
    assert killed.returncode == -9
    files = PhotoFiles(str(tmp_path))
    with pytest.raises(NotFound):
        files.get(digest(b"leopard"))
    assert files.get(files.put(b"leopard")) == b"leopard"


def test_embeddings_of_two_workers_become_visible_in_the_order_of_their_numbers(database):
    crop = Crop(np.full((100, 200, 3), 90, np.uint8), Box(0, 0, 200, 100), Flank.LEFT)
    (seen,) = FakeEmbedder().describe([crop])
    facts = {"media_type": "image/jpeg", "bytes": 1, "width": 9, "height": 9, "zone": "unknown"}
    with database.write() as connection:
        connection.execute(insert(photo).values(id="0" * 64, file_name="a", notes="", **facts))
        which = {
            "photo_id": "0" * 64,
            "encounter_id": insert_one(connection, insert(encounter).values()),
            "flank": "left",
            "state": "pending",
        }
        ours, theirs = (insert_one(connection, insert(annotation).values(which)) for _ in "ab")

    def other_worker():
        with database.write() as connection:
            features.add(connection, theirs, seen)

    with ThreadPoolExecutor(1) as pool:
        with database.write() as connection:
            features.add(connection, ours, seen)
            other = pool.submit(other_worker)
            assert wait([other], timeout=0.3).not_done
        other.result(timeout=10)
