"""Annotations that another model has yet to embed, as jobs of the queue."""

import json
from collections.abc import Collection

from sqlalchemy import Connection, exists, func, insert, select

from service.store import jobs
from service.store.tables.encounters import annotation
from service.store.tables.features import annotation_facts, embedding
from service.store.tables.jobs import job

KIND = "reembed"


def enqueue(connection: Connection, model: str, *, again: bool = False) -> int:
    """Queue every embedded annotation that `model` has not embedded; returns how many.

    So are annotations it embedded before pose and quality were kept. What waits already is not
    queued twice, and what failed only `again`. What other models have made stays, so that the
    service goes on answering with the model it has.
    """
    embedded, described = (
        exists().where(table.c.annotation_id == annotation.c.id, table.c.model == model)
        for table in (embedding, annotation_facts)
    )
    query = select(annotation.c.id).where(annotation.c.state == "embedded", ~(embedded & described))
    states = ("queued", "running") if again else ("queued", "running", "failed")
    known = [payload for state in states for payload in jobs.payloads(connection, KIND, state)]
    queued = {payload["annotation"] for payload in known if payload["model"] == model}
    new = sorted(set(connection.scalars(query)) - queued)
    if new:
        payloads = [json.dumps({"annotation": number, "model": model}) for number in new]
        row = insert(job).values(kind=KIND, state="queued", attempts=0)
        connection.execute(row, [{"payload": payload} for payload in payloads])
    return len(new)


def by_others_alone(connection: Connection, models: Collection[str]) -> dict[str, int]:
    """Embedded annotations in use of which none of these models has features, by the newest model
    that has; "" where none has."""
    known = exists().where(
        embedding.c.annotation_id == annotation.c.id, embedding.c.model.in_(models)
    )
    newest = (
        select(embedding.c.model)
        .where(embedding.c.annotation_id == annotation.c.id)
        .order_by(embedding.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    embedded = select(newest.label("model")).where(annotation.c.state == "embedded", ~known)
    rows = embedded.where(annotation.c.withdrawn.is_(False)).subquery()
    counted = select(rows.c.model, func.count()).group_by(rows.c.model)
    return {row[0] or "": row[1] for row in connection.execute(counted)}
