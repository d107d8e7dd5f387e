"""The page of the calibration."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from reid.errors import ReidError
from service.calibration.study import Calibration, TheCalibration
from service.calibration.view import CAUTION, CalibrationView, calibration_view
from service.recognition.engine import Engine, TheEngine
from service.web.advice import trouble
from service.web.languages import gettext as _
from service.web.page import page
from service.web.parameters import TheDatabase
from service.web.sentences import translated

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/calibration")
def calibration_page(
    request: Request,
    database: TheDatabase,
    engine: TheEngine,
    calibration: TheCalibration,
) -> Response:
    """How the llrs are calibrated, and what this catalogue says about it."""
    view, problem = _view(engine, calibration)
    with database.read() as connection:
        values = {
            "nav": "catalogue",
            "view": view,
            "problem": problem,
            "caution": _(CAUTION),
            "busy": view is None and not problem,
        }
        return page(request, "calibration/calibration.html", connection, **values)


def _view(engine: Engine, calibration: Calibration) -> tuple[CalibrationView | None, str]:
    """The view, or why there is none; neither while the network is being loaded."""
    if engine.loaded is None:
        return None, translated(engine.failure)
    try:
        return calibration_view(calibration.state()), ""
    except ReidError as error:
        return None, trouble(error)
