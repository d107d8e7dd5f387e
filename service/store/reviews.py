"""Pairs of encounters put up for review: each pair once, closed and opened again, never deleted."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, exists, insert, select, tuple_, update

from reid.observers.reviews import Truth
from service.store.database import insert_or, newest_number, row_or, rows_in, value_of
from service.store.errors import NoSuchEncounter, NoSuchPair, PairWasAnswered, PairWithItself
from service.store.pairs import Couple
from service.store.photos import IN_USE
from service.store.tables.base import now
from service.store.tables.encounters import annotation, encounter
from service.store.tables.reviews import opinion, review_change, review_pair

Source = Literal["suggested", "asked", "known", "conflict"]
ChangeKind = Literal["closed", "needed", "blind"]


@dataclass(frozen=True, slots=True)
class NewPair:
    """Two encounters to put up for review, in any order.

    truth: of a hidden known pair only. needed: observers who must answer. worth: expected change
    of the number of animals.
    """

    one: int
    other: int
    source: Source = "asked"
    truth: Truth | None = None
    blind: bool = True
    needed: int = 2
    worth: float = 0.0
    note: str = ""

    @property
    def couple(self) -> Couple:
        """The lower number first."""
        return min(self.one, self.other), max(self.one, self.other)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPair(NewPair):
    """A pair that is up, the lower number first. reviewer: who put it up. closed_at None: open."""

    id: int
    reviewer: str
    created_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReviewUpdate:
    """What shall be different; None stays as it is."""

    closed: bool | None = None
    needed: int | None = None
    blind: bool | None = None


@dataclass(frozen=True, slots=True)
class PairChange:
    """Who changed a pair, and how. value: afterwards; 0 or 1 for closed and blind."""

    id: int
    pair_id: int
    kind: ChangeKind
    value: int
    reviewer: str
    note: str
    changed_at: datetime


def put(connection: Connection, new: Sequence[NewPair], reviewer: str) -> list[ReviewPair]:
    """Put pairs up, in the order given; a pair that is up already stays as it is.

    A closed pair is opened again if a person asks for it, not because it is suggested once more:
    otherwise a suggestion would undo what a curator closed. A newer suggestion brings its worth.
    """
    _known_encounters(connection, {n for new_pair in new for n in new_pair.couple})
    fresh = {new_pair.couple: new_pair for new_pair in new}
    before = existing(connection, fresh)
    rows = [_row(new_pair, reviewer) for couple, new_pair in fresh.items() if couple not in before]
    if rows:
        insert_new = insert_or(connection, review_pair).on_conflict_do_nothing(
            index_elements=["one", "other"]
        )
        connection.execute(insert_new, rows)
    for couple, pair in before.items():
        _again(connection, pair, fresh[couple], reviewer)
    pairs = existing(connection, fresh)
    return [pairs[couple] for couple in fresh]


def get(connection: Connection, pair_id: int, *, hold: bool = False) -> ReviewPair:
    """One pair. hold: nobody else changes it until the end of the transaction."""
    query = select(review_pair).where(review_pair.c.id == pair_id)
    held = query.with_for_update() if hold else query
    return value_of(ReviewPair, row_or(connection, held, NoSuchPair(pair=pair_id)))


def every(
    connection: Connection,
    *,
    closed: bool = True,
    ids: Collection[int] | None = None,
    hold: bool = False,
) -> list[ReviewPair]:
    """All pairs, the oldest first; only `ids` where given.

    closed False: only open ones, of encounters with photos in use.
    hold: nobody else changes them until the end of the transaction.
    """
    query = select(review_pair).order_by(review_pair.c.id)
    if hold:
        query = query.with_for_update()
    if not closed:
        sides = (_has_photos(review_pair.c.one), _has_photos(review_pair.c.other))
        query = query.where(review_pair.c.closed_at.is_(None), *sides)
    if ids is not None:
        query = query.where(review_pair.c.id.in_(ids))
    return [value_of(ReviewPair, row) for row in connection.execute(query)]


def _has_photos(encounter: ColumnElement[int]) -> ColumnElement[bool]:
    """Not as a list of all that have: SQLite tries every pair of such a list."""
    return exists().where(annotation.c.encounter_id == encounter, IN_USE)


def couples(connection: Connection, *, source: Source | None = None) -> frozenset[Couple]:
    """Every pair of encounters that was ever put up for review, or those from one source."""
    query = select(review_pair.c.one, review_pair.c.other)
    if source is not None:
        query = query.where(review_pair.c.source == source)
    return frozenset((row.one, row.other) for row in connection.execute(query))


def version(connection: Connection) -> str:
    """Changes whenever somebody says something about a pair, puts one up, or changes one."""
    tables = (opinion, review_pair, review_change)
    return " ".join(str(newest_number(connection, table)) for table in tables)


def there(connection: Connection) -> bool:
    """Whether any pair was ever put up."""
    return connection.execute(select(review_pair.c.id).limit(1)).first() is not None


def existing(connection: Connection, couples: Iterable[Couple]) -> dict[Couple, ReviewPair]:
    """Those of these couples that were put up before."""
    both = tuple_(review_pair.c.one, review_pair.c.other)
    rows = rows_in(connection, select(review_pair), both, list(couples))
    return {(row.one, row.other): value_of(ReviewPair, row) for row in rows}


def edit(
    connection: Connection, pair_id: int, changes: ReviewUpdate, reviewer: str, note: str = ""
) -> ReviewPair:
    """Close or open a pair, ask more observers, make it blind or not; who did it is recorded."""
    before = get(connection, pair_id, hold=True)
    values: dict[str, Any] = {}
    changed: dict[ChangeKind, int] = {}
    if changes.closed is not None and changes.closed != (before.closed_at is not None):
        values["closed_at"] = now() if changes.closed else None
        changed["closed"] = int(changes.closed)
    if changes.needed is not None and changes.needed != before.needed:
        values["needed"] = changed["needed"] = changes.needed
    if changes.blind is not None and changes.blind != before.blind:
        _refuse_answered(connection, pair_id)
        values["blind"] = changes.blind
        changed["blind"] = int(changes.blind)
    if values:
        connection.execute(update(review_pair).where(review_pair.c.id == pair_id).values(values))
    for kind, value in changed.items():
        _record(connection, pair_id, kind, value, reviewer, note)
    return get(connection, pair_id)


def history(connection: Connection, pair_id: int) -> list[PairChange]:
    """What was changed of a pair since it was put up, oldest first."""
    query = select(review_change).where(review_change.c.pair_id == pair_id)
    rows = connection.execute(query.order_by(review_change.c.id))
    return [PairChange(**row._mapping) for row in rows]


def _refuse_answered(connection: Connection, pair_id: int) -> None:
    """Answers given blind and others would be mixed up otherwise."""
    answered = select(opinion.c.id).where(opinion.c.pair_id == pair_id).limit(1)
    if connection.execute(answered).first() is not None:
        raise PairWasAnswered(pair=pair_id)


def _known_encounters(connection: Connection, ids: Collection[int]) -> None:
    numbers = connection.scalars(select(encounter.c.id).where(encounter.c.id.in_(ids)))
    if missing := sorted(set(ids) - set(numbers)):
        raise NoSuchEncounter(encounter=missing[0])


def _row(new: NewPair, reviewer: str) -> dict[str, Any]:
    one, other = new.couple
    if one == other:
        raise PairWithItself(encounter=one)
    return {**asdict(new), "one": one, "other": other, "reviewer": reviewer}


def _again(connection: Connection, pair: ReviewPair, new: NewPair, reviewer: str) -> None:
    """What putting it up once more changes."""
    values: dict[str, Any] = {}
    if pair.closed_at is not None and new.source in {"asked", "conflict"}:
        values["closed_at"] = None
        _record(connection, pair.id, "closed", 0, reviewer, new.note)
    if new.source == "suggested" and pair.source != "known" and new.worth != pair.worth:
        values["worth"] = new.worth
    if values:
        connection.execute(update(review_pair).where(review_pair.c.id == pair.id).values(values))


def _record(
    connection: Connection, pair_id: int, kind: ChangeKind, value: int, reviewer: str, note: str
) -> None:
    row = {"pair_id": pair_id, "kind": kind, "value": value, "reviewer": reviewer, "note": note}
    connection.execute(insert(review_change).values(row))
