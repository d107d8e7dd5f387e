"""Animals of encounters, and what two of them say together; one pure function a pair."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from reid.archive.describing import read_features
from reid.compare.comparison import compare
from reid.evidence.calibrator import Calibrator
from reid.evidence.encounters import ComparedPhotos, shared_flank, witnesses
from reid.types import AnnotationFeatures, Flank

VERIFIED = 4  # pairs of photos of two units that RootSIFT looks at, two flanks together
LEAST_SHARED = 0.15  # probability that two photos show one flank, below which they are not compared


@dataclass(frozen=True, slots=True)
class AnimalUnit:
    """One animal of one encounter. name: unique; keys: of its described boxes, clearest first.

    sides: flanks that they show, as stated or where the network is sure.
    """

    name: str
    keys: tuple[str, ...]
    sides: frozenset[Flank]

    @property
    def key(self) -> str:
        """The same wherever these boxes turn up."""
        return hashlib.sha256(" ".join(sorted(self.keys)).encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class PairTask:
    """A unit to be compared with some others. folder: where the features lie."""

    unit: tuple[str, ...]
    others: tuple[tuple[str, ...], ...]
    folder: Path


@dataclass(frozen=True, slots=True)
class UnitPair:
    """What two units say together. llr: log10; comparable: whether any photos share a flank."""

    llr: float
    comparable: bool


def compared(calibrator: Calibrator, task: PairTask) -> list[UnitPair] | None:
    """What a unit says together with each of the others; None where a process was lost."""
    unit = [read_features(task.folder, key) for key in task.unit]
    return [
        between_units(unit, [read_features(task.folder, key) for key in other], calibrator)
        for other in task.others
    ]


def lost(task: PairTask) -> list[UnitPair] | None:
    """Nothing is known of a task that ended its process."""
    del task
    return None


def between_units(
    unit: Sequence[AnnotationFeatures],
    other: Sequence[AnnotationFeatures],
    calibrator: Calibrator,
) -> UnitPair:
    """What two units say together; as `reid.evidence.encounters.between`, in less time.

    Two photos that hardly share a flank could only add a witness that says nothing, so they are
    left out. Only the VERIFIED pairs of photos that agree best are compared with RootSIFT, too.
    """
    pairs = [
        (one, two)
        for one, two in product(unit, other)
        if one.shows_animal
        and two.shows_animal
        and one.flank.comparable_with(two.flank)
        and shared_flank(one, two) >= LEAST_SHARED
    ]
    if not pairs:
        return UnitPair(0.0, comparable=False)
    photos = [ComparedPhotos(*pair, compare(*pair, rootsift=False)) for pair in pairs]
    photos.sort(key=lambda each: -calibrator.fusion.agreement(each.comparison))
    for n, (one, two, known) in enumerate(photos[:VERIFIED]):
        full = compare(one, two, registered=False, known=known)
        photos[n] = ComparedPhotos(one, two, full)
    evidence = calibrator.evidence(witnesses(photos, calibrator.fusion))
    return UnitPair(round(evidence.llr, 4), comparable=True)


def may_share(one: frozenset[Flank], other: frozenset[Flank]) -> bool:
    """Whether two units may show one flank."""
    return any(a.comparable_with(b) for a in one for b in other)
