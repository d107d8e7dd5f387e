"""The ways to sort the encounters of a case into animals, and how probable each is.

A partition is a restricted growth string: a tuple that gives every encounter the number of its
animal, animals being numbered in the order in which they come up. (0, 0, 1): the first two
encounters are one animal, the third is another.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, permutations
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from reid.evidence.calibrator import SAME, verdict_of
from reid.types import Verdict

Partition = tuple[int, ...]
Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]

IN_FULL = 8  # encounters up to which every partition is weighed: 4140 at eight
BEAM = 400  # partial partitions that are followed beyond that
LISTED = 20  # partitions that are named beyond that
CERTAIN = 1e-9  # a prior probability nearer to 0 or 1 would settle everything by itself


@dataclass(frozen=True, slots=True)
class WeighedPartition:
    """One partition and its posterior probability."""

    partition: Partition
    probability: float

    @property
    def blocks(self) -> tuple[tuple[int, ...], ...]:
        """The encounters of each animal."""
        return blocks(self.partition)


@dataclass(frozen=True, slots=True)
class PartitionPosterior:
    """What the pairwise evidence says about the whole case.

    partitions: the most probable first; all of them up to IN_FULL encounters, else the best LISTED.
    pairs: (n, n), the probability that two encounters are one animal, diagonal 1.
    weighed: how many partitions share the probability of 1.
    mass: what the listed partitions hold of it.
    in_full: whether every partition was weighed. If not, all probabilities are relative to those
    that the search visited, and what it did not visit has none.
    """

    partitions: tuple[WeighedPartition, ...]
    pairs: Matrix
    weighed: int
    mass: float
    in_full: bool


@dataclass(frozen=True, slots=True)
class InconsistentTriple:
    """Three encounters whose verdicts contradict each other: a = b and b = c, but a is not c."""

    a: int
    b: int
    c: int


def partitions(n: int) -> Iterator[Partition]:
    """Every partition of n encounters, in lexical order; their number is the n-th Bell number."""

    def extend(head: Partition) -> Iterator[Partition]:
        if len(head) == n:
            yield head
            return
        for animal in range(max(head, default=-1) + 2):
            yield from extend((*head, animal))

    return extend(())


def blocks(partition: Partition) -> tuple[tuple[int, ...], ...]:
    """The encounters of each animal: (0, 0, 1) is ((0, 1), (2,))."""
    animals = range(max(partition, default=-1) + 1)
    return tuple(tuple(n for n, of in enumerate(partition) if of == animal) for animal in animals)


def concentration(together: float) -> float:
    """The parameter theta of an Ewens prior under which two encounters are one animal so often.

    P(same) = 1 / (1 + theta). A prior nearer to 0 or 1 than CERTAIN counts as that near. Raises
    ValueError unless 0 < together < 1.
    """
    if not 0 < together < 1:
        raise ValueError(f"a prior probability lies between 0 and 1, not {together}")
    return 1 / min(max(together, CERTAIN), 1 - CERTAIN) - 1


def log_prior(partition: Partition, theta: float) -> float:
    """Natural log probability of a partition under the Ewens sampling formula.

    Encounter n joins an animal seen k times with k / (n + theta), a new one with
    theta / (n + theta) (Chinese restaurant process); the order of encounters does not matter.
    """
    sizes: dict[int, int] = {}
    total = 0.0
    for n, animal in enumerate(partition):
        total += log(sizes.get(animal, theta) / (n + theta))
        sizes[animal] = sizes.get(animal, 0) + 1
    return total


def block_llr(llr: Matrix, comparable: NDArray[np.bool_], members: tuple[int, ...]) -> float:
    """log10 likelihood ratio of "one animal" over "all different" for some encounters.

    The k (k - 1) / 2 pairs of a block repeat each other: once b and c are known to be a, nothing
    new is in b against c. Only k - 1 of them can be independent. The strongest pair speaks first;
    then the others join, the one with most to say first, each with its mean llr to those that are
    in. So an encounter that says nothing of anybody leaves the odds of all partitions as they were.
    Pairs that cannot be compared are left out of the means, and what they keep apart starts anew.
    """
    left = set(members)
    total = 0.0
    while len(left) > 1:
        pairs = [(i, j) for i, j in combinations(sorted(left), 2) if comparable[i, j]]
        if not pairs:
            break
        i, j = max(pairs, key=lambda pair: abs(float(llr[pair])))
        total += float(llr[i, j])
        group, left = {i, j}, left - {i, j}
        while joins := _joining(llr, comparable, group, left):
            mean, encounter = max(joins, key=lambda join: abs(join[0]))
            total += mean
            group.add(encounter)
            left.discard(encounter)
    return total


def _joining(
    llr: Matrix, comparable: NDArray[np.bool_], group: set[int], left: set[int]
) -> list[tuple[float, int]]:
    """Mean llr to the group, of every encounter that can be compared with some of it."""
    near = {
        encounter: [float(llr[encounter, m]) for m in group if comparable[encounter, m]]
        for encounter in sorted(left)
    }
    return [(sum(llrs) / len(llrs), encounter) for encounter, llrs in near.items() if llrs]


def posterior(
    llr: Matrix, comparable: NDArray[np.bool_], *, together: float = 0.5
) -> PartitionPosterior:
    """How probable each way to sort n encounters is, the likeliest first.

    llr: (n, n) symmetric, log10. comparable: (n, n) symmetric; a pair that is not says nothing.
    together: the prior probability that two encounters are one animal. The likelihood of a
    partition, relative to "all different", is the product over its blocks of `block_llr`.
    """
    n = len(llr)
    if llr.shape != (n, n) or comparable.shape != (n, n) or n < 1:
        raise ValueError(f"llr {llr.shape} and comparable {comparable.shape} must be (n, n), n > 0")
    if not (np.allclose(llr, llr.T) and np.array_equal(comparable, comparable.T)):
        raise ValueError("llr and comparable must be symmetric")
    beam = _Beam(llr, comparable, concentration(together))
    visited = beam.search(None if n <= IN_FULL else BEAM)
    shares = softmax(np.array([weight for _, weight in visited]))
    order = np.argsort(-shares, kind="stable")
    listed = order if n <= IN_FULL else order[:LISTED]
    of = np.array([partition for partition, _ in visited])
    pairs = np.einsum("p,pij->ij", shares, of[:, :, None] == of[:, None, :])
    return PartitionPosterior(
        partitions=tuple(WeighedPartition(visited[k][0], float(shares[k])) for k in listed),
        pairs=pairs,
        weighed=len(visited),
        mass=float(shares[listed].sum()),
        in_full=n <= IN_FULL,
    )


class _Beam:
    """Partitions built encounter by encounter, each with its natural log posterior weight."""

    def __init__(self, llr: Matrix, comparable: NDArray[np.bool_], theta: float) -> None:
        self._llr, self._comparable, self._theta = llr, comparable, theta
        self._known: dict[tuple[int, ...], float] = {}

    def search(self, width: int | None) -> list[tuple[Partition, float]]:
        """All partitions, or those that stay among the `width` best at every encounter."""
        heads: list[tuple[Partition, float]] = [((), 0.0)]
        for n in range(len(self._llr)):
            heads = [
                extended for head, weight in heads for extended in self._extended(head, weight, n)
            ]
            if width is not None:
                heads = sorted(heads, key=lambda head: -head[1])[:width]
        return heads

    def _extended(
        self, head: Partition, weight: float, n: int
    ) -> Iterator[tuple[Partition, float]]:
        """The encounter n with each animal so far, and as a new one."""
        for animal, members in enumerate(blocks(head)):
            gain = self._block((*members, n)) - self._block(members)
            chance = log(len(members) / (n + self._theta))
            yield (*head, animal), weight + chance + gain
        chance = log(self._theta / (n + self._theta))
        yield (*head, max(head, default=-1) + 1), weight + chance

    def _block(self, members: tuple[int, ...]) -> float:
        if members not in self._known:
            value = block_llr(self._llr, self._comparable, members)
            self._known[members] = value * log(10)
        return self._known[members]


def inconsistent_triples(
    llr: Matrix, comparable: NDArray[np.bool_], *, same: float = SAME
) -> tuple[InconsistentTriple, ...]:
    """Triples where the verdicts say a = b and b = c but a differs from c; a < c."""
    n = len(llr)

    def verdict(i: int, j: int) -> Verdict:
        if not comparable[i, j]:
            return Verdict.NOT_COMPARABLE
        return verdict_of(float(llr[i, j]), same=same)

    return tuple(
        InconsistentTriple(a, b, c)
        for a, b, c in permutations(range(n), 3)
        if a < c
        and verdict(a, b) == verdict(b, c) == Verdict.SAME
        and verdict(a, c) == Verdict.DIFFERENT
    )
