"""Encounters: one animal at one station at one time, over all cameras of the station."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, case, delete, func, insert, select, update

from reid.types import Flank
from service.store import corrections, decisions
from service.store.database import AnyRow, gathered, insert_one, rows_in
from service.store.decisions import Decision, DecisionKind
from service.store.errors import NoSuchEncounter
from service.store.identities import Reference, latest_decisions, reference_of
from service.store.photos import IN_USE, Claim, annotations_with, claims_of
from service.store.placing import beside as beside
from service.store.placing import regroup as regroup
from service.store.searching import SoughtText, encounter_fits
from service.store.tables.encounters import annotation, decision, encounter, identity
from service.store.tables.photos import claim, photo

EncounterState = Literal["waiting", "decided", "all"]
SIDES = (Flank.LEFT, Flank.RIGHT)

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
class CertainEncounter:
    """An encounter that was only ever decided to be one identity, and is it now.

    flanks: left, right or both, of its embedded photos. deciders: everybody who decided on it.
    """

    encounter_id: int
    identity_id: int
    flanks: frozenset[Flank]
    deciders: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sought:
    """Which encounters. station, flank: "" takes every one. failed: no photo can be used.

    text: that station, time, number or name must fit.
    """

    state: EncounterState = "all"
    station: str = ""
    flank: str = ""
    failed: bool = False
    text: SoughtText | None = None


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
    rows = {row.id: row for row in rows_in(connection, _summaries(), encounter.c.id, ids)}
    summed = _with_annotations(connection, [rows[number] for number in ids if number in rows])
    return {summary.id: summary for summary in summed}


def total(connection: Connection, sought: Sought) -> int:
    """How many encounters there are of these."""
    query = select(func.count()).select_from(encounter).where(*_fits(sought))
    return connection.scalar(query) or 0


def counts(connection: Connection) -> EncounterCounts:
    """Waiting and decided encounters."""
    latest = latest_decisions().subquery()
    standing = select(func.count()).select_from(decision).join(latest, latest.c.id == decision.c.id)
    of_this = annotation.c.encounter_id == decision.c.encounter_id
    full = select(annotation.c.id).where(of_this, IN_USE).exists()
    decided = connection.scalar(standing.where(decision.c.kind != "withdrawn", full)) or 0
    return EncounterCounts(total(connection, Sought()) - decided, decided)


def next_waiting(connection: Connection, after: int | None = None) -> EncounterSummary | None:
    """The waiting encounter with usable photos below `after` in the list, else the first one."""
    usable = (*_fits(Sought("waiting")), _has(annotation.c.state == "embedded"))
    first = select(encounter.c.id).where(*usable, encounter.c.id != (after or 0))
    queries = [first.order_by(*NEWEST_FIRST).limit(1)]
    if after is not None:
        queries.insert(0, queries[0].where(_below(connection, after)))
    for query in queries:
        number = connection.scalar(query)
        if number is not None:
            return summary(connection, number)
    return None


def stations(connection: Connection) -> dict[int, str | None]:
    """The station of every encounter."""
    rows = connection.execute(select(encounter.c.id, encounter.c.station))
    return {row.id: row.station for row in rows}


def visits(
    connection: Connection, ids: Collection[int]
) -> dict[int, tuple[str | None, datetime | None]]:
    """Encounter -> its station and when it begins."""
    query = select(encounter.c.id, encounter.c.station, encounter.c.started_at)
    rows = rows_in(connection, query, encounter.c.id, ids)
    return {row.id: (row.station, row.started_at) for row in rows}


def showing(connection: Connection, flank: Flank, *, embedded: bool = False) -> set[int]:
    """The encounters of which a photo, or an embedded one, is stated to show this flank."""
    shown = (annotation.c.flank == flank.value) & IN_USE
    query = select(annotation.c.encounter_id).where(shown).distinct()
    if embedded:
        query = query.where(annotation.c.state == "embedded")
    return set(connection.scalars(query))


def certain(connection: Connection) -> list[CertainEncounter]:
    """All such encounters with a left or right flank, by number."""
    identity_of, deciders = decisions.unanimous(connection), decisions.deciders(connection)
    shown = {flank: showing(connection, flank, embedded=True) for flank in SIDES}
    encounters = []
    for number, identity_id in identity_of.items():
        flanks = frozenset(flank for flank in SIDES if number in shown[flank])
        if flanks:
            encounters.append(CertainEncounter(number, identity_id, flanks, deciders[number]))
    return encounters


def all_summaries(connection: Connection) -> list[EncounterSummary]:
    """Every encounter with an annotation in use, without its photos, by number."""
    query = select(encounter.c.id).where(*_fits(Sought())).order_by(encounter.c.id)
    return list(summaries(connection, list(connection.scalars(query))).values())


def summary(connection: Connection, encounter_id: int) -> EncounterSummary:
    """One encounter without its photos."""
    summed = summaries(connection, [encounter_id])
    if not summed:
        raise NoSuchEncounter(encounter=encounter_id)
    return summed[encounter_id]


def get(connection: Connection, encounter_id: int) -> EncounterDetail:
    """One encounter with everything a reviewer needs, except the candidates."""
    return EncounterDetail(
        summary=summary(connection, encounter_id),
        references=tuple(references_of(connection, encounter_id)),
        decisions=tuple(decisions.of_encounter(connection, encounter_id)),
        conflicts=_conflicts(connection, encounter_id),
    )


def references_of(connection: Connection, encounter_id: int) -> list[Reference]:
    """The photos of an encounter with their annotations, oldest first."""
    of_this = _references().where(annotation.c.encounter_id == encounter_id, IN_USE)
    rows = connection.execute(of_this.order_by(photo.c.captured_at, annotation.c.id))
    return [reference_of(row) for row in rows]


def every_reference(connection: Connection) -> list[Reference]:
    """All annotations in use with their photos, by encounter, oldest first."""
    order = (annotation.c.encounter_id, photo.c.captured_at, annotation.c.id)
    rows = connection.execute(_references().where(IN_USE).order_by(*order))
    return [reference_of(row) for row in rows]


def references(connection: Connection, ids: Collection[int]) -> dict[int, Reference]:
    """Annotations with their photos, by number."""
    rows = connection.execute(_references().where(annotation.c.id.in_(ids)))
    photographed = [reference_of(row) for row in rows]
    return {reference.annotation.id: reference for reference in photographed}


def _references() -> Select[Any]:
    return annotations_with(photo).join(photo, photo.c.id == annotation.c.photo_id)


def named(connection: Connection, name: str, station: str | None) -> int:
    """The encounter an uploader named; a number that exists is that encounter."""
    match = encounter.c.id == int(name) if _is_number(name) else encounter.c.name == name
    number = connection.scalar(select(encounter.c.id).where(match))
    if number is not None:
        return int(number)
    if _is_number(name):
        raise NoSuchEncounter(encounter=name)
    return insert_one(connection, insert(encounter).values(name=name, station=station))


def add(connection: Connection, station: str | None = None) -> int:
    """A new encounter without photos; returns its number."""
    return insert_one(connection, insert(encounter).values(station=station))


def drop_unused(connection: Connection, encounter_id: int) -> None:
    """Delete an encounter that no annotation was left in when it was made."""
    inside = select(annotation.c.id).where(annotation.c.encounter_id == encounter_id).exists()
    connection.execute(delete(encounter).where(encounter.c.id == encounter_id, ~inside))


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
    """Conditions on rows of `encounter`; empty ones are never sought."""
    conditions = [_has(IN_USE)]
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
        conditions.append(standing != "withdrawn" if decided else standing == "withdrawn")
    if sought.station:
        conditions.append(encounter.c.station == sought.station)
    if sought.flank:
        conditions.append(_has(annotation.c.flank == sought.flank))
    if sought.failed:
        conditions.append(~_has(annotation.c.state != "failed"))
    if sought.text:
        conditions.append(encounter_fits(sought.text))
    return conditions


def _has(true: ColumnElement[bool]) -> ColumnElement[bool]:
    """The encounter has an annotation in use like this."""
    of_this = annotation.c.encounter_id == encounter.c.id
    return select(annotation.c.id).where(of_this, IN_USE, true).exists()


def _below(connection: Connection, number: int) -> ColumnElement[bool]:
    """Further down the list, newest first, than this encounter."""
    start, older = encounter.c.started_at, encounter.c.id < number
    started: datetime | None = connection.scalar(select(start).where(encounter.c.id == number))
    if started is None:
        return start.is_(None) & older
    return start.is_(None) | (start < started) | ((start == started) & older)


def _summaries() -> Select[*tuple[Any, ...]]:
    later = decision.alias("later")
    of_this = later.c.encounter_id == encounter.c.id
    newest = select(func.max(later.c.id)).where(of_this).scalar_subquery()
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
    columns = (annotation.c[n] for n in ("encounter_id", "id", "state", "flank"))
    query = select(*columns).where(IN_USE).order_by(annotation.c.id)
    ids = [row.id for row in rows]
    annotations = rows_in(connection, query, annotation.c.encounter_id, ids)
    animals = gathered((row.encounter_id, row) for row in annotations)
    return [_summary(row, animals.get(row.id, [])) for row in rows]


def _summary(row: AnyRow, animals: list[AnyRow]) -> EncounterSummary:
    states = [animal.state for animal in animals]
    flanks = {animal.flank for animal in animals}
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

    Not the camera: EXIF names its model, people name which one it is. Nor what a person corrected
    later, which settles it.
    """
    ids = select(annotation.c.photo_id).where(annotation.c.encounter_id == encounter_id)
    differing = connection.execute(
        select(claim.c.photo_id, claim.c.field)
        .where(claim.c.photo_id.in_(ids), claim.c.field != "camera")
        .group_by(claim.c.photo_id, claim.c.field)
        .having(func.count(claim.c.value.distinct()) > 1)
    ).all()
    settled = corrections.settled(connection, {row.photo_id for row in differing})
    open_ones = [(r.photo_id, r.field) for r in differing if (r.photo_id, r.field) not in settled]
    return {
        photo_id: tuple(c for c in claims_of(connection, photo_id) if c.field in names)
        for photo_id, names in gathered(open_ones).items()
    }
