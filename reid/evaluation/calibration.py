"""Fit the calibrator on synthetic animals that trained no network, seen well and seen badly."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reid.embed import Embedder
from reid.evaluation.pairs import PairTable, Table, compare_all
from reid.evaluation.photos import Condition, CropStyle, Sample
from reid.evaluation.protocol import countable, describe, genuine
from reid.evidence import fit_evidence
from reid.types import AnnotationFeatures

LEVELS = (1, 2, 3)  # of `evaluation.degrade`; every photo is also seen at one of them

CARD = """name = "{name}"
version = {version}
model = "{model}"
individuals = {individuals}
pairs = [{genuine}, {impostor}]  # genuine, impostor
fitted_on = "{data}"
command = "{command}"
full = [0, 0, {full}]  # intercept, cosine, log1p(dense), log1p(rootsift)
full_silence = [{full_silence}]  # of max(capacity - knot, 0), knots in reid/fusion.py
quick = [0, 0, {quick}, 0]  # the same where RootSIFT was not measured
quick_silence = [{quick_silence}]
license = "Apache-2.0"
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """n pairs: agreement (n, 2) and silence (n, K) as `PairTable` gives them; same (n,)."""

    agreement: Table
    silence: Table
    same: NDArray[np.bool_]


def one_a_burst(samples: Sequence[Sample]) -> list[Sample]:
    """The first photo of every flank on every occasion: a burst is one witness."""
    first: dict[tuple[str, str], Sample] = {}
    for sample in samples:
        first.setdefault((sample.unit, sample.occasion), sample)
    return list(first.values())


def measure(
    samples: Sequence[Sample],
    embedder: Embedder,
    *,
    impostors: int,
    seed: int,
    done: Callable[[int], None] = lambda _: None,
) -> Measured:
    """Pairs of different occasions, once as they are and once with a degraded query.

    All genuine pairs and, in each half, half of the `impostors`, drawn. The good half holds each
    unordered pair once; the queries of the other half have a level drawn for each photo.
    """
    rng = np.random.default_rng(seed)
    good = list(describe(samples, embedder))
    poor = _degraded(samples, embedder, rng)
    counted, same = countable(samples, samples), genuine(samples, samples)
    halves = []
    for queries, pairs in ((good, np.triu(counted, 1)), (poor, counted)):
        chosen = _chosen(pairs, same, impostors // 2, rng)
        table = compare_all(queries, good, chosen, done=done)
        halves.append(_measured(table, chosen, same))
    return Measured(
        np.concatenate([half.agreement for half in halves]),
        np.concatenate([half.silence for half in halves]),
        np.concatenate([half.same for half in halves]),
    )


def _degraded(
    samples: Sequence[Sample], embedder: Embedder, rng: np.random.Generator
) -> list[AnnotationFeatures]:
    """Features of every sample at a level of its own, in order."""
    levels = rng.choice(LEVELS, len(samples))
    found: dict[int, AnnotationFeatures] = {}
    for level in LEVELS:
        where = np.nonzero(levels == level)[0].tolist()
        condition = Condition(level, CropStyle.WHOLE, 0)
        seen = describe([samples[n] for n in where], embedder, condition=condition)
        found |= dict(zip(where, seen, strict=True))
    return [found[n] for n in range(len(samples))]


def _chosen(
    counted: NDArray[np.bool_], same: NDArray[np.bool_], impostors: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """All genuine pairs that count, and so many of the others."""
    drawn = rng.permutation(np.argwhere(counted & ~same))[:impostors]
    chosen = counted & same
    chosen[drawn[:, 0], drawn[:, 1]] = True
    return chosen


def _measured(table: PairTable, chosen: NDArray[np.bool_], same: NDArray[np.bool_]) -> Measured:
    return Measured(table.agreement(chosen), table.silence(chosen), same[chosen])


def write_calibrator(
    path: Path, pairs: Measured, *, model: str, individuals: int, data: str, command: str
) -> None:
    """Fit both sets of weights and write the card path (NAME@VERSION.toml)."""
    full, full_silence = fit_evidence(pairs.agreement, pairs.silence, pairs.same)
    quick, quick_silence = fit_evidence(pairs.agreement[:, :1], pairs.silence, pairs.same)
    name, version = path.stem.split("@")
    path.write_text(
        CARD.format(
            name=name,
            version=version,
            model=model,
            individuals=individuals,
            genuine=int(pairs.same.sum()),
            impostor=int((~pairs.same).sum()),
            data=data,
            command=command,
            full=_listed(full),
            full_silence=_listed(full_silence),
            quick=_listed(quick),
            quick_silence=_listed(quick_silence),
        )
    )


def _listed(weights: Sequence[float]) -> str:
    return ", ".join(f"{w:.6g}" for w in weights)
