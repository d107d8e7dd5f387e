"""Encounters: one animal at one station at one time, over all cameras of the station."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    func,
    insert,
    or_,
    select,
    update,
)

from reid.errors import NotFound
from reid.types import Flank
from service.store import decisions
from service.store.database import AnyRow, insert_one
from service.store.decisions import Decision, DecisionKind
from service.store.identities import Reference, latest_decisions
from service.store.photos import Claim, annotation_of, annotations_with, claims_of, photo_of
from service.store.tables import annotation, claim, decision, encounter, identity, photo

EncounterState = Literal["waiting", "decided", "all"]


@dataclass(frozen=True, slots=True)
class EncounterSummary:
    """One line of the list of encounters.

    pending, embedded, failed: annotations by progress; thumbnail: an annotation, embedded if any.
    decision: kind of the latest; decision_id: its number, 0 when there is none.
    """

    id: int
    name: str | None
    station: str | None
    started_at: datetime | None
    ended_at: datetime | None
    pending: int
    embedded: int
    failed: int
    flanks: tuple[Flank, ...]
    thumbnail: int | None
    decision_id: int
    decision: DecisionKind | None
    identity_id: int | None
    identity: str | None

    @property
    def annotations(self) -> int:
        """How many photos it has."""
        return self.pending + self.embedded + self.failed

    @property
    def waiting(self) -> bool:
        """Nobody has decided, or the decision was withdrawn."""
        return self.decision in {None, "withdrawn"}


@dataclass(frozen=True, slots=True)
class EncounterDetail:
    """One encounter with its photos, oldest first, everything decided, and conflicting claims."""

    summary: EncounterSummary
    references: tuple[Reference, ...]
    decisions: tuple[Decision, ...]
    conflicts: Mapping[str, tuple[Claim, ...]]  # photo id -> claims of fields said differently


@dataclass(frozen=True, slots=True)
class EncounterCounts:
    """How much there is to do."""

    waiting: int
    decided: int


def search(
    connection: Connection, state: EncounterState = "all", *, limit: int = 100, offset: int = 0
) -> list[EncounterSummary]:
    """Encounters, newest first; those without a time last."""
    query = _summaries().order_by(*_newest_first())
    if state != "all":
        query = query.where(_is_waiting() if state == "waiting" else ~_is_waiting())
    rows = connection.execute(query.limit(limit).offset(offset)).all()
    return _with_annotations(connection, rows)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which encounters are listed. state "failed": waiting, and none of its photos can be compared.

    station, flank: empty for all.
    """

    state: EncounterState | Literal["failed"] = "all"
    station: str = ""
    flank: str = ""


def listed(
    connection: Connection, wanted: Wanted, *, limit: int, offset: int = 0
) -> list[EncounterSummary]:
    """The encounters that fit, in the order of `search`."""
    query = _fitting(wanted).order_by(*_newest_first()).limit(limit).offset(offset)
    return _with_annotations(connection, connection.execute(query).all())


def how_many(connection: Connection, wanted: Wanted) -> int:
    """How many fit."""
    every = _fitting(wanted).with_only_columns(encounter.c.id).subquery()
    return int(connection.execute(select(func.count()).select_from(every)).scalar_one())


def next_waiting(connection: Connection, after: int | None = None) -> EncounterSummary | None:
    """The waiting encounter with an embedded photo below `after` in the list, else the first.

    Never `after` itself; None where nothing else waits.
    """
    ready = _fitting(Wanted("waiting")).where(_has(annotation.c.state == "embedded"))
    ready = ready.order_by(*_newest_first()).limit(1)
    rows = connection.execute(ready.where(_below(connection, after))).all() if after else []
    rows = rows or connection.execute(ready.where(encounter.c.id != (after or 0))).all()
    return _with_annotations(connection, rows)[0] if rows else None


