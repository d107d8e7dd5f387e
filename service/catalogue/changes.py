"""Identities made, named, described, merged and split; every change leaves an entry that undoes it.

Encounters move by decisions only. An identity that was merged away stays, empty: `merged_into` says
where its encounters went. So that nobody overwrites anybody, encounters and identities are held
while they change hands, in the order of their numbers, and what a person had seen is compared.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError

from service.catalogue.errors import (
    FIELDS,
    ChangedMeanwhile,
    DecidedOnMeanwhile,
    DecidedSince,
    DecidedThisMoment,
    DescriptionUnchanged,
    EncountersWouldBeLost,
    EveryoneLeaves,
    FieldsChangedSince,
    LeftAlready,
    MergedMeanwhile,
    MergedWithItself,
    NameTaken,
    NameUnchanged,
    NobodyLeaves,
    NoSuchEncounters,
    NothingToMerge,
    ReasonToKeepMissing,
    SeveralLeftAlready,
    SplitIntoItself,
    numbered,
)
from service.store import decisions, history, identities
from service.store.decisions import Decision, NewDecision
from service.store.errors import NoSuchIdentity, UndoneAlready
from service.store.history import NOTHING, Change, Entry, Evidence, Fields, Moved, PairSaid
from service.store.identities import Known, LifeStage, Sex
from service.store.tables.encounters import encounter, identity


@dataclass(frozen=True, slots=True)
class Asked:
    """Who changes something, why, and from what.

    after: encounter -> its newest decision as the person had seen it. seen: the newest entry of the
    identity's history that the person had seen, 0 for none. None skips the check.
    """

    reviewer: str = "anonymous"
    reason: str = ""
    evidence: Evidence = NOTHING
    after: Mapping[int, int] | None = None
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of an individual besides its coat."""

    sex: Sex = "unknown"
    life_stage: LifeStage = "unknown"
    note: str = ""


def create(
    connection: Connection,
    name: str | None,
    ids: Collection[int],
    asked: Asked,
    described: Description | None = None,
) -> Change:
    """Name a new individual, and let these encounters be it; they may be none."""
    _hold(connection, ids, ())
    _refuse_unseen(connection, ids, asked)
    number = identities.add(connection, name)
    if described:
        _set(connection, {number: asdict(described)})
    moved = _move(connection, ids, number, asked)
    entry = Entry("created", number, asked.reviewer, asked.reason, evidence=asked.evidence)
    return history.get(connection, history.append(connection, entry, moved))


def gather(
    connection: Connection,
    identity_id: int | None,
    name: str | None,
    decided: Mapping[int, NewDecision],
    asked: Asked,
) -> tuple[Change, list[Decision]]:
    """Let encounters be one identity, each by a decision that says what it rests on; one entry.

    identity_id None: a new identity of this name. decided: by encounter.
    """
    _hold(connection, decided, ())
    _refuse_unseen(connection, decided, asked)
    kind: history.ChangeKind = "created" if identity_id is None else "joined"
    if identity_id is None:
        number = identities.add(connection, name)
    else:
        number = identity_id
        identities.hold_for_decision(connection, number)
    before = decisions.latest_of(connection, decided)
    made: list[Decision] = []
    for one, new in decided.items():
        first = kind == "created" and not made
        as_said = replace(new, kind="new" if first else "same")
        made.append(decisions.move(connection, one, number, as_said))
    moved = [Moved(one.encounter_id, before[one.encounter_id] or None, one.id) for one in made]
    entry = Entry(kind, number, asked.reviewer, asked.reason, evidence=asked.evidence)
    return history.get(connection, history.append(connection, entry, moved)), made


def rename(connection: Connection, identity_id: int, name: str, asked: Asked) -> Change:
    """Another name; the former one stays in the history and can be found."""
    before = _held(connection, identity_id, asked)
    if before.name == name:
        raise NameUnchanged(name=name)
    return _edit(connection, "renamed", before, {"name": name}, asked)


def describe(
    connection: Connection, identity_id: int, described: Description, asked: Asked
) -> Change:
    """Sex, life stage and note."""
    before = _held(connection, identity_id, asked)
    wanted = asdict(described)
    changed = {name: value for name, value in wanted.items() if getattr(before, name) != value}
    if not changed:
        raise DescriptionUnchanged(name=before.name)
    return _edit(connection, "described", before, changed, asked)


