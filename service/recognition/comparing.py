"""The work of comparing every encounter with its nearest others, over the whole catalogue."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated

from fastapi import Depends
from sqlalchemy import Connection

from reid.errors import ReidError
from reid.evidence.encounters import between
from reid.gallery.galleries import Galleries
from reid.identify.two_animals import SuspectedCut
from reid.types import AnnotationFeatures
from service.catalogue.conflicts import Machine
from service.recognition.engine import Engine, TheEngine
from service.recognition.snapshots import reader
from service.recognition.suspecting import two_animals_in
from service.settings import Settings
from service.store import cases, copies, features, jobs, pairs, progress, questions
from service.store.database import Database
from service.store.features import GalleryEntry
from service.store.jobs import Job
from service.store.pairs import Maker, PairMeasurement
from service.store.tasks import Done, JobFailure, MadeWay, Outcome, attempted
from service.web.parameters import TheSettings

log = logging.getLogger(__name__)
PHOTOS_EACH = 6  # annotations looked at for every encounter that is wanted

EmbeddedPhotos = tuple[dict[int, AnnotationFeatures], int]  # of an encounter; newest embedding


def maker_of(engine: Engine) -> Maker | None:
    """The network and the calibrator in force; None where there is no calibrator for it."""
    try:
        return Maker(engine.embedder().model, engine.calibrator().id)
    except ReidError as error:
        if engine.failure is None:  # said once
            engine.failure = error
            log.warning("pairs of encounters are not compared: %s", error)
        return None


def in_force(engine: Engine) -> Maker | None:
    """The network and the calibrator in force, without waiting; None while they are loaded."""
    return maker_of(engine) if engine.loaded else None


def machine_of(settings: TheSettings, engine: TheEngine) -> Machine:
    """What of the machine counts now: its network, its calibrator and its threshold."""
    return Machine(settings.same_llr, in_force(engine))


TheMachine = Annotated[Machine, Depends(machine_of)]


def queue_all(database: Database, engine: Engine) -> tuple[int, int]:
    """Queue what lacks evidence, also what failed: how many are new in the queue, and all in it.

    Raises ReidError where there is no calibrator for the network.
    """
    maker = Maker(engine.embedder().model, engine.calibrator().id)
    with database.write() as connection:
        new = pairs.enqueue(connection, maker, again=True)
        return new, len(jobs.payloads(connection, pairs.KIND, "queued"))


class Nearest:
    """All embedded annotations, decided or not, by flank; built again when there are new ones."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._entries: tuple[GalleryEntry, ...] = ()
        self._galleries: Galleries | None = None

    def of(self, encounter_id: int, photos: Sequence[AnnotationFeatures], k: int) -> list[int]:
        """The k encounters nearest to any of these photos of an encounter, nearest first."""
        if not photos:
            return []
        galleries = self._present(photos[0].embedding.model)
        best: dict[int, float] = {}
        for photo in photos:
            for candidate in galleries.shortlist(
                photo.embedding,
                photo.flank,
                PHOTOS_EACH * k,
                exclude_encounters=frozenset({encounter_id}),
            ):
                best[candidate.row.encounter] = max(
                    candidate.cosine, best.get(candidate.row.encounter, -1.0)
                )
        return sorted(best, key=lambda number: (-best[number], number))[:k]

    def _present(self, model: str) -> Galleries:
        with self._database.read() as connection:
            entries = tuple(features.embedded(connection, model))
            if self._galleries is None or entries != self._entries:
                self._galleries = Galleries.of(
                    ((entry.row, entry.flank, entry.embedding_id) for entry in entries),
                    reader(connection, model),
                    model=model,
                    before=self._galleries.indexes if self._galleries else None,
                )
                self._entries = entries
        return self._galleries


