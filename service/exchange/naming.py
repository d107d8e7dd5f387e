"""Names that a source gives its animals, as decisions of the person who imports it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from reid.errors import InputError
from reid.interchange.package import SourceBox
from reid.sentences import Sentence
from reid.types import Box
from service.encounters import shaping
from service.encounters.shaping import ChosenAnnotations
from service.photos import correcting
from service.photos.again import ANOTHER_ANIMAL
from service.photos.correcting import CorrectionGrounds
from service.store import decisions, identities, photos
from service.store.database import Database
from service.store.decisions import NewDecision
from service.store.photos import Annotation, Photo


class DecidedOtherwise(
    Sentence,
    message="{path}: the source says {name}, encounter {encounter} is decided to be {identity}: "
    "nothing was changed",
): ...


class NameNotDecided(Sentence, message="{path}: {name} could not be decided: {why}"): ...


@dataclass(frozen=True, slots=True)
class NamedAnimal:
    """An annotation of an import. name: "" where the source gives none. path: of its photo."""

    annotation: int
    name: str
    path: str


@dataclass(slots=True)
class Naming:
    """What was decided. encounters: by name, of those decided now; known: decided so before.

    parted: encounters that were made because one held several names. conflicts: what was not.
    """

    encounters: Counter[str] = field(default_factory=Counter)
    new_identities: int = 0
    known: int = 0
    parted: int = 0
    conflicts: list[Sentence] = field(default_factory=list)


def annotation_for(
    connection: Connection, photo: Photo, box: SourceBox | None
) -> Annotation | None:
    """The annotation in use that shows the animal of a box; None: none does, or nobody can tell."""
    animals = [one for one in photos.annotations_of(connection, photo.id) if not one.withdrawn]
    if box is None:
        return animals[0] if len(animals) == 1 else None
    try:
        wanted = box.pixels(photo.width, photo.height)
    except InputError:
        return None
    whole = Box(0, 0, photo.width, photo.height)
    nearest = max(
        animals, key=lambda one: correcting.overlap(one.box or whole, wanted), default=None
    )
    if nearest is None or correcting.overlap(nearest.box or whole, wanted) < ANOTHER_ANIMAL:
        return None
    return nearest


def name_animals(
    database: Database, animals: Sequence[NamedAnimal], reviewer: str, label: str
) -> Naming:
    """Decide the encounters of named animals to be who the source says they are.

    An encounter that holds several names, or a named animal beside others, is parted first, so
    that a name goes to its own photos only. A decision that stands is never changed.
    """
    naming = Naming()
    of: dict[int, dict[int, NamedAnimal]] = defaultdict(dict)
    with database.read() as connection:
        found = photos.annotations(connection, [one.annotation for one in animals])
        for one in animals:
            of[found[one.annotation].encounter_id][one.annotation] = one
    for encounter in sorted(of):
        if any(one.name for one in of[encounter].values()):
            with database.write() as connection:
                _name(
                    connection, encounter, of[encounter], CorrectionGrounds(reviewer, label), naming
                )
    return naming


def _name(
    connection: Connection,
    encounter: int,
    animals: Mapping[int, NamedAnimal],
    grounds: CorrectionGrounds,
    naming: Naming,
) -> None:
    groups: dict[str, list[int]] = defaultdict(list)
    for number in photos.numbers_in(connection, encounter):
        groups[animals[number].name if number in animals else ""].append(number)
    last = decisions.latest(connection, encounter)
    if last is not None and last.kind != "withdrawn":
        _compare(encounter, last.identity, animals.values(), naming)
        return
    names = sorted((name for name in groups if name), key=lambda name: (-len(groups[name]), name))
    stays = names[0] if names and "" not in groups else ""
    names = [*(name for name in names if name != stays), *([stays] if stays else [])]
    for name in names:
        goal = encounter
        try:
            with connection.begin_nested():
                if name != stays:
                    chosen = ChosenAnnotations(annotations=groups[name])
                    goal = shaping.part(connection, encounter, chosen, grounds).encounter
                new = _decide(connection, goal, name, grounds)
        except InputError as error:
            path = animals[groups[name][0]].path
            naming.conflicts.append(NameNotDecided(path=path, name=name, why=error))
            continue
        naming.parted += name != stays
        naming.new_identities += new
        naming.encounters[name] += 1


def _compare(
    encounter: int, identity: str | None, animals: Collection[NamedAnimal], naming: Naming
) -> None:
    """What the source says beside a decision that stands."""
    for name, path in {one.name: one.path for one in animals if one.name}.items():
        if name == identity:
            naming.known += 1
        else:
            facts = {"path": path, "name": name, "encounter": encounter}
            naming.conflicts.append(DecidedOtherwise(**facts, identity=identity or "nobody"))


def _decide(connection: Connection, encounter: int, name: str, grounds: CorrectionGrounds) -> bool:
    """Whether the decision made a new identity."""
    known = identities.by_name(connection, name)
    decisions.add(
        connection,
        encounter,
        NewDecision(
            kind="new" if known is None else "same",
            identity_id=known,
            name=None if known is not None else name,
            reviewer=grounds.person,
            note=grounds.reason,
        ),
    )
    return known is None
