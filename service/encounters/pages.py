"""Pages of encounters: the list, one with its candidates, the decision, and who it may be."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from reid.errors import Conflict, InputError
from service.encounters.beside import Comparer, TheComparer
from service.encounters.comparison_view import comparing
from service.encounters.comparison_words import against_new, decided, looks_alike, said
from service.encounters.decision_form import DecisionForm
from service.encounters.list_view import STATES, TheFilters, encounter_list, row, title
from service.encounters.posterior import chances, posterior
from service.encounters.shaping_view import ShapingView, shaping_view
from service.photos.correction_view import changed_since
from service.photos.exposures import ExposureView, exposure_views
from service.recognition.awaited import awaited
from service.recognition.engine import TheEngine
from service.store import (
    cases,
    decisions,
    encounters,
    identities,
    photos,
    questions,
    stations,
)
from service.store.database import Database
from service.store.decisions import NewDecision
from service.store.encounters import EncounterDetail
from service.viewer import look as looks
from service.viewer.drawing import tone
from service.web.page import Counts, goto, page, remember
from service.web.parameters import (
    RowNumber,
    TheActor,
    TheAhead,
    TheDatabase,
    TheMetrics,
    known_parameters,
    whole_number,
)
from service.web.sentences import in_full
from service.web.words import when

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


class NoNumber(
    InputError,
    code="bad_number",
    message="The number of unseen animals is a number above 0, such as 3.",
): ...


@dataclass(frozen=True, slots=True)
class NewDoubted:
    """A new identity that the machine speaks against: the question, and what was typed."""

    question: str
    new: NewDecision


@router.get("/encounters", dependencies=[Depends(known_parameters)])
def encounter_page(request: Request, database: TheDatabase, filters: TheFilters) -> Response:
    """Encounters, by default those that wait."""
    with database.read() as connection:
        listed = encounter_list(connection, filters)
        values = {
            "nav": "encounters",
            "rows": listed.rows,
            "total": listed.total,
            "page": listed.page,
            "pages": listed.pages,
            "filters": filters,
            "states": STATES,
            "stations": stations.names(connection),
            "busy": Counts(connection).pending > 0,
            "page_url": filters.url,
            "asked": len(questions.search(connection)),
        }
        return page(request, "encounters/encounters.html", connection, **values)


@router.get("/encounters/{encounter_id}")
def compare(
    encounter_id: RowNumber,
    request: Request,
    comparer: TheComparer,
) -> Response:
    """An encounter and its candidates side by side."""
    return shown_encounter(request, comparer, encounter_id)


def shown_encounter(
    request: Request,
    comparer: Comparer,
    encounter_id: int,
    refused: str = "",
    status: int = 200,
    doubted: NewDoubted | None = None,
) -> Response:
    """The page of an encounter, also with why a form on it was refused.

    doubted: the new identity that was asked for, and what speaks against it.
    """
    database, engine = comparer.database, comparer.engine
    with database.read() as connection:
        detail = encounters.get(connection, encounter_id)
    if not detail.references:
        return _empty(request, database, detail, refused, status)
    answer, problem = comparer.candidates(encounter_id)
    look = looks.parse(request.query_params)
    still = answer is None and not problem
    beside = comparer.beside(detail, answer, look)
    view = comparing(detail, answer, look, beside, still=still)
    compared = beside is None or beside.says is not None
    waits = doubted is None and (still or not compared)  # a question stays as it is
    with database.read() as connection:
        following = encounters.next_waiting(connection, encounter_id)
        if following and answer:  # a person looks at it next
            comparer.candidates_soon(following.id)
        values = {
            **{name: getattr(view, name) for name in view.__slots__},
            "nav": "encounters",
            "exposures": _exposures(connection, detail),
            "busy": detail.summary.pending > 0 or waits,
            "waits": waits,
            "doubted": doubted,
            "still": still,
            "shape": _shape(request, connection, detail),
            "loaded": engine.loaded is not None,
            "problem": refused or problem,
            **_messages(request, connection, encounter_id),
            "tone": tone(look.brightness, look.contrast),
            "toned": (look.brightness, look.contrast) != (100, 100),
            "next_encounter": following.id if following else None,
            **_choices(connection, encounter_id),
            "reviewer": unquote(request.cookies.get("reviewer", "")),
        }
        response = page(request, "encounters/encounter.html", connection, **values)
    if status != 200:
        response.status_code = status
    return response


def _choices(connection: Connection, encounter_id: int) -> dict[str, object]:
    """Identities and cases that a person may choose for an encounter."""
    return {
        "next_name": identities.next_name(connection),
        "identities": identities.in_use(connection),
        "cases_in": cases.of_encounter(connection, encounter_id),
        "cases_open": cases.joinable(connection, encounter_id),
    }


def _shape(request: Request, connection: Connection, detail: EncounterDetail) -> ShapingView:
    done = whole_number(request.query_params.get("shaped", ""))
    return shaping_view(connection, detail.summary.id, detail.references, done)


def _empty(
    request: Request, database: Database, detail: EncounterDetail, refused: str, status: int
) -> Response:
    """An encounter whose photos were all withdrawn or moved: what was decided of it."""
    with database.read() as connection:
        values = {
            "nav": "encounters",
            "encounter": row(detail.summary),
            "problem": refused,
            "shape": _shape(request, connection, detail),
            "withdrawn": photos.withdrawn_from(connection, detail.summary.id),
            "history": tuple((d, decided(d.kind)) for d in reversed(detail.decisions)),
        }
        response = page(request, "encounters/empty.html", connection, **values)
    if status != 200:
        response.status_code = status
    return response


def _changed_since(connection: Connection, encounter_id: int) -> str:
    """A warning where photos were corrected after the decision that stands."""
    last = decisions.latest(connection, encounter_id)
    if last is None or last.kind == "withdrawn":
        return ""
    return changed_since(connection, encounter_id, last.decided_at)


def _exposures(connection: Connection, detail: EncounterDetail) -> list[ExposureView]:
    """Those of its photos that are copies, or damaged."""
    unusual = {
        reference.photo.id: reference.photo
        for reference in detail.references
        if reference.photo.copy_of or reference.photo.damage
    }
    return list(exposure_views(connection, unusual.values()).values())


def _messages(request: Request, connection: Connection, encounter_id: int) -> dict[str, str]:
    """What stands above the photos of an encounter, each "" where there is nothing to say."""
    return {
        "said": _said(request, connection, encounter_id),
        "alike": _alike(request, connection, encounter_id),
        "changed_since": _changed_since(connection, encounter_id),
    }


def _said(request: Request, connection: Connection, encounter_id: int) -> str:
    """The decision named in the address, if it is the latest of this encounter."""
    last = decisions.latest(connection, encounter_id)
    return said(last) if last and request.query_params.get("said") == str(last.id) else ""


def _alike(request: Request, connection: Connection, encounter_id: int) -> str:
    """A warning where the identity that was just named looks like another one."""
    last = decisions.latest(connection, encounter_id)
    if last is None or last.kind != "new" or request.query_params.get("said") != str(last.id):
        return ""
    return looks_alike(last, identities.alike(connection, last.identity_id or 0))


@router.post("/encounters/{encounter_id}/decisions")
def decide(
    encounter_id: RowNumber,
    request: Request,
    comparer: TheComparer,
    metrics: TheMetrics,
    actor: TheActor,
    new: DecisionForm,
    sure: Annotated[bool, Form()] = False,
) -> Response:
    """Record a decision and show the encounter again, with a message and the way back.

    sure: a new identity is recorded although the machine takes the encounter for a known animal.
    """
    answer = comparer.candidates(encounter_id)[0] if new.kind == "new" and not sure else None
    if answer and (doubt := against_new(answer)):
        question = NewDoubted(doubt, new)
        return shown_encounter(request, comparer, encounter_id, doubted=question)
    try:
        with comparer.database.write() as connection:
            decision = decisions.add(connection, encounter_id, new)
    except Conflict as error:
        return shown_encounter(request, comparer, encounter_id, in_full(error), 409)
    metrics.decisions.labels(decision.kind).inc()
    response = goto(f"/encounters/{encounter_id}?said={decision.id}")
    remember(response, new.reviewer, actor)
    return response


@router.get("/encounters/{encounter_id}/posterior")
def posterior_page(
    encounter_id: RowNumber,
    request: Request,
    database: TheDatabase,
    ahead: TheAhead,
    engine: TheEngine,
    unseen: str = "",
) -> Response:
    """Who an encounter may be, under a number of unseen animals that anybody may change."""
    with database.read() as connection:
        summary = encounters.summary(connection, encounter_id)
    assumed = _above_zero(unseen)
    answer, problem = awaited(
        ahead,
        engine,
        ("who", encounter_id, assumed),
        lambda wait: posterior(database, engine, encounter_id, assumed, wait=wait),
    )
    with database.read() as connection:
        values = {
            "nav": "encounters",
            "encounter_id": encounter_id,
            "heading": f"{title(summary)}, {when(summary.started_at)}",
            "found": answer,
            "lines": chances(answer) if answer else (),
            "problem": problem,
            "loaded": engine.loaded is not None,
            "busy": answer is None and not problem,
        }
        return page(request, "encounters/posterior.html", connection, **values)


def _above_zero(text: str) -> float | None:
    """A number of animals; nothing where nothing was typed."""
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError as error:
        raise NoNumber() from error
    if not 0 < value <= 10_000:
        raise NoNumber()
    return value
