"""Ways to sort all encounters into animals: draws from the posterior, and the two outer ones.

The posterior is that of `reid.identify.partitions`: an Ewens prior over encounters, and in every
animal the evidence of `block_llr`. Encounters that people joined are one unit; what people told
apart is never drawn together. Two units without comparable photos, such as a left and a right side,
say nothing about each other: draws join them as often as the prior does.
"""

from collections.abc import Iterator, Sequence
from math import inf, lgamma, log

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import DisjointSet
from scipy.special import gammaln

from reid.identify.clusters import (
    TOGETHER,
    UNDECIDED,
    DecidedPairs,
    EncounterGroup,
    Grouping,
    Mask,
    Matrix,
    Table,
    evidence_between,
    sort,
)
from reid.identify.partitions import Partition, block_llr, concentration

SURE = 0.9  # posterior above which a join is no matter of doubt, and below 1 - SURE its absence
BURN_IN = 30  # sweeps over all units before the first draw
THINNING = 5  # sweeps from one draw to the next
FEW = 6  # members for which arrays are slower than a loop
REMEMBERED = 500_000  # animals whose weight is remembered

Units = tuple[int, ...]  # places of units


def split(
    known: Table, decided: DecidedPairs = UNDECIDED, *, together: float = TOGETHER
) -> Partition:
    """Only those in one animal of whom that is sure: the largest number of animals."""
    return partition_of(sort(known, decided, together=together, least=SURE))


def merged(
    known: Table, decided: DecidedPairs = UNDECIDED, *, together: float = TOGETHER
) -> Partition:
    """All in one animal of whom photos leave that in doubt: few animals, though draws may have fewer.

    Encounters that are more probably part of some other group join the likeliest one.
    """
    grouping = sort(known, decided, together=together, least=1 - SURE)
    evidence, can_tell = evidence_between(known, grouping)
    of, groups = grouping.of, DisjointSet(range(len(grouping.groups)))
    barred = {frozenset((of[i], of[j])) for i, j in decided.different}
    for place, group in enumerate(grouping.groups):
        if group.placed:
            continue
        row = np.where(can_tell[place], evidence[place], -inf)
        for other in np.argsort(-row, kind="stable"):
            if row[other] == -inf:
                break
            union = groups.subset(place) | groups.subset(int(other))
            if not any(pair <= union for pair in barred if len(pair) == 2):
                groups.merge(place, int(other))
                break
    return _numbered([groups[of[n]] for n in range(len(known))])


def partition_of(grouping: Grouping) -> Partition:
    """The same groups, numbered in the order in which encounters bring them up."""
    return _numbered(list(grouping.of))


def draws(
    known: Table,
    decided: DecidedPairs = UNDECIDED,
    *,
    number: int,
    seed: int,
    together: float = TOGETHER,
) -> Iterator[Partition]:
    """Partitions of all encounters from their posterior, by Gibbs sampling.

    One sweep moves every unit to an animal, or to one of its own, by the posterior given all others
    (as in algorithm 3 of Neal 2000, with a proposal); then every group of the most probable
    partition that is together is moved as a whole, which single moves rarely manage. The first draw
    comes after BURN_IN sweeps, the next ones THINNING sweeps apart. Equal seeds give equal draws.
    """
    if not len(known):
        yield from ((),) * number
        return
    start = sort(known, decided, together=together)
    sampler = _Sampler(known, decided, start, concentration(together), seed)
    for _ in range(BURN_IN - THINNING):
        sampler.sweep()
    for _ in range(number):
        for _ in range(THINNING):
            sampler.sweep()
        yield sampler.partition


def units_of(n: int, decided: DecidedPairs) -> list[tuple[int, ...]]:
    """Encounters that people joined, together; every other one alone."""
    joined = DisjointSet(range(n))
    for i, j in decided.same:
        joined.merge(i, j)
    return sorted(tuple(sorted(unit)) for unit in joined.subsets())


def fast_block_llr(llr: Matrix, comparable: Mask, members: Sequence[int]) -> float:
    """What `block_llr` of `reid.identify.partitions` says, also for many members."""
    if len(members) < FEW:
        return block_llr(llr, comparable, tuple(members))
    index = np.array(members)
    block, seen = llr[np.ix_(index, index)], comparable[np.ix_(index, index)]
    strength = np.where(seen, np.abs(block), -1.0)
    np.fill_diagonal(strength, -1.0)
    left, total = np.ones(len(index), bool), 0.0
    while left.sum() > 1:
        open_pairs = np.where(np.logical_and.outer(left, left), strength, -1.0)
        first, second = divmod(int(open_pairs.argmax()), len(index))
        if open_pairs[first, second] < 0:
            break
        total += float(block[first, second])
        left[[first, second]] = False
        sums = (block * seen)[:, [first, second]].sum(1)
        counts = seen[:, [first, second]].sum(1)
        while (joining := left & (counts > 0)).any():
            means = np.where(joining, sums / np.maximum(counts, 1), 0.0)
            place = int(np.where(joining, np.abs(means), -1.0).argmax())
            total += float(means[place])
            left[place] = False
            sums = sums + block[:, place] * seen[:, place]
            counts = counts + seen[:, place]
    return total


