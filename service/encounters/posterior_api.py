"""Who an encounter may be."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.encounters.posterior import posterior
from service.encounters.posterior_wire import PosteriorOut
from service.recognition.engine import TheEngine
from service.web.errors import documented
from service.web.parameters import RowNumber, TheDatabase

router = APIRouter(tags=["cases"], responses=documented(400, 403, 404, 409, 422))

Unseen = Annotated[
    float | None,
    Query(
        gt=0,
        le=10_000,
        allow_inf_nan=False,
        description="animals that are not in the catalogue; left out, estimated by Chao1",
    ),
]


@router.get("/encounters/{encounter_id}/posterior", responses=documented(503))
def get_posterior(
    encounter_id: RowNumber, database: TheDatabase, engine: TheEngine, unseen: Unseen = None
) -> PosteriorOut:
    """Who it may be: every identity, or an animal that is not in the catalogue."""
    return PosteriorOut.model_validate(posterior(database, engine, encounter_id, unseen))
