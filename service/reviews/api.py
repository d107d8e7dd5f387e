"""Reviews of pairs: put up, answered by observers, settled; how well observers agree."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from reid.observers.reviews import VisibleState
from reid.types import Flank
from service.encounters.pair_evidence import ThePairEvidence
from service.encounters.wire import DecisionOut
from service.reviews import reviewing, rounds, settling
from service.reviews.reviewing import QueueFilters, Whose
from service.reviews.to_wire import (
    agreements_out,
    new_opinion,
    review_detail,
    review_out,
    reviews_out,
    round_out,
    settling_plan_out,
)
from service.reviews.wire import (
    AgreementsOut,
    AppliedPairsOut,
    ApplyIn,
    OpinionIn,
    OpinionOut,
    ReviewDetailOut,
    ReviewEdit,
    ReviewOut,
    ReviewsIn,
    ReviewsOut,
    RoundIn,
    RoundOut,
    SettlingPlanOut,
)
from service.store import reviews as review_pairs
from service.store.reviews import Edit, Source
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


@router.get("")
def list_reviews(
    database: TheDatabase,
    actor: TheActor,
    filters: Annotated[QueueFilters, Depends(queue_filters)],
    observer: Stated = "anonymous",
    limit: Limit = 100,
    offset: Offset = 0,
) -> ReviewsOut:
    """Pairs: those that wait for who asks first, then by worth. Blind ones say little."""
    with database.read() as connection:
        return reviews_out(connection, filters, actor, actor.signs(observer), (offset, limit))


@router.post("", status_code=201)
def put_reviews(new: ReviewsIn, database: TheDatabase, actor: TheActor) -> list[ReviewOut]:
    """Put pairs up; those that are up already stay, closed ones are opened again if asked for."""
    name = actor.signs(new.reviewer)
    with database.write() as connection:
        pairs = rounds.pairs_to_put_up(connection, **new.model_dump(exclude={"reviewer"}))
        put = review_pairs.put(connection, pairs, name)
        loaded = reviewing.load(connection, ids=[review.id for review in put])
    return [review_out(review, actor, name) for review in loaded]


@router.post("/round")
def make_round(new: RoundIn, database: TheDatabase, actor: TheActor) -> RoundOut:
    """Mix hidden known pairs among the blind ones that wait, or only count them."""
    with database.write() as connection:
        known = rounds.known_pairs(connection, share=new.share, seed=new.seed)
        if new.apply:
            review_pairs.put(connection, known.pairs, actor.signs(new.reviewer))
    return round_out(known, applied=new.apply)


@router.get("/agreement")
def get_agreement(
    database: TheDatabase, actor: TheActor, observer: Stated = "anonymous"
) -> AgreementsOut:
    """Cohen's kappa of every two observers; errors on known pairs: one's own, an admin all."""
    with database.read() as connection:
        return agreements_out(connection, actor, actor.signs(observer))


@router.get("/settling")
def preview_settling(database: TheDatabase, pair: Chosen = None) -> SettlingPlanOut:
    """What applying the settled pairs to the catalogue would do."""
    with database.read() as connection:
        return settling_plan_out(settling.plan(connection, pair))


@router.post("/settling")
def apply_settled(new: ApplyIn, database: TheDatabase, actor: TheActor) -> AppliedPairsOut:
    """Apply them: decisions, and the pairs closed. Merges and contradictions stay listed."""
    with database.write() as connection:
        name = actor.signs(new.reviewer)
        applied = settling.apply(connection, name, new.pairs, new.digest)
    decisions = [DecisionOut.model_validate(decision) for decision in applied.decisions]
    return AppliedPairsOut(plan=settling_plan_out(applied.plan), decisions=decisions)


@router.get("/{pair_id}")
def get_review(
    pair_id: RowNumber,
    database: TheDatabase,
    pair_evidence: ThePairEvidence,
    actor: TheActor,
    observer: Stated = "anonymous",
) -> ReviewDetailOut:
    """A pair with opinions and evidence; a blind one only to who has answered it."""
    with database.read() as connection:
        review = reviewing.get(connection, pair_id)
    return review_detail(review, actor, actor.signs(observer), pair_evidence)


@router.patch("/{pair_id}")
def edit_review(
    pair_id: RowNumber, edit: ReviewEdit, database: TheDatabase, actor: TheActor
) -> ReviewOut:
    """Close it or open it again, ask more observers, or change whether it is blind."""
    with database.write() as connection:
        change = Edit(**edit.model_dump(exclude={"reviewer", "note"}))
        review_pairs.edit(connection, pair_id, change, actor.signs(edit.reviewer), edit.note)
        return review_out(reviewing.get(connection, pair_id), actor, actor.signs(edit.reviewer))


@router.post("/{pair_id}/opinions", status_code=201)
def answer(
    pair_id: RowNumber, opinion: OpinionIn, database: TheDatabase, actor: TheActor
) -> OpinionOut:
    """Say what one sees; nothing is overwritten, whoever else answers at the same moment."""
    with database.write() as connection:
        name = actor.signs(opinion.observer)
        recorded, _ = reviewing.answer(connection, pair_id, name, new_opinion(opinion))
    return OpinionOut.model_validate(recorded)
