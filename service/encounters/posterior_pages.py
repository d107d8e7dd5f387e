"""The page of who an encounter may be."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from reid.errors import InputError
from service.encounters.list_view import title
from service.encounters.posterior import chances, posterior
from service.recognition.awaited import awaited
from service.recognition.engine import TheEngine
from service.store import encounters
from service.web.page import page
from service.web.parameters import RowNumber, TheAhead, TheDatabase
from service.web.words import when

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


class NoNumber(
    InputError,
    code="bad_number",
    message="The number of unseen animals is a number above 0, such as 3.",
): ...


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
    assumed = _above_zero(unseen)
    answer, problem = awaited(
        ahead,
        engine,
        ("who", encounter_id, assumed),
        lambda wait: posterior(database, engine, encounter_id, assumed, wait=wait),
    )
    with database.read() as connection:
        values = {
            "nav": "encounters",
            "encounter_id": encounter_id,
            "heading": f"{title(summary)}, {when(summary.started_at)}",
            "found": answer,
            "lines": chances(answer) if answer else (),
            "problem": problem,
            "loaded": engine.loaded is not None,
            "busy": answer is None and not problem,
        }
        return page(request, "encounters/posterior.html", connection, **values)


def _above_zero(text: str) -> float | None:
    """A number of animals; nothing where nothing was typed."""
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError as error:
        raise NoNumber() from error
    if not 0 < value <= 10_000:
        raise NoNumber()
    return value
