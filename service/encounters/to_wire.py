"""Encounters as wire models."""

from service.encounters.wire import DecisionOut, EncounterDetailOut, EncounterOut
from service.photos.to_wire import reference_out
from service.photos.wire import ClaimOut
from service.store.encounters import EncounterDetail


def encounter_detail(detail: EncounterDetail, *, exact: bool) -> EncounterDetailOut:
    """An encounter with its photos, decisions and conflicts."""
    decided = [DecisionOut.model_validate(item) for item in detail.decisions]
    return EncounterDetailOut(
        summary=EncounterOut.model_validate(detail.summary),
        references=[reference_out(item, exact=exact) for item in detail.references],
        decisions=decided,
        conflicts={
            name: [ClaimOut.model_validate(item) for item in claims]
            for name, claims in detail.conflicts.items()
        },
    )
