"""The pairs that a validity certificate of a dataset or of a synthetic survey speaks of."""

from collections.abc import Callable
from pathlib import Path

from reid.describe.describer import CropDescriber
from reid.evaluation.data.protocol import numbers_of
from reid.evaluation.data.surveys import Pair, SurveyEncounter, simulate
from reid.evaluation.trials import encounter_evidence
from reid.evaluation.trials.calibration import draw_pairs

ENCOUNTERS = 3  # of every synthetic animal

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
