"""What observers say of a pair: append-only; nobody's answer replaces or refuses another's."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, func, insert, select

from reid.observers.reviews import AnswerOrWithdrawal
from service.store import reviews
from service.store.database import AnyRow, gathered, insert_one, value_of
from service.store.errors import NoAnswerToTakeBack
from service.store.pairs import Couple
from service.store.tables.reviews import opinion, review_pair

Certainty = Literal["certain", "probable", "possible"]
Reason = Literal["flank", "blur", "dark", "small", "angle", "hidden", "pattern", "other"]
Label = Literal["agrees", "differs"]


@dataclass(frozen=True, slots=True)
class Region:
    """A place that an observer marked, in pixels of the upright photo; a point has no size."""

    annotation_id: int
    x: float
    y: float
    width: float
    height: float
    label: Label


@dataclass(frozen=True, slots=True)
class NewOpinion:
    """What an observer says.

    reason: why it cannot be told or compared. llr, model, calibrator: what was shown before the
    answer; None where nothing was. seconds: from the page being shown to the answer.
    """

    answer: AnswerOrWithdrawal
    certainty: Certainty | None = None
    reason: Reason | None = None
    note: str = ""
    regions: tuple[Region, ...] = ()
    llr: float | None = None
    model: str | None = None
    calibrator: str | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion(NewOpinion):
    """What an observer said, on record."""

    id: int
    pair_id: int
    observer: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class OpinionOnPair:
    """What somebody said of a pair once, for whoever reads what a change rests on."""

    couple: Couple
    observer: str
    answer: AnswerOrWithdrawal


def add(connection: Connection, pair_id: int, observer: str, new: NewOpinion) -> Opinion:
    """Append an opinion, also to a pair that was closed meanwhile: nothing is lost."""
    reviews.get(connection, pair_id, hold=True)
    if new.answer == "withdrawn" and not _stands(connection, pair_id, observer):
        raise NoAnswerToTakeBack(observer=observer)
    row = {"pair_id": pair_id, "observer": observer, **asdict(new)}
    row["regions"] = json.dumps(row["regions"])
    number = insert_one(connection, insert(opinion).values(row))
    return _opinion(connection.execute(select(opinion).where(opinion.c.id == number)).one())


def of_pairs(
    connection: Connection, ids: Collection[int] | None = None, *, closed: bool = True
) -> dict[int, list[Opinion]]:
    """Opinions on these pairs or all, oldest first, by pair; without `closed` on open ones only."""
    query = select(opinion).order_by(opinion.c.id)
    if ids is not None:
        query = query.where(opinion.c.pair_id.in_(ids))
    if not closed:
        open_ = select(review_pair.c.id).where(review_pair.c.closed_at.is_(None))
        query = query.where(opinion.c.pair_id.in_(open_))
    return gathered((row.pair_id, _opinion(row)) for row in connection.execute(query))


def by_number(connection: Connection, ids: Collection[int]) -> dict[int, OpinionOnPair]:
    """These opinions with the encounters of their pairs, by number."""
    query = select(opinion.c.id, opinion.c.observer, opinion.c.answer).where(opinion.c.id.in_(ids))
    query = query.add_columns(review_pair.c.one, review_pair.c.other)
    rows = connection.execute(query.join(review_pair, review_pair.c.id == opinion.c.pair_id))
    return {row.id: OpinionOnPair((row.one, row.other), row.observer, row.answer) for row in rows}


def answered_since(connection: Connection, observer: str, moment: datetime) -> int:
    """How many pairs an observer answered since then, without what was taken back."""
    newest = select(func.max(opinion.c.id)).where(opinion.c.observer == observer)
    counted = select(func.count()).where(
        opinion.c.id.in_(newest.group_by(opinion.c.pair_id)),
        opinion.c.answer != "withdrawn",
        opinion.c.decided_at >= moment,
    )
    return connection.scalar(counted) or 0


def of_pair(connection: Connection, pair_id: int) -> list[Opinion]:
    """All opinions on one pair, oldest first."""
    return of_pairs(connection, [pair_id]).get(pair_id, [])


def _stands(connection: Connection, pair_id: int, observer: str) -> bool:
    """Whether this observer's newest opinion is an answer."""
    newest = (
        select(opinion.c.answer)
        .where(opinion.c.pair_id == pair_id, opinion.c.observer == observer)
        .order_by(opinion.c.id.desc())
        .limit(1)
    )
    return connection.scalar(newest) not in {None, "withdrawn"}


def _opinion(row: AnyRow) -> Opinion:
    marked = tuple(Region(**region) for region in json.loads(row.regions))
    return value_of(Opinion, row, regions=marked)