def counts(connection: Connection) -> EncounterCounts:
    """Waiting and decided encounters."""
    every = _summaries().subquery()
    open_now = every.c.decision.is_(None) | (every.c.decision == "withdrawn")
    waiting = func.sum(case((open_now, 1), else_=0))
    row = connection.execute(
        select(waiting.label("waiting"), func.count().label("all")).select_from(every)
    ).one()
    open_ones = int(row.waiting or 0)
    return EncounterCounts(open_ones, int(row._mapping["all"]) - open_ones)


def summary(connection: Connection, encounter_id: int) -> EncounterSummary:
    """One encounter without its photos."""
    rows = connection.execute(_summaries().where(encounter.c.id == encounter_id)).all()
    if not rows:
        raise NotFound(f"no encounter {encounter_id}")
    return _with_annotations(connection, rows)[0]


def get(connection: Connection, encounter_id: int) -> EncounterDetail:
    """One encounter with everything a reviewer needs, except the candidates."""
    found = summary(connection, encounter_id)
    references = references_of(connection, encounter_id)
    return EncounterDetail(
        summary=found,
        references=tuple(references),
        decisions=tuple(decisions.of_encounter(connection, encounter_id)),
        conflicts=_conflicts(connection, encounter_id),
    )


def references_of(connection: Connection, encounter_id: int) -> list[Reference]:
    """The photos of an encounter with their annotations, oldest first."""
    rows = connection.execute(
        annotations_with(photo)
        .join(photo, photo.c.id == annotation.c.photo_id)
        .where(annotation.c.encounter_id == encounter_id)
        .order_by(photo.c.captured_at, annotation.c.id)
    )
    return [Reference(annotation_of(row), photo_of(row)) for row in rows]


def references(connection: Connection, ids: Collection[int]) -> dict[int, Reference]:
    """Annotations with their photos, by number."""
    rows = connection.execute(
        annotations_with(photo)
        .join(photo, photo.c.id == annotation.c.photo_id)
        .where(annotation.c.id.in_(ids))
    )
    found = [Reference(annotation_of(row), photo_of(row)) for row in rows]
    return {one.annotation.id: one for one in found}


def named(connection: Connection, name: str, station: str | None) -> int:
    """The encounter an uploader named; a number that exists is that encounter."""
    match = encounter.c.id == int(name) if _is_number(name) else encounter.c.name == name
    found = connection.execute(select(encounter.c.id).where(match)).scalar_one_or_none()
    if found is not None:
        return int(found)
    if _is_number(name):
        raise NotFound(f"no encounter {name}")
    return insert_one(connection, insert(encounter).values(name=name, station=station))


def near(
    connection: Connection, station: str | None, captured_at: datetime | None, gap: timedelta
) -> int:
    """The unnamed encounter of this station within `gap`, or a new one.

    A photo without time or station cannot be grouped and gets an encounter of its own. Call
    `photos.hold_station` first, so that two uploads do not make two encounters of one visit.
    """
    if station is not None and captured_at is not None:
        close = (
            select(encounter.c.id)
            .where(
                encounter.c.station == station,
                encounter.c.name.is_(None),
                encounter.c.started_at <= captured_at + gap,
                encounter.c.ended_at >= captured_at - gap,
            )
            .order_by(encounter.c.id)
            .limit(1)
        )
        found = connection.execute(close).scalar_one_or_none()
        if found is not None:
            return int(found)
    return insert_one(connection, insert(encounter).values(station=station))


def stretch(connection: Connection, encounter_id: int, captured_at: datetime | None) -> None:
    """Let the encounter's time include this moment."""
    if captured_at is None:
        return
    start, end = encounter.c.started_at, encounter.c.ended_at
    connection.execute(
        update(encounter)
        .where(encounter.c.id == encounter_id)
        .values(
            started_at=case((start.is_(None) | (start > captured_at), captured_at), else_=start),
            ended_at=case((end.is_(None) | (end < captured_at), captured_at), else_=end),
        )
    )


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdecimal() and len(name) <= 9


def _is_waiting() -> ColumnElement[bool]:
    return decision.c.kind.is_(None) | (decision.c.kind == "withdrawn")


