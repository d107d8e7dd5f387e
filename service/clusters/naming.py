"""Identities from clusters: what would be decided, and then ordinary decisions, all or none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from sqlalchemy import Connection

from reid.sentences import Sentence
from service.catalogue import changes, disclosed
from service.catalogue.changes import Grounds
from service.clusters.errors import (
    ClusterCannotBeNamed,
    DecidedInCluster,
    NamedAlready,
    SeveralIdentities,
)
from service.store import encounters, identities
from service.store.decisions import Decision, NewDecision
from service.store.encounters import EncounterSummary
from service.store.errors import NoSuchEncounter
from service.store.pairs import Maker


@dataclass(frozen=True, slots=True)
class NamingStep:
    """One encounter that gets an identity. llr: the strongest with another one of its cluster."""

    encounter: EncounterSummary
    llr: float | None


@dataclass(frozen=True, slots=True)
class NamingPlan:
    """What would be decided on one cluster.

    identity: number and name of the one that its other encounters have, None for a new one.
    steps: encounters without an identity. settled: those that have it already. problem: why it
    cannot be done, or None.
    """

    encounters: tuple[int, ...]
    identity: tuple[int, str] | None
    steps: tuple[NamingStep, ...]
    settled: tuple[EncounterSummary, ...]
    problem: Sentence | None = None

    @property
    def seen(self) -> str:
        """The newest decision of every encounter, to be refused if somebody decides meanwhile."""
        return ",".join(map(str, self.latest.values()))

    @property
    def latest(self) -> dict[int, int]:
        """The same by encounter: those that get an identity, then those that have it."""
        every = (*(step.encounter for step in self.steps), *self.settled)
        return {encounter.id: encounter.decision_id for encounter in every}


def plan(connection: Connection, chosen: Sequence[int], maker: Maker | None) -> NamingPlan:
    """What would be decided if these encounters were one animal. maker: of the llrs shown."""
    summaries = encounters.summaries(connection, chosen)
    if missing := [number for number in chosen if number not in summaries]:
        raise NoSuchEncounter(encounter=missing[0])
    members = [summaries[number] for number in dict.fromkeys(chosen)]
    known = {m.identity_id: m.identity or "" for m in members if m.identity_id is not None}
    strongest: dict[int, float] = {}
    for pair in disclosed.measured(connection, maker, [member.id for member in members]):
        for number in (pair.one, pair.other):
            strongest[number] = max(strongest.get(number, -inf), pair.llr or 0.0)
    steps = [NamingStep(m, strongest.get(m.id)) for m in members if m.identity_id is None]
    problem: Sentence | None = None
    if len(known) > 1:
        problem = SeveralIdentities(number=len(known))
    elif not steps:
        problem = NamedAlready()
    return NamingPlan(
        encounters=tuple(member.id for member in members),
        identity=next(iter(known.items())) if len(known) == 1 else None,
        steps=tuple(steps),
        settled=tuple(m for m in members if m.identity_id is not None),
        problem=problem,
    )


def carry_out(
    connection: Connection,
    planned: NamingPlan,
    maker: Maker | None,
    *,
    seen: str,
    name: str,
    note: str,
    reviewer: str,
) -> list[Decision]:
    """Decide on every step, as one entry of the history; Conflict where it changed meanwhile."""
    if planned.problem:
        raise ClusterCannotBeNamed(encounters=planned.encounters, why=planned.problem)
    if seen != planned.seen:
        raise DecidedInCluster(encounters=planned.encounters)
    decided = {}
    for step in planned.steps:
        decision = NewDecision("same", reviewer=reviewer, note=note)
        if maker and step.llr is not None:
            decision = replace(
                decision, llr=step.llr, model=maker.model, calibrator=maker.calibrator
            )
        decided[step.encounter.id] = decision
    rests = disclosed.evidence(connection, maker, planned.encounters)
    grounds = Grounds(reviewer, note, rests, planned.latest)
    identity = planned.identity[0] if planned.identity else None
    return changes.gather(connection, identity, name.strip() or None, decided, grounds)[1]


def next_names(connection: Connection, plans: Sequence[NamingPlan]) -> list[str]:
    """The names that new identities get in turn where nobody gives one."""
    names = identities.new_names(connection)
    return ["" if plan.identity or plan.problem else next(names) for plan in plans]
