"""Embeddings and local features, each with the model that made it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from reid.describe.packing import pack_features, pack_vector, unpack_features, unpack_vector
from reid.gallery.voting import cells as voting_cells
from reid.types import AnnotationFeatures, Box, Embedding, Flank, Float32, GalleryRow
from service.store import facts, references
from service.store.database import one_at_a_time
from service.store.identities import current
from service.store.photos import annotation_of, mark_embedded
from service.store.tables.encounters import annotation, decision
from service.store.tables.features import annotation_facts, embedding, local_features
from service.store.tables.photos import photo


@dataclass(frozen=True, slots=True)
class GalleryEntry:
    """One annotation that can be searched: embedded, of an encounter that has an identity.

    Refused reference photos cannot be searched.
    """

    row: GalleryRow
    flank: Flank
    embedding_id: int


Version = tuple[int, int, int, int]
CLOSER = "closer"
AFAR = ("afar-0", "afar-1")  # kinds of features, see `reid.describe.distant_look`


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
    kinds |= dict(zip(AFAR, features.distant_looks, strict=False))
    kinds |= {CLOSER: features.close_look} if features.close_look else {}
    connection.execute(
        insert(local_features),
        [
            {
                "annotation_id": annotation_id,
                "kind": kind,
                "model": local.model,
                "payload": pack_features(local),
            }
            for kind, local in kinds.items()
        ],
    )
    facts.add(connection, annotation_id, features)
    mark_embedded(connection, annotation_id)


def version(connection: Connection, model: str) -> Version:
    """Changes whenever the gallery may have changed; cheap to ask."""
    newest = connection.execute(select(func.max(decision.c.id), func.count(decision.c.id))).one()
    embedded = select(func.max(embedding.c.id)).where(embedding.c.model == model)
    marked = references.newest(connection)
    return (newest[0] or 0, newest[1], connection.execute(embedded).scalar() or 0, marked)


def gallery(connection: Connection, model: str) -> list[GalleryEntry]:
    """Every annotation that can be searched, in the order of their numbers."""
    now = current().subquery()
    rows = connection.execute(
        select(
            annotation.c.id,
            annotation.c.encounter_id,
            annotation.c.flank,
            now.c.identity_id,
            embedding.c.id.label("embedding_id"),
        )
        .join(now, now.c.encounter_id == annotation.c.encounter_id)
        .join(embedding, embedding.c.annotation_id == annotation.c.id)
        .where(embedding.c.model == model, annotation.c.id.not_in(references.marked("refused")))
        .order_by(annotation.c.id)
    )
    return [
        GalleryEntry(
            GalleryRow(row.id, row.encounter_id, row.identity_id),
            Flank(row.flank),
            row.embedding_id,
        )
        for row in rows
    ]


def vectors(connection: Connection, ids: Collection[int], model: str) -> dict[int, Embedding]:
    """Embeddings by their own number."""
    by_number: dict[int, Embedding] = {}
    numbers = sorted(ids)
    for start in range(0, len(numbers), 500):
        rows = connection.execute(
            select(embedding.c.id, embedding.c.vector).where(
                embedding.c.id.in_(numbers[start : start + 500])
            )
        )
        by_number |= {row.id: unpack_vector(row.vector, model) for row in rows}
    return by_number


def cells(connection: Connection, ids: Collection[int], model: str) -> dict[int, Float32]:
    """The (C, D) cells of some annotations that vote for a shortlist."""
    by_number: dict[int, Float32] = {}
    numbers = sorted(ids)
    for start in range(0, len(numbers), 500):
        rows = connection.execute(
            select(local_features.c.annotation_id, local_features.c.payload).where(
                local_features.c.annotation_id.in_(numbers[start : start + 500]),
                local_features.c.kind == "rosette",
                local_features.c.model == model,
            )
        )
        by_number |= {row.annotation_id: voting_cells(unpack_features(row.payload)) for row in rows}
    return by_number


def get(connection: Connection, ids: Collection[int], model: str) -> dict[int, AnnotationFeatures]:
    """Everything kept of some annotations; those that this model has not embedded are left out."""
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
    local = {(row.annotation_id, row.kind): unpack_features(row.payload) for row in payloads}
    features: dict[int, AnnotationFeatures] = {}
    for row in rows:
        animal = annotation_of(row)
        features[animal.id] = AnnotationFeatures(
            embedding=unpack_vector(row.vector, model),
            dense=local[animal.id, "rosette"],
            rootsift=local[animal.id, "rootsift"],
            flank=animal.flank,
            box=animal.box or Box(0, 0, row.width, row.height),
            pose=animal.pose,
            quality=animal.quality,
            close_look=local.get((animal.id, CLOSER)),
            distant_looks=tuple(
                local[animal.id, kind] for kind in AFAR if (animal.id, kind) in local
            ),
        )
    return features


def _seen_by(model: str) -> ColumnElement[bool]:
    of_this = annotation_facts.c.annotation_id == annotation.c.id
    return of_this & (annotation_facts.c.model == model)


def _models(features: AnnotationFeatures) -> set[str]:
    return {features.embedding.model, features.dense.model, features.rootsift.model}
