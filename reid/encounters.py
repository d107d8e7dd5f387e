"""One encounter against another: which pair of their photos speaks, and what it says."""

from collections.abc import Sequence
from dataclasses import dataclass

from reid.compare import compare
from reid.evidence import Calibrator
from reid.types import AnnotationFeatures, Comparison, Evidence, Verdict


@dataclass(frozen=True, slots=True)
class AnnotationPair:
    """One photo of each encounter: positions in them, and what the two photos show together."""

    query: int
    other: int
    comparison: Comparison
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class EncounterEvidence:
    """What two encounters say together.

    evidence: of the best pair; "not comparable" with llr 0 where no photo shows the same flank.
    pairs: all pairs that could be compared, strongest first.
    """

    evidence: Evidence
    pairs: tuple[AnnotationPair, ...]


def between(
    query: Sequence[AnnotationFeatures],
    other: Sequence[AnnotationFeatures],
    calibrator: Calibrator,
) -> EncounterEvidence:
    """Every photo of one encounter against every photo of the other that may show its flank.

    Photos of one burst are not independent witnesses, so nothing is summed: the best pair speaks.
    """
    pairs = []
    for q, one in enumerate(query):
        for o, another in enumerate(other):
            if one.flank.comparable_with(another.flank):
                seen = compare(one, another, calibrator.fusion)
                pairs.append(AnnotationPair(q, o, seen, calibrator.evidence(seen.log_odds)))
    pairs.sort(key=lambda pair: -pair.comparison.agreement)
    if not pairs:
        nothing = Evidence(0.0, calibrator.bound, Verdict.NOT_COMPARABLE, calibrator.id)
        return EncounterEvidence(nothing, ())
    return EncounterEvidence(pairs[0].evidence, tuple(pairs))
