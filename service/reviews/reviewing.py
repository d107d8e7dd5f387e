"""Reviews: pairs with observers' opinions, who may see them, and the queue of each observer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from reid.observers.reviews import (
    OPEN,
    Answer,
    ReviewProgress,
    State,
    VisibleState,
    newest,
    review_progress,
)
from service.reviews.errors import CERTAINTY_MISSING, REASON_MISSING, MarkBesidePair
from service.store import encounters, opinions
from service.store import reviews as review_pairs
from service.store.encounters import EncounterSummary
from service.store.opinions import NewOpinion, Opinion
from service.store.pairs import Couple
from service.store.people import Actor, Role
from service.store.reviews import ReviewPair, Source
from service.store.tables.base import now

Whose = Literal["mine", "all"]
EVERYTHING = slice(None)
LOT = 2_654_435_761  # Knuth's multiplier: gives every number its place, far from its neighbours
SETTLED: tuple[State, ...] = ("agreed", "settled")
"""States in which an answer stands."""


@dataclass(frozen=True, slots=True)
class Review:
    """A pair that was put up, all opinions on it, oldest first, and what they add up to."""

    pair: ReviewPair
    opinions: tuple[Opinion, ...]
    progress: ReviewProgress

    @property
    def applicable(self) -> bool:
        """Whether an answer stands that changes the catalogue; of a known pair none does."""
        return self.progress.state in SETTLED and self.pair.source != "known"

    @property
    def answers(self) -> dict[str, Answer]:
        """The answer of each observer that counts now, by name."""
        return newest((opinion.observer, opinion.answer) for opinion in self.opinions)

    def latest(self, observer: str) -> Opinion | None:
        """The newest opinion of an observer, also if it took an answer back."""
        own = [opinion for opinion in self.opinions if opinion.observer == observer]
        return own[-1] if own else None

    def answer_of(self, observer: str) -> Opinion | None:
        """The answer of an observer that counts."""
        opinion = self.latest(observer)
        return opinion if opinion and opinion.answer != "withdrawn" else None

    def due_from(self, observer: str) -> bool:
        """Whether it waits for this observer: still open, and not answered by them."""
        return self.progress.state in OPEN and observer not in self.answers

    def open_to(self, actor: Actor) -> bool:
        """Whether they may see what others and the machine say; they answer under their name.

        A blind pair opens with one's own answer, and stays open if that is taken back; curators
        see it besides when no answer is wanted any more.
        """
        if not self.pair.blind or self.latest(actor.name) is not None:
            return True
        return actor.role.may(Role.CURATOR) and self.progress.state not in OPEN

    def state_to(self, actor: Actor) -> VisibleState:
        """How far the pair is, as far as they may know.

        Of a pair that is not open to them only whether answers are wanted: that others agreed or
        disagreed would be a hint to who is asked next.
        """
        state = self.progress.state
        if state == "closed" or self.open_to(actor):
            return state
        return "waiting" if state in OPEN else "answered"

    def source_to(self, actor: Actor) -> Source | None:
        """Where the pair comes from, as far as they may know.

        Of a blind pair only curators know, once it is open to them; otherwise an observer could
        tell known pairs by it. Of those an admin knows when no answer is wanted any more.
        """
        if self.pair.source == "known":
            done = self.progress.state not in OPEN
            return "known" if done and actor.role.may(Role.ADMIN) else None
        disclosed = self.open_to(actor)
        if self.pair.blind:
            disclosed = disclosed and actor.role.may(Role.CURATOR)
        return self.pair.source if disclosed else None


@dataclass(frozen=True, slots=True)
class ReviewWithEncounters(Review):
    """A review with the summaries of its two encounters, the one of the lower number first."""

    encounters: tuple[EncounterSummary, EncounterSummary]

    @property
    def stations(self) -> tuple[str, ...]:
        """Where both were, each once."""
        return tuple(dict.fromkeys(e.station for e in self.encounters if e.station))

    @property
    def flanks(self) -> tuple[str, ...]:
        """Flanks that both show."""
        first, second = self.encounters
        return tuple(flank for flank in first.flanks if flank in second.flanks)


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """Which pairs are listed. An empty field takes all.

    state "open": anything but closed ones. disagreeing: only where observers said different things.
    """

    state: VisibleState | Literal["open", "all"] = "open"
    source: Source | Literal[""] = ""
    station: str = ""
    flank: str = ""
    whose: Whose = "mine"
    disagreeing: bool = False


@dataclass(frozen=True, slots=True)
class ObserverProgress:
    """How far an observer is today: pairs answered, and pairs that still wait for them."""

    done: int
    left: int


def every(
    connection: Connection, *, closed: bool = True, ids: Collection[int] | None = None
) -> list[Review]:
    """Pairs with all opinions on them, the oldest first, without their encounters."""
    pairs = review_pairs.every(connection, closed=closed, ids=ids)
    histories = opinions.of_pairs(connection, ids, closed=closed)
    return [_review(pair, histories.get(pair.id, [])) for pair in pairs]


def with_encounters(
    connection: Connection, reviews: Sequence[Review]
) -> list[ReviewWithEncounters]:
    """These reviews with the summaries of their encounters, in the order given."""
    numbers = {n for review in reviews for n in review.pair.couple}
    summaries = encounters.summaries(connection, numbers)
    return [
        ReviewWithEncounters(
            *(review.pair, review.opinions, review.progress),
            encounters=(summaries[review.pair.one], summaries[review.pair.other]),
        )
        for review in reviews
    ]


def get(connection: Connection, pair_id: int) -> ReviewWithEncounters:
    """One pair with all opinions on it and its encounters."""
    review = _of_pair(connection, review_pairs.get(connection, pair_id))
    return with_encounters(connection, [review])[0]


def closed_to(connection: Connection, couple: Couple, actor: Actor) -> Review | None:
    """The pair of two encounters that is up for blind review and not open to who asks, if any."""
    couple = (min(couple), max(couple))
    pair = review_pairs.existing(connection, [couple]).get(couple)
    if pair is None or pair.closed_at is not None:
        return None
    review = _of_pair(connection, pair)
    return None if review.open_to(actor) else review


def queue(
    connection: Connection,
    reviews: Sequence[Review],
    filters: QueueFilters,
    actor: Actor,
    part: slice = EVERYTHING,
) -> tuple[list[ReviewWithEncounters], int]:
    """A part of the reviews that fit the filters, and how many fit.

    What waits for who asks comes first, then it goes by worth, see `_place`.
    """
    fitting = [review for review in reviews if _fits(review, filters, actor)]
    fitting.sort(key=lambda review: (not review.due_from(actor.name), *_place(review)))
    if not filters.station and not filters.flank:
        return with_encounters(connection, fitting[part]), len(fitting)
    there = [
        review
        for review in with_encounters(connection, fitting)
        if filters.station in {"", *review.stations} and filters.flank in {"", *review.flanks}
    ]
    return there[part], len(there)


def following(reviews: Sequence[Review], observer: str, after: int | None = None) -> int | None:
    """The pair to look at next: the first below `after` that waits for this observer, else any.

    So whoever goes on without an answer comes to every pair, and again to this one at the end.
    """
    mine = (review for review in reviews if review.due_from(observer) and review.pair.id != after)
    waiting = sorted(mine, key=_place)
    left = next((_place(review) for review in reviews if review.pair.id == after), None)
    below = [review for review in waiting if left is not None and _place(review) > left]
    return next((review.pair.id for review in below or waiting), None)


def progress(
    connection: Connection, reviews: Sequence[Review], observer: str, at: datetime | None = None
) -> ObserverProgress:
    """How far an observer is on this day (UTC). reviews: all open pairs at least."""
    midnight = (at or now()).replace(hour=0, minute=0, second=0, microsecond=0)
    done = opinions.answered_since(connection, observer, midnight)
    return ObserverProgress(done, sum(review.due_from(observer) for review in reviews))


def answer(connection: Connection, pair_id: int, observer: str, new: NewOpinion) -> Opinion:
    """Record what an observer says.

    Before an observer's first answer to a blind pair nothing was shown, whatever a client states.
    """
    pair = review_pairs.get(connection, pair_id, hold=True)
    _check(connection, pair, new)
    if pair.blind and _of_pair(connection, pair).latest(observer) is None:
        new = replace(new, llr=None, model=None, calibrator=None)
    return opinions.add(connection, pair_id, observer, new)


def _of_pair(connection: Connection, pair: ReviewPair) -> Review:
    return _review(pair, opinions.of_pair(connection, pair.id))


def _review(pair: ReviewPair, history: Sequence[Opinion]) -> Review:
    counting = newest((opinion.observer, opinion.answer) for opinion in history)
    closed = pair.closed_at is not None
    return Review(
        pair, tuple(history), review_progress(counting, needed=pair.needed, closed=closed)
    )


def _place(review: Review) -> tuple[float, int]:
    """Where a pair stands in the queue: by worth, and by lot among those of one worth.

    Not by age: known pairs are mixed in late and would be the last ones.
    """
    return -review.pair.worth, review.pair.id * LOT % 2**32


def _fits(review: Review, filters: QueueFilters, actor: Actor) -> bool:
    state = review.state_to(actor)
    if filters.state == "open" and state == "closed":
        return False
    dissent = review.progress.dissent and review.open_to(actor)
    return (
        filters.state in {"open", "all", state}
        and (not filters.source or filters.source == review.source_to(actor))
        and (filters.whose == "all" or review.due_from(actor.name))
        and (not filters.disagreeing or dissent)
    )


def _check(connection: Connection, pair: ReviewPair, new: NewOpinion) -> None:
    """What an answer must say, and where marks may lie."""
    if new.answer in {"same", "different"} and new.certainty is None:
        raise CERTAINTY_MISSING[new.answer]()
    if new.answer in {"not_comparable", "cannot_tell"} and new.reason is None:
        raise REASON_MISSING[new.answer]()
    if new.regions:
        references = [r for n in pair.couple for r in encounters.references_of(connection, n)]
        known = {reference.annotation.id for reference in references}
        marked = [region.annotation_id for region in new.regions]
        strange = [number for number in marked if number not in known]
        if strange:
            raise MarkBesidePair(annotation=strange[0])
