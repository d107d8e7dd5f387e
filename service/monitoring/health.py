"""Whether everything that is needed answers."""

from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from sqlalchemy.exc import SQLAlchemyError

from service.recognition.engine import Engine
from service.settings import Settings
from service.store import jobs
from service.store.database import Database
from service.web.wire import Wire

Status = Literal["ok", "starting", "degraded", "down"]


class WorkerOut(Wire):
    """A worker that was seen lately."""

    name: str
    model: str
    seen_at: datetime


class HealthOut(Wire):
    """Whether everything that is needed answers; status 503 where it does not."""

    status: Status
    database: str
    model: str
    gallery: int
    workers: list[WorkerOut]
    waiting_jobs: int
    version: str


def health(settings: Settings, database: Database, engine: Engine) -> HealthOut:
    """ok; starting: the network loads; degraded: no worker lives; down: uploads would be lost."""
    answering, waiting = "ok", 0
    workers: list[jobs.WorkerSeen] = []
    try:
        with database.read() as connection:
            counts = jobs.counts(connection)
            workers = jobs.workers(connection, within_s=settings.lease_s)
        waiting = counts["queued"] + counts["running"]
    except SQLAlchemyError as error:
        answering = type(error).__name__
    return HealthOut(
        status=_status(answering, bool(workers), engine.loaded, failed=engine.failure is not None),
        database=answering,
        model=engine.loaded or str(engine.failure or "loading"),
        gallery=engine.gallery_size,
        workers=workers,
        waiting_jobs=waiting,
        version=installed(),
    )


def _status(database: str, worker: bool, model: str | None, *, failed: bool) -> Status:
    if database != "ok" or failed:
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
