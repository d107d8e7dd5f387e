"""Pages for browsers. They work without JavaScript: plain forms, POST, redirect, GET."""

from pathlib import Path
from typing import Annotated
from urllib.parse import quote, unquote, urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates
from jinja2 import StrictUndefined
from sqlalchemy import Connection

from reid.errors import Conflict, ReidError
from service import languages
from service.deps import Parts, PhotoId, RowNumber, Service, Who
from service.engine import Answer
from service.forms import Files, SaidForm, incoming
from service.kept import NotYet
from service.languages import gettext as _
from service.people import ANONYMOUS, Actor
from service.routes.decision_form import DecisionForm
from service.routes.photos import count_files
from service.schemas import Problem
from service.store import accounts, cases, decisions, encounters, identities, progress
from service.views import look as looks
from service.views import people
from service.views.advice import advice, trouble
from service.views.clusters import worth_views
from service.views.compare import comparing
from service.views.compare_words import said
from service.views.core_words import said_by_core
from service.views.drawing import tone
from service.views.lists import STATES, counts, encounter_list, filters, row
from service.views.records import photo_view, upload_view
from service.views.species import Species
from service.views.upload_texts import upload_texts
from service.views.words import FILTERS, KINDS, SIGNS, general, sentence

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
YEAR_S = 31_536_000
WORTH = 5  # pairs most worth a decision on the start page


def here(request: Request) -> str:
    """Where to come back to after another language is chosen: this page, with its query."""
    if request.method not in {"GET", "HEAD"}:
        return "/"
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


templates = Jinja2Templates(Path(__file__).parent.parent / "templates")
languages.install(templates.env)
templates.env.filters.update(FILTERS, browser=people.browser)
templates.env.globals.update(signs=SIGNS, kinds=KINDS, upload_texts=upload_texts, here=here)
templates.env.globals.update(role_words=people.role_words, role_says=people.role_says)
templates.env.undefined = StrictUndefined
templates.env.trim_blocks = templates.env.lstrip_blocks = True


def page(
    request: Request, parts: Parts, name: str, connection: Connection, /, **values: object
) -> Response:
    """A template with what every page needs."""
    facts = {"counts": counts(connection), "busy": False, "nav": "", **values}
    facts["actor"] = getattr(request.state, "actor", None)  # None: somebody who must log in
    facts["gap_minutes"] = general(parts.settings.encounter_gap_minutes)
    facts["species"] = Species(parts.settings.species)
    response = templates.TemplateResponse(request, name, facts)
    response.headers["cache-control"] = "no-cache"
    return response


@router.get("/")
def start(request: Request, parts: Service) -> Response:
    """What waits."""
    with parts.database.read() as connection:
        found = encounters.next_waiting(connection)
        values = {
            "next": row(found) if found else None,
            "stations": progress.stations(connection),
            "busy": counts(connection).pending > 0,
            "worth": worth_views(parts, connection, WORTH),
        }
        return page(request, parts, "start.html", connection, **values)


@router.get("/upload")
def upload_form(request: Request, parts: Service) -> Response:
    """Where photos come in."""
    with parts.database.read() as connection:
        values = {"nav": "upload", "stations": progress.stations(connection)}
        return page(request, parts, "upload.html", connection, **values)


@router.post("/upload")
def upload(parts: Service, files: Files, form: SaidForm) -> Response:
    """Keep the files and go to the report, which says also what was refused."""
    result = parts.intake.accept(incoming(files, parts.settings.max_files), form)
    count_files(parts, result)
    return goto(f"/uploads/{result.id}")


@router.get("/uploads/{upload_id}")
def upload_report(upload_id: RowNumber, request: Request, parts: Service) -> Response:
    """What became of each file."""
    with parts.database.read() as connection:
        found = upload_view(connection, upload_id)
        values = {"nav": "upload", "upload": found, "busy": found.pending > 0}
        return page(request, parts, "upload_report.html", connection, **values)


@router.get("/encounters")
def encounter_page(
    request: Request,
    parts: Service,
    state: str = "waiting",
    station: str = "",
    flank: str = "",
    page_number: Annotated[str, Query(alias="page")] = "1",
) -> Response:
    """Encounters, by default those that wait."""
    wanted = filters(state, station, flank, page_number)
    with parts.database.read() as connection:
        found = encounter_list(connection, wanted)
        chosen = {"state": wanted.state, "station": wanted.station, "flank": wanted.flank}
        values = {
            "nav": "encounters",
            "rows": found.rows,
            "total": found.total,
            "page": found.page,
            "pages": found.pages,
            "filters": wanted,
            "states": STATES,
            "stations": progress.stations(connection),
            "busy": counts(connection).pending > 0,
            "page_url": lambda number: "/encounters?" + urlencode({**chosen, "page": number}),
        }
        return page(request, parts, "encounters.html", connection, **values)


@router.get("/encounters/{encounter_id}")
def compare(encounter_id: RowNumber, request: Request, parts: Service) -> Response:
    """Query and candidates side by side."""
    return _compare(request, parts, encounter_id)


