"""Encounters that people shaped: which they are, and what no shape may do."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, or_, select, update

from service.store import corrections, decisions, errors
from service.store.corrections import CorrectedValue
from service.store.database import AT_ONCE, AnyRow, gathered, rows_in
from service.store.photos import IN_USE
from service.store.tables.corrections import corrected_value, correction
from service.store.tables.encounters import annotation, encounter
from service.store.tables.photos import photo

DAY = timedelta(days=1)
PLACE = (annotation.c.id, annotation.c.photo_id, annotation.c.encounter_id, photo.c.file_name)
INTO_USE = {("withdrawn", True), ("added", False)}
"""Fields by which an annotation comes into use, and whether nothing is stated then."""


@dataclass(frozen=True, slots=True)
class AnnotationPlace:
    """Where an annotation in use is. file_name: of its photo."""

    id: int
    photo_id: str
    encounter_id: int
    file_name: str


def mark(connection: Connection, encounter_ids: Collection[int]) -> None:
    """Let encounters be shaped that a person parted, joined or moved photos of, and no others.

    The rule neither adds photos to a shaped encounter nor takes any from it.
    """
    numbers = sorted(encounter_ids)
    for start in range(0, len(numbers), AT_ONCE):
        part = numbers[start : start + AT_ONCE]
        shaped = _shaped(connection, part)
        for value in (True, False):
            ids = [number for number in part if (number in shaped) == value]
            these = encounter.c.id.in_(ids)
            connection.execute(update(encounter).where(these).values(shaped=value))


def _shaped(connection: Connection, numbers: Collection[int]) -> set[int]:
    texts = [str(number) for number in numbers]
    columns = corrected_value.c
    query = (
        select(correction.c.id, columns.before, columns.after)
        .join(correction, correction.c.id == columns.correction_id)
        .where(
            correction.c.kind == "shaped",
            columns.field == "encounter",
            or_(columns.before.in_(texts), columns.after.in_(texts)),
        )
        .distinct()
    )
    undone = corrections.taken_back(connection)
    rows = [row for row in connection.execute(query) if row.id not in undone]
    return {int(text) for row in rows for text in (row.before, row.after) if text in set(texts)}


def check(connection: Connection, values: Sequence[CorrectedValue]) -> None:
    """Refuse changes after which one encounter would show two animals, or a decision be lost.

    values: where annotations go, and which of them are added or restored; before or after they are
    written.

    Raises TwoAnimalsOfOneFrame, IdentitiesDiffer or DecisionWouldBeLost.
    """
    goals = {v.annotation_id: int(v.after or 0) for v in values if v.field == "encounter"}
    coming = [
        v.annotation_id
        for v in values
        if v.annotation_id is not None and (v.field, v.after is None) in INTO_USE
    ]
    if not goals and not coming:
        return
    query = select(*PLACE).join(photo, photo.c.id == annotation.c.photo_id)
    restored = [
        AnnotationPlace(*row) for row in rows_in(connection, query, annotation.c.id, coming)
    ]
    numbers = {int(v.before or 0) for v in values if v.field == "encounter"} | {*goals.values()}
    numbers |= {one.encounter_id for one in restored}
    there = list({one.id: one for one in [*places(connection, numbers), *restored]}.values())
    by_frame = gathered(((goals.get(one.id, one.encounter_id), one.photo_id), one) for one in there)
    for animals in by_frame.values():
        if len(animals) > 1 and any(one.id in goals or one.id in coming for one in animals):
            raise errors.TwoAnimalsOfOneFrame(file=animals[0].file_name)
    left = {goals.get(one.id, one.encounter_id) for one in there}
    for number in sorted({one.encounter_id for one in there} - left):
        ends = {goals[one.id] for one in there if one.encounter_id == number}
        _refuse_lost_decision(connection, number, ends)


def places(connection: Connection, encounter_ids: Collection[int]) -> list[AnnotationPlace]:
    """The annotations in use of encounters, by number."""
    query = select(*PLACE).join(photo, photo.c.id == annotation.c.photo_id).where(IN_USE)
    query = query.order_by(annotation.c.id)
    rows = rows_in(connection, query, annotation.c.encounter_id, sorted(encounter_ids))
    return [AnnotationPlace(*row) for row in rows]


def near(connection: Connection, encounter_id: int, *, limit: int) -> list[int]:
    """Encounters with photos at the station of this one, within a day, the nearest first."""
    own = connection.execute(select(encounter).where(encounter.c.id == encounter_id)).one()
    if own.station is None or own.started_at is None:
        return []
    inside = (annotation.c.encounter_id == encounter.c.id) & IN_USE
    query = select(encounter.c.id, encounter.c.started_at, encounter.c.ended_at).where(
        encounter.c.station == own.station,
        encounter.c.id != encounter_id,
        encounter.c.started_at <= own.ended_at + DAY,
        encounter.c.ended_at >= own.started_at - DAY,
        select(annotation.c.id).where(inside).exists(),
    )

    def apart(row: AnyRow) -> tuple[timedelta, int]:
        gap = max(row.started_at - own.ended_at, own.started_at - row.ended_at)
        return max(gap, timedelta(0)), row.id

    return [row.id for row in sorted(connection.execute(query), key=apart)[:limit]]


def _refuse_lost_decision(connection: Connection, encounter_id: int, goals: set[int]) -> None:
    """An encounter whose photos all leave takes its decision along, or may not leave."""
    own = decisions.latest(connection, encounter_id)
    if own is None or own.identity_id is None:
        return
    for goal in sorted(goals):
        other = decisions.latest(connection, goal)
        if other is None or other.identity_id is None:
            raise errors.DecisionWouldBeLost(encounter=encounter_id, name=own.identity or "")
        if other.identity_id != own.identity_id:
            raise errors.IdentitiesDiffer(
                one=encounter_id, name=own.identity, other=goal, other_name=other.identity
            )
