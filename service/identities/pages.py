"""Pages of the catalogue and of one identity, and what a curator does there."""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from reid.errors import Conflict
from service.catalogue import changes
from service.catalogue.changes import Description, Grounds
from service.identities.catalogue_view import (
    SEXES,
    SIDES,
    SORTS,
    STAGES,
    catalogue_filters,
    catalogue_list,
)
from service.identities.grounds_form import FormGrounds, NewestSeen, signed_goto
from service.identities.identity_view import identity_view
from service.identities.side_by_side import side_by_side
from service.identities.timeline import change_words
from service.store import history, identities, progress, references
from service.store.database import Database
from service.store.history import IdentityChange
from service.store.identities import LifeStage, Sex
from service.store.references import MarkState
from service.web.page import goto, page
from service.web.parameters import Remark, RowNumber, TheDatabase, plain
from service.web.sentences import in_full
from service.web.wire import Line

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Chosen = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
Act = Callable[[Connection], IdentityChange]


@router.get("/catalogue")
def catalogue(request: Request, database: TheDatabase) -> Response:
    """A contact sheet of the identities by flank."""
    filters = catalogue_filters(request.query_params)
    with database.read() as connection:
        values = {
            "nav": "catalogue",
            "list": catalogue_list(connection, filters),
            "filters": filters,
            "stations": progress.stations(connection),
            "choices": {"sort": SORTS, "flank": SIDES, "sex": SEXES, "stage": STAGES},
        }
        return page(request, "identities/catalogue.html", connection, **values)


@router.get("/identities/{identity_id}")
def identity(identity_id: RowNumber, request: Request, database: TheDatabase) -> Response:
    """One identity with its photos, encounters and history."""
    return identity_response(request, database, identity_id)


def identity_response(
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
            "message": change_message(
                connection, request.query_params.get("said", ""), identity_id
            ),
            "sexes": SEXES,
            "stages": STAGES,
            "others": identities.others_in_use(connection, identity_id),
            "reviewer": unquote(request.cookies.get("reviewer", "")),
        }
        response = page(request, "identities/identity.html", connection, **values)
    response.status_code = status
    return response


def change_message(connection: Connection, number: str, here: int) -> dict[str, object] | None:
    """A change named in the address, for the message that it is done, and its undo."""
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return None
    entries = [entry for entry in history.of_identity(connection, here) if entry.id == int(number)]
    if not entries:
        return None
    words = change_words(entries[0], identities.names(connection), here)
    return {"words": words, "change": entries[0].id, "undone": entries[0].undone}


def carry_out(
    request: Request, database: Database, identity_id: int, grounds: Grounds, act: Act
) -> Response:
    """Carry a change out and show the identity with a message, or with why it was refused."""
    try:
        with database.write() as connection:
            change = act(connection)
    except Conflict as error:
        return identity_response(request, database, identity_id, in_full(error), 409)
    return signed_goto(request, f"/identities/{identity_id}?said={change.id}", grounds)


@router.post("/identities/{identity_id}/rename")
def rename(
    identity_id: RowNumber,
    request: Request,
    database: TheDatabase,
    name: Annotated[Line, Form()],
    grounds: FormGrounds,
) -> Response:
    """Another name."""
    return carry_out(
        request,
        database,
        identity_id,
        grounds,
        lambda c: changes.rename(c, identity_id, name, grounds),
    )


@router.post("/identities/{identity_id}/describe")
def describe(
    identity_id: RowNumber,
    request: Request,
    database: TheDatabase,
    grounds: FormGrounds,
    sex: Annotated[Sex, Form()],
    life_stage: Annotated[LifeStage, Form()],
    note: Remark = "",
) -> Response:
    """Sex, life stage and note."""
    facts = Description(sex, life_stage, plain(note))
    return carry_out(
        request,
        database,
        identity_id,
        grounds,
        lambda c: changes.describe(c, identity_id, facts, grounds),
    )


@router.post("/changes/{change_id}/undo")
def undo(
    change_id: RowNumber, request: Request, database: TheDatabase, grounds: FormGrounds
) -> Response:
    """Put back what stood before a change."""
    with database.read() as connection:
        number = history.get(connection, change_id).identity_id
    return carry_out(
        request, database, number, grounds, lambda c: changes.undo(c, change_id, grounds)
    )


@router.post("/identities/{identity_id}/references/{annotation_id}")
def mark(
    identity_id: RowNumber,
    annotation_id: RowNumber,
    request: Request,
    database: TheDatabase,
    state: Annotated[MarkState, Form()],
    grounds: FormGrounds,
    after: NewestSeen = None,
) -> Response:
    """Approve or refuse a photo as a reference, or take that back."""
    try:
        with database.write() as connection:
            references.mark(
                connection, annotation_id, state, grounds.reviewer, grounds.reason, after=after
            )
    except Conflict as error:
        return identity_response(request, database, identity_id, in_full(error), 409)
    return signed_goto(request, f"/identities/{identity_id}#photo-{annotation_id}", grounds)


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
        pair = None
        if start and chosen:
            pair = side_by_side(connection, start, {"identity": chosen}, flank)
        if pair and pair.encounter_id and pair.other_id and pair.encounter_id != pair.other_id:
            return goto(pair.address)
        values = {
            "nav": "catalogue",
            "subject": start,
            "names": identities.others_in_use(connection, identity),
            "other": other,
            "flank": flank,
            "pair": pair,
            "called": identities.name_of(connection, identity) if identity else "",
        }
        return page(request, "identities/compare_with.html", connection, **values)
