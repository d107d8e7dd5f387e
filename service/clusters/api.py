"""Clusters of encounters, and the pairs that are most worth a decision."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.catalogue import disclosed
from service.clusters.pairing import ThePairing
from service.clusters.to_wire import clusters_out, suggestions_out
from service.clusters.wire import ClustersOut, PutUpIn, PutUpOut, SuggestionsOut
from service.web.errors import documented
from service.web.parameters import Limit, Offset, TheActor, TheDatabase

router = APIRouter(tags=["clusters"], responses=documented(400, 403, 404, 409, 422))


@router.get("/clusters")
def list_clusters(
    database: TheDatabase, pairing: ThePairing, limit: Limit = 100, offset: Offset = 0
) -> ClustersOut:
    """All encounters sorted into animals, the largest clusters first."""
    with database.read() as connection:
        newest, current = pairing.state(connection)
        hidden = disclosed.hidden(connection)
        return clusters_out(newest, hidden, limit, offset, current=current)


@router.get("/suggestions")
def list_suggestions(
    database: TheDatabase, pairing: ThePairing, limit: Annotated[int, Query(ge=1, le=200)] = 20
) -> SuggestionsOut:
    """Pairs whose answer changes the number of animals most; none that was decided or put up."""
    with database.read() as connection:
        newest, current = pairing.state(connection)
        pairs = pairing.worth(connection, limit=limit)
        return suggestions_out(newest, pairs, current=current)


@router.post("/suggestions/reviews", status_code=201)
def put_up(
    choice: PutUpIn, database: TheDatabase, pairing: ThePairing, actor: TheActor
) -> PutUpOut:
    """Put pairs up for blind review by two observers; those put up before stay as they are."""
    with database.write() as connection:
        best = [pair.couple for pair in pairing.worth(connection, limit=choice.best or 1)]
        couples = choice.pairs or (best if choice.best else [])
        new = pairing.put_up(connection, couples, actor.signs(choice.reviewer))
    return PutUpOut(asked=len(couples), new=new)
