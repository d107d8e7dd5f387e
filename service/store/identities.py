"""The catalogue: named individuals and their reference annotations."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import count, starmap
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, case, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from reid.interchange.individual_names import fit_name, searchable
from reid.types import Flank
from service.store.database import AnyRow, gathered, insert_one, row_or, value_of
from service.store.errors import IdentityMergedAway, IdentityNameTaken, NoSuchIdentity
from service.store.photos import (
    IN_USE,
    Annotation,
    Photo,
    annotation_of,
    annotations_with,
    photo_of,
)
from service.store.references import marked
from service.store.tables.encounters import annotation, decision, encounter, identity
from service.store.tables.photos import photo

Sex = Literal["female", "male", "unknown"]
LifeStage = Literal["adult", "subadult", "juvenile", "unknown"]


@dataclass(frozen=True, slots=True)
class Reference:
    """One photo of an identity, from an encounter that is decided to be it."""

    annotation: Annotation
    photo: Photo


@dataclass(frozen=True, slots=True)
class IdentityRecord:
    """What an identity is called and described as. merged_into: where its encounters went."""

    id: int
    name: str
    sex: Sex
    life_stage: LifeStage
    note: str
    merged_into: int | None


@dataclass(frozen=True, slots=True)
class IdentitySummary(IdentityRecord):
    """One line of the catalogue. flanks: embedded annotations of each that is there, left first."""

    encounters: int
    annotations: int
    first_seen: datetime | None
    last_seen: datetime | None
    flanks: tuple[tuple[Flank, int], ...]


@dataclass(frozen=True, slots=True)
class Sighting:
    """One encounter of an identity."""

    encounter_id: int
    station: str | None
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class IdentityDetail:
    """One identity with all its photos, newest encounter first."""

    summary: IdentitySummary
    sightings: tuple[Sighting, ...]
    references: tuple[Reference, ...]


def latest_decisions() -> Select[tuple[int, int]]:
    """encounter_id, id of the latest decision of every encounter that has one."""
    query = select(decision.c.encounter_id, func.max(decision.c.id).label("id"))
    return query.group_by(decision.c.encounter_id)


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


def of(identity_id: int) -> Select[tuple[int, int]]:
    """encounter_id, identity_id of every encounter that is this identity now."""
    later = decision.alias("later")
    newer = (later.c.encounter_id == decision.c.encounter_id) & (later.c.id > decision.c.id)
    return select(decision.c.encounter_id, decision.c.identity_id).where(
        decision.c.identity_id == identity_id, ~select(later.c.id).where(newer).exists()
    )


def encounters_of(connection: Connection, identity_id: int) -> dict[int, int]:
    """Encounter -> its latest decision, for every encounter that is this identity now."""
    query = of(identity_id).with_only_columns(decision.c.encounter_id, decision.c.id)
    rows = connection.execute(query.order_by(decision.c.encounter_id))
    return {row.encounter_id: row.id for row in rows}


def catalogue(connection: Connection, *, station: str = "") -> list[IdentitySummary]:
    """Every identity that has an encounter now (at this station, if one is named), by name."""
    now = current().subquery()
    spans = _spans(connection, now)
    if station:
        there = select(now.c.identity_id).join(encounter, encounter.c.id == now.c.encounter_id)
        at = connection.execute(there.where(encounter.c.station == station).distinct()).scalars()
        spans = {number: spans[number] for number in at if number in spans}
    photos = _photos(connection, now)
    listed = [
        _summary(known, spans[known.id], photos.get(known.id, {}))
        for known in records(connection)
        if known.id in spans
    ]
    return sorted(listed, key=lambda identity: identity.name.casefold())


def get(connection: Connection, identity_id: int) -> IdentityDetail:
    """One identity, also when no encounter is left to it."""
    known = record(connection, identity_id)
    if known is None:
        raise NoSuchIdentity(identity=identity_id)
    now = of(identity_id).subquery()
    span = _spans(connection, now).get(identity_id, (0, None, None))
    photos = _photos(connection, now).get(identity_id, {})
    sightings, references = _sightings(connection, now), _references(connection, now)
    return IdentityDetail(_summary(known, span, photos), sightings, references)


def sightings(connection: Connection, identity_id: int) -> tuple[Sighting, ...]:
    """Its encounters, newest first; none for an identity that is not there."""
    return _sightings(connection, of(identity_id).subquery())


def best_photos(
    connection: Connection, identity_ids: Collection[int]
) -> dict[int, dict[Flank, Reference]]:
    """Identity -> flank -> its best embedded photo: approved before others, then the largest."""
    now = current().subquery()
    approved = case((annotation.c.id.in_(marked("approved")), 0), else_=1)
    width = func.coalesce(annotation.c.x1 - annotation.c.x0, photo.c.width)
    order = (approved, width.desc(), photo.c.captured_at.desc(), annotation.c.id)
    ranked = (
        select(
            annotation.c.id,
            now.c.identity_id,
            func.row_number()
            .over(partition_by=(now.c.identity_id, annotation.c.flank), order_by=order)
            .label("place"),
        )
        .join(now, now.c.encounter_id == annotation.c.encounter_id)
        .join(photo, photo.c.id == annotation.c.photo_id)
        .where(
            now.c.identity_id.in_(identity_ids),
            annotation.c.state == "embedded",
            annotation.c.id.not_in(marked("refused")),
        )
        .subquery()
    )
    rows = connection.execute(
        annotations_with(photo, ranked.c.identity_id)
        .join(ranked, ranked.c.id == annotation.c.id)
        .join(photo, photo.c.id == annotation.c.photo_id)
        .where(ranked.c.place == 1)
    )
    best: dict[int, dict[Flank, Reference]] = {}
    for row in rows:
        reference = reference_of(row)
        best.setdefault(row.identity_id, {})[reference.annotation.flank] = reference
    return best


def record(connection: Connection, identity_id: int) -> IdentityRecord | None:
    """What an identity is called and described as; None where there is none of this number."""
    row = connection.execute(select(identity).where(identity.c.id == identity_id)).first()
    return None if row is None else value_of(IdentityRecord, row)


def records(connection: Connection) -> list[IdentityRecord]:
    """Every identity that was ever named, in the order of their numbers."""
    rows = connection.execute(select(identity).order_by(identity.c.id))
    return [value_of(IdentityRecord, row) for row in rows]


def members(connection: Connection, ids: Collection[int]) -> dict[int, set[int]]:
    """The encounters of each of these identities now."""
    now, by_identity = current().subquery(), {number: set[int]() for number in ids}
    for row in connection.execute(select(now).where(now.c.identity_id.in_(ids))):
        by_identity[row.identity_id].add(row.encounter_id)
    return by_identity


def name_of(connection: Connection, identity_id: int) -> str:
    """The name a person gave."""
    query = select(identity.c.name).where(identity.c.id == identity_id)
    return str(row_or(connection, query, NoSuchIdentity(identity=identity_id)).name)


def names(connection: Connection) -> dict[int, str]:
    """Every identity that was ever named."""
    return {row.id: row.name for row in connection.execute(select(identity.c.id, identity.c.name))}


def in_use(connection: Connection) -> list[tuple[int, str]]:
    """Number and name of every identity that has an encounter now, by name."""
    now = current().subquery()
    query = select(identity.c.id, identity.c.name)
    rows = connection.execute(query.where(identity.c.id.in_(select(now.c.identity_id))))
    return sorted(((row.id, row.name) for row in rows), key=lambda one: one[1].casefold())


def others_in_use(connection: Connection, identity_id: int | None) -> list[tuple[int, str]]:
    """Number and name of every identity with an encounter except this one, by name."""
    return [(number, name) for number, name in in_use(connection) if number != identity_id]


def by_name(connection: Connection, name: str) -> int | None:
    """The number of a name, if somebody gave it."""
    return connection.scalar(select(identity.c.id).where(identity.c.name == name))


def hold_for_decision(connection: Connection, identity_id: int) -> None:
    """Keep it from being merged away meanwhile; refuse one that was merged away before."""
    query = select(identity.c.name, identity.c.merged_into).where(identity.c.id == identity_id)
    missing = NoSuchIdentity(identity=identity_id)
    row = row_or(connection, query.with_for_update(read=True), missing)
    if row.merged_into is not None:
        into = name_of(connection, row.merged_into)
        raise IdentityMergedAway(name=row.name, into=into)


def hold(connection: Connection, ids: Collection[int]) -> None:
    """Hold identities in the order of their numbers; encounters may still be decided to be them."""
    if ids:
        query = select(identity.c.id).where(identity.c.id.in_(ids)).order_by(identity.c.id)
        connection.execute(query.with_for_update(key_share=True)).all()


def edit(connection: Connection, identity_id: int, values: Mapping[str, Any]) -> None:
    """Give an identity these values; IntegrityError where its new name is taken."""
    connection.execute(update(identity).where(identity.c.id == identity_id).values(**values))


def alike(connection: Connection, identity_id: int) -> list[str]:
    """Names of other identities that differ from its name in case, accents or form only."""
    called = names(connection)
    own = searchable(called[identity_id])
    return sorted(
        n for number, n in called.items() if number != identity_id and searchable(n) == own
    )


def add(connection: Connection, name: str | None = None) -> int:
    """Name a new individual, see `fit_name`; without a name the next free one like L001."""
    name = fit_name(name) if name else next_name(connection)
    if by_name(connection, name) is not None:
        raise IdentityNameTaken(name=name)
    try:
        return insert_one(connection, insert(identity).values(name=name))
    except IntegrityError as error:  # somebody took it this moment
        raise IdentityNameTaken(name=name) from error


def next_name(connection: Connection) -> str:
    """The first of `new_names`."""
    return next(new_names(connection))


def new_names(connection: Connection) -> Iterator[str]:
    """Names like L001 in turn, from the first that is higher than every one of this form."""
    taken = connection.scalars(select(identity.c.name).where(identity.c.name.like("L%")))
    numbers = [int(name[1:]) for name in taken if name[1:].isdecimal()]
    return (f"L{number:03d}" for number in count(max(numbers, default=0) + 1))


Span = tuple[int, datetime | None, datetime | None]
Photos = dict[tuple[str, str], int]


def _is_there() -> ColumnElement[bool]:
    """An encounter that did not vanish in another one; there it keeps its decision."""
    inside = annotation.c.encounter_id == encounter.c.id
    return encounter.c.shaped.is_(False) | select(annotation.c.id).where(inside, IN_USE).exists()


def _spans(connection: Connection, now: Any) -> dict[int, Span]:  # noqa: ANN401  a subquery
    """How many encounters of each identity, the first and the last."""
    start = encounter.c.started_at
    rows = connection.execute(
        select(now.c.identity_id, func.count(), func.min(start), func.max(start))
        .join(encounter, encounter.c.id == now.c.encounter_id)
        .where(_is_there())
        .group_by(now.c.identity_id)
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def _photos(connection: Connection, now: Any) -> dict[int, Photos]:  # noqa: ANN401
    """How many annotations of each identity, by flank and state."""
    rows = connection.execute(
        select(now.c.identity_id, annotation.c.flank, annotation.c.state, func.count())
        .join(annotation, annotation.c.encounter_id == now.c.encounter_id)
        .where(IN_USE)
        .group_by(now.c.identity_id, annotation.c.flank, annotation.c.state)
    )
    counted = gathered((row[0], ((row.flank, row.state), row[3])) for row in rows)
    return {identity_id: dict(photos) for identity_id, photos in counted.items()}


def _sightings(connection: Connection, now: Any) -> tuple[Sighting, ...]:  # noqa: ANN401
    query = (
        select(encounter.c.id, encounter.c.station, encounter.c.started_at, encounter.c.ended_at)
        .join(now, now.c.encounter_id == encounter.c.id)
        .where(_is_there())
        .order_by(encounter.c.started_at.is_(None), encounter.c.started_at.desc(), encounter.c.id)
    )
    return tuple(starmap(Sighting, connection.execute(query)))


def _references(connection: Connection, now: Any) -> tuple[Reference, ...]:  # noqa: ANN401
    rows = connection.execute(
        annotations_with(photo)
        .join(now, now.c.encounter_id == annotation.c.encounter_id)
        .join(photo, photo.c.id == annotation.c.photo_id)
        .where(IN_USE)
        .order_by(photo.c.captured_at.is_(None), photo.c.captured_at.desc(), annotation.c.id)
    )
    return tuple(map(reference_of, rows))


def reference_of(row: AnyRow) -> Reference:
    """A row of an annotation with its photo, as a value."""
    return Reference(annotation_of(row), photo_of(row))


def _summary(reference: IdentityRecord, span: Span, photos: Photos) -> IdentitySummary:
    usable = {flank: photos.get((flank.value, "embedded"), 0) for flank in Flank}
    return IdentitySummary(
        **asdict(reference),
        encounters=span[0],
        annotations=sum(photos.values()),
        first_seen=span[1],
        last_seen=span[2],
        flanks=tuple((flank, number) for flank, number in usable.items() if number),
    )
