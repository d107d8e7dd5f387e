"""The dossier of a case as a document."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from service.dossier.printing import printed
from service.dossier.record import TheDossiers
from service.dossier.to_wire import dossier_out
from service.web.parameters import RowNumber
from service.web.places import Exactly

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/cases/{case_id}/dossier")
def dossier_page(case_id: RowNumber, dossiers: TheDossiers, exact: Exactly) -> Response:
    """The dossier: one file that stands for itself, under a policy of its own."""
    record = dossiers.of(case_id, exact=exact)
    document = printed(record, dossier_out(record).digest)
    headers = {
        "content-security-policy": document.policy,
        "content-disposition": f'inline; filename="{document.file_name}"',
        "cache-control": "no-cache",
    }
    return HTMLResponse(document.html, headers=headers)
