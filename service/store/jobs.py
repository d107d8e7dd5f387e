"""A durable queue in one table: a job is held by a lease, and comes back when it runs out."""

import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, insert, select, true, update

from service.store.database import AT_ONCE, AnyRow, insert_one, value_of
from service.store.tables.base import now
from service.store.tables.jobs import job, worker

URGENT = {"embed": 0, "reembed": 1}
"""Kinds that are done before all others, in this order, and that are taken several at a time."""
FREE = {"owner": None, "lease_until": None}
"""What a job has that nobody holds."""
LONGEST_S = 3600.0
"""No lease and no pause is longer: one that ends later was written before the clock was set back.
"""


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
    connection: Connection,
    owner: str,
    *,
    limit: int,
    lease_s: float,
    at: float | None = None,
    kinds: Collection[str] | None = None,
) -> list[Job]:
    """Take the oldest open jobs; photos come before everything else, new ones first.

    Jobs tried before are taken one by one: if one of them kills its worker, the others must not
    be blamed. So are jobs that are not about photos. at: unix seconds, now unless given. kinds:
    those that the worker can do, else all.
    """
    urgency = case(URGENT, value=job.c.kind, else_=len(URGENT))
    rows = connection.execute(
        select(job)
        .where(_open(at), true() if kinds is None else job.c.kind.in_(kinds))
        .order_by(urgency == len(URGENT), job.c.attempts, urgency, job.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    taken = [row for row in rows if row.attempts == 0 and row.kind in URGENT] or rows[:1]
    begun = {"owner": owner, "lease_until": _moment(at) + lease_s, "attempts": job.c.attempts + 1}
    _set(connection, job.c.id.in_([row.id for row in taken]), state="running", **begun)
    return [_job(row, row.attempts + 1) for row in taken]


def renew(connection: Connection, owner: str, ids: Collection[int], *, until: float) -> None:
    """Keep those of the jobs that this worker holds. until: unix seconds."""
    _set(connection, _held_by(owner) & job.c.id.in_(ids), lease_until=until)


def holds(connection: Connection, owner: str, ids: Collection[int]) -> set[int]:
    """Those of the jobs that are still this worker's; the others were given to somebody else."""
    query = select(job.c.id).where(_held_by(owner), job.c.id.in_(ids)).with_for_update()
    return set(connection.scalars(query))


def finish(connection: Connection, job_id: int, error: str | None = None) -> None:
    """Done, or failed with a reason."""
    state = "done" if error is None else "failed"
    _set(connection, job.c.id == job_id, state=state, error=error, **FREE)


def release(connection: Connection, owner: str) -> None:
    """Open the jobs of a worker that is known to be dead, without waiting for the lease."""
    _set(connection, _held_by(owner), state="queued", **FREE)


def exhausted(connection: Connection, *, attempts: int, at: float | None = None) -> list[Job]:
    """Open jobs that were tried this often, each time killing their worker."""
    rows = connection.execute(
        select(job)
        .where(_open(at), job.c.attempts >= attempts)
        .order_by(job.c.id)
        .with_for_update(skip_locked=True)
    )
    return [_job(row, row.attempts) for row in rows]


def counts(connection: Connection, *, urgent: bool = False) -> dict[str, int]:
    """How many jobs are queued, running, done and failed. urgent: only those about photos."""
    query = select(job.c.state, func.count()).group_by(job.c.state)
    if urgent:
        query = query.where(job.c.kind.in_(URGENT))
    states = {"queued": 0, "running": 0, "done": 0, "failed": 0}
    return states | {row[0]: row[1] for row in connection.execute(query)}


def beat(connection: Connection, name: str, model: str) -> None:
    """Say that this worker lives."""
    moment = now()
    known = update(worker).where(worker.c.name == name).values(seen_at=moment, model=model)
    if connection.execute(known).rowcount == 0:
        values = {"name": name, "model": model, "started_at": moment, "seen_at": moment}
        connection.execute(insert(worker).values(**values))


def leave(connection: Connection, name: str) -> None:
    """Forget a worker that stopped in order."""
    connection.execute(worker.delete().where(worker.c.name == name))


def workers(connection: Connection, *, within_s: float) -> list[WorkerSeen]:
    """Workers that were seen lately, and not at a time to come, before a clock was set back."""
    moment, within = now(), timedelta(seconds=within_s)
    query = select(worker).where(worker.c.seen_at.between(moment - within, moment + within))
    return [WorkerSeen(**row._mapping) for row in connection.execute(query)]


def any_open(connection: Connection, at: float | None = None, *, urgent: bool = False) -> bool:
    """Whether there is anything to claim. urgent: only photos that wait to be embedded."""
    query = select(job.c.id).where(_open(at)).limit(1)
    if urgent:
        query = query.where(job.c.kind.in_(URGENT))
    return connection.execute(query).first() is not None


def give_back(connection: Connection, job_id: int) -> None:
    """Open a job again that made way for something urgent; that counts as no attempt."""
    before = job.c.attempts - 1
    _set(connection, job.c.id == job_id, attempts=before, state="queued", **FREE)


def payloads(connection: Connection, kind: str, state: str) -> list[Mapping[str, Any]]:
    """What the jobs of one kind in one state are about."""
    query = select(job.c.payload).where(job.c.kind == kind, job.c.state == state)
    return [json.loads(payload) for payload in connection.scalars(query)]


def drop(connection: Connection, kind: str) -> None:
    """Forget the jobs of one kind that nobody has begun."""
    connection.execute(job.delete().where(job.c.kind == kind, job.c.state == "queued"))


def replace(connection: Connection, kind: str, payloads: Sequence[Mapping[str, Any]]) -> None:
    """Queue jobs anew: those that wait with the same payload go, and what runs is not kept."""
    texts = [json.dumps(payload) for payload in payloads]
    for start in range(0, len(texts), AT_ONCE):
        of_these = (job.c.kind == kind) & job.c.payload.in_(texts[start : start + AT_ONCE])
        connection.execute(job.delete().where(of_these, job.c.state == "queued"))
        running = of_these & (job.c.state == "running")
        _set(connection, running, state="done", error="superseded", **FREE)
    rows = [{"payload": text} for text in texts]
    if rows:
        new = insert(job).values(kind=kind, state="queued", attempts=0)
        connection.execute(new, rows)


def begin_again(
    connection: Connection, kind: str, which: Callable[[Mapping[str, Any]], bool] = lambda _: True
) -> None:
    """Take jobs of one kind from the workers that are at them, so that they begin anew.

    which: of their payloads, all unless given.
    """
    running = select(job.c.id, job.c.payload).where(job.c.kind == kind, job.c.state == "running")
    rows = connection.execute(running).all()
    ids = [row.id for row in rows if which(json.loads(row.payload))]
    if ids:
        _set(connection, job.c.id.in_(ids), state="queued", attempts=job.c.attempts - 1, **FREE)


def postpone(connection: Connection, job_id: int, error: str, *, delay_s: float) -> None:
    """Give a job back, to be tried again after a while."""
    later = time.time() + min(delay_s, LONGEST_S)
    _set(
        connection, job.c.id == job_id, state="running", owner=None, lease_until=later, error=error
    )


def _set(connection: Connection, which: ColumnElement[bool], **values: object) -> None:
    connection.execute(update(job).where(which).values(values))


def _job(row: AnyRow, attempts: int) -> Job:
    return value_of(Job, row, payload=json.loads(row.payload), attempts=attempts)


def _held_by(owner: str) -> ColumnElement[bool]:
    return (job.c.state == "running") & (job.c.owner == owner)


def _open(at: float | None) -> ColumnElement[bool]:
    moment = _moment(at)
    held = job.c.lease_until.between(moment, moment + LONGEST_S)
    return (job.c.state == "queued") | ((job.c.state == "running") & ~held)


def _moment(at: float | None) -> float:
    """Unix seconds, now unless given."""
    return time.time() if at is None else at
