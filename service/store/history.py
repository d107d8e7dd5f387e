"""What became of identities, as it was written down: append-only, an undo is an entry too."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from service.store.database import AnyRow, gathered, insert_one, row_or, value_of
from service.store.errors import NoSuchChange, UndoneAlready
from service.store.tables.encounters import encounter
from service.store.tables.history import identity_change, identity_change_encounter

ChangeKind = Literal[
    "created", "joined", "renamed", "described", "merged", "split", "kept", "undone"
]
Fields = Mapping[int, Mapping[str, Any]]
"""Identity -> values of its fields."""


@dataclass(frozen=True, slots=True)
class PairSaid:
    """Two encounters and what the machine measured on them; llr None: nothing was measured."""

    one: int
    other: int
    llr: float | None = None
    model: str | None = None
    calibrator: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeEvidence:
    """What a change rests on. opinions: numbers of observers' opinions.

    posterior: of the partition that a split follows; all_one: that all of it is one animal.
    conflict: the kind of contradiction that was looked at and kept.
    """

    pairs: tuple[PairSaid, ...] = ()
    opinions: tuple[int, ...] = ()
    posterior: float | None = None
    all_one: float | None = None
    conflict: str | None = None


NOTHING = ChangeEvidence()


@dataclass(frozen=True, slots=True)
class Moved:
    """An encounter that a change gave another decision. before None: it had no decision."""

    encounter_id: int
    before: int | None
    after: int


@dataclass(frozen=True, slots=True)
class NewChange:
    """What is to be written down.

    other_id: the identity that was merged in or split off, or that a conflict is with. before,
    after: identity -> fields that changed. undoes: the entry that this one takes back.
    """

    kind: ChangeKind
    identity_id: int
    reviewer: str
    reason: str = ""
    other_id: int | None = None
    before: Fields = field(default_factory=dict)
    after: Fields = field(default_factory=dict)
    evidence: ChangeEvidence = NOTHING
    undoes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityChange(NewChange):
    """One entry of the history. undone: an undo of it stands."""

    id: int
    changed_at: datetime
    encounters: tuple[Moved, ...]
    undone: bool


def append(connection: Connection, entry: NewChange, moved: Sequence[Moved] = ()) -> int:
    """Write an entry down; returns its number."""
    values = asdict(entry)
    values["evidence"] = _lean(values["evidence"])
    for name in ("before", "after", "evidence"):
        values[name] = json.dumps(values[name], ensure_ascii=False)
    try:
        number = insert_one(connection, insert(identity_change).values(values))
    except IntegrityError as error:  # two undo at the same moment
        raise UndoneAlready(change=entry.undoes) from error
    if moved:
        rows = [
            {"encounter_id": move.encounter_id, "before_id": move.before, "after_id": move.after}
            for move in moved
        ]
        connection.execute(insert(identity_change_encounter).values(change_id=number), rows)
    return number


def get(connection: Connection, change_id: int) -> IdentityChange:
    """One entry."""
    query = select(identity_change).where(identity_change.c.id == change_id)
    return _changes(connection, [row_or(connection, query, NoSuchChange(change=change_id))])[0]


def of_identity(connection: Connection, identity_id: int) -> list[IdentityChange]:
    """Everything that became of an identity, oldest first, also where it is the other one."""
    table = identity_change
    concerned = (table.c.identity_id == identity_id) | (table.c.other_id == identity_id)
    rows = connection.execute(select(table).where(concerned).order_by(table.c.id)).all()
    return _changes(connection, rows)


def search(
    connection: Connection, kinds: Collection[ChangeKind] = (), *, limit: int = 100, offset: int = 0
) -> list[IdentityChange]:
    """Entries of these kinds, or all of them; newest first."""
    query = select(identity_change).order_by(identity_change.c.id.desc())
    if kinds:
        query = query.where(identity_change.c.kind.in_(kinds))
    return _changes(connection, connection.execute(query.limit(limit).offset(offset)).all())


def undone(connection: Connection) -> frozenset[int]:
    """Entries that are taken back now: an undo counts until it is itself undone."""
    table = identity_change
    undoing = connection.execute(
        select(table.c.id, table.c.undoes)
        .where(table.c.undoes.is_not(None))
        .order_by(table.c.id.desc())
    )
    dead: set[int] = set()
    for row in undoing:
        if row.id not in dead:
            dead.add(row.undoes)
    return frozenset(dead)


def former_names(connection: Connection) -> dict[int, frozenset[str]]:
    """Names that identities had before they were renamed."""
    table = identity_change
    rows = connection.execute(
        select(table.c.before, table.c.after).where(table.c.kind.in_(["renamed", "undone"]))
    )
    names = gathered(
        (number, fields["name"])
        for row in rows
        for text in (row.before, row.after)
        for number, fields in _fields(text).items()
        if "name" in fields
    )
    return {number: frozenset(former) for number, former in names.items()}


def made_by(connection: Connection, decision_ids: Collection[int]) -> dict[int, int]:
    """Decision -> the change that took it, for decisions that a change took."""
    table = identity_change_encounter
    query = select(table.c.after_id, table.c.change_id).where(table.c.after_id.in_(decision_ids))
    return {row.after_id: row.change_id for row in connection.execute(query)}


def _lean(values: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty."""
    return {name: value for name, value in values.items() if value not in (None, (), [])}


def _changes(connection: Connection, rows: Sequence[AnyRow]) -> list[IdentityChange]:
    if not rows:
        return []
    table, dead = identity_change_encounter, undone(connection)
    links = connection.execute(
        select(table)
        .join(encounter, encounter.c.id == table.c.encounter_id)
        .where(table.c.change_id.in_([row.id for row in rows]))
        .order_by(encounter.c.started_at, encounter.c.id)
    )
    moved = gathered(
        (link.change_id, Moved(link.encounter_id, link.before_id, link.after_id)) for link in links
    )
    return [_change(row, tuple(moved.get(row.id, ())), row.id in dead) for row in rows]


def _change(row: AnyRow, moved: tuple[Moved, ...], dead: bool) -> IdentityChange:
    evidence = json.loads(row.evidence)
    pairs = tuple(PairSaid(**pair) for pair in evidence.pop("pairs", ()))
    opinions = tuple(evidence.pop("opinions", ()))
    rests_on = ChangeEvidence(pairs, opinions, **evidence)
    values = {"before": _fields(row.before), "after": _fields(row.after), "evidence": rests_on}
    return value_of(IdentityChange, row, encounters=moved, undone=dead, **values)


def _fields(text: str) -> Fields:
    return {int(number): fields for number, fields in json.loads(text).items()}
