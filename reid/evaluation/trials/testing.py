"""The test of a calibrator, as it is kept beside its card."""

from collections.abc import Sequence
from itertools import combinations_with_replacement

import numpy as np

from reid.evaluation.trials.encounter_evidence import WeighedPair, strata
from reid.evidence.cost import cllr, cllr_min, misleading
from reid.evidence.strata import PairStratum
from reid.evidence.tested import QUANTILES, SETTLED, Settling, Tested, TestedStratum
from reid.types import Grade


def results(
    pairs: Sequence[WeighedPair], *, calibrator: str, data: str, command: str, date: str
) -> Tested:
    """Every stratum with pairs of both kinds, and what share of pairs is settled by grade."""
    return Tested(
        calibrator=calibrator,
        data=data,
        command=command,
        date=date,
        individuals=len({name for pair in pairs for name in pair.animals}),
        strata=tuple(
            _tested_stratum(s) for s in strata(pairs) if len(s.genuine) and len(s.impostor)
        ),
        settling=tuple(_settled(pairs)),
    )


def _tested_stratum(stratum: PairStratum) -> TestedStratum:
    ours, theirs = stratum.genuine, stratum.impostor
    at = np.linspace(0, 1, QUANTILES)
    return TestedStratum(
        name=stratum.name,
        pairs=(len(ours), len(theirs)),
        cllr=round(cllr(ours, theirs), 4),
        cllr_min=round(cllr_min(ours, theirs), 4),
        misleading=misleading(ours, theirs),
        genuine=tuple(np.quantile(ours, at).tolist()),
        impostor=tuple(np.quantile(theirs, at).tolist()),
    )


def _settled(pairs: Sequence[WeighedPair]) -> list[Settling]:
    """A row for each pair of grades and number of shared flanks that has pairs of both kinds."""
    rows = []
    for grade0, grade1 in combinations_with_replacement(Grade, 2):
        for flanks in (1, 2):
            alike = [
                pair
                for pair in pairs
                if set(pair.grades) == {grade0, grade1} and pair.flanks == flanks
            ]
            ours = np.array([pair.evidence.llr for pair in alike if pair.same])
            theirs = np.array([pair.evidence.llr for pair in alike if not pair.same])
            if len(ours) and len(theirs):
                same, different = (ours >= SETTLED).mean(), (theirs <= -SETTLED).mean()
                row = (len(ours), len(theirs), round(float(same), 4), round(float(different), 4))
                rows.append(Settling(grade0, grade1, flanks, *row))
    return rows
