"""Photos, what was said about them, and their annotations."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, Table, func, insert, select, update

from reid.photo.banner import FROM_PIXELS
from reid.types import Box, Flank, Viewpoint
from service.store import facts
from service.store.database import AnyRow, insert_one, row_or, rows_in
from service.store.errors import NoSuchAnnotation, NoSuchPhoto
from service.store.facts import AnnotationFacts
from service.store.people import BANNER_READER
from service.store.reasons import Reason, columns, reason
from service.store.tables.corrections import corrected_value, correction
from service.store.tables.encounters import annotation, encounter
from service.store.tables.features import annotation_facts
from service.store.tables.photos import claim, photo, station
from service.store.tables.stations import deployment

AnnotationState = Literal["pending", "embedded", "failed"]

AT_ONCE = 10_000  # numbers in one query; databases take some 30,000
IN_USE: ColumnElement[bool] = annotation.c.withdrawn.is_(False)
"""Condition on annotations that count: neither they nor their photo are withdrawn."""


@dataclass(frozen=True, slots=True)
class Photo:
    """One file from a camera.

    id: SHA-256 of the bytes, hex. width, height: pixels, upright.
    captured_at: true local time where the camera's clock was corrected, else what it said; zone:
    its offset, or "unknown". file_time: what the file says. sequence: the camera's own count of its
    frames. damage: what of it could not be read. likeness: its sketch, hex. copy_of: the photo
    that shows the same exposure and came first. withdrawn: no longer in use, and kept.
    """

    id: str
    file_name: str
    media_type: str
    bytes: int
    width: int
    height: int
    station: str | None
    camera: str | None
    captured_at: datetime | None
    zone: str
    latitude: float | None
    longitude: float | None
    notes: str
    created_at: datetime
    file_time: datetime | None = None
    sequence: int | None = None
    damage: str | None = None
    likeness: str | None = None
    copy_of: str | None = None
    withdrawn: bool = False

    @property
    def erased(self) -> bool:
        """Its bytes were deleted; what was said of it is all that is left."""
        return self.bytes == 0


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing somebody said about a photo; the same field may have several."""

    field: str  # captured_at, camera, station, flank, notes or box
    value: str
    source: str  # form, exif or file name
    used: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation(AnnotationFacts):
    """One animal in one photo. box None: the whole photo is the crop.

    flank, stated_viewpoint: what a person said. placed: whether the rule or a person put it into
    its encounter. withdrawn: no longer in use, and kept. proposed: a finder drew the box, and no
    person touched it yet. The facts are those of the newest model.
    """

    id: int
    photo_id: str
    encounter_id: int
    flank: Flank
    box: Box | None
    state: AnnotationState
    error_code: str | None
    error_detail: Reason
    stated_viewpoint: Viewpoint | None = None
    placed: Literal["rule", "person"] = "rule"
    withdrawn: bool = False
    proposed: bool = False


def known(connection: Connection, photo_id: str) -> bool:
    """Whether these bytes were uploaded before."""
    return connection.execute(select(photo.c.id).where(photo.c.id == photo_id)).first() is not None


def add(connection: Connection, new: Photo, claims: Sequence[Claim] = ()) -> None:
    """Record a photo with everything that was said about it."""
    connection.execute(insert(photo).values(asdict(new)))
    add_claims(connection, new.id, claims)


def add_claims(connection: Connection, photo_id: str, claims: Sequence[Claim]) -> None:
    """Record statements that are not on record yet."""
    before = {(c.field, c.value, c.source) for c in claims_of(connection, photo_id)}
    for new in claims:
        if (new.field, new.value, new.source) not in before:
            connection.execute(insert(claim).values(photo_id=photo_id, **asdict(new)))


def claims_of(connection: Connection, photo_id: str) -> list[Claim]:
    """Everything said about a photo, in the order it was said; a time read from its pixels last."""
    rows = connection.execute(
        select(claim.c.field, claim.c.value, claim.c.source, claim.c.used)
        .where(claim.c.photo_id == photo_id)
        .order_by(claim.c.id)
    )
    claims = [Claim(*row) for row in rows]
    return claims + _read_from_pixels(connection, photo_id, claims)


