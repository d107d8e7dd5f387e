"""Claims jobs, has them done by the task of their kind, stores what came out.

A worker may be killed at any moment: what it had not stored comes back when its lease runs out.
"""

import logging
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event, Thread

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from reid.describe.finder import Finder
from reid.evidence.calibrator import Calibrator, calibrator_of
from reid.sentences import Sentence
from service.clusters.pairing import SortEncounters
from service.density import estimating
from service.density.estimating import Densities, EstimateDensity
from service.neighbours import comparing
from service.neighbours.comparing import CompareNeighbours
from service.operations.erasing import ErasePhotos
from service.photos.arriving import ArrivingFiles
from service.recognition.comparing import ComparePairs
from service.recognition.embedding import EMBED, EmbedPhotos, OtherModels, no_others
from service.recognition.engine import Engine, recognising
from service.recognition.fusing import FuseBursts
from service.recognition.network import FeatureNetwork
from service.settings import Settings
from service.store import bursts, clusterings, jobs, pairs, reembedding, stated
from service.store.claiming import claim
from service.store.database import Database, gathered
from service.store.files import PhotoFiles
from service.store.jobs import Job
from service.store.tasks import Done, JobFailure, MadeWay, Outcome, Task, Trouble
from service.store.trouble import TROUBLES, trouble_of
from service.web.metrics import Metrics

log = logging.getLogger(__name__)
BEATS_PER_LEASE = 3
NICENESS = 5  # whoever looks at a page comes first


class WorkerDied(
    Sentence, code="worker_died", message="the worker stopped every time it was at this"
): ...


class WorkersDied(WorkerDied, message="{workers} workers died while they were at it"): ...


class Worker:
    """One process over the shared database; several may run side by side."""

    def __init__(
        self,
        database: Database,
        files: PhotoFiles,
        settings: Settings,
        embedder: FeatureNetwork,
        *,
        name: str,
        others: OtherModels = no_others,
        engine: Engine | None = None,
        finder: Finder | None = None,
    ) -> None:
        """name: unique among all workers of the database. others: for jobs of another model.

        engine: of this embedder; without it the worker embeds only and compares no encounters.
        finder: proposes boxes for full frames.
        """
        self._database, self._settings, self._model = database, settings, embedder.model
        self.name = name
        self._at_work_on: tuple[int, ...] = ()  # jobs; no others are kept from the next worker
        self._arriving = ArrivingFiles(database, files, settings)
        embed = EmbedPhotos(database, files, settings, embedder, others, finder)
        self._tasks: dict[str, Task] = {EMBED: embed, reembedding.KIND: embed}
        self._tasks[stated.ERASE] = ErasePhotos(files)
        if engine:
            self._tasks[bursts.KIND] = FuseBursts(database, files, settings, embedder)
            self._tasks[pairs.KIND] = ComparePairs(database, engine, settings)
            self._tasks[clusterings.KIND] = SortEncounters(database, engine)
            densities = Densities(database, engine, settings)
            self._tasks[estimating.KIND] = EstimateDensity(densities)
            self._tasks[comparing.KIND] = CompareNeighbours(database, engine, settings)

    def run(self, stop: Event) -> None:
        """Work until `stop` is set; waits for jobs, survives a database that is busy."""
        ended = Event()  # later than stop: what was begun is brought to its end
        beating = Thread(target=self._keep_beating, args=(ended,), name="heartbeat", daemon=True)
        beating.start()
        while not stop.is_set():
            try:
                idle = self.work() == 0
            except TROUBLES as error:
                _say("jobs cannot be read or stored; trying again", error)
                idle = True
            if idle:
                stop.wait(self._settings.poll_s)
        ended.set()
        beating.join()
        try:
            with self._database.write() as connection:
                jobs.release(connection, self.name)
                jobs.leave(connection, self.name)
        except SQLAlchemyError as error:
            _say("the jobs come back when their lease runs out", error)

    def work(self) -> int:
        """Claim some jobs, do them, store them; returns how many were claimed."""
        self._look()
        with self._database.read() as connection:
            if not jobs.any_open(connection):
                return 0
        with self._database.write() as connection:
            self._give_up(connection)
            claimed = jobs.claim(
                connection,
                self.name,
                limit=self._settings.batch,
                lease_s=self._settings.lease_s,
                kinds=list(self._tasks),
            )
        self._at_work_on = tuple(job.id for job in claimed)
        try:
            self._finish(claimed, self._do(claimed))
        finally:
            self._at_work_on = ()
        return len(claimed)

    def _finish(self, claimed: Sequence[Job], outcomes: Mapping[int, Outcome]) -> None:
        """Store what became of the jobs that are still ours."""
        with self._database.write() as connection:
            ours = jobs.holds(connection, self.name, outcomes)
            for job in claimed:
                if job.id in ours:
                    self._store(connection, job, outcomes[job.id])

    def _look(self) -> None:
        """Let every kind of work queue what is lacking, unless photos wait."""
        with self._database.read() as connection:
            if jobs.any_open(connection, urgent=True):
                return
        for task in dict.fromkeys(self._tasks.values()):
            task.look()
        self._arriving.sweep()

    def beat(self) -> None:
        """Say that this worker lives, and keep what it is at work on.

        What it could not store is not kept: it comes back when its lease runs out.
        """
        with self._database.write() as connection:
            jobs.beat(connection, self.name, self._model)
            until = time.time() + self._settings.lease_s
            jobs.renew(connection, self.name, self._at_work_on, until=until)

    def _keep_beating(self, stop: Event) -> None:
        while True:
            try:
                self.beat()
            except SQLAlchemyError as error:
                _say("the heartbeat failed; trying again", error)
            if stop.wait(self._settings.lease_s / BEATS_PER_LEASE):
                return

    def _give_up(self, connection: Connection) -> None:
        """Fail jobs that never came to an end."""
        for job in jobs.exhausted(connection, attempts=self._settings.max_attempts):
            died = WorkersDied(workers=job.attempts)
            code = "internal_error" if job.error else died.code
            self._store(connection, job, JobFailure(code, job.error or died))

    def _do(self, claimed: Sequence[Job]) -> Mapping[int, Outcome]:
        """An outcome for every job."""
        outcomes: dict[int, Outcome] = {}
        for task, jobs_of_it in gathered((self._tasks[job.kind], job) for job in claimed).items():
            outcomes |= task.do(jobs_of_it)
        return outcomes

    def _store(self, connection: Connection, job: Job, outcome: Outcome) -> None:
        match outcome:
            case Done(keep):
                keep(connection)
                jobs.finish(connection, job.id)
            case MadeWay(keep):
                keep(connection)
                jobs.give_back(connection, job.id)
            case JobFailure(code, detail):
                if task := self._tasks.get(job.kind):
                    task.failed(connection, job, outcome)
                jobs.finish(connection, job.id, f"{code}: {detail}")
            case Trouble(detail):
                jobs.postpone(connection, job.id, detail, delay_s=2.0**job.attempts)


