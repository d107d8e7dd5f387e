"""Pages of cases, and of who an encounter may be. Plain forms: POST, redirect, GET."""

from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from reid.identify.prior import STATED_LEAST, STATED_MOST
from service.cases.report import TheCasework
from service.cases.view import RATINGS, case_view, member_views
from service.encounters.list_view import title
from service.recognition.awaited import awaited
from service.recognition.engine import TheEngine
from service.store import cases, encounters
from service.store.cases import LARGEST, Case, CaseUpdate
from service.store.database import Database
from service.store.people import Actor
from service.web.page import goto, page, remember
from service.web.parameters import Remark, RowNumber, Text, TheActor, TheAhead, TheDatabase, plain
from service.web.places import ToldPlaces
from service.web.wire import Line
from service.web.words import when

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
CHOICES = 500

Together = Annotated[float, Form(ge=STATED_LEAST, le=STATED_MOST, allow_inf_nan=False)]
Number = Annotated[int, Form(ge=1, le=2**31 - 1)]
Numbers = Annotated[list[Number], Form(max_length=LARGEST)]


@router.get("/cases")
def case_list(request: Request, database: TheDatabase) -> Response:
    """All cases, and a form for a new one."""
    with database.read() as connection:
        rows = cases.every(connection)
        return page(request, "cases/cases.html", connection, nav="cases", rows=rows)


@router.post("/cases")
def add_case(
    database: TheDatabase,
    name: Annotated[Line, Form()],
    note: Remark = "",
    together: Together = 0.5,
) -> Response:
    """Open a case and go to it."""
    with database.write() as connection:
        case = cases.add(connection, name, plain(note), together)
    return goto(f"/cases/{case.id}")


@router.get("/cases/{case_id}")
def case_page(
    case_id: RowNumber,
    request: Request,
    database: TheDatabase,
    ahead: TheAhead,
    engine: TheEngine,
    casework: TheCasework,
    telling: ToldPlaces,
) -> Response:
    """What the photos and the map say about a case."""
    with database.read() as connection:
        case = cases.get(connection, case_id)
    report, problem = awaited(
        ahead,
        engine,
        ("report", case_id, telling),
        lambda wait: casework.report(case_id, telling, wait=wait),
    )
    with database.read() as connection:
        members = [(encounters.summary(connection, number), None) for number in case.encounters]
        pending = sum(number.pending for number, _ in members)
        values = {
            "nav": "cases",
            "case": case,
            "telling": telling,
            "open": case.closed_at is None,
            "members": member_views(members, telling),
            "view": case_view(report) if report else None,
            "problem": problem,
            "pending": pending,
            "loaded": engine.loaded is not None,
            "busy": pending > 0 or (report is None and not problem),
            "ratings": RATINGS,
            "choices": _choices(connection, case),
            "reviewer": unquote(request.cookies.get("reviewer", "")),
        }
        return page(request, "cases/case.html", connection, **values)


@router.post("/cases/{case_id}/edit")
def edit_case(
    case_id: RowNumber,
    database: TheDatabase,
    together: Together,
    note: Remark = "",
    movement_prior: Annotated[bool, Form()] = False,
) -> Response:
    """Another prior or note."""
    changes = CaseUpdate(note=plain(note), together=together, movement_prior=movement_prior)
    with database.write() as connection:
        cases.edit(connection, case_id, changes)
    return goto(f"/cases/{case_id}")


@router.post("/cases/{case_id}/closed")
def close_case(
    case_id: RowNumber, database: TheDatabase, closed: Annotated[bool, Form()]
) -> Response:
    """Close it, or open it again."""
    with database.write() as connection:
        cases.edit(connection, case_id, CaseUpdate(closed=closed))
    return goto(f"/cases/{case_id}")


@router.post("/cases/{case_id}/encounters")
def put_encounters(
    case_id: RowNumber,
    database: TheDatabase,
    actor: TheActor,
    encounter: Numbers,
    reviewer: Text = "",
) -> Response:
    """Put encounters in."""
    return _put(database, case_id, encounter, actor, reviewer)


@router.post("/cases/{case_id}/encounters/{encounter_id}/remove")
def take_encounter(
    case_id: RowNumber,
    encounter_id: RowNumber,
    database: TheDatabase,
    actor: TheActor,
    reviewer: Text = "",
) -> Response:
    """Take an encounter out."""
    with database.write() as connection:
        cases.take(connection, case_id, encounter_id, actor.signs(reviewer))
    return goto(f"/cases/{case_id}")


@router.post("/encounters/{encounter_id}/case")
def put_into_case(
    encounter_id: RowNumber,
    database: TheDatabase,
    actor: TheActor,
    case: Number,
    beside: Annotated[Number | None, Form()] = None,
    reviewer: Text = "",
) -> Response:
    """Put this encounter into a case, and the one beside it, and go to the case."""
    ids = [encounter_id] if beside is None else [encounter_id, beside]
    return _put(database, case, ids, actor, reviewer)


def _put(database: Database, case_id: int, ids: list[int], actor: Actor, reviewer: str) -> Response:
    name = actor.signs(reviewer)
    with database.write() as connection:
        cases.put(connection, case_id, ids, name)
    response = goto(f"/cases/{case_id}")
    remember(response, name, actor)
    return response


def _choices(connection: Connection, case: Case) -> list[tuple[int, str]]:
    """The newest encounters that are not in the case yet."""
    newest = encounters.search(connection, limit=CHOICES)
    return [
        (summary.id, f"{title(summary)}, {when(summary.started_at)}")
        for summary in newest
        if summary.id not in case.encounters
    ]
