"""Which photos may speak for an identity: approved, refused or neither; the newest mark counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, Select, func, insert, select

from reid.errors import Conflict
from service.store.database import insert_one
from service.store.errors import ApprovedAlready, MarkedMeanwhile, RefusedAlready, UnmarkedAlready
from service.store.photos import annotation_by_id
from service.store.tables.encounters import annotation
from service.store.tables.history import reference_mark

MarkState = Literal["approved", "refused", "unmarked"]
CHUNK = 500
ALREADY: dict[str, type[Conflict]] = {
    "approved": ApprovedAlready,
    "refused": RefusedAlready,
    "unmarked": UnmarkedAlready,
}
"""Why a photo cannot be marked so again."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What somebody said of one annotation as a reference photo."""

    id: int
    annotation_id: int
    state: MarkState
    reviewer: str
    reason: str
    marked_at: datetime


def mark(
    connection: Connection,
    annotation_id: int,
    state: MarkState,
    reviewer: str,
    reason: str = "",
    *,
    after: int | None = None,
) -> Mark:
    """Approve or refuse a photo as a reference, or take back what was said of it.

    after: the newest mark that the person had seen; 0 for "there was none"; None skips the check.
    """
    held = select(annotation.c.id).where(annotation.c.id == annotation_id).with_for_update()
    connection.execute(held)
    annotation_by_id(connection, annotation_id)
    last = marks(connection, [annotation_id]).get(annotation_id)
    if after is not None and after != (last.id if last else 0):
        raise MarkedMeanwhile(annotation=annotation_id)
    if (last.state if last else "unmarked") == state:
        raise ALREADY[state](annotation=annotation_id)
    values = {"annotation_id": annotation_id, "state": state, "reviewer": reviewer}
    insert_one(connection, insert(reference_mark).values(**values, reason=reason))
    return marks(connection, [annotation_id])[annotation_id]


def marks(connection: Connection, annotation_ids: Collection[int]) -> dict[int, Mark]:
    """The mark that counts of each of these annotations; those never marked are left out."""
    found: dict[int, Mark] = {}
    wanted = sorted(annotation_ids)
    for start in range(0, len(wanted), CHUNK):
        some = reference_mark.c.annotation_id.in_(wanted[start : start + CHUNK])
        newest = newest_marks().where(some)
        rows = connection.execute(select(reference_mark).where(reference_mark.c.id.in_(newest)))
        found |= {row.annotation_id: Mark(**row._mapping) for row in rows}
    return found


def history(connection: Connection, annotation_ids: Collection[int]) -> list[Mark]:
    """Every mark of these annotations, oldest first."""
    found: list[Mark] = []
    wanted = sorted(annotation_ids)
    for start in range(0, len(wanted), CHUNK):
        some = reference_mark.c.annotation_id.in_(wanted[start : start + CHUNK])
        found += [
            Mark(**r._mapping) for r in connection.execute(select(reference_mark).where(some))
        ]
    return sorted(found, key=lambda one: one.id)


def newest_marks() -> Select[tuple[int]]:
    """Number of the mark that counts, of every annotation that was ever marked."""
    return select(func.max(reference_mark.c.id)).group_by(reference_mark.c.annotation_id)


def marked(state: MarkState) -> Select[tuple[int]]:
    """Annotations whose newest mark says this."""
    return select(reference_mark.c.annotation_id).where(
        reference_mark.c.id.in_(newest_marks()), reference_mark.c.state == state
    )


def newest(connection: Connection) -> int:
    """Number of the newest mark of all; 0 without any."""
    return int(connection.execute(select(func.max(reference_mark.c.id))).scalar() or 0)
