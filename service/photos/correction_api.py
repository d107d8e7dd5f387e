"""Corrections: what is stated of photos and annotations, withdrawing, erasing, and the undo."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection

from service.photos import correcting, withdrawing
from service.photos.choosing import ChosenPhotos
from service.photos.correcting import CorrectionGrounds
from service.photos.correction_wire import (
    AnnotationEdit,
    AnnotationIn,
    CorrectedOut,
    CorrectionGroundsIn,
    CorrectionIn,
    CorrectionOut,
    CorrectionsOut,
    ErasedOut,
    PhotoEdit,
)
from service.photos.errors import NothingStated
from service.photos.left_behind import left_behind
from service.photos.to_wire import photo_detail
from service.photos.wire import AnnotationOut, PhotoDetailOut
from service.store import corrections, photos
from service.store.corrections import Correction
from service.store.files import PhotoFiles
from service.store.people import Actor
from service.store.photos import Annotation
from service.web.errors import documented
from service.web.parameters import (
    Limit,
    Offset,
    PhotoId,
    RowNumber,
    TheActor,
    TheDatabase,
    component,
)
from service.web.places import ToldPlaces
from service.web.wire import Visible

router = APIRouter(tags=["corrections"], responses=documented(400, 403, 404, 409, 422))
TheFiles = Annotated[PhotoFiles, Depends(component(PhotoFiles))]
LISTED = 50  # values of one correction in a list
GROUNDS = frozenset({"reason", "reviewer", "seen"})


def _grounds(body: CorrectionGroundsIn, actor: Actor) -> CorrectionGrounds:
    seen = getattr(body, "seen", None)
    return CorrectionGrounds(actor.signs(body.reviewer), body.reason, seen)


def asked_grounds(
    actor: TheActor,
    reason: Annotated[str, Query(max_length=5000, pattern=r"^[^\x00]*$")] = "",
    reviewer: Annotated[str, Query(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$"), Visible] = "",
) -> CorrectionGrounds:
    """Who withdraws and why, of a request without a body."""
    return CorrectionGrounds(actor.signs(reviewer), reason)


def _stated(body: CorrectionGroundsIn) -> dict[str, object]:
    """The fields that were sent."""
    return {name: getattr(body, name) for name in body.model_fields_set - GROUNDS}


@router.patch("/photos/{photo_id}")
def correct_photo(
    photo_id: PhotoId,
    body: PhotoEdit,
    database: TheDatabase,
    actor: TheActor,
    telling: ToldPlaces,
) -> PhotoDetailOut:
    """State other values of a photo; its file's own facts stay visible."""
    stated = _stated(body)
    if not stated:
        raise NothingStated()
    with database.write() as connection:
        texts = correcting.texts_of_photo(stated)
        correcting.correct(connection, [photo_id], texts, {}, _grounds(body, actor))
        return photo_detail(connection, photo_id, telling)


@router.get("/photos/{photo_id}/annotations", response_model=list[AnnotationOut])
def list_annotations(photo_id: PhotoId, database: TheDatabase) -> list[Annotation]:
    """The animals in a photo, also those that are withdrawn."""
    with database.read() as connection:
        photos.get(connection, photo_id)
        return photos.annotations_of(connection, photo_id)


@router.post("/photos/{photo_id}/annotations", status_code=201, response_model=AnnotationOut)
def add_annotation(
    photo_id: PhotoId,
    body: AnnotationIn,
    database: TheDatabase,
    actor: TheActor,
) -> Annotation:
    """Add an animal to a photo; it waits to be embedded."""
    values = body.model_dump()
    with database.write() as connection:
        number = withdrawing.add_annotation(connection, photo_id, values, _grounds(body, actor))
        return photos.annotation_by_id(connection, number)


@router.patch("/annotations/{annotation_id}", response_model=AnnotationOut)
def correct_annotation(
    annotation_id: RowNumber, body: AnnotationEdit, database: TheDatabase, actor: TheActor
) -> Annotation:
    """State another box, flank or viewpoint; the annotation is embedded again."""
    stated = _stated(body)
    if not stated:
        raise NothingStated()
    with database.write() as connection:
        correcting.correct_annotation(connection, annotation_id, stated, _grounds(body, actor))
        return photos.annotation_by_id(connection, annotation_id)


@router.delete("/annotations/{annotation_id}", response_model=AnnotationOut)
def withdraw_annotation(
    annotation_id: RowNumber,
    database: TheDatabase,
    grounds: Annotated[CorrectionGrounds, Depends(asked_grounds)],
) -> Annotation:
    """Take an animal out of use; it is kept in the history."""
    with database.write() as connection:
        withdrawing.withdraw_annotation(connection, annotation_id, grounds)
        return photos.annotation_by_id(connection, annotation_id)


@router.post("/annotations/{annotation_id}/restore", response_model=AnnotationOut)
def restore_annotation(
    annotation_id: RowNumber, body: CorrectionGroundsIn, database: TheDatabase, actor: TheActor
) -> Annotation:
    """Let an animal count again."""
    with database.write() as connection:
        withdrawing.restore_annotation(connection, annotation_id, _grounds(body, actor))
        return photos.annotation_by_id(connection, annotation_id)


