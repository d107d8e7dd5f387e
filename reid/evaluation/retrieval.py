"""Figures of a ranking: top-k, mAP, AUC and how much of the genuine stands clear of impostors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """top1, top5: (hits, queries). genuine_above: (pairs above the largest impostor, pairs)."""

    top1: tuple[int, int]
    top5: tuple[int, int]
    mean_average_precision: float
    auc: float
    genuine_above: tuple[int, int]


def retrieval(scores: Scores, same: Mask, counted: Mask) -> Retrieval:
    """scores, same, counted: (Q, N). Queries without a genuine pair that counts are left out.

    Ties are broken against us: an impostor of equal number comes first.
    """
    asked = (same & counted).any(1)
    ranked = [_relevance(scores[q], same[q], counted[q]) for q in np.nonzero(asked)[0].tolist()]
    queries = len(ranked)
    if not queries:
        raise ValueError("no query has a genuine pair from another occasion")
    positive, negative = scores[same & counted], scores[~same & counted]
    above = int((positive > negative.max(initial=-np.inf)).sum())
    return Retrieval(
        top1=(sum(bool(r[0]) for r in ranked), queries),
        top5=(sum(bool(r[:5].any()) for r in ranked), queries),
        mean_average_precision=float(np.mean([_average_precision(r) for r in ranked])),
        auc=auc(positive, negative),
        genuine_above=(above, len(positive)),
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
