"""Clusters and the pairs most worth a decision as wire models."""

from collections.abc import Collection, Sequence

from service.clusters.kept import KeptClusters, Worth
from service.clusters.wire import ClusterOut, ClustersOut, Made, SuggestionOut, SuggestionsOut
from service.store.pairs import Couple


def clusters_out(
    kept: KeptClusters | None,
    hidden: Collection[Couple],
    limit: int,
    offset: int,
    *,
    current: bool,
) -> ClustersOut:
    """Clusters, the largest first. hidden: pairs that are being reviewed blind."""
    content = kept.content if kept else None
    clusters = content.clusters if content else ()
    shown = [cluster.veiled(hidden) for cluster in clusters[offset : offset + limit]]
    return ClustersOut(
        made=made_out(kept, current=current),
        encounters=content.encounters if content else 0,
        animals=content.animals if content else 0,
        unplaced=content.unplaced if content else 0,
        waiting=content.waiting if content else 0,
        conflicts=list(content.conflicts) if content else [],
        total=len(clusters),
        clusters=[ClusterOut.model_validate(cluster) for cluster in shown],
    )


def suggestions_out(
    kept: KeptClusters | None, pairs: Sequence[Worth], *, current: bool
) -> SuggestionsOut:
    """Pairs that are worth a look."""
    return SuggestionsOut(
        made=made_out(kept, current=current),
        suggestions=[SuggestionOut.model_validate(pair) for pair in pairs],
    )


def made_out(kept: KeptClusters | None, *, current: bool) -> Made | None:
    """When and from what the clusters were made."""
    if kept is None:
        return None
    return Made(
        made_at=kept.made_at,
        current=current,
        model=kept.content.model,
        calibrator=kept.content.calibrator,
        prior=kept.content.prior,
    )
