"""The pairs of one kind of photos, and the figures of their llrs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reid.evaluation.measures import metrics
from reid.evaluation.measures.intervals import Interval
from reid.evaluation.measures.metrics import CalibrationCurve
from reid.evaluation.measures.pair_intervals import by_individual
from reid.evaluation.measures.retrieval import auc

Float64 = NDArray[np.float64]


RATES = (1e-2, 1e-3)  # false positive rates at which the true positive rate is reported


@dataclass(frozen=True, slots=True)
class PairStratum:
    """The pairs of one kind of photos, e.g. `all`, `poor`, `infra-red`.

    genuine, impostor: (n,) and (m,) llrs. genuine_individuals: (n,) animals;
    impostor_individuals: (m,) pairs of animals; an unknown animal needs a name of its own. Without
    them there are no intervals. level, crop: the condition, as in `report.Row`.
    """

    name: str
    genuine: Float64
    impostor: Float64
    genuine_individuals: Sequence[str] = ()
    impostor_individuals: Sequence[tuple[str, str]] = ()
    level: int = 0
    crop: str = "whole"

    @property
    def title(self) -> str:
        """The name with the condition where the photos are not as they were taken."""
        level = f", level {self.level}" if self.level else ""
        return self.name + level + (f", crop {self.crop}" if self.crop != "whole" else "")

    @property
    def individuals(self) -> int | None:
        """How many animals the pairs are of; None where it is not told."""
        names = {
            *self.genuine_individuals,
            *(a for pair in self.impostor_individuals for a in pair),
        }
        return len(names) or None


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
    named = len(stratum.genuine_individuals) and len(stratum.impostor_individuals)
    total = metrics.cllr(ours, theirs) if both else None
    least = metrics.cllr_min(ours, theirs) if both else None
    return Figures(
        cllr=total,
        cllr_min=least,
        cllr_cal=None if total is None or least is None else max(0.0, total - least),
        misleading=metrics.misleading(ours, theirs),
        misleading_genuine=metrics.misleading(ours, none),
        misleading_impostor=metrics.misleading(none, theirs),
        auc=auc(ours, theirs) if both else None,
        eer=metrics.eer(ours, theirs) if both else None,
        tpr={rate: metrics.tpr_at(rate, ours, theirs) if both else None for rate in RATES},
        curve=metrics.calibration_curve(ours, theirs) if both else None,
        genuine_bands=metrics.bands(ours),
        impostor_bands=metrics.bands(theirs),
        intervals=by_individual(
            ours,
            theirs,
            stratum.genuine_individuals,
            stratum.impostor_individuals,
            seed=seed,
            draws=draws,
            refits=refits,
        )
        if both and named
        else {},
    )
