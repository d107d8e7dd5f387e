"""What a file of signatures is made from: the photos that may speak for each identity."""

from collections.abc import Collection

from sqlalchemy import Connection, func, select

from reid.signatures.best import ReferencePhoto
from reid.types import Grade, Reason
from service.store import copies, features, references
from service.store.database import rows_in
from service.store.facts import ANNOTATIONS
from service.store.features import GalleryEntry
from service.store.tables.encounters import annotation, encounter
from service.store.tables.features import annotation_facts
from service.store.tables.photos import photo

JUDGED = ("grade", "value", "reasons")  # of a photo's quality; all None where nobody judged it


def speaking(connection: Connection, model: str) -> dict[int, tuple[ReferencePhoto, GalleryEntry]]:
    """Annotation -> what is known of it as a reference photo, and its row of the gallery.

    Those that show no animal, or repeat an exposure of the same identity, are left out.
    """
    entries = {entry.row.annotation: entry for entry in features.gallery(connection, model)}
    rows = connection.execute(references.marked("approved"))
    approved = {int(row.annotation_id) for row in rows}
    graded = rows_in(
        connection,
        select(annotation.c.id, *(annotation_facts.c[name] for name in JUDGED)).select_from(
            ANNOTATIONS
        ),
        annotation.c.id,
        entries,
    )
    judged = {number: (grade, value, reasons) for number, grade, value, reasons in graded}
    identity_of = {number: entry.row.identity for number, entry in entries.items()}
    photos = {}
    for number in sorted(copies.counting_once(connection, identity_of)):
        entry, (grade, value, reasons) = entries[number], judged[number]
        if Reason.NO_ANIMAL in (reasons or "").split():
            continue
        reference = ReferencePhoto(
            annotation=number,
            encounter=entry.row.encounter,
            identity=entry.row.identity,
            flank=entry.flank,
            approved=number in approved,
            grade=Grade(grade) if grade else None,
            value=value if grade else 1.0,
        )
        photos[number] = (reference, entry)
    return photos


def months(connection: Connection, annotation_ids: Collection[int]) -> dict[int, str]:
    """Annotation -> the month of its photo, or of its encounter, such as "2018-11"; "" unknown."""
    moment = func.coalesce(photo.c.captured_at, encounter.c.started_at).label("moment")
    query = (
        select(annotation.c.id, moment)
        .join(photo, photo.c.id == annotation.c.photo_id)
        .join(encounter, encounter.c.id == annotation.c.encounter_id)
    )
    rows = rows_in(connection, query, annotation.c.id, annotation_ids)
    return {row.id: f"{row.moment:%Y-%m}" if row.moment else "" for row in rows}
