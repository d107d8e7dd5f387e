"""The photo that stands for an identity on each flank: approved ones first, refused ones never."""

from collections.abc import Collection

from sqlalchemy import Connection, case, func, select

from reid.types import Flank
from service.store.identities import Reference, current, reference_of
from service.store.photos import annotations_with
from service.store.references import marked
from service.store.tables.encounters import annotation
from service.store.tables.photos import photo


def best_photos(
    connection: Connection, identity_ids: Collection[int]
) -> dict[int, dict[Flank, Reference]]:
    """Identity -> flank -> its best embedded photo: approved before others, then the largest."""
    now = current().subquery()
    approved = case((annotation.c.id.in_(marked("approved")), 0), else_=1)
    width = func.coalesce(annotation.c.x1 - annotation.c.x0, photo.c.width)
    order = (approved, width.desc(), photo.c.captured_at.desc(), annotation.c.id)
    ranked = (
        select(
            annotation.c.id,
            now.c.identity_id,
            func.row_number()
            .over(partition_by=(now.c.identity_id, annotation.c.flank), order_by=order)
            .label("place"),
        )
        .join(now, now.c.encounter_id == annotation.c.encounter_id)
        .join(photo, photo.c.id == annotation.c.photo_id)
        .where(
            now.c.identity_id.in_(identity_ids),
            annotation.c.state == "embedded",
            annotation.c.id.not_in(marked("refused")),
        )
        .subquery()
    )
    rows = connection.execute(
        annotations_with(photo, ranked.c.identity_id)
        .join(ranked, ranked.c.id == annotation.c.id)
        .join(photo, photo.c.id == annotation.c.photo_id)
        .where(ranked.c.place == 1)
    )
    best: dict[int, dict[Flank, Reference]] = {}
    for row in rows:
        reference = reference_of(row)
        best.setdefault(row.identity_id, {})[reference.annotation.flank] = reference
    return best
