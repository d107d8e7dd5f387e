"""The pairs of one kind of photos, and the figures of their llrs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reid.evaluation.measures import metrics
from reid.evaluation.measures.metrics import CalibrationCurve
from reid.evaluation.measures.retrieval import auc
from reid.evidence.cost import misleading
from reid.evidence.pair_intervals import Interval
from reid.evidence.strata import PairStratum, costs

Float64 = NDArray[np.float64]


RATES = (1e-2, 1e-3)  # false positive rates at which the true positive rate is reported


@dataclass(frozen=True, slots=True)
class Figures:
    """What a stratum's pairs come to; what cannot be computed from them is None.

    misleading and its parts: (pairs, of). tpr: true positive rate by false positive rate.
    genuine_bands, impostor_bands: counts by `metrics.BANDS`. intervals: 95 % over individuals.
    """

    cllr: float | None
    cllr_min: float | None
    cllr_cal: float | None
    misleading: tuple[int, int]
    misleading_genuine: tuple[int, int]
    misleading_impostor: tuple[int, int]
    auc: float | None
    eer: float | None
    tpr: Mapping[float, float | None]
    curve: CalibrationCurve | None
    genuine_bands: tuple[int, ...]
    impostor_bands: tuple[int, ...]
    intervals: Mapping[str, Interval]


def figures(stratum: PairStratum, *, seed: int = 0, draws: int = 500, refits: int = 100) -> Figures:
    """All figures of a stratum. Raises MissingExtra without scikit-learn."""
    ours, theirs = np.asarray(stratum.genuine, float), np.asarray(stratum.impostor, float)
    none = np.empty(0)
    both = bool(len(ours) and len(theirs))
    cost = costs(stratum, seed=seed, draws=draws, refits=refits)
    return Figures(
        cllr=cost.cllr,
        cllr_min=cost.cllr_min,
        cllr_cal=cost.cllr_cal,
        misleading=misleading(ours, theirs),
        misleading_genuine=misleading(ours, none),
        misleading_impostor=misleading(none, theirs),
        auc=auc(ours, theirs) if both else None,
        eer=metrics.eer(ours, theirs) if both else None,
        tpr={rate: metrics.tpr_at(rate, ours, theirs) if both else None for rate in RATES},
        curve=metrics.calibration_curve(ours, theirs) if both else None,
        genuine_bands=metrics.bands(ours),
        impostor_bands=metrics.bands(theirs),
        intervals=cost.intervals,
    )
