"""Which animal every capture is: what people decided, the most probable, and what else may be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from reid.identify import clusters, draws
from reid.identify.clusters import DecidedPairs, Grouping, Pair, Table
from reid.identify.partitions import Partition, blocks
from reid.interchange.survey import AnimalCapture, AnimalHistory, decided_history
from service.clusters.clustering import ClusteringFacts, comparable, conclusions


@dataclass(frozen=True, slots=True)
class SortedCaptures:
    """What is known of all pairs of captures. numbers: the encounter at each position.

    decided: with identities kept apart; loose: without that for two identities whose photos show
    no flank in common, which nobody can have compared.
    """

    numbers: tuple[int, ...]
    known: Table
    decided: DecidedPairs
    loose: DecidedPairs
    names: Mapping[int, str]
    identity_of: Mapping[int, int]


def sorted_captures(facts: ClusteringFacts, names: Mapping[int, str]) -> SortedCaptures:
    """names: of every identity by number."""
    numbers = tuple(facts.flanks)
    at = {number: place for place, number in enumerate(numbers)}
    llr = {
        (at[one.couple[0]], at[one.couple[1]]): one.llr
        for one in facts.measured
        if one.comparable and at.keys() >= set(one.couple)
    }
    known = clusters.table(llr, comparable(list(facts.flanks.values())))
    decided = conclusions(facts, at).sorting
    return SortedCaptures(
        numbers, known, decided, _loosened(known, decided, facts, at), names, facts.identity_of
    )


def histories(
    sorted_by_machine: SortedCaptures | None,
    captures: Sequence[AnimalCapture],
    *,
    number: int,
    seed: int,
) -> Iterator[AnimalHistory]:
    """decided, probable, merged, split, and so many draws. Only the first without a machine.

    Captures that the machine did not compare stand in all of them as people decided.
    """
    people = decided_history(captures)
    yield people
    if sorted_by_machine is None:
        return
    known, decided = sorted_by_machine.known, sorted_by_machine.decided
    grouping = clusters.sort(known, decided)
    probable = _labelled("probable", draws.partition_of(grouping), sorted_by_machine, people)
    unplaced = {sorted_by_machine.numbers[place] for place in grouping.unplaced}
    yield replace(
        probable,
        animal_of={n: a for n, a in probable.animal_of.items() if n not in unplaced},
        probability=_probabilities(sorted_by_machine, grouping),
    )
    loose = sorted_by_machine.loose
    yield _labelled("merged", draws.merged(known, loose), sorted_by_machine, people)
    yield _labelled("split", draws.split(known, decided), sorted_by_machine, people)
    width = max(3, len(str(number)))
    for n, partition in enumerate(draws.draws(known, loose, number=number, seed=seed), 1):
        yield _labelled(f"draw-{n:0{width}}", partition, sorted_by_machine, people)


def _loosened(
    known: Table, decided: DecidedPairs, facts: ClusteringFacts, at: Mapping[int, int]
) -> DecidedPairs:
    """Without the bars between identities of which no two encounters can be compared."""
    members: dict[int, list[int]] = {}
    for number, identity in facts.identity_of.items():
        if number in at:
            members.setdefault(identity, []).append(at[number])
    judged = {
        (at[first], at[second]) for first, second in facts.standings if first in at and second in at
    }
    free: set[Pair] = set()
    for own, other in combinations(members.values(), 2):
        if not known.comparable[np.ix_(own, other)].any():
            free |= {(min(i, j), max(i, j)) for i in own for j in other}
    return replace(decided, different=decided.different - (free - judged))


def _labelled(
    name: str, partition: Partition, sorted_by_machine: SortedCaptures, people: AnimalHistory
) -> AnimalHistory:
    """A partition by names: of the catalogue, or "unnamed 12" after its first encounter."""
    numbers = sorted_by_machine.numbers
    taken = {*sorted_by_machine.names.values()}
    animal_of = dict(people.animal_of)
    names: dict[str, tuple[str, ...]] = {label: (label,) for label in animal_of.values()}
    for block in blocks(partition):
        members = [numbers[place] for place in block]
        identities = {
            sorted_by_machine.identity_of[number]
            for number in members
            if number in sorted_by_machine.identity_of
        }
        own = tuple(sorted(sorted_by_machine.names[identity] for identity in identities))
        label = own[0] if own else f"unnamed {members[0]}"
        while not own and label in taken:
            label += "*"
        for joined in own[1:]:
            names.pop(joined, None)
            animal_of |= {n: label for n, animal in people.animal_of.items() if animal == joined}
        names[label] = own
        animal_of |= dict.fromkeys(members, label)
    return AnimalHistory(name, animal_of, names)


def _probabilities(sorted_by_machine: SortedCaptures, grouping: Grouping) -> dict[int, float]:
    """Encounter that nobody decided on -> that it belongs where it is, by everything else there."""
    numbers, known = sorted_by_machine.numbers, sorted_by_machine.known
    same: dict[int, list[Pair]] = {}
    for pair in sorted_by_machine.decided.same:
        same.setdefault(grouping.of[pair[0]], []).append(pair)
    chances: dict[int, float] = {}
    for place, group in enumerate(grouping.groups):
        if len(group.members) == 1:
            chances[numbers[group.members[0]]] = group.own
        for llr, part, _ in clusters.parts(known, group.members, same.get(place, ())):
            chances |= {numbers[encounter]: clusters.probability(llr) for encounter in part}
    return {n: p for n, p in chances.items() if n not in sorted_by_machine.identity_of}
