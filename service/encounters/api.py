"""Encounters: what waits, who it may be, and what people decided."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.encounters.posterior import WhoItIs, posterior
from service.encounters.wire import (
    DecisionIn,
    DecisionOut,
    EncounterDetailOut,
    EncounterOut,
    EncountersOut,
    PosteriorOut,
    RecordedDecisionOut,
)
from service.photos.to_wire import reference_out
from service.recognition.engine import TheEngine
from service.recognition.to_wire import identification_out
from service.recognition.wire import IdentificationOut
from service.store import decisions, encounters, identities
from service.store.decisions import Decision, NewDecision
from service.store.encounters import EncounterState
from service.web.errors import documented
from service.web.parameters import Limit, Offset, RowNumber, TheActor, TheDatabase, TheMetrics
from service.web.places import ToldPlaces

DOCUMENTED = documented(400, 403, 404, 409, 422)
router = APIRouter(prefix="/encounters", tags=["encounters"], responses=DOCUMENTED)
posterior_router = APIRouter(tags=["cases"], responses=DOCUMENTED)

Unseen = Annotated[
    float | None,
    Query(
        gt=0,
        le=10_000,
        allow_inf_nan=False,
        description="animals that are not in the catalogue; left out, estimated by Chao1",
    ),
]


@router.get("")
def list_encounters(
    database: TheDatabase, state: EncounterState = "all", limit: Limit = 100, offset: Offset = 0
) -> EncountersOut:
    """Encounters, newest first; `waiting` are those without a decision, or with one withdrawn."""
    with database.read() as connection:
        counts = encounters.counts(connection)
        summaries = encounters.search(connection, state, limit=limit, offset=offset)
    rows = [EncounterOut.model_validate(summary) for summary in summaries]
    return EncountersOut(waiting=counts.waiting, decided=counts.decided, encounters=rows)


@router.get("/{encounter_id}")
def get_encounter(
    encounter_id: RowNumber, database: TheDatabase, telling: ToldPlaces
) -> EncounterDetailOut:
    """One encounter with its photos and the history of its decisions."""
    with database.read() as connection:
        detail = encounters.get(connection, encounter_id)
    values = {
        "summary": detail.summary,
        "references": [reference_out(r, telling) for r in detail.references],
        "decisions": detail.decisions,
        "conflicts": detail.conflicts,
    }
    return EncounterDetailOut.model_validate(values)


@router.get("/{encounter_id}/candidates", responses=documented(503))
def get_candidates(
    encounter_id: RowNumber, engine: TheEngine, top: Annotated[int, Query(ge=1, le=100)] = 10
) -> IdentificationOut:
    """Who it may be, by the photos that are embedded by now."""
    return identification_out(engine.candidates(encounter_id), top)


@router.get("/{encounter_id}/decisions", response_model=list[DecisionOut])
def list_decisions(encounter_id: RowNumber, database: TheDatabase) -> list[Decision]:
    """All decisions on an encounter, oldest first; the last one counts."""
    with database.read() as connection:
        encounters.summary(connection, encounter_id)
        return decisions.of_encounter(connection, encounter_id)


@router.post("/{encounter_id}/decisions", status_code=201)
def decide(
    encounter_id: RowNumber,
    decision: DecisionIn,
    database: TheDatabase,
    metrics: TheMetrics,
    actor: TheActor,
) -> RecordedDecisionOut:
    """Record a decision; nothing is overwritten, `withdrawn` undoes the latest."""
    values = decision.model_dump() | {"reviewer": actor.signs(decision.reviewer)}
    with database.write() as connection:
        recorded = decisions.add(connection, encounter_id, NewDecision(**values))
        new = recorded.identity_id if recorded.kind == "new" else None
        alike = identities.alike(connection, new) if new is not None else []
    metrics.decisions.labels(recorded.kind).inc()
    return RecordedDecisionOut.model_validate(recorded).model_copy(update={"alike": alike})


@posterior_router.get(
    "/encounters/{encounter_id}/posterior",
    response_model=PosteriorOut,
    responses=documented(503),
)
def get_posterior(
    encounter_id: RowNumber, database: TheDatabase, engine: TheEngine, unseen: Unseen = None
) -> WhoItIs:
    """Who it may be: every identity, or an animal that is not in the catalogue."""
    return posterior(database, engine, encounter_id, unseen)
