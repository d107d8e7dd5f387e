"""Cases: named sets of encounters; who put one in or took one out stays on record."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, Select, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.store import bursts, encounters
from service.store.database import gathered, insert_one, row_or, value_of
from service.store.errors import CaseIsClosed, CaseIsFull, CaseNameTaken, NoSuchCase, NotInCase
from service.store.photos import IN_USE
from service.store.tables.base import now
from service.store.tables.cases import case_encounter, case_record
from service.store.tables.encounters import annotation, encounter
from service.store.tables.features import embedding

LARGEST = 24  # encounters of a case; their pairs grow with the square
EVEN = 0.5

ChangeKind = Literal["added", "removed"]


@dataclass(frozen=True, slots=True)
class Case:
    """A named set of encounters and the question about it.

    together: prior probability that two of its encounters are one animal. movement_prior: whether
    distance and times are part of the prior, too.
    encounters: numbers, oldest encounter first. closed_at None: open.
    """

    id: int
    name: str
    note: str
    together: float
    created_at: datetime
    closed_at: datetime | None
    movement_prior: bool
    encounters: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CaseChange:
    """An encounter that somebody put into a case or took out."""

    id: int
    encounter_id: int
    kind: ChangeKind
    reviewer: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class CaseUpdate:
    """What shall be different; None stays as it is."""

    name: str | None = None
    note: str | None = None
    together: float | None = None
    closed: bool | None = None
    movement_prior: bool | None = None


def add(
    connection: Connection,
    name: str,
    note: str = "",
    together: float = EVEN,
    *,
    movement_prior: bool = False,
) -> Case:
    """Open a case without encounters."""
    values = {"name": name, "note": note, "together": together, "movement_prior": movement_prior}
    try:
        number = insert_one(connection, insert(case_record).values(values))
    except IntegrityError as error:
        raise CaseNameTaken(name=name) from error
    return get(connection, number)


def get(connection: Connection, case_id: int) -> Case:
    """One case."""
    query = select(case_record).where(case_record.c.id == case_id)
    row = row_or(connection, query, NoSuchCase(case=case_id))
    return value_of(Case, row, encounters=tuple(_members(connection).get(case_id, ())))


def every(connection: Connection) -> list[Case]:
    """All cases: open ones first, then the newest first."""
    rows = connection.execute(
        select(case_record).order_by(case_record.c.closed_at.is_not(None), case_record.c.id.desc())
    ).all()
    members = _members(connection)
    return [value_of(Case, row, encounters=tuple(members.get(row.id, ()))) for row in rows]


def edit(connection: Connection, case_id: int, changes: CaseUpdate) -> Case:
    """Change name, note or priors, close a case or open it again."""
    before = get(connection, case_id)
    stated = asdict(changes)
    del stated["closed"]
    values = {name: value for name, value in stated.items() if value is not None}
    if changes.closed is not None and changes.closed != (before.closed_at is not None):
        values["closed_at"] = now() if changes.closed else None
    if values:
        changed = update(case_record).where(case_record.c.id == case_id).values(values)
        try:
            connection.execute(changed)
        except IntegrityError as error:
            raise CaseNameTaken(name=changes.name or "") from error
    return get(connection, case_id)


def put(connection: Connection, case_id: int, ids: Sequence[int], reviewer: str) -> Case:
    """Put encounters in; those that are in already stay as they are."""
    case = _open(connection, case_id)
    new = [number for number in dict.fromkeys(ids) if number not in case.encounters]
    if len(case.encounters) + len(new) > LARGEST:
        raise CaseIsFull(limit=LARGEST)
    for number in new:
        encounters.summary(connection, number)
        _append(connection, case_id, number, "added", reviewer)
    return get(connection, case_id)


def take(connection: Connection, case_id: int, encounter_id: int, reviewer: str) -> Case:
    """Take an encounter out; that it was in stays on record."""
    case = _open(connection, case_id)
    if encounter_id not in case.encounters:
        raise NotInCase(encounter=encounter_id, case=case_id)
    _append(connection, case_id, encounter_id, "removed", reviewer)
    return get(connection, case_id)


def turn(
    connection: Connection, case_id: int, encounter_id: int, person: str, *, inside: bool
) -> None:
    """Let an encounter be in a case or not, also in a closed one: its photos came from one that
    was, or go back there."""
    _append(connection, case_id, encounter_id, "added" if inside else "removed", person)


def history(connection: Connection, case_id: int) -> list[CaseChange]:
    """Everything that was put in or taken out, oldest first."""
    rows = connection.execute(
        select(case_encounter)
        .where(case_encounter.c.case_id == case_id)
        .order_by(case_encounter.c.id)
    )
    return [value_of(CaseChange, row) for row in rows]


def of_encounter(connection: Connection, encounter_id: int) -> list[Case]:
    """The cases an encounter is in now."""
    return [case for case in every(connection) if encounter_id in case.encounters]


def joinable(connection: Connection, *ids: int) -> list[Case]:
    """The open cases these encounters may be put into, of which one at least is not in yet."""
    open_cases = [case for case in every(connection) if case.closed_at is None]
    return [case for case in open_cases if not set(ids) <= set(case.encounters)]


def embedded(connection: Connection, encounter_id: int, model: str) -> dict[int, int]:
    """Annotation -> number of its embedding by a model; another one when it is embedded again.

    A fused picture is there too, with the negative number of its anchor and a number of its own.
    """
    rows = connection.execute(
        select(annotation.c.id, embedding.c.id.label("embedding_id"))
        .join(embedding, embedding.c.annotation_id == annotation.c.id)
        .where(annotation.c.encounter_id == encounter_id, embedding.c.model == model, IN_USE)
        .order_by(annotation.c.id)
    )
    photos = {row.id: row.embedding_id for row in rows}
    return photos | bursts.of_encounter(connection, encounter_id, model)


def _open(connection: Connection, case_id: int) -> Case:
    """The case, held so that two changes at once come one after the other."""
    query = select(case_record.c.id).where(case_record.c.id == case_id).with_for_update()
    connection.execute(query)
    case = get(connection, case_id)
    if case.closed_at is not None:
        raise CaseIsClosed(case=case_id)
    return case


def _append(
    connection: Connection, case_id: int, encounter_id: int, kind: ChangeKind, reviewer: str
) -> None:
    values = {"case_id": case_id, "encounter_id": encounter_id, "kind": kind, "reviewer": reviewer}
    connection.execute(insert(case_encounter).values(values))


def _newest() -> Select[tuple[int]]:
    """The row that counts of every case and encounter."""
    return select(func.max(case_encounter.c.id)).group_by(
        case_encounter.c.case_id, case_encounter.c.encounter_id
    )


def _members(connection: Connection) -> dict[int, list[int]]:
    """The encounters of every case, oldest first; those without a time come last."""
    rows = connection.execute(
        select(case_encounter.c.case_id, case_encounter.c.encounter_id)
        .join(encounter, encounter.c.id == case_encounter.c.encounter_id)
        .where(case_encounter.c.id.in_(_newest()), case_encounter.c.kind == "added")
        .order_by(encounter.c.started_at.is_(None), encounter.c.started_at, encounter.c.id)
    )
    return gathered((row.case_id, row.encounter_id) for row in rows)