def merge(connection: Connection, identity_id: int, other_id: int, asked: Asked) -> Change:
    """All encounters of the other identity become this one; the other stays, empty."""
    if identity_id == other_id:
        raise MergedWithItself()
    ids = list(identities.encounters_of(connection, other_id))
    _hold(connection, ids, (identity_id, other_id))
    into, other = _known(connection, identity_id), _known(connection, other_id)
    for one in (into, other):
        _refuse_merged_away(connection, one)
    if not ids:
        raise NothingToMerge(name=other.name)
    if set(identities.encounters_of(connection, other_id)) != set(ids):
        raise DecidedThisMoment(name=other.name)
    _refuse_unseen(connection, ids, asked)
    moved = _move(connection, ids, identity_id, asked)
    went: dict[str, Any] = {"merged_into": identity_id}
    _set(connection, {other_id: went})
    entry = Entry(
        "merged",
        identity_id,
        asked.reviewer,
        asked.reason,
        other_id,
        {other_id: {"merged_into": None}},
        {other_id: went},
        asked.evidence,
    )
    return history.get(connection, history.append(connection, entry, moved))


def split(
    connection: Connection,
    identity_id: int,
    ids: Collection[int],
    into: int | str | None,
    asked: Asked,
) -> Change:
    """These encounters leave, into an identity that exists, or a new one of this name.

    into None: the next free name. Undone, a new identity is empty and says where they went.
    """
    made = not isinstance(into, int)
    _hold(connection, ids, (identity_id,) if made else (identity_id, int(into or 0)))
    source = _known(connection, identity_id)
    has = set(identities.encounters_of(connection, identity_id))
    if not ids:
        raise NobodyLeaves()
    if gone := sorted(set(ids) - has):
        raise (LeftAlready if len(gone) == 1 else SeveralLeftAlready)(
            encounters=numbered(gone), name=source.name
        )
    if set(ids) == has:
        raise EveryoneLeaves(name=source.name)
    _refuse_unseen(connection, ids, asked)
    other_id, before, after = _target(connection, source, into)
    moved = _move(connection, ids, other_id, asked)
    entry = Entry(
        *("split", identity_id, asked.reviewer, asked.reason, other_id, before, after),
        evidence=asked.evidence,
    )
    return history.get(connection, history.append(connection, entry, moved))


def keep(connection: Connection, identity_id: int, other_id: int | None, asked: Asked) -> Change:
    """A contradiction was looked at and stays as it is, for a reason."""
    if not asked.reason.strip():
        raise ReasonToKeepMissing()
    _hold(connection, (), [identity_id, *([other_id] if other_id else [])])
    _known(connection, identity_id)
    entry = Entry(
        *("kept", identity_id, asked.reviewer, asked.reason, other_id), evidence=asked.evidence
    )
    return history.get(connection, history.append(connection, entry))


def undo(connection: Connection, change_id: int, asked: Asked) -> Change:
    """Put back exactly what stood before a change, as a new entry; an undo can be undone.

    Refused where somebody decided since on an encounter of it, with the numbers of these.
    """
    done = history.get(connection, change_id)
    _hold(connection, [one.encounter_id for one in done.encounters], _concerned(connection, done))
    done = history.get(connection, change_id)  # as it is now that nobody else can undo it
    if done.undone:
        raise UndoneAlready(change=change_id)
    _refuse_changed_since(connection, done)
    _set(connection, done.before)
    moved = [_restored(connection, one, change_id, asked) for one in done.encounters]
    _refuse_lost(connection, done)
    entry = Entry(
        "undone",
        done.identity_id,
        asked.reviewer,
        asked.reason,
        done.other_id,
        done.after,
        done.before,
        undoes=change_id,
    )
    return history.get(connection, history.append(connection, entry, moved))


def _edit(
    connection: Connection,
    kind: history.ChangeKind,
    before: Known,
    changed: Mapping[str, Any],
    asked: Asked,
) -> Change:
    number = before.id
    old = {name: getattr(before, name) for name in changed}
    _set(connection, {number: changed})
    entry = Entry(
        *(kind, number, asked.reviewer, asked.reason, None, {number: old}, {number: changed}),
        evidence=asked.evidence,
    )
    return history.get(connection, history.append(connection, entry))


def _target(
    connection: Connection, source: Known, into: int | str | None
) -> tuple[int, Fields, Fields]:
    """Where encounters go that leave, and what that changes of it besides."""
    if isinstance(into, int):
        if into == source.id:
            raise SplitIntoItself()
        _refuse_merged_away(connection, _known(connection, into))
        return into, {}, {}
    made = identities.add(connection, into)
    return made, {made: {"merged_into": source.id}}, {made: {"merged_into": None}}


def _hold(connection: Connection, encounters: Iterable[int], numbers: Iterable[int]) -> None:
    """Encounters first, then identities, each in order: so two changes wait, and never block."""
    wanted = sorted(set(encounters))
    if wanted:
        rows = select(encounter.c.id).where(encounter.c.id.in_(wanted)).order_by(encounter.c.id)
        found = set(connection.execute(rows.with_for_update()).scalars())
        if missing := sorted(set(wanted) - found):
            raise NoSuchEncounters(encounters=numbered(missing))
    held = sorted(set(numbers))
    if held:
        query = select(identity.c.id).where(identity.c.id.in_(held)).order_by(identity.c.id)
        connection.execute(query.with_for_update(key_share=True)).all()


