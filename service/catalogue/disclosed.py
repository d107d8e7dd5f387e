"""What observers and the machine say of pairs of encounters, as far as everybody may know it.

Of a blind pair nothing is known until its observers have answered: neither their answers nor what
the machine measured. Hidden known pairs measure observers and say nothing about the catalogue.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from reid.observers.reviews import Answer, ReviewProgress, newest, review_progress
from service.store import opinions as store_opinions
from service.store import pairs, reviews
from service.store.history import ChangeEvidence, PairSaid
from service.store.opinions import OpinionOnPair
from service.store.pairs import Maker

Pair = tuple[int, int]
Numbers = Collection[int]
PAIRS_NAMED = 40


@dataclass(frozen=True, slots=True)
class StandingOpinion:
    """The newest opinion of one observer on a pair, unless it was withdrawn."""

    id: int
    observer: str
    answer: str
    certainty: str | None


@dataclass(frozen=True, slots=True)
class PairOpinions:
    """A pair under review, the lower number first, its progress, and what each observer says."""

    pair_id: int
    pair: Pair
    blind: bool
    standing: ReviewProgress
    opinions: tuple[StandingOpinion, ...]

    @property
    def settled(self) -> Answer | None:
        """What its observers say together, None while that is open."""
        return self.standing.answer

    @property
    def secret(self) -> bool:
        """Blind and not settled: nothing of it may be known."""
        return self.blind and self.settled is None and self.standing.state != "closed"

    def opinions_for(self, answer: str) -> tuple[StandingOpinion, ...]:
        """The opinions that stand for this answer; of a blind pair only once it is settled so."""
        if self.blind and self.settled != answer:
            return ()
        return tuple(opinion for opinion in self.opinions if opinion.answer == answer)


def opinions(connection: Connection) -> list[PairOpinions]:
    """Every pair on which somebody has a say that may be known."""
    every = _reviewed_pairs(connection)
    return [reviewed for reviewed in every if reviewed.opinions and not reviewed.secret]


def standings(connection: Connection) -> dict[Pair, ReviewProgress]:
    """How far every pair is that was put up for review, hidden known ones apart."""
    return {reviewed.pair: reviewed.standing for reviewed in _reviewed_pairs(connection)}


def opinions_by_number(connection: Connection, ids: Collection[int]) -> dict[int, OpinionOnPair]:
    """These opinions by number, without those on pairs of which nothing may be shown."""
    on_record = store_opinions.by_number(connection, ids)
    secret = hidden(connection) if on_record else frozenset()
    return {number: said for number, said in on_record.items() if said.couple not in secret}


def hidden(connection: Connection) -> frozenset[Pair]:
    """Blind pairs that are not settled yet, and known ones: nothing of them may be shown."""
    waiting = _reviewed_pairs(connection, closed=False)
    known = reviews.couples(connection, source="known")
    return known | {reviewed.pair for reviewed in waiting if reviewed.secret}


def _reviewed_pairs(connection: Connection, *, closed: bool = True) -> list[PairOpinions]:
    """Pairs put up, hidden known ones apart, and what observers say; without `closed` open ones."""
    on_record = store_opinions.of_pairs(connection, closed=closed)
    reviewed = []
    for pair in reviews.every(connection, closed=closed):
        if pair.source == "known":
            continue
        opinions_on = on_record.get(pair.id, [])
        last_of = {opinion.observer: opinion for opinion in opinions_on}
        answers = newest((opinion.observer, opinion.answer) for opinion in opinions_on)
        progress = review_progress(answers, needed=pair.needed, closed=pair.closed_at is not None)
        stand = sorted((last_of[observer] for observer in answers), key=lambda last: last.id)
        brief = tuple(StandingOpinion(o.id, o.observer, o.answer, o.certainty) for o in stand)
        reviewed.append(PairOpinions(pair.id, pair.couple, pair.blind, progress, brief))
    return reviewed


def measured(
    connection: Connection, maker: Maker | None, ids: Numbers, others: Numbers | None = None
) -> list[PairSaid]:
    """What the machine in force says of pairs among these encounters, or between them and others.

    Nothing of hidden pairs, and nothing where no machine is in force. See `pairs` for what counts.
    """
    if maker is None:
        return []
    measurements = pairs.across(connection, maker, ids, others if others is not None else ids)
    secret = hidden(connection)
    return [
        PairSaid(*measurement.couple, measurement.llr, maker.model, maker.calibrator)
        for measurement in measurements
        if measurement.comparable and measurement.couple not in secret
    ]


def evidence(
    connection: Connection, maker: Maker | None, ids: Numbers, others: Numbers | None = None
) -> ChangeEvidence:
    """What is known of these pairs, for the history of a change: the strongest llrs first."""
    left, right = set(ids), set(others if others is not None else ids)
    known = strongest(measured(connection, maker, left, right))
    numbers = [
        opinion.id
        for reviewed in opinions(connection)
        if _across(reviewed.pair, left, right)
        for answer in ("same", "different")
        for opinion in reviewed.opinions_for(answer)
    ]
    return ChangeEvidence(known, tuple(sorted(numbers)))


def _across(pair: Pair, left: Collection[int], right: Collection[int]) -> bool:
    """Whether one encounter of a pair is on the left and the other one on the right."""
    first, second = pair
    return (first in left and second in right) or (first in right and second in left)


def strongest(measurements: Iterable[PairSaid]) -> tuple[PairSaid, ...]:
    """At most PAIRS_NAMED of them, the largest |llr| first."""
    ordered = sorted(measurements, key=lambda pair: -abs(pair.llr or 0))
    return tuple(ordered[:PAIRS_NAMED])
