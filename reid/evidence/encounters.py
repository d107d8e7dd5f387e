"""One encounter against another: every flank is a witness, and its best pair of photos speaks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from reid.compare.comparison import compare
from reid.evidence.calibrator import Calibrator, Witness, pooled
from reid.evidence.order import Fusion
from reid.types import AnnotationFeatures, Comparison, Evidence, Flank

SURE = 0.95  # a flank that nobody stated is never taken for surer than this


class ComparedPhotos(NamedTuple):
    """Two photos and what was measured on them."""

    query: AnnotationFeatures
    other: AnnotationFeatures
    comparison: Comparison

    @property
    def shared_flank(self) -> float:
        """Probability that the two photos show the same flank."""
        return shared_flank(self.query, self.other)


@dataclass(frozen=True, slots=True)
class AnnotationPair:
    """One photo of each encounter: positions in them, and what the two photos show together.

    evidence: of these two photos alone. agreement: what agrees in them, see `reid.evidence.order`.
    """

    query: int
    other: int
    comparison: Comparison
    evidence: Evidence
    agreement: float


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
    rootsift: bool = True,
) -> EncounterEvidence:
    """Every photo of one encounter against every photo of the other that may show its flank.

    Photos without an animal are left out. Photos of one burst are not independent witnesses, so of
    each flank the best pair speaks; the two flanks carry different patterns and are two witnesses.
    registered, rootsift: see `compare`.
    """
    compared: dict[tuple[int, int], ComparedPhotos] = {}
    for (q, photo0), (o, photo1) in product(enumerate(query), enumerate(other)):
        seen = photo0.shows_animal and photo1.shows_animal
        if seen and photo0.flank.comparable_with(photo1.flank):
            comparison = compare(photo0, photo1, rootsift=rootsift, registered=registered)
            compared[q, o] = ComparedPhotos(photo0, photo1, comparison)
    pairs = [
        AnnotationPair(
            query=q,
            other=o,
            comparison=photos.comparison,
            evidence=of_photos(*photos, calibrator),
            agreement=calibrator.fusion.agreement(photos.comparison),
        )
        for (q, o), photos in compared.items()
    ]
    pairs.sort(key=lambda pair: -pair.agreement)
    flanks = tuple(witnesses(compared.values(), calibrator.fusion))
    return EncounterEvidence(calibrator.evidence(flanks), tuple(pairs), flanks)


def of_photos(
    query: AnnotationFeatures,
    other: AnnotationFeatures,
    comparison: Comparison,
    calibrator: Calibrator,
) -> Evidence:
    """What two photos say when they are all there is; nothing where one shows no animal."""
    if not (query.shows_animal and other.shows_animal):
        return calibrator.evidence([])
    return calibrator.pair(comparison, shared=shared_flank(query, other))


def witnesses(compared: Iterable[ComparedPhotos], fusion: Fusion) -> list[Witness]:
    """One witness for each flank that two encounters share, its pairs of photos pooled."""
    by_flank: dict[Flank, list[ComparedPhotos]] = {}
    for photos in compared:
        by_flank.setdefault(_flank(photos.query, photos.other), []).append(photos)
    flanks = []
    for group in by_flank.values():
        best = max(group, key=lambda photos: fusion.strongest(photos.comparison))
        measurements = pooled([photos.comparison for photos in group], fusion)
        frames = max(max(photos.query.frames, photos.other.frames) for photos in group)
        flanks.append(Witness(measurements, best.shared_flank, frames))
    return flanks


def shared_flank(query: AnnotationFeatures, other: AnnotationFeatures) -> float:
    """Probability that two photos show the same flank: what was stated, else what the pose says."""
    left, right = _left(query), _left(other)
    return left * right + (1 - left) * (1 - right)


def _flank(query: AnnotationFeatures, other: AnnotationFeatures) -> Flank:
    """The flank two photos most probably share."""
    both_left = _left(query) * _left(other)
    both_right = (1 - _left(query)) * (1 - _left(other))
    return Flank.LEFT if both_left >= both_right else Flank.RIGHT


def _left(photo: AnnotationFeatures) -> float:
    """Probability that a photo shows the left flank; 1 or 0 where somebody stated it."""
    if photo.flank is not Flank.UNKNOWN:
        return float(photo.flank is Flank.LEFT)
    return min(max(photo.pose.left, 1 - SURE), SURE) if photo.pose else 0.5
