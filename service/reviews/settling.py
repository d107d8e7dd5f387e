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

from service.catalogue import changes
from service.catalogue.changes import Grounds
from service.reviews import reviewing
from service.reviews.errors import PlanChanged
from service.reviews.reviewing import SETTLED, Review, ReviewWithEncounters
from service.store import identities
from service.store import reviews as review_pairs
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
    pairs: tuple[ReviewWithEncounters, ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """Identities that reviews found to be one animal; a person merges them, or not."""

    identities: tuple[tuple[int, str], ...]
    pairs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReviewContradiction:
    """Encounters that would be, or are, one animal although a review says they differ."""

    encounters: tuple[int, int]
    identity: str | None
    pairs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SettlingPlan:
    """What applying the settled pairs does.

    done: pairs that are closed by it, also those that change nothing. digest: names this plan, so
    that nobody applies another one than they looked at.
    """

    joins: tuple[Join, ...]
    merges: tuple[Merge, ...]
    contradictions: tuple[ReviewContradiction, ...]
    done: tuple[int, ...]
    digest: str

    @property
    def fresh(self) -> int:
        """New identities."""
        return sum(join.identity_id is None for join in self.joins)

    @property
    def joining(self) -> int:
        """Encounters that get a decision."""
        return sum(len(join.joining) for join in self.joins)


@dataclass(frozen=True, slots=True)
class AppliedPlan:
    """The plan that was carried out, and the decisions it made."""

    plan: SettlingPlan
    decisions: tuple[Decision, ...]


def plan(connection: Connection, ids: Collection[int] | None = None) -> SettlingPlan:
    """What applying would do. ids: only these pairs; None takes every settled one."""
    reviews = [review for review in reviewing.every(connection) if review.pair.source != "known"]
    settled = [review for review in reviews if review.progress.state in SETTLED]
    if ids is not None:
        settled = [review for review in settled if review.pair.id in ids]
    ready = reviewing.with_encounters(connection, settled)
    apart = [review for review in reviews if review.progress.answer == "different"]
    draft = _Draft(_members(connection, ready))
    for group in _groups([review for review in ready if review.progress.answer == "same"]):
        _sort_group(group, apart, draft)
    for review in ready:
        if review.progress.answer != "same":
            _sort_other(review, draft)
    return _plan(connection, draft)


def apply(
    connection: Connection, curator: str, ids: Collection[int] | None = None, digest: str = ""
) -> AppliedPlan:
    """Carry out the plan: decisions signed by the curator, each naming its reviews.

    digest: of the plan that was looked at; Conflict where it would be another one by now.
    """
    review_pairs.every(connection, closed=False, ids=ids, hold=True)
    current = plan(connection, ids)
    if digest and digest != current.digest:
        raise PlanChanged()
    decisions = [new for join in current.joins for new in _join(connection, join, curator)]
    for number in current.done:
        review_pairs.edit(connection, number, Edit(closed=True), curator, "applied")
    return AppliedPlan(current, tuple(decisions))


class _Draft:
    """A plan in the making. members: the encounters of each identity that is touched."""

    def __init__(self, members: dict[int, set[int]]) -> None:
        self.members = members
        self.joins: list[Join] = []
        self.merges: list[Merge] = []
        self.contradictions: list[ReviewContradiction] = []
        self.done: list[int] = []


def _sort_group(
    group: Sequence[ReviewWithEncounters], apart: Sequence[Review], draft: _Draft
) -> None:
    """Encounters that are one animal by these pairs: a join, a merge or a contradiction."""
    summaries = {summary.id: summary for review in group for summary in _both(review)}
    named = {s.identity_id: s.identity or "" for s in summaries.values() if s.identity_id}
    whole = set(summaries).union(*(draft.members.get(number or 0, set()) for number in named))
    numbers = tuple(review.pair.id for review in group)
    against = [review for review in apart if set(review.pair.couple) <= whole]
    if against:
        for review in against:
            name = next(iter(named.values()), None)
            pairs = (*numbers, review.pair.id)
            draft.contradictions.append(ReviewContradiction(review.pair.couple, name, pairs))
    elif len(named) > 1:
        merged = sorted((number or 0, name) for number, name in named.items())
        draft.merges.append(Merge(tuple(merged), numbers))
    else:
        joining = tuple(s for _, s in sorted(summaries.items()) if s.identity_id is None)
        number = next(iter(named), None)
        if joining:
            name = named.get(number, "") if number else ""
            draft.joins.append(Join(number, name, joining, tuple(group)))
            if number:
                draft.members[number] |= set(summaries)
        draft.done += numbers


def _sort_other(review: ReviewWithEncounters, draft: _Draft) -> None:
    """A pair that is not `same`: it changes nothing, unless it contradicts what is one animal."""
    pair, identity = review.pair, review.first.identity
    if any(pair.id in contradiction.pairs for contradiction in draft.contradictions):
        return
    first, second = (summary.identity_id for summary in _both(review))
    if review.progress.answer == "different" and first is not None and first == second:
        draft.contradictions.append(ReviewContradiction(pair.couple, identity, (pair.id,)))
    else:
        draft.done.append(pair.id)


def _groups(reviews: Sequence[ReviewWithEncounters]) -> list[list[ReviewWithEncounters]]:
    """Reviews, the oldest first, whose pairs hang together, also over several encounters."""
    animals = DisjointSet(number for review in reviews for number in review.pair.couple)
    for review in reviews:
        animals.merge(*review.pair.couple)
    groups = [[r for r in reviews if r.pair.one in animal] for animal in animals.subsets()]
    return sorted(groups, key=lambda group: group[-1].pair.id)


def _both(review: ReviewWithEncounters) -> tuple[EncounterSummary, EncounterSummary]:
    return review.first, review.second


def _members(connection: Connection, pairs: Iterable[ReviewWithEncounters]) -> dict[int, set[int]]:
    """The encounters of each identity that these pairs touch."""
    touched = {summary.identity_id for review in pairs for summary in _both(review)}
    return identities.members(connection, [number for number in touched if number is not None])


def _plan(connection: Connection, draft: _Draft) -> SettlingPlan:
    """Number the new identities' names, and name the whole."""
    free, joins = identities.next_name(connection), []
    number = int(free[1:])
    for join in draft.joins:
        name = join.name
        if join.identity_id is None:
            name, number = f"L{number:03d}", number + 1
        joins.append(Join(join.identity_id, name, join.joining, join.pairs))
    facts = [
        [(j.identity_id, j.name, [(e.id, e.decision_id) for e in j.joining]) for j in joins],
        [(m.identities, m.pairs) for m in draft.merges],
        [(c.encounters, c.pairs) for c in draft.contradictions],
        sorted(draft.done),
    ]
    digest = hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
    done = tuple(sorted(draft.done))
    return SettlingPlan(
        tuple(joins), tuple(draft.merges), tuple(draft.contradictions), done, digest
    )


def _join(connection: Connection, join: Join, curator: str) -> list[Decision]:
    """The decisions of one join, as one entry in the history of its identity."""
    order = Grounds(
        reviewer=curator,
        reason=" ".join(map(_review_sentence, join.pairs)),
        evidence=evidence_of(join.pairs),
        after={summary.id: summary.decision_id for summary in join.joining},
    )
    decided = {}
    for summary in join.joining:
        own = [review for review in join.pairs if summary.id in review.pair.couple]
        shown = next((evidence for evidence in map(_llr_shown, reversed(own)) if evidence), None)
        if any(review.pair.blind for review in own):
            shown = None
        decided[summary.id] = NewDecision(
            kind="same",
            llr=shown.llr if shown else None,
            model=shown.model if shown else None,
            calibrator=shown.calibrator if shown else None,
            reviewer=curator,
            note=" ".join(map(_review_sentence, own)),
        )
    return changes.gather(connection, join.identity_id, join.name, decided, order)[1]


def evidence_of(pairs: Iterable[Review]) -> Evidence:
    """What these reviews say: the opinions that count, and the llr that observers were shown."""
    listed = list(pairs)
    counting = [review.latest(name) for review in listed for name in review.answers]
    numbers = {opinion.id for opinion in counting if opinion}
    shown = (_llr_shown(review) or PairSaid(*review.pair.couple) for review in listed)
    return Evidence(tuple(shown), tuple(sorted(numbers)))


def with_reviews(
    connection: Connection, known: Evidence, ids: Collection[int], both: tuple[int, int]
) -> Evidence:
    """The known evidence, and what settled reviews of pairs across two identities say besides.

    ids: of the reviews to look at; both: the numbers of the two identities.
    """
    members = identities.members(connection, both)
    settled = [
        review
        for review in reviewing.every(connection, ids=ids)
        if review.progress.answer
        and review.pair.source != "known"
        and all(members[n] & set(review.pair.couple) for n in both)
    ]
    evidence = evidence_of(settled)
    have = {(pair.one, pair.other) for pair in known.pairs}
    more = tuple(pair for pair in evidence.pairs if (pair.one, pair.other) not in have)
    numbers = tuple(sorted({*known.opinions, *evidence.opinions}))
    return replace(known, pairs=known.pairs + more, opinions=numbers)


def _llr_shown(review: Review) -> PairSaid | None:
    """The llr that observers of a pair were shown last; None where it was blind."""
    shown = [opinion for opinion in review.opinions if opinion.llr is not None]
    if review.pair.blind or not shown:
        return None
    last = shown[-1]
    return PairSaid(*review.pair.couple, last.llr, last.model, last.calibrator)


def _review_sentence(review: Review) -> str:
    """What a decision says of the review it rests on; English, since it is kept."""
    words = {name: answer.replace("_", " ") for name, answer in review.answers.items()}
    answers = ", ".join(f"{name}: {word}" for name, word in words.items())
    condition = "blind" if review.pair.blind else "beside the llr"
    a, b = review.pair.couple
    return f"Review {review.pair.id} of encounters {a} and {b} ({condition}; {answers})."
