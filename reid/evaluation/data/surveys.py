"""A synthetic survey as the product sees it: encounters with the flanks a user would state."""

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from reid.describe.describer import CropDescriber
from reid.evaluation.data.photos import MAX_PIXELS
from reid.evidence.calibrator import Calibrator
from reid.evidence.encounters import between
from reid.photo import crop, images
from reid.synthetic.survey import write_survey
from reid.threads import side_by_side
from reid.types import AnnotationFeatures, Crop, Evidence, Flank

BATCH = 16  # crops described at a time

Pair = tuple[int, int]
Done = Callable[[int], object]


def _silent(_: int) -> None:
    """Progress that nobody listens to."""


@dataclass(frozen=True, slots=True)
class DatasetPhoto:
    """One row of a survey's index. sitting: which encounter of its animal, 0 is the first."""

    path: Path
    animal: str
    sitting: int
    encounter: str
    flank: Flank
    quality: str
    light: str


@dataclass(frozen=True, slots=True)
class SurveyEncounter:
    """One encounter of a survey, with the truth.

    sitting: which encounter of this animal it is, 0 is the first. features: one a photo, each with
    its stated flank. quality, light: how hard its circumstances were, as the survey drew them.
    """

    name: str
    animal: str
    sitting: int
    features: tuple[AnnotationFeatures, ...]
    quality: str
    light: str

    @property
    def flanks(self) -> frozenset[Flank]:
        """The flanks its photos show."""
        return frozenset(photo.flank for photo in self.features)

    def comparable_with(self, other: "SurveyEncounter") -> bool:
        """Whether any photo of each may show the same flank."""
        return any(a.comparable_with(b) for a in self.flanks for b in other.flanks)


def relative(animal: str) -> str:
    """The other animal of the same style: neighbours in the list, L001 and L002, L003 and L004."""
    number = int(animal[1:])
    return f"L{number + 1 if number % 2 else number - 1:03d}"


def plan(index: Path) -> list[DatasetPhoto]:
    """All photos of a survey's index, animal by animal, in the order in which they were taken."""
    with index.open(newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: (row["individual"], row["datetime"]))
    sittings: dict[str, dict[str, int]] = {}
    photos = []
    for row in rows:
        numbers = sittings.setdefault(row["individual"], {})
        photos.append(
            DatasetPhoto(
                path=index.parent / row["path"],
                animal=row["individual"],
                sitting=numbers.setdefault(row["encounter"], len(numbers)),
                encounter=row["encounter"],
                flank=Flank(row["flank"]),
                quality=row["quality"],
                light=row["light"],
            )
        )
    return photos


def described(
    photos: Sequence[DatasetPhoto],
    embedder: CropDescriber,
    *,
    cropped: Callable[[DatasetPhoto], Crop] | None = None,
    done: Done = _silent,
) -> list[SurveyEncounter]:
    """The encounters of the photos, each described as in the product: as it is, flank stated.

    cropped: another way to cut them.
    """
    by_encounter: dict[tuple[str, str], list[tuple[DatasetPhoto, AnnotationFeatures]]] = {}
    features_of = _features(photos, embedder, cropped or _cropped)
    for photo, features in zip(photos, features_of, strict=True):
        by_encounter.setdefault((photo.animal, photo.encounter), []).append((photo, features))
        done(1)
    encounters = []
    for (animal, name), pairs in by_encounter.items():
        first, encounter_features = pairs[0][0], tuple(features for _, features in pairs)
        encounters.append(
            SurveyEncounter(
                name, animal, first.sitting, encounter_features, first.quality, first.light
            )
        )
    return encounters


def _features(
    photos: Sequence[DatasetPhoto], embedder: CropDescriber, cropped: Callable[[DatasetPhoto], Crop]
) -> Iterator[AnnotationFeatures]:
    """In order; the next photos are read while these are described."""
    with ThreadPoolExecutor(1) as pool:
        crops = pool.map(cropped, photos)
        while batch := list(islice(crops, BATCH)):
            yield from embedder.describe(batch)


def _cropped(photo: DatasetPhoto) -> Crop:
    return crop.cut(images.decode(photo.path.read_bytes(), max_pixels=MAX_PIXELS), photo.flank)


def simulate(
    embedder: CropDescriber,
    *,
    animals: int,
    seed: int,
    encounters: int = 4,
    width: int | None = None,
    needed: Callable[[DatasetPhoto], bool] = lambda _: True,
    progress: Callable[[str, int], Done] = lambda _what, _total: _silent,
) -> list[SurveyEncounter]:
    """Render a survey into a temporary folder and describe it; the same seed gives the same one.

    needed: photos that are described; the others are rendered and left alone. Arguments otherwise
    as in `synthetic.survey.write_survey`.
    """
    with tempfile.TemporaryDirectory() as folder:
        index = write_survey(
            Path(folder), animals=animals, seed=seed, encounters=encounters, width=width
        )
        photos = [photo for photo in plan(index) if needed(photo)]
        return described(photos, embedder, done=progress("describe photos", len(photos)))


def all_between(
    encounters: Sequence[SurveyEncounter],
    pairs: Iterable[Pair],
    calibrator: Calibrator,
    *,
    done: Done = _silent,
) -> Mapping[Pair, Evidence]:
    """What the product says on each pair of encounters (positions), two pairs at a time."""
    listed = sorted(set(pairs))

    def evidence_of_pair(pair: Pair) -> Evidence:
        a, b = (encounters[n].features for n in pair)
        return between(a, b, calibrator, registered=False).evidence

    evidence_of: dict[Pair, Evidence] = {}
    for pair, evidence in zip(listed, side_by_side(evidence_of_pair, listed), strict=True):
        evidence_of[pair] = evidence
        done(1)
    return evidence_of