def _read_from_pixels(
    connection: Connection, photo_id: str, claims: Sequence[Claim]
) -> list[Claim]:
    """The time that the machine read from a photo; used where no other one is."""
    query = (
        select(corrected_value.c.after, photo.c.captured_at)
        .join(correction, correction.c.id == corrected_value.c.correction_id)
        .join(photo, photo.c.id == corrected_value.c.photo_id)
        .where(
            corrected_value.c.photo_id == photo_id,
            corrected_value.c.field == "captured_at",
            correction.c.kind == "stated",
            correction.c.person == BANNER_READER,
        )
    )
    other = any(one.used for one in claims if one.field == "captured_at")
    return [
        Claim("captured_at", text, FROM_PIXELS, time is not None and not other)
        for text, time in connection.execute(query)
    ]


def get(connection: Connection, photo_id: str) -> Photo:
    """One photo."""
    query = select(photo).where(photo.c.id == photo_id)
    return photo_of(row_or(connection, query, NoSuchPhoto(photo=photo_id)))


def unerased(connection: Connection, ids: Collection[str]) -> list[str]:
    """Those of these photos whose bytes are there, in this order."""
    query = select(photo.c.id).where(photo.c.bytes > 0)
    there = {row.id for row in rows_in(connection, query, photo.c.id, ids)}
    return [photo_id for photo_id in ids if photo_id in there]


def name_of_file(connection: Connection, photo_id: str) -> str | None:
    """What the file of a photo was called; None where it is erased, or was never there."""
    named = select(photo.c.file_name).where(photo.c.id == photo_id, photo.c.bytes > 0)
    return connection.scalar(named)


def sizes(connection: Connection) -> dict[str, int]:
    """Bytes of every photo that is not erased, by its id."""
    query = select(photo.c.id, photo.c.bytes).where(photo.c.bytes > 0).order_by(photo.c.id)
    return {row.id: row.bytes for row in connection.execute(query)}


def count(connection: Connection) -> int:
    """How many photos there are that are not erased."""
    query = select(func.count()).select_from(photo).where(photo.c.bytes > 0)
    return connection.execute(query).scalar_one()


def at(connection: Connection, station_name: str, camera: str | None = None) -> list[str]:
    """The photos of a station, or of one of its cameras, oldest first; not those erased."""
    query = select(photo.c.id).where(photo.c.station == station_name, photo.c.bytes > 0)
    if camera is not None:
        query = query.where(photo.c.camera == camera)
    return list(connection.scalars(query.order_by(photo.c.captured_at, photo.c.id)))


def withdrawn_from(connection: Connection, encounter_id: int) -> list[Photo]:
    """The photos of withdrawn annotations of an encounter, each once."""
    of_this = annotation.c.encounter_id == encounter_id
    ids = select(annotation.c.photo_id).where(of_this, annotation.c.withdrawn)
    rows = connection.execute(select(photo).where(photo.c.id.in_(ids)).order_by(photo.c.id))
    return [photo_of(row) for row in rows]


def copies_of(connection: Connection, photo_id: str) -> list[str]:
    """Photos of the same exposure whose bytes are there, besides this one."""
    first = get(connection, photo_id).copy_of or photo_id
    same = (photo.c.copy_of == first) | (photo.c.id == first)
    query = select(photo.c.id).where(same, photo.c.id != photo_id, photo.c.bytes > 0)
    return list(connection.scalars(query.order_by(photo.c.id)))


def photo_of(row: AnyRow) -> Photo:
    """A row with the columns of `photo`, as a value."""
    return Photo(**{c.name: row._mapping[c] for c in photo.columns})


def add_station(connection: Connection, name: str) -> None:
    """Make sure that a station exists."""
    if connection.execute(select(station).where(station.c.name == name)).first() is None:
        connection.execute(insert(station).values(name=name))


def drop_station(connection: Connection, name: str) -> None:
    """Forget a station that was stated by mistake: nothing is at it, and nothing was planned.

    An encounter that nothing is in any more is at no station.
    """
    inside = select(annotation.c.id).where(annotation.c.encounter_id == encounter.c.id).exists()
    empty = (encounter.c.station == name) & ~inside
    connection.execute(update(encounter).where(empty).values(station=None))
    columns_of = (photo.c.station, encounter.c.station, deployment.c.station)
    if not any(
        connection.execute(select(column).where(column == name).limit(1)).first()
        for column in columns_of
    ):
        connection.execute(station.delete().where(station.c.name == name))


