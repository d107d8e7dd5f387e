"""The page of who an encounter may be."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from reid.errors import InputError, ReidError
from service.encounters.list_view import title
from service.encounters.posterior import WhoItIs, posterior
from service.encounters.posterior_view import chances
from service.recognition.engine import Engine, TheEngine
from service.store import encounters
from service.store.database import Database
from service.web.advice import trouble
from service.web.ahead import Ahead
from service.web.answer_cache import NotYet
from service.web.page import page
from service.web.parameters import RowNumber, TheAhead, TheDatabase
from service.web.words import when

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


class NoNumber(InputError):
    """The number of unseen animals is a number above 0, such as 3."""

    code = "bad_number"


@router.get("/encounters/{encounter_id}/posterior")
def posterior_page(
    encounter_id: RowNumber,
    request: Request,
    database: TheDatabase,
    ahead: TheAhead,
    engine: TheEngine,
    unseen: str = "",
) -> Response:
    """Who an encounter may be, under a number of unseen animals that anybody may change."""
    with database.read() as connection:
        summary = encounters.summary(connection, encounter_id)
    found, problem = _who(ahead, engine, database, encounter_id, _above_zero(unseen))
    with database.read() as connection:
        values = {
            "nav": "encounters",
            "encounter_id": encounter_id,
            "heading": f"{title(summary)}, {when(summary.started_at)}",
            "found": found,
            "lines": chances(found) if found else (),
            "problem": problem,
            "loaded": engine.loaded is not None,
            "busy": found is None and not problem,
        }
        return page(request, "encounters/posterior.html", connection, **values)


def _who(
    ahead: Ahead, engine: Engine, database: Database, encounter_id: int, unseen: float | None
) -> tuple[WhoItIs | None, str]:
    """The same for one encounter."""
    if engine.loaded is None:
        return None, engine.failure or ""
    try:
        found = ahead.answer(
            ("who", encounter_id, unseen),
            lambda: posterior(database, engine, encounter_id, unseen, wait=False),
            lambda: posterior(database, engine, encounter_id, unseen),
        )
    except NotYet:
        return None, ""
    except ReidError as error:
        return None, trouble(error)
    return found, ""


def _above_zero(text: str) -> float | None:
    """A number of animals; nothing where nothing was typed."""
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError as error:
        raise NoNumber(NoNumber.__doc__ or "") from error
    if not 0 < value <= 10_000:
        raise NoNumber(NoNumber.__doc__ or "")
    return value
