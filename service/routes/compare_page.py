"""The page of two encounters side by side. It decides nothing and changes nothing."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from reid.errors import InputError
from service.deps import Service
from service.routes.pages import page
from service.store import encounters
from service.views.lists import title
from service.views.look import parse_pair
from service.views.pair import pair_view
from service.views.words import when

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
CHOICES = 500

Number = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


class SameEncounter(InputError):
    """An encounter is not compared with itself: choose two different ones."""

    code = "same_encounter"


@router.get("/compare")
def compare(request: Request, parts: Service, one: Number = None, other: Number = None) -> Response:
    """Two encounters, or the choice of them."""
    if one is not None and one == other:
        raise SameEncounter(SameEncounter.__doc__ or "")
    pair = None
    if one and other:
        look = parse_pair(request.query_params, keep=(("one", str(one)), ("other", str(other))))
        pair = pair_view(parts, one, other, look, blind=False)
    with parts.database.read() as connection:
        values = {
            "pair": pair,
            "chosen": one or other,
            "choices": _choices(connection, one or other),
        }
        return page(request, parts, "compare.html", connection, nav="encounters", **values)


def _choices(connection: Connection, chosen: int | None) -> list[tuple[int, str]]:
    """The newest encounters, and the one that was chosen already first."""
    first = [encounters.summary(connection, chosen)] if chosen else []
    rest = [one for one in encounters.search(connection, limit=CHOICES) if one.id != chosen]
    return [(one.id, f"{title(one)}, {when(one.started_at)}") for one in first + rest]
