"""Search over the API."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.search.finding import everything
from service.search.reading import LONGEST, read_text
from service.search.wire import FindingsOut
from service.web.errors import documented
from service.web.parameters import Limit, TheActor, TheDatabase

router = APIRouter(tags=["search"], responses=documented(400, 403, 422))
Typed = Annotated[
    str,
    Query(
        max_length=LONGEST,
        description="part of a name, station, file name or note, in any case and accents; or a "
        "date such as 2018-09-12, 2018-09 or 12.09.2018, alone or beside a "
        "text; an empty one finds nothing",
    ),
]


@router.get("/search")
def search(database: TheDatabase, actor: TheActor, q: Typed = "", limit: Limit = 50) -> FindingsOut:
    """The first identities, stations, encounters, photos, cases and notes that fit a text."""
    with database.read() as connection:
        findings = everything(connection, read_text(q, actor), limit)
    return FindingsOut.model_validate(findings)
