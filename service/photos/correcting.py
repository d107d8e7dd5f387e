"""Corrections of what is stated of photos and annotations: by whom, why, and their undo."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from reid.photo.clocks import ClockError
from reid.photo.crop import resolve_box
from reid.types import Box
from service.photos import errors
from service.photos.statements import OneTimeForSeveral, moment, zone_of
from service.store import clocks, corrections, photos, shaping, stated
from service.store.corrections import CorrectedValue, Correction, CorrectionKind
from service.store.database import one_at_a_time
from service.store.errors import NoSuchPhoto, UndoneAlready
from service.store.photos import Annotation, Photo

ZONE = re.compile(r"[+-](0\d|1[0-4]):[0-5]\d")
Texts = Mapping[str, str | None]
"""Field -> what shall be stated, as text; None: nothing."""


@dataclass(frozen=True, slots=True)
class CorrectionGrounds:
    """Who corrects and why.

    seen: the newest correction of the photo that the person had seen, 0 for "there was none"; None
    skips the check.
    """

    person: str
    reason: str = ""
    seen: int | None = None


def texts_of_photo(values: Mapping[str, Any]) -> dict[str, str | None]:
    """What is stated of a photo, by field, as text. captured_at: text that may name a zone."""
    texts: dict[str, str | None] = {}
    for name in ("station", "camera", "notes"):
        if name in values:
            texts[name] = (values[name] or "").replace("\r\n", "\n").strip() or None
    for name in ("latitude", "longitude"):
        if name in values:
            texts[name] = None if values[name] is None else repr(float(values[name]))
    if "zone" in values:
        texts["zone"] = _zone(values["zone"])
    if "captured_at" in values:
        time = moment((values["captured_at"] or "").strip())
        texts["captured_at"] = time.replace(tzinfo=None).isoformat() if time else None
        zone = zone_of(time)
        if zone != stated.UNKNOWN:
            if texts.get("zone") not in {None, zone}:
                raise errors.ZoneStatedTwice(in_time=zone, zone=str(texts["zone"]))
            texts["zone"] = zone
    return texts


def texts_of_annotation(photo: Photo, values: Mapping[str, Any]) -> dict[str, str | None]:
    """What is stated of an annotation, by field, as text.

    box: four numbers, pixels or fractions of the upright photo; None is the whole photo.
    """
    texts = texts_of_many(values)[1]
    if "box" in values:
        corners = values["box"]
        box = resolve_box(corners, photo.width, photo.height) if corners is not None else None
        texts["box"] = stated.box_text(box)
    return texts


def texts_of_many(values: Mapping[str, Any]) -> tuple[dict[str, str | None], dict[str, str | None]]:
    """What is stated of photos, and of all annotations of them, by field, as text."""
    of_animals: dict[str, str | None] = {}
    if values.get("flank") is not None:
        of_animals["flank"] = values["flank"].value
    if "stated_viewpoint" in values:
        view = values["stated_viewpoint"]
        of_animals["viewpoint"] = view.value if view else None
    return texts_of_photo(values), of_animals


def embedded_again(values: Sequence[CorrectedValue]) -> set[int]:
    """The annotations that these values let be embedded again."""
    return {
        value.annotation_id
        for value in values
        if value.annotation_id is not None and value.field in stated.LOOKS
    }


def correct(
    connection: Connection,
    photo_ids: Sequence[str],
    of_photo: Texts,
    of_animals: Texts,
    grounds: CorrectionGrounds,
    *,
    shift_s: float = 0.0,
) -> int | None:
    """State other values of photos, and of all annotations in use of them, in one correction.

    shift_s: seconds that are added to every time that is known. Returns its number, or None where
    all of it is stated already. Nothing happens where one of the photos is unknown or erased.
    """
    hold(connection)
    if shift_s and "captured_at" in of_photo:
        raise errors.TimeAndShift()
    if of_photo.get("captured_at") and len(photo_ids) > 1:
        raise OneTimeForSeveral(files=len(photo_ids))
    shown = photos_there(connection, photo_ids)
    _refuse_stale(connection, photo_ids, grounds)
    values = [value for photo in shown for value in differing(photo, of_photo)]
    values += [value for photo in shown for value in _shifted(photo, shift_s)]
    if of_animals:
        animals = stated.annotations_by_photo(connection, photo_ids)
        values += [
            value
            for photo in shown
            for animal in animals.get(photo.id, ())
            if not animal.withdrawn
            for value in differing_of(animal, of_animals)
        ]
    kind: CorrectionKind = "stated" if of_photo or shift_s else "annotated"
    return carry_out(connection, kind, values, grounds)


def correct_annotation(
    connection: Connection,
    annotation_id: int,
    values: Mapping[str, Any],
    grounds: CorrectionGrounds,
) -> int | None:
    """State another box, flank or viewpoint of one annotation; see `texts_of_annotation`."""
    hold(connection)
    animal = photos.annotation_by_id(connection, annotation_id)
    (photo,) = photos_there(connection, [animal.photo_id])
    _refuse_stale(connection, [photo.id], grounds)
    texts = texts_of_annotation(photo, values) | {"proposed": None}  # a person touched it
    changed = differing_of(animal, texts)
    return carry_out(connection, "annotated", changed, grounds)


def undo(connection: Connection, correction_id: int, grounds: CorrectionGrounds) -> int:
    """Let stand again what stood before a correction; returns the number of the undo.

    Refused where a later correction changed the same value, where the photo was erased, and where
    the correction is undone already.
    """
    hold(connection)
    taken_back = corrections.get(connection, correction_id)
    if taken_back.undone:
        raise UndoneAlready(change=correction_id)
    if taken_back.kind == "erased":
        raise errors.CannotBeUndone(correction=correction_id)
    _refuse_changed_since(connection, taken_back)
    erased_too = {"encounter", "placed"}  # fields that may change of a photo that is erased
    concerned = [v.photo_id for v in taken_back.values if v.field not in erased_too]
    photos_there(connection, [photo_id for photo_id in concerned if photo_id])
    values = _turned_round(connection, taken_back.values)
    _refuse_withdrawn_photo(connection, values)
    shaping.check(connection, values)
    number = corrections.record(
        connection,
        kind="undone",
        person=grounds.person,
        reason=grounds.reason,
        values=values,
        undoes=correction_id,
    )
    clock, stand = _clock_of(connection, taken_back)
    corrections.let_clocks_stand(connection, clock, stand=stand)
    stated.apply(connection, values, grounds.person)
    return number


def carry_out(
    connection: Connection,
    kind: CorrectionKind,
    values: Sequence[CorrectedValue],
    grounds: CorrectionGrounds,
) -> int | None:
    """Record the values and let them count; None where there are none."""
    if not values:
        return None
    values = [*values, *clocks.following(connection, values)]
    shaping.check(connection, values)
    number = corrections.record(
        connection, kind=kind, person=grounds.person, reason=grounds.reason, values=values
    )
    stated.apply(connection, values, grounds.person)
    return number


def differing(photo: Photo, wanted: Texts) -> list[CorrectedValue]:
    """The fields of a photo that shall be stated otherwise than now."""
    texts = {name: stated.photo_text(photo, name) for name in stated.PHOTO_FIELDS} | dict(wanted)
    if (texts["latitude"] is None) != (texts["longitude"] is None):
        raise errors.HalfPosition()
    return [
        CorrectedValue(name, before, after, photo_id=photo.id)
        for name, after in wanted.items()
        if (before := stated.photo_text(photo, name)) != after
        and not (name == "notes" and (before or "").replace("\r\n", "\n").strip() == (after or ""))
    ]


def differing_of(animal: Annotation, wanted: Texts) -> list[CorrectedValue]:
    """The fields of an annotation that shall be stated otherwise than now."""
    return [
        CorrectedValue(name, before, after, animal.photo_id, animal.id)
        for name, after in wanted.items()
        if (before := stated.annotation_text(animal, name)) != after
    ]


def hold(connection: Connection) -> None:
    """Wait for every other upload and correction: two of them may concern one encounter."""
    one_at_a_time(connection, "upload")


def photos_there(connection: Connection, photo_ids: Sequence[str]) -> list[Photo]:
    """Photos whose bytes are there, in this order; an error for one that is unknown or erased."""
    shown = stated.photos_by_id(connection, photo_ids)
    for photo_id in photo_ids:
        if photo_id not in shown:
            raise NoSuchPhoto(photo=photo_id)
        if shown[photo_id].erased:
            raise errors.PhotoWasErased(photo=photo_id, day=erased_on(connection, photo_id))
    return [shown[photo_id] for photo_id in dict.fromkeys(photo_ids)]


def erased_on(connection: Connection, photo_id: str) -> str:
    """The day on which a photo was erased, as ISO 8601."""
    done = [one for one in corrections.of_photo(connection, photo_id) if one.kind == "erased"]
    return done[0].corrected_at.date().isoformat() if done else "?"


def overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes."""
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    shared = max(width, 0.0) * max(height, 0.0)
    return shared / (one.width * one.height + other.width * other.height - shared)


