"""Unknown animals of encounters into proposed animals, and which pairs need a person's eyes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from reid.archive.journal import Journal
from reid.archive.nearest import nearest, unheard
from reid.archive.scheduling import Scheduler, Work
from reid.archive.shaping import ShapedEncounter, Sighting
from reid.archive.units import AnimalUnit, PairTask, UnitPair, compared, lost, may_share
from reid.evidence.calibrator import Calibrator
from reid.identify import clusters
from reid.identify.clusters import DecidedPairs, Grouping, Pair, Table
from reid.types import Flank

ROUNDS = 4  # of sorting, and of comparing the groups that come out
SUGGESTED = 100  # pairs for people at most
LEAST_CHANGE = 0.02  # of the number of animals: below it a pair is not worth anybody's time

Row = TypeVar("Row")
Watch = Callable[[Iterable[Row], int], Iterable[Row]]  # rows as they come, and how many there are


@dataclass(frozen=True, slots=True)
class EyesNeeded:
    """Two encounters that a person should compare. together: probability that they are one animal;
    joined: whether they are sorted together now."""

    one: str
    other: str
    together: float
    joined: bool
    llr: float


@dataclass(frozen=True, slots=True)
class SortedUnits:
    """groups: names of units, those of one animal together, with whether the group counts as an
    animal. eyes: the most worthwhile first."""

    groups: tuple[tuple[tuple[str, ...], bool], ...]
    eyes: tuple[EyesNeeded, ...]
    compared: int


class UnitEvidence:
    """What pairs of units say, from a journal where it is known."""

    def __init__(
        self,
        journal: Journal,
        folder: Path,
        calibrator: Calibrator,
        scheduler: Scheduler,
        watch: Watch[Any] = lambda rows, _: rows,
    ) -> None:
        self._journal, self._folder = journal, folder
        self._calibrator, self._scheduler, self._watch = calibrator, scheduler, watch

    def of(self, units: Sequence[AnimalUnit], pairs: Sequence[Pair]) -> dict[Pair, UnitPair]:
        """The evidence of these pairs of positions; what was compared before is not compared."""
        known: dict[Pair, UnitPair] = {}
        todo: dict[int, list[int]] = {}
        for i, j in pairs:
            line = self._journal.get(self._key(units[i], units[j]))
            if line is not None:
                known[i, j] = UnitPair(line["llr"], line["comparable"])
            else:
                todo.setdefault(i, []).append(j)
        tasks = [
            PairTask(units[i].keys, tuple(units[j].keys for j in others), self._folder)
            for i, others in todo.items()
        ]
        rows = self._scheduler.rows(Work(compared, _Loaded(self._calibrator), lost), tasks)
        for (i, others), row in zip(todo.items(), self._watch(rows, len(tasks)), strict=True):
            for j, pair in zip(others, row or (), strict=row is not None):
                self._journal.append(
                    self._key(units[i], units[j]), {"llr": pair.llr, "comparable": pair.comparable}
                )
                known[i, j] = pair
        return known

    def _key(self, one: AnimalUnit, other: AnimalUnit) -> str:
        low, high = sorted((one.key, other.key))
        return f"{low} {high} {self._calibrator.id}"


@dataclass(frozen=True, slots=True)
class _Loaded:
    """Brings what is there already; can be pickled."""

    calibrator: Calibrator

    def __call__(self) -> Calibrator:
        return self.calibrator


def animals_of(
    encounter: ShapedEncounter,
    tracks: Sequence[Sequence[Sighting]],
    keys: Mapping[Sighting, str],
    evidence: Callable[[Sequence[AnimalUnit], Sequence[Pair]], Mapping[Pair, UnitPair]],
    sides: Callable[[Sequence[Sighting]], frozenset[Flank]],
) -> list[tuple[int, ...]]:
    """The tracks of each animal of an encounter, by their positions.

    Tracks that one picture shows beside each other stay apart; others are one animal where their
    photos say so. tracks: the described boxes of each; one without any is an animal of its own.
    """
    if len(tracks) == 1:
        return [(0,)]
    seen = [n for n, track in enumerate(tracks) if track]
    units = [
        AnimalUnit(f"{encounter.name} {n}", tuple(keys[s] for s in tracks[n]), sides(tracks[n]))
        for n in seen
    ]
    apart = {
        (a, b)
        for a, b in combinations(range(len(seen)), 2)
        if (seen[a], seen[b]) in encounter.apart
    }
    pairs = [
        (a, b)
        for a, b in combinations(range(len(seen)), 2)
        if (a, b) not in apart and may_share(units[a].sides, units[b].sides)
    ]
    known = evidence(units, pairs)
    table = _table(len(units), known)
    grouping = clusters.sort(table, DecidedPairs(different=frozenset(apart)), together=0.5)
    groups = [tuple(seen[n] for n in group.members) for group in grouping.groups]
    alone = [(n,) for n, track in enumerate(tracks) if not track]
    return sorted([*groups, *alone])


def sort_units(
    units: Sequence[AnimalUnit],
    apart: Sequence[tuple[str, str]],
    evidence: UnitEvidence,
    folder: Path,
    model: str,
) -> SortedUnits:
    """Sort units into animals. apart: names of two that one picture shows, which are never one."""
    if not units:
        return SortedUnits((), (), 0)
    at = {unit.name: n for n, unit in enumerate(units)}
    different = frozenset(
        (min(at[one], at[other]), max(at[one], at[other]))
        for one, other in apart
        if one in at and other in at
    )
    decided = DecidedPairs(different=different)
    known: dict[Pair, UnitPair] = {}
    pairs = nearest(units, folder, model)
    for _ in range(ROUNDS):
        known |= evidence.of(units, pairs)
        table = _table(len(units), known, [unit.sides for unit in units])
        grouping = clusters.sort(table, decided)
        pairs = unheard(units, table, grouping, decided)
        if not pairs:
            break
    groups = tuple(
        (tuple(units[n].name for n in group.members), group.placed) for group in grouping.groups
    )
    return SortedUnits(groups, _eyes(units, table, grouping, decided), len(known))


def _eyes(
    units: Sequence[AnimalUnit], table: Table, grouping: Grouping, decided: DecidedPairs
) -> tuple[EyesNeeded, ...]:
    return tuple(
        EyesNeeded(
            units[suggestion.pair[0]].name,
            units[suggestion.pair[1]].name,
            round(suggestion.together, 4),
            suggestion.joined,
            round(float(table.llr[suggestion.pair]), 3),
        )
        for suggestion in clusters.suggest(table, grouping, decided, limit=SUGGESTED)
        if suggestion.expected_change >= LEAST_CHANGE
    )


def _table(
    n: int,
    known: Mapping[Pair, UnitPair],
    sides: Sequence[frozenset[Flank]] | None = None,
) -> Table:
    """What is known on every pair. sides: which may share a flank; else only compared pairs do."""
    comparable = np.zeros((n, n), bool)
    if sides is not None:
        shows = {flank: np.array([flank in shown for shown in sides], bool) for flank in Flank}
        for one in Flank:
            for other in Flank:
                if one.comparable_with(other):
                    comparable |= np.logical_and.outer(shows[one], shows[other])
    for (i, j), pair in known.items():
        comparable[i, j] = comparable[j, i] = pair.comparable
    np.fill_diagonal(comparable, val=False)
    return clusters.table({p: v.llr for p, v in known.items() if v.comparable}, comparable)