def _numbered(labels: Sequence[int]) -> Partition:
    first = {label: n for n, label in enumerate(dict.fromkeys(labels))}
    return tuple(first[label] for label in labels)


class _Sampler:
    """Animals as sets of units that change from sweep to sweep.

    of: the animal of each unit; an animal has the number of a place in `blocks` and `encounters`.
    """

    def __init__(
        self, known: Table, decided: DecidedPairs, start: Grouping, theta: float, seed: int
    ) -> None:
        self._units = units_of(len(known), decided)
        unit_of = {n: unit for unit, members in enumerate(self._units) for n in members}
        alone = Grouping(tuple(EncounterGroup(unit, 1.0) for unit in self._units))
        self._llr, self._comparable = _between(known, alone)
        self._size = np.array([len(unit) for unit in self._units])
        self._barred: list[set[int]] = [set() for _ in self._units]
        for i, j in decided.different:
            self._barred[unit_of[i]].add(unit_of[j])
            self._barred[unit_of[j]].add(unit_of[i])
        self._atoms = [tuple(sorted({unit_of[n] for n in g.members})) for g in start.groups]
        self._blocks: list[Units] = [()] * (len(self._units) + 1)
        self._encounters = np.zeros(len(self._units) + 1)
        self._of = np.zeros(len(self._units), int)
        for animal, atom in enumerate(self._atoms):
            self._put(atom, animal)
        self._theta, self._random = theta, np.random.default_rng(seed)
        self._weights: dict[Units, float] = {}

    @property
    def partition(self) -> Partition:
        """The animals of the encounters now."""
        labels = [0] * int(self._size.sum())
        for unit, animal in enumerate(self._of):
            for encounter in self._units[unit]:
                labels[encounter] = int(animal)
        return _numbered(labels)

    def sweep(self) -> None:
        """Move every unit, then every group of the most probable partition that is together."""
        for unit in self._random.permutation(len(self._units)):
            self._move((int(unit),))
        for atom in self._atoms:
            if len(atom) > 1 and len({*self._of[list(atom)]}) == 1:
                self._move(atom)

    def _move(self, part: Units) -> None:
        """Propose a place for units that are together, by mean llrs; accept by the weights.

        The proposal does not depend on where they are (Metropolis-Hastings with an independent
        proposal, inside Gibbs), so what is drawn follows the weights, not the means.
        """
        home = int(self._of[part[0]])
        self._blocks[home] = tuple(unit for unit in self._blocks[home] if unit not in part)
        self._encounters[home] -= self._size[list(part)].sum()
        own = home if not self._blocks[home] else self._blocks.index(())
        likely = self._likely(part, own)
        shares = np.exp(likely - likely.max())
        place = int(np.searchsorted(np.cumsum(shares), self._random.random() * shares.sum()))
        if place != home:
            gain = self._gain(place, part) - self._gain(home, part)
            if log(1 - self._random.random()) > gain - likely[place] + likely[home]:
                place = home
        self._put(part, place)

    def _likely(self, part: Units, own: int) -> NDArray[np.float64]:
        """Natural log odds of every place by the mean llr there; -inf where there is none.

        own: an empty place, for an animal of their own.
        """
        elsewhere = np.ones(len(self._of), bool)
        elsewhere[list(part)] = False
        of, places = self._of[elsewhere], len(self._blocks)
        rows = np.ix_(np.array(part), elsewhere)
        sums = np.bincount(of, (self._llr[rows] * self._comparable[rows]).sum(0), places)
        counts = np.bincount(of, self._comparable[rows].sum(0), places)
        added = float(self._size[list(part)].sum())
        with np.errstate(invalid="ignore", divide="ignore"):
            prior = gammaln(self._encounters + added) - gammaln(self._encounters)
        likely = np.where(self._encounters > 0, prior, -inf)
        likely += log(10) * sums / np.maximum(counts, 1)
        for unit in part:
            likely[self._of[list(self._barred[unit] - {*part})]] = -inf
        likely[own] = log(self._theta) + lgamma(added)
        return np.asarray(likely, np.float64)

    def _put(self, part: Units, place: int) -> None:
        self._blocks[place] = tuple(sorted((*self._blocks[place], *part)))
        self._encounters[place] += self._size[list(part)].sum()
        self._of[list(part)] = place

    def _gain(self, place: int, part: Units) -> float:
        """Natural log weight that a part adds to an animal."""
        block = self._blocks[place]
        whole = self._weight(tuple(sorted((*block, *part))))
        return whole - self._weight(block) if block else whole

    def _weight(self, block: Units) -> float:
        """Natural log weight of an animal: theta (k - 1)! 10^llr, of k encounters."""
        if block not in self._weights:
            if len(self._weights) > REMEMBERED:
                self._weights.clear()
            prior = log(self._theta) + lgamma(int(self._size[list(block)].sum()))
            llr = fast_block_llr(self._llr, self._comparable, block)
            self._weights[block] = prior + log(10) * llr
        return self._weights[block]


def _between(known: Table, units: Grouping) -> tuple[NDArray[np.float64], Mask]:
    """Evidence between units, and where any photos can be compared; never within one."""
    llr, comparable = evidence_between(known, units)
    np.fill_diagonal(comparable, False)
    return llr, comparable
