"""What the machine asks about encounters: whether two are one, or whether one shows two animals.

A question is asked once. It is open until a person follows it or dismisses it; what was dismissed
is never asked again, and an answer that is undone lets the question be open again.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from service.store.database import AnyRow, gathered, row_or, rows_in
from service.store.errors import NoSuchQuestion
from service.store.photos import IN_USE
from service.store.tables.encounters import annotation, encounter_question

QuestionKind = Literal["bridge", "apart", "two_animals"]
QuestionState = Literal["open", "followed", "dismissed"]


@dataclass(frozen=True, slots=True)
class Question:
    """One question. kind: bridge (are encounter_id and other_id one encounter?), apart (the photos
    lie further apart than the gap) or two_animals.

    cut: annotations that would be parted off; of a bridge nothing. between: of a bridge, photos
    that lie between the two. llr: log10, of the parts of a proposed cut. person: who answered.
    """

    id: int
    kind: QuestionKind
    encounter_id: int
    other_id: int | None
    cut: tuple[int, ...]
    between: tuple[str, ...]
    llr: float | None
    state: QuestionState
    person: str | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class SoughtQuestions:
    """Which questions; None takes every one. encounter: on either side of a bridge.

    Open ones that make no sense any more, since photos have moved, are left out.
    """

    state: QuestionState | None = "open"
    kind: QuestionKind | None = None
    encounter: int | None = None


def ask(
    connection: Connection,
    kind: QuestionKind,
    encounter_id: int,
    *,
    other: int | None = None,
    cut: Sequence[int] | Sequence[str] = (),
) -> None:
    """Put up a question about an encounter, unless it was asked before, answered or not.

    cut: annotations to be parted off; of a bridge, the photos between.
    """
    asked = encounter_question.c
    text = json.dumps(sorted(cut))
    same = (asked.kind == kind) & (asked.encounter_id == encounter_id)
    same &= asked.cut == text if other is None else asked.other_id == other
    if connection.execute(select(asked.id).where(same)).first() is None:
        row = {"kind": kind, "encounter_id": encounter_id, "other_id": other}
        connection.execute(insert(encounter_question).values(**row, cut=text, state="open"))


def suspect(
    connection: Connection, encounter_id: int, cut: Collection[int], llr: float | None
) -> None:
    """Ask whether an encounter shows two animals; without a cut, take back what nobody answered.

    An open question gets the newest cut. Where a person said that it is one animal, nothing is
    asked any more.
    """
    asked = encounter_question.c
    of_this = (asked.kind == "two_animals") & (asked.encounter_id == encounter_id)
    states = set(connection.scalars(select(asked.state).where(of_this)))
    still = of_this & (asked.state == "open")
    values = {"cut": json.dumps(sorted(cut)), "llr": llr}
    if not cut:
        connection.execute(encounter_question.delete().where(still))
    elif "open" in states:
        connection.execute(update(encounter_question).where(still).values(values))
    elif "dismissed" not in states:
        row = {"kind": "two_animals", "encounter_id": encounter_id, "state": "open"}
        connection.execute(insert(encounter_question).values(row | values))


def get(connection: Connection, question_id: int) -> Question:
    """One question."""
    query = select(encounter_question).where(encounter_question.c.id == question_id)
    return _question(row_or(connection, query, NoSuchQuestion(question=question_id)))


def search(connection: Connection, sought: SoughtQuestions | None = None) -> list[Question]:
    """Questions, the newest first."""
    sought = sought or SoughtQuestions()
    asked = encounter_question.c
    query = select(encounter_question).order_by(asked.id.desc())
    if sought.state is not None:
        query = query.where(asked.state == sought.state)
    if sought.kind is not None:
        query = query.where(asked.kind == sought.kind)
    if sought.encounter is not None:
        sides = (asked.encounter_id == sought.encounter) | (asked.other_id == sought.encounter)
        query = query.where(sides)
    rows = [_question(row) for row in connection.execute(query)]
    there = _photos_in(connection, rows)
    return [row for row in rows if row.state != "open" or _makes_sense(row, there)]


def makes_sense(connection: Connection, question: Question) -> bool:
    """Whether its photos are still where they were when it was asked."""
    return _makes_sense(question, _photos_in(connection, [question]))


def answered(
    connection: Connection, question_id: int, state: QuestionState, person: str | None
) -> None:
    """Let a question be in this state. person: who answered."""
    of_this = encounter_question.c.id == question_id
    values = {"state": state, "person": None if state == "open" else person}
    connection.execute(update(encounter_question).where(of_this).values(values))


def _photos_in(connection: Connection, questions: Iterable[Question]) -> dict[int, set[int]]:
    """Encounter -> its annotations in use, of all encounters that are asked about."""
    open_ones = [question for question in questions if question.state == "open"]
    numbers = {question.encounter_id for question in open_ones}
    numbers |= {question.other_id for question in open_ones if question.other_id is not None}
    query = select(annotation.c.encounter_id, annotation.c.id).where(IN_USE)
    rows = rows_in(connection, query, annotation.c.encounter_id, numbers)
    return {n: set(ids) for n, ids in gathered((row[0], row[1]) for row in rows).items()}


def _makes_sense(question: Question, there: dict[int, set[int]]) -> bool:
    own = there.get(question.encounter_id, set())
    if question.kind == "bridge":
        return bool(own) and bool(there.get(question.other_id or 0))
    return bool(question.cut) and set(question.cut) < own


def _question(row: AnyRow) -> Question:
    bridge, listed = row.kind == "bridge", tuple(json.loads(row.cut))
    return Question(
        id=row.id,
        kind=row.kind,
        encounter_id=row.encounter_id,
        other_id=row.other_id,
        cut=() if bridge else listed,
        between=listed if bridge else (),
        llr=row.llr,
        state=row.state,
        person=row.person,
        asked_at=row.asked_at,
    )
