"""Encounters as wire models."""

from service.encounters.wire import DecisionOut, EncounterDetailOut, EncounterOut
from service.photos.to_wire import reference_out
from service.photos.wire import ClaimOut
from service.store.encounters import EncounterDetail


def encounter_detail(found: EncounterDetail, *, exact: bool) -> EncounterDetailOut:
    """An encounter with its photos, decisions and conflicts."""
    decided = [DecisionOut.model_validate(one) for one in found.decisions]
    return EncounterDetailOut(
        summary=EncounterOut.model_validate(found.summary),
        references=[reference_out(one, exact=exact) for one in found.references],
        decisions=decided,
        conflicts={
            name: [ClaimOut.model_validate(one) for one in claims]
            for name, claims in found.conflicts.items()
        },
    )
