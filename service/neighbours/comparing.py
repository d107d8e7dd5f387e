"""The work of comparing a neighbour's file with this catalogue, animal by animal."""

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from reid.gallery.galleries import Galleries
from reid.gallery.voting import Voter, Voting
from reid.signatures.best import best
from reid.signatures.content import Signatures
from reid.signatures.pairs import OwnAnimals, check_fit, measure
from service.neighbours.folder import ComparedNeighbour, NeighbourFiles
from service.recognition.engine import Engine
from service.recognition.feature_cache import FeatureCache
from service.settings import Settings
from service.store import features, jobs, signatures
from service.store.database import Database
from service.store.features import GalleryEntry
from service.store.jobs import Job
from service.store.tables.base import now
from service.store.tasks import Done, JobFailure, MadeWay, Outcome, attempted

KIND = "neighbour"
PORTION_S = 15.0  # of work, then what is there is kept and others have their turn


def enqueue(connection: Connection, neighbour: str) -> None:
    """Have a file compared, unless that waits already."""
    if {"neighbour": neighbour} not in jobs.payloads(connection, KIND, "queued"):
        jobs.enqueue(connection, KIND, {"neighbour": neighbour})


def waits(connection: Connection, neighbour: str) -> bool:
    """Whether a file waits to be compared, or is being compared."""
    return any(
        {"neighbour": neighbour} in jobs.payloads(connection, KIND, state)
        for state in ("queued", "running")
    )


class NeighbourComparison:
    """Compares files with the photos that speak for the own identities now."""

    def __init__(self, database: Database, engine: Engine, settings: Settings) -> None:
        self._database, self._engine = database, engine
        self._features = FeatureCache(database, settings.features_cached)
        self._own: tuple[str, OwnAnimals] | None = None
        self._file: tuple[str, Signatures] | None = None

    def state(self) -> str:
        """A digest of the own photos that would speak; another one where they have changed."""
        return self._chosen()[0]

    def own(self) -> OwnAnimals:
        """The own identities as they are now, with the best few photos of each."""
        return self._present()[1]

    def compared(self, neighbour: str, files: NeighbourFiles) -> Iterator[ComparedNeighbour]:
        """What came of a file, after each further animal; goes on where an earlier run ended.

        Raises InputError where the file does not fit.
        """
        file, (state, own) = self._read(neighbour, files), self._present()
        check_fit(file, own)
        calibrator = self._engine.calibrator()
        basis = (file.model, calibrator.id, state)
        result = files.compared(neighbour)
        if result is None or (result.model, result.calibrator, result.state) != basis:
            result = ComparedNeighbour(
                now(), *basis, len(own.photos), done=(), animals=len(file.animals), pairs=()
            )
        yield result
        for animal in file.animals:
            if animal.code not in result.done:
                pairs = measure(animal, file, own, calibrator)
                result = replace(
                    result,
                    made_at=now(),
                    done=(*result.done, animal.code),
                    pairs=(*result.pairs, *pairs),
                )
                yield result

    def _read(self, neighbour: str, files: NeighbourFiles) -> Signatures:
        if self._file is None or self._file[0] != neighbour:
            self._file = (neighbour, files.signatures(neighbour))
        return self._file[1]

    def _chosen(self) -> tuple[str, list[GalleryEntry]]:
        model = self._engine.embedder().model
        with self._database.read() as connection:
            known = signatures.speaking(connection, model)
        entries = [
            known[photo.annotation][1] for photo in best(photo for photo, _ in known.values())
        ]
        rows = [(e.row.identity, e.row.annotation, e.flank.value, e.embedding_id) for e in entries]
        return hashlib.sha256(repr(rows).encode()).hexdigest()[:16], entries

    def _present(self) -> tuple[str, OwnAnimals]:
        state, entries = self._chosen()
        if self._own is None or self._own[0] != state:
            self._own = (state, self._built(entries))
        return self._own

    def _built(self, entries: Sequence[GalleryEntry]) -> OwnAnimals:
        model = self._engine.embedder().model
        ids = {entry.row.annotation: entry.embedding_id for entry in entries}
        with self._database.read() as connection:
            vectors = features.vectors(connection, set(ids.values()), model)
            voters = {e.row.annotation: Voter(e.flank, e.embedding_id) for e in entries}
            read = partial(features.cells, connection, model=model)
            voting = Voting().updated(voters, read)
        rows = [(e.row, e.flank, vectors[e.embedding_id].vector) for e in entries]
        photos: dict[int, list[int]] = {}
        for entry in entries:
            photos.setdefault(entry.row.identity, []).append(entry.row.annotation)
        return OwnAnimals(
            Galleries.build(rows, model=model, voting=voting),
            photos,
            lambda numbers: self._features.get({n: ids[n] for n in numbers}, model),
        )


class CompareNeighbours:
    """Compares imported files in the background; photos that wait come first."""

    def __init__(self, database: Database, engine: Engine, settings: Settings) -> None:
        self._database, self._files = database, NeighbourFiles(settings.data_dir)
        self._comparison = NeighbourComparison(database, engine, settings)

    def look(self) -> None:
        """Nothing: a file is queued when it is imported, and when somebody asks for it again."""

    def do(self, claimed: Sequence[Job]) -> Mapping[int, Outcome]:
        """A portion of each file."""
        return {job.id: attempted(job, partial(self._portion, job)) for job in claimed}

    def failed(self, connection: Connection, job: Job, failure: JobFailure) -> None:
        """Nothing: what was compared before stays, and the job says why."""

    def _portion(self, job: Job) -> Outcome:
        neighbour, began = str(job.payload["neighbour"]), time.monotonic()
        result = None
        for so_far in self._comparison.compared(neighbour, self._files):
            result = so_far
            if time.monotonic() - began > PORTION_S or self._urgent():
                break
        if result is None:
            return Done(lambda _: None)
        keep = partial(self._keep, neighbour, result)
        return Done(keep) if result.complete else MadeWay(keep)

    def _keep(self, neighbour: str, result: ComparedNeighbour, _: Connection) -> None:
        self._files.keep(neighbour, result)

    def _urgent(self) -> bool:
        with self._database.read() as connection:
            return jobs.any_open(connection, urgent=True)