def add_annotation(
    connection: Connection,
    *,
    photo_id: str,
    encounter_id: int,
    flank: Flank,
    box: Box | None,
    viewpoint: Viewpoint | None = None,
    placed: Literal["rule", "person"] = "rule",
    proposed: bool = False,
) -> int:
    """Record an animal in a photo, waiting to be embedded; returns its number."""
    values: dict[str, object] = {"photo_id": photo_id, "encounter_id": encounter_id}
    values |= {"flank": flank.value}
    values |= {"viewpoint": viewpoint.value if viewpoint else None, "placed": placed}
    values["proposed"] = proposed
    corners = asdict(box) if box else {}
    return insert_one(connection, insert(annotation).values(state="pending", **values, **corners))


def propose_box(connection: Connection, annotation_id: int, box: Box) -> None:
    """Let an annotation show this part of its photo, until a person says otherwise."""
    values = asdict(box) | {"proposed": True}
    connection.execute(update(annotation).where(annotation.c.id == annotation_id).values(values))


def annotations_with(*more: ColumnElement[Any] | Table) -> Select[Any]:
    """SELECT of all that `annotation_of` reads, and of more columns or tables to be joined."""
    return select(annotation, annotation_facts, *more).select_from(facts.ANNOTATIONS)


def annotations(connection: Connection, ids: Collection[int]) -> dict[int, Annotation]:
    """Annotations by number, however many; unknown numbers are left out."""
    wanted = [*ids]
    animals: dict[int, Annotation] = {}
    for start in range(0, len(wanted), AT_ONCE):
        some = annotation.c.id.in_(wanted[start : start + AT_ONCE])
        for row in connection.execute(annotations_with().where(some)):
            animals[int(row.id)] = annotation_of(row)
    return animals


def numbers_in(connection: Connection, encounter_id: int) -> list[int]:
    """The annotations of an encounter, also withdrawn ones, by number."""
    query = select(annotation.c.id).where(annotation.c.encounter_id == encounter_id)
    return list(connection.scalars(query.order_by(annotation.c.id)))


def annotation_by_id(connection: Connection, annotation_id: int) -> Annotation:
    """One annotation."""
    animals = annotations(connection, [annotation_id])
    if annotation_id not in animals:
        raise NoSuchAnnotation(annotation=annotation_id)
    return animals[annotation_id]


def annotations_of(connection: Connection, photo_id: str) -> list[Annotation]:
    """The animals in a photo."""
    rows = connection.execute(
        annotations_with().where(annotation.c.photo_id == photo_id).order_by(annotation.c.id)
    )
    return [annotation_of(row) for row in rows]


def annotation_of(row: AnyRow) -> Annotation:
    """A row of `annotations_with`, as a value."""
    of = row._mapping
    corners = [of[annotation.c[name]] for name in ("x0", "y0", "x1", "y1")]
    return Annotation(
        id=of[annotation.c.id],
        photo_id=of[annotation.c.photo_id],
        encounter_id=of[annotation.c.encounter_id],
        flank=Flank(of[annotation.c.flank]),
        box=None if corners[0] is None else Box(*corners),
        state=of[annotation.c.state],
        error_code=of[annotation.c.error_code],
        error_detail=reason(of[annotation.c.error_detail], of[annotation.c.error_facts]),
        stated_viewpoint=None if (view := of[annotation.c.viewpoint]) is None else Viewpoint(view),
        placed=of[annotation.c.placed],
        withdrawn=of[annotation.c.withdrawn],
        proposed=of[annotation.c.proposed],
        pose=facts.pose_of(row),
        quality=facts.quality_of(row),
    )


def mark_embedded(connection: Connection, annotation_id: int) -> None:
    """The annotation can be searched from now on."""
    _set_state(connection, annotation_id, "embedded", None, None)


def mark_failed(connection: Connection, annotation_id: int, code: str, detail: Reason) -> None:
    """The annotation cannot be used, and why."""
    _set_state(connection, annotation_id, "failed", code, detail)


def try_again(connection: Connection, photo_id: str) -> list[int]:
    """Let those of its annotations that failed wait to be embedded once more; their numbers."""
    failed = (annotation.c.photo_id == photo_id) & (annotation.c.state == "failed")
    waits = {"state": "pending", "error_code": None, **columns(None)}
    again = update(annotation).where(failed).values(waits).returning(annotation.c.id)
    return list(connection.scalars(again))


def _set_state(
    connection: Connection, annotation_id: int, state: str, code: str | None, detail: Reason
) -> None:
    values = {"state": state, "error_code": code, **columns(detail)}
    connection.execute(update(annotation).where(annotation.c.id == annotation_id).values(values))
