"""Pages of the catalogue and of one identity, and what a curator does there."""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from reid.errors import Conflict
from service.catalogue import changes
from service.catalogue.changes import Asked, Description
from service.identities.beside import beside
from service.identities.catalogue_view import SEXES, SIDES, SORTS, STAGES, catalogue_list, filters
from service.identities.identity_view import identity_view
from service.identities.timeline import change_words
from service.store import history, identities, progress, references
from service.store.database import Database
from service.store.history import Change
from service.store.identities import LifeStage, Sex
from service.store.references import MarkState
from service.web.page import goto, page, remember
from service.web.parameters import RowNumber, TheActor, TheDatabase, actor_of
from service.web.sentences import in_full
from service.web.wire import Line

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Text = Annotated[str, Form(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
Long = Annotated[str, Form(max_length=5000)]
Seen = Annotated[int | None, Form(ge=0, le=2**31 - 1)]
Chosen = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
Act = Callable[[Connection], Change]


def asked_form(actor: TheActor, reviewer: Text = "", reason: Long = "", seen: Seen = None) -> Asked:
    """Who does it and why, from the fields that every form of a change has."""
    return Asked(actor.signs(reviewer), plain(reason), seen=seen)


AskedForm = Annotated[Asked, Depends(asked_form)]


def plain(text: str) -> str:
    """Without what a database does not take."""
    return text.replace("\x00", "").strip()


@router.get("/catalogue")
def catalogue(request: Request, database: TheDatabase) -> Response:
    """A contact sheet of the identities by flank."""
    wanted = filters(request.query_params)
    with database.read() as connection:
        values = {
            "nav": "catalogue",
            "list": catalogue_list(connection, wanted),
            "filters": wanted,
            "stations": progress.stations(connection),
            "choices": {"sort": SORTS, "flank": SIDES, "sex": SEXES, "stage": STAGES},
        }
        return page(request, "identities/catalogue.html", connection, **values)


@router.get("/identities/{identity_id}")
def identity(identity_id: RowNumber, request: Request, database: TheDatabase) -> Response:
    """One identity with its photos, encounters and history."""
    return shown(request, database, identity_id)


def shown(
    request: Request, database: Database, identity_id: int, refused: str = "", status: int = 200
) -> Response:
    """The page of an identity, with what was refused where something was."""
    whole = request.query_params.get("photos") == "all"
    with database.read() as connection:
        view = identity_view(connection, identity_id, whole=whole)
        values = {name: getattr(view, name) for name in view.__slots__}
        values |= {
            "nav": "catalogue",
            "problem": refused,
            "said": said(connection, request.query_params.get("said", ""), identity_id),
            "sexes": SEXES,
            "stages": STAGES,
            "others": [one for one in identities.in_use(connection) if one[0] != identity_id],
            "reviewer": unquote(request.cookies.get("reviewer", "")),
        }
        response = page(request, "identities/identity.html", connection, **values)
    response.status_code = status
    return response


def said(connection: Connection, number: str, here: int) -> dict[str, object] | None:
    """A change named in the address, for the message that it is done, and its undo."""
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return None
    entries = [one for one in history.of_identity(connection, here) if one.id == int(number)]
    if not entries:
        return None
    words = change_words(entries[0], identities.names(connection), here)
    return {"words": words, "change": entries[0].id, "undone": entries[0].undone}


def done(
    request: Request, database: Database, identity_id: int, asked: Asked, act: Act
) -> Response:
    """Carry a change out and show the identity with a message, or with why it was refused."""
    try:
        with database.write() as connection:
            made = act(connection)
    except Conflict as error:
        return shown(request, database, identity_id, in_full(error), 409)
    response = goto(f"/identities/{identity_id}?said={made.id}")
    remember(response, asked.reviewer, actor_of(request))
    return response


@router.post("/identities/{identity_id}/rename")
def rename(
    identity_id: RowNumber,
    request: Request,
    database: TheDatabase,
    name: Annotated[Line, Form()],
    asked: AskedForm,
) -> Response:
    """Another name."""
    return done(
        request, database, identity_id, asked, lambda c: changes.rename(c, identity_id, name, asked)
    )


@router.post("/identities/{identity_id}/describe")
def describe(
    identity_id: RowNumber,
    request: Request,
    database: TheDatabase,
    asked: AskedForm,
    sex: Annotated[Sex, Form()],
    life_stage: Annotated[LifeStage, Form()],
    note: Long = "",
) -> Response:
    """Sex, life stage and note."""
    facts = Description(sex, life_stage, plain(note))
    return done(
        request,
        database,
        identity_id,
        asked,
        lambda c: changes.describe(c, identity_id, facts, asked),
    )


@router.post("/changes/{change_id}/undo")
def undo(
    change_id: RowNumber, request: Request, database: TheDatabase, asked: AskedForm
) -> Response:
    """Put back what stood before a change."""
    with database.read() as connection:
        number = history.get(connection, change_id).identity_id
    return done(request, database, number, asked, lambda c: changes.undo(c, change_id, asked))


@router.post("/identities/{identity_id}/references/{annotation_id}")
def mark(
    identity_id: RowNumber,
    annotation_id: RowNumber,
    request: Request,
    database: TheDatabase,
    state: Annotated[MarkState, Form()],
    asked: AskedForm,
    after: Seen = None,
) -> Response:
    """Approve or refuse a photo as a reference, or take that back."""
    try:
        with database.write() as connection:
            references.mark(
                connection, annotation_id, state, asked.reviewer, asked.reason, after=after
            )
    except Conflict as error:
        return shown(request, database, identity_id, in_full(error), 409)
    response = goto(f"/identities/{identity_id}#photo-{annotation_id}")
    remember(response, asked.reviewer, actor_of(request))
    return response


@router.get("/compare-with")
def compare_with(
    request: Request,
    database: TheDatabase,
    encounter: Chosen = None,
    identity: Chosen = None,
    other: Annotated[str, Query(max_length=100)] = "",
    flank: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Choose what an encounter or an identity stands beside; chosen, go there."""
    subject = {"encounter": encounter} if encounter else {"identity": identity} if identity else {}
    with database.read() as connection:
        known = identities.in_use(connection)
        chosen = next((n for n, name in known if other in {name, str(n)}), None)
        start = {name: number for name, number in subject.items() if number}
        found = None
        if start and chosen:
            found = beside(connection, start, {"identity": chosen}, flank)
        if found and found.one and found.other and found.one != found.other:
            return goto(found.address)
        values = {
            "nav": "catalogue",
            "subject": start,
            "names": [one for one in known if one[0] != identity],
            "other": other,
            "flank": flank,
            "found": found,
            "called": identities.name_of(connection, identity) if identity else "",
        }
        return page(request, "identities/compare_with.html", connection, **values)
