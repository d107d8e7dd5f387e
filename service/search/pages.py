"""The page of what was found."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from service.search.finding import everything
from service.search.reading import read_text
from service.search.view import result_values
from service.web.page import page
from service.web.parameters import TheActor, TheDatabase, known_parameters

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/search", dependencies=[Depends(known_parameters)])
def search(request: Request, database: TheDatabase, actor: TheActor, q: str = "") -> Response:
    """Everything that a text finds."""
    sought = read_text(q, actor)
    with database.read() as connection:
        values = result_values(everything(connection, sought), sought)
        return page(request, "search/search.html", connection, **values)
