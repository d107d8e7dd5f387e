"""The calibrator in force, and what this catalogue says about it."""

from fastapi import APIRouter

from service.calibration_schemas import CalibrationOut
from service.calibration_wire import calibration_out
from service.deps import Service
from service.errors import documented

router = APIRouter(tags=["calibration"], responses=documented(503))


@router.get("/calibration")
def get_calibration(parts: Service) -> CalibrationOut:
    """Bound, threshold, test, what is applied, and what is missing; `calibrate` does the work."""
    return calibration_out(parts)
