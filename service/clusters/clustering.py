"""Sorts all encounters into animals: what people concluded, the evidence, and how sure it is."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import DisjointSet

from reid.identify import partitions
from reid.identify.clusters import (
    TOGETHER,
    DecidedPairs,
    EncounterGroup,
    Pair,
    Table,
    evidence_between,
    parts,
    probability,
    sort,
    suggest,
    table,
)
from reid.observers.reviews import ReviewProgress
from reid.types import Flank
from service.store.clusterings import Cluster, Clustering, Link, Worth
from service.store.pairs import Couple, Maker, Measured

LISTED = 200  # pairs most worth a decision that are kept
LEAST_GAIN = 0.01  # of an animal: below it a pair is not worth anybody's time
WEIGHED = 6  # encounters of a cluster up to which all 203 partitions are weighed
DOUBTFUL = 10  # doubtful pairs of a cluster that are kept

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database knows of all encounters that have an embedded photo.

    flanks: by number of the encounter, lowest first. identity_of: of those that have one now.
    waiting: encounters whose pairs are not compared yet.
    """

    flanks: Mapping[int, frozenset[Flank]]
    measured: Sequence[Measured]
    identity_of: Mapping[int, int]
    standings: Mapping[Couple, ReviewProgress]
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Conclusions:
    """What people concluded, by positions. sorting: what keeps encounters together or apart.

    asking: what need not be asked again; two identities may still be asked about. conflicts: pairs
    that observers judged against the catalogue or against each other.
    """

    sorting: DecidedPairs
    asking: DecidedPairs
    conflicts: tuple[Pair, ...]


def clustered(facts: Facts, maker: Maker) -> Clustering:
    """Sort all encounters into animals, and find what is most worth a decision."""
    begun, numbers = time.perf_counter(), list(facts.flanks)
    at = {number: place for place, number in enumerate(numbers)}
    llr = {
        (at[one.couple[0]], at[one.couple[1]]): one.llr
        for one in facts.measured
        if one.comparable and at.keys() >= set(one.couple)
    }
    known = table(llr, comparable(list(facts.flanks.values())))
    said = conclusions(facts, at)
    grouping = sort(known, said.sorting)
    llrs, open_pairs = evidence_between(known, grouping)
    shown = _Shown(known, said.sorting, facts, numbers)
    clusters = [shown.cluster(group) for group in grouping.groups]
    worth = [
        Worth(
            couple=(numbers[one.pair[0]], numbers[one.pair[1]]),
            llr=float(known.llr[one.pair]),
            compared=bool(known.compared[one.pair]),
            together=one.together,
            joined=one.joined,
            gain=one.expected_change,
        )
        for one in suggest(known, grouping, said.asking, limit=LISTED)
        if one.expected_change >= LEAST_GAIN
    ]
    return Clustering(
        model=maker.model,
        calibrator=maker.calibrator,
        prior=TOGETHER,
        encounters=len(numbers),
        measured=len(facts.measured),
        animals=grouping.animals,
        unplaced=len(grouping.unplaced),
        waiting=facts.waiting,
        clusters=tuple(_with_nearest(clusters, llrs, open_pairs)),
        worth=tuple(worth),
        conflicts=tuple((numbers[i], numbers[j]) for i, j in said.conflicts),
        seconds=round(time.perf_counter() - begun, 3),
    )


def comparable(flanks: Sequence[frozenset[Flank]]) -> Mask:
    """(n, n) whether any photos of two encounters may show the same flank; the diagonal is not."""
    shows = {flank: np.array([flank in some for some in flanks], bool) for flank in Flank}
    found = np.zeros((len(flanks), len(flanks)), bool)
    for one in Flank:
        for other in Flank:
            if one.comparable_with(other):
                found |= np.logical_and.outer(shows[one], shows[other])
    np.fill_diagonal(found, False)
    return found


def conclusions(facts: Facts, at: Mapping[int, int]) -> Conclusions:
    """Encounters of one identity are the same; those of two identities are kept apart.

    Observers' settled opinions join or part the others. Where they contradict the catalogue, the
    catalogue stands until a curator changes it, and the pair is a conflict. at: the position of
    every encounter.
    """
    named: dict[int, list[int]] = {}
    for number, identity in sorted(facts.identity_of.items()):
        if number in at:
            named.setdefault(identity, []).append(at[number])
    same = {pair for some in named.values() for pair in pairwise(sorted(some))}
    animals = _Animals(len(at), named)
    said: dict[str, set[Pair]] = {}
    for (one, other), standing in facts.standings.items():
        if one in at and other in at:
            said.setdefault(_concluded(standing), set()).add((at[one], at[other]))
    conflicts = {pair for pair in sorted(said.get("same", ())) if not animals.join(*pair)}
    same |= said.get("same", set()) - conflicts
    different = {pair for pair in said.get("different", ()) if not animals.joined(*pair)}
    conflicts |= said.get("different", set()) - different
    bars = set(combinations(sorted(min(some) for some in named.values()), 2))
    unsettled = frozenset(said.get("unsettled", set()) | conflicts)
    asked = said.get("open", set())
    return Conclusions(
        sorting=DecidedPairs(frozenset(same), frozenset(different | bars), unsettled),
        asking=DecidedPairs(frozenset(same), frozenset(different | asked), unsettled),
        conflicts=tuple(sorted(conflicts)),
    )


