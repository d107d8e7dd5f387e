"""For the people who run it: health and metrics."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from service.monitoring.health import HealthOut, health
from service.recognition.engine import TheEngine
from service.store import jobs
from service.store.files import PhotoFiles
from service.web.errors import documented
from service.web.parameters import TheDatabase, TheMetrics, TheSettings, component

router = APIRouter(tags=["operations"])


@router.get("/health", responses={503: {"model": HealthOut}})
def get_health(
    settings: TheSettings,
    database: TheDatabase,
    files: Annotated[PhotoFiles, Depends(component(PhotoFiles))],
    engine: TheEngine,
    response: Response,
) -> HealthOut:
    """Database, storage, network, worker and waiting jobs; 503 when it cannot do its work."""
    report = health(settings, database, files, engine)
    response.status_code = 503 if report.status == "down" else 200
    return report


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}, **documented(401, 403)},
)
def get_metrics(database: TheDatabase, metrics: TheMetrics, engine: TheEngine) -> Response:
    """Prometheus text: a histogram per stage, uploads, decisions, jobs."""
    with database.read() as connection:
        for state, count in jobs.counts(connection).items():
            metrics.jobs.labels(state).set(count)
    metrics.annotations.set(engine.gallery_size)
    for flank, recall in engine.recalls.items():
        metrics.recall.labels(flank.value).set(recall)
    return Response(metrics.text(), media_type="text/plain; version=0.0.4")
