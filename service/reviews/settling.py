"""Settled pairs, applied to the catalogue: what would change, and the change, from one plan.

`same` joins encounters under an identity, as one entry of its history. Two identities are never
joined here: that is a merge.
`different` changes nothing, and is a contradiction where both have one identity. Known pairs are
left out.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from scipy.cluster.hierarchy import DisjointSet
from sqlalchemy import Connection

from reid.errors import Conflict
from service.catalogue import changes
from service.catalogue.changes import Grounds
from service.reviews import reviewing
from service.reviews.reviewing import SETTLED, Reviewed, Tally
from service.store import identities, reviews
from service.store.decisions import Decision, NewDecision
from service.store.encounters import EncounterSummary
from service.store.history import Evidence, PairSaid
from service.store.reviews import Edit


@dataclass(frozen=True, slots=True)
class Join:
    """Encounters that come under one identity. identity_id None: a new one, named `name`.

    joining: encounters that get a decision; pairs: the reviews it rests on.
    """

    identity_id: int | None
    name: str
    joining: tuple[EncounterSummary, ...]
    pairs: tuple[Reviewed, ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """Identities that reviews found to be one animal; a person merges them, or not."""

    identities: tuple[tuple[int, str], ...]
    pairs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Encounters that would be, or are, one animal although a review says they differ."""

    encounters: tuple[int, int]
    identity: str | None
    pairs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying the settled pairs does.

    done: pairs that are closed by it, also those that change nothing. digest: names this plan, so
    that nobody applies another one than they looked at.
    """

    joins: tuple[Join, ...]
    merges: tuple[Merge, ...]
    contradictions: tuple[Contradiction, ...]
    done: tuple[int, ...]
    digest: str

    @property
    def fresh(self) -> int:
        """New identities."""
        return sum(one.identity_id is None for one in self.joins)

    @property
    def joining(self) -> int:
        """Encounters that get a decision."""
        return sum(len(one.joining) for one in self.joins)


@dataclass(frozen=True, slots=True)
class Applied:
    """The plan that was carried out, and the decisions it made."""

    plan: Plan
    decisions: tuple[Decision, ...]


def plan(connection: Connection, ids: Collection[int] | None = None) -> Plan:
    """What applying would do. ids: only these pairs; None takes every settled one."""
    found = [one for one in reviewing.tallies(connection) if one.pair.source != "known"]
    settled = [one for one in found if one.standing.state in SETTLED]
    if ids is not None:
        settled = [one for one in settled if one.pair.id in ids]
    ready = reviewing.with_encounters(connection, settled)
    apart = [one for one in found if one.standing.answer == "different"]
    made = _Made(_members(connection, ready))
    for group in _groups([one for one in ready if one.standing.answer == "same"]):
        _sort_group(group, apart, made)
    for one in ready:
        if one.standing.answer != "same":
            _sort_other(one, made)
    return _plan(connection, made)


def apply(
    connection: Connection, curator: str, ids: Collection[int] | None = None, digest: str = ""
) -> Applied:
    """Carry out the plan: decisions signed by the curator, each naming its reviews.

    digest: of the plan that was looked at; Conflict where it would be another one by now.
    """
    reviews.every(connection, closed=False, ids=ids, hold=True)
    now = plan(connection, ids)
    if digest and digest != now.digest:
        raise Conflict("what would change is not what you looked at any more: look at it again")
    made = [new for join in now.joins for new in _join(connection, join, curator)]
    for number in now.done:
        reviews.edit(connection, number, Edit(closed=True), curator, "applied")
    return Applied(now, tuple(made))


class _Made:
    """A plan in the making. members: the encounters of each identity that is touched."""

    def __init__(self, members: dict[int, set[int]]) -> None:
        self.members = members
        self.joins: list[Join] = []
        self.merges: list[Merge] = []
        self.contradictions: list[Contradiction] = []
        self.done: list[int] = []


def _sort_group(group: Sequence[Reviewed], apart: Sequence[Tally], made: _Made) -> None:
    """Encounters that are one animal by these pairs: a join, a merge or a contradiction."""
    seen = {side.id: side for one in group for side in (one.one, one.other)}
    named = {one.identity_id: one.identity or "" for one in seen.values() if one.identity_id}
    whole = set(seen).union(*(made.members.get(number or 0, set()) for number in named))
    numbers = tuple(one.pair.id for one in group)
    against = [one for one in apart if {one.pair.one, one.pair.other} <= whole]
    if against:
        for one in against:
            name = next(iter(named.values()), None)
            made.contradictions.append(
                Contradiction(one.pair.couple, name, (*numbers, one.pair.id))
            )
    elif len(named) > 1:
        pairs = sorted((number or 0, name) for number, name in named.items())
        made.merges.append(Merge(tuple(pairs), numbers))
    else:
        joining = tuple(one for _, one in sorted(seen.items()) if one.identity_id is None)
        number = next(iter(named), None)
        if joining:
            name = named.get(number, "") if number else ""
            made.joins.append(Join(number, name, joining, tuple(group)))
            if number:
                made.members[number] |= set(seen)
        made.done += numbers


def _sort_other(one: Reviewed, made: _Made) -> None:
    """A pair that is not `same`: it changes nothing, unless it contradicts what is one animal."""
    if any(one.pair.id in found.pairs for found in made.contradictions):
        return
    shared = one.one.identity_id is not None and one.one.identity_id == one.other.identity_id
    if one.standing.answer == "different" and shared:
        found = Contradiction(one.pair.couple, one.one.identity, (one.pair.id,))
        made.contradictions.append(found)
    else:
        made.done.append(one.pair.id)


def _groups(pairs: Sequence[Reviewed]) -> list[list[Reviewed]]:
    """Pairs, the oldest first, that hang together, also over several encounters."""
    animals = DisjointSet(number for pair in pairs for number in pair.pair.couple)
    for pair in pairs:
        animals.merge(*pair.pair.couple)
    groups = [[one for one in pairs if one.pair.one in animal] for animal in animals.subsets()]
    return sorted(groups, key=lambda group: group[-1].pair.id)


def _members(connection: Connection, pairs: Iterable[Reviewed]) -> dict[int, set[int]]:
    """The encounters of each identity that these pairs touch."""
    touched = {side.identity_id for one in pairs for side in (one.one, one.other)}
    return identities.members(connection, [number for number in touched if number is not None])


def _plan(connection: Connection, made: _Made) -> Plan:
    """Number the new identities' names, and name the whole."""
    free, joins = identities.next_name(connection), []
    number = int(free[1:])
    for one in made.joins:
        name = one.name
        if one.identity_id is None:
            name, number = f"L{number:03d}", number + 1
        joins.append(Join(one.identity_id, name, one.joining, one.pairs))
    facts = [
        [(j.identity_id, j.name, [(e.id, e.decision_id) for e in j.joining]) for j in joins],
        [(m.identities, m.pairs) for m in made.merges],
        [(c.encounters, c.pairs) for c in made.contradictions],
        sorted(made.done),
    ]
    digest = hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
    done = tuple(sorted(made.done))
    return Plan(tuple(joins), tuple(made.merges), tuple(made.contradictions), done, digest)


