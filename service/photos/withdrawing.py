"""Photos and annotations that are added, taken out of use, put back, or erased for good."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from reid.photo.crop import resolve_box
from service.photos import correcting, errors
from service.photos.correcting import CorrectionGrounds
from service.store import corrections, encounters, jobs, photos, shaping, spans, stated, uploads
from service.store.corrections import CorrectedValue
from service.store.photos import Annotation
from service.store.stated import YES

WITHDRAWN: Final = "withdrawn"


def add_annotation(
    connection: Connection,
    photo_id: str,
    values: Mapping[str, Any],
    grounds: CorrectionGrounds,
) -> int:
    """Add an animal to a photo; returns the number of the annotation, which waits to be embedded.

    values: box, flank, stated_viewpoint, encounter_id. Without an encounter it comes into the one
    near in time that shows no other animal of this photo, or into a new one.
    """
    correcting.hold(connection)
    (photo,) = correcting.photos_there(connection, [photo_id])
    if photo.withdrawn:
        raise errors.PhotoIsWithdrawn(photo=photo_id)
    corners, encounter = values.get("box"), values.get("encounter_id")
    box = resolve_box(corners, photo.width, photo.height) if corners is not None else None
    if encounter is not None:
        encounters.summary(connection, encounter)
    others = [one for one in photos.annotations_of(connection, photo_id) if not one.withdrawn]
    if encounter is None:
        encounter = encounters.beside(connection, photo_id)
    number = photos.add_annotation(
        connection,
        photo_id=photo_id,
        encounter_id=encounter,
        flank=values["flank"],
        box=box,
        viewpoint=values.get("stated_viewpoint"),
        placed="person" if others or values.get("encounter_id") else "rule",
    )
    jobs.enqueue(connection, "embed", {"annotation": number})
    spans.span(connection, {encounter})
    added = CorrectedValue("added", None, str(number), photo_id, number)
    shaping.check(connection, [added])
    corrections.record(
        connection,
        kind="annotated",
        person=grounds.person,
        reason=grounds.reason,
        values=[added],
    )
    return number


def withdraw_annotation(
    connection: Connection, annotation_id: int, grounds: CorrectionGrounds
) -> None:
    """Take one animal out of use."""
    correcting.hold(connection)
    animal = photos.annotation_by_id(connection, annotation_id)
    if animal.withdrawn:
        raise errors.WithdrawnAlready()
    correcting.carry_out(connection, WITHDRAWN, [_turned(animal, YES)], grounds)


def restore_annotation(
    connection: Connection, annotation_id: int, grounds: CorrectionGrounds
) -> None:
    """Let an animal count again."""
    correcting.hold(connection)
    animal = photos.annotation_by_id(connection, annotation_id)
    (photo,) = correcting.photos_there(connection, [animal.photo_id])
    if photo.withdrawn:
        raise errors.PhotoIsWithdrawn(photo=photo.id)
    if not animal.withdrawn:
        raise errors.NotWithdrawn()
    values = [_turned(animal, None), *_apart(connection, [animal])]
    correcting.carry_out(connection, "restored", values, grounds)


def withdraw(connection: Connection, photo_ids: Sequence[str], grounds: CorrectionGrounds) -> int:
    """Take photos with all their annotations out of use; the number of the correction."""
    correcting.hold(connection)
    shown = correcting.photos_there(connection, photo_ids)
    in_use = [photo for photo in shown if not photo.withdrawn]
    animals = stated.annotations_by_photo(connection, [photo.id for photo in in_use])
    values = [CorrectedValue(WITHDRAWN, None, YES, photo_id=photo.id) for photo in in_use]
    values += [
        _turned(animal, YES)
        for photo in in_use
        for animal in animals.get(photo.id, ())
        if not animal.withdrawn
    ]
    number = correcting.carry_out(connection, WITHDRAWN, values, grounds)
    if number is None:
        raise errors.WithdrawnAlready()
    return number


def restore(connection: Connection, photo_ids: Sequence[str], grounds: CorrectionGrounds) -> int:
    """Let photos count again, with the annotations that were withdrawn with them."""
    correcting.hold(connection)
    shown = correcting.photos_there(connection, photo_ids)
    away = [photo.id for photo in shown if photo.withdrawn]
    values = [CorrectedValue(WITHDRAWN, YES, None, photo_id=photo_id) for photo_id in away]
    for photo_id in away:
        together = corrections.withdrawn_with(connection, photo_id)
        animals = [
            animal
            for animal in photos.annotations_of(connection, photo_id)
            if animal.withdrawn and animal.id in together
        ]
        values += [_turned(animal, None) for animal in animals] + _apart(connection, animals)
    number = correcting.carry_out(connection, "restored", values, grounds)
    if number is None:
        raise errors.NotWithdrawn()
    return number


def set_aside(
    connection: Connection, animals: Sequence[Annotation], grounds: CorrectionGrounds
) -> int:
    """Take annotations that cannot be used, or show no animal, out of use, as one correction.

    A photo in which nothing else is in use goes with them. Raises Conflict where none is in use.
    """
    correcting.hold(connection)
    leaving = {animal.id for animal in animals if not animal.withdrawn}
    by_photo = stated.annotations_by_photo(connection, {one.photo_id for one in animals})
    values: list[CorrectedValue] = []
    for photo_id, there in by_photo.items():
        in_use = [one for one in there if not one.withdrawn]
        gone = [one for one in in_use if one.id in leaving]
        if gone and len(gone) == len(in_use):
            values.append(CorrectedValue(WITHDRAWN, None, YES, photo_id=photo_id))
        values += [_turned(one, YES) for one in gone]
    number = correcting.carry_out(connection, WITHDRAWN, values, grounds)
    if number is None:
        raise errors.NothingToSetAside()
    return number


def photos_brought(connection: Connection, upload_id: int) -> list[str]:
    """The photos that an upload brought and that are not erased since."""
    ids = uploads.photos_of(connection, upload_id, created=True)
    shown = stated.photos_by_id(connection, ids)
    return [photo_id for photo_id in ids if not shown[photo_id].erased]


def erase(connection: Connection, photo_id: str, grounds: CorrectionGrounds) -> int:
    """Delete the bytes of a photo and all that was made from them; its row and history stay.

    The file itself is deleted after the transaction, by whoever asked and, if that is killed, by a
    worker.
    """
    correcting.hold(connection)
    (photo,) = correcting.photos_there(connection, [photo_id])
    animals = photos.annotations_of(connection, photo_id)
    values = [CorrectedValue("erased", None, YES, photo_id=photo_id)]
    if not photo.withdrawn:
        values.append(CorrectedValue(WITHDRAWN, None, YES, photo_id=photo_id))
    values += [_turned(animal, YES) for animal in animals if not animal.withdrawn]
    number = corrections.record(
        connection, kind="erased", person=grounds.person, reason=grounds.reason, values=values
    )
    stated.apply(connection, values[1:])
    stated.erase(connection, photo_id, [animal.id for animal in animals])
    return number


def _apart(connection: Connection, restored: Sequence[Annotation]) -> list[CorrectedValue]:
    """Restored animals of one photo put elsewhere where their encounter shows another of it."""
    values: list[CorrectedValue] = []
    taken: set[int] = set()
    for animal in restored:
        there = photos.annotations_of(connection, animal.photo_id)
        taken |= {one.encounter_id for one in there if not one.withdrawn}
        goal = animal.encounter_id
        if goal in taken:
            goal = encounters.beside(connection, animal.photo_id)
        if goal in taken:
            goal = encounters.add(connection, photos.get(connection, animal.photo_id).station)
        taken.add(goal)
        if goal != animal.encounter_id:
            texts = {"encounter": str(goal), "placed": "person"}
            values += correcting.differing_of(animal, texts)
    return values


def _turned(animal: Annotation, after: str | None) -> CorrectedValue:
    """An annotation taken out of use, or put back."""
    before = None if after else YES
    return CorrectedValue(WITHDRAWN, before, after, animal.photo_id, animal.id)
