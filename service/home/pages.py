"""The start page: what waits."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from reid.identify.clusters import TOGETHER
from service.clusters.pairing import ThePairing
from service.clusters.view import worth_views
from service.encounters.list_view import row
from service.store import encounters, questions, stations
from service.web.page import Counts, page
from service.web.parameters import TheDatabase

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
WORTH = 5  # pairs most worth a decision on the start page


@router.get("/")
def start(request: Request, database: TheDatabase, pairing: ThePairing) -> Response:
    """What waits."""
    with database.read() as connection:
        following = encounters.next_waiting(connection)
        values = {
            "next": row(following) if following else None,
            "stations": stations.names(connection),
            "busy": Counts(connection).pending > 0,
            "asked": len(questions.search(connection)),
            "prior": TOGETHER,
            "worth": worth_views(connection, pairing.worth(connection, limit=WORTH)),
        }
        return page(request, "home/start.html", connection, **values)
