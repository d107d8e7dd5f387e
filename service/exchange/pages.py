"""The page from which the catalogue leaves as tables."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from service.exchange.zipped import DRAWS, TheZip
from service.web.page import page
from service.web.parameters import TheActor, TheDatabase, TheSettings, known_parameters

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/export", dependencies=[Depends(known_parameters)])
def export_form(
    request: Request, database: TheDatabase, actor: TheActor, settings: TheSettings
) -> Response:
    """What can be chosen, and what lies in the file."""
    with database.read() as connection:
        values = {"nav": "catalogue", "most": DRAWS, "sees_places": actor.sees_places}
        values["squares"] = settings.telling.squares
        return page(request, "exchange/export.html", connection, **values)


@router.get("/export/tables.zip", dependencies=[Depends(known_parameters)])
def tables(archive: TheZip) -> Response:
    """All tables in one file."""
    return archive
