"""The captures of a catalogue as the estimate needs them: places in km, days, who may be who."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import DisjointSet

from reid.density.estimate import SurveyedEncounters
from reid.density.likelihood import TrapEffort
from reid.density.sampling import SampledCapture
from reid.identify.clusters import DecidedPairs, Pair, Table
from reid.interchange.effort import Traps, detections, traps
from reid.interchange.survey import AnimalHistory, CaptureSurvey, LeftOut

TABLE = "density"


@dataclass(frozen=True, slots=True)
class DensityCaptures:
    """What is estimated from. layout: stations in metres and when they worked.

    left_out: encounters that have no part in it, each with why.
    """

    encounters: SurveyedEncounters
    layout: Traps
    left_out: tuple[LeftOut, ...]


def surveyed(
    survey: CaptureSurvey,
    numbers: Sequence[int],
    known: Table,
    decided: DecidedPairs,
    *,
    by_photos: bool = False,
) -> DensityCaptures:
    """Every capture at a station with a position, on a day on which a camera worked there.

    numbers: encounters of the positions of `known` and `decided`. A capture that the machine never
    compared is joined with its own individual and told from other individuals. by_photos: the first
    and last photo of a station stand for dates that nobody stated. Raises NoEffort.
    """
    layout = traps(survey, by_photos=by_photos)
    everybody = AnimalHistory("all", {one.encounter: str(one.encounter) for one in survey.captures})
    rows, left_out = detections(survey.captures, everybody, layout, TABLE)
    where = {row.encounter: SampledCapture(row.trap - 1, row.occasion - 1) for row in rows}
    compared = [(place, n) for place, n in enumerate(numbers) if n in where]
    others = sorted({*where} - {n for _, n in compared})
    kept = [n for _, n in compared] + others
    places = [place for place, _ in compared]
    table, pairs = _picked(known, places, len(kept)), _moved(decided, places)
    named = {one.encounter: one.individual for one in survey.captures if one.individual}
    return DensityCaptures(
        encounters=SurveyedEncounters(
            effort=TrapEffort(layout.metres / 1000, layout.usage.sum(1)),
            captures=tuple(where[n] for n in kept),
            known=table,
            decided=_with_names(pairs, [named.get(n, "") for n in kept], len(places)),
        ),
        layout=layout,
        left_out=tuple(left_out),
    )


def _picked(known: Table, places: Sequence[int], size: int) -> Table:
    """These places of a table, and empty ones up to `size`."""
    index = np.ix_(places, places)
    empty = size - len(places)

    def padded(matrix: NDArray[Any]) -> NDArray[Any]:
        return np.pad(matrix[index], (0, empty))

    return Table(padded(known.llr), padded(known.comparable), padded(known.compared))


def _moved(decided: DecidedPairs, places: Sequence[int]) -> DecidedPairs:
    """The same pairs by their new places; what people joined stays joined where one is missing."""
    new = {place: n for n, place in enumerate(places)}

    def moved(pairs: Iterable[Pair]) -> frozenset[Pair]:
        return frozenset(
            (min(new[i], new[j]), max(new[i], new[j])) for i, j in pairs if i in new and j in new
        )

    animals = DisjointSet(sorted({n for pair in decided.same for n in pair}))
    for pair in decided.same:
        animals.merge(*pair)
    same = {
        pair
        for members in animals.subsets()
        for pair in pairwise(sorted(n for n in members if n in new))
    }
    return DecidedPairs(moved(same), moved(decided.different), moved(decided.unsettled))


def _with_names(decided: DecidedPairs, names: Sequence[str], compared: int) -> DecidedPairs:
    """Captures of one individual are one animal; uncompared ones differ from other individuals."""
    of: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        if name:
            of.setdefault(name, []).append(place)
    same = {pair for members in of.values() for pair in pairwise(members)}
    apart = {
        (min(a, b), max(a, b))
        for one, other in combinations(of.values(), 2)
        for a in one
        for b in other
        if max(a, b) >= compared
    }
    return replace(decided, same=decided.same | same, different=decided.different | apart)
