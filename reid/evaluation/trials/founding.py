"""The founding case again and again: other animals, other moments, the same question."""

import csv
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from reid.describe.describer import CropDescriber
from reid.evidence.calibrator import Calibrator
from reid.evidence.encounters import between
from reid.evidence.settle import in_words, what_would_settle, why_nothing
from reid.evidence.tested import Tested
from reid.identify import partitions
from reid.photo.crop import cut
from reid.photo.images import decode
from reid.synthetic.answers import RECORDS, FoundingAnswer
from reid.synthetic.founding import VARIANTS, Variant, write_founding
from reid.types import AnnotationFeatures, Evidence, Flank, Verdict

Described = Mapping[str, Sequence[AnnotationFeatures]]
LARGEST = 10**7  # pixels of a photo


def draw_answers(
    seed: int,
    embedder: CropDescriber,
    calibrator: Calibrator,
    *,
    tested: Tested | None = None,
    variants: Sequence[Variant] = VARIANTS,
    width: int | None = None,
    tick: Callable[[], object] = lambda: None,
) -> list[FoundingAnswer]:
    """What is said of the variants of one draw, in order.

    Photos are whole, flanks as stated. tested: the calibrator's test, to say what would settle the
    pair of September and November. tick: called after every variant.
    """
    with TemporaryDirectory() as scratch:
        index = write_founding(Path(scratch), seed=seed, variants=variants, width=width)
        described = _described(index, embedder)
    known: dict[tuple[str, str], Evidence] = {}
    answers = []
    for variant in variants:
        answers.append(answer(variant, described, calibrator, known, tested))
        tick()
    return answers


def answer(
    variant: Variant,
    described: Described,
    calibrator: Calibrator,
    known: dict[tuple[str, str], Evidence],
    tested: Tested | None = None,
) -> FoundingAnswer:
    """What the features of the three encounters say. known: pairs so far, and filled here."""
    llr, comparable = np.zeros((3, 3)), np.zeros((3, 3), bool)
    pairs = []
    for i, j in combinations(range(3), 2):
        pair = (variant.encounters[i], variant.encounters[j])
        if pair not in known:
            photos0, photos1 = (described[name] for name in pair)
            known[pair] = between(photos0, photos1, calibrator).evidence
        evidence = known[pair]
        llr[i, j] = llr[j, i] = evidence.llr
        comparable[i, j] = comparable[j, i] = evidence.verdict is not Verdict.NOT_COMPARABLE
        pairs.append(evidence)
    leading = partitions.posterior(llr, comparable).partitions[0]
    sure = (leading.partition, leading.probability)
    september, november = (described[name] for name in variant.encounters[:2])
    ways = what_would_settle(september, november, pairs[0], tested, calibrator.same)
    nothing = why_nothing(pairs[0], tested, calibrator.same)
    settle = in_words(ways[0], RECORDS) if ways else str(nothing or "")
    return FoundingAnswer(variant, (pairs[0], pairs[1], pairs[2]), *sure, settle)


def _described(index: Path, embedder: CropDescriber) -> Described:
    """Features of the photos of every encounter, as a catalogue keeps them."""
    with index.open(newline="") as file:
        rows = list(csv.DictReader(file))
    crops = (
        cut(decode((index.parent / row["path"]).read_bytes(), max_pixels=LARGEST), flank, None)
        for row in rows
        if (flank := Flank(row["flank"]))
    )
    by_encounter: dict[str, list[AnnotationFeatures]] = {}
    for row, features in zip(rows, embedder.describe(list(crops)), strict=True):
        by_encounter.setdefault(row["encounter"], []).append(features)
    return by_encounter
