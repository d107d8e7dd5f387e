"""What people concluded: append-only; a decision is undone by a later one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Select, func, insert, select

from service.store import history, identities
from service.store.database import AnyRow, insert_one
from service.store.errors import (
    DecidedMeanwhile,
    NoSuchDecision,
    NoSuchEncounter,
    NothingToWithdraw,
    SameNeedsIdentity,
)
from service.store.tables.encounters import decision, encounter, identity

DecisionKind = Literal["same", "new", "cannot_tell", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Decision:
    """One conclusion of one person about one encounter.

    identity_id, identity: whom it names; None for cannot_tell and withdrawn.
    llr, model, calibrator: what the person was shown; None where nothing was shown.
    """

    id: int
    encounter_id: int
    kind: DecisionKind
    identity_id: int | None
    identity: str | None
    llr: float | None
    model: str | None
    calibrator: str | None
    reviewer: str
    note: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class NewDecision:
    """What a person says.

    identity_id: for `same`. name: for `new`; None takes the next free one like L001.
    after: the newest decision the person had seen; 0 for "there was none"; None skips the check.
    """

    kind: DecisionKind
    identity_id: int | None = None
    name: str | None = None
    llr: float | None = None
    model: str | None = None
    calibrator: str | None = None
    reviewer: str = "anonymous"
    note: str = ""
    after: int | None = None


def add(connection: Connection, encounter_id: int, new: NewDecision) -> Decision:
    """Append a decision; earlier ones stay. An identity that it makes gets its first entry."""
    hold(connection, encounter_id)
    last = latest(connection, encounter_id)
    _refuse_stale(last, new)
    named = _named(connection, new)
    made = _insert(connection, encounter_id, named, new)
    if new.kind == "new" and named is not None:
        said = history.PairSaid(encounter_id, encounter_id, new.llr, new.model, new.calibrator)
        shown = history.Evidence((said,)) if new.llr is not None else history.NOTHING
        moved = history.Moved(encounter_id, last.id if last else None, made.id)
        entry = history.Entry("created", named, new.reviewer, new.note, evidence=shown)
        history.append(connection, entry, [moved])
    return made


def move(connection: Connection, encounter_id: int, identity_id: int, new: NewDecision) -> Decision:
    """Let an encounter be this identity from now on, as a part of a change that holds both."""
    return _insert(connection, encounter_id, identity_id, new)


def restore(
    connection: Connection, encounter_id: int, before: int | None, reviewer: str, note: str
) -> Decision:
    """Say again what a decision said, llr and all; None withdraws, because there was none."""
    if before is None:
        gone = NewDecision("withdrawn", reviewer=reviewer, note=note)
        return _insert(connection, encounter_id, None, gone)
    old = get(connection, before)
    shown = {"llr": old.llr, "model": old.model, "calibrator": old.calibrator}
    again = NewDecision(old.kind, reviewer=reviewer, note=note, **shown)  # type: ignore[arg-type]
    return _insert(connection, encounter_id, old.identity_id, again)


def get(connection: Connection, decision_id: int) -> Decision:
    """One decision."""
    row = connection.execute(_select().where(decision.c.id == decision_id)).first()
    if row is None:
        raise NoSuchDecision(decision=decision_id)
    return _decision(row)


def latest(connection: Connection, encounter_id: int) -> Decision | None:
    """The one that counts."""
    newest = _select().where(decision.c.encounter_id == encounter_id).order_by(decision.c.id.desc())
    row = connection.execute(newest.limit(1)).first()
    return None if row is None else _decision(row)


def of_encounter(connection: Connection, encounter_id: int) -> list[Decision]:
    """All decisions on an encounter, oldest first."""
    rows = connection.execute(
        _select().where(decision.c.encounter_id == encounter_id).order_by(decision.c.id)
    )
    return [_decision(row) for row in rows]


def of_identity(connection: Connection, identity_id: int) -> list[Decision]:
    """All decisions that named an identity, oldest first, also those undone since."""
    rows = connection.execute(
        _select().where(decision.c.identity_id == identity_id).order_by(decision.c.id)
    )
    return [_decision(row) for row in rows]


def around(connection: Connection, identity_id: int) -> list[Decision]:
    """Decisions that made an encounter this identity, or another one than this; oldest first."""
    ever = select(decision.c.encounter_id).where(decision.c.identity_id == identity_id)
    query = _select().where(decision.c.encounter_id.in_(ever)).order_by(decision.c.id)
    was: dict[int, int | None] = {}
    found = []
    for row in connection.execute(query):
        one = _decision(row)
        if identity_id in {one.identity_id, was.get(one.encounter_id)}:
            found.append(one)
        was[one.encounter_id] = one.identity_id
    return found


def latest_of(connection: Connection, encounter_ids: Collection[int]) -> dict[int, int]:
    """Encounter -> number of the decision that counts; 0 where there is none."""
    newest = (
        select(decision.c.encounter_id, func.max(decision.c.id).label("id"))
        .where(decision.c.encounter_id.in_(encounter_ids))
        .group_by(decision.c.encounter_id)
    )
    found = {row.encounter_id: row.id for row in connection.execute(newest)}
    return {number: found.get(number, 0) for number in encounter_ids}


def deciders(
    connection: Connection, encounter_ids: Collection[int] | None = None
) -> dict[int, frozenset[str]]:
    """Who ever decided on each of these encounters, or on all that were decided on."""
    query = select(decision.c.encounter_id, decision.c.reviewer).distinct()
    if encounter_ids is not None:
        query = query.where(decision.c.encounter_id.in_(encounter_ids))
    names: dict[int, set[str]] = {}
    for row in connection.execute(query):
        names.setdefault(row.encounter_id, set()).add(row.reviewer)
    return {number: frozenset(reviewers) for number, reviewers in names.items()}


def unanimous(connection: Connection) -> dict[int, int]:
    """Encounter -> identity, of those that were only ever decided to be one identity and are it."""
    now = identities.current().subquery()
    ever = (
        select(decision.c.encounter_id)
        .where(decision.c.identity_id.is_not(None))
        .group_by(decision.c.encounter_id)
        .having(func.count(decision.c.identity_id.distinct()) == 1)
    )
    query = select(now).where(now.c.encounter_id.in_(ever)).order_by(now.c.encounter_id)
    return {row.encounter_id: row.identity_id for row in connection.execute(query)}


def hold(connection: Connection, encounter_id: int) -> None:
    """Two people deciding at once are told apart by `after`."""
    held = select(encounter.c.id).where(encounter.c.id == encounter_id).with_for_update()
    if connection.execute(held).first() is None:
        raise NoSuchEncounter(encounter=encounter_id)


def hold_all(connection: Connection, encounter_ids: Collection[int]) -> set[int]:
    """Hold encounters in the order of their numbers, so that two changes wait and never block.

    Returns the numbers of those that exist.
    """
    query = select(encounter.c.id).where(encounter.c.id.in_(encounter_ids)).order_by(encounter.c.id)
    return set(connection.execute(query.with_for_update()).scalars())


def _insert(
    connection: Connection, encounter_id: int, identity_id: int | None, new: NewDecision
) -> Decision:
    values = {
        f: getattr(new, f) for f in ("kind", "llr", "model", "calibrator", "reviewer", "note")
    }
    row = insert(decision).values(encounter_id=encounter_id, identity_id=identity_id, **values)
    return get(connection, insert_one(connection, row))


def _refuse_stale(last: Decision | None, new: NewDecision) -> None:
    seen = last.id if last else 0
    if new.after is not None and new.after != seen:
        raise DecidedMeanwhile()
    if new.kind == "withdrawn" and (last is None or last.kind == "withdrawn"):
        raise NothingToWithdraw()


def _named(connection: Connection, new: NewDecision) -> int | None:
    """The identity a decision points to; `new` makes it."""
    if new.kind == "new":
        return identities.add(connection, new.name)
    if new.kind == "same":
        if new.identity_id is None:
            raise SameNeedsIdentity()
        identities.hold_for_decision(connection, new.identity_id)
        return new.identity_id
    return None


def _select() -> Select[*tuple[Any, ...]]:
    return select(decision, identity.c.name.label("identity")).outerjoin(
        identity, identity.c.id == decision.c.identity_id
    )


def _decision(row: AnyRow) -> Decision:
    return Decision(**{name: row._mapping[name] for name in Decision.__slots__})
