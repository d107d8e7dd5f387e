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

from reid.types import Flank
from service.store import decisions
from service.store.database import AnyRow, insert_one
from service.store.decisions import Decision, DecisionKind
from service.store.errors import NoSuchEncounter
from service.store.identities import Reference, latest_decisions
from service.store.photos import Claim, annotation_of, annotations_with, claims_of, photo_of
from service.store.tables.encounters import annotation, decision, encounter, identity
from service.store.tables.photos import claim, photo

EncounterState = Literal["waiting", "decided", "all"]

CHUNK = 500
NEWEST_FIRST = (
    encounter.c.started_at.is_(None),
    encounter.c.started_at.desc(),
    encounter.c.id.desc(),
)


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


@dataclass(frozen=True, slots=True)
class Sought:
    """Which encounters. station, flank: "" takes every one. failed: no photo can be used."""

    state: EncounterState = "all"
    station: str = ""
    flank: str = ""
    failed: bool = False


def search(
    connection: Connection,
    state: EncounterState | Sought = "all",
    *,
    limit: int = 100,
    offset: int = 0,
) -> list[EncounterSummary]:
    """Encounters, newest first; those without a time last."""
    sought = state if isinstance(state, Sought) else Sought(state)
    query = select(encounter.c.id).where(*_fits(sought)).order_by(*NEWEST_FIRST)
    ids = list(connection.execute(query.limit(limit).offset(offset)).scalars())
    return list(summaries(connection, ids).values())


def summaries(connection: Connection, ids: Collection[int]) -> dict[int, EncounterSummary]:
    """Encounters without their photos by number, in this order; unknown numbers are left out."""
    rows: dict[int, AnyRow] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), CHUNK):
        some = _summaries().where(encounter.c.id.in_(wanted[start : start + CHUNK]))
        rows |= {row.id: row for row in connection.execute(some)}
    found = _with_annotations(connection, [rows[number] for number in wanted if number in rows])
    return {one.id: one for one in found}


def total(connection: Connection, sought: Sought) -> int:
    """How many encounters there are of these."""
    query = select(func.count()).select_from(encounter).where(*_fits(sought))
    return int(connection.execute(query).scalar_one())


def counts(connection: Connection) -> EncounterCounts:
    """Waiting and decided encounters."""
    latest = latest_decisions().subquery()
    standing = select(func.count()).select_from(decision).join(latest, latest.c.id == decision.c.id)
    decided = int(connection.execute(standing.where(decision.c.kind != "withdrawn")).scalar_one())
    return EncounterCounts(total(connection, Sought()) - decided, decided)


def next_waiting(connection: Connection, after: int | None = None) -> EncounterSummary | None:
    """The waiting encounter with usable photos below `after` in the list, else the first one."""
    usable = (*_fits(Sought("waiting")), _has(annotation.c.state == "embedded"))
    first = select(encounter.c.id).where(*usable, encounter.c.id != (after or 0))
    queries = [first.order_by(*NEWEST_FIRST).limit(1)]
    if after is not None:
        queries.insert(0, queries[0].where(_below(connection, after)))
    for query in queries:
        found = connection.execute(query).scalar_one_or_none()
        if found is not None:
            return summary(connection, found)
    return None


def stations(connection: Connection) -> dict[int, str | None]:
    """The station of every encounter."""
    rows = connection.execute(select(encounter.c.id, encounter.c.station))
    return {row.id: row.station for row in rows}


def showing(connection: Connection, flank: Flank, *, embedded: bool = False) -> set[int]:
    """The encounters of which a photo, or an embedded one, is stated to show this flank."""
    query = select(annotation.c.encounter_id).where(annotation.c.flank == flank.value).distinct()
    if embedded:
        query = query.where(annotation.c.state == "embedded")
    return set(connection.execute(query).scalars())


def summary(connection: Connection, encounter_id: int) -> EncounterSummary:
    """One encounter without its photos."""
    rows = connection.execute(_summaries().where(encounter.c.id == encounter_id)).all()
    if not rows:
        raise NoSuchEncounter(encounter=encounter_id)
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
        raise NoSuchEncounter(encounter=name)
    return insert_one(connection, insert(encounter).values(name=name, station=station))


def near(
    connection: Connection, station: str | None, captured_at: datetime | None, gap: timedelta
) -> int:
    """The unnamed encounter of this station within `gap`, or a new one.

    A photo without time or station cannot be grouped and gets an encounter of its own.
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


def _fits(sought: Sought) -> list[ColumnElement[bool]]:
    """Conditions on rows of `encounter`."""
    found: list[ColumnElement[bool]] = []
    if sought.state != "all" or sought.failed:
        later = decision.alias("later")
        newest = (
            select(later.c.kind)
            .where(later.c.encounter_id == encounter.c.id)
            .order_by(later.c.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        standing = func.coalesce(newest, "withdrawn")
        decided = sought.state == "decided"
        found.append(standing != "withdrawn" if decided else standing == "withdrawn")
    if sought.station:
        found.append(encounter.c.station == sought.station)
    if sought.flank:
        found.append(_has(annotation.c.flank == sought.flank))
    if sought.failed:
        found.append(~_has(annotation.c.state != "failed"))
    return found


def _has(true: ColumnElement[bool]) -> ColumnElement[bool]:
    """The encounter has an annotation like this."""
    return select(annotation.c.id).where(annotation.c.encounter_id == encounter.c.id, true).exists()


def _below(connection: Connection, number: int) -> ColumnElement[bool]:
    """Further down the list, newest first, than this encounter."""
    started = connection.execute(
        select(encounter.c.started_at).where(encounter.c.id == number)
    ).scalar_one_or_none()
    older = encounter.c.id < number
    if started is None:
        return encounter.c.started_at.is_(None) & older
    start = encounter.c.started_at
    return or_(start.is_(None), start < started, and_(start == started, older))


def _summaries() -> Select[*tuple[Any, ...]]:
    later = decision.alias("later")
    newest = (
        select(func.max(later.c.id)).where(later.c.encounter_id == encounter.c.id).scalar_subquery()
    )
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
        .outerjoin(decision, decision.c.id == newest)
        .outerjoin(identity, identity.c.id == decision.c.identity_id)
    )


def _with_annotations(connection: Connection, rows: Sequence[AnyRow]) -> list[EncounterSummary]:
    """Add counts, flanks and a thumbnail, by one query for all."""
    found: dict[int, list[AnyRow]] = {row.id: [] for row in rows}
    columns = (annotation.c[n] for n in ("encounter_id", "id", "state", "flank"))
    query, ids = select(*columns).order_by(annotation.c.id), list(found)
    for start in range(0, len(ids), CHUNK):
        some = annotation.c.encounter_id.in_(ids[start : start + CHUNK])
        for row in connection.execute(query.where(some)):
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
