"""Clusters and the pairs most worth a decision as wire models."""

from collections.abc import Collection, Sequence

from service.clusters.wire import ClusterOut, ClustersOut, Made, SuggestionOut, SuggestionsOut
from service.store.clusterings import KeptClusters, Worth
from service.store.pairs import Couple


def clusters_out(
    newest: KeptClusters | None,
    hidden: Collection[Couple],
    limit: int,
    offset: int,
    *,
    current: bool,
) -> ClustersOut:
    """Clusters, the largest first. hidden: pairs that are being reviewed blind."""
    content = newest.content if newest else None
    clusters = content.clusters if content else ()
    shown = [cluster.veiled(hidden) for cluster in clusters[offset : offset + limit]]
    return ClustersOut(
        made=made_out(newest, current=current),
        encounters=content.encounters if content else 0,
        animals=content.animals if content else 0,
        unplaced=content.unplaced if content else 0,
        waiting=content.waiting if content else 0,
        conflicts=list(content.conflicts) if content else [],
        total=len(clusters),
        clusters=[ClusterOut.model_validate(cluster) for cluster in shown],
    )


def suggestions_out(
    newest: KeptClusters | None, pairs: Sequence[Worth], *, current: bool
) -> SuggestionsOut:
    """Pairs that are worth a look."""
    return SuggestionsOut(
        made=made_out(newest, current=current),
        suggestions=[SuggestionOut.model_validate(pair) for pair in pairs],
    )


def made_out(newest: KeptClusters | None, *, current: bool) -> Made | None:
    """When and from what the clusters were made."""
    if newest is None:
        return None
    return Made(
        made_at=newest.made_at,
        current=current,
        model=newest.content.model,
        calibrator=newest.content.calibrator,
        prior=newest.content.prior,
    )
