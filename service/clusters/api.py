"""Clusters of encounters, and the pairs that are most worth a decision."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.clusters.view import clusters_out, suggestions_out
from service.clusters.wire import ClustersOut, PutUpIn, PutUpOut, SuggestionsOut
from service.parts import Service
from service.web.errors import documented
from service.web.parameters import Limit, Offset, Who

router = APIRouter(tags=["clusters"], responses=documented(400, 403, 404, 409, 422))


@router.get("/clusters")
def list_clusters(parts: Service, limit: Limit = 100, offset: Offset = 0) -> ClustersOut:
    """All encounters sorted into animals, the largest clusters first."""
    with parts.database.read() as connection:
        return clusters_out(parts, connection, limit, offset)


@router.get("/suggestions")
def list_suggestions(
    parts: Service, limit: Annotated[int, Query(ge=1, le=200)] = 20
) -> SuggestionsOut:
    """Pairs whose answer changes the number of animals most; none that was decided or put up."""
    with parts.database.read() as connection:
        return suggestions_out(parts, connection, limit)


@router.post("/suggestions/reviews", status_code=201)
def put_up(wanted: PutUpIn, parts: Service, who: Who) -> PutUpOut:
    """Put pairs up for blind review by two observers; those put up before stay as they are."""
    with parts.database.write() as connection:
        best = [one.couple for one in parts.pairing.worth(connection, limit=wanted.best or 1)]
        couples = wanted.pairs or (best if wanted.best else [])
        new = parts.pairing.put_up(connection, couples, who.signs(wanted.reviewer))
    return PutUpOut(asked=len(couples), new=new)
