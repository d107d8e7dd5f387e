"""What people concluded: append-only; a decision is undone by a later one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, func, insert, select

from service.store import errors, history, identities
from service.store.database import gathered, insert_one, row_or, value_of
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
    recorded = _insert(connection, encounter_id, named, new)
    if new.kind == "new" and named is not None:
        pair = history.PairSaid(encounter_id, encounter_id, new.llr, new.model, new.calibrator)
        shown = history.ChangeEvidence((pair,)) if new.llr is not None else history.NOTHING
        moved = history.Moved(encounter_id, last.id if last else None, recorded.id)
        entry = history.NewChange("created", named, new.reviewer, new.note, evidence=shown)
        history.append(connection, entry, [moved])
    return recorded


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
    query = _select().where(decision.c.id == decision_id)
    return value_of(
        Decision, row_or(connection, query, errors.NoSuchDecision(decision=decision_id))
    )


def latest(connection: Connection, encounter_id: int) -> Decision | None:
    """The one that counts."""
    newest = _select().where(decision.c.encounter_id == encounter_id).order_by(decision.c.id.desc())
    row = connection.execute(newest.limit(1)).first()
    return None if row is None else value_of(Decision, row)


def of_encounter(connection: Connection, encounter_id: int) -> list[Decision]:
    """All decisions on an encounter, oldest first."""
    return _decisions(connection, decision.c.encounter_id == encounter_id)


def of_identity(connection: Connection, identity_id: int) -> list[Decision]:
    """All decisions that named an identity, oldest first, also those undone since."""
    return _decisions(connection, decision.c.identity_id == identity_id)


def around(connection: Connection, identity_id: int) -> list[Decision]:
    """Decisions that made an encounter this identity, or another one than this; oldest first."""
    ever = select(decision.c.encounter_id).where(decision.c.identity_id == identity_id)
    was: dict[int, int | None] = {}
    decisions = []
    for taken in _decisions(connection, decision.c.encounter_id.in_(ever)):
        if identity_id in {taken.identity_id, was.get(taken.encounter_id)}:
            decisions.append(taken)
        was[taken.encounter_id] = taken.identity_id
    return decisions


def latest_of(connection: Connection, encounter_ids: Collection[int]) -> dict[int, int]:
    """Encounter -> number of the decision that counts; 0 where there is none."""
    newest = (
        select(decision.c.encounter_id, func.max(decision.c.id).label("id"))
        .where(decision.c.encounter_id.in_(encounter_ids))
        .group_by(decision.c.encounter_id)
    )
    numbers = {row.encounter_id: row.id for row in connection.execute(newest)}
    return {number: numbers.get(number, 0) for number in encounter_ids}


def standing(connection: Connection) -> dict[int, Decision]:
    """Encounter -> the decision that counts, for every encounter that has one."""
    latest_ids = identities.latest_decisions().subquery()
    ids = select(latest_ids.c.id).scalar_subquery()
    return {one.encounter_id: one for one in _decisions(connection, decision.c.id.in_(ids))}


def deciders(
    connection: Connection, encounter_ids: Collection[int] | None = None
) -> dict[int, frozenset[str]]:
    """Who ever decided on each of these encounters, or on all that were decided on."""
    query = select(decision.c.encounter_id, decision.c.reviewer).distinct()
    if encounter_ids is not None:
        query = query.where(decision.c.encounter_id.in_(encounter_ids))
    names = gathered((row.encounter_id, row.reviewer) for row in connection.execute(query))
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
    query = select(encounter.c.id).where(encounter.c.id == encounter_id).with_for_update()
    row_or(connection, query, errors.NoSuchEncounter(encounter=encounter_id))


def hold_all(connection: Connection, encounter_ids: Collection[int]) -> set[int]:
    """Hold those that exist, in the order of their numbers: two changes wait, and never block."""
    query = select(encounter.c.id).where(encounter.c.id.in_(encounter_ids)).order_by(encounter.c.id)
    return set(connection.scalars(query.with_for_update()))


def _insert(
    connection: Connection, encounter_id: int, identity_id: int | None, new: NewDecision
) -> Decision:
    values = {
        f: getattr(new, f) for f in ("kind", "llr", "model", "calibrator", "reviewer", "note")
    }
    row = insert(decision).values(encounter_id=encounter_id, identity_id=identity_id, **values)
    return get(connection, insert_one(connection, row))


def _refuse_stale(last: Decision | None, new: NewDecision) -> None:
    present = last.id if last else 0
    if new.after is not None and new.after != present:
        raise errors.DecidedMeanwhile()
    if new.kind == "withdrawn" and (last is None or last.kind == "withdrawn"):
        raise errors.NothingToWithdraw()


def _named(connection: Connection, new: NewDecision) -> int | None:
    """The identity a decision points to; `new` makes it."""
    if new.kind == "new":
        return identities.add(connection, new.name)
    if new.kind == "same":
        if new.identity_id is None:
            raise errors.SameNeedsIdentity()
        identities.hold_for_decision(connection, new.identity_id)
        return new.identity_id
    return None


def _select() -> Select[*tuple[Any, ...]]:
    return select(decision, identity.c.name.label("identity")).outerjoin(
        identity, identity.c.id == decision.c.identity_id
    )


def _decisions(connection: Connection, which: ColumnElement[bool]) -> list[Decision]:
    """Those decisions, oldest first."""
    rows = connection.execute(_select().where(which).order_by(decision.c.id))
    return [value_of(Decision, row) for row in rows]
