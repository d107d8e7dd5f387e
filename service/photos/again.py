"""Photos that are uploaded again: what is stated now corrects what was stated before."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from reid.errors import Conflict
from reid.sentences import Sentence
from reid.types import Box, Flank
from service.photos import correcting, errors
from service.photos.statements import Statements
from service.store import corrections, encounters, jobs, photos, shaping, spans, stated
from service.store.corrections import CorrectedValue
from service.store.photos import Annotation, Claim, Photo

ANOTHER_ANIMAL = 0.3  # intersection over union, below which two boxes show two animals


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file whose bytes are on disk, not yet in the database. statements: on this file alone."""

    position: int
    photo: Photo
    statements: Statements
    box: Box | None
    claims: Sequence[Claim] = field(default=())


@dataclass(frozen=True, slots=True)
class StatedAgain:
    """What became of a photo that was known already. changed: fields that are stated otherwise now.

    kept False: it was erased meanwhile. problem: why nothing was changed.
    """

    values: tuple[CorrectedValue, ...] = ()
    changed: tuple[str, ...] = ()
    problem: Sentence | None = None
    kept: bool = True


def stated_again(connection: Connection, file: Prepared) -> StatedAgain:
    """Let what is stated of a known photo count; what is not stated stays.

    The caller records the values as a correction. What could not be embedded is tried again.
    """
    photo = photos.get(connection, file.photo.id)
    if photo.erased:
        day = correcting.erased_on(connection, photo.id)
        return StatedAgain(problem=errors.SuchPhotoWasErased(day=day), kept=False)
    if photo.withdrawn:
        return StatedAgain(problem=_withdrawn(connection, photo))
    try:
        with connection.begin_nested():
            values = _carried_out(connection, photo, file)
    except Conflict as error:
        return StatedAgain(problem=error)
    for annotation in photos.try_again(connection, photo.id):
        jobs.enqueue(connection, "embed", {"annotation": annotation})
    changed = dict.fromkeys("annotations" if v.field == "added" else v.field for v in values)
    return StatedAgain(
        tuple(values), tuple(name for name in changed if name not in {"placed", "proposed"})
    )


def _carried_out(connection: Connection, photo: Photo, file: Prepared) -> list[CorrectedValue]:
    """Write what is stated otherwise now.

    Raises Conflict where an encounter would show two animals of the photo, or lose a decision.
    """
    values = correcting.differing(photo, _of_photo(file.statements))
    animals = [one for one in photos.annotations_of(connection, photo.id) if not one.withdrawn]
    concerned = _concerned(photo, animals, file.box)
    if concerned is None and file.box is not None:
        values.append(_added(connection, photo, file))
    elif concerned is not None:
        values += correcting.differing_of(concerned, _of_animal(file))
        values += _moved(connection, concerned, file.statements)
    shaping.check(connection, values)
    stated.apply(connection, [value for value in values if value.field != "added"])
    return values


def _of_photo(statements: Statements) -> dict[str, str | None]:
    """What is stated of the photo, as text."""
    values: dict[str, str] = {}
    for name in ("station", "camera", "notes"):
        if value := getattr(statements, name):
            values[name] = value
    if statements.captured_at:
        values["captured_at"] = statements.captured_at.isoformat()
    return correcting.texts_of_photo(values)


def _of_animal(file: Prepared) -> dict[str, str | None]:
    """What is stated of the animal, as text."""
    texts: dict[str, str | None] = {}
    if file.box is not None:
        texts |= {"box": stated.box_text(file.box), "proposed": None}
    if file.statements.flank is not None:
        texts["flank"] = file.statements.flank.value
    return texts


def _concerned(photo: Photo, animals: Sequence[Annotation], box: Box | None) -> Annotation | None:
    """The annotation that statements concern; None: another animal, or nobody can tell which.

    A box concerns the one it overlaps most; else one that could not be used, or the whole photo.
    """
    if box is None:
        return animals[0] if len(animals) == 1 else None
    whole = Box(0, 0, photo.width, photo.height)
    nearest = max(animals, key=lambda one: correcting.overlap(one.box or whole, box), default=None)
    if nearest and correcting.overlap(nearest.box or whole, box) >= ANOTHER_ANIMAL:
        return nearest
    spare = (one for one in animals if one.state == "failed" or one.box is None)
    return next(spare, None)


def _added(connection: Connection, photo: Photo, file: Prepared) -> CorrectedValue:
    """Another animal of the photo, in an encounter that shows no other of it."""
    statements = file.statements
    if statements.encounter:
        encounter = encounters.named(connection, statements.encounter, statements.station)
    else:
        encounter = encounters.beside(connection, photo.id)
    number = photos.add_annotation(
        connection,
        photo_id=photo.id,
        encounter_id=encounter,
        flank=statements.flank or Flank.UNKNOWN,
        box=file.box,
        placed="person",
    )
    spans.span(connection, {encounter})
    jobs.enqueue(connection, "embed", {"annotation": number})
    return CorrectedValue("added", None, str(number), photo.id, number)


def _moved(
    connection: Connection, animal: Annotation, statements: Statements
) -> list[CorrectedValue]:
    """The animal put into the encounter that is stated."""
    if not statements.encounter:
        return []
    encounter = encounters.named(connection, statements.encounter, statements.station)
    if encounter == animal.encounter_id:
        return []
    return correcting.differing_of(animal, {"encounter": str(encounter), "placed": "person"})


def _withdrawn(connection: Connection, photo: Photo) -> Sentence:
    done = corrections.withdrawal_in(corrections.of_photo(connection, photo.id))
    day = done.corrected_at.date().isoformat() if done else "?"
    return errors.SuchPhotoIsWithdrawn(person=done.person if done else "?", day=day)
