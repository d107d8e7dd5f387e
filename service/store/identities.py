"""The catalogue: named individuals and their reference annotations."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, func, insert, select

from reid.errors import Conflict, NotFound
from reid.types import Flank
from service.store.database import AnyRow, insert_one
from service.store.photos import Annotation, Photo, annotation_of, annotations_with, photo_of
from service.store.tables import annotation, decision, encounter, identity, photo


@dataclass(frozen=True, slots=True)
class Reference:
    """One photo of an identity, from an encounter that is decided to be it."""

    annotation: Annotation
    photo: Photo


@dataclass(frozen=True, slots=True)
class IdentitySummary:
    """One line of the catalogue.

    flanks: how many embedded annotations of each flank, left first; only flanks that are there.
    best: the largest embedded annotation of each of these flanks, for thumbnails.
    """

    id: int
    name: str
    encounters: int
    annotations: int
    first_seen: datetime | None
    last_seen: datetime | None
    flanks: tuple[tuple[Flank, int], ...]
    best: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Sighting:
    """One encounter of an identity."""

    encounter_id: int
    station: str | None
    started_at: datetime | None


@dataclass(frozen=True, slots=True)
class IdentityDetail:
    """One identity with all its photos, newest encounter first."""

    summary: IdentitySummary
    sightings: tuple[Sighting, ...]
    references: tuple[Reference, ...]


def latest_decisions() -> Select[tuple[int, int]]:
    """encounter_id, id of the latest decision of every encounter that has one."""
    return select(decision.c.encounter_id, func.max(decision.c.id).label("id")).group_by(
        decision.c.encounter_id
    )


def current() -> Select[tuple[int, int]]:
    """encounter_id, identity_id of every encounter that has an identity now."""
    latest = latest_decisions().subquery()
    return (
        select(decision.c.encounter_id, decision.c.identity_id)
        .join(latest, latest.c.id == decision.c.id)
        .where(decision.c.identity_id.is_not(None))
    )


def assigned(connection: Connection) -> dict[int, int]:
    """The identity of every encounter that has one now."""
    return {row.encounter_id: row.identity_id for row in connection.execute(current())}


def catalogue(connection: Connection) -> list[IdentitySummary]:
    """Every identity that has an encounter now, by name."""
    now = current().subquery()
    rows = connection.execute(
        select(identity.c.id, identity.c.name).where(identity.c.id.in_(select(now.c.identity_id)))
    ).all()
    sightings = _sightings(connection)
    references = _references(connection)
    summaries = [
        _summary(row.id, row.name, sightings.get(row.id, []), references.get(row.id, []))
        for row in rows
    ]
    return sorted(summaries, key=lambda one: one.name.casefold())


def get(connection: Connection, identity_id: int) -> IdentityDetail:
    """One identity, also when no encounter is left to it."""
    name = name_of(connection, identity_id)
    sightings = _sightings(connection, identity_id).get(identity_id, [])
    references = _references(connection, identity_id).get(identity_id, [])
    summary = _summary(identity_id, name, sightings, references)
    return IdentityDetail(summary, tuple(sightings), tuple(references))


def members(connection: Connection, ids: Collection[int]) -> dict[int, set[int]]:
    """The encounters of each of these identities now."""
    now, found = current().subquery(), {number: set[int]() for number in ids}
    for row in connection.execute(select(now).where(now.c.identity_id.in_(ids))):
        found[row.identity_id].add(row.encounter_id)
    return found


def name_of(connection: Connection, identity_id: int) -> str:
    """The name a person gave."""
    query = select(identity.c.name).where(identity.c.id == identity_id)
    name = connection.execute(query).scalar_one_or_none()
    if name is None:
        raise NotFound(f"no identity {identity_id}")
    return str(name)


def names(connection: Connection) -> dict[int, str]:
    """Every identity that was ever named."""
    return {row.id: row.name for row in connection.execute(select(identity.c.id, identity.c.name))}


def by_name(connection: Connection, name: str) -> int | None:
    """The number of a name, if somebody gave it."""
    query = select(identity.c.id).where(identity.c.name == name)
    return connection.execute(query).scalar_one_or_none()


def add(connection: Connection, name: str | None = None) -> int:
    """Name a new individual; without a name the next free one like L001."""
    name = name or next_name(connection)
    if by_name(connection, name) is not None:
        raise Conflict(f"an identity is already called {name}: choose another name, or decide same")
    return insert_one(connection, insert(identity).values(name=name))


def next_name(connection: Connection) -> str:
    """The first name like L001 that is higher than every one of this form."""
    taken = connection.execute(select(identity.c.name).where(identity.c.name.like("L%"))).scalars()
    numbers = [int(name[1:]) for name in taken if name[1:].isdecimal()]
    return f"L{max(numbers, default=0) + 1:03d}"


def _sightings(connection: Connection, identity_id: int | None = None) -> dict[int, list[Sighting]]:
    now = current().subquery()
    query = (
        select(now.c.identity_id, encounter.c.id, encounter.c.station, encounter.c.started_at)
        .join(encounter, encounter.c.id == now.c.encounter_id)
        .order_by(encounter.c.started_at.is_(None), encounter.c.started_at.desc(), encounter.c.id)
    )
    if identity_id is not None:
        query = query.where(now.c.identity_id == identity_id)
    found: dict[int, list[Sighting]] = {}
    for row in connection.execute(query):
        sighting = Sighting(row.id, row.station, row.started_at)
        found.setdefault(row.identity_id, []).append(sighting)
    return found


def _references(
    connection: Connection, identity_id: int | None = None
) -> dict[int, list[Reference]]:
    now = current().subquery()
    query = (
        annotations_with(now.c.identity_id, photo)
        .join(now, now.c.encounter_id == annotation.c.encounter_id)
        .join(photo, photo.c.id == annotation.c.photo_id)
        .order_by(photo.c.captured_at.is_(None), photo.c.captured_at.desc(), annotation.c.id)
    )
    if identity_id is not None:
        query = query.where(now.c.identity_id == identity_id)
    found: dict[int, list[Reference]] = {}
    for row in connection.execute(query):
        found.setdefault(row._mapping[now.c.identity_id], []).append(_reference(row))
    return found


def _reference(row: AnyRow) -> Reference:
    return Reference(annotation_of(row), photo_of(row))


def _summary(
    identity_id: int, name: str, sightings: list[Sighting], references: list[Reference]
) -> IdentitySummary:
    seen = [one.started_at for one in sightings if one.started_at]
    usable = [one for one in references if one.annotation.state == "embedded"]
    by_flank = {flank: [r for r in usable if r.annotation.flank == flank] for flank in Flank}
    return IdentitySummary(
        id=identity_id,
        name=name,
        encounters=len(sightings),
        annotations=len(references),
        first_seen=min(seen, default=None),
        last_seen=max(seen, default=None),
        flanks=tuple((flank, len(found)) for flank, found in by_flank.items() if found),
        best=tuple(max(found, key=_width) for found in by_flank.values() if found),
    )


def _width(reference: Reference) -> float:
    box = reference.annotation.box
    return box.width if box else float(reference.photo.width)
