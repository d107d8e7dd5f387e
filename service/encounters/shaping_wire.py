"""Shaping encounters and the questions about them, on the wire."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from service.encounters.wire import EncounterOut
from service.photos.correction_wire import MOST, CorrectionGroundsIn, PhotoKey
from service.store.questions import QuestionKind, QuestionState
from service.web.wire import Number, Wire


class PartEncounterIn(CorrectionGroundsIn):
    """Photos that shall be an encounter of their own: by annotations, or all of some photos."""

    annotations: Annotated[list[Number], Field(max_length=MOST)] = Field([])
    photos: Annotated[list[PhotoKey], Field(max_length=MOST)] = Field([])


class MoveAnnotationsIn(PartEncounterIn):
    """Photos that shall be photos of another encounter."""

    into: Number


class JoinEncountersIn(CorrectionGroundsIn):
    """The encounter that this one is joined with."""

    other: Number


class ShapedOut(Wire):
    """What came of it. correction: undone at /corrections/{correction}/undo.

    encounter: where the moved photos are now. moved: how many annotations. encounters: those that
    were concerned and have photos.
    """

    correction: int
    encounter: int
    moved: int
    encounters: list[EncounterOut]


class QuestionOut(Wire):
    """What the machine asks about an encounter.

    bridge: are encounter_id and other_id one encounter? apart: its photos lie further apart than
    the gap. two_animals: its photos contradict each other.
    """

    id: int
    kind: QuestionKind
    encounter_id: int
    other_id: int | None
    cut: Sequence[int] = Field(description="annotations that yes would part off")
    between: Sequence[str] = Field(description="of a bridge: photos between the two")
    llr: float | None = Field(description="log10, between the two parts of the cut")
    state: QuestionState
    person: str | None = Field(description="who answered")
    asked_at: datetime


class QuestionsOut(Wire):
    """A page of questions, newest first. total: how many fit."""

    total: int
    questions: list[QuestionOut]


class AnswerToQuestionIn(CorrectionGroundsIn):
    """yes: join or part the encounters. no: let them be, and never ask again."""

    answer: Literal["yes", "no"]


class AnsweredOut(Wire):
    """What came of an answer. correction: undone at /corrections/{correction}/undo."""

    question: QuestionOut
    correction: int
    encounter: int
