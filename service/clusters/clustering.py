"""Sorts all encounters into animals: what people concluded, the evidence, and how sure it is."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import DisjointSet

from reid.identify import clusters, partitions
from reid.identify.clusters import TOGETHER, DecidedPairs, EncounterGroup, Grouping, Pair, Table
from reid.identify.one_flank import AnimalCount, counted_animals
from reid.observers.reviews import ReviewProgress
from reid.types import Flank
from service.store.clusterings import Cluster, EncounterLink, SortedEncounters, Worth
from service.store.pairs import Couple, Maker, PairMeasurement

LISTED = 200  # pairs most worth a decision that are kept
LEAST_GAIN = 0.01  # of an animal: below it a pair is not worth anybody's time
WEIGHED = 6  # encounters of a cluster up to which all 203 partitions are weighed
DOUBTFUL = 10  # doubtful pairs of a cluster that are kept

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ClusteringFacts:
    """What the database knows of all encounters that have an embedded photo.

    flanks: by number of the encounter, lowest first. identity_of: of those that have one now.
    waiting: encounters whose pairs are not compared yet.
    """

    flanks: Mapping[int, frozenset[Flank]]
    measured: Sequence[PairMeasurement]
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


def clustered(facts: ClusteringFacts, maker: Maker) -> SortedEncounters:
    """Sort all encounters into animals, and find what is most worth a decision."""
    begun, numbers = time.perf_counter(), list(facts.flanks)
    at = {number: place for place, number in enumerate(numbers)}
    llr = {
        (at[pair.couple[0]], at[pair.couple[1]]): pair.llr
        for pair in facts.measured
        if pair.comparable and at.keys() >= set(pair.couple)
    }
    known = clusters.table(llr, comparable(list(facts.flanks.values())))
    concluded = conclusions(facts, at)
    grouping = clusters.sort(known, concluded.sorting)
    count = counted(grouping, list(facts.flanks.values()))
    llrs, open_pairs = clusters.evidence_between(known, grouping)
    shown = _Shown(known, concluded.sorting, facts, numbers)
    sorted_clusters = [shown.cluster(group) for group in grouping.groups]
    worth = [
        Worth(
            couple=(numbers[suggestion.pair[0]], numbers[suggestion.pair[1]]),
            llr=float(known.llr[suggestion.pair]),
            compared=bool(known.compared[suggestion.pair]),
            together=suggestion.together,
            joined=suggestion.joined,
            gain=suggestion.expected_change,
        )
        for suggestion in clusters.suggest(known, grouping, concluded.asking, limit=LISTED)
        if suggestion.expected_change >= LEAST_GAIN
    ]
    return SortedEncounters(
        model=maker.model,
        calibrator=maker.calibrator,
        prior=TOGETHER,
        encounters=len(numbers),
        measured=len(facts.measured),
        animals=count.expected,
        unplaced=len(grouping.unplaced),
        waiting=facts.waiting,
        clusters=tuple(_with_nearest(sorted_clusters, llrs, open_pairs)),
        worth=tuple(worth),
        conflicts=tuple((numbers[i], numbers[j]) for i, j in concluded.conflicts),
        seconds=round(time.perf_counter() - begun, 3),
        least=count.least,
        most=count.most,
        left_only=count.left_only,
        right_only=count.right_only,
    )


def counted(grouping: Grouping, flanks: Sequence[frozenset[Flank]]) -> AnimalCount:
    """How many animals the groups are. flanks: of each encounter."""
    placed = [group.members for group in grouping.groups if group.placed]
    return counted_animals(
        [Counter(flank for n in members for flank in flanks[n]) for members in placed]
    )


def comparable(flanks: Sequence[frozenset[Flank]]) -> Mask:
    """(n, n) whether any photos of two encounters may show the same flank; the diagonal is not."""
    shows = {flank: np.array([flank in shown for shown in flanks], bool) for flank in Flank}
    mask = np.zeros((len(flanks), len(flanks)), bool)
    for flank0 in Flank:
        for flank1 in Flank:
            if flank0.comparable_with(flank1):
                mask |= np.logical_and.outer(shows[flank0], shows[flank1])
    np.fill_diagonal(mask, False)
    return mask


def conclusions(facts: ClusteringFacts, at: Mapping[int, int]) -> Conclusions:
    """Encounters of one identity are the same; those of two identities are kept apart.

    Observers' settled opinions join or part the others. Where they contradict the catalogue, the
    catalogue stands until a curator changes it, and the pair is a conflict. at: the position of
    every encounter.
    """
    named: dict[int, list[int]] = {}
    for number, identity in sorted(facts.identity_of.items()):
        if number in at:
            named.setdefault(identity, []).append(at[number])
    same = {pair for members in named.values() for pair in pairwise(sorted(members))}
    animals = _Animals(len(at), named)
    judged: dict[str, set[Pair]] = {}
    for (first, second), standing in facts.standings.items():
        if first in at and second in at:
            judged.setdefault(_concluded(standing), set()).add((at[first], at[second]))
    conflicts = {pair for pair in sorted(judged.get("same", ())) if not animals.join(*pair)}
    same |= judged.get("same", set()) - conflicts
    different = {pair for pair in judged.get("different", ()) if not animals.joined(*pair)}
    conflicts |= judged.get("different", set()) - different
    bars = set(combinations(sorted(min(members) for members in named.values()), 2))
    unsettled = frozenset(judged.get("unsettled", set()) | conflicts)
    unanswered = judged.get("open", set())
    return Conclusions(
        sorting=DecidedPairs(frozenset(same), frozenset(different | bars), unsettled),
        asking=DecidedPairs(frozenset(same), frozenset(different | unanswered), unsettled),
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
        self._identity = {self._animals[members[0]]: number for number, members in named.items()}

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
        self, known: Table, decided: DecidedPairs, facts: ClusteringFacts, numbers: Sequence[int]
    ) -> None:
        self._known, self._facts, self._numbers = known, facts, numbers
        judged = (*decided.same, *decided.different, *decided.unsettled)
        self._judged = {self._couple(pair) for pair in judged}
        self._same: dict[int, list[Pair]] = {}
        for pair in decided.same:
            self._same.setdefault(pair[0], []).append(pair)

    def cluster(self, group: EncounterGroup) -> Cluster:
        """How sure it is that these are one animal, and what speaks against it."""
        known, members = self._known, group.members
        same = [pair for member in members for pair in self._same.get(member, ())]
        identities = [self._facts.identity_of.get(self._numbers[member]) for member in members]
        cuts = [llr for llr, _, _ in clusters.parts(known, members, same)]
        links = [
            EncounterLink(self._couple(pair), float(known.llr[pair]), bool(known.compared[pair]))
            for pair in combinations(members, 2)
            if known.comparable[pair]
        ]
        links.sort(key=lambda link: link.llr)
        doubtful = [link for link in links if link.couple not in self._judged] if cuts else []
        return Cluster(
            encounters=tuple(self._numbers[member] for member in members),
            identity_id=next((number for number in identities if number is not None), None),
            unidentified=identities.count(None),
            together=self._together(members, same) if cuts else None,
            belongs=clusters.probability(min(cuts)) if cuts else None,
            weakest=links[0] if links else None,
            doubtful=tuple(doubtful[:DOUBTFUL]),
            counted=group.placed,
        )

    def _couple(self, pair: Pair) -> Couple:
        return self._numbers[pair[0]], self._numbers[pair[1]]

    def _together(self, members: Sequence[int], same: Sequence[Pair]) -> float | None:
        """Probability that all are one animal, given what people joined; None for too many."""
        if len(members) > WEIGHED:
            return None
        block, at = np.ix_(members, members), {item: n for n, item in enumerate(members)}
        weighed = partitions.posterior(
            self._known.llr[block], self._known.comparable[block], together=TOGETHER
        )
        possible = [
            item
            for item in weighed.partitions
            if all(item.partition[at[i]] == item.partition[at[j]] for i, j in same)
        ]
        whole = sum(item.probability for item in possible)
        one_block = sum(item.probability for item in possible if not any(item.partition))
        return one_block / whole if whole else None


def _with_nearest(
    listed: Sequence[Cluster], llr: NDArray[np.float64], open_pairs: Mask
) -> list[Cluster]:
    """Clusters without identity get the identity that they most probably are."""
    catalogued = np.array(
        [n for n, cluster in enumerate(listed) if cluster.identity_id is not None], int
    )
    with_nearest = list(listed)
    for place, cluster in enumerate(listed):
        here = catalogued[open_pairs[place, catalogued]] if cluster.identity_id is None else ()
        if len(here):
            best = int(here[llr[place, here].argmax()])
            near = listed[best]
            with_nearest[place] = replace(
                cluster,
                near_identity=near.identity_id,
                near_encounter=near.encounters[0],
                near=clusters.probability(float(llr[place, best])),
            )
    return with_nearest
