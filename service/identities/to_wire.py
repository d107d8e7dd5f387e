"""Identities as wire models."""

from sqlalchemy import Connection

from service.encounters.wire import DecisionOut
from service.identities.wire import IdentityDetailOut, IdentityOut, SightingOut
from service.photos.to_wire import reference_out
from service.store import decisions, identities


def identity_detail(connection: Connection, identity_id: int, *, exact: bool) -> IdentityDetailOut:
    """An identity with everything that ever named it."""
    found = identities.get(connection, identity_id)
    decided = decisions.of_identity(connection, identity_id)
    return IdentityDetailOut(
        summary=IdentityOut.model_validate(found.summary),
        sightings=[SightingOut.model_validate(one) for one in found.sightings],
        references=[reference_out(one, exact=exact) for one in found.references],
        decisions=[DecisionOut.model_validate(one) for one in decided],
    )