def _compare(
    request: Request, parts: Parts, encounter_id: int, refused: str = "", status: int = 200
) -> Response:
    with parts.database.read() as connection:
        detail = encounters.get(connection, encounter_id)
    answer, problem = _candidates(parts, encounter_id)
    look = looks.parse(request.query_params)
    still = answer is None and not problem
    view = comparing(detail, answer, look, still=still)
    with parts.database.read() as connection:
        following = encounters.next_waiting(connection, encounter_id)
        _look_ahead(parts, following.id if following and answer else None)
        values = {
            **{name: getattr(view, name) for name in view.__slots__},
            "nav": "encounters",
            "busy": detail.summary.pending > 0 or still,
            "still": still,
            "loaded": parts.engine.loaded is not None,
            "problem": refused or problem,
            "said": _said(request, connection, encounter_id),
            "tone": tone(look.brightness, look.contrast),
            "toned": (look.brightness, look.contrast) != (100, 100),
            "next_encounter": following.id if following else None,
            "next_name": identities.next_name(connection),
            "identities": identities.in_use(connection),
            "cases_in": cases.of_encounter(connection, encounter_id),
            "cases_open": cases.joinable(connection, encounter_id),
            "reviewer": unquote(request.cookies.get("reviewer", "")),
        }
        response = page(request, parts, "encounter.html", connection, **values)
    response.status_code = status
    return response


def _candidates(parts: Parts, encounter_id: int) -> tuple[Answer | None, str]:
    """The answer, or why there is none; neither while it is being found out."""
    if parts.engine.loaded is None:
        return None, parts.engine.failure or ""
    engine = parts.engine
    try:
        found = parts.ahead.answer(
            ("candidates", encounter_id),
            lambda: engine.candidates(encounter_id, wait=False),
            lambda: engine.candidates(encounter_id),
        )
    except NotYet:
        return None, ""
    except ReidError as error:
        return None, trouble(error)
    return found, ""


def _look_ahead(parts: Parts, encounter_id: int | None) -> None:
    """Find out who the encounter may be that a person looks at next."""
    if encounter_id is not None:
        number = encounter_id
        parts.ahead.soon(("candidates", number), lambda: parts.engine.candidates(number))


def _said(request: Request, connection: Connection, encounter_id: int) -> str:
    """The decision named in the address, if it is the latest of this encounter."""
    last = decisions.latest(connection, encounter_id)
    return said(last) if last and request.query_params.get("said") == str(last.id) else ""


@router.post("/encounters/{encounter_id}/decisions")
def decide(
    encounter_id: RowNumber, request: Request, parts: Service, who: Who, new: DecisionForm
) -> Response:
    """Record a decision and show the encounter again, with a message and the way back."""
    try:
        with parts.database.write() as connection:
            made = decisions.add(connection, encounter_id, new)
    except Conflict as error:
        return _compare(request, parts, encounter_id, f"{sentence(said_by_core(str(error)))}.", 409)
    parts.metrics.decisions.labels(made.kind).inc()
    response = goto(f"/encounters/{encounter_id}?said={made.id}")
    remember(response, new.reviewer, who)
    return response


@router.get("/photos/{photo_id}")
def photo(photo_id: PhotoId, request: Request, parts: Service) -> Response:
    """One photo with the animals in it."""
    with parts.database.read() as connection:
        found = photo_view(connection, photo_id)
        values = {name: getattr(found, name) for name in found.__slots__}
        return page(request, parts, "photo.html", connection, **values)


def error_page(request: Request, error: Problem) -> Response:
    """A problem for a person. It asks nothing of the database, which may be what failed."""
    titles = {
        403: _("Not allowed"),
        404: _("Not found"),
        409: _("Somebody was faster"),
        422: _("This could not be used"),
        500: _("Internal Server Error"),
        503: _("Service Unavailable"),
    }
    facts = {
        "counts": None,
        "actor": getattr(request.state, "actor", None),
        "busy": False,
        "nav": "",
        "status": error.status,
        "title": titles.get(error.status, error.title),
        "detail": f"{sentence(said_by_core(error.detail))}.",
        "advice": advice(error.code),
        "code": error.code,
    }
    return templates.TemplateResponse(request, "error.html", facts, status_code=error.status)


@router.post("/language")
def choose_language(
    request: Request,
    parts: Service,
    code: Annotated[str, Form(max_length=10)],
    back: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """Show the pages in this language from now on, on this browser and to this account."""
    response = goto(local(back))
    if code in languages.LANGUAGES:
        response.set_cookie(languages.COOKIE, code, max_age=YEAR_S, samesite="strict")
        speak(request, parts, code)
    return response


def speak(request: Request, parts: Parts, code: str | None) -> None:
    """Keep the language with the account, if somebody is logged in; None: as the browser asks."""
    actor = getattr(request.state, "actor", None)
    if isinstance(actor, Actor) and actor.session is not None and actor.account_id is not None:
        with parts.database.write() as connection:
            accounts.speak(connection, actor.account_id, code)


def local(address: str) -> str:
    """The address if it is one of this service, else the start page."""
    elsewhere = not address.startswith("/") or address[1:2] in {"/", "\\"}
    return "/" if elsewhere or any(ord(one) < 32 for one in address) else address


def goto(address: str) -> RedirectResponse:
    """Show this page next."""
    return RedirectResponse(address, status_code=303)


def remember(response: Response, reviewer: str, who: Actor) -> None:
    """The reviewer's name for the next decision, on this browser only, where nobody logs in."""
    if who.single and reviewer != ANONYMOUS:
        response.set_cookie(
            "reviewer", quote(reviewer), max_age=YEAR_S, httponly=True, samesite="strict"
        )
