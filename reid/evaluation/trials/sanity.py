"""What must hold of any evidence: nothing where nothing can be known."""

from collections.abc import Sequence

import numpy as np

from reid.evaluation.data.protocol import CropDescriber
from reid.evaluation.data.surveys import Done, SurveyEncounter
from reid.evaluation.measures import metrics
from reid.evaluation.trials.encounter_evidence import WeighedPair
from reid.evidence.calibrator import Calibrator, fit_evidence
from reid.evidence.encounters import between
from reid.evidence.terms import TERMS, EvidenceWeights, terms
from reid.synthetic.view import Camera, without_animal
from reid.types import Box, Crop, Flank, Grade

NOTHING = 0.1  # |llr| up to which a pair says nothing
WIDTHS = (260, 1300)  # pixels of a crop that shows nobody


def across_flanks(encounters: Sequence[SurveyEncounter], calibrator: Calibrator) -> tuple[int, int]:
    """(pairs whose llr is not 0, pairs): left photos of one encounter, right photos of another."""
    left, right = (
        [[f for f in encounter.features if f.flank is flank] for encounter in encounters]
        for flank in (Flank.LEFT, Flank.RIGHT)
    )
    pairs = [(a, b) for a in left if a for b in right if b]
    llrs = [between(*pair, calibrator, registered=False).evidence.llr for pair in pairs]
    return sum(llr != 0 for llr in llrs), len(llrs)


def without_animals(
    encounters: Sequence[SurveyEncounter],
    embedder: CropDescriber,
    calibrator: Calibrator,
    *,
    crops: int,
    seed: int,
    done: Done,
) -> tuple[int, int]:
    """(pairs that say nothing, pairs): crops of mere background, each against an encounter."""
    rng = np.random.default_rng((seed, 10))
    quiet = 0
    for _ in range(crops):
        other = encounters[int(rng.integers(len(encounters)))]
        crop = _background(rng, other.features[0].flank)
        [background] = embedder.describe([crop])
        weighed = between([background], other.features, calibrator, registered=False)
        quiet += abs(weighed.evidence.llr) <= NOTHING
        done(1)
    return quiet, crops


def _background(rng: np.random.Generator, flank: Flank) -> Crop:
    """A crop that shows nobody, said to show a flank, under good and bad circumstances."""
    camera = Camera.draw(rng, hardness=float(rng.uniform(0, 1)), loose=1.0)
    width = int(rng.integers(*WIDTHS)) // 16 * 16
    height = round(0.47 * width / 16) * 16
    image = without_animal(camera, rng, size=(height, width))
    return Crop(image, Box(0, 0, width, height), flank)


def unusable(pairs: Sequence[WeighedPair]) -> tuple[int, int]:
    """(pairs that say nothing, pairs): where one encounter's best photo is unusable."""
    llrs = [pair.evidence.llr for pair in pairs if pair.witnesses and Grade.UNUSABLE in pair.grades]
    return sum(abs(llr) <= NOTHING for llr in llrs), len(llrs)


def shuffled(pairs: Sequence[WeighedPair], calibrator: Calibrator, *, seed: int) -> float:
    """Cllr on one half of the pairs of a link that was fitted to the other half, labels shuffled.

    A fit that finds something where there is nothing to find lies above 1.
    """
    rng = np.random.default_rng((seed, 11))
    rows = np.array(
        [sum(terms(w.measurements) for w in pair.witnesses) for pair in pairs if pair.witnesses]
    )
    same = rng.permutation([pair.same for pair in pairs if pair.witnesses])
    half = rng.permutation(len(rows)) % 2 == 0
    used = np.ones(TERMS, bool)
    used[:2] = False
    weights = EvidenceWeights(fit_evidence(rows[half], same[half], used=used), np.zeros((0, TERMS)))
    llr = calibrator.llr(rows[~half] @ weights.weights)
    return metrics.cllr(llr[same[~half]], llr[~same[~half]])
