"""How an answer comes about: the stages in order, for one query encounter."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from reid.compare.comparison import compare
from reid.errors import EmbeddingMismatch
from reid.evidence.calibrator import Calibrator
from reid.evidence.encounters import shared_flank, witnesses
from reid.gallery.galleries import Galleries
from reid.threads import side_by_side
from reid.types import (
    AnnotationFeatures,
    GalleryRow,
    Identification,
    IdentityCandidate,
    PairResult,
    Verdict,
)

FeaturesOf = Callable[[Sequence[int]], Mapping[int, AnnotationFeatures]]
LEAST_SHORTLIST = 10  # annotations for each photo of an encounter


@dataclass(slots=True)
class Stopwatch:
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
    """Which identities the query encounter may show, strongest evidence first.

    Embedding and votes of single cells shortlist about `shortlist` annotations, half of them each,
    shared among the photos of the query but at least ten for each; dense descriptors compare them
    all, and RootSIFT is spent on the `verify` pairs of the encounter where it decides. An identity
    is weighed as one encounter with all its photos: of each flank its best pair speaks.
    """
    if galleries.model != calibrator.model:
        raise EmbeddingMismatch(expected=calibrator.model, got=galleries.model)
    watch = Stopwatch()
    each = max(LEAST_SHORTLIST, -(-shortlist // max(1, len(query))))
    with watch.stage("search"):
        wanted = [
            (q, row)
            for q, features in enumerate(query)
            for row in galleries.to_compare(features, each, exclude_encounters=exclude_encounters)
        ]
        held = features_of(sorted({row.annotation for _, row in wanted}))
    with watch.stage("compare"):
        pairs = _compared(query, wanted, held, calibrator, verify)
    watch.spent["total"] = sum(watch.spent.values())
    candidates = tuple(_by_identity(pairs, query, held, calibrator))
    verdict = candidates[0].evidence.verdict if candidates else Verdict.NOT_COMPARABLE
    return Identification(candidates, verdict, galleries.model, len(pairs), watch.spent)


def _compared(
    query: Sequence[AnnotationFeatures],
    wanted: Sequence[tuple[int, GalleryRow]],
    held: Mapping[int, AnnotationFeatures],
    calibrator: Calibrator,
    verify: int,
) -> list[PairResult]:
    """All pairs, best first; the `verify` best of the quick look are looked at with RootSIFT.

    The best pair of each identity goes first to the slow witness, so that many photos of one
    animal cannot use up the places of the others.
    """

    def look(q: int, row: GalleryRow, *, rootsift: bool) -> PairResult:
        seen = compare(query[q], held[row.annotation], calibrator.fusion, rootsift=rootsift)
        shared = shared_flank(query[q], held[row.annotation])
        return PairResult(q, row, seen, calibrator.pair(seen, shared=shared))

    known = [(q, row) for q, row in wanted if row.annotation in held]
    quick = sorted(side_by_side(lambda pair: look(*pair, rootsift=False), known), key=_order)
    queue = _in_turn(quick)[:verify]
    again = side_by_side(lambda n: look(quick[n].query, quick[n].row, rootsift=True), queue)
    for n, pair in zip(queue, list(again), strict=True):
        quick[n] = pair
    return sorted(quick, key=_order)


def _in_turn(quick: Sequence[PairResult]) -> list[int]:
    """Positions of pairs that come best first: every identity's best before anybody's second."""
    firsts: set[int] = set()
    turns = []
    for pair in quick:
        turns.append(pair.row.identity in firsts)
        firsts.add(pair.row.identity)
    return sorted(range(len(quick)), key=lambda n: (turns[n], n))


def _order(pair: PairResult) -> float:
    return -pair.comparison.order


def _by_identity(
    pairs: Sequence[PairResult],
    query: Sequence[AnnotationFeatures],
    held: Mapping[int, AnnotationFeatures],
    calibrator: Calibrator,
) -> Iterator[IdentityCandidate]:
    """One candidate an identity, in the order of their best pairs; pairs come best first."""
    of: dict[int, list[PairResult]] = {}
    for pair in pairs:
        of.setdefault(pair.row.identity, []).append(pair)
    for identity, found in of.items():
        seen = ((query[p.query], held[p.row.annotation], p.comparison) for p in found)
        yield IdentityCandidate(identity, calibrator.evidence(witnesses(seen)), found[0])


def with_timings(answer: Identification, timings: Mapping[str, float]) -> Identification:
    """The same answer with the milliseconds of earlier stages (decode, crop, embed) in front."""
    stages = {k: v for k, v in {**timings, **answer.timings}.items() if k != "total"}
    return replace(answer, timings={**stages, "total": sum(stages.values())})
