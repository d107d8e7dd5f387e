"""Whether everything that is needed answers."""

from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from sqlalchemy.exc import SQLAlchemyError

from service.recognition.engine import Engine
from service.settings import Settings
from service.store import jobs
from service.store.database import Database
from service.store.files import PhotoFiles, folder_trouble
from service.store.trouble import trouble_of
from service.web.wire import Wire

Status = Literal["ok", "starting", "degraded", "down"]


class WorkerOut(Wire):
    """A worker that was seen lately; not where it runs, because everybody may ask."""

    model: str
    seen_at: datetime


class HealthOut(Wire):
    """Whether everything that is needed answers; status 503 where it does not."""

    status: Status
    database: str
    storage: str
    model: str
    gallery: int
    workers: list[WorkerOut]
    waiting_jobs: int
    version: str


def health(settings: Settings, database: Database, files: PhotoFiles, engine: Engine) -> HealthOut:
    """ok; starting: the network loads; degraded: no worker lives; down: uploads are refused."""
    answering, waiting = "ok", 0
    workers: list[jobs.WorkerSeen] = []
    try:
        with database.read() as connection:
            counts = jobs.counts(connection)
            workers = jobs.workers(connection, within_s=settings.lease_s)
        waiting = counts["queued"] + counts["running"]
    except SQLAlchemyError as error:
        trouble = trouble_of(error)
        answering = trouble.code if trouble else type(error).__name__
    storage = _storage(database, files)
    return HealthOut(
        status=_status(
            bool(workers),
            engine.loaded,
            failed=bool(engine.failure) or {answering, storage} != {"ok"},
        ),
        database=answering,
        storage=storage,
        model=engine.loaded or str(engine.failure or "loading"),
        gallery=engine.gallery_size,
        workers=[WorkerOut(model=one.model, seen_at=one.seen_at) for one in workers],
        waiting_jobs=waiting,
        version=installed(),
    )


def _storage(database: Database, files: PhotoFiles) -> str:
    """ok, or the code of what keeps photos or rows from being written."""
    beside = folder_trouble(database.file.parent) if database.file else None
    trouble = files.trouble() or beside
    return trouble.code if trouble else "ok"


def _status(worker: bool, model: str | None, *, failed: bool) -> Status:
    if failed:
        return "down"
    if model is None:
        return "starting"
    return "ok" if worker else "degraded"


def installed() -> str:
    """The version of this program."""
    try:
        return version("leopard-reid")
    except PackageNotFoundError:
        return "unknown"
