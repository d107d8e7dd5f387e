"""Methods side by side on one data set: a table for people and evaluation.json for programs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reid.compare import Fusion
from reid.evaluation.pairs import PairTable
from reid.evaluation.retrieval import Retrieval, retrieval
from reid.evidence import Calibrator

EDGES = (-2.0, -1.0, 0.0, 1.0, 2.0)
BANDS = ("below -2", "-2 to -1", "-1 to 0", "0 to 1", "1 to 2", "2 and more")


@dataclass(frozen=True, slots=True)
class Row:
    """One method at one level of degradation (0: the photos as they are)."""

    method: str
    level: int
    result: Retrieval


def methods(table: PairTable, fusion: Fusion) -> Mapping[str, NDArray[np.float64]]:
    """The number each method gives to each pair."""
    return {
        "rosette-global": table.cosine,
        "rosette-dense": table.dense,
        "rootsift": table.rootsift,
        "fused": table.fused(fusion),
    }


def rows(
    table: PairTable,
    fusion: Fusion,
    same: NDArray[np.bool_],
    counted: NDArray[np.bool_],
    *,
    level: int = 0,
) -> list[Row]:
    """One row a method."""
    return [
        Row(name, level, retrieval(scores, same, counted))
        for name, scores in methods(table, fusion).items()
    ]


def as_text(table: Sequence[Row]) -> str:
    """A fixed-width table; counts, not percentages."""
    head = f"{'method':16}{'top-1':>10}{'top-5':>10}{'mAP':>8}{'AUC':>8}"
    lines = [f"{head}{'genuine above impostors':>26}"]
    for row in table:
        r = row.result
        lines.append(
            f"{row.method:16}{_of(r.top1):>10}{_of(r.top5):>10}"
            f"{r.mean_average_precision:8.3f}{r.auc:8.3f}{_of(r.genuine_above):>26}"
        )
    return "\n".join(lines)


def evidence_as_text(
    table: PairTable,
    calibrator: Calibrator,
    same: NDArray[np.bool_],
    counted: NDArray[np.bool_],
) -> str:
    """How many genuine and impostor pairs lie in each band of llr, and Cllr (Brümmer 2006)."""
    llr = np.vectorize(lambda s: calibrator.evidence(s).llr)(table.fused(calibrator.fusion))
    lines = [f"{'llr of fused':14}" + "".join(f"{name:>12}" for name in BANDS)]
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
                "top1": list(row.result.top1),
                "top5": list(row.result.top5),
                "map": round(row.result.mean_average_precision, 4),
                "auc": round(row.result.auc, 4),
                "genuine_above_impostors": round(
                    row.result.genuine_above[0] / row.result.genuine_above[1], 4
                ),
                "genuine_pairs": row.result.genuine_above[1],
            }
            for row in table
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n")