@router.post("/photos/{photo_id}/withdraw")
def withdraw_photo(
    photo_id: PhotoId,
    body: CorrectionGroundsIn,
    database: TheDatabase,
    actor: TheActor,
    telling: ToldPlaces,
) -> PhotoDetailOut:
    """Take a photo with its animals out of use; it is kept in the history."""
    with database.write() as connection:
        withdrawing.withdraw(connection, [photo_id], _grounds(body, actor))
        return photo_detail(connection, photo_id, telling)


@router.post("/photos/{photo_id}/restore")
def restore_photo(
    photo_id: PhotoId,
    body: CorrectionGroundsIn,
    database: TheDatabase,
    actor: TheActor,
    telling: ToldPlaces,
) -> PhotoDetailOut:
    """Let a photo count again, with the animals that were withdrawn with it."""
    with database.write() as connection:
        withdrawing.restore(connection, [photo_id], _grounds(body, actor))
        return photo_detail(connection, photo_id, telling)


@router.post("/photos/{photo_id}/erase")
def erase_photo(
    photo_id: PhotoId,
    body: CorrectionGroundsIn,
    database: TheDatabase,
    files: TheFiles,
    actor: TheActor,
    telling: ToldPlaces,
) -> ErasedOut:
    """Delete the bytes of a photo and all that was made from them, for good."""
    with database.write() as connection:
        number = withdrawing.erase(connection, photo_id, _grounds(body, actor))
    files.erase(photo_id)
    with database.read() as connection:
        return ErasedOut(
            detail=photo_detail(connection, photo_id, telling),
            correction=CorrectionOut.model_validate(corrections.get(connection, number)),
            left=[str(sentence) for sentence in left_behind(connection, photo_id)],
        )


@router.post("/uploads/{upload_id}/withdraw")
def withdraw_upload(
    upload_id: RowNumber, body: CorrectionGroundsIn, database: TheDatabase, actor: TheActor
) -> CorrectedOut:
    """Take the photos that an upload brought out of use."""
    with database.write() as connection:
        ids = withdrawing.photos_brought(connection, upload_id)
        number = withdrawing.withdraw(connection, ids, _grounds(body, actor))
        return _corrected(connection, number, len(ids))


@router.post("/uploads/{upload_id}/restore")
def restore_upload(
    upload_id: RowNumber, body: CorrectionGroundsIn, database: TheDatabase, actor: TheActor
) -> CorrectedOut:
    """Let the photos that an upload brought count again."""
    with database.write() as connection:
        ids = withdrawing.photos_brought(connection, upload_id)
        number = withdrawing.restore(connection, ids, _grounds(body, actor))
        return _corrected(connection, number, len(ids))


@router.post("/corrections")
def correct_many(body: CorrectionIn, database: TheDatabase, actor: TheActor) -> CorrectedOut:
    """One change of many photos: all of it or nothing; what follows is done by the worker."""
    stated = {name: getattr(body.change, name) for name in body.change.model_fields_set}
    if not stated:
        raise NothingStated()
    with database.write() as connection:
        ids = ChosenPhotos(**body.of.model_dump()).ids(connection)
        of_photo, of_animals = correcting.texts_of_many(stated)
        grounds = _grounds(body, actor)
        shift_s = body.change.shift_s or 0.0
        number = correcting.correct(connection, ids, of_photo, of_animals, grounds, shift_s=shift_s)
        return _corrected(connection, number, len(ids))


@router.get("/corrections")
def list_corrections(
    database: TheDatabase,
    photo: Annotated[str | None, Query(pattern=r"^[0-9a-f]{64}$")] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> CorrectionsOut:
    """What was corrected, newest first. photo: only of this one."""
    with database.read() as connection:
        rows = corrections.newest(connection, photo_id=photo, limit=limit, offset=offset)
        total = corrections.total(connection, photo_id=photo)
    return CorrectionsOut(total=total, corrections=[_listed(row, photo) for row in rows])


@router.get("/corrections/{correction_id}")
def get_correction(correction_id: RowNumber, database: TheDatabase) -> CorrectionOut:
    """One correction with every value that it changed."""
    with database.read() as connection:
        return CorrectionOut.model_validate(corrections.get(connection, correction_id))


@router.post("/corrections/{correction_id}/undo", status_code=201)
def undo_correction(
    correction_id: RowNumber, body: CorrectionGroundsIn, database: TheDatabase, actor: TheActor
) -> CorrectionOut:
    """Let stand again what stood before; this is a correction, too."""
    with database.write() as connection:
        number = correcting.undo(connection, correction_id, _grounds(body, actor))
        return CorrectionOut.model_validate(corrections.get(connection, number))


def _listed(row: Correction, photo: str | None) -> CorrectionOut:
    """A correction in a list: with its first values, or with those of the photo asked for."""
    own = [value for value in row.values if photo is None or value.photo_id == photo][:LISTED]
    whole = CorrectionOut.model_validate(replace(row, values=tuple(own)))
    return whole.model_copy(update={"more": len(row.values) - len(own)})


def _corrected(connection: Connection, number: int | None, chosen: int) -> CorrectedOut:
    """What became of a change of several photos."""
    done = corrections.get(connection, number) if number is not None else None
    values = done.values if done else ()
    return CorrectedOut(
        correction=CorrectionOut.model_validate(done) if done else None,
        photos=chosen,
        changed=len({value.photo_id for value in values}),
        pending=len(correcting.embedded_again(values)),
    )
