"""Pairs of encounters put up for review: each pair once, closed and opened again, never deleted."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, tuple_, update

from reid.observers.reviews import Truth
from service.store.database import AnyRow, insert_or, newest_number
from service.store.errors import NoSuchEncounter, NoSuchPair, PairWasAnswered, PairWithItself
from service.store.pairs import Couple
from service.store.tables.base import now
from service.store.tables.encounters import encounter
from service.store.tables.reviews import opinion, review_change, review_pair

Source = Literal["suggested", "asked", "known", "conflict"]
ChangeKind = Literal["closed", "needed", "blind"]
AT_ONCE = 500  # pairs looked up by one query


@dataclass(frozen=True, slots=True)
class ReviewPair:
    """Two encounters to be reviewed, the lower number first.

    truth: of a hidden known pair only. needed: observers who must answer. worth: expected change
    of the number of animals. reviewer: who put it up. closed_at None: open.
    """

    id: int
    one: int
    other: int
    source: Source
    truth: Truth | None
    blind: bool
    needed: int
    worth: float
    note: str
    reviewer: str
    created_at: datetime
    closed_at: datetime | None

    @property
    def couple(self) -> Couple:
        """Both encounters."""
        return self.one, self.other


@dataclass(frozen=True, slots=True)
class NewPair:
    """A pair to put up, in any order. The encounters need not be in order."""

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


@dataclass(frozen=True, slots=True)
class Edit:
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
    _known_encounters(connection, {n for one in new for n in one.couple})
    fresh = {one.couple: one for one in new}
    before = existing(connection, fresh)
    rows = [_row(one, reviewer) for couple, one in fresh.items() if couple not in before]
    if rows:
        insert_new = insert_or(connection, review_pair).on_conflict_do_nothing(
            index_elements=["one", "other"]
        )
        connection.execute(insert_new, rows)
    for couple, pair in before.items():
        _again(connection, pair, fresh[couple], reviewer)
    found = existing(connection, fresh)
    return [found[couple] for couple in fresh]


def get(connection: Connection, pair_id: int, *, hold: bool = False) -> ReviewPair:
    """One pair. hold: nobody else changes it until the end of the transaction."""
    query = select(review_pair).where(review_pair.c.id == pair_id)
    row = connection.execute(query.with_for_update() if hold else query).first()
    if row is None:
        raise NoSuchPair(pair=pair_id)
    return _pair(row)


def every(
    connection: Connection,
    *,
    closed: bool = True,
    ids: Collection[int] | None = None,
    hold: bool = False,
) -> list[ReviewPair]:
    """All pairs, the oldest first; only open ones without `closed`, only `ids` where given.

    hold: nobody else changes them until the end of the transaction.
    """
    query = select(review_pair).order_by(review_pair.c.id)
    if hold:
        query = query.with_for_update()
    if not closed:
        query = query.where(review_pair.c.closed_at.is_(None))
    if ids is not None:
        query = query.where(review_pair.c.id.in_(ids))
    return [_pair(row) for row in connection.execute(query)]


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
    wanted, found = list(couples), {}
    both = tuple_(review_pair.c.one, review_pair.c.other)
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        for row in connection.execute(select(review_pair).where(both.in_(part))):
            found[(row.one, row.other)] = _pair(row)
    return found


def edit(
    connection: Connection, pair_id: int, wanted: Edit, reviewer: str, note: str = ""
) -> ReviewPair:
    """Close a pair or open it again, ask more observers, or change whether it is blind.

    Who did it stays on record.
    """
    before = get(connection, pair_id, hold=True)
    values: dict[str, Any] = {}
    changed: dict[ChangeKind, int] = {}
    if wanted.closed is not None and wanted.closed != (before.closed_at is not None):
        values["closed_at"] = now() if wanted.closed else None
        changed["closed"] = int(wanted.closed)
    if wanted.needed is not None and wanted.needed != before.needed:
        values["needed"] = changed["needed"] = wanted.needed
    if wanted.blind is not None and wanted.blind != before.blind:
        _refuse_answered(connection, pair_id)
        values["blind"] = wanted.blind
        changed["blind"] = int(wanted.blind)
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
    found = connection.execute(select(encounter.c.id).where(encounter.c.id.in_(ids))).scalars()
    missing = sorted(set(ids) - set(found))
    if missing:
        raise NoSuchEncounter(encounter=missing[0])


def _row(new: NewPair, reviewer: str) -> dict[str, Any]:
    one, other = new.couple
    if one == other:
        raise PairWithItself(encounter=one)
    return {
        "one": one,
        "other": other,
        "source": new.source,
        "truth": new.truth,
        "blind": new.blind,
        "needed": new.needed,
        "worth": new.worth,
        "note": new.note,
        "reviewer": reviewer,
    }


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


def _pair(row: AnyRow) -> ReviewPair:
    return ReviewPair(**row._mapping)
