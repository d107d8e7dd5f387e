"""Contradictions of the catalogue with what observers and the machine say, until resolved.

apart: one identity, and somebody or the machine says that two of its encounters differ.
together: two identities, and somebody or the machine says that an encounter of each is the same
animal.
between: two identities, and the machine says that an encounter that is neither is both.
chain: a is b and b is c, by opinions or identities, and somebody says that a is not c.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Connection

from service.catalogue import changes
from service.catalogue.changes import Grounds
from service.catalogue.disclosed import Pair, PairOpinions, StandingOpinion, hidden, opinions
from service.catalogue.errors import NoIdentityToKeep, ResolvedAlready, SaidMoreMeanwhile
from service.store import history, identities, pairs
from service.store.database import gathered
from service.store.history import ChangeEvidence, IdentityChange, PairSaid
from service.store.pairs import Maker, PairMeasurement

ConflictKind = Literal["apart", "together", "chain", "between"]
MOST_MACHINE = 2000


@dataclass(frozen=True, slots=True)
class Machine:
    """Whose evidence counts: that of the network and calibrator in force; None while they load.

    same: the llr from which the verdict is "same", and below minus which "different".
    """

    same: float
    maker: Maker | None


@dataclass(frozen=True, slots=True)
class NamedIdentity:
    """An identity in a conflict."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two encounters, their identities now, and what speaks against that.

    through: of a chain, the encounter that both are the same as; of `between`, the one that the
    machine takes for both. opinions: those that contradict. machine: what was measured, where the
    machine contradicts. machine_through: of `between`, each of both with the one in the middle.
    kept: the entry that resolved it.
    """

    kind: ConflictKind
    one: int
    other: int
    through: int | None
    identity: NamedIdentity | None
    other_identity: NamedIdentity | None
    opinions: tuple[StandingOpinion, ...]
    machine: PairSaid | None
    kept: int | None = None
    machine_through: tuple[PairSaid, ...] = ()

    @property
    def identities(self) -> tuple[int, ...]:
        """Numbers of the identities that it concerns."""
        both = (self.identity, self.other_identity)
        return tuple(dict.fromkeys(identity.id for identity in both if identity))


def every(connection: Connection, machine: Machine) -> list[Contradiction]:
    """Those that are open, and those that were kept for a reason, with the entry that says so."""
    contradictions = _contradictions(connection, machine)
    entries = _kept_changes(connection) if contradictions else []

    def resolution(conflict: Contradiction) -> int | None:
        return next((entry.id for entry in entries if _covers(entry, conflict)), None)

    return [replace(conflict, kept=resolution(conflict)) for conflict in contradictions]


def listed(
    connection: Connection, machine: Machine, *, resolved: bool = False
) -> list[Contradiction]:
    """Those that are open, or those that were kept for a reason."""
    all_of_them = every(connection, machine)
    return [conflict for conflict in all_of_them if (conflict.kept is not None) == resolved]


def keep(
    connection: Connection,
    kind: ConflictKind,
    pair: Pair,
    machine: Machine,
    grounds: Grounds,
    newest: int,
) -> IdentityChange:
    """Resolve one by a reason. newest: the newest opinion in view, 0 for none."""
    unresolved = listed(connection, machine)
    those = [c for c in unresolved if (c.kind, c.one, c.other) == (kind, *pair)]
    if not those:
        raise ResolvedAlready()
    contradiction = those[0]
    if newest_opinion(contradiction) != newest:
        raise SaidMoreMeanwhile()
    if not contradiction.identities:
        raise NoIdentityToKeep()
    measured = contradiction.machine or PairSaid(contradiction.one, contradiction.other)
    numbers = tuple(opinion.id for opinion in contradiction.opinions)
    evidence = ChangeEvidence((measured, *contradiction.machine_through), numbers, conflict=kind)
    number, *rest = contradiction.identities
    with_evidence = Grounds(grounds.reviewer, grounds.reason, evidence)
    return changes.keep(connection, number, rest[0] if rest else None, with_evidence)


def newest_opinion(contradiction: Contradiction) -> int:
    """Number of the newest opinion of it, 0 without any."""
    return max((opinion.id for opinion in contradiction.opinions), default=0)


def _contradictions(connection: Connection, machine: Machine) -> list[Contradiction]:
    names = identities.names(connection)
    of = identities.assigned(connection)
    reviewed = {answers.pair: answers for answers in opinions(connection)}
    secret = hidden(connection) if machine.maker else frozenset[Pair]()
    against = {(p.one, p.other): p for p in _machine_conflicts(connection, machine, secret)}
    apart = [*against, *(pair for pair in reviewed if _shared(of, pair))]

    def contradiction(
        kind: ConflictKind, pair: Pair, answer: str, through: int | None = None
    ) -> Contradiction:
        contradicting = reviewed[pair].opinions_for(answer) if pair in reviewed else ()
        first, second = (NamedIdentity(of[n], names[of[n]]) if n in of else None for n in pair)
        measured = against.get(pair) if kind == "apart" else None
        return Contradiction(kind, *pair, through, first, second, contradicting, measured)

    contradictions = [contradiction("apart", pair, "different") for pair in sorted(set(apart))]
    alike = _machine_alike(connection, machine, secret)
    said_same = [
        pair
        for pair, answers in reviewed.items()
        if answers.opinions_for("same") and all(n in of for n in pair) and not _shared(of, pair)
    ]
    one_animal = {(said.one, said.other): said for said in _one_a_pair_of_identities(alike, of)}
    contradictions += [
        replace(contradiction("together", pair, "same"), machine=one_animal.get(pair))
        for pair in dict.fromkeys([*said_same, *one_animal])
    ]
    contradictions += [
        replace(contradiction("between", pair, "same", through), machine_through=both)
        for pair, through, both in _in_the_middle(alike, of)
    ]
    contradictions += [
        contradiction("chain", pair, "different", through)
        for pair, through in _chains(reviewed.values(), of)
    ]
    return [c for c in contradictions if c.opinions or c.machine or c.machine_through]


def _shared(of: Mapping[int, int], pair: Pair) -> bool:
    return pair[0] in of and of[pair[0]] == of.get(pair[1])


def _machine_conflicts(
    connection: Connection, machine: Machine, secret: Collection[Pair]
) -> list[PairSaid]:
    """Pairs within an identity of which the machine in force says that they differ."""
    if machine.maker is None:
        return []
    inside = pairs.inside(connection, machine.maker, -machine.same)
    told = _told(machine.maker, inside, secret)
    return sorted(told, key=lambda pair: pair.llr or 0.0)[:MOST_MACHINE]


def _machine_alike(
    connection: Connection, machine: Machine, secret: Collection[Pair]
) -> list[PairSaid]:
    """Pairs that are not under one identity and that the machine takes for one, strongest first."""
    if machine.maker is None:
        return []
    alike = pairs.between_identities(connection, machine.maker, machine.same)
    return sorted(_told(machine.maker, alike, secret), key=lambda pair: -(pair.llr or 0.0))


def _told(
    maker: Maker, measured: Iterable[PairMeasurement], secret: Collection[Pair]
) -> list[PairSaid]:
    """What this maker says of pairs that are not secret: nobody answers those blind."""
    return [
        PairSaid(*one.couple, one.llr, maker.model, maker.calibrator)
        for one in measured
        if one.couple not in secret
    ]


def _one_a_pair_of_identities(alike: Iterable[PairSaid], of: Mapping[int, int]) -> list[PairSaid]:
    """The strongest pair of every two identities that the machine takes for one animal."""
    strongest: dict[frozenset[int], PairSaid] = {}
    for said in alike:
        if said.one in of and said.other in of:
            strongest.setdefault(frozenset((of[said.one], of[said.other])), said)
    return list(strongest.values())[:MOST_MACHINE]


def _in_the_middle(
    alike: Iterable[PairSaid], of: Mapping[int, int]
) -> list[tuple[Pair, int, tuple[PairSaid, PairSaid]]]:
    """Encounters without an identity that the machine takes for two, with one encounter of each."""
    strongest: dict[int, dict[int, PairSaid]] = {}
    for said in alike:
        for middle, known in ((said.one, said.other), (said.other, said.one)):
            if middle not in of and known in of:
                strongest.setdefault(middle, {}).setdefault(of[known], said)
    found = []
    for middle, by_identity in strongest.items():
        first, *others = by_identity.values()
        for second in others:
            ends = [said.one if said.other == middle else said.other for said in (first, second)]
            found.append(((min(ends), max(ends)), middle, (first, second)))
    return found[:MOST_MACHINE]


def _chains(reviewed: Iterable[PairOpinions], of: Mapping[int, int]) -> list[tuple[Pair, int]]:
    """a = b, b = c and a is not c, where at least one of the two rests on an opinion."""
    same = [answers.pair for answers in reviewed if answers.opinions_for("same")]
    near = gathered([*same, *((second, first) for first, second in same)])
    members = gathered((identity_id, encounter_id) for encounter_id, identity_id in of.items())

    def like(number: int) -> set[int]:
        own = members[of[number]] if number in of else []
        return {*near.get(number, ()), *own} - {number}

    chains = []
    for answers in reviewed:
        if answers.opinions_for("different") and not _shared(of, answers.pair):
            first, second = answers.pair
            both = like(first) & like(second)
            if both:
                chains.append((answers.pair, min(both)))
    return chains


def _kept_changes(connection: Connection) -> list[IdentityChange]:
    entries = history.search(connection, ["kept"], limit=10_000)
    return [entry for entry in entries if not entry.undone]


def _covers(entry: IdentityChange, contradiction: Contradiction) -> bool:
    """Whether all that contradicts was known when it was kept."""
    if entry.evidence.conflict != contradiction.kind or not entry.evidence.pairs:
        return False
    looked = entry.evidence.pairs[0]
    if (looked.one, looked.other) != (contradiction.one, contradiction.other):
        return False
    if {opinion.id for opinion in contradiction.opinions} - set(entry.evidence.opinions):
        return False
    measured = [contradiction.machine] if contradiction.machine else []
    looked_at = {(said.one, said.other): said for said in entry.evidence.pairs}
    return all(
        (said.one, said.other) in looked_at
        and (said.model, said.calibrator)
        == (looked_at[said.one, said.other].model, looked_at[said.one, said.other].calibrator)
        for said in [*measured, *contradiction.machine_through]
    )
