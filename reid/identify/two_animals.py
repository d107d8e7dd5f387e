"""Which photos of one encounter show another animal, where they contradict each other.

An encounter is one animal. Where two of its photos of one flank are different, or where each is the
same as another identity, its photos are sorted into two groups by what agrees, and the two groups
are weighed against each other as two encounters.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from reid.evidence.calibrator import Calibrator
from reid.evidence.encounters import between
from reid.types import AnnotationFeatures, Verdict

MOST = 10  # photos of an encounter that are compared with each other; others go by their time

MANY = 40  # photos that are all grouped; joining groups takes the cube of their number

Couple = tuple[int, int]  # two annotations, the lower number first


@dataclass(frozen=True, slots=True)
class PhotoOfEncounter:
    """One annotation of an encounter. frame: its photo. features: None while not embedded."""

    annotation: int
    frame: str
    features: AnnotationFeatures | None


@dataclass(frozen=True, slots=True)
class SuspectedCut:
    """Two animals in one encounter. leaving: the annotations of the one that came later.

    llr: log10, between the two groups as two encounters; None where they cannot be compared.
    """

    leaving: tuple[int, ...]
    llr: float | None


def suspected(
    photos: Sequence[PhotoOfEncounter],
    references: Mapping[int, Sequence[AnnotationFeatures]],
    calibrator: Calibrator,
) -> SuspectedCut | None:
    """The cut between two animals of an encounter; None where nothing says that there are two.

    photos: in the order of time. references: of each identity that the encounter may be, photos.
    Two animals in one frame are two, whatever is measured.
    """
    looked = _some([photo for photo in photos if _shows(photo)])
    llrs, different = _pairs(looked, calibrator)
    apart = {
        _couple(one, other) for one, other in combinations(photos, 2) if one.frame == other.frame
    }
    if apart or different:
        cut = _cut(photos, llrs, apart)
        weighed = _weighed(cut, photos, calibrator)
        if apart or weighed.verdict is Verdict.DIFFERENT:
            return _suspected(cut, weighed.llr)
    return _by_identities(photos, looked, references, calibrator)


def grouped_in_two(
    annotations: Sequence[int], llrs: Mapping[Couple, float], apart: Collection[Couple] = ()
) -> tuple[frozenset[int], frozenset[int]]:
    """Annotations in two groups, by joining again and again the two groups that agree most.

    annotations: in the order of time; two at least. Groups agree by the mean llr of their pairs;
    where no pair of them could be compared, those next to each other in time come first. apart:
    pairs that are never joined, even if more than two groups are left; the last ones are then
    taken together. The group of the first annotation comes first.
    """
    place = {number: position for position, number in enumerate(annotations)}
    groups = [frozenset([number]) for number in annotations]

    def agreement(one: frozenset[int], other: frozenset[int]) -> tuple[float, int]:
        couples = [(min(pair), max(pair)) for pair in product(one, other)]
        known = [llrs[couple] for couple in couples if couple in llrs]
        gap = min(abs(place[a] - place[b]) for a, b in couples)
        return (sum(known) / len(known) if known else 0.0), -gap

    def may_join(one: frozenset[int], other: frozenset[int]) -> bool:
        return not any((min(pair), max(pair)) in apart for pair in product(one, other))

    while len(groups) > 2:
        free = [pair for pair in combinations(groups, 2) if may_join(*pair)]
        if not free:
            break
        best = max(free, key=lambda pair: agreement(*pair))
        groups = [group for group in groups if group not in best] + [best[0] | best[1]]
    groups.sort(key=lambda group: min(place[number] for number in group))
    return groups[0], frozenset().union(*groups[1:])


@dataclass(frozen=True, slots=True)
class _Weighed:
    verdict: Verdict
    llr: float | None


Cut = tuple[frozenset[int], frozenset[int]]


def _shows(photo: PhotoOfEncounter) -> bool:
    return photo.features is not None and photo.features.shows_animal


def _some(photos: Sequence[PhotoOfEncounter]) -> list[PhotoOfEncounter]:
    """At most `MOST` of these, spread over all of them."""
    if len(photos) <= MOST:
        return list(photos)
    return [photos[round(n * (len(photos) - 1) / (MOST - 1))] for n in range(MOST)]


def _couple(one: PhotoOfEncounter, other: PhotoOfEncounter) -> Couple:
    numbers = sorted((one.annotation, other.annotation))
    return numbers[0], numbers[1]


def _pairs(
    photos: Sequence[PhotoOfEncounter], calibrator: Calibrator
) -> tuple[dict[Couple, float], bool]:
    """The llr of every pair that can be compared, and whether one is different."""
    llrs: dict[Couple, float] = {}
    different = False
    for one, other in combinations(photos, 2):
        if one.features is None or other.features is None or one.frame == other.frame:
            continue
        evidence = between([one.features], [other.features], calibrator).evidence
        if evidence.verdict is not Verdict.NOT_COMPARABLE:
            llrs[_couple(one, other)] = evidence.llr
            different = different or evidence.verdict is Verdict.DIFFERENT
    return llrs, different


def _cut(
    photos: Sequence[PhotoOfEncounter], llrs: Mapping[Couple, float], apart: Collection[Couple]
) -> Cut:
    """Two groups of all photos.

    Of more than `MANY` photos those that were compared are grouped, and each other one goes with
    the compared one that is nearest in time.
    """
    order = [photo.annotation for photo in photos]
    compared = {number for couple in (*llrs, *apart) for number in couple}
    if len(order) <= MANY or len(compared) < 2:
        return grouped_in_two(order, llrs, apart)
    known = [place for place, number in enumerate(order) if number in compared]
    first, _ = grouped_in_two([order[place] for place in known], llrs, apart)
    with_first = {
        number
        for place, number in enumerate(order)
        if order[min(known, key=lambda other: abs(other - place))] in first
    }
    return frozenset(with_first), frozenset(order) - with_first


def _weighed(cut: Cut, photos: Sequence[PhotoOfEncounter], calibrator: Calibrator) -> _Weighed:
    """The two groups against each other, as two encounters."""
    sides = [
        [p.features for p in _some([p for p in photos if p.annotation in side and _shows(p)])]
        for side in cut
    ]
    first, second = ([one for one in side if one is not None] for side in sides)
    comparison = between(first, second, calibrator)
    evidence = comparison.evidence
    return _Weighed(evidence.verdict, evidence.llr if comparison.pairs else None)


def _suspected(cut: Cut, llr: float | None) -> SuspectedCut:
    return SuspectedCut(tuple(sorted(cut[1])), llr)


def _by_identities(
    photos: Sequence[PhotoOfEncounter],
    looked: Sequence[PhotoOfEncounter],
    references: Mapping[int, Sequence[AnnotationFeatures]],
    calibrator: Calibrator,
) -> SuspectedCut | None:
    """Where one photo is the same as one identity only, and another as another one only."""
    if len(references) < 2:
        return None
    same: dict[int, set[int]] = {}
    llrs: dict[int, dict[int, float]] = {}
    for photo in looked:
        for identity, known in references.items():
            evidence = between(_features(photo), known, calibrator).evidence
            llrs.setdefault(photo.annotation, {})[identity] = evidence.llr
            if evidence.verdict is Verdict.SAME:
                same.setdefault(photo.annotation, set()).add(identity)
    alone = {identity for found in same.values() if len(found) == 1 for identity in found}
    for one, other in combinations(sorted(alone), 2):
        cut = _sides(photos, llrs, one, other)
        weighed = _weighed(cut, photos, calibrator)
        if weighed.verdict is not Verdict.SAME:
            return _suspected(cut, weighed.llr)
    return None


def _features(photo: PhotoOfEncounter) -> list[AnnotationFeatures]:
    return [] if photo.features is None else [photo.features]


def _sides(
    photos: Sequence[PhotoOfEncounter],
    llrs: Mapping[int, Mapping[int, float]],
    one: int,
    other: int,
) -> Cut:
    """Each photo with the identity that it agrees with more; others go with the next in time."""
    place = {photo.annotation: position for position, photo in enumerate(photos)}
    leaning = {
        number: found[one] - found[other]
        for number, found in llrs.items()
        if found[one] != found[other]
    }

    def side(number: int) -> bool:
        nearest = min(leaning, key=lambda known: (abs(place[known] - place[number]), known))
        return leaning[nearest] > 0

    first_side = side(photos[0].annotation)
    stays = frozenset(p.annotation for p in photos if side(p.annotation) == first_side)
    return stays, frozenset(place) - stays
