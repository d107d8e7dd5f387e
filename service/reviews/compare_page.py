"""The page of two encounters side by side. It decides nothing and changes nothing.

A pair that is up for blind review is blind here too, see `reviewing.closed_to`.
"""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from reid.errors import InputError
from service.encounters.list_view import title
from service.encounters.pair_evidence import PairEvidence, ThePairEvidence
from service.encounters.pair_view import pair_view
from service.recognition.engine import Engine, TheEngine
from service.reviews import reviewing
from service.store import encounters
from service.store.database import Database
from service.store.people import Actor, Role
from service.viewer.look import parse_pair
from service.viewer.overlay import Overlays, TheOverlays
from service.web.page import page
from service.web.parameters import TheActor, TheDatabase
from service.web.words import when

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
CHOICES = 500

EncounterNumber = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


class SameEncounter(
    InputError,
    code="same_encounter",
    message="An encounter is not compared with itself: choose two different ones.",
): ...


@router.get("/compare")
def compare(
    request: Request,
    database: TheDatabase,
    engine: TheEngine,
    pair_evidence: ThePairEvidence,
    overlays: TheOverlays,
    actor: TheActor,
    one: EncounterNumber = None,
    other: EncounterNumber = None,
) -> Response:
    """Two encounters, or the choice of them."""
    if one is not None and one == other:
        raise SameEncounter()
    values: dict[str, object] = {"pair": None}
    if one and other:
        values = _beside(request, database, engine, pair_evidence, overlays, actor, one, other)
    with database.read() as connection:
        values |= {"chosen": one or other, "choices": _choices(connection, one or other)}
        return page(request, "reviews/compare.html", connection, nav="encounters", **values)


def _beside(
    request: Request,
    database: Database,
    engine: Engine,
    pair_evidence: PairEvidence,
    overlays: Overlays,
    actor: Actor,
    first: int,
    second: int,
) -> dict[str, object]:
    """What the page shows of both encounters; blind where an answer is due, unless opened."""
    with database.read() as connection:
        review = reviewing.closed_to(connection, first, second, actor)
    may_open = review is not None and actor.role.may(Role.CURATOR)
    opened = may_open and request.query_params.get("open") == "1"
    keep = [("one", str(first)), ("other", str(second)), *([("open", "1")] if opened else [])]
    look = parse_pair(request.query_params, keep=keep)
    blind = review is not None and not opened
    return {
        "pair": pair_view(
            database, engine, pair_evidence, overlays, first, second, look, blind=blind
        ),
        "review": review.pair.id if review else None,
        "may_answer": actor.role.may(Role.OBSERVER),
        "opened": opened,
        "opens": replace(look, keep=(*look.keep, ("open", "1"))).url() if may_open else "",
    }


def _choices(connection: Connection, chosen: int | None) -> list[tuple[int, str]]:
    """The newest encounters, and the one that was chosen already first."""
    first = [encounters.summary(connection, chosen)] if chosen else []
    newest = encounters.search(connection, limit=CHOICES)
    choices = first + [encounter for encounter in newest if encounter.id != chosen]
    return [(choice.id, f"{title(choice)}, {when(choice.started_at)}") for choice in choices]
