"""The measurements of a validity certificate on a dataset or a synthetic survey."""

from collections.abc import Callable, Sequence
from pathlib import Path

from reid.evaluation.data.protocol import CropDescriber, numbers_of
from reid.evaluation.data.surveys import Pair, SurveyEncounter, simulate
from reid.evaluation.report.certificate import Certificate, PairTally, certified_stratum, graded
from reid.evaluation.trials import encounter_evidence, sanity
from reid.evaluation.trials.calibration import draw_pairs
from reid.evaluation.trials.encounter_evidence import WeighedPair
from reid.evidence.calibrator import Calibrator
from reid.evidence.tested import ALL
from reid.types import Flank, Grade

CROSSED = 12  # encounters of each flank that are compared across flanks
ENCOUNTERS = 3  # of every synthetic animal
GRADED = (ALL, *(grade.value for grade in Grade))

Progress = Callable[[str, int], Callable[[int], object]]


def encounters_of(
    dataset: str, embedder: CropDescriber, *, impostors: int, seed: int, progress: Progress
) -> tuple[list[SurveyEncounter], list[Pair]]:
    """The encounters of a folder with all their pairs, or of synthetic:ANIMALS:SEED with a draw.

    impostors: pairs of strangers that are drawn of a synthetic survey. Raises BadDataset.
    """
    if dataset.startswith("synthetic:"):
        animals, survey = numbers_of(dataset)
        encounters = simulate(
            embedder, animals=animals, seed=survey, encounters=ENCOUNTERS, progress=progress
        )
        return encounters, draw_pairs(encounters, impostors=impostors, seed=survey)
    photos = encounter_evidence.photos_of(Path(dataset), mirror=False)
    done = progress("describe", len(photos))
    encounters = encounter_evidence.described_at(photos, embedder, level=0, seed=seed, done=done)
    return encounters, encounter_evidence.all_pairs(encounters, ordered=False)


def certified(
    pairs: Sequence[WeighedPair],
    *,
    calibrator: Calibrator,
    data: str,
    date: str,
    command: str,
    seed: int,
    background: PairTally | None = None,
    flanks: PairTally | None = None,
) -> Certificate:
    """The certificate of weighed pairs. Strata: all, and by the worse grade of the two encounters.

    Raises MissingExtra without scikit-learn.
    """
    strata = graded(encounter_evidence.strata(pairs), GRADED)
    return Certificate(
        data=data,
        date=date,
        model=calibrator.model,
        calibrator=calibrator.id,
        command=command,
        seed=seed,
        same=calibrator.same,
        strata=tuple(certified_stratum(s, same=calibrator.same, seed=seed) for s in strata),
        background=background,
        flanks=flanks,
    )


def across_flanks(
    encounters: Sequence[SurveyEncounter], calibrator: Calibrator
) -> PairTally | None:
    """Left photos against right ones: pairs whose llr is not 0; None where one flank is missing."""
    chosen: dict[int, SurveyEncounter] = {}
    for flank in (Flank.LEFT, Flank.RIGHT):
        showing = [
            number
            for number, encounter in enumerate(encounters)
            if any(features.flank is flank for features in encounter.features)
        ]
        chosen |= {number: encounters[number] for number in showing[:CROSSED]}
    wrong, crossed = sanity.across_flanks(list(chosen.values()), calibrator)
    return PairTally(wrong, crossed) if crossed else None


def without_animals(
    encounters: Sequence[SurveyEncounter],
    embedder: CropDescriber,
    calibrator: Calibrator,
    *,
    crops: int,
    seed: int,
    progress: Progress,
) -> PairTally | None:
    """Generated crops of mere background: those with |llr| above 0.1; None of no crops."""
    if not crops or not encounters:
        return None
    done = progress("background", crops)
    quiet, total = sanity.without_animals(
        encounters, embedder, calibrator, crops=crops, seed=seed, done=done
    )
    return PairTally(total - quiet, total)
