"""What the product says on pairs of encounters whose truth is known: the test of a calibrator."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations
from pathlib import Path

from reid.describe.describer import CropDescriber
from reid.evaluation.data.photos import Condition, Sample, shown
from reid.evaluation.data.protocol import read_dataset
from reid.evaluation.data.surveys import DatasetPhoto, Done, Pair, SurveyEncounter, described
from reid.evaluation.measures import metrics
from reid.evaluation.measures.strata import figures
from reid.evidence.calibrator import Calibrator, Witness
from reid.evidence.encounters import between
from reid.evidence.strata import KnownPair, PairStratum, known_grade, stratum_of, worse_of
from reid.evidence.tested import ALL
from reid.threads import side_by_side
from reid.types import Crop, Evidence, Flank, Grade


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
        """Whether both encounters show one animal, in truth."""
        return self.animals[0] == self.animals[1]

    @property
    def flanks(self) -> int:
        """How many flanks spoke."""
        return len(self.witnesses)

    @property
    def worse(self) -> str:
        """The worse grade of the two, or "not graded"."""
        return worse_of(self.grades)

    @property
    def light(self) -> str:
        """ "day" or "infrared" where both were, "mixed" where they differ."""
        first, other = self.lights
        return first if first == other else "mixed"


def photos_of(folder: Path, *, mirror: bool) -> list[tuple[DatasetPhoto, Sample]]:
    """The photos of a dataset with their stated flanks.

    mirror: right flanks are turned round and called left ones, so that all animals are compared
    with each other: more strangers than the product would compare.
    """
    photos = []
    for sample in read_dataset(folder):
        flank = sample.flank
        if mirror and flank is not Flank.UNKNOWN:
            flank = Flank.LEFT
        turned = replace(sample, mirrored=sample.mirrored and mirror)
        photo = DatasetPhoto(sample.path, sample.animal, 0, sample.occasion, flank, "", "")
        photos.append((photo, turned))
    return photos


def at_level(
    photos: Sequence[tuple[DatasetPhoto, Sample]], level: int, seed: int
) -> Callable[[DatasetPhoto], Crop]:
    """How to cut these photos at a level of degradation; the flank stays the stated one."""
    of = {photo.path: sample for photo, sample in photos}

    def cropped(photo: DatasetPhoto) -> Crop:
        return replace(shown(of[photo.path], Condition(level=level, seed=seed)), flank=photo.flank)

    return cropped


def described_at(
    photos: Sequence[tuple[DatasetPhoto, Sample]],
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

    def weigh(pair: Pair) -> WeighedPair:
        a, b = queries[pair[0]], gallery[pair[1]]
        weighed = between(a.features, b.features, calibrator, registered=False)
        return WeighedPair(
            (a.animal, b.animal),
            weighed.evidence,
            weighed.witnesses,
            (known_grade(a.features), known_grade(b.features)),
            (a.light, b.light),
        )

    return list(_counted(side_by_side(weigh, pairs), done))


def _counted(pairs: Iterator[WeighedPair], done: Done) -> Iterator[WeighedPair]:
    for pair in pairs:
        yield pair
        done(1)


def strata(pairs: Sequence[WeighedPair], *, level: int = 0) -> list[PairStratum]:
    """All pairs that can be compared, then by the worse grade, then by light."""
    compared = [pair for pair in pairs if pair.witnesses]
    parts = [_stratum(ALL, compared, level)]
    for grade in Grade:
        parts.append(
            _stratum(grade.value, [pair for pair in compared if pair.worse == grade], level)
        )
    for light in ("day", "infrared", "mixed"):
        parts.append(_stratum(light, [pair for pair in compared if pair.light == light], level))
    return [pair for pair in parts if len(pair.genuine) + len(pair.impostor)]


def _stratum(name: str, pairs: Sequence[WeighedPair], level: int) -> PairStratum:
    return stratum_of(name, [(pair.animals, pair.evidence.llr) for pair in pairs], level=level)


def known(pairs: Sequence[WeighedPair]) -> list[KnownPair]:
    """The pairs that can be compared, as a certificate takes them."""
    return [
        KnownPair(pair.animals, pair.evidence.llr, pair.worse) for pair in pairs if pair.witnesses
    ]


def as_text(parts: Sequence[PairStratum], *, seed: int) -> str:
    """A line a stratum: counts, Cllr and its parts with 95 % intervals, misleading evidence; then
    how many pairs lie in each band of llr."""
    lines = [
        f"{'stratum':22}{'pairs':>12}{'Cllr':>22}{'Cllr_min':>22}{'Cllr_cal':>22}{'wrong':>10}"
    ]
    banded = [f"{'llr':34}" + "".join(f"{name:>13}" for name in metrics.BANDS)]
    for stratum in parts:
        values = figures(stratum, seed=seed)
        costs = (
            ("cllr", values.cllr),
            ("cllr_min", values.cllr_min),
            ("cllr_cal", values.cllr_cal),
        )
        cells = "".join(_cost(value, values.intervals.get(key)) for key, value in costs)
        pairs = f"{len(stratum.genuine)}/{len(stratum.impostor)}"
        wrong = f"{values.misleading[0]}/{values.misleading[1]}"
        lines.append(f"{stratum.title:22}{pairs:>12}{cells}{wrong:>10}")
        for kind, counts in (
            ("genuine", values.genuine_bands),
            ("impostor", values.impostor_bands),
        ):
            name = f"{stratum.title}, {kind}"
            banded.append(f"{name:34}" + "".join(f"{count:13}" for count in counts))
    return "\n".join([*lines, "wrong: genuine at -1 or less, impostor at 1 or more", "", *banded])


def _cost(value: float | None, interval: tuple[float, float] | None) -> str:
    if value is None:
        return f"{'':>22}"
    span = f" [{interval[0]:.2f}, {interval[1]:.2f}]" if interval else ""
    return f"{f'{value:.3f}{span}':>22}"


def verdicts(pairs: Sequence[WeighedPair]) -> str:
    """How often each verdict was given to genuine and impostor pairs."""
    lines = []
    for kind, truth in (("genuine", True), ("impostor", False)):
        verdicts_of = [pair.evidence.verdict.value for pair in pairs if pair.same is truth]
        names = sorted(set(verdicts_of))
        counts = ", ".join(f"{name} {verdicts_of.count(name)}" for name in names)
        lines.append(f"verdicts of {len(verdicts_of)} {kind} pairs: {counts}")
    return "\n".join(lines)
