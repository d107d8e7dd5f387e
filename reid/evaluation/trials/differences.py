"""What pairs show of each other after registration: the limits of agreeing and differing places."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reid.compare.comparison import compare, strength
from reid.compare.discrepancies import FEWEST, NEAR, places
from reid.compare.registration import register
from reid.evaluation.data.photos import Sample
from reid.evaluation.data.protocol import countable, genuine
from reid.types import AnnotationFeatures, Float32, Overlap, Source

QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class RegisteredPair:
    """One pair. overlap: None without enough coat. strengths: of the kinds of correspondences.

    near, wide: (n,) cosines of the places that are judged, where cells are sought as over rosettes
    and as over an outline. held: (n,) those of the places with agreement on all sides.
    """

    overlap: Overlap | None
    strengths: Mapping[str, float]
    near: Float32
    wide: Float32
    held: Float32


def pairs_of(
    samples: Sequence[Sample], *, seed: int
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Genuine pairs of different occasions, and as many impostor pairs of the same flank."""
    counted = np.triu(countable(samples, samples), 1)
    same = genuine(samples, samples)
    flank = np.array([one.flank for one in samples])
    other = np.argwhere(counted & ~same & (flank[:, None] == flank))
    true = np.argwhere(counted & same)
    drawn = np.random.default_rng(seed).permutation(other)[: len(true)]
    return [(int(a), int(b)) for a, b in true], [(int(a), int(b)) for a, b in drawn]


def register_pairs(
    features: Sequence[AnnotationFeatures],
    pairs: Sequence[tuple[int, int]],
    done: Callable[[int], object] = lambda _: None,
) -> list[RegisteredPair]:
    """Every pair, laid over each other; `done` hears of each."""
    seen = []
    for a, b in pairs:
        seen.append(_registered(features[a], features[b]))
        done(1)
    return seen


def _registered(query: AnnotationFeatures, other: AnnotationFeatures) -> RegisteredPair:
    found = compare(query, other)
    strengths = {some.kind: strength(some) for some in found.correspondences}
    one, another = query.dense.scales()[1], other.dense.scales()[1]
    nothing = np.empty(0, np.float32)
    if min(len(one), len(another)) < FEWEST:
        return RegisteredPair(None, strengths, nothing, nothing, nothing)
    laid = register(one, another, found.correspondences)
    cosines = one.descriptors @ another.descriptors.T
    near, wide = (
        places(one, another, laid, cosines, reach=NEAR[source])
        for source in (Source.ROSETTES, Source.OUTLINE)
    )
    held = near.cosine[near.judged & near.held]
    return RegisteredPair(
        found.overlap, strengths, near.cosine[near.judged], wide.cosine[wide.judged], held
    )


def as_text(name: str, seen: Sequence[RegisteredPair]) -> str:
    """One kind of pairs: how they are laid over each other, and quantiles of what they show."""
    laid = [one.overlap for one in seen if one.overlap]
    lines = [f"{name}: {len(seen)} pairs, {len(seen) - len(laid)} with too little coat"]
    lines += [_line(source, [o for o in laid if o.registration is source]) for source in Source]
    for kind in ("rosette", "rootsift"):
        lines.append(f"  strength of {kind:9} {_text([one.strengths[kind] for one in seen])}")
    for what in ("near", "wide", "held"):
        values = np.concatenate([getattr(one, what) for one in seen])
        lines.append(f"  cosine, {what:5} places  {_text(values)}   n {len(values)}")
    return "\n".join(lines)


def _line(source: Source, some: Sequence[Overlap]) -> str:
    return (
        f"  by {source:9} {len(some):5}  co-visible {_text([o.covisible for o in some])}"
        f"  agreeing {_text([o.agreeing for o in some])}"
        f"  differing {_text([len(o.discrepancies) for o in some])}"
    )


def _text(values: Sequence[float] | Float32) -> str:
    """The quantiles of `QUANTILES`."""
    if not len(values):
        return "-"
    return " ".join(f"{value:.2f}" for value in np.quantile(values, QUANTILES))
