"""Whether a pair of photos says the same whichever of the two is asked about."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np

from reid.compare.comparison import compare
from reid.evidence.calibrator import Calibrator
from reid.evidence.encounters import between, of_photos
from reid.threads import side_by_side
from reid.types import AnnotationFeatures, Comparison, Correspondences, Evidence

OTHER_NUMBER = float("inf")  # difference of two comparisons with another number of marks
Pair = tuple[int, int]
Done = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class OrderDifference:
    """The largest differences between both orders of a pair, or of many pairs.

    llr: of the llr and the ends of its interval. scores: of cosine, strengths and capacity.
    shares: of the shares of the flank that are seen in both and that agree. marks: pixels and
    strength, of places that agree or differ, one by one in their order; infinite where their number
    differs.
    """

    llr: float = 0.0
    scores: float = 0.0
    shares: float = 0.0
    marks: float = 0.0

    def __or__(self, other: "OrderDifference") -> "OrderDifference":
        """The larger one of each."""
        names = [field.name for field in fields(self)]
        return OrderDifference(*(max(getattr(self, n), getattr(other, n)) for n in names))


def draw_pairs(animals: Sequence[str], *, pairs: int, seed: int) -> list[Pair]:
    """Positions of so many pairs of photos or encounters, half of one animal where there are as
    many; all pairs where there are no more."""
    rng = np.random.default_rng((seed, 15))
    first, second = np.triu_indices(len(animals), 1)
    names = np.array(animals)
    same = names[first] == names[second]
    ours, theirs = (rng.permutation(np.nonzero(kind)[0]) for kind in (same, ~same))
    count = max(pairs // 2, pairs - len(theirs))
    chosen = np.concatenate([ours[:count], theirs[: pairs - min(count, len(ours))]])
    return [(int(first[n]), int(second[n])) for n in chosen]


def of_pairs(
    photos: Sequence[AnnotationFeatures],
    pairs: Sequence[Pair],
    calibrator: Calibrator,
    *,
    done: Done,
) -> OrderDifference:
    """Of pairs of photos, each compared in both orders with all that a page shows."""
    return _over(pairs, lambda a, b: _of_photos(photos[a], photos[b], calibrator), done)


def of_encounters(
    encounters: Sequence[Sequence[AnnotationFeatures]],
    pairs: Sequence[Pair],
    calibrator: Calibrator,
    *,
    done: Done,
) -> OrderDifference:
    """Of pairs of encounters, with all their photos: the llr and its interval alone."""

    def both(a: int, b: int) -> OrderDifference:
        sides = ((a, b), (b, a))
        weighed = [
            between(encounters[one], encounters[other], calibrator, registered=False)
            for one, other in sides
        ]
        return OrderDifference(llr=_largest(*(_evidence(each.evidence) for each in weighed)))

    return _over(pairs, both, done)


def _over(
    pairs: Sequence[Pair], both: Callable[[int, int], OrderDifference], done: Done
) -> OrderDifference:
    """The largest of all."""
    largest = OrderDifference()
    for each in side_by_side(lambda pair: both(*pair), pairs):
        largest |= each
        done(1)
    return largest


def _of_photos(
    photo0: AnnotationFeatures, photo1: AnnotationFeatures, calibrator: Calibrator
) -> OrderDifference:
    forth, back = compare(photo0, photo1), compare(photo1, photo0)
    weighed = (
        of_photos(photo0, photo1, forth, calibrator),
        of_photos(photo1, photo0, back, calibrator),
    )
    marks = zip(_marks(forth), _marks(back.turned()), strict=True)
    return OrderDifference(
        llr=_largest(*map(_evidence, weighed)),
        scores=_largest(_scores(forth), _scores(back)),
        shares=_largest(_shares(forth), _shares(back)),
        marks=max((_apart(ours, theirs) for ours, theirs in marks), default=0.0),
    )


def _largest(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Of two lists of numbers; infinite where their lengths differ."""
    if len(ours) != len(theirs):
        return OTHER_NUMBER
    return max((abs(a - b) for a, b in zip(ours, theirs, strict=True)), default=0.0)


def _evidence(evidence: Evidence) -> tuple[float, ...]:
    return evidence.llr, *evidence.interval


def _scores(pair: Comparison) -> tuple[float, ...]:
    sift = pair.rootsift_score or 0.0
    parts = (pair.coarse_score, pair.fine_score, pair.capacity)
    return (pair.cosine, pair.dense_score, sift, *parts)


def _shares(pair: Comparison) -> tuple[float, ...]:
    overlap = pair.overlap
    return (overlap.covisible, overlap.agreeing, float(overlap.places)) if overlap else ()


def _marks(pair: Comparison) -> Iterator[Correspondences]:
    yield from pair.correspondences
    if pair.overlap:
        yield pair.overlap.discrepancies


def _apart(ours: Correspondences, theirs: Correspondences) -> float:
    """Of all ends and strengths, in their order."""
    if len(ours) != len(theirs):
        return OTHER_NUMBER
    columns = ("points0", "points1", "strength")
    both = ((getattr(ours, name), getattr(theirs, name)) for name in columns)
    return max(float(np.abs(a - b).max(initial=0.0)) for a, b in both)
