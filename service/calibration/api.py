"""The calibrator in force, and what this catalogue says about it."""

from fastapi import APIRouter

from service.calibration.certification import TheCertification
from service.calibration.study import TheCalibration
from service.calibration.to_wire import calibration_out, certificate_state_out
from service.calibration.wire import CalibrationOut, CertificateStateOut
from service.store.errors import NoCertificate
from service.web.errors import documented

router = APIRouter(tags=["calibration"], responses=documented(503))


@router.get("/calibration")
def get_calibration(calibration: TheCalibration) -> CalibrationOut:
    """Bound, threshold, test, what is applied, and what is missing; `calibrate` does the work."""
    return calibration_out(calibration.state())


@router.get("/calibration/certificate", responses=documented(404))
def get_certificate(certification: TheCertification) -> CertificateStateOut:
    """The latest certificate of this catalogue; `certify` makes it. 404 where there is none."""
    state = certification.state()
    if state is None:
        raise NoCertificate()
    return certificate_state_out(state)
