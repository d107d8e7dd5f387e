"""Which photos may speak for an identity: approved, refused or neither; the newest mark counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, Select, func, insert, select

from reid.errors import Conflict
from service.store.database import insert_one, rows_in
from service.store.errors import ApprovedAlready, MarkedMeanwhile, RefusedAlready, UnmarkedAlready
from service.store.photos import annotation_by_id
from service.store.tables.encounters import annotation
from service.store.tables.history import reference_mark

MarkState = Literal["approved", "refused", "unmarked"]
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
    query = select(annotation.c.id).where(annotation.c.id == annotation_id).with_for_update()
    connection.execute(query)
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
    newest = select(reference_mark).where(reference_mark.c.id.in_(newest_marks()))
    rows = rows_in(connection, newest, reference_mark.c.annotation_id, annotation_ids)
    return {row.annotation_id: Mark(**row._mapping) for row in rows}


def history(connection: Connection, annotation_ids: Collection[int]) -> list[Mark]:
    """Every mark of these annotations, oldest first."""
    column = reference_mark.c.annotation_id
    rows = rows_in(connection, select(reference_mark), column, annotation_ids)
    return sorted((Mark(**row._mapping) for row in rows), key=lambda mark: mark.id)


def newest_marks() -> Select[tuple[int]]:
    """Number of the mark that counts, of every annotation that was ever marked."""
    return select(func.max(reference_mark.c.id)).group_by(reference_mark.c.annotation_id)


def marked(state: MarkState) -> Select[tuple[int]]:
    """Annotations whose newest mark says this."""
    return select(reference_mark.c.annotation_id).where(
        reference_mark.c.id.in_(newest_marks()), reference_mark.c.state == state
    )
