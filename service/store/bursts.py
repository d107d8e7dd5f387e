"""Bursts of an encounter, and what is kept of those whose frames were fused into one picture.

A fused picture lies in the pixels of one of its frames, the anchor, and has the number of that
annotation, as a negative number.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import cv2
from sqlalchemy import Connection, Label, Select, func, insert, select

from reid.describe.packing import (
    PackedAnnotation,
    pack_features,
    pack_vector,
    read_packed,
    unpack_vector,
)
from reid.fusion.burst import FEWEST, FusedBurst
from reid.types import Box, Flank, Grade, Pose
from service.store import jobs, rederiving
from service.store.database import AnyRow, gathered, insert_one, row_or
from service.store.errors import NoSuchBurst
from service.store.facts import quality_of
from service.store.photos import IN_USE
from service.store.tables.bursts import fused_burst, fused_frame
from service.store.tables.encounters import annotation
from service.store.tables.features import annotation_facts, embedding
from service.store.tables.photos import photo

KIND = "fuse"
GOOD_ENOUGH = (Grade.GOOD, Grade.USABLE)  # photos that speak for themselves


@dataclass(frozen=True, slots=True)
class StoredBurst:
    """Frames of one camera in one encounter that show one flank, in the order of time.

    frames: annotation -> number of its embedding. Copies of another photo are left out.
    """

    encounter: int
    frames: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class PictureOfBurst:
    """The picture of a burst as a file. frames: annotations behind it, the anchor first.

    agreement: see `reid.fusion.picture.FusedPicture`. behind: PNG, frames behind each pixel.
    """

    frames: tuple[int, ...]
    agreement: float
    png: bytes
    behind: bytes


def of_encounter(connection: Connection, encounter_id: int, model: str) -> dict[int, int]:
    """The fused pictures of an encounter that still hold, to their numbers in the table."""
    found = _bursts(connection, model, encounter_id)
    known = _known(connection, model, found)
    return {-row.anchor_id: row.id for row in known.values() if row.anchor_id is not None}


def lacking(connection: Connection, model: str) -> list[StoredBurst]:
    """Bursts of the whole catalogue that were not fused yet, as they are now."""
    found = _bursts(connection, model)
    known = _known(connection, model, found)
    return [burst for burst in found if _key(burst) not in known]


def enqueue(connection: Connection, model: str) -> int:
    """Queue every burst that was not fused yet and does not wait for it; returns how many."""
    waiting = [
        payload
        for state in ("queued", "running", "failed")
        for payload in jobs.payloads(connection, KIND, state)
    ]
    known = {json.dumps(payload) for payload in waiting}
    payloads = [payload_of(burst, model) for burst in lacking(connection, model)]
    new = [payload for payload in payloads if json.dumps(payload) not in known]
    for payload in new:
        jobs.enqueue(connection, KIND, payload)
    return len(new)


def payload_of(burst: StoredBurst, model: str) -> dict[str, object]:
    """What a job of this kind carries; another one when a frame changes."""
    return {"encounter": burst.encounter, "frames": list(burst.frames.items()), "model": model}


def still(connection: Connection, burst: StoredBurst, model: str) -> bool:
    """Whether these are still the frames of a burst of the encounter."""
    found = _bursts(connection, model, burst.encounter)
    return _key(burst) in {_key(one) for one in found}


def put(
    connection: Connection,
    burst: StoredBurst,
    fused: FusedBurst | None,
    seen: Sequence[int],
    model: str,
) -> None:
    """Keep what came of a burst, instead of what its frames were part of before.

    seen: the annotations that were looked at, in the order in which `fused` counts them. fused:
    with places in pixels of the anchor's photo; None where no frame shows an animal.
    """
    rederiving.forget_pictures(connection, burst.frames)
    features, picture = (fused.features, fused.picture) if fused else (None, None)
    values: dict[str, object] = {"model": model}
    order: list[int] = []
    if fused and features and picture:
        order = [seen[n] for n in picture.frames]
        values |= {
            "anchor_id": order[0],
            "best_id": None if fused.best is None else seen[fused.best],
            "pose_left": features.pose.left if features.pose else None,
            "pose_yaw": features.pose.yaw if features.pose else None,
            "agreement": picture.agreement,
            "vector": pack_vector(features.embedding),
            "rosette": pack_features(features.dense),
            "rootsift": pack_features(features.rootsift),
            "picture": picture.png,
            "behind": cv2.imencode(".png", picture.behind)[1].tobytes(),
        }
    number = insert_one(connection, insert(fused_burst).values(**values))
    rows = [
        {
            "burst_id": number,
            "annotation_id": frame,
            "embedding_id": embedding_id,
            "position": order.index(frame) if frame in order else None,
        }
        for frame, embedding_id in burst.frames.items()
    ]
    connection.execute(insert(fused_frame), rows)
    if features:
        rederiving.forget_pairs(connection, [burst.encounter])


def packed(
    connection: Connection, anchors: Collection[int], model: str
) -> dict[int, PackedAnnotation]:
    """The features of the fused pictures over these annotations, by negative number."""
    if not anchors:
        return {}
    of_best = annotation_facts.c.annotation_id == fused_burst.c.best_id
    query = (
        select(fused_burst, annotation, photo.c.width, photo.c.height, annotation_facts, _laid())
        .join(annotation, annotation.c.id == fused_burst.c.anchor_id)
        .join(photo, photo.c.id == annotation.c.photo_id)
        .outerjoin(annotation_facts, of_best & (annotation_facts.c.model == model))
        .where(fused_burst.c.anchor_id.in_(anchors), fused_burst.c.model == model)
        .order_by(fused_burst.c.id)
    )
    return {-row.anchor_id: _packed(row, model) for row in connection.execute(query)}


def _packed(row: AnyRow, model: str) -> PackedAnnotation:
    of = row._mapping
    corners = [of[annotation.c[name]] for name in ("x0", "y0", "x1", "y1")]
    left, yaw = (of[fused_burst.c[name]] for name in ("pose_left", "pose_yaw"))
    return PackedAnnotation(
        embedding=unpack_vector(of[fused_burst.c.vector], model),
        dense=read_packed(of[fused_burst.c.rosette]),
        rootsift=read_packed(of[fused_burst.c.rootsift]),
        flank=Flank(of[annotation.c.flank]),
        box=Box(*corners) if corners[0] is not None else Box(0, 0, row.width, row.height),
        pose=None if left is None else Pose(left, yaw),
        quality=quality_of(row),
        frames=row.laid,
    )


def _laid() -> Label[int]:
    """How many frames lie in a picture."""
    in_it = (fused_frame.c.burst_id == fused_burst.c.id) & fused_frame.c.position.is_not(None)
    return select(func.count()).where(in_it).scalar_subquery().label("laid")


def picture(connection: Connection, annotation_id: int) -> PictureOfBurst:
    """The newest picture over an annotation.

    Raises NoSuchBurst where there is none, or where the frames of its burst have changed.
    """
    query = (
        select(fused_burst, annotation.c.encounter_id)
        .join(annotation, annotation.c.id == fused_burst.c.anchor_id)
        .where(fused_burst.c.anchor_id == annotation_id, IN_USE)
        .order_by(fused_burst.c.id.desc())
    )
    row = row_or(connection, query, NoSuchBurst(annotation=annotation_id))
    known = of_encounter(connection, row.encounter_id, row.model)
    if known.get(-annotation_id) != row.id:
        raise NoSuchBurst(annotation=annotation_id)
    frames = (
        select(fused_frame.c.annotation_id)
        .where(fused_frame.c.burst_id == row.id, fused_frame.c.position.is_not(None))
        .order_by(fused_frame.c.position)
    )
    return PictureOfBurst(tuple(connection.scalars(frames)), row.agreement, row.picture, row.behind)


def _bursts(
    connection: Connection, model: str, encounter_id: int | None = None
) -> list[StoredBurst]:
    """Bursts as they are now: two frames and more, all described, each of them poor by itself."""
    query = _frames(model)
    if encounter_id is not None:
        query = query.where(annotation.c.encounter_id == encounter_id)
    rows = connection.execute(query)
    groups = gathered(((row.encounter_id, row.camera, row.flank), row) for row in rows)
    return [
        StoredBurst(encounter, {row.id: row.embedding_id for row in frames})
        for (encounter, *_), frames in groups.items()
        if len(frames) >= FEWEST and not any(_alone(row) for row in frames)
    ]


def _alone(row: AnyRow) -> bool:
    """Whether a frame stays for itself: it waits, or is good enough."""
    return row.embedding_id is None or row.grade in GOOD_ENOUGH


def _frames(model: str) -> Select[tuple[int, int, str, int | None, str | None, str | None]]:
    """Annotations that count, by encounter, in the order of time."""
    embedded = (embedding.c.annotation_id == annotation.c.id) & (embedding.c.model == model)
    seen = (annotation_facts.c.annotation_id == annotation.c.id) & (
        annotation_facts.c.model == model
    )
    return (
        select(
            annotation.c.id,
            annotation.c.encounter_id,
            annotation.c.flank,
            embedding.c.id.label("embedding_id"),
            annotation_facts.c.grade,
            photo.c.camera,
        )
        .join(photo, photo.c.id == annotation.c.photo_id)
        .outerjoin(embedding, embedded)
        .outerjoin(annotation_facts, seen)
        .where(IN_USE, annotation.c.state != "failed", photo.c.copy_of.is_(None))
        .order_by(annotation.c.encounter_id, photo.c.captured_at, photo.c.sequence, annotation.c.id)
    )


Frames = frozenset[tuple[int, int]]


def _key(burst: StoredBurst) -> Frames:
    return frozenset(burst.frames.items())


def _known(
    connection: Connection, model: str, found: Collection[StoredBurst]
) -> dict[Frames, AnyRow]:
    """What is kept of exactly these bursts, by their frames."""
    numbers = [frame for burst in found for frame in burst.frames]
    if not numbers:
        return {}
    query = (
        select(
            fused_burst.c.id,
            fused_burst.c.anchor_id,
            fused_frame.c.annotation_id,
            fused_frame.c.embedding_id,
        )
        .join(fused_frame, fused_frame.c.burst_id == fused_burst.c.id)
        .where(fused_burst.c.model == model)
    )
    if len({burst.encounter for burst in found}) == 1:
        query = query.where(fused_frame.c.annotation_id.in_(numbers))
    kept = gathered((row.id, row) for row in connection.execute(query))
    of_frames = {
        frozenset((row.annotation_id, row.embedding_id) for row in rows): rows[0]
        for rows in kept.values()
    }
    now = {_key(burst) for burst in found}
    return {frames: row for frames, row in of_frames.items() if frames in now}
