"""What one evaluation found, and the figures that its report prints: values, no layout."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reid.evaluation.measures import metrics
from reid.evaluation.measures.sorting import ClusteringMeasures, OpenSet, PartitionCalibration
from reid.evaluation.measures.strata import Figures, Float64
from reid.evaluation.report.table import MethodRow, as_json
from reid.evaluation.trials.trial import Trial
from reid.evidence.strata import PairStratum

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
class EvaluationReport:
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
    strata: Sequence[PairStratum] = ()
    rows: Sequence[MethodRow] = ()
    ranks: Mapping[str, Sequence[int]] = field(default_factory=dict)
    open_set: OpenSet | None = None
    partitions: PartitionCalibration | None = None
    clustering: ClusteringMeasures | None = None
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
        commands = {**SECTIONS, **self.commands}
        return {
            name: commands[name] for name, part in zip(SECTIONS, parts, strict=True) if not part
        }


def strata_of(
    trial: Trial,
    llr: Float64,
    gallery_animals: Sequence[str],
    parts: Mapping[str, NDArray[np.bool_]] | None = None,
) -> list[PairStratum]:
    """The pairs of a trial that count as strata: `all`, then each of `parts`.

    llr: (Q, N), anything where a pair does not count. gallery_animals: (N,) animals of the gallery;
    "" (a distractor) counts as an animal of its own. parts: by name, (Q, N) which pairs belong to
    it. ValueError for a trial that does not tell the animals of its queries.
    """
    if len(trial.animals) != len(trial.counted) or len(gallery_animals) != trial.counted.shape[1]:
        raise ValueError("every query and every annotation of the gallery needs its animal")
    whole = np.ones(trial.counted.shape, bool)
    names = [name or f"unknown {n}" for n, name in enumerate(gallery_animals)]
    strata = []
    for title, part in {"all": whole, **(parts or {})}.items():
        same, other = (trial.counted & part & kind for kind in (trial.same, ~trial.same))
        strata.append(
            PairStratum(
                title,
                llr[same],
                llr[other],
                [trial.animals[q] for q in np.nonzero(same)[0].tolist()],
                [(trial.animals[q], names[n]) for q, n in np.argwhere(other).tolist()],
                level=trial.condition.level,
                crop=trial.condition.style.value,
            )
        )
    return strata


def content(report: EvaluationReport, strata_figures: Sequence[Figures]) -> dict[str, Any]:
    """evaluation.json: the keys of `report.write_json`, and what the report adds to them.

    strata_figures: the figures of `report.strata`, in order. Every row of the method `evidence`
    carries cllr, cllr_min, cllr_cal, misleading and stratum: the retrieval row of a condition takes
    the figures of its stratum `all`, every other stratum is a row of its own.
    """
    pairs = zip(report.strata, strata_figures, strict=True)
    added = {(s.name, s.level, s.crop): evidence_json(s, figure) for s, figure in pairs}
    rows = []
    for row in report.rows:
        values = as_json(row)
        if row.method == "evidence":
            ours = added.pop(("all", row.level, row.crop), {})
            both = {**values["intervals_95"], **ours.get("intervals_95", {})}
            values = {**values, **ours, "auc": values["auc"], "intervals_95": both}
        rows.append(values)
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


def evidence_json(stratum: PairStratum, figures: Figures) -> dict[str, Any]:
    """One stratum as a row of evaluation.json; null where a figure cannot be computed."""
    return {
        "method": "evidence",
        "level": stratum.level,
        "crop": stratum.crop,
        "stratum": stratum.name,
        "genuine_pairs": len(stratum.genuine),
        "impostor_pairs": len(stratum.impostor),
        "individuals": stratum.individuals,
        "cllr": _short(figures.cllr),
        "cllr_min": _short(figures.cllr_min),
        "cllr_cal": _short(figures.cllr_cal),
        "misleading": list(figures.misleading),
        "misleading_genuine": list(figures.misleading_genuine),
        "misleading_impostor": list(figures.misleading_impostor),
        "auc": _short(figures.auc),
        "eer": _short(figures.eer),
        "tpr_at_fpr": {f"{rate:g}": _short(share) for rate, share in figures.tpr.items()},
        "ece": _short(figures.curve.error if figures.curve else None),
        "bands": list(metrics.BANDS),
        "genuine_bands": list(figures.genuine_bands),
        "impostor_bands": list(figures.impostor_bands),
        "intervals_95": {k: [round(end, 4) for end in v] for k, v in figures.intervals.items()},
    }


def _sorted(report: EvaluationReport) -> dict[str, Any]:
    """Open set, partitions and clustering; null where not run."""
    queries, cases, sorting = report.open_set, report.partitions, report.clustering
    return {
        "open_set": queries
        and {
            "known": list(queries.known),
            "unknown": list(queries.unknown),
            "known_animals": queries.known_animals,
            "unknown_animals": queries.unknown_animals,
            "baks": _short(queries.baks),
            "baus": _short(queries.baus),
            "geometric": _short(queries.geometric),
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
