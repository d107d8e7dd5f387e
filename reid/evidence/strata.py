"""The pairs of one kind of photos whose truth is known, and what their llrs cost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reid.evidence.cost import cllr, cllr_min
from reid.evidence.pair_intervals import Interval, by_individual
from reid.evidence.tested import ALL
from reid.types import AnnotationFeatures, Grade

Float64 = NDArray[np.float64]
Animals = tuple[str, str]

NOT_GRADED = "not graded"
INDEPENDENT = "decided with no llr in view"
GRADES = tuple(Grade)  # best first


@dataclass(frozen=True, slots=True)
class PairTally:
    """How many of how many pairs."""

    count: int
    of: int

    @property
    def share(self) -> float | None:
        """[0, 1]; None of no pairs."""
        return self.count / self.of if self.of else None

    def __str__(self) -> str:
        return f"{self.count} of {self.of} ({self.share:.2%})" if self.of else "not measured"


class KnownPair(NamedTuple):
    """Two encounters that can be compared and whose animals are known.

    grade: the worse of the best grades of the two. independent: the animals were told apart with
    no llr in view.
    """

    animals: Animals
    llr: float
    grade: str = NOT_GRADED
    independent: bool = True

    @property
    def genuine(self) -> bool:
        """Both show one animal."""
        return self.animals[0] == self.animals[1]


@dataclass(frozen=True, slots=True)
class PairStratum:
    """The pairs of one kind of photos, e.g. `all`, `poor`, `infra-red`.

    genuine, impostor: (n,) and (m,) llrs. genuine_individuals: (n,) animals;
    impostor_individuals: (m,) pairs of animals; an unknown animal needs a name of its own. Without
    them there are no intervals. level, crop: the condition, as in `report.Row`.
    """

    name: str
    genuine: Float64
    impostor: Float64
    genuine_individuals: Sequence[str] = ()
    impostor_individuals: Sequence[Animals] = ()
    level: int = 0
    crop: str = "whole"

    @property
    def title(self) -> str:
        """The name with the condition where the photos are not as they were taken."""
        level = f", level {self.level}" if self.level else ""
        return self.name + level + (f", crop {self.crop}" if self.crop != "whole" else "")

    @property
    def individuals(self) -> int | None:
        """How many animals the pairs are of; None where it is not told."""
        names = {
            *self.genuine_individuals,
            *(a for pair in self.impostor_individuals for a in pair),
        }
        return len(names) or None


def stratum_of(name: str, pairs: Sequence[tuple[Animals, float]], *, level: int = 0) -> PairStratum:
    """A stratum of pairs of animals with their llrs."""
    ours = [(animals, llr) for animals, llr in pairs if animals[0] == animals[1]]
    theirs = [(animals, llr) for animals, llr in pairs if animals[0] != animals[1]]
    return PairStratum(
        name,
        np.array([llr for _, llr in ours]),
        np.array([llr for _, llr in theirs]),
        [animals[0] for animals, _ in ours],
        [animals for animals, _ in theirs],
        level=level,
    )


def strata_of(pairs: Sequence[KnownPair]) -> list[PairStratum]:
    """All pairs, then by grade, then those decided with no llr in view where others were not.

    Parts without a pair are left out, but the first.
    """
    parts = [(ALL, list(pairs))]
    parts += [(grade.value, [p for p in pairs if p.grade == grade.value]) for grade in Grade]
    if not all(pair.independent for pair in pairs):
        parts.append((INDEPENDENT, [pair for pair in pairs if pair.independent]))
    return [
        stratum_of(name, [(pair.animals, pair.llr) for pair in part])
        for name, part in parts
        if part or name == ALL
    ]


@dataclass(frozen=True, slots=True)
class Costs:
    """Cllr and its parts in bits; None where one kind of pairs is missing.

    intervals: 95 % over individuals, by the keys of `by_individual`.
    """

    cllr: float | None
    cllr_min: float | None
    cllr_cal: float | None
    intervals: Mapping[str, Interval]


def costs(stratum: PairStratum, *, seed: int = 0, draws: int = 500, refits: int = 100) -> Costs:
    """What the llrs of a stratum cost. draws, refits: see `by_individual`."""
    ours, theirs = np.asarray(stratum.genuine, float), np.asarray(stratum.impostor, float)
    if not (len(ours) and len(theirs)):
        return Costs(None, None, None, {})
    total, least = cllr(ours, theirs), cllr_min(ours, theirs)
    named = len(stratum.genuine_individuals) and len(stratum.impostor_individuals)
    intervals = (
        by_individual(
            ours,
            theirs,
            stratum.genuine_individuals,
            stratum.impostor_individuals,
            seed=seed,
            draws=draws,
            refits=refits,
        )
        if named
        else {}
    )
    return Costs(total, least, max(0.0, total - least), intervals)


def known_grade(photos: Iterable[AnnotationFeatures]) -> Grade | None:
    """The grade of the best photo of an encounter; None where a photo was not graded."""
    grades = [photo.quality.grade if photo.quality else None for photo in photos]
    known = [grade for grade in grades if grade]
    return min(known, key=GRADES.index) if known and len(known) == len(grades) else None


def worse_of(grades: tuple[Grade | None, Grade | None]) -> str:
    """The worse of the grades of two encounters, or `NOT_GRADED`."""
    known = [grade for grade in grades if grade]
    return max(known, key=GRADES.index).value if len(known) == 2 else NOT_GRADED
