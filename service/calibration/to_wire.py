"""The calibration of a catalogue as a wire model, from which its page is made."""

from reid.evidence.calibrator import LOG10_E
from reid.evidence.tested import load_tested
from reid.weights import default_folder
from service.calibration.study import Calibration
from service.calibration.wire import (
    AppliedOut,
    CalibrationOut,
    RateOut,
    StudyOut,
    SupplyOut,
    SuspectOut,
    TestSummaryOut,
)
from service.recognition.engine import Engine
from service.settings import Settings
from service.store.calibration import Applied, Studied


def calibration_out(settings: Settings, engine: Engine, calibration: Calibration) -> CalibrationOut:
    """All that is known; nothing is compared."""
    fitted, used = engine.fitted(), engine.calibrator()
    tested = load_tested(fitted.id, settings.weights_dir or default_folder())
    kept = calibration.kept
    return CalibrationOut(
        calibrator=used.id,
        fitted=fitted.id,
        model=used.model,
        individuals=used.individuals,
        bound=used.bound,
        same=used.same,
        factor=used.factor,
        applied=_applied(kept.applied, fitted.id) if kept.applied else None,
        tested=[TestSummaryOut.model_validate(one) for one in (tested.strata if tested else ())],
        decisions=calibration.decisions,
        available=SupplyOut.model_validate(calibration.supply()),
        study=_study(kept.studied, fitted.bound) if kept.studied else None,
    )


def _applied(one: Applied, fitted: str) -> AppliedOut:
    return AppliedOut(
        number=one.number,
        calibrator=one.calibrator,
        factor=one.factor,
        made_at=one.made_at,
        decisions=one.decisions,
        in_force=one.calibrator == fitted,
    )


def _study(one: Studied, bound: float) -> StudyOut:
    said = one.study
    return StudyOut(
        calibrator=one.calibrator,
        made_at=one.made_at,
        decisions=one.decisions,
        supply=SupplyOut.model_validate(said.supply),
        shift=said.shift,
        impostor=[RateOut.model_validate(rate) for rate in said.impostor],
        genuine=[RateOut.model_validate(rate) for rate in said.genuine],
        scale=said.scale,
        widening=said.shrinkage,
        factor=said.factor,
        suspects=[
            SuspectOut(
                encounters=pair.encounters,
                animals=pair.animals,
                llr=min(LOG10_E * pair.log_odds, bound),
            )
            for pair in said.suspects
        ],
    )
