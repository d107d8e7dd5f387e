"""Embeddings and local features, each with the model that made it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, select

from reid.describe.packing import (
    PackedAnnotation,
    pack_features,
    pack_vector,
    read_packed,
    unpack_some,
    unpack_vector,
)
from reid.gallery.voting import voting_rows
from reid.types import AnnotationFeatures, Box, Embedding, Flank, Float32, GalleryRow
from service.store import bursts, facts, references
from service.store.database import AnyRow, newest_number, one_at_a_time, rows_in
from service.store.identities import current
from service.store.photos import IN_USE, annotation_of, mark_embedded
from service.store.tables.bursts import fused_burst
from service.store.tables.corrections import correction
from service.store.tables.encounters import annotation, decision
from service.store.tables.features import annotation_facts, embedding, local_features
from service.store.tables.history import reference_mark
from service.store.tables.photos import photo


@dataclass(frozen=True, slots=True)
class GalleryEntry:
    """One embedded annotation."""

    row: GalleryRow
    flank: Flank
    embedding_id: int


NOBODY = 0  # the identity of a row in an index of all annotations
Version = tuple[int, int, int, int, int, int]


def add(connection: Connection, annotation_id: int, features: AnnotationFeatures) -> None:
    """Keep what was computed from an annotation, instead of what the same model said before.

    Transactions that do so end one after the other: whoever sees a number sees all lower ones, as
    `version` takes for granted.
    """
    one_at_a_time(connection, "embedding")
    model = features.embedding.model
    for table in (embedding, local_features):
        of_this = table.c.annotation_id == annotation_id
        connection.execute(delete(table).where(of_this, table.c.model.in_(_models(features))))
    vector = pack_vector(features.embedding)
    connection.execute(
        insert(embedding).values(annotation_id=annotation_id, model=model, vector=vector)
    )
    kinds = {"rosette": features.dense, "rootsift": features.rootsift}
    rows = [
        {"kind": kind, "model": local.model, "payload": pack_features(local)}
        for kind, local in kinds.items()
    ]
    connection.execute(insert(local_features).values(annotation_id=annotation_id), rows)
    facts.add(connection, annotation_id, features)
    mark_embedded(connection, annotation_id)


def version(connection: Connection, model: str) -> Version:
    """Changes whenever the gallery may have changed; cheap to ask."""
    newest = connection.execute(select(func.max(decision.c.id), func.count(decision.c.id))).one()
    embedded = select(func.max(embedding.c.id)).where(embedding.c.model == model)
    marked = newest_number(connection, reference_mark)
    corrected = newest_number(connection, correction)
    fused = newest_number(connection, fused_burst)
    return (newest[0] or 0, newest[1], connection.scalar(embedded) or 0, marked, corrected, fused)


def gallery(connection: Connection, model: str) -> list[GalleryEntry]:
    """Annotations that can be searched, by number: embedded, of an identity and not refused."""
    now = current().subquery()
    usable = annotation.c.id.not_in(references.marked("refused"))
    query = _embedded(model).add_columns(now.c.identity_id).where(usable)
    rows = connection.execute(query.join(now, now.c.encounter_id == annotation.c.encounter_id))
    return [_entry(row, row.identity_id) for row in rows]


def embedded(connection: Connection, model: str) -> list[GalleryEntry]:
    """Every embedded annotation, decided or not, in the order of their numbers; of NOBODY."""
    return [_entry(row, NOBODY) for row in connection.execute(_embedded(model))]


def _embedded(model: str) -> Select[Any]:
    columns = (annotation.c.id, annotation.c.encounter_id, annotation.c.flank)
    return (
        select(*columns, embedding.c.id.label("embedding_id"))
        .join(embedding, embedding.c.annotation_id == annotation.c.id)
        .where(embedding.c.model == model, IN_USE)
        .order_by(annotation.c.id)
    )


def _entry(row: AnyRow, identity_id: int) -> GalleryEntry:
    entry = GalleryRow(row.id, row.encounter_id, identity_id)
    return GalleryEntry(entry, Flank(row.flank), row.embedding_id)


def vectors(connection: Connection, ids: Collection[int], model: str) -> dict[int, Embedding]:
    """Embeddings by their own number."""
    query = select(embedding.c.id, embedding.c.vector)
    rows = rows_in(connection, query, embedding.c.id, ids)
    return {row.id: unpack_vector(row.vector, model) for row in rows}


def cells(connection: Connection, ids: Collection[int], model: str) -> dict[int, Float32]:
    """The (C, D) cells of some annotations that vote for a shortlist."""
    query = select(local_features.c.annotation_id, local_features.c.payload).where(
        local_features.c.kind == "rosette", local_features.c.model == model
    )
    rows = rows_in(connection, query, local_features.c.annotation_id, ids)
    return {row.annotation_id: unpack_some(row.payload, voting_rows) for row in rows}


def get(connection: Connection, ids: Collection[int], model: str) -> dict[int, AnnotationFeatures]:
    """Everything kept of some annotations; those that this model has not embedded are left out."""
    return {n: each.unpacked() for n, each in packed(connection, ids, model).items()}


def packed(connection: Connection, ids: Collection[int], model: str) -> dict[int, PackedAnnotation]:
    """Everything kept of some annotations, as small as it is kept; of a negative number, of the
    fused picture over that annotation."""
    pictures = bursts.packed(connection, [-number for number in ids if number < 0], model)
    found = _packed(connection, [number for number in ids if number > 0], model)
    return {number: (found | pictures)[number] for number in ids if number in found | pictures}


def _packed(
    connection: Connection, ids: Collection[int], model: str
) -> dict[int, PackedAnnotation]:
    rows = connection.execute(
        select(annotation, annotation_facts, photo.c.width, photo.c.height, embedding.c.vector)
        .select_from(annotation.outerjoin(annotation_facts, _seen_by(model)))
        .join(photo, photo.c.id == annotation.c.photo_id)
        .join(embedding, embedding.c.annotation_id == annotation.c.id)
        .where(annotation.c.id.in_(ids), embedding.c.model == model)
    ).all()
    payloads = connection.execute(
        select(local_features).where(
            local_features.c.annotation_id.in_(ids),
            (local_features.c.kind == "rootsift") | (local_features.c.model == model),
        )
    )
    local = {(row.annotation_id, row.kind): read_packed(row.payload) for row in payloads}
    features: dict[int, PackedAnnotation] = {}
    for row in rows:
        animal = annotation_of(row)
        features[animal.id] = PackedAnnotation(
            embedding=unpack_vector(row.vector, model),
            dense=local[animal.id, "rosette"],
            rootsift=local[animal.id, "rootsift"],
            flank=animal.flank,
            box=animal.box or Box(0, 0, row.width, row.height),
            pose=animal.pose,
            quality=animal.quality,
        )
    return features


def _seen_by(model: str) -> ColumnElement[bool]:
    of_this = annotation_facts.c.annotation_id == annotation.c.id
    return of_this & (annotation_facts.c.model == model)


def _models(features: AnnotationFeatures) -> set[str]:
    return {features.embedding.model, features.dense.model, features.rootsift.model}
