"""How much waits: the numbers in the head of every page."""

from dataclasses import dataclass

from sqlalchemy import Connection

from service.store import encounters, jobs, progress

WORKER_SILENT_S = 60.0


@dataclass(frozen=True, slots=True)
class Counts:
    """The state of the whole catalogue. worker: whether one was seen lately."""

    waiting: int
    decided: int
    identities: int
    photos: int
    annotations: int
    pending: int
    failed: int
    worker: bool


def counts(connection: Connection) -> Counts:
    """What every page's header says."""
    encounter_counts, states = encounters.counts(connection), progress.annotations(connection)
    return Counts(
        waiting=encounter_counts.waiting,
        decided=encounter_counts.decided,
        identities=progress.catalogued(connection),
        photos=progress.photos(connection),
        annotations=sum(states.values()),
        pending=states.get("pending", 0),
        failed=states.get("failed", 0),
        worker=bool(jobs.workers(connection, within_s=WORKER_SILENT_S)),
    )
