"""How often the right individual comes first, one query at a time, as a catalogue is searched."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reid.evaluation.measures.intervals import bootstrap
from reid.interchange.named import NamedAnnotation
from reid.types import Flank, Float32

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LeaveOneOutQuery:
    """One query against all other annotations. first: whether a genuine one came first."""

    individual: str
    flank: Flank
    first: bool
    average_precision: float


@dataclass(frozen=True, slots=True)
class Countable:
    """(N, N) bool each: genuine pairs that count, and all pairs that count."""

    same: Mask
    counted: Mask


def countable(annotations: Sequence[NamedAnnotation]) -> Countable:
    """Which of N annotations are compared with which.

    A genuine pair counts only between different photos of different occasions and one flank.
    Annotations of other individuals count always, but for those of the same photo and of the other
    flank; an unknown flank is compared with both.
    """
    names, flanks, photos = (
        np.array([str(value) for value in values])
        for values in zip(*((a.individual, a.flank, a.path) for a in annotations), strict=True)
    )
    own, side = names[:, None] == names, flanks[:, None] == flanks
    elsewhere = photos[:, None] != photos
    same = own & side & elsewhere
    for a, b in np.argwhere(same).tolist():
        same[a, b] = not annotations[a].occasions & annotations[b].occasions
    unknown = flanks == Flank.UNKNOWN
    side |= unknown[:, None] | unknown
    return Countable(same, same | (~own & side & elsewhere))


def leave_one_out(
    vectors: Float32, annotations: Sequence[NamedAnnotation], pairs: Countable | None = None
) -> list[LeaveOneOutQuery]:
    """Every annotation asks all others; one without a genuine pair that counts is not asked.

    vectors: (N, D) of norm 1. Equal cosines are ordered against us. pairs: `countable` of the
    annotations, where it is known already.
    """
    pairs = pairs or countable(annotations)
    cosine = vectors @ vectors.T
    queries = []
    for q in np.nonzero(pairs.same.any(1))[0].tolist():
        counted = pairs.counted[q]
        same = pairs.same[q, counted]
        relevance = same[np.lexsort((same, -cosine[q, counted]))]
        at = np.nonzero(relevance)[0]
        precision = float(np.mean(np.arange(1, len(at) + 1) / (at + 1)))
        query = annotations[q]
        queries.append(
            LeaveOneOutQuery(query.individual, query.flank, bool(relevance[0]), precision)
        )
    return queries


def mean_figures(queries: Sequence[LeaveOneOutQuery]) -> tuple[float, float]:
    """Mean top-1 and mean average precision; zeros where nobody could be asked."""
    if not queries:
        return 0.0, 0.0
    return (
        float(np.mean([a.first for a in queries])),
        float(np.mean([a.average_precision for a in queries])),
    )


def before_and_after(
    before: Sequence[LeaveOneOutQuery], after: Sequence[LeaveOneOutQuery], *, seed: int
) -> str:
    """A table of two models asked the same: all, left and right, with 95 % intervals.

    Intervals are bootstraps over individuals; the last column is of the difference in top-1, asked
    of the same photos, in percentage points.
    """
    lines = [
        "| flank | animals | top-1 before | top-1 after | mAP before | mAP after | gain, points |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, flanks in (("all", tuple(Flank)), *((str(f), (f,)) for f in Flank)):
        at = [n for n, query in enumerate(before) if query.flank in flanks]
        if at and (name == "all" or len(at) < len(before)):
            lines.append(_row(name, [before[n] for n in at], [after[n] for n in at], seed))
    return "\n".join(lines)


def _row(
    name: str, before: list[LeaveOneOutQuery], after: list[LeaveOneOutQuery], seed: int
) -> str:
    units = [query.individual for query in before]
    first = [np.array([float(a.first) for a in queries]) for queries in (before, after)]
    cells = [f"{_count(hits)} {_interval(units, hits, seed)}" for hits in first]
    precision = [f"{mean_figures(queries)[1]:.3f}" for queries in (before, after)]
    gain = first[1] - first[0]
    difference = f"{100 * gain.mean():+.1f} {_interval(units, gain, seed, scale=100)}"
    return " | ".join([f"| {name} | {len(set(units))}", *cells, *precision, f"{difference} |"])


def _count(hits: NDArray[np.float64]) -> str:
    return f"{int(hits.sum())}/{len(hits)}"


def _interval(
    units: Sequence[str], values: NDArray[np.float64], seed: int, *, scale: float = 1
) -> str:
    low, high = bootstrap(units, [float(v) for v in values], seed=seed)
    digits = 1 if scale > 1 else 2
    return f"({scale * low:.{digits}f} to {scale * high:.{digits}f})"
