"""The dossier of a case as JSON."""

from fastapi import APIRouter

from service.dossier.record import TheDossiers
from service.dossier.to_wire import dossier_out
from service.dossier.wire import DossierOut
from service.web.errors import documented
from service.web.parameters import RowNumber
from service.web.places import AskedPlaces

router = APIRouter(tags=["cases"], responses=documented(400, 403, 404, 409, 422))


@router.get("/cases/{case_id}/dossier", responses=documented(503))
def get_dossier(case_id: RowNumber, dossiers: TheDossiers, telling: AskedPlaces) -> DossierOut:
    """The record of a case with photos, figures and decisions, from which its page is made."""
    return dossier_out(dossiers.of(case_id, telling))
