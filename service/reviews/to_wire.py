"""Reviews as wire models: what who asks may see of each pair, and no more."""

from reid.errors import ReidError
from service.encounters.pair_evidence import PairEvidence
from service.reviews.reviewing import ReviewWithEncounters
from service.reviews.wire import MachineOut, ReviewOut
from service.store.people import Actor, Role


def review_out(review: ReviewWithEncounters, actor: Actor) -> ReviewOut:
    """One pair, as far as it is open to who asks."""
    is_open, pair, progress = review.open_to(actor), review.pair, review.progress
    return ReviewOut(
        id=pair.id,
        encounters=pair.couple,
        stations=review.stations,
        flanks=review.flanks,
        state=review.state_to(actor),
        answer=progress.answer if is_open else None,
        missing=progress.missing,
        blind=pair.blind,
        needed=pair.needed if is_open or actor.role.may(Role.CURATOR) else None,
        source=review.source_to(actor),
        note=pair.note if is_open else None,
        reviewer=pair.reviewer if is_open else None,
        created_at=pair.created_at if is_open else None,
        closed_at=pair.closed_at,
        wanted=review.due_from(actor.name),
    )


def machine(review: ReviewWithEncounters, pair_evidence: PairEvidence) -> MachineOut | None:
    """What the photos say together; None where that cannot be said."""
    try:
        evidence = pair_evidence.between(*review.pair.couple).evidence
        model, calibrator = pair_evidence.versions()
    except ReidError:
        return None
    return MachineOut(
        llr=evidence.llr,
        bound=evidence.bound,
        verdict=evidence.verdict,
        model=model,
        calibrator=calibrator,
    )
