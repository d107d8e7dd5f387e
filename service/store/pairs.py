"""What the machine measured on pairs of encounters, what waits to be measured, and what was asked.

Evidence belongs to a model and a calibrator and to the photos it was made from: a row that is
older than the photos of either encounter is never read.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Table, and_, case, delete, func, insert, select

from reid.types import Flank, GalleryRow
from service.store import jobs
from service.store.review_tables import opinion, pair_evidence, pair_search, review_pair
from service.store.tables import annotation, embedding

KIND = "pairs"
NOBODY = 0  # the identity of a row in an index of all annotations
ASKED_OF = 2  # observers who answer a suggested pair

Standing = Literal["same", "different", "unsettled", "open"]
Couple = tuple[int, int]  # numbers of two encounters, the lower one first


@dataclass(frozen=True, slots=True)
class Measured:
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


@dataclass(frozen=True, slots=True)
class Entry:
    """One embedded annotation, decided or not."""

    row: GalleryRow
    flank: Flank
    embedding_id: int


def put(connection: Connection, maker: Maker, found: Sequence[Measured]) -> None:
    """Keep what was measured, instead of what the same model and calibrator said before."""
    for one in found:
        lower, higher = one.couple
        connection.execute(
            delete(pair_evidence).where(
                pair_evidence.c.one == lower,
                pair_evidence.c.other == higher,
                _made_by(pair_evidence, maker),
            )
        )
        connection.execute(
            insert(pair_evidence).values(
                one=lower,
                other=higher,
                model=maker.model,
                calibrator=maker.calibrator,
                llr=one.llr,
                comparable=one.comparable,
                one_newest=one.newest[0],
                other_newest=one.newest[1],
            )
        )


def searched(connection: Connection, maker: Maker, encounter_id: int, newest: int) -> None:
    """Note that the nearest others of an encounter were compared with it, as its photos were."""
    of_this = (pair_search.c.encounter_id == encounter_id) & _made_by(pair_search, maker)
    connection.execute(delete(pair_search).where(of_this))
    connection.execute(
        insert(pair_search).values(
            encounter_id=encounter_id,
            model=maker.model,
            calibrator=maker.calibrator,
            newest=newest,
        )
    )


def every(connection: Connection, maker: Maker) -> list[Measured]:
    """All evidence that is as new as the photos."""
    newest = newest_of(connection, maker.model)
    rows = connection.execute(select(pair_evidence).where(_made_by(pair_evidence, maker)))
    found = (
        Measured((r.one, r.other), r.llr, r.comparable, (r.one_newest, r.other_newest))
        for r in rows
    )
    return [
        one for one in found if one.newest == tuple(newest.get(number) for number in one.couple)
    ]


def of_encounter(connection: Connection, maker: Maker, encounter_id: int) -> list[Measured]:
    """The evidence of one encounter that is as new as the photos."""
    sides = (pair_evidence.c.one == encounter_id) | (pair_evidence.c.other == encounter_id)
    rows = connection.execute(select(pair_evidence).where(_made_by(pair_evidence, maker), sides))
    kept = [
        Measured((r.one, r.other), r.llr, r.comparable, (r.one_newest, r.other_newest))
        for r in rows
    ]
    numbers = {number for one in kept for number in one.couple}
    newest = newest_of(connection, maker.model, numbers)
    return [one for one in kept if one.newest == tuple(map(newest.get, one.couple))]


def newest_of(
    connection: Connection, model: str, encounters: Iterable[int] | None = None
) -> dict[int, int]:
    """The number of the newest embedding of every encounter that has one, or of some."""
    query = (
        select(annotation.c.encounter_id, func.max(embedding.c.id))
        .join(embedding, embedding.c.annotation_id == annotation.c.id)
        .where(embedding.c.model == model)
        .group_by(annotation.c.encounter_id)
    )
    if encounters is not None:
        query = query.where(annotation.c.encounter_id.in_(sorted(encounters)))
    return {row[0]: row[1] for row in connection.execute(query)}


def entries(connection: Connection, model: str) -> list[Entry]:
    """Every embedded annotation, in the order of their numbers."""
    rows = connection.execute(
        select(
            annotation.c.id,
            annotation.c.encounter_id,
            annotation.c.flank,
            embedding.c.id.label("embedding_id"),
        )
        .join(embedding, embedding.c.annotation_id == annotation.c.id)
        .where(embedding.c.model == model)
        .order_by(annotation.c.id)
    )
    return [
        Entry(GalleryRow(r.id, r.encounter_id, NOBODY), Flank(r.flank), r.embedding_id)
        for r in rows
    ]


def lacking(connection: Connection, maker: Maker) -> list[int]:
    """Encounters whose photos are all embedded and whose pairs are missing or out of date."""
    seen = and_(embedding.c.annotation_id == annotation.c.id, embedding.c.model == maker.model)
    there = (
        select(
            annotation.c.encounter_id,
            func.max(embedding.c.id).label("newest"),
            func.count(embedding.c.id).label("embedded"),
            func.count().label("annotations"),
            func.sum(case((annotation.c.state == "pending", 1), else_=0)).label("pending"),
        )
        .select_from(annotation.outerjoin(embedding, seen))
        .where(annotation.c.state != "failed")
        .group_by(annotation.c.encounter_id)
        .subquery()
    )
    done = and_(
        pair_search.c.encounter_id == there.c.encounter_id,
        pair_search.c.newest == there.c.newest,
        _made_by(pair_search, maker),
    )
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
    return list(connection.execute(query).scalars())


def enqueue(connection: Connection, maker: Maker, *, again: bool = False) -> int:
    """Queue every encounter that lacks evidence; returns how many are new in the queue.

    What waits for another model or calibrator is dropped, and what failed is queued only `again`.
    """
    waiting = jobs.payloads(connection, KIND, "queued")
    if not all(_is_of(one, maker) for one in waiting):
        jobs.drop(connection, KIND)
        waiting = []
    known = waiting + ([] if again else jobs.payloads(connection, KIND, "failed"))
    current = {one["encounter"] for one in known if _is_of(one, maker)}
    new = [number for number in lacking(connection, maker) if number not in current]
    for number in new:
        jobs.enqueue(connection, KIND, payload(number, maker))
    return len(new)


def payload(encounter_id: int, maker: Maker) -> dict[str, int | str]:
    """What a job of this kind carries."""
    return {"encounter": encounter_id, "model": maker.model, "calibrator": maker.calibrator}


def suggest(
    connection: Connection, worth: Sequence[tuple[Couple, float]], reviewer: str, note: str = ""
) -> int:
    """Put pairs up for blind review by two observers; those that were ever put up stay as they are.

    worth: each pair with the expected change of the number of animals. Returns how many are new.
    """
    new = 0
    for (one, other), gain in worth:
        of_these = (review_pair.c.one == one) & (review_pair.c.other == other)
        if connection.execute(select(review_pair.c.id).where(of_these)).first():
            continue
        connection.execute(
            insert(review_pair).values(
                one=one,
                other=other,
                source="suggested",
                blind=True,
                needed=ASKED_OF,
                worth=gain,
                note=note,
                reviewer=reviewer,
            )
        )
        new += 1
    return new


def standings(connection: Connection) -> dict[Couple, Standing]:
    """What observers concluded on every pair that was put up for review, hidden known ones apart.

    The newest opinion of an observer counts. Enough observers and more than half of them for one
    answer settle a pair; what cannot be told or compared is "unsettled", as is a pair on which
    three observers disagree.
    """
    latest = (
        select(func.max(opinion.c.id))
        .group_by(opinion.c.pair_id, opinion.c.observer)
        .scalar_subquery()
    )
    answers: dict[int, list[str]] = {}
    for row in connection.execute(
        select(opinion.c.pair_id, opinion.c.answer).where(
            opinion.c.id.in_(latest), opinion.c.answer != "withdrawn"
        )
    ):
        answers.setdefault(row.pair_id, []).append(row.answer)
    pairs = connection.execute(select(review_pair).where(review_pair.c.source != "known"))
    return {(r.one, r.other): standing(answers.get(r.id, []), r.needed) for r in pairs}


def under_review(connection: Connection) -> set[Couple]:
    """Pairs that observers are to judge without knowing what the machine says of them."""
    query = select(review_pair.c.one, review_pair.c.other).where(
        review_pair.c.blind, review_pair.c.closed_at.is_(None)
    )
    return {(row.one, row.other) for row in connection.execute(query)}


def settled_by(connection: Connection) -> int:
    """A number that grows whenever somebody says something about a pair or puts one up."""
    found = select(func.max(opinion.c.id)), select(func.max(review_pair.c.id))
    return sum(connection.execute(query).scalar() or 0 for query in found)


def standing(answers: Sequence[str], needed: int) -> Standing:
    """How a pair stands by the answers of different observers."""
    if len(answers) < needed:
        return "open"
    answer, times = Counter(answers).most_common(1)[0]
    if 2 * times > len(answers):
        return "same" if answer == "same" else "different" if answer == "different" else "unsettled"
    return "unsettled" if len(answers) > needed else "open"


def _made_by(table: Table, maker: Maker) -> ColumnElement[bool]:
    return and_(table.c.model == maker.model, table.c.calibrator == maker.calibrator)


def _is_of(payload: Mapping[str, Any], maker: Maker) -> bool:
    return (payload["model"], payload["calibrator"]) == (maker.model, maker.calibrator)
