"""Uploads: which files came together, which were refused, and how far their photos are."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, func, insert, select

from reid.photo.crop import is_frame
from reid.sentences import Sentence
from reid.types import Grade
from service.store import facts
from service.store.database import AnyRow, gathered, insert_one, row_or, value_of
from service.store.errors import NoSuchUpload
from service.store.photos import IN_USE, AnnotationState
from service.store.reasons import Reason, columns, reason, unpacked
from service.store.tables.encounters import annotation
from service.store.tables.features import annotation_facts
from service.store.tables.photos import photo, upload, upload_file

PHOTO_COLUMNS = ("copy_of", "station", "camera", "captured_at", "file_time", "width", "height")

GOOD = Grade.GOOD.value


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one file. photo_id None: refused, the error says why; created: new bytes.

    changed: fields that were stated otherwise of a photo that was known already. individual: whom
    the uploader named.
    """

    file_name: str
    photo_id: str | None
    created: bool = False
    error_code: str | None = None
    error_detail: Reason = None
    changed: tuple[str, ...] = ()
    individual: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedFile(Receipt):
    """One file of an upload and how far it is.

    damage: what of it could not be read. copy_of: the photo whose exposure it holds, too.
    station, camera, captured_at, file_time: of the photo now. boxes: "confirm" where a finder
    proposed one, "draw" where the whole of a full frame is compared and is not seen to be good so;
    else None.
    annotation_id, encounter_id: of its first annotation in use. state: of its annotations: pending
    while one is, failed where all are; then the reason is in error_code and error_detail, too.
    """

    position: int
    annotation_id: int | None
    encounter_id: int | None
    state: AnnotationState | None
    damage: Sentence | None = None
    copy_of: str | None = None
    station: str | None = None
    camera: str | None = None
    captured_at: datetime | None = None
    file_time: datetime | None = None
    boxes: Literal["confirm", "draw"] | None = None


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


def add(
    connection: Connection, receipts: list[Receipt], upload_id: int | None = None
) -> tuple[int, int]:
    """Record which files came together; returns the upload's number and its first new position.

    upload_id: an upload that these files are added to; None makes a new one.
    """
    first = 0
    if upload_id is None:
        number = insert_one(connection, insert(upload))
    else:
        query = select(upload.c.id).where(upload.c.id == upload_id)
        number = row_or(connection, query, NoSuchUpload(upload=upload_id)).id
        last = select(func.max(upload_file.c.position)).where(upload_file.c.upload_id == number)
        newest = connection.scalar(last)
        first = 0 if newest is None else newest + 1
    rows = []
    for position, receipt in enumerate(receipts, first):
        row = {name: getattr(receipt, name) for name in Receipt.__slots__}
        row["changed"] = json.dumps(receipt.changed) if receipt.changed else None
        rows.append({"position": position, **row, **columns(receipt.error_detail)})
    if rows:
        connection.execute(insert(upload_file).values(upload_id=number), rows)
    return number, first


def get(connection: Connection, upload_id: int, *, since: int = 0) -> Upload:
    """An upload with the present state of every file, in the order sent. since: a position."""
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
            annotation.c.x0,
            annotation.c.proposed,
            annotation_facts.c.grade,
            photo.c.damage.label("damage_facts"),
            *(photo.c[name] for name in PHOTO_COLUMNS),
        )
        .outerjoin(photo, photo.c.id == upload_file.c.photo_id)
        .outerjoin(annotation, (annotation.c.photo_id == upload_file.c.photo_id) & IN_USE)
        .outerjoin(annotation_facts, facts.NEWEST)
        .where(upload_file.c.upload_id == upload_id, upload_file.c.position >= since)
        .order_by(upload_file.c.position, annotation.c.id)
    )
    files = [_file(animals) for animals in gathered((row.position, row) for row in rows).values()]
    return Upload(upload_row.id, upload_row.created_at, tuple(files))


def one_of(connection: Connection, upload_id: int, position: int) -> Upload:
    """An upload with one of its files only."""
    upload_now = get(connection, upload_id, since=position)
    return replace(upload_now, files=upload_now.files[:1])


def photos_of(connection: Connection, upload_id: int, *, created: bool = False) -> list[str]:
    """The photos that came with an upload, in the order sent. created: only those it brought."""
    query = select(upload.c.id).where(upload.c.id == upload_id)
    row_or(connection, query, NoSuchUpload(upload=upload_id))
    of_this = select(upload_file.c.photo_id).where(
        upload_file.c.upload_id == upload_id, upload_file.c.photo_id.is_not(None)
    )
    if created:
        of_this = of_this.where(upload_file.c.created)
    return list(dict.fromkeys(connection.scalars(of_this.order_by(upload_file.c.position))))


def _file(animals: Sequence[AnyRow]) -> UploadedFile:
    """A file from a row for each annotation in use of its photo."""
    row, states = animals[0], [animal.state for animal in animals]
    state = row.state
    if "pending" in states:
        state = "pending"
    elif "embedded" in states:
        state = "embedded"
    failed = state == "failed"
    return value_of(
        UploadedFile,
        row,
        state=state,
        damage=unpacked(row.damage_facts),
        boxes=_boxes(animals),
        changed=tuple(json.loads(row.changed)) if row.changed else (),
        error_code=row.error_code or (row.annotation_error if failed else None),
        error_detail=reason(row.error_detail, row.error_facts)
        or (reason(row.annotation_detail, row.annotation_facts) if failed else None),
    )


def _boxes(animals: Sequence[AnyRow]) -> Literal["confirm", "draw"] | None:
    """What is to be done about the boxes of a photo."""
    if any(animal.proposed for animal in animals):
        return "confirm"
    whole = any(
        animal.annotation_id is not None and animal.x0 is None and animal.grade != GOOD
        for animal in animals
    )
    return "draw" if whole and is_frame(animals[0].width, animals[0].height) else None
