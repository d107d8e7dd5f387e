"""What people stated after the upload: every change with who, when, why and what stood before.

Whatever is stated later (of a photo, an annotation, an encounter, a clock) is one correction with
the values that it changed. Corrections are only ever added: one is undone by a later one.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Connection, Select, func, insert, select, update

from service.store.database import gathered, insert_one, row_or, rows_in, value_of
from service.store.errors import NoSuchCorrection
from service.store.tables.corrections import corrected_value, correction
from service.store.tables.encounters import annotation
from service.store.tables.stations import clock

CorrectionKind = Literal[
    "stated", "annotated", "withdrawn", "restored", "shaped", "clock", "erased", "undone"
]


@dataclass(frozen=True, slots=True)
class CorrectedValue:
    """One value that a correction changed, as text; None is "nothing stated".

    photo_id, annotation_id, encounter_id: what it belongs to, one of them or more.
    """

    field: str
    before: str | None
    after: str | None
    photo_id: str | None = None
    annotation_id: int | None = None
    encounter_id: int | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """One change of something stated. undoes: the earlier correction that it takes back.

    undone: whether a later one takes it back.
    """

    id: int
    kind: CorrectionKind
    person: str
    reason: str
    corrected_at: datetime
    undoes: int | None
    values: tuple[CorrectedValue, ...]
    undone: bool = False


def record(
    connection: Connection,
    *,
    kind: CorrectionKind,
    person: str,
    reason: str,
    values: Iterable[CorrectedValue],
    undoes: int | None = None,
) -> int:
    """Keep a correction with the values that it changed; returns its number."""
    row = {"kind": kind, "person": person, "reason": reason, "undoes": undoes}
    number = insert_one(connection, insert(correction).values(**row))
    rows = [{"correction_id": number, **asdict(value)} for value in values]
    if rows:
        connection.execute(insert(corrected_value), rows)
    return number


def get(connection: Connection, correction_id: int) -> Correction:
    """One correction."""
    query = select(correction.c.id).where(correction.c.id == correction_id)
    row_or(connection, query, NoSuchCorrection(correction=correction_id))
    return _corrections(connection, [correction_id])[0]


def of_photo(connection: Connection, photo_id: str) -> list[Correction]:
    """What was corrected of a photo or its annotations, newest first."""
    return newest(connection, photo_id=photo_id, limit=None)


def fields_of_photo(connection: Connection, photo_id: str) -> frozenset[str]:
    """What was ever stated of a photo or its annotations, as names of fields; also if undone."""
    query = select(corrected_value.c.field).where(_of_photo(photo_id)).distinct()
    return frozenset(connection.scalars(query))


def of_encounter(connection: Connection, encounter_id: int) -> list[Correction]:
    """What was corrected of an encounter, or of the annotations that are in it now; newest first.

    Also of an annotation that was moved out of it.
    """
    inside = select(annotation.c.id).where(annotation.c.encounter_id == encounter_id)
    photos = select(annotation.c.photo_id).where(annotation.c.encounter_id == encounter_id)
    which = (
        (corrected_value.c.encounter_id == encounter_id)
        | corrected_value.c.annotation_id.in_(inside)
        | (corrected_value.c.photo_id.in_(photos) & corrected_value.c.annotation_id.is_(None))
    )
    return _newest(connection, which, None, 0)


def shaping_of(connection: Connection, encounter_id: int) -> list[Correction]:
    """What people did to the shape of an encounter, or answered about it; newest first.

    Also what they took out of use of it or put back, but not what was erased.
    """
    columns, text = corrected_value.c, str(encounter_id)
    inside = select(annotation.c.id).where(annotation.c.encounter_id == encounter_id)
    erased = select(correction.c.id).where(correction.c.kind == "erased")
    turned = (columns.field == "withdrawn") & columns.annotation_id.in_(inside)
    turned &= columns.correction_id.not_in(erased)
    moved = (columns.field == "encounter") & ((columns.before == text) | (columns.after == text))
    answered = (columns.encounter_id == encounter_id) & columns.field.startswith("question ")
    return _newest(connection, moved | answered | turned, None, 0)


def newest(
    connection: Connection,
    *,
    photo_id: str | None = None,
    limit: int | None = 100,
    offset: int = 0,
) -> list[Correction]:
    """Corrections, newest first. photo_id: only those that changed something of this photo."""
    which = None if photo_id is None else _of_photo(photo_id)
    return _newest(connection, which, limit, offset)


def total(connection: Connection, *, photo_id: str | None = None) -> int:
    """How many corrections there are, or how many changed something of a photo."""
    query = select(func.count()).select_from(correction)
    if photo_id is not None:
        query = query.where(correction.c.id.in_(_numbers(_of_photo(photo_id))))
    return connection.scalar(query) or 0


def last_change(connection: Connection, value: CorrectedValue) -> int | None:
    """The newest correction of this field of this photo, annotation or encounter."""
    columns = corrected_value.c
    newest = select(func.max(columns.correction_id)).where(
        columns.photo_id.is_not_distinct_from(value.photo_id),
        columns.annotation_id.is_not_distinct_from(value.annotation_id),
        columns.encounter_id.is_not_distinct_from(value.encounter_id),
        columns.field == value.field,
    )
    number: int | None = connection.scalar(newest)
    return number


def withdrawal_in(rows: Iterable[Correction]) -> Correction | None:
    """The first of these corrections that took a photo as a whole out of use."""
    for row in rows:
        if any((v.field, v.annotation_id) == ("withdrawn", None) and v.after for v in row.values):
            return row
    return None


def let_clocks_stand(connection: Connection, correction_id: int, *, stand: bool) -> None:
    """Let the clocks that a correction stated count, or not any more."""
    of_this = clock.c.correction_id == correction_id
    connection.execute(update(clock).where(of_this).values(standing=stand))


def settled(connection: Connection, photo_ids: Collection[str]) -> set[tuple[str, str]]:
    """Photo and field of what a person corrected after the upload, and nobody undid."""
    query = (
        select(corrected_value.c.photo_id, corrected_value.c.field, correction.c.kind)
        .join(correction, correction.c.id == corrected_value.c.correction_id)
        .order_by(corrected_value.c.id)
    )
    rows = rows_in(connection, query, corrected_value.c.photo_id, photo_ids)
    kinds = {(row.photo_id, row.field): row.kind for row in rows}
    return {stated for stated, kind in kinds.items() if kind != "undone"}


def withdrawn_with(connection: Connection, photo_id: str) -> set[int]:
    """The annotations that were withdrawn with a photo when that was done last."""
    columns = corrected_value.c
    of_photo = (columns.photo_id == photo_id) & (columns.field == "withdrawn")
    gone = of_photo & columns.after.is_not(None)
    last = select(func.max(columns.correction_id)).where(gone, columns.annotation_id.is_(None))
    query = select(columns.annotation_id).where(
        gone,
        columns.annotation_id.is_not(None),
        columns.correction_id == last.scalar_subquery(),
    )
    return set(connection.scalars(query))


def taken_back(connection: Connection) -> frozenset[int]:
    """Corrections that are taken back now: an undo counts until it is itself undone."""
    undoing = select(correction.c.id, correction.c.undoes).where(correction.c.undoes.is_not(None))
    dead: set[int] = set()
    for row in connection.execute(undoing.order_by(correction.c.id.desc())):
        if row.id not in dead:
            dead.add(row.undoes)
    return frozenset(dead)


def _of_photo(photo_id: str) -> ColumnElement[bool]:
    inside = select(annotation.c.id).where(annotation.c.photo_id == photo_id)
    return (corrected_value.c.photo_id == photo_id) | corrected_value.c.annotation_id.in_(inside)


def _numbers(which: ColumnElement[bool]) -> Select[tuple[int]]:
    return select(corrected_value.c.correction_id).where(which)


def _newest(
    connection: Connection, which: ColumnElement[bool] | None, limit: int | None, offset: int
) -> list[Correction]:
    query = select(correction.c.id).order_by(correction.c.id.desc()).limit(limit).offset(offset)
    if which is not None:
        query = query.where(correction.c.id.in_(_numbers(which)))
    return _corrections(connection, list(connection.scalars(query)))


def _corrections(connection: Connection, ids: Sequence[int]) -> list[Correction]:
    """Corrections with these numbers, in this order."""
    query = select(corrected_value).order_by(corrected_value.c.id)
    values = gathered(
        (row.correction_id, value_of(CorrectedValue, row))
        for row in rows_in(connection, query, corrected_value.c.correction_id, ids)
    )
    undone = taken_back(connection)
    rows = {
        row.id: value_of(
            Correction, row, values=tuple(values.get(row.id, ())), undone=row.id in undone
        )
        for row in rows_in(connection, select(correction), correction.c.id, ids)
    }
    return [rows[number] for number in ids]
