"""Identities from clusters: what would be decided, and then ordinary decisions, all or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from sqlalchemy import Connection

from reid.errors import Conflict, NotFound
from service.catalogue import changes
from service.catalogue import disclosed as said
from service.catalogue.changes import Grounds
from service.store import encounters, identities
from service.store.clusterings import Clustering
from service.store.decisions import Decision, NewDecision
from service.store.encounters import EncounterSummary
from service.store.pairs import Maker


@dataclass(frozen=True, slots=True)
class Step:
    """One encounter that gets an identity. llr: the strongest with another one of its cluster."""

    encounter: EncounterSummary
    llr: float | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be decided on one cluster.

    identity: number and name of the one that its other encounters have, None for a new one.
    steps: encounters without an identity. settled: those that have it already. problem: why it
    cannot be done, or "".
    """

    encounters: tuple[int, ...]
    identity: tuple[int, str] | None
    steps: tuple[Step, ...]
    settled: tuple[EncounterSummary, ...]
    problem: str = ""

    @property
    def seen(self) -> str:
        """The newest decision of every encounter, to be refused if somebody decides meanwhile."""
        return ",".join(map(str, self.latest.values()))

    @property
    def latest(self) -> dict[int, int]:
        """The same by encounter: those that get an identity, then those that have it."""
        every = (*(step.encounter for step in self.steps), *self.settled)
        return {one.id: one.decision_id for one in every}


def plan(connection: Connection, chosen: Sequence[int], made_by: Clustering | None) -> Plan:
    """What would be decided if these encounters were said to be one animal."""
    found = encounters.summaries(connection, chosen)
    if missing := [one for one in chosen if one not in found]:
        raise NotFound(f"no encounter {missing[0]}")
    of = [found[one] for one in dict.fromkeys(chosen)]
    known = {one.identity_id: one.identity or "" for one in of if one.identity_id is not None}
    measured = said.measured(connection, _maker(made_by), [one.id for one in of])
    strongest: dict[int, float] = {}
    for pair in measured:
        for number in (pair.one, pair.other):
            strongest[number] = max(strongest.get(number, -inf), pair.llr or 0.0)
    steps = [Step(one, strongest.get(one.id)) for one in of if one.identity_id is None]
    problem = ""
    if len(known) > 1:
        problem = f"they belong to {len(known)} identities already: merge these first"
    elif not steps:
        problem = "all of them have this identity already"
    return Plan(
        encounters=tuple(one.id for one in of),
        identity=next(iter(known.items())) if len(known) == 1 else None,
        steps=tuple(steps),
        settled=tuple(one for one in of if one.identity_id is not None),
        problem=problem,
    )


def carry_out(
    connection: Connection,
    planned: Plan,
    made_by: Clustering | None,
    *,
    seen: str,
    name: str = "",
    note: str = "",
    reviewer: str,
) -> list[Decision]:
    """Decide on every step in this transaction, as one entry of the identity's history.

    Conflict where somebody decided meanwhile.
    """
    if planned.problem:
        raise Conflict(f"encounters {_listed(planned.encounters)}: {planned.problem}")
    if seen != planned.seen:
        listed = _listed(planned.encounters)
        raise Conflict(f"somebody decided on one of {listed} meanwhile: look at them again")
    decided = {}
    for step in planned.steps:
        shown = step.llr is not None and made_by is not None
        decided[step.encounter.id] = NewDecision(
            kind="same",
            llr=step.llr if shown else None,
            model=made_by.model if shown and made_by else None,
            calibrator=made_by.calibrator if shown and made_by else None,
            reviewer=reviewer,
            note=note,
        )
    rests = said.evidence(connection, _maker(made_by), planned.encounters)
    asked = Grounds(reviewer, note, rests, planned.latest)
    identity = planned.identity[0] if planned.identity else None
    return changes.gather(connection, identity, name.strip() or None, decided, asked)[1]


def next_names(connection: Connection, plans: Sequence[Plan]) -> list[str]:
    """The names that new identities get in turn where nobody gives one."""
    first = int(identities.next_name(connection)[1:])
    new = [one for one in plans if one.identity is None and not one.problem]
    number = {id(one): first + n for n, one in enumerate(new)}
    return [f"L{number[id(one)]:03d}" if id(one) in number else "" for one in plans]


def _maker(made_by: Clustering | None) -> Maker | None:
    return Maker(made_by.model, made_by.calibrator) if made_by else None


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
