"""For the people who run it: health and metrics."""

from fastapi import APIRouter, Response

from service.monitoring.health import health
from service.monitoring.wire import HealthOut
from service.parts import Service
from service.store import jobs

router = APIRouter(tags=["operations"])


@router.get("/health", responses={503: {"model": HealthOut}})
def get_health(parts: Service, response: Response) -> HealthOut:
    """Database, network, worker and waiting jobs; 503 when it cannot do its work."""
    found = health(parts)
    response.status_code = 503 if found.status == "down" else 200
    return found


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def get_metrics(parts: Service) -> Response:
    """Prometheus text: a histogram per stage, uploads, decisions, jobs."""
    with parts.database.read() as connection:
        for state, count in jobs.counts(connection).items():
            parts.metrics.jobs.labels(state).set(count)
    parts.metrics.annotations.set(parts.engine.gallery_size)
    return Response(parts.metrics.text(), media_type="text/plain; version=0.0.4")
