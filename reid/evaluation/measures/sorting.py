"""How well encounters are sorted: into known and new animals, and into groups of one animal each.

Nothing here knows llrs: what counts is the answer that came out.
"""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from math import sqrt
from types import ModuleType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reid.errors import MissingExtra
from reid.evaluation.measures.metrics import CalibrationCurve, calibration
from reid.evidence.pair_intervals import numbered


@dataclass(frozen=True, slots=True)
class OpenSet:
    """Answers where some animals are in the catalogue and some are not.

    known, unknown: (right answers, queries). known_animals, unknown_animals: how many were asked
    for. baks, baus: share right, averaged over animals; None where no such animal was asked for.
    """

    known: tuple[int, int]
    unknown: tuple[int, int]
    known_animals: int
    unknown_animals: int
    baks: float | None
    baus: float | None

    @property
    def geometric(self) -> float | None:
        """sqrt(BAKS * BAUS); None where one of them is."""
        if self.baks is None or self.baus is None:
            return None
        return sqrt(self.baks * self.baus)


def open_set(
    truth: Sequence[str], answers: Sequence[str | None], catalogue: Collection[str]
) -> OpenSet:
    """How well known animals are named and new ones are called new.

    truth, answers: (Q,) animals; the answer None says "a new animal". BAKS, balanced accuracy on
    known samples: mean over the animals of the catalogue of the share of their queries that are
    named rightly. BAUS: mean over the other animals of the share of their queries called new. Both
    as in WildlifeReID-10k (Adam et al. 2024, arXiv:2406.09211) and its wildlife-datasets package.
    """
    known: dict[str, list[bool]] = {}
    others: dict[str, list[bool]] = {}
    for animal, answer in zip(truth, answers, strict=True):
        if animal in catalogue:
            known.setdefault(animal, []).append(answer == animal)
        else:
            others.setdefault(animal, []).append(answer is None)
    return OpenSet(
        _counted(known), _counted(others), len(known), len(others), _mean(known), _mean(others)
    )


def _counted(right: dict[str, list[bool]]) -> tuple[int, int]:
    return sum(map(sum, right.values())), sum(map(len, right.values()))


def _mean(right: dict[str, list[bool]]) -> float | None:
    return float(np.mean([np.mean(each) for each in right.values()])) if right else None


@dataclass(frozen=True, slots=True)
class ClusteringMeasures:
    """Encounters sorted into groups, against the animals they show.

    split, combined: (encounters, of), see `clustering`. excluded: encounters that were sorted into
    no group; all other figures leave them out. animals: those left. ari, ami: adjusted Rand index
    and adjusted mutual information, 1 if all is right, about 0 for groups drawn by chance.
    """

    encounters: int
    excluded: int
    animals: int
    groups: int
    split: tuple[int, int]
    combined: tuple[int, int]
    ari: float
    ami: float

    @property
    def count_error(self) -> float:
        """Error of the population count: (groups - animals) / animals; 0.35 is 35 % too many."""
        return (self.groups - self.animals) / self.animals


def clustering(animals: Sequence[str], groups: Sequence[Hashable]) -> ClusteringMeasures:
    """Compare groups with animals, both (N,); a group of None leaves the encounter out.

    Errors in the words of Johansson et al. 2020, counted in encounters. Split: the encounters that
    lie outside the largest group of their animal, N - sum over animals of max over groups n_ag.
    Combined: those outside the largest animal of their group, N - sum over groups of max over
    animals n_ag. An encounter that was shifted from one animal to another counts in both. Hubert &
    Arabie 1985 for the ARI, Vinh et al. 2010 for the AMI. Raises MissingExtra without
    scikit-learn, ValueError where no encounter lies in a group.
    """
    grouped = [
        (animal, group) for animal, group in zip(animals, groups, strict=True) if group is not None
    ]
    if not grouped:
        raise ValueError("no encounter lies in a group")
    whose, where = (numbered(side) for side in zip(*grouped, strict=True))
    n, metrics = len(grouped), _sklearn_metrics()
    table = metrics.cluster.contingency_matrix(whose, where)
    return ClusteringMeasures(
        encounters=n,
        excluded=len(animals) - n,
        animals=table.shape[0],
        groups=table.shape[1],
        split=(n - int(table.max(1).sum()), n),
        combined=(n - int(table.max(0).sum()), n),
        ari=float(metrics.adjusted_rand_score(whose, where)),
        ami=float(metrics.adjusted_mutual_info_score(whose, where)),
    )


def _sklearn_metrics() -> ModuleType:
    try:
        from sklearn import metrics
    except ImportError as error:
        raise MissingExtra(feature="ARI and AMI", needs="scikit-learn", extra="report") from error
    return metrics  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class PartitionCalibration:
    """Whether the probabilities of partitions are what they say, on cases with a known answer.

    curve: over all partitions of all cases. cases: how many. encounters: in each case. first:
    (cases whose most probable partition is the true one, cases). stated: mean probability of the
    most probable partition; it should be near first[0] / first[1]. bits: mean -log2 of the
    probability of the true partition.
    """

    curve: CalibrationCurve
    cases: int
    encounters: int
    first: tuple[int, int]
    stated: float
    bits: float


def partition_calibration(
    probability: ArrayLike, truth: ArrayLike, *, encounters: int = 3, bins: int = 10
) -> PartitionCalibration:
    """Calibration of partition posteriors. probability: (C, P), rows that sum to 1; truth: (C,).

    truth is the column of the true partition. ValueError for rows that do not sum to 1.
    """
    p, right = np.atleast_2d(np.asarray(probability, float)), np.asarray(truth, np.intp)
    if not p.size or len(right) != len(p) or not np.allclose(p.sum(1), 1, atol=1e-6):
        raise ValueError("a row of probabilities that sum to 1 is needed for every case")
    one_hot: NDArray[np.bool_] = np.arange(p.shape[1]) == right[:, None]
    hits = int((p.argmax(1) == right).sum())
    return PartitionCalibration(
        curve=calibration(np.clip(p, 0, 1).ravel(), one_hot.ravel(), bins=bins),
        cases=len(p),
        encounters=encounters,
        first=(hits, len(p)),
        stated=float(p.max(1).mean()),
        bits=float(-np.log2(np.maximum(p[one_hot], np.finfo(float).tiny)).mean()),
    )
