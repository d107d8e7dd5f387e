"""Annotations that another model has yet to embed, as jobs of the queue."""

import json

from sqlalchemy import Connection, and_, exists, insert, select

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
    embedded = and_(
        *(
            exists().where(table.c.annotation_id == annotation.c.id, table.c.model == model)
            for table in (embedding, annotation_facts)
        )
    )
    missing = connection.execute(
        select(annotation.c.id).where(annotation.c.state == "embedded", ~embedded)
    ).scalars()
    states = ("queued", "running") if again else ("queued", "running", "failed")
    known = connection.execute(
        select(job.c.payload).where(job.c.kind == KIND, job.c.state.in_(states))
    ).scalars()
    queued = {
        (waiting_payload["annotation"], waiting_payload["model"])
        for waiting_payload in map(json.loads, known)
    }
    new = [number for number in sorted(missing) if (number, model) not in queued]
    if new:
        payloads = [json.dumps({"annotation": number, "model": model}) for number in new]
        values = {"kind": KIND, "state": "queued", "attempts": 0}
        connection.execute(insert(job), [values | {"payload": payload} for payload in payloads])
    return len(new)
