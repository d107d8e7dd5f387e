"""The dossier of a case as JSON."""

from fastapi import APIRouter

from service.cases.report import TheCasework
from service.dossier.record import dossier
from service.dossier.to_wire import dossier_out
from service.dossier.wire import DossierOut
from service.photos.pictures import ThePictures
from service.recognition.engine import TheEngine
from service.web.errors import documented
from service.web.parameters import Exactly, RowNumber, TheDatabase, TheSettings

router = APIRouter(tags=["cases"], responses=documented(400, 403, 404, 409, 422))


@router.get("/cases/{case_id}/dossier", responses=documented(503))
def get_dossier(
    case_id: RowNumber,
    settings: TheSettings,
    database: TheDatabase,
    engine: TheEngine,
    casework: TheCasework,
    pictures: ThePictures,
    exact: Exactly,
) -> DossierOut:
    """The record of a case with photos, figures and decisions, from which its page is made."""
    record = dossier(settings, database, engine, casework, pictures, case_id, exact=exact)
    return dossier_out(record)
