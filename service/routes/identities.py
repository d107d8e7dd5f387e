"""The catalogue."""

from fastapi import APIRouter

from service.deps import RowNumber, Service
from service.errors import documented
from service.schemas import IdentityDetailOut, IdentityOut
from service.store import identities
from service.wire import identity_detail

router = APIRouter(prefix="/identities", tags=["identities"], responses=documented(404, 422))


@router.get("")
def list_identities(parts: Service) -> list[IdentityOut]:
    """Every identity that has an encounter, by name."""
    with parts.database.read() as connection:
        found = identities.catalogue(connection)
    return [IdentityOut.model_validate(one) for one in found]


@router.get("/{identity_id}")
def get_identity(identity_id: RowNumber, parts: Service) -> IdentityDetailOut:
    """One identity with its photos and decisions, also when no encounter is left to it."""
    with parts.database.read() as connection:
        return identity_detail(connection, identity_id)
