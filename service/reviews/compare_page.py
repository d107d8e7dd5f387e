"""The page of two encounters side by side, and what can be done about them from there.

A pair that is up for blind review is blind here too, see `reviewing.closed_to`.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from reid.errors import InputError
from service.encounters.list_view import title
from service.reviews import reviewing
from service.reviews.view import PairViews, ThePairViews
from service.store import cases, encounters
from service.store.pairs import Couple
from service.store.people import Actor, Role
from service.viewer.look import parse_pair
from service.web.page import page
from service.web.parameters import TheActor
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
    pairs: ThePairViews,
    actor: TheActor,
    one: EncounterNumber = None,
    other: EncounterNumber = None,
) -> Response:
    """Two encounters, or the choice of them."""
    if one is not None and one == other:
        raise SameEncounter()
    values: dict[str, object] = {"pair": None, "may_act": False, "acts": (), "cases_open": ()}
    if one and other:
        values = _beside(request, pairs, actor, (one, other))
    with pairs.database.read() as connection:
        if one and other and values["may_act"]:
            values["acts"] = _acts(connection, (one, other))
            values["cases_open"] = cases.joinable(connection, one, other)
        values |= {"chosen": one or other, "choices": _choices(connection, one or other)}
        return page(request, "reviews/compare.html", connection, nav="encounters", **values)


def _beside(request: Request, pairs: PairViews, actor: Actor, couple: Couple) -> dict[str, object]:
    """What the page shows of both encounters; blind where an answer is due, unless opened."""
    with pairs.database.read() as connection:
        review = reviewing.closed_to(connection, couple, actor)
    may_open = review is not None and actor.role.may(Role.CURATOR)
    opened = may_open and request.query_params.get("open") == "1"
    address = [("one", str(couple[0])), ("other", str(couple[1]))]
    keep = [*address, ("open", "1")] if opened else address
    look = parse_pair(request.query_params, keep=keep)
    return {
        "pair": pairs.view(couple, look, blind=review is not None and not opened),
        "review": review.pair.id if review else None,
        "may_act": review is None and actor.role.may(Role.OBSERVER),
        "acts": (),
        "cases_open": (),
        "may_answer": actor.role.may(Role.OBSERVER),
        "opened": opened,
        "opens": replace(look, keep=(*look.keep, ("open", "1"))).url() if may_open else "",
    }


@dataclass(frozen=True, slots=True)
class PairDecision:
    """A decision that the page offers: an encounter without an identity is that of the other."""

    encounter: int
    identity_id: int
    name: str
    after: int


def _acts(connection: Connection, couple: Couple) -> tuple[PairDecision, ...]:
    """Of a pair of which one encounter has an identity and the other none."""
    both = [encounters.summary(connection, number) for number in couple]
    return tuple(
        PairDecision(one.id, other.identity_id, other.identity, one.decision_id)
        for one, other in (both, both[::-1])
        if one.identity_id is None and other.identity_id and other.identity
    )


def _choices(connection: Connection, chosen: int | None) -> list[tuple[int, str]]:
    """The newest encounters, and the one that was chosen already first."""
    first = [encounters.summary(connection, chosen)] if chosen else []
    newest = encounters.search(connection, limit=CHOICES)
    choices = first + [encounter for encounter in newest if encounter.id != chosen]
    return [(choice.id, f"{title(choice)}, {when(choice.started_at)}") for choice in choices]
