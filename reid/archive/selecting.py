"""Which frames of a source are looked at, and why the others are not."""

from collections.abc import Callable
from dataclasses import dataclass

from reid.archive.looking import LookTask
from reid.archive.rows import Status
from reid.archive.sources import ArchiveSource
from reid.interchange.package import ANIMAL, BLANK, UNCLEAR, SourceAnimal, SourcePhoto

PERSONS = "person", "human", "vehicle"


@dataclass(frozen=True, slots=True)
class SkippedFrame:
    """A frame that nobody looks at. code, reason: for one that is not there."""

    status: Status
    code: str = ""
    reason: str = ""


def selected(
    source: ArchiveSource, species: str
) -> Callable[[SourcePhoto], LookTask | SkippedFrame]:
    """What to do with each frame of a source.

    Where no detector and no person says where the animals are, the network's own finder looks.
    """

    def select(photo: SourcePhoto) -> LookTask | SkippedFrame:
        if photo.file is None:
            return SkippedFrame(
                Status.UNREADABLE, "missing", str(photo.missing or "it is not there")
            )
        animals = photo.animals_above(source.threshold)
        unclear = not animals and photo.category == UNCLEAR
        if photo.failure or unclear or not (photo.animals or photo.category):
            return LookTask(photo.path, photo.file)
        if not animals:
            return SkippedFrame(_without_animals(photo, source.threshold))
        fitting = shown_animals(photo, source.threshold, species)
        if not fitting:
            return SkippedFrame(Status.OTHER_SPECIES, reason=animals[0].species)
        boxed = [animal for animal in fitting if animal.box is not None]
        if not boxed:
            return LookTask(photo.path, photo.file)
        return LookTask(
            photo.path,
            photo.file,
            tuple(animal.box for animal in boxed if animal.box is not None),
            tuple(animal.confidence for animal in boxed),
            tuple(animal.frame for animal in boxed),
        )

    return select


def shown_animals(photo: SourcePhoto, threshold: float, species: str) -> list[SourceAnimal]:
    """The animals of a photo that count, of the species that is wanted."""
    wanted = species.casefold().strip()
    return [animal for animal in photo.animals_above(threshold) if _fits(animal, wanted)]


def _without_animals(photo: SourcePhoto, threshold: float) -> Status:
    sure = {a.category for a in photo.animals if a.confidence is None or a.confidence >= threshold}
    if sure & {*PERSONS} or (not photo.animals and photo.category not in (ANIMAL, BLANK, "")):
        return Status.NO_ANIMAL
    return Status.EMPTY


def _fits(animal: SourceAnimal, wanted: str) -> bool:
    """A species that nobody named may be the one that is wanted."""
    return not wanted or not animal.species or animal.species.casefold().startswith(wanted)
