"""What the product says on pairs of encounters whose truth is known: the test of a calibrator."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations
from pathlib import Path

import numpy as np

from reid.evaluation.data.photos import Condition, Sample, shown
from reid.evaluation.data.protocol import CropDescriber, read_dataset
from reid.evaluation.data.surveys import Done, Pair, SurveyEncounter, SurveyPhoto, described
from reid.evaluation.measures import metrics
from reid.evaluation.measures.strata import PairStratum, figures
from reid.evidence.calibrator import Calibrator, Witness
from reid.evidence.encounters import between
from reid.threads import side_by_side
from reid.types import Crop, Evidence, Flank, Grade

GRADES = tuple(Grade)  # best first


@dataclass(frozen=True, slots=True)
class WeighedPair:
    """One pair of encounters and what was said of it.

    grades: the best of each encounter's photos, None where they were not graded. lights: as the
    survey drew them, "" where nobody knows. flanks: how many flanks both show.
    """

    animals: tuple[str, str]
    evidence: Evidence
    witnesses: tuple[Witness, ...]
    grades: tuple[Grade | None, Grade | None]
    lights: tuple[str, str]

    @property
    def same(self) -> bool:
        """The truth."""
        return self.animals[0] == self.animals[1]

    @property
    def flanks(self) -> int:
        """How many flanks spoke."""
        return len(self.witnesses)

    @property
    def worse(self) -> str:
        """The worse grade of the two, or "not graded"."""
        known = [grade for grade in self.grades if grade]
        return max(known, key=GRADES.index).value if len(known) == 2 else "not graded"

    @property
    def light(self) -> str:
        """ "day" or "infrared" where both were, "mixed" where they differ."""
        one, other = self.lights
        return one if one == other else "mixed"


def photos_of(folder: Path, *, mirror: bool) -> list[tuple[SurveyPhoto, Sample]]:
    """The photos of a dataset with their stated flanks.

    mirror: right flanks are turned round and called left ones, so that all animals are compared
    with each other: more strangers than the product would compare.
    """
    found = []
    for sample in read_dataset(folder):
        flank = sample.flank
        if mirror and flank is not Flank.UNKNOWN:
            flank = Flank.LEFT
        turned = replace(sample, mirrored=sample.mirrored and mirror)
        photo = SurveyPhoto(sample.path, sample.animal, 0, sample.occasion, flank, "", "")
        found.append((photo, turned))
    return found


def at_level(
    photos: Sequence[tuple[SurveyPhoto, Sample]], level: int, seed: int
) -> Callable[[SurveyPhoto], Crop]:
    """How to cut these photos at a level of degradation; the flank stays the stated one."""
    of = {photo.path: sample for photo, sample in photos}

    def cropped(photo: SurveyPhoto) -> Crop:
        return replace(shown(of[photo.path], Condition(level=level, seed=seed)), flank=photo.flank)

    return cropped


def described_at(
    photos: Sequence[tuple[SurveyPhoto, Sample]],
    embedder: CropDescriber,
    *,
    level: int,
    seed: int,
    done: Done,
) -> list[SurveyEncounter]:
    """The encounters of a dataset at a level."""
    plain = [photo for photo, _ in photos]
    return described(plain, embedder, cropped=at_level(photos, level, seed), done=done)


def all_pairs(encounters: Sequence[SurveyEncounter], *, ordered: bool) -> list[Pair]:
    """Positions of all pairs; both orders where one side is seen worse."""
    numbers = range(len(encounters))
    return list(permutations(numbers, 2) if ordered else combinations(numbers, 2))


def weigh_pairs(
    queries: Sequence[SurveyEncounter],
    gallery: Sequence[SurveyEncounter],
    pairs: Sequence[Pair],
    calibrator: Calibrator,
    *,
    done: Done,
) -> list[WeighedPair]:
    """What the product says of every pair, in order."""

    def one(pair: Pair) -> WeighedPair:
        a, b = queries[pair[0]], gallery[pair[1]]
        found = between(a.features, b.features, calibrator, registered=False)
        return WeighedPair(
            (a.animal, b.animal),
            found.evidence,
            found.witnesses,
            (best_grade(a), best_grade(b)),
            (a.light, b.light),
        )

    return list(_counted(side_by_side(one, pairs), done))


def _counted(heard: Iterator[WeighedPair], done: Done) -> Iterator[WeighedPair]:
    for one in heard:
        yield one
        done(1)


def best_grade(encounter: SurveyEncounter) -> Grade | None:
    """Of its best photo; None where a photo was not graded."""
    grades = [one.quality.grade if one.quality else None for one in encounter.features]
    known = [grade for grade in grades if grade]
    return min(known, key=GRADES.index) if len(known) == len(grades) else None


def strata(heard: Sequence[WeighedPair], *, level: int = 0) -> list[PairStratum]:
    """All pairs that can be compared, then by the worse grade, then by light."""
    compared = [one for one in heard if one.witnesses]
    found = [_stratum("all", compared, level)]
    for grade in Grade:
        found.append(_stratum(grade.value, [one for one in compared if one.worse == grade], level))
    for light in ("day", "infrared", "mixed"):
        found.append(_stratum(light, [one for one in compared if one.light == light], level))
    return [one for one in found if len(one.genuine) + len(one.impostor)]


def _stratum(name: str, heard: Sequence[WeighedPair], level: int) -> PairStratum:
    ours = [one for one in heard if one.same]
    theirs = [one for one in heard if not one.same]
    return PairStratum(
        name,
        np.array([one.evidence.llr for one in ours]),
        np.array([one.evidence.llr for one in theirs]),
        [one.animals[0] for one in ours],
        [one.animals for one in theirs],
        level=level,
    )


def as_text(found: Sequence[PairStratum], *, seed: int) -> str:
    """A line a stratum: counts, Cllr and its parts with 95 % intervals, misleading evidence; then
    how many pairs lie in each band of llr."""
    lines = [
        f"{'stratum':22}{'pairs':>12}{'Cllr':>22}{'Cllr_min':>22}{'Cllr_cal':>22}{'wrong':>10}"
    ]
    banded = [f"{'llr':34}" + "".join(f"{name:>13}" for name in metrics.BANDS)]
    for stratum in found:
        seen = figures(stratum, seed=seed)
        costs = (("cllr", seen.cllr), ("cllr_min", seen.cllr_min), ("cllr_cal", seen.cllr_cal))
        cells = "".join(_cost(value, seen.intervals.get(key)) for key, value in costs)
        pairs = f"{len(stratum.genuine)}/{len(stratum.impostor)}"
        wrong = f"{seen.misleading[0]}/{seen.misleading[1]}"
        lines.append(f"{stratum.title:22}{pairs:>12}{cells}{wrong:>10}")
        for kind, counts in (("genuine", seen.genuine_bands), ("impostor", seen.impostor_bands)):
            name = f"{stratum.title}, {kind}"
            banded.append(f"{name:34}" + "".join(f"{count:13}" for count in counts))
    return "\n".join([*lines, "wrong: genuine at -1 or less, impostor at 1 or more", "", *banded])


def _cost(value: float | None, interval: tuple[float, float] | None) -> str:
    if value is None:
        return f"{'':>22}"
    span = f" [{interval[0]:.2f}, {interval[1]:.2f}]" if interval else ""
    return f"{f'{value:.3f}{span}':>22}"


def verdicts(heard: Sequence[WeighedPair]) -> str:
    """How often each verdict was given to genuine and impostor pairs."""
    lines = []
    for kind, truth in (("genuine", True), ("impostor", False)):
        given = [one.evidence.verdict.value for one in heard if one.same is truth]
        names = sorted(set(given))
        told = ", ".join(f"{name} {given.count(name)}" for name in names)
        lines.append(f"verdicts of {len(given)} {kind} pairs: {told}")
    return "\n".join(lines)
