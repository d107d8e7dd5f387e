"""The founding case again and again: other animals, other moments, the same question."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from reid.describe.describer import CropDescriber
from reid.evidence.calibrator import Calibrator
from reid.evidence.encounters import between
from reid.evidence.settle import in_words, what_would_settle, why_nothing
from reid.evidence.tested import Tested
from reid.fusion.burst import fuse
from reid.fusion.links import BurstFrame
from reid.identify import partitions
from reid.photo.crop import cut
from reid.photo.images import decode
from reid.synthetic.answers import RECORDS, FoundingAnswer
from reid.synthetic.founding import SEPTEMBER, VARIANTS, Variant, write_founding
from reid.types import AnnotationFeatures, Evidence, Flank, Verdict

Described = Mapping[str, Sequence[AnnotationFeatures]]
LARGEST = 10**7  # pixels of a photo


@dataclass(frozen=True, slots=True)
class FoundingDraw:
    """What is said of the variants of one draw, in order: of single photos, and with the frames of
    each camera in September as one picture beside them; None where there are too few frames."""

    single: list[FoundingAnswer]
    fused: list[FoundingAnswer] | None


def draw_answers(
    seed: int,
    embedder: CropDescriber,
    calibrator: Calibrator,
    *,
    tested: Tested | None = None,
    variants: Sequence[Variant] = VARIANTS,
    width: int | None = None,
    september: int = SEPTEMBER.photos,
    tick: Callable[[], object] = lambda: None,
) -> FoundingDraw:
    """What is said of the variants of one draw.

    Photos are whole, flanks as stated. tested: the calibrator's test, to say what would settle the
    pair of September and November. september: frames of each camera in that record; more than the
    usual ones are one passage. tick: called after every variant.
    """
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        index = write_founding(
            folder, seed=seed, variants=variants, width=width, september=september
        )
        frames = _frames(index, embedder)
    described = {name: [one.features for one in seen] for name, seen in frames.items()}
    passage = september > SEPTEMBER.photos
    together = _fused(frames, embedder) if passage else described
    single: dict[tuple[str, str], Evidence] = {}  # pairs so far
    fused: dict[tuple[str, str], Evidence] = {}
    draw = FoundingDraw([], [] if passage else None)
    for variant in variants:
        draw.single.append(answer(variant, described, calibrator, single, tested))
        if draw.fused is not None:
            draw.fused.append(answer(variant, together, calibrator, fused, tested))
        tick()
    return draw


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


def _frames(index: Path, embedder: CropDescriber) -> dict[str, list[BurstFrame]]:
    """The photos of every encounter with their features, as a catalogue keeps them."""
    with index.open(newline="") as file:
        rows = list(csv.DictReader(file))
    crops = [
        cut(decode((index.parent / row["path"]).read_bytes(), max_pixels=LARGEST), flank, None)
        for row in rows
        if (flank := Flank(row["flank"]))
    ]
    by_encounter: dict[str, list[BurstFrame]] = {}
    for row, crop, features in zip(rows, crops, embedder.describe(crops), strict=True):
        by_encounter.setdefault(row["encounter"], []).append(BurstFrame(crop, features))
    return by_encounter


def _fused(frames: Mapping[str, Sequence[BurstFrame]], embedder: CropDescriber) -> Described:
    """Features of all photos of each encounter, and of the picture of each flank's frames."""
    found = {}
    for name, seen in frames.items():
        found[name] = [one.features for one in seen]
        for flank in (Flank.LEFT, Flank.RIGHT):
            burst = [one for one in seen if one.features.flank is flank]
            if len(burst) > SEPTEMBER.photos and (picture := fuse(burst, embedder).features):
                found[name].append(picture)
    return found
