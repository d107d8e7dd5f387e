"""A survey as values: captures, deployments, photos, individuals and llrs, as tables need them.

An animal is captured where an encounter shows it. Times are local times of the station; a zone is
an offset such as "+06:00", or "unknown". Empty text and None mean that nobody knows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from reid.interchange.obscuring import Telling
from reid.interchange.stated import StatedPackage
from reid.types import Box, Flank

Position = tuple[float, float]  # latitude, longitude in degrees

SEEN_FLANKS = (Flank.LEFT, Flank.RIGHT)


@dataclass(frozen=True, slots=True)
class AnimalCapture:
    """One encounter: one animal at one station at one time.

    encounter: its number. individual: whom people decided that it is. flanks: of its photos,
    unknown ones too. decided_by, decided_at (UTC), llr: of that decision. undecidable: a person
    said that it cannot be told.
    """

    encounter: int
    individual: str = ""
    station: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    zone: str = "unknown"
    flanks: frozenset[Flank] = frozenset()
    decided_by: str = ""
    decided_at: datetime | None = None
    llr: float | None = None
    undecidable: bool = False

    @property
    def both_flanks(self) -> bool:
        """Whether its photos show the left and the right side."""
        return self.flanks >= {*SEEN_FLANKS}


@dataclass(frozen=True, slots=True)
class CameraDeployment:
    """One camera at one station from a start to an end; None is an open end.

    name: unique in a survey. camera: "" where the station has one camera only. heading: degrees
    from north. stated: False where only photos say that a camera stood there.
    """

    name: str
    station: str
    camera: str = ""
    latitude: float | None = None
    longitude: float | None = None
    heading: float | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    zone: str = "unknown"
    notes: str = ""
    stated: bool = True


@dataclass(frozen=True, slots=True)
class StationSite:
    """A station. position: None where nobody knows where it is."""

    station: str
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """One animal in one photo of a capture: an annotation, with what is known of its photo.

    photo: SHA-256 of the bytes, hex. box: pixels of the upright photo, None for the whole photo.
    viewpoint, grade: as `Viewpoint` and `Grade` name them, "" where nobody judged. species: as a
    source names it in science, "" where it is that of the catalogue.
    """

    annotation: int
    photo: str
    encounter: int
    file_name: str
    media_type: str
    width: int
    height: int
    station: str = ""
    camera: str = ""
    captured_at: datetime | None = None
    zone: str = "unknown"
    flank: Flank = Flank.UNKNOWN
    viewpoint: str = ""
    box: Box | None = None
    grade: str = ""
    notes: str = ""
    species: str = ""


@dataclass(frozen=True, slots=True)
class NamedIndividual:
    """An animal of the catalogue. sex: female, male or unknown; life_stage: as in Camtrap DP."""

    name: str
    sex: str = "unknown"
    life_stage: str = "unknown"
    notes: str = ""


@dataclass(frozen=True, slots=True)
class PairLlr:
    """What the machine says of two encounters, the lower number first. llr: log10.

    comparable: whether any photos show the same flank; where not, llr is 0.
    """

    encounter0: int
    encounter1: int
    llr: float
    comparable: bool
    model: str = ""
    calibrator: str = ""


@dataclass(frozen=True, slots=True)
class ObserverAnswer:
    """What one observer says of two encounters, the lower number first; see docs/reviews.md."""

    encounter0: int
    encounter1: int
    observer: str
    answer: str
    certainty: str = ""
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaptureSurvey:
    """Everything that is exported.

    telling: how positions are told here; unless as recorded, nothing that needs metres can be
    made. species: scientific name. stated: what sources said that photos came from, the newest
    first.
    """

    captures: tuple[AnimalCapture, ...] = ()
    deployments: tuple[CameraDeployment, ...] = ()
    sites: tuple[StationSite, ...] = ()
    photos: tuple[PhotoRecord, ...] = ()
    individuals: tuple[NamedIndividual, ...] = ()
    llrs: tuple[PairLlr, ...] = ()
    answers: tuple[ObserverAnswer, ...] = ()
    telling: Telling = Telling.EXACT
    species: str = "Panthera pardus"
    stated: tuple[StatedPackage, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether positions are as recorded."""
        return self.telling.exact

    @property
    def uncertainty_m(self) -> int | None:
        """How far from its place a position may be told; None where it is as recorded."""
        return self.telling.squares.uncertainty_m if self.telling.squares else None

    def with_stated(self, packages: Sequence[StatedPackage]) -> Self:
        """With what sources said, and the species that they name for each photo."""
        species: dict[int, str] = {}
        for package in packages:
            species = {**package.species_of, **species}
        photos = (replace(one, species=species.get(one.annotation, "")) for one in self.photos)
        return replace(self, photos=tuple(photos), stated=tuple(packages))

    def species_by_encounter(self) -> Mapping[int, str]:
        """Every encounter with photos -> its species: what their source says where they agree."""
        found: dict[int, set[str]] = {}
        for photo in self.photos:
            found.setdefault(photo.encounter, set()).add(photo.species or self.species)
        return {n: names.pop() if len(names) == 1 else self.species for n, names in found.items()}


@dataclass(frozen=True, slots=True)
class AnimalHistory:
    """One way to say which animal every capture is.

    name: "decided", "probable", "merged", "split", "draw-001" …. animal_of: encounter -> label; an
    encounter that is left out belongs to nobody here. names: label -> every individual of the
    catalogue that it stands for, so that none is lost where two are joined. probability: encounter
    -> how probable it is that it belongs there, where that was asked.
    """

    name: str
    animal_of: Mapping[int, str]
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    probability: Mapping[int, float] = field(default_factory=dict)

    @property
    def animals(self) -> tuple[str, ...]:
        """The labels in order, each once."""
        return tuple(sorted({*self.animal_of.values()}))


@dataclass(frozen=True, slots=True)
class TravelLeg:
    """The way of one animal from one capture to the next one in time.

    distance_km: in a straight line; 0 within a station. days: from the end of the first to the
    start of the second. least_speed_km_h: in a straight line and without a rest. None where a
    place or a time is not known. rating: as `reid.identify.movement.Rating` names it.
    """

    animal: str
    encounter0: int
    encounter1: int
    station0: str
    station1: str
    left_at: datetime | None
    came_at: datetime | None
    position0: Position | None
    position1: Position | None
    distance_km: float | None
    days: float | None
    least_speed_km_h: float | None
    rating: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that a table has no place for. table: which; key: of what; why: a sentence."""

    table: str
    key: str
    why: str


def decided_history(captures: Iterable[AnimalCapture]) -> AnimalHistory:
    """What people decided, and nothing else."""
    named = {c.encounter: c.individual for c in captures if c.individual}
    return AnimalHistory("decided", named, {name: (name,) for name in named.values()})
