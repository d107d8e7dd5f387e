"""One encounter against another: every flank is a witness, and its best pair of photos speaks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from reid.compare.comparison import compare
from reid.evidence.calibrator import Calibrator, Witness, told_by
from reid.types import AnnotationFeatures, Comparison, Evidence, Flank

SURE = 0.95  # a flank that nobody stated is never taken for surer than this

Seen = tuple[AnnotationFeatures, AnnotationFeatures, Comparison]


@dataclass(frozen=True, slots=True)
class AnnotationPair:
    """One photo of each encounter: positions in them, and what the two photos show together.

    evidence: of these two photos alone.
    """

    query: int
    other: int
    comparison: Comparison
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class EncounterEvidence:
    """What two encounters say together.

    evidence: of all flanks; "not comparable" with llr 0 where no photo shows the same flank.
    pairs: all pairs that could be compared, the one that agrees most first.
    witnesses: flanks that spoke.
    """

    evidence: Evidence
    pairs: tuple[AnnotationPair, ...]
    witnesses: tuple[Witness, ...]


def between(
    query: Sequence[AnnotationFeatures],
    other: Sequence[AnnotationFeatures],
    calibrator: Calibrator,
    *,
    registered: bool = True,
) -> EncounterEvidence:
    """Every photo of one encounter against every photo of the other that may show its flank.

    Photos of one burst are not independent witnesses, so of each flank the best pair speaks; the
    two flanks carry different patterns and are two witnesses. registered: see `compare`.
    """
    seen: dict[tuple[int, int], Seen] = {}
    for (q, one), (o, another) in product(enumerate(query), enumerate(other)):
        if one.flank.comparable_with(another.flank):
            found = compare(one, another, calibrator.fusion, registered=registered)
            seen[q, o] = (one, another, found)
    pairs = [
        AnnotationPair(q, o, found, calibrator.pair(found, shared=shared_flank(one, another)))
        for (q, o), (one, another, found) in seen.items()
    ]
    pairs.sort(key=lambda pair: -pair.comparison.agreement)
    heard = tuple(witnesses(seen.values()))
    return EncounterEvidence(calibrator.evidence(heard), tuple(pairs), heard)


def witnesses(seen: Iterable[Seen]) -> list[Witness]:
    """The pairs of two encounters pooled by flank."""
    of: dict[Flank, list[Seen]] = {}
    for one, another, found in seen:
        of.setdefault(_flank(one, another), []).append((one, another, found))
    heard = []
    for group in of.values():
        one, another, _ = max(group, key=lambda pair: pair[2].agreement)
        told = told_by([found for *_, found in group])
        heard.append(Witness(told, shared_flank(one, another)))
    return heard


def shared_flank(one: AnnotationFeatures, other: AnnotationFeatures) -> float:
    """Probability that two photos show the same flank: what was stated, else what the pose says."""
    left, right = _left(one), _left(other)
    return left * right + (1 - left) * (1 - right)


def _flank(one: AnnotationFeatures, other: AnnotationFeatures) -> Flank:
    """The flank two photos most probably share."""
    both_left = _left(one) * _left(other)
    both_right = (1 - _left(one)) * (1 - _left(other))
    return Flank.LEFT if both_left >= both_right else Flank.RIGHT


def _left(seen: AnnotationFeatures) -> float:
    """Probability that a photo shows the left flank; 1 or 0 where somebody stated it."""
    if seen.flank is not Flank.UNKNOWN:
        return float(seen.flank is Flank.LEFT)
    return min(max(seen.pose.left, 1 - SURE), SURE) if seen.pose else 0.5
