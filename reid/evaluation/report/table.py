"""Methods side by side on one data set: a table for people and evaluation.json for programs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from reid.evaluation.measures.metrics import BANDS, bands
from reid.evaluation.measures.retrieval import Retrieval, retrieval
from reid.evaluation.trials.trial import Trial
from reid.evidence.calibrator import Calibrator
from reid.evidence.cost import cllr
from reid.evidence.pair_intervals import Interval


@dataclass(frozen=True, slots=True)
class MethodRow:
    """One method at one level of degradation (0: the photos as they are) and style of box."""

    method: str
    level: int
    crop: str
    result: Retrieval


def rows(trial: Trial, methods: Sequence[str] = ()) -> list[MethodRow]:
    """One row a method; all of them where none is named."""
    level, crop, seed = trial.condition.level, trial.condition.style.value, trial.condition.seed
    return [
        MethodRow(
            name,
            level,
            crop,
            retrieval(numbers, trial.same, trial.counted, animals=trial.animals, seed=seed),
        )
        for name, numbers in trial.tables.items()
        if not methods or name in methods
    ]


def as_text(table: Sequence[MethodRow]) -> str:
    """A fixed-width table; counts rather than percentages, below them the 95 % intervals."""
    wide = max(16, *(len(row.method) + 2 for row in table))
    figures = ("top-1", "top-5", "mAP", "AUC", "genuine above impostors", "balanced top-1")
    head = f"{'level':7}{'crop':8}{'method':{wide}}"
    lines = [head + "".join(f"{name:>{max(14, len(name) + 2)}}" for name in figures)]
    for row in table:
        r = row.result
        start = f"{row.level:<7}{row.crop:8}{row.method:{wide}}"
        lines.append(
            f"{start}{_of(r.top1):>14}{_of(r.top5):>14}"
            f"{r.mean_average_precision:14.3f}{r.auc:14.3f}{_of(r.genuine_above):>25}"
            f"{'' if r.balanced_top1 is None else format(r.balanced_top1, '.3f'):>16}"
        )
        if r.intervals:
            spans = [_span(interval) for interval in r.intervals.values()]
            ends = "".join(f"{span:>14}" for span in spans[:-1]) + f"{spans[-1]:>25}"
            lines.append(f"{'  95 % over animals':{len(start)}}{ends}")
    return "\n".join(lines)


def _span(interval: Interval) -> str:
    return f"{interval[0]:.2f}-{interval[1]:.2f}"


def evidence_as_text(trial: Trial, calibrator: Calibrator) -> str:
    """How many genuine and impostor pairs lie in each band of llr, and Cllr (Brümmer 2006)."""
    llr = np.full(trial.counted.shape, np.nan)
    llr[trial.counted] = calibrator.llr(trial.tables["evidence"][trial.counted])
    same, counted = trial.same, trial.counted
    lines = [f"{'llr':14}" + "".join(f"{name:>12}" for name in BANDS)]
    ours, theirs = llr[same & counted], llr[~same & counted]
    for name, pairs in (("genuine", ours), ("impostor", theirs)):
        lines.append(f"{name:14}" + "".join(f"{n:12}" for n in bands(pairs)))
    return "\n".join([*lines, f"Cllr {cllr(ours, theirs):.3f}"])


def _of(counts: tuple[int, int]) -> str:
    return f"{counts[0]}/{counts[1]}"


def write_json(
    path: Path, table: Sequence[MethodRow], *, dataset: str, command: str, model: str
) -> None:
    """evaluation.json, the form that other programs read."""
    content = {
        "dataset": dataset,
        "command": command,
        "model": model,
        "rows": [as_json(row) for row in table],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n")


def as_json(row: MethodRow) -> dict[str, Any]:
    """One row as it stands in evaluation.json."""
    result = row.result
    return {
        "method": row.method,
        "level": row.level,
        "crop": row.crop,
        "top1": list(result.top1),
        "top5": list(result.top5),
        "map": round(result.mean_average_precision, 4),
        "auc": round(result.auc, 4),
        "genuine_above_impostors": round(result.genuine_above[0] / result.genuine_above[1], 4),
        "genuine_pairs": result.genuine_above[1],
        "balanced_top1": result.balanced_top1,
        "intervals_95": {
            name: [round(end, 4) for end in ends] for name, ends in result.intervals.items()
        },
    }
