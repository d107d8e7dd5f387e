"""A durable queue in one table: a job is held by a lease, and comes back when it runs out."""

import json
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from service.store.database import AnyRow, insert_one
from service.store.tables import job, now, worker


@dataclass(frozen=True, slots=True)
class Job:
    """Work that a worker holds."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    attempts: int
    error: str | None = None  # of the try before


@dataclass(frozen=True, slots=True)
class WorkerSeen:
    """A worker process and when it last said that it lives."""

    name: str
    model: str
    started_at: datetime
    seen_at: datetime


def enqueue(connection: Connection, kind: str, payload: Mapping[str, Any]) -> int:
    """Add work in the caller's transaction, so that a job exists exactly when its data does."""
    values = {"kind": kind, "payload": json.dumps(payload), "state": "queued", "attempts": 0}
    return insert_one(connection, insert(job).values(**values))


def claim(
    connection: Connection, owner: str, *, limit: int, lease_s: float, at: float | None = None
) -> list[Job]:
    """Take the oldest open jobs; photos that nobody has embedded come before re-embedding.

    Jobs tried before are taken one by one: if one of them kills its worker, the others must not
    be blamed. at: unix seconds, now unless given.
    """
    at = time.time() if at is None else at
    rows = connection.execute(
        select(job.c.id, job.c.kind, job.c.payload, job.c.attempts, job.c.error)
        .where(_open(at))
        .order_by(job.c.attempts, job.c.kind, job.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    taken = [row for row in rows if row.attempts == 0] or rows[:1]
    connection.execute(
        update(job)
        .where(job.c.id.in_([row.id for row in taken]))
        .values(
            state="running",
            owner=owner,
            lease_until=at + lease_s,
            attempts=job.c.attempts + 1,
        )
    )
    return [_job(row, row.attempts + 1) for row in taken]


def renew(connection: Connection, owner: str, *, lease_s: float, at: float | None = None) -> None:
    """Keep every job this worker holds."""
    at = time.time() if at is None else at
    connection.execute(update(job).where(_held_by(owner)).values(lease_until=at + lease_s))


def holds(connection: Connection, owner: str, ids: Collection[int]) -> set[int]:
    """Those of the jobs that are still this worker's; the others were given to somebody else."""
    query = select(job.c.id).where(_held_by(owner), job.c.id.in_(ids)).with_for_update()
    return set(connection.execute(query).scalars())


def finish(connection: Connection, job_id: int, error: str | None = None) -> None:
    """Done, or failed with a reason."""
    state = "done" if error is None else "failed"
    connection.execute(
        update(job)
        .where(job.c.id == job_id)
        .values(state=state, error=error, owner=None, lease_until=None)
    )


def release(connection: Connection, owner: str) -> None:
    """Open the jobs of a worker that is known to be dead, without waiting for the lease."""
    connection.execute(
        update(job).where(_held_by(owner)).values(state="queued", owner=None, lease_until=None)
    )


def exhausted(connection: Connection, *, attempts: int, at: float | None = None) -> list[Job]:
    """Open jobs that were tried this often, each time killing their worker."""
    at = time.time() if at is None else at
    rows = connection.execute(
        select(job.c.id, job.c.kind, job.c.payload, job.c.attempts, job.c.error)
        .where(_open(at), job.c.attempts >= attempts)
        .order_by(job.c.id)
        .with_for_update(skip_locked=True)
    )
    return [_job(row, row.attempts) for row in rows]


def counts(connection: Connection) -> dict[str, int]:
    """How many jobs are queued, running, done and failed."""
    rows = connection.execute(select(job.c.state, func.count()).group_by(job.c.state))
    found = {"queued": 0, "running": 0, "done": 0, "failed": 0}
    return found | {row[0]: row[1] for row in rows}


def beat(connection: Connection, name: str, model: str) -> None:
    """Say that this worker lives."""
    seen = now()
    known = update(worker).where(worker.c.name == name).values(seen_at=seen, model=model)
    if connection.execute(known).rowcount == 0:
        values = {"name": name, "model": model, "started_at": seen, "seen_at": seen}
        connection.execute(insert(worker).values(**values))


def leave(connection: Connection, name: str) -> None:
    """Forget a worker that stopped in order."""
    connection.execute(worker.delete().where(worker.c.name == name))


def workers(connection: Connection, *, within_s: float) -> list[WorkerSeen]:
    """Workers that were seen lately."""
    query = select(worker).where(worker.c.seen_at >= now() - timedelta(seconds=within_s))
    return [WorkerSeen(**row._mapping) for row in connection.execute(query)]


def any_open(connection: Connection, at: float | None = None) -> bool:
    """Whether there is anything to claim."""
    at = time.time() if at is None else at
    return connection.execute(select(job.c.id).where(_open(at)).limit(1)).first() is not None


def postpone(connection: Connection, job_id: int, error: str, *, delay_s: float) -> None:
    """Give a job back, to be tried again after a while."""
    later = time.time() + delay_s
    values = {"state": "running", "owner": None, "lease_until": later, "error": error}
    connection.execute(update(job).where(job.c.id == job_id).values(**values))


def _job(row: AnyRow, attempts: int) -> Job:
    return Job(row.id, row.kind, json.loads(row.payload), attempts, row.error)


def _held_by(owner: str) -> ColumnElement[bool]:
    return and_(job.c.state == "running", job.c.owner == owner)


def _open(at: float) -> ColumnElement[bool]:
    return or_(job.c.state == "queued", and_(job.c.state == "running", job.c.lease_until < at))
