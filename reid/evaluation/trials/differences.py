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
    and as over an outline. surrounded: (n,) those of the places with agreement on all sides.
    """

    overlap: Overlap | None
    strengths: Mapping[str, float]
    near: Float32
    wide: Float32
    surrounded: Float32


def pairs_of(
    samples: Sequence[Sample], *, seed: int
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Genuine pairs of different occasions, and as many impostor pairs of the same flank."""
    counted = np.triu(countable(samples, samples), 1)
    same = genuine(samples, samples)
    flank = np.array([sample.flank for sample in samples])
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
    registered = []
    for a, b in pairs:
        registered.append(_registered(features[a], features[b]))
        done(1)
    return registered


def _registered(query: AnnotationFeatures, other: AnnotationFeatures) -> RegisteredPair:
    comparison = compare(query, other)
    strengths = {kind.kind: strength(kind) for kind in comparison.correspondences}
    cells0, cells1 = query.dense.scales()[1], other.dense.scales()[1]
    nothing = np.empty(0, np.float32)
    if min(len(cells0), len(cells1)) < FEWEST:
        return RegisteredPair(None, strengths, nothing, nothing, nothing)
    laid = register(cells0, cells1, comparison.correspondences)
    cosines = cells0.descriptors @ cells1.descriptors.T
    near, wide = (
        places(cells0, cells1, laid, cosines, reach=NEAR[source])
        for source in (Source.ROSETTES, Source.OUTLINE)
    )
    surrounded = near.cosine[near.judged & near.surrounded]
    return RegisteredPair(
        comparison.overlap,
        strengths,
        near.cosine[near.judged],
        wide.cosine[wide.judged],
        surrounded,
    )


def as_text(name: str, pairs: Sequence[RegisteredPair]) -> str:
    """One kind of pairs: how they are laid over each other, and quantiles of what they show."""
    laid = [pair.overlap for pair in pairs if pair.overlap]
    lines = [f"{name}: {len(pairs)} pairs, {len(pairs) - len(laid)} with too little coat"]
    lines += [_line(source, [o for o in laid if o.registration is source]) for source in Source]
    for kind in ("rosette", "rootsift"):
        lines.append(f"  strength of {kind:9} {_text([pair.strengths[kind] for pair in pairs])}")
    for what, field in (("near", "near"), ("wide", "wide"), ("held", "surrounded")):
        values = np.concatenate([getattr(pair, field) for pair in pairs])
        lines.append(f"  cosine, {what:5} places  {_text(values)}   n {len(values)}")
    return "\n".join(lines)


def _line(source: Source, overlaps: Sequence[Overlap]) -> str:
    return (
        f"  by {source:9} {len(overlaps):5}  co-visible {_text([o.covisible for o in overlaps])}"
        f"  agreeing {_text([o.agreeing for o in overlaps])}"
        f"  differing {_text([len(o.discrepancies) for o in overlaps])}"
    )


def _text(values: Sequence[float] | Float32) -> str:
    """The quantiles of `QUANTILES`."""
    if not len(values):
        return "-"
    return " ".join(f"{value:.2f}" for value in np.quantile(values, QUANTILES))
