"""Settled pairs, applied to the catalogue: what would change, and the change, from one plan.

`same` joins encounters under an identity, as one entry of its history. Two identities are never
joined here: that is a merge.
`different` changes nothing, and is a contradiction where both have one identity. Known pairs are
left out.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from scipy.cluster.hierarchy import DisjointSet
from sqlalchemy import Connection

from service.catalogue import changes
from service.catalogue.changes import Grounds
from service.reviews import reviewing
from service.reviews.errors import PlanChanged
from service.reviews.reviewing import Review, ReviewWithEncounters
from service.store import identities
from service.store import reviews as review_pairs
from service.store.decisions import Decision, NewDecision
from service.store.encounters import EncounterSummary
from service.store.history import ChangeEvidence, PairSaid
from service.store.reviews import ReviewUpdate


@dataclass(frozen=True, slots=True)
class Join:
    """Encounters that come under one identity. identity_id None: a new one, named `name`.

    joining: encounters that get a decision; reviews: those it rests on.
    """

    identity_id: int | None
    name: str
    joining: tuple[EncounterSummary, ...]
    reviews: tuple[ReviewWithEncounters, ...]

    @property
    def encounters(self) -> list[int]:
        """Numbers of the encounters that get a decision."""
        return [encounter.id for encounter in self.joining]

    @property
    def pairs(self) -> list[int]:
        """Numbers of the reviews it rests on."""
        return [review.pair.id for review in self.reviews]


@dataclass(frozen=True, slots=True)
class Merge:
    """Identities, by number, that reviews found to be one animal; a person merges them, or not."""

    names: Mapping[int, str]
    pairs: tuple[int, ...]

    @property
    def identities(self) -> list[int]:
        """Their numbers."""
        return list(self.names)


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
    def new_identities(self) -> int:
        """How many identities are new."""
        return sum(join.identity_id is None for join in self.joins)

    @property
    def joining(self) -> int:
        """How many encounters get a decision."""
        return sum(len(join.joining) for join in self.joins)


@dataclass(frozen=True, slots=True)
class AppliedPlan:
    """The plan that was carried out, and the decisions it made."""

    plan: SettlingPlan
    decisions: tuple[Decision, ...]


def plan(connection: Connection, ids: Collection[int] | None = None) -> SettlingPlan:
    """What applying would do. ids: only these pairs; None takes every settled one."""
    reviews = [review for review in reviewing.every(connection) if review.pair.source != "known"]
    settled = [r for r in reviews if r.applicable and (ids is None or r.pair.id in ids)]
    ready = reviewing.with_encounters(connection, settled)
    draft = _Draft(connection, reviews, ready)
    for group in _groups([review for review in ready if review.progress.answer == "same"]):
        draft.sort_group(group)
    for review in ready:
        if review.progress.answer != "same":
            draft.sort_other(review)
    return draft.plan()


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
        review_pairs.edit(connection, number, ReviewUpdate(closed=True), curator, "applied")
    return AppliedPlan(current, tuple(decisions))


class _Draft:
    """A plan in the making, of the settled pairs among all reviews."""

    def __init__(
        self,
        connection: Connection,
        reviews: Iterable[Review],
        ready: Iterable[ReviewWithEncounters],
    ) -> None:
        touched = {summary.identity_id for review in ready for summary in review.encounters}
        self._members = identities.members(connection, [n for n in touched if n is not None])
        self._names = identities.new_names(connection)
        self._apart = [review for review in reviews if review.progress.answer == "different"]
        self._joins: list[Join] = []
        self._merges: list[Merge] = []
        self._contradictions: list[ReviewContradiction] = []
        self._done: list[int] = []

    def sort_group(self, group: Sequence[ReviewWithEncounters]) -> None:
        """Encounters that are one animal by these pairs: a join, a merge or a contradiction."""
        summaries = {summary.id: summary for review in group for summary in review.encounters}
        named = {s.identity_id: s.identity or "" for s in summaries.values() if s.identity_id}
        whole = set(summaries).union(*(self._members.get(number, set()) for number in named))
        numbers = tuple(review.pair.id for review in group)
        against = [review for review in self._apart if set(review.pair.couple) <= whole]
        if against:
            name = next(iter(named.values()), None)
            self._contradictions += [
                ReviewContradiction(review.pair.couple, name, (*numbers, review.pair.id))
                for review in against
            ]
        elif len(named) > 1:
            self._merges.append(Merge(dict(sorted(named.items())), numbers))
        else:
            joining = tuple(s for _, s in sorted(summaries.items()) if s.identity_id is None)
            number = next(iter(named), None)
            if joining:
                name = named[number] if number else next(self._names)
                self._joins.append(Join(number, name, joining, tuple(group)))
                if number:
                    self._members[number] |= set(summaries)
            self._done += numbers

    def sort_other(self, review: ReviewWithEncounters) -> None:
        """A pair that is not `same`: it changes nothing, unless it contradicts an identity."""
        pair, identity = review.pair, review.encounters[0].identity
        if any(pair.id in contradiction.pairs for contradiction in self._contradictions):
            return
        first, second = (summary.identity_id for summary in review.encounters)
        if review.progress.answer == "different" and first is not None and first == second:
            contradiction = ReviewContradiction(pair.couple, identity, (pair.id,))
            self._contradictions.append(contradiction)
        else:
            self._done.append(pair.id)

    def plan(self) -> SettlingPlan:
        """All of it, with the name of the whole."""
        done = sorted(self._done)
        facts = [
            [
                (j.identity_id, j.name, [(e.id, e.decision_id) for e in j.joining])
                for j in self._joins
            ],
            [(tuple(m.names.items()), m.pairs) for m in self._merges],
            [(c.encounters, c.pairs) for c in self._contradictions],
            done,
        ]
        digest = hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
        return SettlingPlan(
            joins=tuple(self._joins),
            merges=tuple(self._merges),
            contradictions=tuple(self._contradictions),
            done=tuple(done),
            digest=digest,
        )


def _groups(reviews: Sequence[ReviewWithEncounters]) -> list[list[ReviewWithEncounters]]:
    """Reviews, the oldest first, whose pairs hang together, also over several encounters."""
    animals = DisjointSet(number for review in reviews for number in review.pair.couple)
    for review in reviews:
        animals.merge(*review.pair.couple)
    groups = [[r for r in reviews if r.pair.one in animal] for animal in animals.subsets()]
    return sorted(groups, key=lambda group: group[-1].pair.id)


def _join(connection: Connection, join: Join, curator: str) -> list[Decision]:
    """The decisions of one join, as one entry in the history of its identity."""
    grounds = Grounds(
        reviewer=curator,
        reason=" ".join(map(_review_sentence, join.reviews)),
        evidence=evidence_of(join.reviews),
        after={summary.id: summary.decision_id for summary in join.joining},
    )
    decided = {}
    for summary in join.joining:
        own = [review for review in join.reviews if summary.id in review.pair.couple]
        note = " ".join(map(_review_sentence, own))
        decision = NewDecision("same", reviewer=curator, note=note)
        shown = list(filter(None, map(_llr_shown, own)))
        if shown and not any(review.pair.blind for review in own):
            last = shown[-1]
            decision = replace(decision, llr=last.llr, model=last.model, calibrator=last.calibrator)
        decided[summary.id] = decision
    return changes.gather(connection, join.identity_id, join.name, decided, grounds)[1]


def evidence_of(pairs: Iterable[Review]) -> ChangeEvidence:
    """What these reviews say: the opinions that count, and the llr that observers were shown."""
    listed = list(pairs)
    counting = [review.latest(name) for review in listed for name in review.answers]
    numbers = {opinion.id for opinion in counting if opinion}
    shown = (_llr_shown(review) or PairSaid(*review.pair.couple) for review in listed)
    return ChangeEvidence(tuple(shown), tuple(sorted(numbers)))


def with_reviews(
    connection: Connection, known: ChangeEvidence, ids: Collection[int], both: tuple[int, int]
) -> ChangeEvidence:
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
