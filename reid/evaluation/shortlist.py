"""Is the embedding alone a good shortlist, and does it take left for right?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reid.evaluation.intervals import Interval, bootstrap, bootstrap_auc
from reid.evaluation.population import FLANKS, SHOTS, Population
from reid.evaluation.retrieval import auc

DEPTHS = (1, 5, 20)


@dataclass(frozen=True, slots=True)
class Recall:
    """Queries of one quality and flank: how many have their animal among the first k."""

    quality: str
    flank: str
    depth: int
    hits: int
    queries: int
    interval: Interval


@dataclass(frozen=True, slots=True)
class Mirror:
    """AUC of left against right flank of one animal, against left and right of two animals."""

    against: str
    genuine: int
    impostors: int
    auc: float
    interval: Interval


def recalls(population: Population, *, seed: int = 0) -> list[Recall]:
    """Recall at 1, 5 and 20 by quality and flank; the gallery holds one photo of every animal."""
    animals = len(population.vectors)
    places = {flank: _places(population, f) for f, flank in enumerate(FLANKS)}
    found = []
    for quality in dict.fromkeys(SHOTS):
        columns = [s for s in range(1, len(SHOTS)) if SHOTS[s] == quality]
        by_flank = {str(flank): places[flank][:, columns] for flank in FLANKS}
        by_flank["both"] = np.hstack(list(by_flank.values()))
        for flank, rank in by_flank.items():
            units = np.repeat(np.arange(animals), rank.shape[1]).tolist()
            for depth in DEPTHS:
                hit = (rank < depth).ravel()
                interval = bootstrap(units, hit.tolist(), seed=seed)
                found.append(Recall(quality, flank, depth, int(hit.sum()), hit.size, interval))
    return found


def _places(population: Population, flank: int) -> NDArray[np.intp]:
    """(animals, shots): how many gallery photos of others stand as high as the query's own."""
    vectors = population.vectors[:, flank]
    cosines = np.einsum("asd,nd->asn", vectors, vectors[:, 0])
    own = np.take_along_axis(cosines, np.arange(len(vectors))[:, None, None], 2)
    return np.asarray((cosines >= own).sum(2) - 1, np.intp)


def left_against_right(population: Population, *, seed: int = 0) -> list[Mirror]:
    """Gallery photos: left of every animal against right of every animal.

    Against all strangers, and against strangers of the same style only: a style is shared by both
    flanks and by relatives, so the first may rise above one half where the second must not.
    """
    left, right = population.vectors[:, 0, 0], population.vectors[:, 1, 0]
    cosines = (left @ right.T).astype(float)
    styles = np.array(population.styles)
    own = np.eye(len(left), dtype=bool)
    relatives = (styles[:, None] == styles[None, :]) & ~own
    return [
        _mirror("all strangers", cosines, own, ~own, seed),
        *([_mirror("relatives", cosines, own, relatives, seed)] if relatives.any() else []),
    ]


def _mirror(
    against: str,
    cosines: NDArray[np.float64],
    own: NDArray[np.bool_],
    strangers: NDArray[np.bool_],
    seed: int,
) -> Mirror:
    genuine, impostors = cosines[own], cosines[strangers]
    units = [np.nonzero(which)[0].tolist() for which in (own, strangers)]
    interval = bootstrap_auc(genuine, units[0], impostors, units[1], seed=seed)
    return Mirror(against, len(genuine), len(impostors), auc(genuine, impostors), interval)


def recalls_as_text(found: Sequence[Recall]) -> str:
    """A line for every quality and flank; counts, and the 95 % interval over animals."""
    lines = [f"{'quality':9}{'flank':7}" + "".join(f"{f'recall@{k}':>26}" for k in DEPTHS)]
    for at in range(0, len(found), len(DEPTHS)):
        part = found[at : at + len(DEPTHS)]
        line = f"{part[0].quality:9}{part[0].flank:7}"
        for one in part:
            low, high = one.interval
            line += f"{f'{one.hits}/{one.queries} [{low:.3f}, {high:.3f}]':>26}"
        lines.append(line)
    return "\n".join(lines)


def mirrors_as_text(found: Sequence[Mirror]) -> str:
    """Left against right flank: AUC with the 95 % interval over animals."""
    lines = [f"{'left-right against':20}{'AUC':>8}{'95 %':>18}{'genuine':>10}{'impostor':>10}"]
    for one in found:
        low, high = one.interval
        span = f"[{low:.3f}, {high:.3f}]"
        lines.append(f"{one.against:20}{one.auc:8.3f}{span:>18}{one.genuine:10}{one.impostors:10}")
    return "\n".join(lines)
