"""What observers and the machine say of pairs of encounters, as far as everybody may know it.

Of a blind pair nothing is known until its observers have answered: neither their answers nor what
the machine measured. Hidden known pairs measure observers and say nothing about the catalogue.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from reid.observers.reviews import Answer, Standing, newest, standing
from service.store import opinions as store_opinions
from service.store import pairs, reviews
from service.store.history import Evidence, PairSaid
from service.store.opinions import OpinionOnPair
from service.store.pairs import Maker

Pair = tuple[int, int]
PAIRS_NAMED = 40


@dataclass(frozen=True, slots=True)
class Opinion:
    """The newest opinion of one observer on a pair, unless it was withdrawn."""

    id: int
    observer: str
    answer: str
    certainty: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """A pair, how far it is by the rule of reid.observers.reviews, and what each observer says."""

    pair_id: int
    one: int
    other: int
    blind: bool
    standing: Standing
    opinions: tuple[Opinion, ...]

    @property
    def pair(self) -> Pair:
        """Lower number first."""
        return self.one, self.other

    @property
    def settled(self) -> Answer | None:
        """What its observers say together, None while that is open."""
        return self.standing.answer

    @property
    def secret(self) -> bool:
        """Blind and not settled: nothing of it may be known."""
        return self.blind and self.settled is None and self.standing.state != "closed"

    def speaking(self, answer: str) -> tuple[Opinion, ...]:
        """The opinions that stand for this answer; of a blind pair only once it is settled so."""
        if self.blind and self.settled != answer:
            return ()
        return tuple(one for one in self.opinions if one.answer == answer)


def opinions(connection: Connection) -> list[Said]:
    """Every pair on which somebody has a say that may be known."""
    return [one for one in _every(connection) if one.opinions and not one.secret]


def standings(connection: Connection) -> dict[Pair, Standing]:
    """How far every pair is that was put up for review, hidden known ones apart."""
    return {one.pair: one.standing for one in _every(connection)}


def opinions_by_number(connection: Connection, ids: Collection[int]) -> dict[int, OpinionOnPair]:
    """These opinions by number, without those on pairs of which nothing may be shown."""
    on_record = store_opinions.by_number(connection, ids)
    secret = hidden(connection) if on_record else frozenset()
    return {
        number: opinion for number, opinion in on_record.items() if opinion.couple not in secret
    }


def hidden(connection: Connection) -> frozenset[Pair]:
    """Blind pairs that are not settled yet, and known ones: nothing of them may be shown."""
    known = reviews.couples(connection, source="known")
    return known | {one.pair for one in _every(connection, closed=False) if one.secret}


def _every(connection: Connection, *, closed: bool = True) -> list[Said]:
    """All pairs that were put up, hidden known ones apart, with what each observer says now.

    Only open ones without `closed`.
    """
    spoken = store_opinions.of_pairs(connection, closed=closed)
    found = []
    for pair in reviews.every(connection, closed=closed):
        if pair.source == "known":
            continue
        said = {one.observer: one for one in spoken.get(pair.id, [])}
        now = newest((one.observer, one.answer) for one in spoken.get(pair.id, []))
        far = standing(now, needed=pair.needed, closed=pair.closed_at is not None)
        own = sorted((said[observer] for observer in now), key=lambda one: one.id)
        shown = tuple(Opinion(o.id, o.observer, o.answer, o.certainty) for o in own)
        found.append(Said(pair.id, pair.one, pair.other, pair.blind, far, shown))
    return found


def measured(
    connection: Connection,
    maker: Maker | None,
    ids: Collection[int],
    others: Collection[int] | None = None,
) -> list[PairSaid]:
    """What the machine in force says of the pairs among some, or between them and others.

    Nothing of hidden pairs, and nothing where no machine is in force. See `pairs` for what counts.
    """
    if maker is None:
        return []
    found = pairs.across(connection, maker, ids, others if others is not None else ids)
    secret = hidden(connection)
    return [
        PairSaid(*one.couple, one.llr, maker.model, maker.calibrator)
        for one in found
        if one.comparable and one.couple not in secret
    ]


def evidence(
    connection: Connection,
    maker: Maker | None,
    ids: Collection[int],
    others: Collection[int] | None = None,
) -> Evidence:
    """What is known of these pairs, for the history of a change: the strongest llrs first."""
    left, right = set(ids), set(others if others is not None else ids)
    known = strongest(measured(connection, maker, left, right))
    numbers = [
        one.id
        for said in opinions(connection)
        if (said.one in left and said.other in right) or (said.one in right and said.other in left)
        for answer in ("same", "different")
        for one in said.speaking(answer)
    ]
    return Evidence(known, tuple(sorted(numbers)))


def strongest(some: Iterable[PairSaid]) -> tuple[PairSaid, ...]:
    """At most PAIRS_NAMED of them, the largest |llr| first."""
    ordered = sorted(some, key=lambda one: -abs(one.llr or 0))
    return tuple(ordered[:PAIRS_NAMED])
