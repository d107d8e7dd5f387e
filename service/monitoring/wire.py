"""Health of the service on the wire."""

from datetime import datetime
from typing import Literal

from service.web.wire import Wire


class WorkerOut(Wire):
    """A worker that was seen lately."""

    name: str
    model: str
    seen_at: datetime


class HealthOut(Wire):
    """Whether everything that is needed answers; status 503 where it does not."""

    status: Literal["ok", "starting", "degraded", "down"]
    database: str
    model: str
    gallery: int
    workers: list[WorkerOut]
    waiting_jobs: int
    version: str
