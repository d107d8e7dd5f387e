"""What observers and the machine say of pairs of encounters, as far as everybody may know it.

Of a blind pair nothing is known until its observers have answered: neither their answers nor what
the machine measured. Hidden known pairs measure observers and say nothing about the catalogue.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select

from service.store.history import Evidence, PairSaid
from service.store.review_tables import opinion, pair_evidence, review_pair

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
    """A pair and what observers say of it. settled: what the majority of a blind pair says."""

    pair_id: int
    one: int
    other: int
    blind: bool
    settled: str | None
    opinions: tuple[Opinion, ...]

    @property
    def pair(self) -> Pair:
        """Lower number first."""
        return self.one, self.other

    def speaking(self, answer: str) -> tuple[Opinion, ...]:
        """The opinions that stand for this answer; of a blind pair only once it is settled so."""
        if self.blind and self.settled != answer:
            return ()
        return tuple(one for one in self.opinions if one.answer == answer)


def opinions(connection: Connection) -> list[Said]:
    """Every pair on which somebody has a say that may be known."""
    newest = select(func.max(opinion.c.id)).group_by(opinion.c.pair_id, opinion.c.observer)
    rows = connection.execute(
        select(review_pair, opinion.c.observer, opinion.c.answer, opinion.c.certainty,
               opinion.c.id.label("opinion_id"))
        .join(opinion, opinion.c.pair_id == review_pair.c.id)
        .where(
            opinion.c.id.in_(newest),
            opinion.c.answer != "withdrawn",
            review_pair.c.source != "known",
        )
        .order_by(opinion.c.id)
    ).all()  # fmt: skip
    of: dict[int, list[Opinion]] = {}
    pairs = {row.id: row for row in rows}
    for row in rows:
        one = Opinion(row.opinion_id, row.observer, row.answer, row.certainty)
        of.setdefault(row.id, []).append(one)
    found = []
    for number, row in pairs.items():
        settled = settled_as([one.answer for one in of[number]], row.needed)
        said = Said(number, row.one, row.other, row.blind, settled, tuple(of[number]))
        if not (row.blind and settled is None and row.closed_at is None):
            found.append(said)
    return found


def settled_as(answers: list[str], needed: int) -> str | None:
    """What the observers of a pair say together, None while that is open.

    The `needed` first ones agree, or a majority of them and the one asked after them does.
    """
    if len(answers) < needed:
        return None
    (first, times), *rest = Counter(answers[: needed + 1]).most_common()
    if len(set(answers[:needed])) == 1:
        return answers[0]
    if len(answers) == needed or (rest and rest[0][1] == times):
        return None
    return first


def hidden(connection: Connection) -> frozenset[Pair]:
    """Blind pairs that are not settled yet, and known ones: nothing of them may be shown."""
    rows = connection.execute(
        select(review_pair.c.one, review_pair.c.other).where(
            or_(
                review_pair.c.source == "known",
                review_pair.c.blind & review_pair.c.closed_at.is_(None),
            )
        )
    )
    shown = {one.pair for one in opinions(connection)}
    return frozenset((row.one, row.other) for row in rows) - shown


def measured(
    connection: Connection, ids: Collection[int], others: Collection[int] | None = None
) -> list[PairSaid]:
    """The newest llr of each pair among these encounters, or between them and others."""
    newer, table = pair_evidence.alias("newer"), pair_evidence
    of_pair = (newer.c.one == table.c.one) & (newer.c.other == table.c.other)
    later = of_pair & (newer.c.computed_at > table.c.computed_at)
    left, right = list(ids), list(others if others is not None else ids)
    one_way = table.c.one.in_(left) & table.c.other.in_(right)
    other_way = table.c.one.in_(right) & table.c.other.in_(left)
    rows = connection.execute(
        select(table).where(
            or_(one_way, other_way), table.c.comparable, ~select(newer.c.one).where(later).exists()
        )
    )
    found = {(r.one, r.other): PairSaid(r.one, r.other, r.llr, r.model, r.calibrator) for r in rows}
    secret = hidden(connection)
    return [said for pair, said in found.items() if pair not in secret]


def evidence(
    connection: Connection, ids: Collection[int], others: Collection[int] | None = None
) -> Evidence:
    """What is known of these pairs, for the history of a change: the strongest llrs first."""
    left, right = set(ids), set(others if others is not None else ids)
    pairs = strongest(measured(connection, left, right))
    numbers = [
        one.id
        for said in opinions(connection)
        if (said.one in left and said.other in right) or (said.one in right and said.other in left)
        for answer in ("same", "different")
        for one in said.speaking(answer)
    ]
    return Evidence(pairs, tuple(sorted(numbers)))


def strongest(pairs: Iterable[PairSaid]) -> tuple[PairSaid, ...]:
    """At most PAIRS_NAMED of them, the largest |llr| first."""
    ordered = sorted(pairs, key=lambda one: -abs(one.llr or 0))
    return tuple(ordered[:PAIRS_NAMED])
