"""All encounters of a catalogue sorted into animals, and the pairs a person should look at next.

The encounters are joined step by step, always the two groups whose evidence is strongest, as long
as the posterior that they are one animal is above one half. A few pairs of encounters are compared
in detail; the others are assumed to say what the near misses of their encounters say.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import DisjointSet

from reid.identify.errors import DecisionsContradict
from reid.identify.pairs_between import PairsBetween

Pair = tuple[int, int]  # positions of two encounters, the lower one first
Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]
Members = tuple[int, ...]  # positions of encounters
Question = tuple[float, Members, Members, float, bool]  # change, two sets, together, joined

TOGETHER = 0.05  # prior probability that two groups of encounters are one animal
NEVER = -np.inf  # llr of two groups that must not be joined
PREPARED = 200  # questions on two groups that are put into order at a time


@dataclass(frozen=True, slots=True)
class Table:
    """What is known on every pair of n encounters.

    llr: (n, n) symmetric, log10; 0 where not comparable. comparable: (n, n) symmetric, whether any
    photos show the same flank. compared: (n, n), whether that was measured and not assumed.
    """

    llr: Matrix
    comparable: Mask
    compared: Mask

    def __len__(self) -> int:
        return len(self.llr)


@dataclass(frozen=True, slots=True)
class DecidedPairs:
    """What people concluded on pairs: one animal, two animals, or that it cannot be settled."""

    same: frozenset[Pair] = frozenset()
    different: frozenset[Pair] = frozenset()
    unsettled: frozenset[Pair] = frozenset()

    def __len__(self) -> int:
        return len(self.same) + len(self.different) + len(self.unsettled)

    def __contains__(self, pair: object) -> bool:
        return pair in self.same or pair in self.different or pair in self.unsettled


UNDECIDED = DecidedPairs()


@dataclass(frozen=True, slots=True)
class EncounterGroup:
    """Encounters of one animal. own: probability that no other group is the same animal."""

    members: tuple[int, ...]
    own: float

    @property
    def placed(self) -> bool:
        """Not so for one encounter alone that is more probably part of some other group."""
        return len(self.members) > 1 or self.own >= 0.5


@dataclass(frozen=True, slots=True)
class Grouping:
    """Every encounter in one group; the largest group first, then by the first encounter."""

    groups: tuple[EncounterGroup, ...]

    @property
    def of(self) -> tuple[int, ...]:
        """The group of each encounter, as its place in `groups`."""
        place = {encounter: n for n, group in enumerate(self.groups) for encounter in group.members}
        return tuple(place[encounter] for encounter in range(len(place)))

    @property
    def animals(self) -> int:
        """How many are counted: the groups, without encounters that could not be placed."""
        return sum(group.placed for group in self.groups)

    @property
    def unplaced(self) -> tuple[int, ...]:
        """Encounters alone in a group that are more probably part of some other one."""
        return tuple(n for group in self.groups for n in group.members if not group.placed)


@dataclass(frozen=True, slots=True)
class SuggestedPair:
    """A pair of encounters for a person. together: probability that both are one animal.

    joined: whether they are in one group now. expected_change: probability that the answer changes
    that, which is by how much the number of animals is expected to change.
    """

    pair: Pair
    together: float
    joined: bool

    @property
    def expected_change(self) -> float:
        """[0, 1], by how much the number of animals is expected to change."""
        return 1 - self.together if self.joined else self.together


def table(llr: Mapping[Pair, float], comparable: Mask) -> Table:
    """What is known on every pair, from the llrs of those that a shortlist brought together.

    llr: log10, of compared pairs that are comparable. A pair off the shortlist agrees no more than
    those on it: it is given the median llr of the pairs of its encounters, the weaker one of the
    two, and never evidence in favour. Where a poor encounter says nothing about anybody that is
    about 0. Raises ValueError where `comparable` is not (n, n) symmetric with an empty diagonal.
    """
    n = len(comparable)
    if comparable.shape != (n, n) or not np.array_equal(comparable, comparable.T):
        raise ValueError(f"comparable {comparable.shape} must be (n, n) and symmetric")
    if comparable.diagonal().any():
        raise ValueError("an encounter is not compared with itself")
    values, compared = np.zeros((n, n)), np.zeros((n, n), bool)
    for (i, j), value in llr.items():
        values[i, j] = values[j, i] = value
        compared[i, j] = compared[j, i] = comparable[i, j]
    usual = np.array(
        [
            min(0.0, float(np.median(row[measured]))) if measured.any() else 0.0
            for row, measured in zip(values, compared, strict=True)
        ]
    )
    assumed = np.maximum(usual[:, None], usual[None, :])
    np.copyto(assumed, values, where=compared)
    assumed[~comparable] = 0.0
    return Table(assumed, comparable, compared)


def sort(
    known: Table,
    decided: DecidedPairs = UNDECIDED,
    *,
    together: float = TOGETHER,
    least: float = 0.5,
) -> Grouping:
    """Which encounters are one animal, by the evidence and by what people decided.

    together: prior probability that two groups are one animal, stated, never part of an llr.
    least: the posterior probability above which two groups are joined. What was decided `same` is
    one group and what was decided `different` is never joined, whatever the photos say. Raises
    Conflict where decisions contradict each other, ValueError for a prior that settles everything.
    """
    if not 0 < together < 1:
        raise ValueError(f"a prior probability lies between 0 and 1, not {together}")
    if not len(known):
        return Grouping(())
    merging = _Merging(known, decided)
    while (best := merging.strongest()) and probability(best[2], together) > least:
        merging.join(best[0], best[1])
    evidence = merging.evidence
    groups = []
    for name, members in merging.members.items():
        odds = float((10 ** evidence[name]).sum()) * together / (1 - together)
        groups.append(EncounterGroup(tuple(sorted(members)), 1 / (1 + odds)))
    groups.sort(key=lambda group: (-len(group.members), group.members))
    return Grouping(tuple(groups))


def probability(llr: float, together: float = TOGETHER) -> float:
    """Probability that two groups are one animal, from log10 evidence and a prior."""
    odds = 10**llr * together / (1 - together)
    return float(odds / (1 + odds))


class _Merging:
    """Groups that grow. evidence: (n, n) log10 between groups, NEVER where there is none to join.

    A group has the name of its first encounter.
    """

    def __init__(self, known: Table, decided: DecidedPairs) -> None:
        n = len(known)
        self.members = {encounter: [encounter] for encounter in range(n)}
        self._between = PairsBetween.of(known.llr, known.comparable, known.compared)
        self._size = np.ones(n)
        self._gone = np.zeros(n, bool)
        self._name = np.arange(n)  # of the group of each encounter
        self._barred = np.zeros((n, n), bool)
        for i, j in decided.different:
            self._barred[i, j] = self._barred[j, i] = True
        self.evidence = np.full((n, n), NEVER)
        for name in range(n):
            self._look(name)
        self._best = self.evidence.argmax(1)
        for i, j in sorted(decided.same):
            self._oblige(i, j)

    def strongest(self) -> tuple[int, int, float] | None:
        """The two groups with the strongest evidence, and that; None where only one is left."""
        tops = self.evidence[np.arange(len(self._best)), self._best]
        name = int(tops.argmax())
        other, llr = int(self._best[name]), float(tops[name])
        return (min(name, other), max(name, other), llr) if llr > NEVER else None

    def join(self, name: int, other: int) -> None:
        """The group `other` becomes part of the group `name`."""
        for counted in self._between.arrays:
            counted[name] += counted[other]
            counted[:, name] = counted[name]
        self._barred[name] |= self._barred[other]
        self._barred[:, name] = self._barred[name]
        self._size[name] += self._size[other]
        self._name[self.members[other]] = name
        self.members[name] += self.members.pop(other)
        self._gone[other] = True
        self.evidence[other] = self.evidence[:, other] = NEVER
        self._look(name)
        stale = np.isin(self._best, (name, other))
        stale[name] = True
        self._best[stale] = self.evidence[stale].argmax(1)
        tops = self.evidence[np.arange(len(self._best)), self._best]
        self._best[self.evidence[:, name] > tops] = name

    def _look(self, name: int) -> None:
        """The evidence of one group with all others; 0 where nothing can be compared."""
        row = self._between[name].evidence(self._size[name], self._size)
        row[self._barred[name] | self._gone] = NEVER
        row[name] = NEVER
        self.evidence[name] = self.evidence[:, name] = row

    def _oblige(self, i: int, j: int) -> None:
        """Join the groups of two encounters that people decided to be one animal."""
        first, other = sorted(int(self._name[n]) for n in (i, j))
        if first == other:
            return
        if self._barred[first, other]:
            raise DecisionsContradict(one=i, other=j)
        self.join(first, other)


def suggest(
    known: Table,
    grouping: Grouping,
    decided: DecidedPairs = UNDECIDED,
    *,
    together: float = TOGETHER,
    limit: int = 20,
) -> list[SuggestedPair]:
    """The pairs of encounters that are most worth a decision, the most worthwhile first.

    One pair for every two groups that may be one animal, and one for every encounter that may not
    belong to its group: of the pairs that can be compared and that nobody has decided, the one of
    highest llr, since there a person sees most. Two groups that people told apart are not asked
    about again, nor are encounters of a group that people joined.
    """

    joined = [
        (probability(-llr, 1 - together), part, rest, probability(llr, together), True)
        for llr, part, rest in _joined(known, grouping, decided)
    ]
    apart = _apart(known, grouping, decided, together)
    suggestions: list[SuggestedPair] = []
    shown: set[Pair] = set()  # two encounters in a group ask the same from either side
    for _, part, rest, chance, now in merge(sorted(joined, key=_order), apart, key=_order):
        if len(suggestions) == limit:
            break
        pair = _pair_to_show(known, part, rest, decided)
        if pair is not None and pair not in shown:
            shown.add(pair)
            suggestions.append(SuggestedPair(pair, chance, now))
    return suggestions


def _order(question: Question) -> tuple[float, Members, Members]:
    return -question[0], question[1], question[2]


def evidence_between(known: Table, grouping: Grouping) -> tuple[Matrix, Mask]:
    """(G, G) log10 evidence that two groups are one animal, and where anything can be compared."""
    order = np.argsort(grouping.of, kind="stable")
    size = np.array([len(group.members) for group in grouping.groups])
    starts = np.cumsum(size) - size
    pairs = PairsBetween.of(known.llr, known.comparable, known.compared)
    between = pairs.each(lambda values: _summed(values, order, starts))
    return between.evidence(size[:, None], size[None, :]), between.number > 0


def _summed(values: NDArray[Any], order: NDArray[Any], starts: NDArray[Any]) -> NDArray[Any]:
    """(n, n) summed over blocks of groups, of which `order` lists the encounters."""
    return np.asarray(
        np.add.reduceat(np.add.reduceat(values[order], starts, 0)[:, order], starts, 1)
    )


def _apart(
    known: Table, grouping: Grouping, decided: DecidedPairs, together: float
) -> Iterator[Question]:
    """Every two groups that may be one animal and that nobody told apart, the likeliest first."""
    of = grouping.of
    llr, open_pairs = evidence_between(known, grouping)
    open_pairs = np.triu(open_pairs, 1)
    for i, j in decided.different:
        open_pairs[min(of[i], of[j]), max(of[i], of[j])] = False
    places = np.flatnonzero(open_pairs)
    values = llr.ravel()[places]
    del llr, open_pairs
    groups, portion, passed = grouping.groups, PREPARED, np.inf
    while len(places):
        if portion < len(values):
            least = np.partition(values, len(values) - portion)[len(values) - portion]
        else:
            least = NEVER
        chosen = (values >= least) & (values < passed)
        likely = zip(places[chosen].tolist(), values[chosen].tolist(), strict=True)
        questions = [
            (chance, groups[a].members, groups[b].members, chance, False)
            for (a, b), chance in (
                (divmod(place, len(groups)), probability(value, together))
                for place, value in likely
            )
        ]
        yield from sorted(questions, key=_order)
        if least == NEVER:
            return
        portion, passed = 10 * portion, least


def _joined(
    known: Table, grouping: Grouping, decided: DecidedPairs
) -> Iterator[tuple[float, Members, Members]]:
    """The llr of every part of a group with the rest; a part is what people said to be one."""
    of, same = grouping.of, dict[int, list[Pair]]()
    for i, j in decided.same:
        same.setdefault(of[i], []).append((i, j))
    for place, group in enumerate(grouping.groups):
        yield from parts(known, group.members, same.get(place, ()))


def parts(
    known: Table, members: Members, same: Iterable[Pair]
) -> Iterator[tuple[float, Members, Members]]:
    """Each part of some encounters and the rest of them, with the llr that both are one animal.

    same: pairs that people joined; a part is what they joined, or one encounter.
    """
    units = _units(members, same)
    for part in units if len(units) > 1 else ():
        rest = tuple(encounter for encounter in members if encounter not in part)
        yield _link(known, part, rest), part, rest


def _link(known: Table, part: Members, rest: Members) -> float:
    """log10 evidence that two sets of encounters are one animal."""
    block = np.ix_(part, rest)
    pairs = PairsBetween.of(known.llr[block], known.comparable[block], known.compared[block])
    between = pairs.each(np.sum)
    return float(between.evidence(np.array(len(part)), np.array(len(rest))))


def _units(members: Members, same: Iterable[Pair]) -> list[Members]:
    """The encounters of a group, those together that people decided to be one animal."""
    joined = DisjointSet(members)
    for i, j in same:
        if i in joined and j in joined:
            joined.merge(i, j)
    return [tuple(sorted(unit)) for unit in joined.subsets()]


def _pair_to_show(known: Table, part: Members, rest: Members, decided: DecidedPairs) -> Pair | None:
    """The comparable, undecided pair of highest llr, or None."""
    open_pairs = [
        (-known.llr[i, j], (min(i, j), max(i, j)))
        for i in part
        for j in rest
        if known.comparable[i, j] and (min(i, j), max(i, j)) not in decided
    ]
    return min(open_pairs)[1] if open_pairs else None
