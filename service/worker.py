"""Claims jobs, embeds their annotations in batches, stores what came out.

A worker may be killed at any moment: what it had not stored comes back when its lease runs out.
"""

import logging
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event, Thread

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from reid.crop import cut
from reid.errors import ReidError, UnknownModel
from reid.images import decode
from reid.types import AnnotationFeatures, Crop
from service.engine import Describer
from service.settings import Settings
from service.store import features, jobs, photos, reembedding
from service.store.database import Database
from service.store.files import PhotoFiles
from service.store.jobs import Job

log = logging.getLogger(__name__)
BEATS_PER_LEASE = 3


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an annotation cannot be used: the photo's own fault, a second try would not help."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong beside the photo; the job is tried again later."""

    detail: str


Outcome = AnnotationFeatures | Failure | Trouble
Others = Callable[[str], Describer]  # brings another model by its name


def no_others(model: str) -> Describer:
    """A worker of one model."""
    raise UnknownModel(f"this worker cannot load {model}")


class Worker:
    """One process over the shared database; several may run side by side."""

    def __init__(
        self,
        database: Database,
        files: PhotoFiles,
        settings: Settings,
        embedder: Describer,
        *,
        name: str,
        others: Others = no_others,
    ) -> None:
        """name: unique among all workers of the database. others: for jobs of another model."""
        self._database, self._files, self._settings = database, files, settings
        self._embedder, self._other, self._others = embedder, embedder, others
        self.name = name

    def run(self, stop: Event) -> None:
        """Work until `stop` is set; waits for jobs, survives a database that is busy."""
        beating = Thread(target=self._keep_beating, args=(stop,), name="heartbeat", daemon=True)
        beating.start()
        while not stop.is_set():
            try:
                idle = self.work() == 0
            except (SQLAlchemyError, OSError):
                log.exception("jobs cannot be read or stored; trying again")
                idle = True
            if idle:
                stop.wait(self._settings.poll_s)
        beating.join()
        with self._database.write() as connection:
            jobs.release(connection, self.name)
            jobs.leave(connection, self.name)

    def work(self) -> int:
        """Claim a batch, do it, store it; returns how many jobs were claimed."""
        with self._database.read() as connection:
            if not jobs.any_open(connection):
                return 0
        with self._database.write() as connection:
            self._give_up(connection)
            claimed = jobs.claim(
                connection, self.name, limit=self._settings.batch, lease_s=self._settings.lease_s
            )
        outcomes = self._do(claimed)
        with self._database.write() as connection:
            held = jobs.holds(connection, self.name, outcomes)
            for job in claimed:
                if job.id in held:
                    self._store(connection, job, outcomes[job.id])
        return len(claimed)

    def beat(self) -> None:
        """Say that this worker lives, and keep what it holds."""
        with self._database.write() as connection:
            jobs.beat(connection, self.name, self._embedder.model)
            jobs.renew(connection, self.name, lease_s=self._settings.lease_s)

    def _keep_beating(self, stop: Event) -> None:
        while True:
            try:
                self.beat()
            except SQLAlchemyError:
                log.exception("the heartbeat failed; trying again")
            if stop.wait(self._settings.lease_s / BEATS_PER_LEASE):
                return

    def _give_up(self, connection: Connection) -> None:
        """Fail jobs that never came to an end."""
        for job in jobs.exhausted(connection, attempts=self._settings.max_attempts):
            died = f"{job.attempts} workers died while they were at it"
            code = "internal_error" if job.error else "worker_died"
            self._store(connection, job, Failure(code, job.error or died))

    def _do(self, claimed: Sequence[Job]) -> dict[int, Outcome]:
        """An outcome for every job."""
        outcomes: dict[int, Outcome] = {}
        crops: dict[str, dict[int, Crop]] = {}
        for job in claimed:
            model = str(job.payload.get("model", self._embedder.model))
            try:
                crops.setdefault(model, {})[job.id] = self._crop(int(job.payload["annotation"]))
            except ReidError as error:
                outcomes[job.id] = Failure(error.code, str(error))
            except Exception as error:
                log.exception("job %s", job.id)
                outcomes[job.id] = Trouble(f"{type(error).__name__}: {error}")
        for model, some in crops.items():
            try:
                embedder = self._named(model)
            except ReidError as error:
                outcomes |= dict.fromkeys(some, Failure(error.code, str(error)))
            else:
                outcomes |= self._describe(embedder, some)
        return outcomes

    def _named(self, model: str) -> Describer:
        """Our own model, or the other one that was used last, or a new one."""
        if model == self._embedder.model:
            return self._embedder
        if model != self._other.model:
            self._other = self._others(model)
        return self._other

    def _crop(self, annotation_id: int) -> Crop:
        with self._database.read() as connection:
            found = photos.annotation_by_id(connection, annotation_id)
        data = self._files.get(found.photo_id)
        image = decode(data, max_pixels=self._settings.max_pixels)
        return cut(image, found.flank, found.box)

    def _describe(self, embedder: Describer, crops: Mapping[int, Crop]) -> dict[int, Outcome]:
        """All at once; if that fails, one by one, so that one crop spoils no other."""
        if not crops:
            return {}
        try:
            described = embedder.describe(list(crops.values()))
        except ReidError as error:
            reason: Outcome = Failure(error.code, str(error))
        except Exception as error:
            log.exception("crops of jobs %s", list(crops))
            reason = Trouble(f"{type(error).__name__}: {error}")
        else:
            return dict(zip(crops, described, strict=True))
        if len(crops) == 1:
            return dict.fromkeys(crops, reason)
        alone = [self._describe(embedder, {number: crop}) for number, crop in crops.items()]
        return {number: outcome for one in alone for number, outcome in one.items()}

    def _store(self, connection: Connection, job: Job, outcome: Outcome) -> None:
        annotation = int(job.payload["annotation"])
        match outcome:
            case AnnotationFeatures():
                features.add(connection, annotation, outcome)
                jobs.finish(connection, job.id)
            case Failure(code, detail):
                if job.kind != reembedding.KIND:  # else another model's embedding still serves
                    photos.mark_failed(connection, annotation, code, detail)
                jobs.finish(connection, job.id, f"{code}: {detail}")
            case Trouble(detail):
                jobs.postpone(connection, job.id, detail, delay_s=2.0**job.attempts)


def run(
    settings: Settings,
    load: Callable[[Settings], Describer],
    *,
    name: str,
    parent: int = 0,
) -> None:
    """A worker process: works until SIGTERM or SIGINT, or until its parent is gone.

    What its model has not embedded yet, because another one was used before, it queues first.
    parent: process id of the parent, who may be gone before we look; 0 for none.
    """
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if parent:
        Thread(target=_stop_with_parent, args=(stop, parent), daemon=True).start()
    database = Database(settings.database)
    database.migrate()
    embedder = load(settings)
    with database.write() as connection:
        if waiting := reembedding.enqueue(connection, embedder.model):
            log.info("%s annotations wait to be embedded with %s", waiting, embedder.model)
    files = PhotoFiles(settings.photos)
    worker = Worker(database, files, settings, embedder, name=name, others=_others(settings, load))
    worker.run(stop)
    database.close()


def _others(settings: Settings, load: Callable[[Settings], Describer]) -> Others:
    """Loads any model of the weights folder by its name."""
    return lambda model: load(settings.model_copy(update={"model": model}))


def _stop_with_parent(stop: Event, parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    stop.set()
