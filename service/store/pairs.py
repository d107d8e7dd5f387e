"""What the machine measured on pairs of encounters, and what waits to be measured.

Evidence belongs to a model and a calibrator and to the photos it was made from: a row that is
older than the photos of either encounter is never read.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, case, delete, func, insert, select

from service.store import jobs
from service.store.database import AnyRow, insert_or
from service.store.identities import current
from service.store.photos import IN_USE
from service.store.tables.base import now
from service.store.tables.encounters import annotation
from service.store.tables.features import embedding
from service.store.tables.reviews import pair_evidence, pair_search

KIND = "pairs"

Couple = tuple[int, int]  # numbers of two encounters, the lower one first


@dataclass(frozen=True, slots=True)
class PairMeasurement:
    """One pair. newest: number of the newest embedding of each encounter when it was compared."""

    couple: Couple
    llr: float
    comparable: bool
    newest: Couple


@dataclass(frozen=True, slots=True)
class Maker:
    """Who made evidence: the network and the calibrator in force."""

    model: str
    calibrator: str


def put(connection: Connection, maker: Maker, measurements: Sequence[PairMeasurement]) -> None:
    """Keep what was measured, instead of what the same model and calibrator said before.

    Two workers may have compared one pair at the same time: what rests on newer photos stays.
    """
    if not measurements:
        return
    rows = []
    for measurement in sorted(measurements, key=attrgetter("couple")):  # workers wait, never block
        (one, other), (one_newest, other_newest) = measurement.couple, measurement.newest
        row = {"one": one, "other": other, "one_newest": one_newest, "other_newest": other_newest}
        facts = {"llr": measurement.llr, "comparable": measurement.comparable}
        rows.append({**row, **facts, **asdict(maker), "computed_at": now()})
    new, old = insert_or(connection, pair_evidence), pair_evidence.c
    names = ("llr", "comparable", "one_newest", "other_newest", "computed_at")
    statement = new.on_conflict_do_update(
        index_elements=list(pair_evidence.primary_key),
        set_={name: new.excluded[name] for name in names},
        where=(old.one_newest <= new.excluded.one_newest)
        & (old.other_newest <= new.excluded.other_newest),
    )
    connection.execute(statement, rows)


def searched(connection: Connection, maker: Maker, encounter_id: int, newest: int) -> None:
    """Note that the nearest others of an encounter were compared with it, as its photos were."""
    of_this = (pair_search.c.encounter_id == encounter_id) & _made_by(pair_search, maker)
    connection.execute(delete(pair_search).where(of_this))
    row = insert(pair_search).values(encounter_id=encounter_id, newest=newest, **asdict(maker))
    connection.execute(row)


def every(connection: Connection, maker: Maker) -> list[PairMeasurement]:
    """All evidence that is as new as the photos."""
    rows = connection.execute(select(pair_evidence).where(_made_by(pair_evidence, maker)))
    return _fresh(rows, newest_of(connection, maker.model))


def inside(connection: Connection, maker: Maker, below: float) -> list[PairMeasurement]:
    """The evidence of comparable pairs under one identity whose llr is at most `below`."""
    one, other = (current().subquery() for _ in range(2))
    query = (
        select(pair_evidence)
        .join(one, one.c.encounter_id == pair_evidence.c.one)
        .join(other, other.c.encounter_id == pair_evidence.c.other)
        .where(
            one.c.identity_id == other.c.identity_id,
            pair_evidence.c.comparable,
            pair_evidence.c.llr <= below,
        )
    )
    return _read(connection, maker, query)


def between_identities(connection: Connection, maker: Maker, above: float) -> list[PairMeasurement]:
    """The evidence of comparable pairs not under one identity whose llr is at least `above`.

    At least one of the two encounters has an identity.
    """
    one, other = (current().subquery() for _ in range(2))
    query = (
        select(pair_evidence)
        .outerjoin(one, one.c.encounter_id == pair_evidence.c.one)
        .outerjoin(other, other.c.encounter_id == pair_evidence.c.other)
        .where(
            one.c.identity_id.is_distinct_from(other.c.identity_id),
            pair_evidence.c.comparable,
            pair_evidence.c.llr >= above,
        )
    )
    return _read(connection, maker, query)


def of_encounter(connection: Connection, maker: Maker, encounter_id: int) -> list[PairMeasurement]:
    """The evidence of one encounter that is as new as the photos."""
    sides = (pair_evidence.c.one == encounter_id) | (pair_evidence.c.other == encounter_id)
    return _read(connection, maker, select(pair_evidence).where(sides))


def across(
    connection: Connection, maker: Maker, ids: Collection[int], others: Collection[int]
) -> list[PairMeasurement]:
    """The evidence of pairs with one side in each of two sets, as new as the photos."""
    one, other = pair_evidence.c.one, pair_evidence.c.other
    sides = (one.in_(ids) & other.in_(others)) | (one.in_(others) & other.in_(ids))
    return _read(connection, maker, select(pair_evidence).where(sides))


def _read(
    connection: Connection, maker: Maker, query: Select[*tuple[Any, ...]]
) -> list[PairMeasurement]:
    """Those of these rows that are of this maker and as new as the photos."""
    rows = connection.execute(query.where(_made_by(pair_evidence, maker))).all()
    numbers = {number for row in rows for number in (row.one, row.other)}
    return _fresh(rows, newest_of(connection, maker.model, numbers))


def _fresh(rows: Iterable[AnyRow], newest: Mapping[int, int]) -> list[PairMeasurement]:
    """Those that are as new as the photos of both encounters."""
    measurements = (
        PairMeasurement((r.one, r.other), r.llr, r.comparable, (r.one_newest, r.other_newest))
        for r in rows
    )
    return [
        measurement
        for measurement in measurements
        if measurement.newest == tuple(map(newest.get, measurement.couple))
    ]


def newest_of(
    connection: Connection, model: str, encounters: Iterable[int] | None = None
) -> dict[int, int]:
    """The number of the newest embedding of every encounter that has one, or of some."""
    query = (
        select(annotation.c.encounter_id, func.max(embedding.c.id))
        .join(embedding, embedding.c.annotation_id == annotation.c.id)
        .where(embedding.c.model == model, IN_USE)
        .group_by(annotation.c.encounter_id)
    )
    if encounters is not None:
        query = query.where(annotation.c.encounter_id.in_(sorted(encounters)))
    return {row[0]: row[1] for row in connection.execute(query)}


def lacking(connection: Connection, maker: Maker) -> list[int]:
    """Encounters whose photos are all embedded and whose pairs are missing or out of date."""
    of_this = embedding.c.annotation_id == annotation.c.id
    embedded = of_this & (embedding.c.model == maker.model)
    there = (
        select(
            annotation.c.encounter_id,
            func.max(embedding.c.id).label("newest"),
            func.count(embedding.c.id).label("embedded"),
            func.count().label("annotations"),
            func.sum(case((annotation.c.state == "pending", 1), else_=0)).label("pending"),
        )
        .select_from(annotation.outerjoin(embedding, embedded))
        .where(annotation.c.state != "failed", IN_USE)
        .group_by(annotation.c.encounter_id)
        .subquery()
    )
    same = pair_search.c.encounter_id == there.c.encounter_id
    done = same & (pair_search.c.newest == there.c.newest) & _made_by(pair_search, maker)
    query = (
        select(there.c.encounter_id)
        .select_from(there.outerjoin(pair_search, done))
        .where(
            there.c.pending == 0,
            there.c.embedded == there.c.annotations,
            pair_search.c.id.is_(None),
        )
        .order_by(there.c.encounter_id)
    )
    return list(connection.scalars(query))


def enqueue(connection: Connection, maker: Maker, *, again: bool = False) -> int:
    """Queue every encounter that lacks evidence; returns how many are new in the queue.

    What waits for another model or calibrator is dropped, and what failed is queued only `again`.
    """
    waiting = jobs.payloads(connection, KIND, "queued")
    if not all(_is_of(queued, maker) for queued in waiting):
        jobs.drop(connection, KIND)
        waiting = []
    known = waiting + ([] if again else jobs.payloads(connection, KIND, "failed"))
    current = {queued["encounter"] for queued in known if _is_of(queued, maker)}
    new = [number for number in lacking(connection, maker) if number not in current]
    for number in new:
        jobs.enqueue(connection, KIND, payload(number, maker))
    return len(new)


def payload(encounter_id: int, maker: Maker) -> dict[str, int | str]:
    """What a job of this kind carries."""
    return {"encounter": encounter_id, **asdict(maker)}


def _made_by(table: Table, maker: Maker) -> ColumnElement[bool]:
    return (table.c.model == maker.model) & (table.c.calibrator == maker.calibrator)


def _is_of(payload: Mapping[str, Any], maker: Maker) -> bool:
    return (payload["model"], payload["calibrator"]) == (maker.model, maker.calibrator)
