"""What every source of photos says, whatever its form: photos, the animals in them, deployments."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import cos, isfinite, radians, sin
from pathlib import Path
from types import MappingProxyType

from reid.errors import InputError
from reid.interchange.deployments import DeploymentLine
from reid.photo.crop import resolve_box
from reid.sentences import Sentence
from reid.types import Box, Flank

ANIMAL, PERSON, VEHICLE, BLANK, UNCLEAR = "animal", "person", "vehicle", "blank", "unknown"
"""Categories that mean the same in all forms; other ones are kept as the source writes them."""

FOREMOST = (ANIMAL, PERSON, VEHICLE, UNCLEAR, BLANK)
NO_EXTRAS: Mapping[str, str] = MappingProxyType({})
OVER_EDGE = 0.01  # of a side
FULL_TURN = 6.3  # radians; a larger theta is in degrees


class NotThere(InputError, message="{path} is not there: put it where the table says"): ...


class OnlyAnAddress(
    InputError,
    message="{path} is an address: download it into the folder {folder}",
): ...


class OutsideFolder(
    InputError, message="{path} leads out of the folder of the source: move the photo into it"
): ...


class NameInSeveralPlaces(
    InputError, message="{path}: {files} files below {folder} have that name; which one is not said"
): ...


class BoxesTurned(
    Sentence,
    message="{boxes} of {all} boxes are turned: the upright box around each is taken, and the turn "
    "is kept as an extra",
): ...


@dataclass(frozen=True, slots=True)
class SourceBox:
    """Where a source sees an animal: corners of a rectangle in the upright photo.

    shares: corners are shares of width and height (0 to 1), else pixels.
    turned: the source's rectangle was turned by so many radians, and this is the upright one
    around it.
    """

    x0: float
    y0: float
    x1: float
    y1: float
    shares: bool
    turned: float = 0.0

    def text(self) -> str:
        """The corners as the field `box` of an upload takes them: x0 y0 x1 y1."""
        corners = (self.x0, self.y0, self.x1, self.y1)
        return " ".join(f"{round(corner, 6):.10g}" for corner in corners)

    def pixels(self, width: int, height: int) -> Box:
        """The box in a photo of that upright size, clipped to it. Raises BadBox outside of it."""
        if self.shares:
            across, down = float(width), float(height)
            corners = (self.x0 * across, self.y0 * down, self.x1 * across, self.y1 * down)
            return resolve_box(corners, width, height)
        return resolve_box((self.x0, self.y0, self.x1, self.y1), width, height)


def source_box(
    corner_and_size: Sequence[object], *, shares: bool, theta: float = 0.0
) -> SourceBox | None:
    """The box of [x, y, width, height]; None where it is empty, or no four finite numbers.

    theta: how far it is turned about its centre, in radians, or in degrees where it is larger than
    a full turn; the upright box around it is given.
    """
    try:
        x, y, width, height = (float(str(value)) for value in corner_and_size)
    except (TypeError, ValueError):
        return None
    if not (width > 0 and height > 0 and abs(x) + abs(y) + width + height < 1e9):
        return None
    angle = theta if abs(theta) < FULL_TURN else radians(theta)
    if not isfinite(angle):
        return None
    c, s = abs(cos(angle)), abs(sin(angle))
    wide, high = width * c + height * s, width * s + height * c
    left, top = x + (width - wide) / 2, y + (height - high) / 2
    return SourceBox(left, top, left + wide, top + high, shares, angle)


def share_box(corner_and_size: Sequence[object]) -> SourceBox | None:
    """The box of [x, y, width, height] in shares of the photo, which may reach a hundredth over its
    edge; None for any other."""
    box = source_box(corner_and_size, shares=True)
    within = box and min(box.x0, box.y0) >= -OVER_EDGE and max(box.x1, box.y1) <= 1 + OVER_EDGE
    return box if within else None


def foremost(categories: Iterable[str]) -> str:
    """What a photo is said to show, of the categories of its rows: an animal before all else."""
    present = {*categories}
    return next((name for name in FOREMOST if name in present), "")


@dataclass(frozen=True, slots=True)
class SourceAnimal:
    """One animal, person or vehicle of a photo, as a source states it.

    box: None where none is stated. category: see ANIMAL. confidence: [0, 1], of the detector.
    species: as the source names it, with its own confidence. individual: "" for nobody.
    flank: None where none is stated; viewpoint: the source's own word, such as frontleft.
    by_machine: no person said so. frame: number of the frame of a video, from 0.
    place: where the source says so, such as chip 7. extras: columns without a field, by name.
    """

    box: SourceBox | None = None
    category: str = ANIMAL
    confidence: float | None = None
    species: str = ""
    species_confidence: float | None = None
    individual: str = ""
    flank: Flank | None = None
    viewpoint: str = ""
    event: str = ""
    by_machine: bool = False
    frame: int | None = None
    place: str = ""
    extras: Mapping[str, str] = field(default_factory=lambda: NO_EXTRAS)


@dataclass(frozen=True, slots=True)
class SourcePhoto:
    """One photo or video of a source.

    path: as the source names it, with forward slashes. file: where it lies; None: it does not,
    and `missing` says what to do. captured_at: with its zone where the source states one, else the
    camera's wall clock. captured_on: a date without a time of day, in ISO 8601. event: the source's
    own name of the burst or encounter. animals: also persons and vehicles; none, and category
    "blank": the source says that nothing is in it. category "": the source says nothing.
    failure: why a detector could not read it. frame_rate, frames: of a video, frames that a
    detector saw.
    """

    path: str
    file: Path | None = None
    missing: Sentence | None = None
    captured_at: datetime | None = None
    captured_on: str = ""
    station: str = ""
    camera: str = ""
    deployment: str = ""
    event: str = ""
    latitude: float | None = None
    longitude: float | None = None
    notes: str = ""
    animals: tuple[SourceAnimal, ...] = ()
    category: str = ""
    failure: str = ""
    frame_rate: float | None = None
    frames: tuple[int, ...] = ()
    extras: Mapping[str, str] = field(default_factory=lambda: NO_EXTRAS)

    def placed(self, deployment: DeploymentLine | None) -> "SourcePhoto":
        """With station, camera and position of its deployment, where there is one."""
        if deployment is None:
            return self
        return replace(
            self,
            station=deployment.station,
            camera=deployment.camera,
            latitude=deployment.latitude,
            longitude=deployment.longitude,
        )

    def animals_above(self, threshold: float) -> tuple[SourceAnimal, ...]:
        """Animals that a person saw, or a detector with at least this confidence."""
        return tuple(
            one
            for one in self.animals
            if one.category == ANIMAL and (one.confidence is None or one.confidence >= threshold)
        )


class RowsUnlike(
    Sentence,
    message="{path} stands in several rows that say another {fields} each: the first one counts",
): ...


OF_PHOTO = (
    *("captured_at", "captured_on", "station", "camera", "deployment", "event"),
    *("latitude", "longitude", "notes"),
)


def one_a_path(photos: Iterable[SourcePhoto]) -> tuple[tuple[SourcePhoto, ...], list[Sentence]]:
    """The photos of rows, of which several may be of one path: one photo with all their animals.

    What a row lacks is taken of a later one. Where two say different things the first one counts,
    and a sentence tells.
    """
    merged: dict[str, SourcePhoto] = {}
    remarks: dict[str, Sentence] = {}
    for photo in photos:
        first = merged.get(photo.path)
        if first is None:
            merged[photo.path] = photo
            continue
        said = {name: (getattr(first, name), getattr(photo, name)) for name in OF_PHOTO}
        unlike = [
            n
            for n, (one, other) in said.items()
            if one != other and {one, other}.isdisjoint(("", None))
        ]
        if unlike:
            remarks.setdefault(photo.path, RowsUnlike(path=photo.path, fields=tuple(unlike)))
        filled = {name: other for name, (one, other) in said.items() if one in ("", None)}
        categories = [first.category, photo.category]
        merged[photo.path] = replace(
            first, **filled, animals=(*first.animals, *photo.animals), category=foremost(categories)
        )
    return tuple(merged.values()), [*remarks.values()]


@dataclass(frozen=True, slots=True)
class SourceRefusal:
    """A row that cannot be used. place: file and line or number. why: what to do about it."""

    place: str
    why: Sentence


@dataclass(frozen=True, slots=True)
class SourcePackage:
    """Everything that a source says. form: name of the format.

    remarks: what a person should know of how it was read. ignored: columns without a field, that
    are not kept. folder: where photos that are not there were looked for.
    detector: name of the model, with the threshold that its makers propose.
    tables: rows as the source writes them, by name of the table, of a form that is written again.
    """

    form: str
    photos: tuple[SourcePhoto, ...]
    deployments: tuple[DeploymentLine, ...] = ()
    refused: tuple[SourceRefusal, ...] = ()
    remarks: tuple[Sentence, ...] = ()
    ignored: tuple[str, ...] = ()
    detector: str = ""
    threshold: float | None = None
    classifier: str = ""
    about: Mapping[str, str] = field(default_factory=dict)
    folder: Path = Path()
    tables: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)

    def names(self) -> Counter[str]:
        """Names of individuals and how many animals of photos bear each."""
        return Counter(
            animal.individual
            for photo in self.photos
            for animal in photo.animals
            if animal.individual
        )