def _known(connection: Connection, identity_id: int) -> Known:
    columns = [identity.c[name] for name in Known.__slots__]
    row = connection.execute(select(*columns).where(identity.c.id == identity_id)).first()
    if row is None:
        raise NoSuchIdentity(identity=identity_id)
    return Known(**row._mapping)


def _held(connection: Connection, identity_id: int, asked: Asked) -> Known:
    _hold(connection, (), (identity_id,))
    found = _known(connection, identity_id)
    if asked.seen is not None:
        entries = history.of_identity(connection, identity_id)
        if asked.seen != (entries[-1].id if entries else 0):
            raise ChangedMeanwhile(name=found.name)
    return found


def _set(connection: Connection, fields: Fields) -> None:
    for number, values in fields.items():
        try:
            changed = update(identity).where(identity.c.id == number).values(**values)
            connection.execute(changed)
        except IntegrityError as error:
            raise NameTaken(name=values.get("name")) from error


def _move(
    connection: Connection, ids: Collection[int], identity_id: int, asked: Asked
) -> list[Moved]:
    """Decisions that these encounters are this identity, with what the machine said of them."""
    before = decisions.latest_of(connection, sorted(ids))
    moved = []
    for number, last in before.items():
        shown = _shown(asked.evidence.pairs, number)
        new = NewDecision(
            "same",
            llr=shown.llr if shown else None,
            model=shown.model if shown else None,
            calibrator=shown.calibrator if shown else None,
            reviewer=asked.reviewer,
            note=asked.reason,
        )
        made = decisions.move(connection, number, identity_id, new)
        moved.append(Moved(number, last or None, made.id))
    return moved


def _shown(pairs: Iterable[PairSaid], encounter_id: int) -> PairSaid | None:
    """The strongest llr in view, of this encounter or else of any: the decision had its help."""
    measured = [one for one in pairs if one.llr is not None]
    own = [one for one in measured if encounter_id in {one.one, one.other}]
    return max(own or measured, key=lambda one: abs(one.llr or 0), default=None)


def _restored(connection: Connection, one: Moved, change_id: int, asked: Asked) -> Moved:
    note = f"undo of change {change_id}" + (f": {asked.reason}" if asked.reason else "")
    made = decisions.restore(connection, one.encounter_id, one.before, asked.reviewer, note)
    return Moved(one.encounter_id, one.after, made.id)


def _refuse_unseen(connection: Connection, ids: Collection[int], asked: Asked) -> None:
    """Refuse where what moves is not what the person had seen, as it was."""
    if asked.after is None:
        return
    newest = decisions.latest_of(connection, {*ids, *asked.after})
    late = [n for n, last in newest.items() if asked.after.get(n, -1 if n in ids else last) != last]
    if late:
        raise DecidedOnMeanwhile(encounters=numbered(sorted(late)))


def _refuse_merged_away(connection: Connection, one: Known) -> None:
    if one.merged_into is not None:
        into = identities.name_of(connection, one.merged_into)
        raise MergedMeanwhile(name=one.name, into=into)


def _refuse_changed_since(connection: Connection, done: Change) -> None:
    newest = decisions.latest_of(connection, [one.encounter_id for one in done.encounters])
    late = [one.encounter_id for one in done.encounters if newest[one.encounter_id] != one.after]
    if late:
        raise DecidedSince(encounters=numbered(sorted(late)))
    for number, fields in done.after.items():
        now = _known(connection, number)
        if changed := [name for name, value in fields.items() if getattr(now, name) != value]:
            raise FieldsChangedSince(
                fields=tuple(FIELDS[name]() for name in changed), name=now.name
            )


def _concerned(connection: Connection, done: Change) -> set[int]:
    """Identities that a change names, or that its encounters were before."""
    stood = [decisions.get(connection, m.before) for m in done.encounters if m.before is not None]
    named = {one.identity_id for one in stood if one.identity_id is not None}
    return {done.identity_id, *done.before, *([done.other_id] if done.other_id else []), *named}


def _refuse_lost(connection: Connection, done: Change) -> None:
    """No encounter may be an identity that was merged away: it would be out of the catalogue."""
    for number in sorted(_concerned(connection, done)):
        now, left = _known(connection, number), identities.encounters_of(connection, number)
        if now.merged_into is not None and left:
            into = identities.name_of(connection, now.merged_into)
            raise EncountersWouldBeLost(name=now.name, into=into, encounters=numbered(sorted(left)))
