"""Figures of a ranking: top-k, mAP, AUC and how much of the genuine stands clear of impostors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from reid.evaluation.measures.intervals import bootstrap, bootstrap_auc
from reid.evidence.pair_intervals import Interval

Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """top1, top5: (hits, queries). genuine_above: (pairs above the largest impostor, pairs).

    balanced_top1: mean over the animals of each one's share of hits, so that an animal with many
    photos counts once; None where nobody says whom the queries show.
    intervals: 95 % over animals, keyed as in evaluation.json; empty where not has_genuine for.
    """

    top1: tuple[int, int]
    top5: tuple[int, int]
    mean_average_precision: float
    auc: float
    genuine_above: tuple[int, int]
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    balanced_top1: float | None = None


def retrieval(
    scores: Scores, same: Mask, counted: Mask, *, animals: Sequence[str] = (), seed: int = 0
) -> Retrieval:
    """scores, same, counted: (Q, N). Queries without a genuine pair that counts are left out.

    Ties are broken against us: an impostor of equal number comes first. animals: (Q,) whom each
    query shows, for intervals. The largest impostor is held fixed when animals are drawn again.
    """
    has_genuine = (same & counted).any(1)
    numbers = np.nonzero(has_genuine)[0].tolist()
    ranked = [_relevance(scores[q], same[q], counted[q]) for q in numbers]
    queries = len(ranked)
    if not queries:
        raise ValueError("no query has a genuine pair from another occasion")
    positive, negative = scores[same & counted], scores[~same & counted]
    by_query = {
        "top1": [float(r[0]) for r in ranked],
        "top5": [float(r[:5].any()) for r in ranked],
        "map": [_average_precision(r) for r in ranked],
    }
    above = (positive > negative.max(initial=-np.inf)).astype(float)
    intervals: dict[str, Interval] = {}
    balanced = None
    if animals:
        whose = np.array(animals)
        units = whose[has_genuine].tolist()
        hits = np.array(by_query["top1"])
        balanced = float(np.mean([hits[whose[has_genuine] == u].mean() for u in set(units)]))
        for name, values in by_query.items():
            intervals[name] = bootstrap(units, values, seed=seed)
        u, v = (whose[np.nonzero(which & counted)[0]].tolist() for which in (same, ~same))
        intervals["auc"] = bootstrap_auc(positive, u, negative, v, seed=seed)
        intervals["genuine_above_impostors"] = bootstrap(u, above.tolist(), seed=seed)
    return Retrieval(
        top1=(int(sum(by_query["top1"])), queries),
        top5=(int(sum(by_query["top5"])), queries),
        mean_average_precision=float(np.mean(by_query["map"])),
        auc=auc(positive, negative),
        genuine_above=(int(above.sum()), len(positive)),
        balanced_top1=balanced,
        intervals=intervals,
    )


def _relevance(scores: Scores, same: Mask, counted: Mask) -> Mask:
    """Genuine or not, best first."""
    scores, same = scores[counted], same[counted]
    return same[np.lexsort((same, -scores))]


def _average_precision(relevance: Mask) -> float:
    """Mean of the precision at every genuine item."""
    at = np.nonzero(relevance)[0]
    return float(np.mean(np.arange(1, len(at) + 1) / (at + 1)))


def auc(positive: Scores, negative: Scores) -> float:
    """Probability that a genuine pair stands above an impostor, ties count half (Mann-Whitney)."""
    ranks = rankdata(np.concatenate([positive, negative]))
    n, m = len(positive), len(negative)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * m))
