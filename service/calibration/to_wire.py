"""The calibration of a catalogue as a wire model."""

from dataclasses import asdict

from reid.evidence.certificate import content
from service.calibration.certification import CertificateState
from service.calibration.study import CalibrationState
from service.calibration.wire import (
    AppliedFactorOut,
    CalibrationOut,
    CertificateOut,
    CertificateStateOut,
    RateOut,
    StudyOut,
    SupplyOut,
    SuspectOut,
    TestSummaryOut,
)
from service.store.calibration import Studied


def calibration_out(state: CalibrationState) -> CalibrationOut:
    """All that is known."""
    used, local, tested = state.used, state.local, state.tested
    return CalibrationOut(
        calibrator=used.id,
        fitted=state.fitted.id,
        model=used.model,
        individuals=used.individuals,
        bound=used.bound,
        same=used.same,
        factor=used.factor,
        applied=AppliedFactorOut(in_force=state.in_force, **asdict(local.applied))
        if local.applied
        else None,
        tested=[
            TestSummaryOut.model_validate(stratum) for stratum in (tested.strata if tested else ())
        ],
        decisions=state.decisions,
        available=SupplyOut.model_validate(state.available),
        study=_study(local.studied, state) if local.studied else None,
    )


def certificate_state_out(state: CertificateState) -> CertificateStateOut:
    """The latest certificate, as its file has it, and whether it still holds."""
    return CertificateStateOut(
        certificate=CertificateOut.model_validate(content(state.certificate)),
        out_of_date=state.out_of_date,
        model=state.model,
        calibrator=state.calibrator,
        since=state.since,
    )


def _study(studied: Studied, state: CalibrationState) -> StudyOut:
    study = studied.study
    return StudyOut(
        calibrator=studied.calibrator,
        made_at=studied.made_at,
        decisions=studied.decisions,
        supply=SupplyOut.model_validate(study.supply),
        shift=study.shift,
        impostor=[RateOut.model_validate(rate) for rate in study.impostor],
        genuine=[RateOut.model_validate(rate) for rate in study.genuine],
        scale=study.scale,
        widening=study.shrinkage,
        factor=study.factor,
        suspects=[
            SuspectOut(encounters=pair.encounters, animals=pair.animals, llr=state.llr(pair))
            for pair in study.suspects
        ],
    )
