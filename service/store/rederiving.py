"""What was made from an annotation is thrown away and made again, once something of it changed."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, select, update

from service.store import jobs, pairs
from service.store.database import AT_ONCE
from service.store.reasons import columns
from service.store.tables.bursts import fused_burst, fused_frame
from service.store.tables.encounters import annotation
from service.store.tables.features import annotation_facts, embedding, local_features
from service.store.tables.reviews import pair_evidence, pair_search

EMBED, REEMBED = "embed", "reembed"  # kinds of jobs
MADE = (embedding, local_features, annotation_facts)


def forget_features(connection: Connection, annotation_ids: Collection[int]) -> None:
    """Delete embeddings, features and facts of annotations, and the pictures that show them."""
    forget_pictures(connection, annotation_ids)
    for ids in _parts(annotation_ids):
        for table in MADE:
            connection.execute(delete(table).where(table.c.annotation_id.in_(ids)))


def forget_pictures(connection: Connection, annotation_ids: Collection[int]) -> None:
    """Delete every fused picture that shows one of these annotations."""
    frame = fused_frame.c
    for ids in _parts(annotation_ids):
        of_these = select(frame.burst_id).where(frame.annotation_id.in_(ids)).distinct()
        numbers = list(connection.scalars(of_these))
        connection.execute(delete(fused_frame).where(frame.burst_id.in_(numbers)))
        connection.execute(delete(fused_burst).where(fused_burst.c.id.in_(numbers)))


def forget_pairs(connection: Connection, encounter_ids: Collection[int]) -> None:
    """Delete what was measured on encounters. What a worker measures this moment is not kept."""
    if not encounter_ids:
        return
    for ids in _parts(encounter_ids):
        one, other = pair_evidence.c.one.in_(ids), pair_evidence.c.other.in_(ids)
        connection.execute(delete(pair_evidence).where(one | other))
        connection.execute(delete(pair_search).where(pair_search.c.encounter_id.in_(ids)))
    jobs.begin_again(connection, pairs.KIND)


def embed_again(connection: Connection, annotation_ids: Collection[int]) -> None:
    """Let annotations wait to be embedded. What a worker makes of them this moment is not kept."""
    if not annotation_ids:
        return
    forget_features(connection, annotation_ids)
    waits = {"state": "pending", "error_code": None, **columns(None)}
    for ids in _parts(annotation_ids):
        connection.execute(update(annotation).where(annotation.c.id.in_(ids)).values(waits))
    payloads = [{"annotation": number} for number in sorted(annotation_ids)]
    jobs.replace(connection, EMBED, payloads)
    numbers = set(annotation_ids)
    jobs.begin_again(connection, REEMBED, lambda payload: payload["annotation"] in numbers)


def _parts(ids: Collection[int]) -> list[list[int]]:
    numbers = sorted(ids)
    return [numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE)]