def _join(connection: Connection, join: Join, curator: str) -> list[Decision]:
    """The decisions of one join, as one entry in the history of its identity."""
    asked = Grounds(
        reviewer=curator,
        reason=" ".join(map(_because, join.pairs)),
        evidence=rests(join.pairs),
        after={one.id: one.decision_id for one in join.joining},
    )
    decided = {}
    for one in join.joining:
        own = [pair for pair in join.pairs if one.id in pair.pair.couple]
        seen = next((said for said in map(_seen, reversed(own)) if said), None)
        if any(pair.pair.blind for pair in own):
            seen = None
        decided[one.id] = NewDecision(
            kind="same",
            llr=seen.llr if seen else None,
            model=seen.model if seen else None,
            calibrator=seen.calibrator if seen else None,
            reviewer=curator,
            note=" ".join(map(_because, own)),
        )
    return changes.gather(connection, join.identity_id, join.name, decided, asked)[1]


def rests(pairs: Iterable[Tally]) -> Evidence:
    """What these reviews say: the opinions that count, and the llr that observers were shown."""
    some = list(pairs)
    numbers = {said.id for one in some for name in one.now if (said := one.latest(name))}
    shown = (_seen(one) or PairSaid(*one.pair.couple) for one in some)
    return Evidence(tuple(shown), tuple(sorted(numbers)))


def with_reviews(
    connection: Connection, known: Evidence, ids: Collection[int], both: tuple[int, int]
) -> Evidence:
    """The same with what settled reviews of pairs across these two identities say besides."""
    members = identities.members(connection, both)
    said = [
        one
        for one in reviewing.tallies(connection, ids=ids)
        if one.standing.answer
        and one.pair.source != "known"
        and all(members[n] & set(one.pair.couple) for n in both)
    ]
    found = rests(said)
    have = {(one.one, one.other) for one in known.pairs}
    more = tuple(one for one in found.pairs if (one.one, one.other) not in have)
    numbers = tuple(sorted({*known.opinions, *found.opinions}))
    return replace(known, pairs=known.pairs + more, opinions=numbers)


def _seen(one: Tally) -> PairSaid | None:
    """The llr that observers of a pair were shown last; None where it was blind."""
    shown = [said for said in one.opinions if said.llr is not None and not one.pair.blind]
    if not shown:
        return None
    last = shown[-1]
    return PairSaid(*one.pair.couple, last.llr, last.model, last.calibrator)


def _because(one: Tally) -> str:
    """What a decision says of the review it rests on; English, since it is kept."""
    said = ", ".join(f"{name}: {word.replace('_', ' ')}" for name, word in one.now.items())
    seen = "blind" if one.pair.blind else "beside the llr"
    a, b = one.pair.couple
    return f"Review {one.pair.id} of encounters {a} and {b} ({seen}; {said})."
