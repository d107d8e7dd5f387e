"""Who gets on the shortlist, by embedding and by votes; is left taken for right?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reid.evaluation.data.population import FLANKS, SHOTS, Population
from reid.evaluation.measures.intervals import bootstrap, bootstrap_auc
from reid.evaluation.measures.retrieval import auc
from reid.evidence.pair_intervals import Interval
from reid.gallery.galleries import in_turn
from reid.gallery.voting import Voter, Voting

DEPTHS = (1, 5, 20)
WAYS = ("embedding", "votes", "both")
MISSED = 10**9  # the place of an animal that nobody names
Ranks = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Recall:
    """Queries of one quality and flank: how many have their animal among the first k.

    way: who names the first k, one of `WAYS`; both do so in turn, as `Galleries.to_compare` has it.
    """

    way: str
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
    voting = _voting(population)
    places = [_places(population, f, voting) for f in range(len(FLANKS))]
    return [
        recall
        for way in WAYS
        for quality in dict.fromkeys(SHOTS)
        for recall in _by_flank(way, quality, [ranks[way] for ranks in places], seed)
    ]


def _by_flank(way: str, quality: str, places: Sequence[Ranks], seed: int) -> list[Recall]:
    """places: (animals, shots) of each flank."""
    columns = [s for s in range(1, len(SHOTS)) if SHOTS[s] == quality]
    by_flank = {str(flank): places[f][:, columns] for f, flank in enumerate(FLANKS)}
    by_flank["both"] = np.hstack(list(by_flank.values()))
    recalls = []
    for flank, rank in by_flank.items():
        units = np.repeat(np.arange(len(rank)), rank.shape[1]).tolist()
        for depth in DEPTHS:
            hit = (rank < depth).ravel()
            interval = bootstrap(units, hit.tolist(), seed=seed)
            recalls.append(Recall(way, quality, flank, depth, int(hit.sum()), hit.size, interval))
    return recalls


def _voting(population: Population) -> Voting:
    """The gallery photo of each animal and flank; animal n has the number n on either."""
    sides, animals = len(FLANKS), len(population.vectors)
    voters = {n * sides + f: Voter(FLANKS[f], 1) for n in range(animals) for f in range(sides)}
    cells = {n: population.cells_of(n // sides, n % sides, 0) for n in voters}
    return Voting().updated(voters, lambda numbers: {n: cells[n] for n in numbers})


def _places(population: Population, flank: int, voting: Voting) -> dict[str, Ranks]:
    """(animals, shots) a way: how many gallery photos of others stand before the query's own."""
    vectors = population.vectors[:, flank]
    animals, shots = vectors.shape[:2]
    cosines = np.einsum("asd,nd->asn", vectors, vectors[:, 0])
    counted = np.zeros_like(cosines)
    for animal in range(animals):
        for shot in range(1, shots):
            cells = population.cells_of(animal, flank, shot)
            for number, votes in voting.votes(cells, FLANKS[flank]):
                counted[animal, shot, number // len(FLANKS)] = votes
    places = {way: np.zeros((animals, shots), np.intp) for way in WAYS}
    for animal, shot in np.ndindex(animals, shots):
        embedded = _order(cosines[animal, shot], animal)
        voted = _order(counted[animal, shot], animal, least=0)
        for way, order in zip(WAYS, (embedded, voted, in_turn(voted, embedded)), strict=True):
            places[way][animal, shot] = order.index(animal) if animal in order else MISSED
    return places


def _order(values: NDArray[np.floating], own: int, least: float = -np.inf) -> list[int]:
    """Who has more than `least`, the most first; with equals the query's own animal comes last."""
    order = np.lexsort((np.arange(len(values)) == own, -values)).tolist()
    return [n for n in order if values[n] > least]


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


def recalls_as_text(recalls: Sequence[Recall]) -> str:
    """A line for every way, quality and flank; counts, and the 95 % interval over animals."""
    lines = [
        f"{'way':11}{'quality':9}{'flank':7}" + "".join(f"{f'recall@{k}':>26}" for k in DEPTHS)
    ]
    for at in range(0, len(recalls), len(DEPTHS)):
        part = recalls[at : at + len(DEPTHS)]
        line = f"{part[0].way:11}{part[0].quality:9}{part[0].flank:7}"
        for recall in part:
            low, high = recall.interval
            line += f"{f'{recall.hits}/{recall.queries} [{low:.3f}, {high:.3f}]':>26}"
        lines.append(line)
    return "\n".join(lines)


def mirrors_as_text(mirrors: Sequence[Mirror]) -> str:
    """Left against right flank: AUC with the 95 % interval over animals."""
    lines = [f"{'left-right against':20}{'AUC':>8}{'95 %':>18}{'genuine':>10}{'impostor':>10}"]
    for mirror in mirrors:
        low, high = mirror.interval
        span = f"[{low:.3f}, {high:.3f}]"
        lines.append(
            f"{mirror.against:20}{mirror.auc:8.3f}{span:>18}{mirror.genuine:10}{mirror.impostors:10}"
        )
    return "\n".join(lines)