def _shifted(photo: Photo, seconds: float) -> list[CorrectedValue]:
    """The time of a photo moved; nothing where none is known. Raises NotAnOffset for no time."""
    if not seconds or photo.captured_at is None:
        return []
    before, after = photo.captured_at, ClockError(seconds).true_time(photo.captured_at)
    return [CorrectedValue("captured_at", before.isoformat(), after.isoformat(), photo_id=photo.id)]


def _zone(text: str | None) -> str | None:
    plain = (text or "").strip()
    if plain in {"", stated.UNKNOWN}:
        return None
    if plain == "Z":
        return "+00:00"
    if not ZONE.fullmatch(plain):
        raise errors.BadZone(zone=plain)
    return plain


def _refuse_stale(
    connection: Connection, photo_ids: Sequence[str], grounds: CorrectionGrounds
) -> None:
    """Two people who correct one photo at once are told apart by what they had seen."""
    if grounds.seen is None:
        return
    for photo_id in photo_ids:
        newest = corrections.newest(connection, photo_id=photo_id, limit=1)
        if (newest[0].id if newest else 0) != grounds.seen:
            raise errors.CorrectedMeanwhile()


def _refuse_changed_since(connection: Connection, taken_back: Correction) -> None:
    for value in taken_back.values:
        if stated.of_an_encounter(value) or stated.of_a_camera(value):
            continue
        fields = stated.PHOTO_FIELDS if value.annotation_id is None else stated.ANNOTATION_FIELDS
        if not value.photo_id or value.field not in fields:
            raise errors.CannotBeUndoneHere(correction=taken_back.id, field=value.field)
    now = stated.present(connection, taken_back.values)
    for value in taken_back.values:
        if stated.of_a_camera(value):
            continue
        owner = value.annotation_id or value.photo_id or value.encounter_id
        after = None if (value.field, value.after) == ("zone", stated.UNKNOWN) else value.after
        if now[owner or 0, value.field] != after:
            later = corrections.last_change(connection, value) or taken_back.id
            raise errors.ChangedSince(field=value.field, later=later)


