"""Encounters: what waits, who it may be, and what people decided."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.encounters.to_wire import encounter_detail
from service.encounters.wire import (
    DecisionIn,
    DecisionOut,
    EncounterDetailOut,
    EncounterOut,
    EncountersOut,
)
from service.recognition.engine import TheEngine
from service.recognition.to_wire import identification_out
from service.recognition.wire import IdentificationOut
from service.store import decisions, encounters
from service.store.decisions import NewDecision
from service.store.encounters import EncounterState
from service.web.errors import documented
from service.web.parameters import Limit, Offset, RowNumber, TheActor, TheDatabase, TheMetrics

router = APIRouter(
    prefix="/encounters", tags=["encounters"], responses=documented(400, 403, 404, 409, 422)
)


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
    encounter_id: RowNumber, database: TheDatabase, actor: TheActor
) -> EncounterDetailOut:
    """One encounter with its photos and the history of its decisions."""
    with database.read() as connection:
        detail = encounters.get(connection, encounter_id)
    return encounter_detail(detail, exact=actor.sees_places)


@router.get("/{encounter_id}/candidates", responses=documented(503))
def get_candidates(
    encounter_id: RowNumber, engine: TheEngine, top: Annotated[int, Query(ge=1, le=100)] = 10
) -> IdentificationOut:
    """Who it may be, by the photos that are embedded by now."""
    return identification_out(engine.candidates(encounter_id), top)


@router.get("/{encounter_id}/decisions")
def list_decisions(encounter_id: RowNumber, database: TheDatabase) -> list[DecisionOut]:
    """All decisions on an encounter, oldest first; the last one counts."""
    with database.read() as connection:
        encounters.summary(connection, encounter_id)
        history = decisions.of_encounter(connection, encounter_id)
    return [DecisionOut.model_validate(decision) for decision in history]


@router.post("/{encounter_id}/decisions", status_code=201)
def decide(
    encounter_id: RowNumber,
    decision: DecisionIn,
    database: TheDatabase,
    metrics: TheMetrics,
    actor: TheActor,
) -> DecisionOut:
    """Record a decision; nothing is overwritten, `withdrawn` undoes the latest."""
    values = decision.model_dump() | {"reviewer": actor.signs(decision.reviewer)}
    with database.write() as connection:
        recorded = decisions.add(connection, encounter_id, NewDecision(**values))
    metrics.decisions.labels(recorded.kind).inc()
    return DecisionOut.model_validate(recorded)
