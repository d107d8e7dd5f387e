"""Fit the calibrator on synthetic encounters that trained no network, seen well and seen badly."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reid.describe.describer import CropDescriber
from reid.evaluation.data.degrade import degrade
from reid.evaluation.data.photos import MAX_PIXELS
from reid.evaluation.data.surveys import DatasetPhoto, Pair, SurveyEncounter, described, relative
from reid.evidence.calibrator import FRAMES_WEIGHT, Calibrator, fit_evidence
from reid.evidence.encounters import between
from reid.evidence.order import Fusion
from reid.evidence.terms import (
    COARSE_KNOTS,
    FINE_KNOTS,
    ROOTSIFT_KNOTS,
    SILENCE_KNOTS,
    TERMS,
    EvidenceWeights,
    terms,
)
from reid.photo import crop, images
from reid.threads import side_by_side
from reid.types import Crop

LEVELS = (1, 2, 3)  # of `evaluation.degrade`; every encounter is also seen at one of them
RELATIVES = 1 / 3  # share of impostor pairs whose animals wear the same style
REFITS = 40  # draws of individuals, for intervals

CARD = """name = "{name}"
version = {version}
model = "{model}"
individuals = {individuals}
pairs = [{genuine}, {impostor}]  # genuine and impostor pairs of encounters, one row a flank
relatives = {relatives}  # of the impostor pairs: animals of one style
fitted_on = "{data}"
command = "{command}"
order = [{order}]  # cosine, log1p(dense), log1p(rootsift) above chance: order of candidates
frames = [{frames}]  # gain and silence of frames that were fused
# log odds: intercept, cosine, hinges of log1p(coarse) at {coarse}, of log1p(fine)
# at {fine}, of log1p(rootsift) at {rootsift},
# minus hinges of silence at {silence}; see reid/evidence/terms.py
full = [{full}]
quick = [{quick}]  # the same where RootSIFT was not measured
# the same fitted to other draws of the individuals
full_refits = [
{full_refits}
]
quick_refits = [
{quick_refits}
]
license = "Apache-2.0"
"""


@dataclass(frozen=True, slots=True)
class CalibrationPairs:
    """n flanks of pairs of encounters.

    full, quick: (n, TERMS), rows of `fusion.terms` with and without RootSIFT.
    same, relatives: (n,). individuals: (n, 2) names.
    """

    full: NDArray[np.float64]
    quick: NDArray[np.float64]
    same: NDArray[np.bool_]
    relatives: NDArray[np.bool_]
    individuals: NDArray[np.str_]


def degraded_crops(photos: Sequence[DatasetPhoto], *, seed: int) -> Callable[[DatasetPhoto], Crop]:
    """How to cut photos at a level of `degrade` that is drawn for each encounter."""
    rng = np.random.default_rng((seed, 7))
    names = sorted({(photo.animal, photo.encounter) for photo in photos})
    levels = dict(zip(names, rng.choice(LEVELS, len(names)).tolist(), strict=True))

    def cropped(photo: DatasetPhoto) -> Crop:
        image = images.decode(photo.path.read_bytes(), max_pixels=MAX_PIXELS)
        level = levels[photo.animal, photo.encounter]
        worse = degrade(image, level, body=image.shape[1], name=photo.path.name, seed=seed)
        return crop.cut(worse, photo.flank)

    return cropped


def draw_pairs(
    encounters: Sequence[SurveyEncounter], *, impostors: int, seed: int
) -> list[tuple[int, int]]:
    """All genuine pairs (positions), and so many of other animals, a third of them relatives."""
    rng = np.random.default_rng((seed, 8))
    pairs: dict[str, list[Pair]] = {"genuine": [], "relatives": [], "others": []}
    for a, b in combinations(range(len(encounters)), 2):
        first, other = encounters[a], encounters[b]
        if first.comparable_with(other):
            related = relative(first.animal) == other.animal
            same = first.animal == other.animal
            kind = "genuine" if same else "relatives" if related else "others"
            pairs[kind].append((a, b))
    quota = {"relatives": round(RELATIVES * impostors)}
    chosen = pairs["genuine"]
    for kind in ("relatives", "others"):
        order = rng.permutation(len(pairs[kind]))
        part = [pairs[kind][n] for n in order[: quota.get(kind, impostors)].tolist()]
        quota["others"] = impostors - len(part)
        chosen = chosen + part
    return chosen


def measure(
    photos: Sequence[DatasetPhoto],
    embedder: CropDescriber,
    fusion: Fusion,
    *,
    impostors: int,
    seed: int,
    progress: Callable[[str, int], Callable[[int], object]],
) -> CalibrationPairs:
    """Pairs of encounters pooled as the product pools them: as they are, and one of both degraded.

    Every genuine pair and half of the `impostors` are in either half.
    """
    blank = EvidenceWeights(np.zeros(TERMS), np.zeros((0, TERMS)))
    blind = Calibrator("blind@0", "", fusion, 1, blank, blank)
    good = described(photos, embedder, done=progress("describe", len(photos)))
    done = progress("describe degraded photos", len(photos))
    poor = described(photos, embedder, cropped=degraded_crops(photos, seed=seed), done=done)
    parts = []
    for half, queries in enumerate((good, poor)):
        pairs = draw_pairs(good, impostors=impostors // 2, seed=2 * seed + half)
        pairs = [pair[::-1] if n % 2 else pair for n, pair in enumerate(pairs)]
        done = progress("compare", len(pairs))
        parts += list(_rows(queries, good, pairs, blind, done))
    full, quick, same, relatives, individuals = zip(*parts, strict=True)
    columns = (full, quick, same, relatives, individuals)
    return CalibrationPairs(*(np.array(column) for column in columns))


def _rows(
    queries: Sequence[SurveyEncounter],
    gallery: Sequence[SurveyEncounter],
    pairs: Sequence[Pair],
    calibrator: Calibrator,
    done: Callable[[int], object],
) -> Iterator[tuple[object, ...]]:
    """For each flank of every pair: its terms with and without RootSIFT, (TERMS,) each; whether it
    is genuine, whether the animals are relatives, and the two animals."""

    def rows_of(pair: Pair) -> list[tuple[object, ...]]:
        a, b = queries[pair[0]], gallery[pair[1]]
        witnesses = between(a.features, b.features, calibrator, registered=False).witnesses
        facts = (a.animal == b.animal, relative(a.animal) == b.animal, (a.animal, b.animal))
        flanks = [witness.measurements for witness in witnesses]
        return [(terms(f), terms(f._replace(rootsift=None)), *facts) for f in flanks]

    for rows in side_by_side(rows_of, pairs):
        yield from rows
        done(1)


def fitted(
    rows: NDArray[np.float64],
    pairs: CalibrationPairs,
    *,
    rootsift: bool,
    seed: int,
    refits: int = REFITS,
) -> EvidenceWeights:
    """Evidence weights fitted to all pairs, and refits to other draws of the individuals.

    A draw gives each individual a whole number; a genuine pair counts as often as its animal, an
    impostor pair as often as both together.
    """
    at = 2 + len(COARSE_KNOTS) + len(FINE_KNOTS)
    used = np.ones(TERMS, bool)
    used[:2] = False  # no intercept; the embedding's cosine is for shortlists
    used[at : at + len(ROOTSIFT_KNOTS)] = rootsift
    names, place = np.unique(pairs.individuals, return_inverse=True)
    first, other = place.reshape(pairs.individuals.shape).T
    rng = np.random.default_rng((seed, 9))
    again = []
    for _ in range(refits):
        times = rng.multinomial(len(names), np.full(len(names), 1 / len(names)))
        often = np.where(pairs.same, times[first], times[first] * times[other]).astype(float)
        drawn = often > 0
        again.append(fit_evidence(rows[drawn], pairs.same[drawn], used=used, weight=often[drawn]))
    return EvidenceWeights(
        fit_evidence(rows, pairs.same, used=used), np.array(again).reshape(-1, TERMS)
    )


def write_calibrator(
    path: Path,
    pairs: CalibrationPairs,
    fusion: Fusion,
    *,
    model: str,
    seed: int,
    facts: Mapping[str, str],
) -> None:
    """Fit both evidence weights and write the card path (NAME@VERSION.toml).

    facts: `data` and `command`.
    """
    full = fitted(pairs.full, pairs, rootsift=True, seed=seed)
    quick = fitted(pairs.quick, pairs, rootsift=False, seed=seed)
    name, version = path.stem.split("@")
    path.write_text(
        CARD.format(
            name=name,
            version=version,
            model=model,
            individuals=len(np.unique(pairs.individuals)),
            genuine=int(pairs.same.sum()),
            impostor=int((~pairs.same).sum()),
            relatives=int(pairs.relatives.sum()),
            order=_listed(astuple(fusion)),
            frames=_listed(FRAMES_WEIGHT),
            coarse=COARSE_KNOTS,
            fine=FINE_KNOTS,
            rootsift=ROOTSIFT_KNOTS,
            silence=SILENCE_KNOTS,
            full=_listed(full.weights.tolist()),
            quick=_listed(quick.weights.tolist()),
            full_refits=_table(full),
            quick_refits=_table(quick),
            **facts,
        )
    )


def _listed(weights: Sequence[float]) -> str:
    return ", ".join(f"{w:.6g}" for w in weights)


def _table(link: EvidenceWeights) -> str:
    return "\n".join(f"  [{_listed(row)}]," for row in link.refits.tolist())