def finder_of(embedder: object) -> Finder | None:
    """The network as the animal finder of full frames, where it is one."""
    return embedder if isinstance(embedder, Finder) else None


def run(
    settings: Settings,
    load: Callable[[Settings], FeatureNetwork],
    *,
    name: str,
    parent: int = 0,
    calibrators: Callable[[str, Path], Calibrator] = calibrator_of,
) -> None:
    """A worker process: works until SIGTERM or SIGINT, or until its parent is gone.

    What its model has not embedded yet, because another one was used before, it queues first.
    parent: process id of the parent, who may be gone before we look; 0 for none. calibrators:
    brings the calibrator of a model.
    """
    database = Database(settings.database, gap=settings.encounter_gap)
    files = PhotoFiles(settings.photos)
    database.wait(settings.database_wait_s)
    claim(database, files, settings.data_dir)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if parent:
        Thread(target=_stop_with_parent, args=(stop, parent), daemon=True).start()
    embedder = load(settings)
    with database.write() as connection:
        if waiting := reembedding.enqueue(connection, embedder.model):
            log.info("%s annotations wait to be embedded with %s", waiting, embedder.model)
    engine = Engine(database, settings, Metrics(), load=recognising(embedder, calibrators))

    def others(model: str) -> FeatureNetwork:
        return load(settings.model_copy(update={"model": model}))

    worker = Worker(
        database,
        files,
        settings,
        embedder,
        name=name,
        others=others,
        engine=engine,
        finder=finder_of(embedder),
    )
    worker.run(stop)
    database.close()


def _say(what: str, error: Exception) -> None:
    """One line for trouble of disk or database, which may last long; else where it happened."""
    trouble = trouble_of(error)
    log.error("%s: %s", what, trouble or error, exc_info=trouble is None)


def _stop_with_parent(stop: Event, parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    stop.set()