def _newest_first() -> tuple[ColumnElement[Any], ...]:
    start = encounter.c.started_at
    return start.is_(None), start.desc(), encounter.c.id.desc()


def _has(this: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether an encounter has such an annotation."""
    return select(annotation.c.id).where(annotation.c.encounter_id == encounter.c.id, this).exists()


def _fitting(wanted: Wanted) -> Select[*tuple[Any, ...]]:
    query = _summaries()
    if wanted.station:
        query = query.where(encounter.c.station == wanted.station)
    if wanted.flank:
        query = query.where(_has(annotation.c.flank == wanted.flank))
    if wanted.state == "failed":
        query = query.where(~_has(annotation.c.state.in_(("embedded", "pending"))))
    if wanted.state != "all":
        query = query.where(~_is_waiting() if wanted.state == "decided" else _is_waiting())
    return query


def _below(connection: Connection, encounter_id: int) -> ColumnElement[bool]:
    """What comes after this encounter in the list."""
    start, number = encounter.c.started_at, encounter.c.id
    at = connection.execute(select(start).where(number == encounter_id)).scalar_one_or_none()
    if at is None:
        return and_(start.is_(None), number < encounter_id)
    below: ColumnElement[bool] = (start < at) | ((start == at) & (number < encounter_id))
    return or_(start.is_(None), below)


def _summaries() -> Select[*tuple[Any, ...]]:
    latest = latest_decisions().subquery()
    return (
        select(
            encounter.c.id,
            encounter.c.name,
            encounter.c.station,
            encounter.c.started_at,
            encounter.c.ended_at,
            func.coalesce(decision.c.id, 0).label("decision_id"),
            decision.c.kind.label("decision"),
            decision.c.identity_id,
            identity.c.name.label("identity"),
        )
        .select_from(encounter)
        .outerjoin(latest, latest.c.encounter_id == encounter.c.id)
        .outerjoin(decision, decision.c.id == latest.c.id)
        .outerjoin(identity, identity.c.id == decision.c.identity_id)
    )


def _with_annotations(connection: Connection, rows: Sequence[AnyRow]) -> list[EncounterSummary]:
    """Add counts, flanks and a thumbnail, by one query for all."""
    found: dict[int, list[AnyRow]] = {row.id: [] for row in rows}
    for row in connection.execute(
        select(annotation.c.encounter_id, annotation.c.id, annotation.c.state, annotation.c.flank)
        .where(annotation.c.encounter_id.in_(found))
        .order_by(annotation.c.id)
    ):
        found[row.encounter_id].append(row)
    return [_summary(row, found[row.id]) for row in rows]


def _summary(row: AnyRow, animals: list[AnyRow]) -> EncounterSummary:
    states = [one.state for one in animals]
    flanks = {one.flank for one in animals}
    first = sorted(animals, key=lambda one: ["embedded", "pending", "failed"].index(one.state))
    return EncounterSummary(
        pending=states.count("pending"),
        embedded=states.count("embedded"),
        failed=states.count("failed"),
        flanks=tuple(flank for flank in Flank if flank in flanks),
        thumbnail=first[0].id if first else None,
        **row._mapping,
    )


def _conflicts(connection: Connection, encounter_id: int) -> dict[str, tuple[Claim, ...]]:
    """Fields that were stated differently, with all statements.

    Not the camera: EXIF names its model, people name which one it is.
    """
    ids = select(annotation.c.photo_id).where(annotation.c.encounter_id == encounter_id)
    differing = connection.execute(
        select(claim.c.photo_id, claim.c.field)
        .where(claim.c.photo_id.in_(ids), claim.c.field != "camera")
        .group_by(claim.c.photo_id, claim.c.field)
        .having(func.count(claim.c.value.distinct()) > 1)
    ).all()
    fields: dict[str, set[str]] = {}
    for row in differing:
        fields.setdefault(row.photo_id, set()).add(row.field)
    return {
        photo_id: tuple(c for c in claims_of(connection, photo_id) if c.field in said)
        for photo_id, said in fields.items()
    }
