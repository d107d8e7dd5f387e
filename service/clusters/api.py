"""Clusters of encounters, and the pairs that are most worth a decision."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.catalogue import disclosed
from service.clusters import wire
from service.clusters.pairing import ThePairing
from service.store.clusterings import KeptClusters
from service.web.errors import documented
from service.web.parameters import Limit, Offset, TheActor, TheDatabase

router = APIRouter(tags=["clusters"], responses=documented(400, 403, 404, 409, 422))


@router.get("/clusters")
def list_clusters(
    database: TheDatabase, pairing: ThePairing, limit: Limit = 100, offset: Offset = 0
) -> wire.ClustersOut:
    """All encounters sorted into animals, the largest clusters first."""
    with database.read() as connection:
        newest, current = pairing.state(connection)
        hidden = disclosed.hidden(connection)
    content = newest.content if newest else None
    clusters = content.clusters if content else ()
    shown = [cluster.veiled(hidden) for cluster in clusters[offset : offset + limit]]
    return wire.ClustersOut(
        made=_made(newest, current=current),
        encounters=content.encounters if content else 0,
        animals=content.animals if content else 0,
        least=content.least if content else 0,
        most=content.most if content else 0,
        left_only=content.left_only if content else 0,
        right_only=content.right_only if content else 0,
        unplaced=content.unplaced if content else 0,
        waiting=content.waiting if content else 0,
        conflicts=list(content.conflicts) if content else [],
        total=len(clusters),
        clusters=[wire.ClusterOut.model_validate(cluster) for cluster in shown],
    )


@router.get("/suggestions")
def list_suggestions(
    database: TheDatabase, pairing: ThePairing, limit: Annotated[int, Query(ge=1, le=200)] = 20
) -> wire.SuggestionsOut:
    """Pairs whose answer changes the number of animals most; none that was decided or put up."""
    with database.read() as connection:
        newest, current = pairing.state(connection)
        pairs = pairing.worth(connection, limit=limit)
    suggestions = [wire.SuggestionOut.model_validate(pair) for pair in pairs]
    return wire.SuggestionsOut(made=_made(newest, current=current), suggestions=suggestions)


@router.post("/suggestions/reviews", status_code=201)
def put_up(
    choice: wire.PutUpIn, database: TheDatabase, pairing: ThePairing, actor: TheActor
) -> wire.PutUpOut:
    """Put pairs up for blind review by two observers; those put up before stay as they are."""
    with database.write() as connection:
        best = [pair.couple for pair in pairing.worth(connection, limit=choice.best or 1)]
        couples = choice.pairs or (best if choice.best else [])
        new = pairing.put_up(connection, couples, actor.signs(choice.reviewer))
    return wire.PutUpOut(asked=len(couples), new=new)


def _made(newest: KeptClusters | None, *, current: bool) -> wire.Made | None:
    """When and from what the clusters were made."""
    if newest is None:
        return None
    return wire.Made(
        made_at=newest.made_at,
        current=current,
        model=newest.content.model,
        calibrator=newest.content.calibrator,
        prior=newest.content.prior,
    )
