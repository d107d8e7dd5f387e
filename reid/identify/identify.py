"""How an answer comes about: the stages in order, for one query encounter."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from reid.compare.comparison import compare
from reid.errors import EmbeddingMismatch
from reid.evidence.calibrator import Calibrator
from reid.evidence.encounters import ComparedPhotos, of_photos, witnesses
from reid.gallery.galleries import Galleries
from reid.identify.answer import Identification, IdentityCandidate, PairResult
from reid.threads import side_by_side
from reid.types import AnnotationFeatures, Comparison, GalleryRow

FeaturesOf = Callable[[Sequence[int]], Mapping[int, AnnotationFeatures]]
LEAST_SHORTLIST = 10  # annotations for each photo of an encounter


@dataclass(slots=True)
class StageTimer:
    """Milliseconds spent in each named stage."""

    spent: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Adds the time inside to the stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            took = (time.perf_counter() - began) * 1000
            self.spent[name] = self.spent.get(name, 0.0) + took


def identify(
    query: Sequence[AnnotationFeatures],
    galleries: Galleries,
    features_of: FeaturesOf,
    calibrator: Calibrator,
    *,
    shortlist: int = 50,
    verify: int = 8,
    exclude_encounters: frozenset[int] = frozenset(),
) -> Identification:
    """Which identities the query encounter may show, in the order of total agreement.

    Embedding and votes of single cells shortlist about `shortlist` annotations, half of them each,
    shared among the photos of the query but at least ten for each; dense descriptors compare them
    all, and RootSIFT is spent on the `verify` pairs of the encounter where it decides. An identity
    is weighed as one encounter with all its photos: of each flank its best pair speaks. A photo
    without an animal, of either side, is no candidate and asks for none.
    """
    if galleries.model != calibrator.model:
        raise EmbeddingMismatch(expected=calibrator.model, got=galleries.model)
    watch = StageTimer()
    each = max(LEAST_SHORTLIST, -(-shortlist // max(1, len(query))))
    with watch.stage("search"):
        shortlisted = [
            (q, row)
            for q, features in enumerate(query)
            if features.shows_animal
            for row in galleries.to_compare(features, each, exclude_encounters=exclude_encounters)
        ]
        references = features_of(sorted({row.annotation for _, row in shortlisted}))
    with watch.stage("compare"):
        pairs = _compared(query, shortlisted, references, calibrator, verify)
    watch.spent["total"] = sum(watch.spent.values())
    candidates = tuple(_by_identity(pairs, query, references, calibrator))
    return Identification(candidates, galleries.model, len(pairs), watch.spent)


def _compared(
    query: Sequence[AnnotationFeatures],
    shortlisted: Sequence[tuple[int, GalleryRow]],
    references: Mapping[int, AnnotationFeatures],
    calibrator: Calibrator,
    verify: int,
) -> list[PairResult]:
    """All pairs, the largest agreement first; the `verify` best are compared with RootSIFT too.

    The best pair of each identity goes first to the slow witness, so that many photos of one
    animal cannot use up the places of the others.
    """

    def result(q: int, row: GalleryRow, known: Comparison | None = None) -> PairResult:
        photos = query[q], references[row.annotation]
        comparison = compare(*photos, rootsift=known is not None, known=known)
        return PairResult(
            query=q,
            row=row,
            comparison=comparison,
            evidence=of_photos(*photos, comparison, calibrator),
            agreement=calibrator.fusion.agreement(comparison),
        )

    showing = {number for number, features in references.items() if features.shows_animal}
    known = [(q, row) for q, row in shortlisted if row.annotation in showing]
    quick = _ordered(side_by_side(lambda pair: result(*pair), known))
    queue = _in_turn(quick)[:verify]
    again = side_by_side(lambda n: result(quick[n].query, quick[n].row, quick[n].comparison), queue)
    for n, pair in zip(queue, list(again), strict=True):
        quick[n] = pair
    return _ordered(quick)


def _in_turn(quick: Sequence[PairResult]) -> list[int]:
    """Positions of pairs that come best first: every identity's best before anybody's second."""
    firsts: set[int] = set()
    turns = []
    for pair in quick:
        turns.append(pair.row.identity in firsts)
        firsts.add(pair.row.identity)
    return sorted(range(len(quick)), key=lambda n: (turns[n], n))


def _ordered(pairs: Iterable[PairResult]) -> list[PairResult]:
    return sorted(pairs, key=lambda pair: -pair.agreement)


def _by_identity(
    pairs: Sequence[PairResult],
    query: Sequence[AnnotationFeatures],
    references: Mapping[int, AnnotationFeatures],
    calibrator: Calibrator,
) -> Iterator[IdentityCandidate]:
    """One candidate an identity, in the order of their best pairs; pairs come best first."""
    by_identity: dict[int, list[PairResult]] = {}
    for pair in pairs:
        by_identity.setdefault(pair.row.identity, []).append(pair)
    for identity, group in by_identity.items():
        photos = (
            ComparedPhotos(query[p.query], references[p.row.annotation], p.comparison)
            for p in group
        )
        evidence = calibrator.evidence(witnesses(photos, calibrator.fusion))
        yield IdentityCandidate(identity, evidence, group[0])


def with_timings(answer: Identification, timings: Mapping[str, float]) -> Identification:
    """The answer with the milliseconds of earlier stages (decode, crop, embed) in front."""
    stages = {k: v for k, v in {**timings, **answer.timings}.items() if k != "total"}
    return replace(answer, timings={**stages, "total": sum(stages.values())})
