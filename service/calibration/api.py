"""The calibrator in force, and what this catalogue says about it."""

from fastapi import APIRouter

from service.calibration.study import TheCalibration
from service.calibration.to_wire import calibration_out
from service.calibration.wire import CalibrationOut
from service.web.errors import documented

router = APIRouter(tags=["calibration"], responses=documented(503))


@router.get("/calibration")
def get_calibration(calibration: TheCalibration) -> CalibrationOut:
    """Bound, threshold, test, what is applied, and what is missing; `calibrate` does the work."""
    return calibration_out(calibration.state())
