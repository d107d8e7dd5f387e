"""What a file of signatures is made from: the photos that may speak for each identity."""

from collections.abc import Collection

from sqlalchemy import Connection, func, select

from reid.signatures.best import ReferencePhoto
from reid.types import Reason
from service.store import copies, features, references
from service.store.database import rows_in
from service.store.facts import ANNOTATIONS, quality_of
from service.store.features import GalleryEntry
from service.store.tables.encounters import annotation, encounter
from service.store.tables.features import annotation_facts
from service.store.tables.photos import photo


def speaking(connection: Connection, model: str) -> dict[int, tuple[ReferencePhoto, GalleryEntry]]:
    """Annotation -> what is known of it as a reference photo, and its row of the gallery.

    Those that show no animal, or repeat an exposure of the same identity, are left out.
    """
    entries = {entry.row.annotation: entry for entry in features.gallery(connection, model)}
    rows = connection.execute(references.marked("approved"))
    approved = {int(row.annotation_id) for row in rows}
    graded = rows_in(
        connection,
        select(annotation.c.id, annotation_facts).select_from(ANNOTATIONS),
        annotation.c.id,
        entries,
    )
    qualities = {row._mapping[annotation.c.id]: quality_of(row) for row in graded}
    once = _once(connection, entries)
    photos = {}
    for number in sorted(once):
        entry, quality = entries[number], qualities[number]
        if quality and Reason.NO_ANIMAL in quality.reasons:
            continue
        reference = ReferencePhoto(
            annotation=number,
            encounter=entry.row.encounter,
            identity=entry.row.identity,
            flank=entry.flank,
            approved=number in approved,
            grade=quality.grade if quality else None,
            value=quality.value if quality else 1.0,
        )
        photos[number] = (reference, entry)
    return photos


def _once(connection: Connection, entries: dict[int, GalleryEntry]) -> set[int]:
    """Annotations without those of a photo whose exposure its identity has already."""
    by_identity: dict[int, dict[int, int]] = {}
    for number, entry in entries.items():
        by_identity.setdefault(entry.row.identity, {})[number] = 0
    return {
        number
        for members in by_identity.values()
        for number in copies.counted_once(connection, [members])[0]
    }


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
