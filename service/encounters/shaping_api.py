"""Shaping encounters: part, join, move; and what the machine asks about them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from sqlalchemy import Connection

from service.encounters import answering, shaping
from service.encounters.shaping import ChosenAnnotations, Shaped
from service.encounters.shaping_wire import (
    AnsweredOut,
    AnswerToQuestionIn,
    JoinEncountersIn,
    MoveAnnotationsIn,
    PartEncounterIn,
    QuestionOut,
    QuestionsOut,
    ShapedOut,
)
from service.encounters.wire import EncounterOut
from service.photos.correcting import CorrectionGrounds
from service.photos.correction_wire import CorrectionGroundsIn
from service.store import encounters, questions
from service.store.people import Actor
from service.store.questions import QuestionKind, QuestionState, SoughtQuestions
from service.web.errors import documented
from service.web.parameters import Limit, Offset, RowNumber, TheActor, TheDatabase

router = APIRouter(tags=["encounters"], responses=documented(400, 403, 404, 409, 422))


def _grounds(body: CorrectionGroundsIn, actor: Actor) -> CorrectionGrounds:
    return CorrectionGrounds(actor.signs(body.reviewer), body.reason)


@router.post("/encounters/{encounter_id}/part", status_code=201)
def part(
    encounter_id: RowNumber, body: PartEncounterIn, database: TheDatabase, actor: TheActor
) -> ShapedOut:
    """Let some photos of an encounter be an encounter of their own."""
    chosen = ChosenAnnotations(body.annotations, body.photos)
    with database.write() as connection:
        shaped = shaping.part(connection, encounter_id, chosen, _grounds(body, actor))
        return _shaped(connection, shaped, encounter_id)


@router.post("/encounters/{encounter_id}/move", status_code=201)
def move(
    encounter_id: RowNumber, body: MoveAnnotationsIn, database: TheDatabase, actor: TheActor
) -> ShapedOut:
    """Let some photos of an encounter be photos of another one."""
    chosen = ChosenAnnotations(body.annotations, body.photos)
    with database.write() as connection:
        grounds = _grounds(body, actor)
        shaped = shaping.move(connection, encounter_id, chosen, body.into, grounds)
        return _shaped(connection, shaped, encounter_id, body.into)


@router.post("/encounters/{encounter_id}/join", status_code=201)
def join(
    encounter_id: RowNumber, body: JoinEncountersIn, database: TheDatabase, actor: TheActor
) -> ShapedOut:
    """Let two encounters be one; refused where they are decided to be different identities."""
    with database.write() as connection:
        shaped = shaping.join(connection, encounter_id, body.other, _grounds(body, actor))
        return _shaped(connection, shaped, encounter_id, body.other)


@router.get("/questions")
def list_questions(
    database: TheDatabase,
    state: QuestionState | Literal["all"] = "open",
    kind: QuestionKind | None = None,
    encounter: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> QuestionsOut:
    """What is asked about encounters, newest first. encounter: only about this one."""
    sought = SoughtQuestions(None if state == "all" else state, kind, encounter)
    with database.read() as connection:
        rows = questions.search(connection, sought)
    shown = [QuestionOut.model_validate(row) for row in rows[offset : offset + limit]]
    return QuestionsOut(total=len(rows), questions=shown)


@router.post("/questions/{question_id}/answer", status_code=201)
def answer(
    question_id: RowNumber, body: AnswerToQuestionIn, database: TheDatabase, actor: TheActor
) -> AnsweredOut:
    """Yes joins or parts the encounters as asked; no is remembered and never asked again."""
    with database.write() as connection:
        grounds = _grounds(body, actor)
        given = answering.answer(connection, question_id, body.answer, grounds)
    return AnsweredOut.model_validate(given)


def _shaped(connection: Connection, shaped: Shaped, *concerned: int) -> ShapedOut:
    numbers = dict.fromkeys([*concerned, shaped.encounter])
    there = encounters.summaries(connection, list(numbers)).values()
    return ShapedOut(
        correction=shaped.correction,
        encounter=shaped.encounter,
        moved=shaped.moved,
        encounters=[EncounterOut.model_validate(one) for one in there if one.annotations],
    )
