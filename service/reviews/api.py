"""Reviews of pairs: put up, answered by observers, settled; how well observers agree."""

from dataclasses import asdict, replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from reid.observers.agreement import Agreement
from reid.observers.reviews import ANSWERS, VisibleState
from reid.types import Flank
from service.encounters.pair_evidence import ThePairEvidence
from service.reviews import observers, reviewing, rounds, settling, wire
from service.reviews.reviewing import QueueFilters, Whose
from service.reviews.settling import AppliedPlan, SettlingPlan
from service.reviews.to_wire import machine, review_out
from service.store import reviews as review_pairs
from service.store.opinions import Opinion
from service.store.people import Actor
from service.store.reviews import ReviewUpdate, Source
from service.web.errors import documented
from service.web.parameters import Limit, Offset, RowNumber, TheActor, TheDatabase
from service.web.wire import Line

router = APIRouter(
    prefix="/reviews", tags=["reviews"], responses=documented(400, 403, 404, 409, 422)
)
Stated = Annotated[
    Line, Query(description="who asks, where there are no accounts; see docs/reviews.md")
]
Chosen = Annotated[list[int] | None, Query(max_length=5000, description="only these pairs")]


def queue_filters(
    state: VisibleState | Literal["open", "all"] = "open",
    source: Source | None = None,
    station: Annotated[str, Query(max_length=200)] = "",
    flank: Flank | None = None,
    whose: Whose = "all",
    disagreeing: bool = False,
) -> QueueFilters:
    """Which pairs are listed."""
    return QueueFilters(state, source or "", station, flank or "", whose, disagreeing)


def named(actor: Actor, stated: str) -> Actor:
    """Who asks, under the name that they state where there are no accounts."""
    return replace(actor, name=actor.signs(stated))


@router.get("")
def list_reviews(
    database: TheDatabase,
    actor: TheActor,
    filters: Annotated[QueueFilters, Depends(queue_filters)],
    observer: Stated = "anonymous",
    limit: Limit = 100,
    offset: Offset = 0,
) -> wire.ReviewsOut:
    """Pairs: those that wait for who asks first, then by worth. Blind ones say little."""
    actor, part = named(actor, observer), slice(offset, offset + limit)
    with database.read() as connection:
        reviews = reviewing.every(connection, closed=filters.state in {"closed", "all"})
        shown, total = reviewing.queue(connection, reviews, filters, actor, part)
        today = reviewing.progress(connection, reviews, actor.name)
    rows = [review_out(review, actor) for review in shown]
    return wire.ReviewsOut(done_today=today.done, left=today.left, total=total, reviews=rows)


@router.post("", status_code=201)
def put_reviews(
    new: wire.ReviewsIn, database: TheDatabase, actor: TheActor
) -> list[wire.ReviewOut]:
    """Put pairs up; those that are up already stay, closed ones are opened again if asked for."""
    actor = named(actor, new.reviewer)
    with database.write() as connection:
        pairs = rounds.pairs_to_put_up(connection, **new.model_dump(exclude={"reviewer"}))
        put = review_pairs.put(connection, pairs, actor.name)
        new_reviews = reviewing.every(connection, ids=[pair.id for pair in put])
        loaded = reviewing.with_encounters(connection, new_reviews)
    return [review_out(review, actor) for review in loaded]


@router.post("/round")
def make_round(new: wire.RoundIn, database: TheDatabase, actor: TheActor) -> wire.RoundOut:
    """Mix hidden known pairs among the blind ones that wait, or only count them."""
    with database.write() as connection:
        known = rounds.known_pairs(connection, share=new.share, seed=new.seed)
        if new.apply:
            review_pairs.put(connection, known.pairs, actor.signs(new.reviewer))
    return wire.RoundOut(
        waiting=known.waiting,
        wanted=known.target,
        same=known.count("same"),
        different=known.count("different"),
        applied=new.apply,
    )


@router.get("/agreement")
def get_agreement(
    database: TheDatabase, actor: TheActor, observer: Stated = "anonymous"
) -> wire.AgreementsOut:
    """Cohen's kappa of every two observers; errors on known pairs: one's own, an admin all."""
    with database.read() as connection:
        report = observers.report(connection, named(actor, observer))
    together = report.together
    return wire.AgreementsOut(
        blind_pairs=report.blind_pairs,
        together=[_agreement(two.observers, two.agreement) for two in together],
        certain=[_agreement(two.observers, two.certain) for two in together if two.certain],
        known=[wire.KnownOut.model_validate(known) for known in report.known],
    )


@router.get("/settling", response_model=wire.SettlingPlanOut)
def preview_settling(database: TheDatabase, pair: Chosen = None) -> SettlingPlan:
    """What applying the settled pairs to the catalogue would do."""
    with database.read() as connection:
        return settling.plan(connection, pair)


@router.post("/settling", response_model=wire.AppliedPairsOut)
def apply_settled(new: wire.ApplyIn, database: TheDatabase, actor: TheActor) -> AppliedPlan:
    """Apply them: decisions, and the pairs closed. Merges and contradictions stay listed."""
    with database.write() as connection:
        return settling.apply(connection, actor.signs(new.reviewer), new.pairs, new.digest)


@router.get("/{pair_id}")
def get_review(
    pair_id: RowNumber,
    database: TheDatabase,
    pair_evidence: ThePairEvidence,
    actor: TheActor,
    observer: Stated = "anonymous",
) -> wire.ReviewDetailOut:
    """A pair with opinions and evidence; a blind one only to who has answered it."""
    actor = named(actor, observer)
    with database.read() as connection:
        review = reviewing.get(connection, pair_id)
    is_open = review.open_to(actor)
    opinions = review.opinions if is_open else ()
    return wire.ReviewDetailOut(
        review=review_out(review, actor),
        open=is_open,
        opinions=[wire.OpinionOut.model_validate(opinion) for opinion in opinions],
        machine=machine(review, pair_evidence) if is_open else None,
    )


@router.patch("/{pair_id}")
def edit_review(
    pair_id: RowNumber, edit: wire.ReviewEdit, database: TheDatabase, actor: TheActor
) -> wire.ReviewOut:
    """Close it or open it again, ask more observers, or change whether it is blind."""
    actor = named(actor, edit.reviewer)
    with database.write() as connection:
        change = ReviewUpdate(**edit.model_dump(exclude={"reviewer", "note"}))
        review_pairs.edit(connection, pair_id, change, actor.name, edit.note)
        return review_out(reviewing.get(connection, pair_id), actor)


@router.post("/{pair_id}/opinions", status_code=201, response_model=wire.OpinionOut)
def answer(
    pair_id: RowNumber, opinion: wire.OpinionIn, database: TheDatabase, actor: TheActor
) -> Opinion:
    """Say what one sees; nothing is overwritten, whoever else answers at the same moment."""
    with database.write() as connection:
        name = actor.signs(opinion.observer)
        return reviewing.answer(connection, pair_id, name, opinion.content)


def _agreement(observers: tuple[str, str], agreement: Agreement) -> wire.AgreementOut:
    return wire.AgreementOut(observers=observers, answers=ANSWERS, **asdict(agreement))
