"""Pages of the catalogue and of one identity, and what a curator does there."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from reid.errors import Conflict
from service.catalogue import changes
from service.catalogue.changes import Description
from service.identities import catalogue_view
from service.identities.catalogue_view import CatalogueFilters, catalogue_filters, catalogue_list
from service.identities.grounds_form import NewestSeen, TheChange
from service.identities.identity_view import identity_values, side_by_side
from service.identities.timeline import change_words
from service.store import history, identities, references, stations
from service.store.identities import LifeStage, Sex
from service.store.references import MarkState
from service.web.page import goto, page, refuse
from service.web.parameters import (
    Remark,
    RowNumber,
    TheDatabase,
    known_parameters,
    whole_number,
)
from service.web.places import told_places
from service.web.sentences import in_full
from service.web.wire import Line

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Chosen = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
CHOICES = {
    "sort": catalogue_view.SORTS,
    "flank": catalogue_view.SIDES,
    "sex": catalogue_view.SEXES,
    "stage": catalogue_view.STAGES,
}


@router.get("/catalogue", dependencies=[Depends(known_parameters)])
def catalogue(
    request: Request,
    database: TheDatabase,
    filters: Annotated[CatalogueFilters, Depends(catalogue_filters)],
) -> Response:
    """A contact sheet of the identities by flank."""
    with database.read() as connection:
        values = catalogue_list(connection, filters)
        values |= {"nav": "catalogue", "filters": filters, "choices": CHOICES}
        values["stations"] = stations.names(connection)
        return page(request, "identities/catalogue.html", connection, **values)


@router.get("/identities/{identity_id}")
def identity(identity_id: RowNumber, request: Request, database: TheDatabase) -> Response:
    """One identity with its photos, encounters and history."""
    query = request.query_params
    with database.read() as connection:
        values = identity_values(
            connection,
            identity_id,
            told_places(request),
            whole=query.get("photos") == "all",
        )
        values |= {
            "nav": "catalogue",
            "message": _message(connection, whole_number(query.get("said", "")), identity_id),
            "sexes": catalogue_view.SEXES,
            "stages": catalogue_view.STAGES,
        }
        return page(request, "identities/identity.html", connection, **values)


def _message(connection: Connection, number: int | None, here: int) -> dict[str, object] | None:
    """A change named in the address, for the message that it is done, and its undo."""
    for entry in history.of_identity(connection, here) if number else ():
        if entry.id == number:
            words = change_words(entry, identities.names(connection), here)
            return {"words": words, "change": entry.id, "undone": entry.undone}
    return None


@router.post("/identities/{identity_id}/rename")
def rename(identity_id: RowNumber, change: TheChange, name: Annotated[Line, Form()]) -> Response:
    """Another name."""
    return change.carry_out(
        identity_id,
        lambda connection: changes.rename(connection, identity_id, name, change.grounds),
        lambda: identity(identity_id, change.request, change.database),
    )


@router.post("/identities/{identity_id}/describe")
def describe(
    identity_id: RowNumber,
    change: TheChange,
    sex: Annotated[Sex, Form()],
    life_stage: Annotated[LifeStage, Form()],
    note: Remark = "",
) -> Response:
    """Sex, life stage and note."""
    facts = Description(sex, life_stage, note)
    return change.carry_out(
        identity_id,
        lambda connection: changes.describe(connection, identity_id, facts, change.grounds),
        lambda: identity(identity_id, change.request, change.database),
    )


@router.post("/changes/{change_id}/undo")
def undo(change_id: RowNumber, change: TheChange) -> Response:
    """Put back what stood before a change."""
    with change.database.read() as connection:
        number = history.get(connection, change_id).identity_id
    return change.carry_out(
        number,
        lambda connection: changes.undo(connection, change_id, change.grounds),
        lambda: identity(number, change.request, change.database),
    )


@router.post("/identities/{identity_id}/references/{annotation_id}")
def mark(
    identity_id: RowNumber,
    annotation_id: RowNumber,
    change: TheChange,
    state: Annotated[MarkState, Form()],
    after: NewestSeen = None,
) -> Response:
    """Approve or refuse a photo as a reference, or take that back."""
    reviewer, reason = change.grounds.reviewer, change.grounds.reason
    try:
        with change.database.write() as connection:
            references.mark(connection, annotation_id, state, reviewer, reason, after=after)
    except Conflict as error:
        refuse(change.request, in_full(error))
        return identity(identity_id, change.request, change.database)
    return change.goto(f"/identities/{identity_id}#photo-{annotation_id}")


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
        if start and chosen:
            first, second = side_by_side(connection, start, {"identity": chosen}, flank)
            if first and second and first != second:
                return goto(f"/compare?one={first}&other={second}")
        values = {
            "nav": "catalogue",
            "subject": start,
            "names": identities.others_in_use(connection, identity),
            "other": other,
            "flank": flank,
            "apart": bool(start and chosen),
            "called": identities.name_of(connection, identity) if identity else "",
        }
        return page(request, "identities/compare_with.html", connection, **values)
