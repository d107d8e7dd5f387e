"""Forms that shape an encounter, and the page of questions; they work without JavaScript."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Annotated, Literal, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from reid.errors import InputError
from service.encounters import answering, shaping
from service.encounters.answering import YesOrNo
from service.encounters.beside import TheComparer
from service.encounters.errors import NoEncounterNamed
from service.encounters.pages import shown_encounter
from service.encounters.shaping import ChosenAnnotations
from service.encounters.shaping_view import KINDS, STATES, entry_of, question_views
from service.photos import correcting
from service.photos.correcting import CorrectionGrounds
from service.store import corrections, encounters, questions
from service.store.questions import QuestionKind, QuestionState, SoughtQuestions
from service.web.page import goto_signed, page, refuse
from service.web.paging import list_page, page_number
from service.web.parameters import (
    Remark,
    RowNumber,
    Text,
    TheActor,
    TheDatabase,
    choice,
    known_parameters,
    whole_number,
)
from service.web.sentences import in_full

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Numbers = Annotated[list[int], Form(max_length=5000)]
Correction = Annotated[int, Form(ge=1, le=2**31 - 1)]
PAGE = 20


def form_grounds(actor: TheActor, reviewer: Text = "", reason: Remark = "") -> CorrectionGrounds:
    """Who shapes and why."""
    return CorrectionGrounds(actor.signs(reviewer), reason)


@dataclass(frozen=True, slots=True)
class ShapingRequest:
    """A form that shapes an encounter, as a dependency of its route."""

    request: Request
    database: TheDatabase
    comparer: TheComparer
    actor: TheActor
    grounds: Annotated[CorrectionGrounds, Depends(form_grounds)]

    def carry_out(
        self, encounter_id: int, act: Callable[[Connection], tuple[int, int]], *, to: str = ""
    ) -> Response:
        """Do it and show an encounter, or this one with why it is refused.

        act: gives the encounter to look at next, and the correction. to: another page to show.
        """
        try:
            with self.database.write() as connection:
                encounters.summary(connection, encounter_id)
                following, correction = act(connection)
        except InputError as error:
            status = {"conflict": 409, "not_found": 404}.get(error.code, 422)
            refuse(self.request, in_full(error), status)
            return shown_encounter(self.request, self.comparer, encounter_id)
        address = to or f"/encounters/{following}"
        return goto_signed(f"{address}?shaped={correction}", self.grounds.person, self.actor)


TheShaping = Annotated[ShapingRequest, Depends()]


@router.post("/encounters/{encounter_id}/shape")
def shape(
    encounter_id: RowNumber,
    form: TheShaping,
    act: Annotated[str, Form(max_length=30, pattern=r"^(part|aside|(move|join)(:\d{1,9})?)$")],
    annotation: Numbers = [],  # noqa: B006  FastAPI copies it
    number: Text = "",
) -> Response:
    """Part, set aside, move or join; act: which, with the other encounter unless `number` names
    it."""
    kind, _, other = act.partition(":")
    into = whole_number(other or number.strip())

    def carry_out(connection: Connection) -> tuple[int, int]:
        chosen = ChosenAnnotations(annotation)
        if kind == "part":
            done = shaping.part(connection, encounter_id, chosen, form.grounds)
            return encounter_id, done.correction
        if kind == "aside":
            done = shaping.set_aside(connection, encounter_id, chosen, form.grounds)
            return encounter_id, done.correction
        if into is None:
            raise NoEncounterNamed()
        if kind == "join":
            done = shaping.join(connection, encounter_id, into, form.grounds)
            return done.encounter, done.correction
        done = shaping.move(connection, encounter_id, chosen, into, form.grounds)
        left = encounters.summary(connection, encounter_id).annotations
        return (encounter_id if left else done.encounter), done.correction

    return form.carry_out(encounter_id, carry_out)


@router.post("/encounters/{encounter_id}/undo")
def undo(encounter_id: RowNumber, form: TheShaping, correction: Correction) -> Response:
    """Let the shape before a correction stand again."""

    def carry_out(connection: Connection) -> tuple[int, int]:
        number = correcting.undo(connection, correction, form.grounds)
        return encounter_id, number

    return form.carry_out(encounter_id, carry_out)


@router.post("/questions/{question_id}/answer")
def answer(
    question_id: RowNumber,
    form: TheShaping,
    yes_or_no: Annotated[YesOrNo, Form(alias="answer")],
    back: Annotated[Literal["", "questions"], Form()] = "",
) -> Response:
    """Answer a question by one press. back: where to go then, by default to the encounter."""
    with form.database.read() as connection:
        asked = questions.get(connection, question_id)

    def carry_out(connection: Connection) -> tuple[int, int]:
        done = answering.answer(connection, question_id, yes_or_no, form.grounds)
        return done.encounter, done.correction

    return form.carry_out(asked.encounter_id, carry_out, to="/questions" if back else "")


@dataclass(frozen=True, slots=True)
class QuestionFilters:
    """Which questions are listed; all of it stands in the address."""

    state: str = "open"
    kind: str = ""
    page: int = 1

    @property
    def sought(self) -> SoughtQuestions:
        """The same for the store."""
        state = next((one for one in get_args(QuestionState) if one == self.state), None)
        kind = next((one for one in get_args(QuestionKind) if one == self.kind), None)
        return SoughtQuestions(state, kind)

    def url(self, page: int) -> str:
        """The address of a page of this list."""
        return "/questions?" + urlencode({**asdict(self), "page": page})


def question_filters(state: str = "open", kind: str = "", page: str = "1") -> QuestionFilters:
    """Read an address; a filter that does not exist is an error."""
    known = choice("state", state, STATES, "open")
    return QuestionFilters(known, choice("kind", kind, KINDS), page_number(page))


@router.get("/questions", dependencies=[Depends(known_parameters)])
def question_page(
    request: Request,
    database: TheDatabase,
    filters: Annotated[QuestionFilters, Depends(question_filters)],
    shaped: str = "",
) -> Response:
    """What the machine asks about encounters, by default what nobody answered."""
    with database.read() as connection:
        rows = questions.search(connection, filters.sought)
        part = list_page(len(rows), filters.page, PAGE)
        done = whole_number(shaped)
        values = {
            "nav": "encounters",
            "rows": question_views(connection, rows[part.shown]),
            "part": part,
            "filters": filters,
            "states": STATES,
            "question_kinds": KINDS,
            "done": entry_of(corrections.get(connection, done)) if done else None,
        }
        return page(request, "encounters/questions.html", connection, **values)
