"""The clusters of all encounters: made in the background, read by pages and the API."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from threading import Lock
from typing import Annotated

from fastapi import Depends
from sqlalchemy import Connection

from reid.identify.clusters import probability
from reid.types import Flank
from service.catalogue import disclosed
from service.clusters.clustering import LISTED, ClusteringFacts, clustered
from service.recognition.comparing import in_force, maker_of
from service.recognition.engine import Engine
from service.store import clusterings, features, identities, jobs, pairs, reviews
from service.store.clusterings import Cluster, EncounterLink, KeptClusters, Worth
from service.store.database import Database
from service.store.facts import without_animal
from service.store.jobs import Job
from service.store.pairs import Maker
from service.store.reviews import NewPair
from service.store.tables.base import now
from service.store.tasks import Done, JobFailure, Outcome, attempted
from service.web.parameters import component

AT_LEAST_EVERY = timedelta(minutes=10)  # while pairs are still being compared


class Pairing:
    """Reads what was found last. One a process."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database, self._engine = database, engine
        self._kept: KeptClusters | None = None
        self._reading = Lock()

    def latest(self, connection: Connection) -> KeptClusters | None:
        """The newest clusters; None before the first were made."""
        newest = clusterings.newest(connection)
        if newest is None:
            return None
        with self._reading:
            if self._kept is None or self._kept.id != newest[0]:
                self._kept = clusterings.get(connection, newest[0])
            return self._kept

    def state(self, connection: Connection) -> tuple[KeptClusters | None, bool]:
        """The newest clusters, and whether nothing happened since; so it seems while loading."""
        newest = self.latest(connection)
        if newest is None:
            return None, False
        maker = in_force(self._engine)
        current = maker is None or newest.version == clusterings.version(connection, maker)
        return newest, current

    def maker(self, connection: Connection) -> Maker | None:
        """Whose llrs the newest clusters were made from; None without any."""
        newest = self.latest(connection)
        return Maker(newest.content.model, newest.content.calibrator) if newest else None

    def worth(self, connection: Connection, *, limit: int = LISTED) -> list[Worth]:
        """The pairs most worth a decision, without those decided or put up for review since."""
        newest = self.latest(connection)
        if newest is None:
            return []
        reviewed, of = reviews.couples(connection), identities.assigned(connection)
        open_pairs = [
            pair
            for pair in newest.content.worth
            if pair.couple not in reviewed
            and not (pair.couple[0] in of and of[pair.couple[0]] == of.get(pair.couple[1]))
        ]
        return open_pairs[:limit]

    def to_review(
        self, connection: Connection, groups: Sequence[Sequence[int]], best: int
    ) -> list[Worth]:
        """The pairs most worth a decision, or the doubtful ones inside some clusters."""
        if best:
            return self.worth(connection, limit=best)
        newest, reviewed = self.latest(connection), reviews.couples(connection)
        chosen = {tuple(sorted(group)) for group in groups}
        return [
            _inside(link, cluster)
            for cluster in (newest.content.clusters if newest else ())
            if cluster.encounters in chosen
            for link in cluster.doubtful
            if link.couple not in reviewed
        ]

    def put_up(self, connection: Connection, couples: Sequence[pairs.Couple], reviewer: str) -> int:
        """Put pairs up for review with what a decision on each is worth; how many are new."""
        newest = self.latest(connection)
        worth = {pair.couple: pair.gain for pair in newest.content.worth} if newest else {}
        for cluster in newest.content.clusters if newest else ():
            inside = {link.couple: _inside(link, cluster).gain for link in cluster.doubtful}
            worth = inside | worth
        new = [
            NewPair(*couple, source="suggested", worth=worth.get(couple, 0.0))
            for couple in dict.fromkeys(couples)
        ]
        up = reviews.existing(connection, [pair.couple for pair in new])
        reviews.put(connection, new, reviewer)
        return len(new) - len(up)


def facts_of(connection: Connection, maker: Maker) -> ClusteringFacts:
    """What the database knows now of all encounters with a photo that this machine embedded.

    One in which it sees no animal counts where a person said whose it is.
    """
    flanks: dict[int, set[Flank]] = {}
    blank, identity_of = without_animal(connection), identities.assigned(connection)
    for entry in features.embedded(connection, maker.model):
        if entry.row.annotation not in blank or entry.row.encounter in identity_of:
            flanks.setdefault(entry.row.encounter, set()).add(entry.flank)
    return ClusteringFacts(
        flanks={number: frozenset(flanks[number]) for number in sorted(flanks)},
        measured=pairs.every(connection, maker),
        identity_of=identity_of,
        standings=disclosed.standings(connection),
        waiting=len(pairs.lacking(connection, maker)),
    )


def _inside(link: EncounterLink, cluster: Cluster) -> Worth:
    """A pair inside a cluster, worth what the cluster is in doubt by that pair alone."""
    together = probability(link.llr)
    in_doubt = 1 - max(together, cluster.belongs or 0.0)
    return Worth(link.couple, link.llr, link.compared, together, joined=True, gain=in_doubt)


class SortEncounters:
    """Sorts everything anew in the background when something has changed."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database, self._engine = database, engine

    def look(self) -> None:
        """Queue it when nothing else is to be done, and now and then meanwhile."""
        maker = maker_of(self._engine)
        if maker is None:
            return
        with self._database.read() as connection:
            version, newest = clusterings.version(connection, maker), clusterings.newest(connection)
            if newest and newest[1] == version:
                return
            if jobs.payloads(connection, pairs.KIND, "queued") and (
                newest is None or abs(now() - newest[2]) < AT_LEAST_EVERY
            ):
                return
            if newest is None and not pairs.newest_of(connection, maker.model):
                return
        with self._database.write() as connection:
            clusterings.enqueue(connection)

    def do(self, claimed: Sequence[Job]) -> Mapping[int, Outcome]:
        """The clusters as they are now."""
        return {job.id: attempted(job, self._sorted) for job in claimed}

    def failed(self, connection: Connection, job: Job, failure: JobFailure) -> None:
        """Nothing: the clusters of before stay."""

    def _sorted(self) -> Outcome:
        maker = maker_of(self._engine)
        if maker is None:
            return Done(lambda _: None)
        with self._database.read() as connection:
            version = clusterings.version(connection, maker)
            facts = facts_of(connection, maker)
        content = clustered(facts, maker)
        return Done(partial(clusterings.put, version=version, content=content))


ThePairing = Annotated[Pairing, Depends(component(Pairing))]
"""The app's, for a route."""
