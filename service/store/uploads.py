"""Uploads: which files came together, which were refused, and how far their photos are."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from reid.sentences import Sentence
from service.store.database import insert_one, row_or, value_of
from service.store.errors import NoSuchUpload
from service.store.photos import AnnotationState
from service.store.reasons import Reason, columns, reason, unpacked
from service.store.tables.encounters import annotation
from service.store.tables.photos import photo, upload, upload_file


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one file. photo_id None: refused, the error says why; created: new bytes."""

    file_name: str
    photo_id: str | None
    created: bool = False
    error_code: str | None = None
    error_detail: Reason = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedFile(Receipt):
    """One file of an upload and how far it is.

    damage: what of it could not be read. copy_of: the photo whose exposure it holds, too.
    state: of its annotation; a photo that is `failed` has its reason in error_code and detail too.
    """

    position: int
    annotation_id: int | None
    encounter_id: int | None
    state: AnnotationState | None
    damage: Sentence | None = None
    copy_of: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """One request to upload and its progress."""

    id: int
    created_at: datetime
    files: tuple[UploadedFile, ...]

    def count(self, state: AnnotationState) -> int:
        """Files whose annotation is in this state."""
        return sum(file.state == state for file in self.files)

    @property
    def refused(self) -> int:
        """Files that were not accepted."""
        return sum(file.photo_id is None for file in self.files)

    @property
    def finished(self) -> bool:
        """Nothing is left to do."""
        return self.count("pending") == 0


def add(connection: Connection, receipts: list[Receipt]) -> int:
    """Record which files came together; returns the upload's number."""
    number = insert_one(connection, insert(upload))
    rows = []
    for position, receipt in enumerate(receipts):
        row = {name: getattr(receipt, name) for name in Receipt.__slots__}
        rows.append({"position": position, **row, **columns(receipt.error_detail)})
    if rows:
        connection.execute(insert(upload_file).values(upload_id=number), rows)
    return number


def get(connection: Connection, upload_id: int) -> Upload:
    """An upload with the present state of every file, in the order sent."""
    query = select(upload).where(upload.c.id == upload_id)
    upload_row = row_or(connection, query, NoSuchUpload(upload=upload_id))
    rows = connection.execute(
        select(
            upload_file,
            annotation.c.id.label("annotation_id"),
            annotation.c.encounter_id,
            annotation.c.state,
            annotation.c.error_code.label("annotation_error"),
            annotation.c.error_detail.label("annotation_detail"),
            annotation.c.error_facts.label("annotation_facts"),
            photo.c.damage.label("damage_facts"),
            photo.c.copy_of,
        )
        .outerjoin(photo, photo.c.id == upload_file.c.photo_id)
        .outerjoin(annotation, annotation.c.photo_id == upload_file.c.photo_id)
        .where(upload_file.c.upload_id == upload_id)
        .order_by(upload_file.c.position, annotation.c.id)
    )
    files = [
        value_of(
            UploadedFile,
            row,
            damage=unpacked(row.damage_facts),
            error_code=row.error_code or row.annotation_error,
            error_detail=reason(row.error_detail, row.error_facts)
            or reason(row.annotation_detail, row.annotation_facts),
        )
        for row in rows
    ]
    return Upload(upload_row.id, upload_row.created_at, tuple(files))
