"""What encounters of several animals tell: which groups are one animal, and which do not count."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from scipy.cluster.hierarchy import DisjointSet

from reid.archive.sorting import SortedUnits
from reid.archive.stages import AnimalSeen


def joined_by_elimination(grouped: SortedUnits, seen: Sequence[AnimalSeen]) -> SortedUnits:
    """The same, with the two flanks of an animal together where an encounter proves it.

    Two cameras of a station see the same animals. Where one picture shows k of them, each camera
    saw k, and all but one of either camera are in groups that both saw, the two that are left are
    one animal, though no photo shows both its flanks. Not so where one picture shows members of
    both groups beside each other. Pairs for people then ask whether they are two.
    """
    group_of = {name: n for n, (names, _) in enumerate(grouped.groups) for name in names}
    joined = DisjointSet(range(len(grouped.groups)))
    apart = [
        (group_of[animal.name], group_of[other])
        for animal in seen
        for other in animal.apart
        if animal.name in group_of and other in group_of
    ]
    meetings = list(_by_camera(seen, group_of))
    while pair := next(_proved(meetings, joined, apart), None):
        joined.merge(*pair)
    return _regrouped(grouped, joined)


def without_other_sides(grouped: SortedUnits, seen: Sequence[AnimalSeen]) -> SortedUnits:
    """Groups that count as animals, without those that may be the other flank of a companion.

    Two animals before two cameras are four sightings where the cameras see opposite flanks. As many
    count as one picture shows beside each other; another one counts only where it was met again.
    """
    by_encounter: dict[str, list[AnimalSeen]] = {}
    for animal in seen:
        by_encounter.setdefault(animal.encounter.name, []).append(animal)
    doubtful: set[str] = set()
    for animals in by_encounter.values():
        first = max(animals, key=lambda one: len(one.apart))
        if first.apart:
            doubtful |= {one.name for one in animals} - {first.name, *first.apart}
    groups = tuple(
        (names, counts and not (len(names) == 1 and names[0] in doubtful))
        for names, counts in grouped.groups
    )
    return replace(grouped, groups=groups)


def _proved(
    meetings: Sequence[tuple[Sequence[int], Sequence[int]]],
    joined: DisjointSet,
    apart: Sequence[tuple[int, int]],
) -> Iterator[tuple[int, int]]:
    """Groups that some encounter leaves over, one of either camera."""
    for one, other in meetings:
        here, there = ({joined[n] for n in groups} for groups in (one, other))
        if len(here) < len(one) or len(there) < len(other) or len(here - there) != 1:
            continue
        first, second = (here - there).pop(), (there - here).pop()
        both = joined.subset(first) | joined.subset(second)
        if not any(a in both and b in both for a, b in apart):
            yield first, second


def _by_camera(
    seen: Sequence[AnimalSeen], group_of: Mapping[str, int]
) -> Iterator[tuple[list[int], list[int]]]:
    """Of encounters in which each of two cameras saw all animals: their groups by camera."""
    by_encounter: dict[str, list[AnimalSeen]] = {}
    for animal in seen:
        by_encounter.setdefault(animal.encounter.name, []).append(animal)
    for animals in by_encounter.values():
        together = 1 + max(len(animal.apart) for animal in animals)
        by_camera: dict[str, list[int]] = {}
        for animal in animals:
            for camera in {animal.encounter.frames[f].camera for f, _ in animal.sightings}:
                by_camera.setdefault(camera, []).append(group_of.get(animal.name, -1))
        whole = [
            groups for groups in by_camera.values() if len(groups) == together and -1 not in groups
        ]
        if together > 1 and len(by_camera) == 2 and len(whole) == 2:
            yield whole[0], whole[1]


def _regrouped(grouped: SortedUnits, joined: DisjointSet) -> SortedUnits:
    groups = []
    for members in joined.subsets():
        parts = [grouped.groups[n] for n in sorted(members)]
        names = tuple(name for part, _ in parts for name in part)
        groups.append((names, any(counts for _, counts in parts) or len(parts) > 1))
    groups.sort(key=lambda group: (-len(group[0]), group[0]))
    place = {name: n for n, (names, _) in enumerate(groups) for name in names}
    eyes = tuple(
        replace(pair, joined=place[pair.one] == place[pair.other]) for pair in grouped.eyes
    )
    return replace(grouped, groups=tuple(groups), eyes=eyes)
