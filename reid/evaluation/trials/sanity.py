"""What must hold of any evidence: nothing where nothing can be known."""

from collections.abc import Sequence

import numpy as np

from reid.evaluation.trials.encounter_evidence import WeighedPair
from reid.evidence.calibrator import Calibrator, fit_evidence
from reid.evidence.controls import SILENT
from reid.evidence.cost import cllr
from reid.evidence.terms import TERMS, EvidenceWeights, terms
from reid.types import Grade


def unusable(pairs: Sequence[WeighedPair]) -> tuple[int, int]:
    """(pairs that say nothing, pairs): where one encounter's best photo is unusable."""
    llrs = [pair.evidence.llr for pair in pairs if pair.witnesses and Grade.UNUSABLE in pair.grades]
    return sum(abs(llr) <= SILENT for llr in llrs), len(llrs)


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
    return cllr(llr[same[~half]], llr[~same[~half]])