def _concluded(standing: ReviewProgress) -> Literal["same", "different", "unsettled", "open"]:
    """What it means for the clusters: what cannot be told or compared is unsettled for good."""
    if standing.answer in {"same", "different"}:
        return "same" if standing.answer == "same" else "different"
    return "unsettled" if standing.answer or standing.state == "unsettled" else "open"


class _Animals:
    """Which encounters people said to be one animal; two identities never become one."""

    def __init__(self, n: int, named: Mapping[int, Sequence[int]]) -> None:
        self._animals = DisjointSet(range(n))
        for members in named.values():
            for pair in pairwise(members):
                self._animals.merge(*pair)
        self._identity = {self._animals[some[0]]: number for number, some in named.items()}

    def joined(self, i: int, j: int) -> bool:
        """Whether both are one animal by now."""
        return self._animals.connected(i, j)

    def join(self, i: int, j: int) -> bool:
        """Make them one animal; False where they are of two identities."""
        known = {self._animals[i], self._animals[j]} & self._identity.keys()
        names = {self._identity[animal] for animal in known}
        if len(names) > 1:
            return False
        self._animals.merge(i, j)
        self._identity |= dict.fromkeys([self._animals[i]], *names) if names else {}
        return True


class _Shown:
    """Groups of positions as clusters of numbers."""

    def __init__(
        self, known: Table, decided: DecidedPairs, facts: Facts, numbers: Sequence[int]
    ) -> None:
        self._known, self._facts, self._numbers = known, facts, numbers
        judged = (*decided.same, *decided.different, *decided.unsettled)
        self._judged = {self._couple(pair) for pair in judged}
        self._same: dict[int, list[Pair]] = {}
        for pair in decided.same:
            self._same.setdefault(pair[0], []).append(pair)

    def cluster(self, group: EncounterGroup) -> Cluster:
        """How sure it is that these are one animal, and what speaks against it."""
        members = group.members
        same = [pair for one in members for pair in self._same.get(one, ())]
        identities = [self._facts.identity_of.get(self._numbers[one]) for one in members]
        cuts = [llr for llr, _, _ in parts(self._known, members, same)]
        links = sorted(self._links(members), key=lambda one: one.llr)
        doubtful = [one for one in links if one.couple not in self._judged] if cuts else []
        return Cluster(
            encounters=tuple(self._numbers[one] for one in members),
            identity_id=next((one for one in identities if one is not None), None),
            unidentified=identities.count(None),
            together=self._together(members, same) if cuts else None,
            belongs=probability(min(cuts)) if cuts else None,
            weakest=links[0] if links else None,
            doubtful=tuple(doubtful[:DOUBTFUL]),
            counted=group.placed,
        )

    def _links(self, members: Sequence[int]) -> list[Link]:
        known = self._known
        return [
            Link(self._couple(pair), float(known.llr[pair]), bool(known.compared[pair]))
            for pair in combinations(members, 2)
            if known.comparable[pair]
        ]

    def _couple(self, pair: Pair) -> Couple:
        return self._numbers[pair[0]], self._numbers[pair[1]]

    def _together(self, members: Sequence[int], same: Sequence[Pair]) -> float | None:
        """Probability that all are one animal, given what people joined; None for too many."""
        if len(members) > WEIGHED:
            return None
        block, at = np.ix_(members, members), {one: n for n, one in enumerate(members)}
        weighed = partitions.posterior(
            self._known.llr[block], self._known.comparable[block], together=TOGETHER
        )
        possible = [
            one
            for one in weighed.partitions
            if all(one.partition[at[i]] == one.partition[at[j]] for i, j in same)
        ]
        whole = sum(one.probability for one in possible)
        one_block = sum(one.probability for one in possible if not any(one.partition))
        return one_block / whole if whole else None


def _with_nearest(
    clusters: Sequence[Cluster], llr: NDArray[np.float64], open_pairs: Mask
) -> list[Cluster]:
    """Clusters without identity get the identity that they most probably are."""
    catalogued = np.array([n for n, one in enumerate(clusters) if one.identity_id is not None], int)
    found = list(clusters)
    for place, one in enumerate(clusters):
        here = catalogued[open_pairs[place, catalogued]] if one.identity_id is None else ()
        if len(here):
            best = int(here[llr[place, here].argmax()])
            near = clusters[best]
            found[place] = replace(
                one,
                near_identity=near.identity_id,
                near_encounter=near.encounters[0],
                near=probability(float(llr[place, best])),
            )
    return found
