"""What one evaluation found, and the figures that its report prints: values, no layout."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reid.evaluation import metrics
from reid.evaluation.intervals import Interval
from reid.evaluation.metrics import Calibration
from reid.evaluation.pair_intervals import by_individual
from reid.evaluation.report import Row, as_json
from reid.evaluation.retrieval import auc
from reid.evaluation.sorting import Clustering, OpenSet, PartitionCalibration
from reid.evaluation.trial import Trial

Float64 = NDArray[np.float64]
RATES = (1e-2, 1e-3)  # false positive rates at which the true positive rate is reported
EVALUATE, SIMULATE = "scripts/evaluate.py DATA --report DIR", "scripts/simulate.py"
SECTIONS = {  # of the report, with the command that fills each
    "evidence": EVALUATE,
    "retrieval": EVALUATE,
    "cumulative ranks": EVALUATE,
    "open set": f"{SIMULATE} open-set",
    "partitions": f"{SIMULATE} triples",
    "clustering": f"{SIMULATE} count",
}


@dataclass(frozen=True, slots=True)
class Stratum:
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
        told = {*self.genuine_individuals, *(a for pair in self.impostor_individuals for a in pair)}
        return len(told) or None


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
    curve: Calibration | None
    genuine_bands: tuple[int, ...]
    impostor_bands: tuple[int, ...]
    intervals: Mapping[str, Interval]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one report shows. A section without data is named as not run.

    description: the data in words, with counts. date: as it shall be printed. ranks: places of the
    first genuine annotation by method, see `metrics.ranks`. commands: by section (`SECTIONS`),
    what makes it, where it is not the command there.
    """

    title: str
    command: str
    dataset: str
    description: str
    model: str
    calibrator: str
    date: str
    seed: int
    strata: Sequence[Stratum] = ()
    rows: Sequence[Row] = ()
    ranks: Mapping[str, Sequence[int]] = field(default_factory=dict)
    open_set: OpenSet | None = None
    partitions: PartitionCalibration | None = None
    clustering: Clustering | None = None
    commands: Mapping[str, str] = field(default_factory=dict)

    def not_run(self) -> dict[str, str]:
        """The sections without data, and the command that would fill each."""
        parts = (
            self.strata,
            self.rows,
            self.ranks,
            self.open_set,
            self.partitions,
            self.clustering,
        )
        made = {**SECTIONS, **self.commands}
        return {name: made[name] for name, part in zip(SECTIONS, parts, strict=True) if not part}


def figures(stratum: Stratum, *, seed: int = 0, draws: int = 500, refits: int = 100) -> Figures:
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


def strata_of(
    trial: Trial,
    llr: Float64,
    gallery_animals: Sequence[str],
    parts: Mapping[str, NDArray[np.bool_]] | None = None,
) -> list[Stratum]:
    """The pairs of a trial that count as strata: `all`, then each of `parts`.

    llr: (Q, N), anything where a pair does not count. gallery_animals: (N,) animals of the gallery;
    "" (a distractor) counts as an animal of its own. parts: by name, (Q, N) which pairs belong to
    it. ValueError for a trial that does not tell the animals of its queries.
    """
    if len(trial.animals) != len(trial.counted) or len(gallery_animals) != trial.counted.shape[1]:
        raise ValueError("every query and every annotation of the gallery needs its animal")
    whole = np.ones(trial.counted.shape, bool)
    names = [name or f"unknown {n}" for n, name in enumerate(gallery_animals)]
    found = []
    for title, part in {"all": whole, **(parts or {})}.items():
        same, other = (trial.counted & part & kind for kind in (trial.same, ~trial.same))
        found.append(
            Stratum(
                title,
                llr[same],
                llr[other],
                [trial.animals[q] for q in np.nonzero(same)[0].tolist()],
                [(trial.animals[q], names[n]) for q, n in np.argwhere(other).tolist()],
                level=trial.condition.level,
                crop=trial.condition.style.value,
            )
        )
    return found


def content(report: Report, found: Sequence[Figures]) -> dict[str, Any]:
    """evaluation.json: the keys of `report.write_json`, and what the report adds to them.

    found: the figures of `report.strata`, in order. Every row of the method `evidence` carries
    cllr, cllr_min, cllr_cal, misleading and stratum: the retrieval row of a condition takes the
    figures of its stratum `all`, every other stratum is a row of its own.
    """
    pairs = zip(report.strata, found, strict=True)
    added = {(s.name, s.level, s.crop): evidence_json(s, figure) for s, figure in pairs}
    rows = []
    for row in report.rows:
        held = as_json(row)
        if row.method == "evidence":
            ours = added.pop(("all", row.level, row.crop), {})
            both = {**held["intervals_95"], **ours.get("intervals_95", {})}
            held = {**held, **ours, "auc": held["auc"], "intervals_95": both}
        rows.append(held)
    return {
        "title": report.title,
        "dataset": report.dataset,
        "description": report.description,
        "command": report.command,
        "model": report.model,
        "calibrator": report.calibrator,
        "date": report.date,
        "seed": report.seed,
        "rows": [*rows, *added.values()],
        "ranks": {method: list(places) for method, places in report.ranks.items()},
        **_sorted(report),
        "not_run": report.not_run(),
    }


def evidence_json(stratum: Stratum, found: Figures) -> dict[str, Any]:
    """One stratum as a row of evaluation.json; null where a figure cannot be computed."""
    return {
        "method": "evidence",
        "level": stratum.level,
        "crop": stratum.crop,
        "stratum": stratum.name,
        "genuine_pairs": len(stratum.genuine),
        "impostor_pairs": len(stratum.impostor),
        "individuals": stratum.individuals,
        "cllr": _short(found.cllr),
        "cllr_min": _short(found.cllr_min),
        "cllr_cal": _short(found.cllr_cal),
        "misleading": list(found.misleading),
        "misleading_genuine": list(found.misleading_genuine),
        "misleading_impostor": list(found.misleading_impostor),
        "auc": _short(found.auc),
        "eer": _short(found.eer),
        "tpr_at_fpr": {f"{rate:g}": _short(share) for rate, share in found.tpr.items()},
        "ece": _short(found.curve.error if found.curve else None),
        "bands": list(metrics.BANDS),
        "genuine_bands": list(found.genuine_bands),
        "impostor_bands": list(found.impostor_bands),
        "intervals_95": {k: [round(end, 4) for end in v] for k, v in found.intervals.items()},
    }


def _sorted(report: Report) -> dict[str, Any]:
    """Open set, partitions and clustering; null where not run."""
    asked, cases, sorting = report.open_set, report.partitions, report.clustering
    return {
        "open_set": asked
        and {
            "known": list(asked.known),
            "unknown": list(asked.unknown),
            "known_animals": asked.known_animals,
            "unknown_animals": asked.unknown_animals,
            "baks": _short(asked.baks),
            "baus": _short(asked.baus),
            "geometric": _short(asked.geometric),
        },
        "partitions": cases
        and {
            "cases": cases.cases,
            "encounters": cases.encounters,
            "first": list(cases.first),
            "stated": _short(cases.stated),
            "ece": _short(cases.curve.error),
            "bits": _short(cases.bits),
        },
        "clustering": sorting
        and {
            "encounters": sorting.encounters,
            "excluded": sorting.excluded,
            "animals": sorting.animals,
            "groups": sorting.groups,
            "count_error": _short(sorting.count_error),
            "split": list(sorting.split),
            "combined": list(sorting.combined),
            "ari": _short(sorting.ari),
            "ami": _short(sorting.ami),
        },
    }


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
