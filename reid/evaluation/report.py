"""Methods side by side on one data set: a table for people and evaluation.json for programs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reid.evaluation.intervals import Interval
from reid.evaluation.retrieval import Retrieval, retrieval
from reid.evaluation.trial import Trial
from reid.evidence import Calibrator

EDGES = (-2.0, -1.0, 0.0, 1.0, 2.0)
BANDS = ("below -2", "-2 to -1", "-1 to 0", "0 to 1", "1 to 2", "2 and more")


@dataclass(frozen=True, slots=True)
class Row:
    """One method at one level of degradation (0: the photos as they are) and style of box."""

    method: str
    level: int
    crop: str
    result: Retrieval


def rows(trial: Trial, methods: Sequence[str] = ()) -> list[Row]:
    """One row a method; all of them where none is named."""
    level, crop, seed = trial.condition.level, trial.condition.style.value, trial.condition.seed
    return [
        Row(
            name,
            level,
            crop,
            retrieval(numbers, trial.same, trial.counted, animals=trial.animals, seed=seed),
        )
        for name, numbers in trial.tables.items()
        if not methods or name in methods
    ]


def as_text(table: Sequence[Row]) -> str:
    """A fixed-width table; counts rather than percentages, below them the 95 % intervals."""
    wide = max(16, *(len(row.method) + 2 for row in table))
    figures = ("top-1", "top-5", "mAP", "AUC", "genuine above impostors")
    head = f"{'level':7}{'crop':8}{'method':{wide}}"
    lines = [head + "".join(f"{name:>{max(14, len(name) + 2)}}" for name in figures)]
    for row in table:
        r = row.result
        start = f"{row.level:<7}{row.crop:8}{row.method:{wide}}"
        lines.append(
            f"{start}{_of(r.top1):>14}{_of(r.top5):>14}"
            f"{r.mean_average_precision:14.3f}{r.auc:14.3f}{_of(r.genuine_above):>25}"
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
    log_odds = trial.tables["evidence"][trial.counted].tolist()
    llr[trial.counted] = [calibrator.evidence(number).llr for number in log_odds]
    same, counted = trial.same, trial.counted
    lines = [f"{'llr':14}" + "".join(f"{name:>12}" for name in BANDS)]
    cost = 0.0
    for name, pairs, sign in (
        ("genuine", llr[same & counted], -1),
        ("impostor", llr[~same & counted], 1),
    ):
        band = np.bincount(np.digitize(pairs, EDGES), minlength=len(BANDS))
        lines.append(f"{name:14}" + "".join(f"{n:12}" for n in band))
        cost += 0.5 * float(np.log2(1 + 10 ** (sign * pairs)).mean())
    return "\n".join([*lines, f"Cllr {cost:.3f}"])


def _of(counts: tuple[int, int]) -> str:
    return f"{counts[0]}/{counts[1]}"


def write_json(path: Path, table: Sequence[Row], *, dataset: str, command: str, model: str) -> None:
    """evaluation.json, the form that other programs read."""
    content = {
        "dataset": dataset,
        "command": command,
        "model": model,
        "rows": [
            {
                "method": row.method,
                "level": row.level,
                "crop": row.crop,
                "top1": list(row.result.top1),
                "top5": list(row.result.top5),
                "map": round(row.result.mean_average_precision, 4),
                "auc": round(row.result.auc, 4),
                "genuine_above_impostors": round(
                    row.result.genuine_above[0] / row.result.genuine_above[1], 4
                ),
                "genuine_pairs": row.result.genuine_above[1],
                "intervals_95": {
                    name: [round(end, 4) for end in ends]
                    for name, ends in row.result.intervals.items()
                },
            }
            for row in table
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n")
