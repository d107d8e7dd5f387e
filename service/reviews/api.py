"""Reviews of pairs: put up, answered by observers, settled; how well observers agree."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from reid.observers.reviews import VisibleState
from reid.types import Flank
from service.encounters.pair_evidence import ThePairEvidence
from service.encounters.wire import DecisionOut
from service.reviews import reviewing, rounds, settling
from service.reviews.reviewing import Wanted, Whose
from service.reviews.to_wire import (
    agreements_out,
    new_opinion,
    review_detail,
    review_out,
    reviews_out,
    round_out,
    settling_out,
)
from service.reviews.wire import (
    AgreementsOut,
    AppliedOut,
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
    SettlingOut,
)
from service.store import reviews
from service.store.reviews import Edit, Source
from service.web.errors import documented
from service.web.parameters import Limit, Offset, RowNumber, TheDatabase, Who
from service.web.wire import Line

router = APIRouter(
    prefix="/reviews", tags=["reviews"], responses=documented(400, 403, 404, 409, 422)
)
Stated = Annotated[
    Line, Query(description="who asks, where there are no accounts; see docs/reviews.md")
]
Chosen = Annotated[list[int] | None, Query(max_length=5000, description="only these pairs")]


def wanted(
    state: VisibleState | Literal["open", "all"] = "open",
    source: Source | None = None,
    station: Annotated[str, Query(max_length=200)] = "",
    flank: Flank | None = None,
    whose: Whose = "all",
    disagreeing: bool = False,
) -> Wanted:
    """Which pairs are listed."""
    return Wanted(state, source or "", station, flank or "", whose, disagreeing)


@router.get("")
def list_reviews(
    database: TheDatabase,
    who: Who,
    asked: Annotated[Wanted, Depends(wanted)],
    observer: Stated = "anonymous",
    limit: Limit = 100,
    offset: Offset = 0,
) -> ReviewsOut:
    """Pairs: those that wait for who asks first, then by worth. Blind ones say little."""
    with database.read() as connection:
        return reviews_out(connection, asked, who, who.signs(observer), (offset, limit))


@router.post("", status_code=201)
def put_reviews(new: ReviewsIn, database: TheDatabase, who: Who) -> list[ReviewOut]:
    """Put pairs up; those that are up already stay, closed ones are opened again if asked for."""
    name = who.signs(new.reviewer)
    with database.write() as connection:
        pairs = rounds.asked(connection, **new.model_dump(exclude={"reviewer"}))
        put = reviews.put(connection, pairs, name)
        found = reviewing.load(connection, ids=[one.id for one in put])
    return [review_out(one, who, name) for one in found]


@router.post("/round")
def make_round(new: RoundIn, database: TheDatabase, who: Who) -> RoundOut:
    """Mix hidden known pairs among the blind ones that wait, or only count them."""
    with database.write() as connection:
        found = rounds.known_pairs(connection, share=new.share, seed=new.seed)
        if new.apply:
            reviews.put(connection, found.pairs, who.signs(new.reviewer))
    return round_out(found, applied=new.apply)


@router.get("/agreement")
def get_agreement(database: TheDatabase, who: Who, observer: Stated = "anonymous") -> AgreementsOut:
    """Cohen's kappa of every two observers; errors on known pairs: one's own, an admin all."""
    with database.read() as connection:
        return agreements_out(connection, who, who.signs(observer))


@router.get("/settling")
def preview_settling(database: TheDatabase, pair: Chosen = None) -> SettlingOut:
    """What applying the settled pairs to the catalogue would do."""
    with database.read() as connection:
        return settling_out(settling.plan(connection, pair))


@router.post("/settling")
def apply_settled(new: ApplyIn, database: TheDatabase, who: Who) -> AppliedOut:
    """Apply them: decisions, and the pairs closed. Merges and contradictions stay listed."""
    with database.write() as connection:
        name = who.signs(new.reviewer)
        done = settling.apply(connection, name, new.pairs, new.digest)
    made = [DecisionOut.model_validate(one) for one in done.decisions]
    return AppliedOut(plan=settling_out(done.plan), decisions=made)


@router.get("/{pair_id}")
def get_review(
    pair_id: RowNumber,
    database: TheDatabase,
    pair_evidence: ThePairEvidence,
    who: Who,
    observer: Stated = "anonymous",
) -> ReviewDetailOut:
    """A pair with opinions and evidence; a blind one only to who has answered it."""
    with database.read() as connection:
        found = reviewing.get(connection, pair_id)
    return review_detail(found, who, who.signs(observer), pair_evidence)


@router.patch("/{pair_id}")
def edit_review(pair_id: RowNumber, edit: ReviewEdit, database: TheDatabase, who: Who) -> ReviewOut:
    """Close it or open it again, ask more observers, or change whether it is blind."""
    with database.write() as connection:
        wanted = Edit(**edit.model_dump(exclude={"reviewer", "note"}))
        reviews.edit(connection, pair_id, wanted, who.signs(edit.reviewer), edit.note)
        return review_out(reviewing.get(connection, pair_id), who, who.signs(edit.reviewer))


@router.post("/{pair_id}/opinions", status_code=201)
def answer(pair_id: RowNumber, said: OpinionIn, database: TheDatabase, who: Who) -> OpinionOut:
    """Say what one sees; nothing is overwritten, whoever else answers at the same moment."""
    with database.write() as connection:
        name = who.signs(said.observer)
        made, _ = reviewing.answer(connection, pair_id, name, new_opinion(said))
    return OpinionOut.model_validate(made)
