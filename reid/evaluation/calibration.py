"""Fit the provisional calibrator on synthetic animals that trained no network."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reid.embed import Embedder
from reid.evaluation.pairs import PairTable, compare_all
from reid.evaluation.photos import Sample
from reid.evaluation.protocol import countable, describe, genuine
from reid.evidence import fit_witnesses

COSINE = 0.0  # weight of the embedding in the evidence: it serves the shortlist only

CARD = """name = "{name}"
version = {version}
model = "{model}"
individuals = {individuals}
pairs = [{genuine}, {impostor}]  # genuine, impostor
fitted_on = "{data}"
command = "{command}"
full = [{full}]  # intercept, cosine, log1p(dense), log1p(rootsift)
quick = [{quick}]  # the same where RootSIFT was not measured
license = "Apache-2.0"
"""


def measure(
    samples: list[Sample],
    embedder: Embedder,
    *,
    impostors: int,
    seed: int,
    done: Callable[[int], None] = lambda _: None,
) -> tuple[PairTable, NDArray[np.bool_], NDArray[np.bool_]]:
    """Pairs of different occasions: the table, which are genuine, which were measured.

    Each unordered pair is measured at most once: all genuine ones, and `impostors` drawn pairs.
    """
    features = list(describe(samples, embedder))
    counted, same = np.triu(countable(samples, samples), 1), genuine(samples, samples)
    strangers = np.argwhere(counted & ~same)
    drawn = np.random.default_rng(seed).permutation(strangers)[:impostors]
    counted &= same
    counted[drawn[:, 0], drawn[:, 1]] = True
    return compare_all(features, features, counted, done=done), same, counted


def write_calibrator(
    path: Path,
    table: PairTable,
    same: NDArray[np.bool_],
    counted: NDArray[np.bool_],
    *,
    model: str,
    individuals: int,
    data: str,
    command: str,
) -> None:
    """Fit both sets of weights and write the card path (NAME@VERSION.toml)."""
    features, truth = table.features(counted), same[counted]
    base, dense, rootsift = fit_witnesses(features[:, 1:], truth)
    quick_base, quick_dense = fit_witnesses(features[:, 1:2], truth)
    full = (base, COSINE, dense, rootsift)
    quick = (quick_base, COSINE, quick_dense, 0.0)
    name, version = path.stem.split("@")
    path.write_text(
        CARD.format(
            name=name,
            version=version,
            model=model,
            individuals=individuals,
            genuine=int(truth.sum()),
            impostor=int((~truth).sum()),
            data=data,
            command=command,
            full=", ".join(f"{w:.6g}" for w in full),
            quick=", ".join(f"{w:.6g}" for w in quick),
        )
    )
