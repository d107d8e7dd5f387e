"""Photos and uploads of the store as wire models."""

from dataclasses import replace

from sqlalchemy import Connection

from reid.interchange.obscuring import Telling
from reid.interchange.photo_tables import PhotoTable
from service.photos.wire import (
    PhotoDetailOut,
    PhotoLineOut,
    PhotoOut,
    PhotoTableOut,
    ReferenceOut,
    RefusedLineOut,
    UploadOut,
)
from service.store import copies, photos
from service.store.identities import Reference
from service.store.photos import Photo
from service.store.uploads import Upload


def upload_out(upload: Upload) -> UploadOut:
    """An upload with its counts."""
    return UploadOut(
        id=upload.id,
        created_at=upload.created_at,
        finished=upload.finished,
        pending=upload.count("pending"),
        embedded=upload.count("embedded"),
        failed=upload.count("failed"),
        refused=upload.refused,
        files=upload.files,
    )


def photo_out(photo: Photo, telling: Telling) -> PhotoOut:
    """A photo. telling: how its position is."""
    if not telling.exact:
        shown = None
        if photo.latitude is not None and photo.longitude is not None:
            shown = telling.position((photo.latitude, photo.longitude))
        latitude, longitude = shown or (None, None)
        photo = replace(photo, latitude=latitude, longitude=longitude)
    return PhotoOut.model_validate(photo)


def photo_detail(connection: Connection, photo_id: str, telling: Telling) -> PhotoDetailOut:
    """A photo with its annotations and claims."""
    return PhotoDetailOut(
        photo=photo_out(photos.get(connection, photo_id), telling),
        annotations=photos.annotations_of(connection, photo_id),
        claims=photos.claims_of(connection, photo_id),
        copies=copies.of_photo(connection, photo_id),
    )


def photo_table_out(table: PhotoTable) -> PhotoTableOut:
    """What a table states of photos, and which of its lines cannot be used."""
    return PhotoTableOut(
        lines=[PhotoLineOut.model_validate(line) for line in table.lines],
        refused=[RefusedLineOut(line=line, why=str(error)) for line, error in table.refused],
        ignored=list(table.ignored),
    )


def reference_out(reference: Reference, telling: Telling) -> ReferenceOut:
    """A reference annotation with its photo; telling: how its position is."""
    photo = photo_out(reference.photo, telling)
    return ReferenceOut(annotation=reference.annotation, photo=photo)
