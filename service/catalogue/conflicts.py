"""Contradictions of the catalogue with what observers and the machine say, until resolved.

apart: one identity, and somebody or the machine says that two of its encounters differ.
together: two identities, and somebody says that an encounter of each is the same animal.
chain: a is b and b is c, by opinions or identities, and somebody says that a is not c.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Connection

from service.catalogue import changes
from service.catalogue.changes import Asked
from service.catalogue.disclosed import Opinion, Pair, Said, hidden, opinions
from service.catalogue.errors import NoIdentityToKeep, ResolvedAlready, SaidMoreMeanwhile
from service.store import history, identities, pairs
from service.store.history import Change, Evidence, PairSaid
from service.store.identities import current
from service.store.pairs import Maker

ConflictKind = Literal["apart", "together", "chain"]
MOST_MACHINE = 2000


@dataclass(frozen=True, slots=True)
class Machine:
    """Whose evidence counts: that of the network and calibrator in force; None while they load.

    same: the llr from which the verdict is "same", and below minus which "different".
    """

    same: float
    maker: Maker | None


@dataclass(frozen=True, slots=True)
class Named:
    """An identity in a conflict."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two encounters, their identities now, and what speaks against that.

    through: of a chain, the encounter that both are the same as. opinions: those that contradict.
    machine: what was measured, where the machine contradicts. kept: the entry that resolved it.
    """

    kind: ConflictKind
    one: int
    other: int
    through: int | None
    identity: Named | None
    other_identity: Named | None
    opinions: tuple[Opinion, ...]
    machine: PairSaid | None
    kept: int | None = None

    @property
    def identities(self) -> tuple[int, ...]:
        """Numbers of the identities that it concerns."""
        both = (self.identity, self.other_identity)
        return tuple(dict.fromkeys(one.id for one in both if one))


def every(connection: Connection, machine: Machine) -> list[Contradiction]:
    """Those that are open, and those that were kept for a reason, with the entry that says so."""
    found = _found(connection, machine)
    entries = _kept(connection) if found else []
    return [
        replace(one, kept=next((e.id for e in entries if _covers(e, one)), None)) for one in found
    ]


def listed(connection: Connection, machine: Machine, *, kept: bool = False) -> list[Contradiction]:
    """Those that are open, or those that were kept for a reason."""
    return [one for one in every(connection, machine) if (one.kept is not None) == kept]


def keep(
    connection: Connection,
    kind: ConflictKind,
    pair: Pair,
    machine: Machine,
    asked: Asked,
    seen: int,
) -> Change:
    """Resolve one by a reason. seen: the newest opinion that the person had seen, 0 for none."""
    found = [c for c in listed(connection, machine) if (c.kind, c.one, c.other) == (kind, *pair)]
    if not found:
        raise ResolvedAlready()
    one = found[0]
    if newest_opinion(one) != seen:
        raise SaidMoreMeanwhile()
    if not one.identities:
        raise NoIdentityToKeep()
    said = one.machine or PairSaid(one.one, one.other)
    rests = Evidence((said,), tuple(o.id for o in one.opinions), conflict=kind)
    number, *rest = one.identities
    whole = Asked(asked.reviewer, asked.reason, rests)
    return changes.keep(connection, number, rest[0] if rest else None, whole)


def newest_opinion(one: Contradiction) -> int:
    """Number of the newest opinion of it, 0 without any."""
    return max((opinion.id for opinion in one.opinions), default=0)


def _found(connection: Connection, machine: Machine) -> list[Contradiction]:
    names = identities.names(connection)
    of = {row.encounter_id: row.identity_id for row in connection.execute(current())}
    said = opinions(connection)
    against = {(one.one, one.other): one for one in _machine(connection, machine)}
    apart = [*against, *(one.pair for one in said if _shared(of, one.pair))]
    spoken = {one.pair: one for one in said}

    def made(kind: ConflictKind, pair: Pair, answer: str, through: int | None) -> Contradiction:
        speaking = spoken[pair].speaking(answer) if pair in spoken else ()
        one, other = (Named(of[n], names[of[n]]) if n in of else None for n in pair)
        seen = against.get(pair) if kind == "apart" else None
        return Contradiction(kind, *pair, through, one, other, speaking, seen)

    found = [made("apart", pair, "different", None) for pair in sorted(set(apart))]
    found += [
        made("together", one.pair, "same", None)
        for one in said
        if one.speaking("same") and all(n in of for n in one.pair) and not _shared(of, one.pair)
    ]
    found += [made("chain", pair, "different", b) for pair, b in _chains(said, of)]
    return [one for one in found if one.opinions or one.machine]


def _shared(of: Mapping[int, int], pair: Pair) -> bool:
    return pair[0] in of and of[pair[0]] == of.get(pair[1])


def _machine(connection: Connection, machine: Machine) -> list[PairSaid]:
    """Pairs within an identity of which the machine in force says that they differ."""
    if machine.maker is None:
        return []
    maker, secret = machine.maker, hidden(connection)
    inside = [
        PairSaid(*one.couple, one.llr, maker.model, maker.calibrator)
        for one in pairs.inside(connection, maker, -machine.same)
        if one.couple not in secret
    ]
    return sorted(inside, key=lambda one: one.llr or 0.0)[:MOST_MACHINE]


def _chains(said: Iterable[Said], of: Mapping[int, int]) -> list[tuple[Pair, int]]:
    """a = b, b = c and a is not c, where at least one of the two rests on an opinion."""
    near: dict[int, set[int]] = {}
    for one in said:
        if one.speaking("same"):
            near.setdefault(one.one, set()).add(one.other)
            near.setdefault(one.other, set()).add(one.one)
    members: dict[int, set[int]] = {}
    for encounter_id, identity_id in of.items():
        members.setdefault(identity_id, set()).add(encounter_id)

    def like(number: int) -> set[int]:
        own = members.get(of[number], set()) if number in of else set()
        return (near.get(number, set()) | own) - {number}

    found = []
    for one in said:
        if one.speaking("different") and not _shared(of, one.pair):
            both = like(one.one) & like(one.other)
            if both:
                found.append((one.pair, min(both)))
    return found


def _kept(connection: Connection) -> list[Change]:
    return [one for one in history.search(connection, ["kept"], limit=10_000) if not one.undone]


def _covers(entry: Change, one: Contradiction) -> bool:
    """Whether all that contradicts was known when it was kept."""
    if entry.evidence.conflict != one.kind or not entry.evidence.pairs:
        return False
    looked = entry.evidence.pairs[0]
    if (looked.one, looked.other) != (one.one, one.other):
        return False
    if {opinion.id for opinion in one.opinions} - set(entry.evidence.opinions):
        return False
    return one.machine is None or (looked.model, looked.calibrator) == (
        one.machine.model,
        one.machine.calibrator,
    )
