"""Identities made, named, described, merged and split; every change leaves an entry that undoes it.

Encounters move by decisions only. An identity that was merged away stays, empty: `merged_into` says
where its encounters went. So that nobody overwrites anybody, encounters and identities are held
while they change hands, in the order of their numbers, and what a person had seen is compared.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from reid.interchange.individual_names import fit_name
from service.catalogue import errors
from service.store import decisions, history, identities
from service.store.decisions import Decision, NewDecision
from service.store.errors import NoSuchIdentity, UndoneAlready
from service.store.history import ChangeEvidence, Fields, IdentityChange, Moved, PairSaid
from service.store.identities import IdentityRecord, LifeStage, Sex


@dataclass(frozen=True, slots=True)
class Grounds:
    """On what grounds somebody changes something: who, why, and from which evidence and state.

    after: encounter -> its newest decision as the person had it in view. newest: the newest entry
    of the identity's history, or the newest opinion on a contradiction, that the person had in
    view, 0 for none. None skips the check.
    """

    reviewer: str = "anonymous"
    reason: str = ""
    evidence: ChangeEvidence = history.NOTHING
    after: Mapping[int, int] | None = None
    newest: int | None = None


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
    grounds: Grounds,
    described: Description | None = None,
) -> IdentityChange:
    """Name a new individual, and let these encounters be it; they may be none."""
    _hold(connection, ids, ())
    _refuse_unseen(connection, ids, grounds)
    number = identities.add(connection, name)
    if described:
        _set(connection, {number: asdict(described)})
    moved = _move(connection, ids, number, grounds)
    return _recorded(connection, "created", number, grounds, moved)


def gather(
    connection: Connection,
    identity_id: int | None,
    name: str | None,
    decided: Mapping[int, NewDecision],
    grounds: Grounds,
) -> tuple[IdentityChange, list[Decision]]:
    """Let encounters be one identity, each by a decision that says what it rests on; one entry.

    identity_id None: a new identity of this name. decided: by encounter.
    """
    _hold(connection, decided, ())
    _refuse_unseen(connection, decided, grounds)
    kind: history.ChangeKind = "created" if identity_id is None else "joined"
    if identity_id is None:
        number = identities.add(connection, name)
    else:
        number = identity_id
        identities.hold_for_decision(connection, number)
    before = decisions.latest_of(connection, decided)
    taken: list[Decision] = []
    for encounter_id, new in decided.items():
        first = kind == "created" and not taken
        of_kind = replace(new, kind="new" if first else "same")
        taken.append(decisions.move(connection, encounter_id, number, of_kind))
    moved = [Moved(new.encounter_id, before[new.encounter_id] or None, new.id) for new in taken]
    return _recorded(connection, kind, number, grounds, moved), taken


def rename(connection: Connection, identity_id: int, name: str, grounds: Grounds) -> IdentityChange:
    """Another name; the former one stays in the history and can be found."""
    name, before = fit_name(name), _held_identity(connection, identity_id, grounds)
    if before.name == name:
        raise errors.NameUnchanged(name=name)
    return _edit(connection, "renamed", before, {"name": name}, grounds)


def describe(
    connection: Connection, identity_id: int, described: Description, grounds: Grounds
) -> IdentityChange:
    """Sex, life stage and note."""
    before = _held_identity(connection, identity_id, grounds)
    values = asdict(described)
    changed = {name: value for name, value in values.items() if getattr(before, name) != value}
    if not changed:
        raise errors.DescriptionUnchanged(name=before.name)
    return _edit(connection, "described", before, changed, grounds)


def merge(
    connection: Connection, identity_id: int, other_id: int, grounds: Grounds
) -> IdentityChange:
    """All encounters of the other identity become this one; the other stays, empty."""
    if identity_id == other_id:
        raise errors.MergedWithItself()
    ids = list(identities.encounters_of(connection, other_id))
    _hold(connection, ids, (identity_id, other_id))
    into, other = _record(connection, identity_id), _record(connection, other_id)
    for record in (into, other):
        _refuse_merged_away(connection, record)
    if not ids:
        raise errors.NothingToMerge(name=other.name)
    if set(identities.encounters_of(connection, other_id)) != set(ids):
        raise errors.DecidedThisMoment(name=other.name)
    _refuse_unseen(connection, ids, grounds)
    moved = _move(connection, ids, identity_id, grounds)
    went: Fields = {other_id: {"merged_into": identity_id}}
    _set(connection, went)
    fields: dict[str, Any] = {"before": {other_id: {"merged_into": None}}, "after": went}
    return _recorded(connection, "merged", identity_id, grounds, moved, other_id=other_id, **fields)


def split(
    connection: Connection,
    identity_id: int,
    ids: Collection[int],
    into: int | str | None,
    grounds: Grounds,
) -> IdentityChange:
    """These encounters leave, into an identity that exists, or a new one of this name.

    into None: the next free name. Undone, a new identity is empty and says where they went.
    """
    is_new = not isinstance(into, int)
    _hold(connection, ids, (identity_id,) if is_new else (identity_id, int(into or 0)))
    source = _record(connection, identity_id)
    has = set(identities.encounters_of(connection, identity_id))
    if not ids:
        raise errors.NobodyLeaves()
    if gone := sorted(set(ids) - has):
        raise (errors.LeftAlready if len(gone) == 1 else errors.SeveralLeftAlready)(
            encounters=errors.numbered(gone), name=source.name
        )
    if set(ids) == has:
        raise errors.EveryoneLeaves(name=source.name)
    _refuse_unseen(connection, ids, grounds)
    other_id, before, after = _target(connection, source, into)
    moved = _move(connection, ids, other_id, grounds)
    fields: dict[str, Any] = {"before": before, "after": after}
    return _recorded(connection, "split", identity_id, grounds, moved, other_id=other_id, **fields)


def keep(
    connection: Connection, identity_id: int, other_id: int | None, grounds: Grounds
) -> IdentityChange:
    """A contradiction was looked at and stays as it is, for a reason."""
    if not grounds.reason.strip():
        raise errors.ReasonToKeepMissing()
    _hold(connection, (), [identity_id, *([other_id] if other_id else [])])
    _record(connection, identity_id)
    return _recorded(connection, "kept", identity_id, grounds, other_id=other_id)


def undo(connection: Connection, change_id: int, grounds: Grounds) -> IdentityChange:
    """Put back exactly what stood before a change, as a new entry; an undo can be undone.

    Refused where somebody decided since on an encounter of it, with the numbers of these.
    """
    done = history.get(connection, change_id)
    _hold(connection, [move.encounter_id for move in done.encounters], _concerned(connection, done))
    done = history.get(connection, change_id)  # as it is now that nobody else can undo it
    if done.undone:
        raise UndoneAlready(change=change_id)
    _refuse_changed_since(connection, done)
    _set(connection, done.before)
    moved = [_restored(connection, move, change_id, grounds) for move in done.encounters]
    _refuse_lost(connection, done)
    fields: dict[str, Any] = {"before": done.after, "after": done.before, "undoes": change_id}
    signed, other = Grounds(grounds.reviewer, grounds.reason), done.other_id
    return _recorded(
        connection, "undone", done.identity_id, signed, moved, other_id=other, **fields
    )


def _edit(
    connection: Connection,
    kind: history.ChangeKind,
    before: IdentityRecord,
    changed: Mapping[str, Any],
    grounds: Grounds,
) -> IdentityChange:
    old: Fields = {before.id: {name: getattr(before, name) for name in changed}}
    new: Fields = {before.id: changed}
    _set(connection, new)
    return _recorded(connection, kind, before.id, grounds, before=old, after=new)


def _recorded(
    connection: Connection,
    kind: history.ChangeKind,
    identity_id: int,
    grounds: Grounds,
    moved: Sequence[Moved] = (),
    **fields: Any,  # noqa: ANN401  other fields of a NewChange
) -> IdentityChange:
    """Write a change down; the entry, as it can be read from now on."""
    new = history.NewChange(kind, identity_id, grounds.reviewer, grounds.reason, **fields)
    entry = replace(new, evidence=grounds.evidence)
    return history.get(connection, history.append(connection, entry, moved))


def _target(
    connection: Connection, source: IdentityRecord, into: int | str | None
) -> tuple[int, Fields, Fields]:
    """Where encounters go that leave, and what that changes of it besides."""
    if isinstance(into, int):
        if into == source.id:
            raise errors.SplitIntoItself()
        _refuse_merged_away(connection, _record(connection, into))
        return into, {}, {}
    number = identities.add(connection, into)
    return number, {number: {"merged_into": source.id}}, {number: {"merged_into": None}}


def _hold(connection: Connection, encounters: Iterable[int], numbers: Iterable[int]) -> None:
    """Encounters first, then identities, each in order: so two changes wait, and never block."""
    encounter_ids = set(encounters)
    if encounter_ids:
        existing = decisions.hold_all(connection, encounter_ids)
        if missing := sorted(encounter_ids - existing):
            raise errors.NoSuchEncounters(encounters=errors.numbered(missing))
    identities.hold(connection, set(numbers))


def _record(connection: Connection, identity_id: int) -> IdentityRecord:
    record = identities.record(connection, identity_id)
    if record is None:
        raise NoSuchIdentity(identity=identity_id)
    return record


def _held_identity(connection: Connection, identity_id: int, grounds: Grounds) -> IdentityRecord:
    _hold(connection, (), (identity_id,))
    record = _record(connection, identity_id)
    if grounds.newest is not None:
        entries = history.of_identity(connection, identity_id)
        if grounds.newest != (entries[-1].id if entries else 0):
            raise errors.ChangedMeanwhile(name=record.name)
    return record


def _set(connection: Connection, fields: Fields) -> None:
    for number, values in fields.items():
        try:
            identities.edit(connection, number, values)
        except IntegrityError as error:
            raise errors.NameTaken(name=values.get("name")) from error


def _move(
    connection: Connection, ids: Collection[int], identity_id: int, grounds: Grounds
) -> list[Moved]:
    """Decisions that these encounters are this identity, with what the machine said of them."""
    before = decisions.latest_of(connection, sorted(ids))
    moved = []
    for number, last in before.items():
        shown = _strongest(grounds.evidence.pairs, number)
        new = NewDecision("same", reviewer=grounds.reviewer, note=grounds.reason)
        if shown:
            new = replace(new, llr=shown.llr, model=shown.model, calibrator=shown.calibrator)
        decision = decisions.move(connection, number, identity_id, new)
        moved.append(Moved(number, last or None, decision.id))
    return moved


def _strongest(pairs: Iterable[PairSaid], encounter_id: int) -> PairSaid | None:
    """The strongest llr in view, of this encounter or else of any: the decision had its help."""
    measured = [pair for pair in pairs if pair.llr is not None]
    own = [pair for pair in measured if encounter_id in {pair.one, pair.other}]
    return max(own or measured, key=lambda pair: abs(pair.llr or 0), default=None)


def _restored(connection: Connection, move: Moved, change_id: int, grounds: Grounds) -> Moved:
    note = f"undo of change {change_id}" + (f": {grounds.reason}" if grounds.reason else "")
    decision = decisions.restore(connection, move.encounter_id, move.before, grounds.reviewer, note)
    return Moved(move.encounter_id, move.after, decision.id)


def _refuse_unseen(connection: Connection, ids: Collection[int], grounds: Grounds) -> None:
    """Refuse where what moves is not what the person had seen, as it was."""
    if grounds.after is None:
        return
    newest = decisions.latest_of(connection, {*ids, *grounds.after})
    in_view = {number: -1 if number in ids else last for number, last in newest.items()}
    in_view |= grounds.after
    if late := sorted(number for number, last in newest.items() if in_view[number] != last):
        raise errors.DecidedOnMeanwhile(encounters=errors.numbered(late))


def _refuse_merged_away(connection: Connection, record: IdentityRecord) -> None:
    if record.merged_into is not None:
        into = identities.name_of(connection, record.merged_into)
        raise errors.MergedMeanwhile(name=record.name, into=into)


def _refuse_changed_since(connection: Connection, done: IdentityChange) -> None:
    newest = decisions.latest_of(connection, [move.encounter_id for move in done.encounters])
    late = [
        move.encounter_id for move in done.encounters if newest[move.encounter_id] != move.after
    ]
    if late:
        raise errors.DecidedSince(encounters=errors.numbered(sorted(late)))
    for number, fields in done.after.items():
        now = _record(connection, number)
        if changed := [name for name, value in fields.items() if getattr(now, name) != value]:
            raise errors.FieldsChangedSince(
                fields=tuple(errors.FIELDS[name]() for name in changed), name=now.name
            )


def _concerned(connection: Connection, done: IdentityChange) -> set[int]:
    """Identities that a change names, or that its encounters were before."""
    stood = [decisions.get(connection, m.before) for m in done.encounters if m.before is not None]
    named = {decision.identity_id for decision in stood if decision.identity_id is not None}
    return {done.identity_id, *done.before, *([done.other_id] if done.other_id else []), *named}


def _refuse_lost(connection: Connection, done: IdentityChange) -> None:
    """No encounter may be an identity that was merged away: it would be out of the catalogue."""
    for number in sorted(_concerned(connection, done)):
        now, left = _record(connection, number), identities.encounters_of(connection, number)
        if now.merged_into is not None and left:
            into = identities.name_of(connection, now.merged_into)
            lost = errors.numbered(sorted(left))
            raise errors.EncountersWouldBeLost(name=now.name, into=into, encounters=lost)
