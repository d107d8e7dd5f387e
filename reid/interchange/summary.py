"""What a source brings: which photos are taken of it, and how much of everything there is."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from reid.interchange.deployments import DeploymentLine
from reid.interchange.package import ANIMAL, SourceAnimal, SourcePackage, SourcePhoto
from reid.photo.file_names import is_photo
from reid.sentences import Sentence

THRESHOLD = 0.2  # of a detector that names none, as the makers of MegaDetector propose


class AnimalsWithoutBox(
    Sentence,
    message="{path} shows {names} and no box tells them apart: draw a box around each after the "
    "import",
): ...


class StationsAlike(
    Sentence,
    message="the stations {names} differ in small and capital letters or spaces only: where they "
    "are one, give it one name",
): ...


@dataclass(frozen=True, slots=True)
class ChosenPhoto:
    """A photo that is taken of a source, and its animals, of which each is an annotation.

    No animal: the source says nothing, and the whole photo is one annotation.
    """

    photo: SourcePhoto
    animals: tuple[SourceAnimal, ...]


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """Counts of a source. chosen: photos that are taken; the others by why they are not.

    names, flanks, species, stations: animals or photos by each, of those that are taken.
    timed: photos with a time in the source; placed: with a station.
    """

    form: str
    photos: int
    chosen: int
    left_out: Counter[str]
    animals: int
    boxes: int
    named: int
    names: Counter[str]
    flanks: Counter[str]
    species: Counter[str]
    stations: Counter[str]
    deployments: int
    timed: int
    placed: int
    remarks: tuple[Sentence, ...]


def chosen_of(
    package: SourcePackage, species: Collection[str] = ()
) -> tuple[list[ChosenPhoto], Counter[str], list[Sentence]]:
    """The photos that are taken, how many are not by why, and what is to be told.

    Taken is what the source calls an animal, or says nothing of. species: only these, by name, in
    any case; animals without a species count as well.
    """
    chosen: list[ChosenPhoto] = []
    left_out: Counter[str] = Counter()
    remarks: list[Sentence] = []
    wanted = {name.casefold() for name in species}
    threshold = THRESHOLD if package.threshold is None else package.threshold
    for photo in package.photos:
        animals = photo.animals_above(threshold)
        of_species = tuple(
            one for one in animals if not wanted or one.species.casefold() in {"", *wanted}
        )
        if why := _why_not(photo, animals, of_species):
            left_out[why] += 1
            continue
        kept, remark = _apart(photo, of_species)
        chosen.append(ChosenPhoto(photo, kept))
        remarks += [remark] if remark else []
    return chosen, left_out, remarks


def _why_not(
    photo: SourcePhoto, animals: tuple[SourceAnimal, ...], of_species: tuple[SourceAnimal, ...]
) -> str:
    """Why a photo is not taken; "" where it is."""
    if photo.failure:
        return "failed"
    if photo.category not in {"", ANIMAL}:
        return photo.category
    if not animals and photo.animals:
        return "below the threshold"
    if animals and not of_species:
        return "another species"
    if photo.file is None:
        return "not there"
    return "" if is_photo(photo.file.name) else "a video or another file"


def _apart(
    photo: SourcePhoto, animals: tuple[SourceAnimal, ...]
) -> tuple[tuple[SourceAnimal, ...], Sentence | None]:
    """Animals that boxes tell apart; of several without a box none is named."""
    loose = [one for one in animals if one.box is None]
    if len(animals) < 2 or not loose:
        return animals, None
    boxed = tuple(one for one in animals if one.box is not None)
    names = tuple(one.individual for one in loose if one.individual)
    remark = AnimalsWithoutBox(path=photo.path, names=names or (f"{len(loose)} animals",))
    if not boxed:
        return (replace(loose[0], individual="", flank=None),), remark
    return boxed, remark


def summary_of(
    package: SourcePackage,
    chosen: Collection[ChosenPhoto],
    left_out: Counter[str],
    remarks: Iterable[Sentence],
) -> SourceSummary:
    """The counts of what is taken."""
    animals = [one for taken in chosen for one in taken.animals]
    photos = [taken.photo for taken in chosen]
    return SourceSummary(
        form=package.form,
        photos=len(package.photos),
        chosen=len(chosen),
        left_out=left_out,
        animals=len(animals) + sum(not taken.animals for taken in chosen),
        boxes=sum(one.box is not None for one in animals),
        named=sum(bool(one.individual) for one in animals),
        names=Counter(one.individual for one in animals if one.individual),
        flanks=Counter(one.flank.value if one.flank else "unknown" for one in animals),
        species=Counter(one.species for one in animals if one.species),
        stations=Counter(one.station for one in photos if one.station),
        deployments=len(package.deployments),
        timed=sum(one.captured_at is not None for one in photos),
        placed=sum(bool(one.station) for one in photos),
        remarks=(*package.remarks, *remarks, *stations_alike(photos)),
    )


def stations_alike(photos: Iterable[SourcePhoto]) -> list[Sentence]:
    """Stations that a person would take for one, each group a sentence."""
    alike: dict[str, set[str]] = defaultdict(set)
    for photo in photos:
        alike["".join(photo.station.split()).casefold()].add(photo.station)
    return [
        StationsAlike(names=tuple(sorted(names)))
        for names in alike.values()
        if names - {""} and len(names) > 1
    ]


def stations_with_position(package: SourcePackage) -> list[DeploymentLine]:
    """The deployments of a package; without any, one a station whose photos agree on a position."""
    if package.deployments:
        return list(package.deployments)
    positions: dict[str, set[tuple[float, float]]] = defaultdict(set)
    for photo in package.photos:
        if photo.station and photo.latitude is not None and photo.longitude is not None:
            positions[photo.station].add((photo.latitude, photo.longitude))
    return [
        DeploymentLine(
            line=number,
            name=station,
            station=station,
            camera="",
            latitude=next(iter(places))[0],
            longitude=next(iter(places))[1],
            heading=None,
            starts_at=None,
            ends_at=None,
            zone="unknown",
            notes="",
        )
        for number, (station, places) in enumerate(positions.items(), 1)
        if len(places) == 1
    ]