def _turned_round(connection: Connection, values: Sequence[CorrectedValue]) -> list[CorrectedValue]:
    """Before and after exchanged. Deployments and clocks that were removed or moved since stay."""
    now = stated.present(connection, [value for value in values if stated.of_a_camera(value)])
    return [
        replace(value, before=value.after, after=value.before)
        for value in values
        if now.get((0, value.field), value.after) == value.after
    ]


def _refuse_withdrawn_photo(connection: Connection, values: Sequence[CorrectedValue]) -> None:
    """An annotation is not in use while its photo is withdrawn."""
    back = {
        value.photo_id
        for value in values
        if value.photo_id
        and value.annotation_id is not None
        and (value.field, value.after) == ("withdrawn", None)
    }
    restored = {v.photo_id for v in values if v.annotation_id is None and v.field == "withdrawn"}
    shown = stated.photos_by_id(connection, back - restored)
    for photo in shown.values():
        if photo.withdrawn:
            raise errors.PhotoIsWithdrawn(photo=photo.id)


def _clock_of(connection: Connection, taken_back: Correction) -> tuple[int, bool]:
    """The correction whose clocks an undo concerns, and whether they stand afterwards."""
    stands = False
    while taken_back.undoes is not None:
        taken_back, stands = corrections.get(connection, taken_back.undoes), not stands
    return taken_back.id, stands