class ComparePairs:
    """Compares in detail, as a case does, and gives way to photos that wait."""

    def __init__(self, database: Database, engine: Engine, settings: Settings) -> None:
        self._database, self._engine, self._settings = database, engine, settings
        self._nearest = Nearest(database)
        self._looked: tuple[object, ...] = ()

    def look(self) -> None:
        """Queue encounters that lack evidence, when photos, model or calibrator have changed."""
        maker = maker_of(self._engine)
        if maker is None:
            return
        with self._database.read() as connection:
            version = features.version(connection, maker.model)[2:]
            state = (maker, version, sorted(progress.annotations(connection).items()))
            if state == self._looked:
                return
            missing = pairs.lacking(connection, maker)
        if missing:
            with self._database.write() as connection:
                pairs.enqueue(connection, maker)
        self._looked = state

    def do(self, claimed: Sequence[Job]) -> Mapping[int, Outcome]:
        """What the pairs of each encounter say."""
        return {job.id: attempted(job, partial(self._compared, job)) for job in claimed}

    def failed(self, connection: Connection, job: Job, failure: JobFailure) -> None:
        """Nothing: the encounter stays without new evidence, and the job says why."""

    def _compared(self, job: Job) -> Outcome:
        maker, number = maker_of(self._engine), int(job.payload["encounter"])
        if maker is None or pairs.payload(number, maker) != job.payload:
            return Done(_nothing)  # model or calibrator have changed since
        own, newest = self._embedded(number, maker)
        if not own:
            return Done(_nothing)
        with self._database.read() as connection:
            before = pairs.of_encounter(connection, maker, number)
        known = {n for pair in before for n in pair.couple}
        near = self._nearest.of(number, list(own.values()), self._settings.pairs_each)
        measured: list[PairMeasurement] = []
        for pair in self._measured(number, (own, newest), set(near) - known, maker):
            measured.append(pair)
            with self._database.read() as connection:
                if jobs.any_open(connection, urgent=True):
                    return MadeWay(partial(pairs.put, maker=maker, measurements=measured))
        every, calibrator = [*before, *measured], self._engine.calibrator()
        suspicion = two_animals_in(self._database, number, own, every, calibrator)
        return Done(partial(_keep, maker, measured, number, newest, suspicion))

    def _measured(
        self, number: int, own: EmbeddedPhotos, others: set[int], maker: Maker
    ) -> Iterator[PairMeasurement]:
        calibrator = self._engine.calibrator()
        for other in sorted(others):
            another = self._embedded(other, maker)
            low, high = (own, another) if number < other else (another, own)
            photos = self._counting(low[0], high[0])
            comparison = between(*photos, calibrator)
            yield PairMeasurement(
                couple=(min(number, other), max(number, other)),
                llr=comparison.evidence.llr,
                comparable=bool(comparison.pairs),
                newest=(low[1], high[1]),
            )

    def _counting(
        self, *sides: Mapping[int, AnnotationFeatures]
    ) -> tuple[list[AnnotationFeatures], list[AnnotationFeatures]]:
        """Photos of two encounters, without copies of each other or of another one beside them."""
        with self._database.read() as connection:
            low, high = copies.counted_once(connection, [dict.fromkeys(side, 0) for side in sides])
        return [sides[0][n] for n in low], [sides[1][n] for n in high]

    def _embedded(self, encounter_id: int, maker: Maker) -> EmbeddedPhotos:
        with self._database.read() as connection:
            ids = cases.embedded(connection, encounter_id, maker.model)
            photos = features.get(connection, list(ids), maker.model)
        return photos, max((ids[number] for number in ids if number > 0), default=0)


def _keep(
    maker: Maker,
    measured: Sequence[PairMeasurement],
    number: int,
    newest: int,
    suspicion: SuspectedCut | None,
    connection: Connection,
) -> None:
    pairs.put(connection, maker, measured)
    pairs.searched(connection, maker, number, newest)
    cut, llr = (suspicion.leaving, suspicion.llr) if suspicion else ((), None)
    questions.suspect(connection, number, cut, llr)


def _nothing(_: Connection) -> None:
    """There was nothing to keep."""
