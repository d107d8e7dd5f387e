"""Answers to what the machine asks about encounters: yes shapes them, no is remembered."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from service.encounters import errors, shaping
from service.encounters.shaping import ChosenAnnotations
from service.photos import correcting
from service.photos.correcting import CorrectionGrounds
from service.store import questions, stated
from service.store.corrections import CorrectedValue
from service.store.questions import Question

YesOrNo = Literal["yes", "no"]


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of an answer. encounter: where one looks next."""

    question: Question
    correction: int
    encounter: int


def answer(
    connection: Connection, question_id: int, yes_or_no: YesOrNo, grounds: CorrectionGrounds
) -> Answered:
    """Yes joins or parts the encounters as the question says; no lets them be, for good.

    Either is a correction, and undoing it lets the question be open again.
    """
    correcting.hold(connection)
    question = questions.get(connection, question_id)
    if question.state != "open":
        raise errors.AnsweredAlready(question=question_id)
    if not questions.makes_sense(connection, question):
        raise errors.QuestionIsPast(question=question_id)
    if yes_or_no == "no":
        values = [_turned(question, "dismissed")]
        number = correcting.carry_out(connection, "shaped", values, grounds) or 0
        return Answered(questions.get(connection, question_id), number, question.encounter_id)
    followed = [_turned(question, "followed")]
    if question.kind == "bridge":
        pair = question.encounter_id, question.other_id or 0
        shaped = shaping.join(connection, *pair, grounds, followed)
        at = shaped.encounter
    else:
        cut = ChosenAnnotations(question.cut)
        shaped = shaping.part(connection, question.encounter_id, cut, grounds, followed)
        at = question.encounter_id
    return Answered(questions.get(connection, question_id), shaped.correction, at)


def _turned(question: Question, state: str) -> CorrectedValue:
    field = f"{stated.QUESTION}{question.id}"
    return CorrectedValue(field, question.state, state, encounter_id=question.encounter_id)
