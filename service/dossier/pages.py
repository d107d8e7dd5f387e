"""The dossier of a case as a document."""

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from service.dossier.printing import printed
from service.dossier.record import TheDossiers
from service.dossier.to_wire import dossier_out
from service.store import cases
from service.web.answer_cache import NotYet
from service.web.page import page
from service.web.parameters import RowNumber, TheAhead, TheDatabase
from service.web.places import AskedPlaces

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
COMPARING = 202  # HTTP: accepted, not there yet


@router.get("/cases/{case_id}/dossier")
def dossier_page(
    case_id: RowNumber,
    request: Request,
    database: TheDatabase,
    dossiers: TheDossiers,
    ahead: TheAhead,
    telling: AskedPlaces,
) -> Response:
    """The dossier: one file that stands for itself, under a policy of its own.

    While its photos are still being compared, a page that asks for it again.
    """
    find = partial(dossiers.of, case_id, telling)
    try:
        record = ahead.answer(("dossier", case_id, telling), partial(find, wait=False), find)
    except NotYet:
        with database.read() as connection:
            values = {"nav": "cases", "busy": True, "case": cases.get(connection, case_id)}
            response = page(request, "dossier/comparing.html", connection, **values)
        response.status_code = COMPARING
        return response
    document = printed(record, dossier_out(record).digest)
    headers = {
        "content-security-policy": document.policy,
        "content-disposition": f'inline; filename="{document.file_name}"',
        "cache-control": "no-cache",
    }
    return HTMLResponse(document.html, headers=headers)
