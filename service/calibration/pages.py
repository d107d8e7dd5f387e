"""The page of the calibration."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from service.calibration.certificate_view import certificate_view
from service.calibration.certification import TheCertification
from service.calibration.study import TheCalibration
from service.calibration.view import CAUTION, calibration_view
from service.recognition.awaited import answered
from service.recognition.engine import TheEngine
from service.web.languages import gettext as _
from service.web.page import page
from service.web.parameters import TheDatabase

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/calibration")
def calibration_page(
    request: Request,
    database: TheDatabase,
    engine: TheEngine,
    calibration: TheCalibration,
    certification: TheCertification,
) -> Response:
    """How the llrs are calibrated, and what this catalogue says about it."""
    view, problem = answered(engine, lambda: calibration_view(calibration.state()))
    state, damage = answered(engine, certification.state)
    with database.read() as connection:
        values = {
            "nav": "catalogue",
            "view": view,
            "certificate": certificate_view(state) if state else None,
            "problem": problem,
            "damage": "" if problem else damage,
            "caution": _(CAUTION),
            "busy": view is None and not problem,
        }
        return page(request, "calibration/calibration.html", connection, **values)
