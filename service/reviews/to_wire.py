"""Reviews as wire models: what who asks may see of each pair, and no more."""

from sqlalchemy import Connection

from reid.errors import ReidError
from reid.observers.agreement import Agreement
from reid.observers.reviews import ANSWERS
from service.encounters.pair_evidence import PairEvidence
from service.reviews import observers, reviewing
from service.reviews.reviewing import QueueFilters, ReviewWithEncounters
from service.reviews.rounds import Round
from service.reviews.settling import SettlingPlan
from service.reviews.wire import (
    AgreementOut,
    AgreementsOut,
    ContradictionOut,
    ErrorsOut,
    JoinOut,
    KnownOut,
    MachineOut,
    MergeOut,
    OpinionIn,
    OpinionOut,
    ReviewDetailOut,
    ReviewOut,
    ReviewsOut,
    RoundOut,
    SettlingPlanOut,
)
from service.store.opinions import NewOpinion, Region
from service.store.people import Actor, Role


def review_out(review: ReviewWithEncounters, actor: Actor, observer: str) -> ReviewOut:
    """One pair, as far as it is open to this observer."""
    is_open, pair, progress = review.open_to(actor, observer), review.pair, review.progress
    return ReviewOut(
        id=pair.id,
        encounters=pair.couple,
        stations=review.stations,
        flanks=review.flanks,
        state=review.state_to(actor, observer),
        answer=progress.answer if is_open else None,
        missing=progress.missing,
        blind=pair.blind,
        needed=pair.needed if is_open or actor.role.may(Role.CURATOR) else None,
        source=review.source_to(actor, observer),
        note=pair.note if is_open else None,
        reviewer=pair.reviewer if is_open else None,
        created_at=pair.created_at if is_open else None,
        closed_at=pair.closed_at,
        wanted=review.due_from(observer),
    )


def reviews_out(
    connection: Connection,
    filters: QueueFilters,
    actor: Actor,
    observer: str,
    page: tuple[int, int],
) -> ReviewsOut:
    """A part of the queue. page: offset and limit."""
    reviews = reviewing.every(connection, closed=filters.state in {"closed", "all"})
    part = slice(page[0], page[0] + page[1])
    shown, total = reviewing.queue(connection, reviews, filters, actor, observer, part)
    today = reviewing.progress(connection, reviews, observer)
    rows = [review_out(review, actor, observer) for review in shown]
    return ReviewsOut(done_today=today.done, left=today.left, total=total, reviews=rows)


def review_detail(
    review: ReviewWithEncounters, actor: Actor, observer: str, pair_evidence: PairEvidence
) -> ReviewDetailOut:
    """One pair with opinions and evidence, where it is open."""
    is_open = review.open_to(actor, observer)
    return ReviewDetailOut(
        review=review_out(review, actor, observer),
        open=is_open,
        opinions=[OpinionOut.model_validate(opinion) for opinion in review.opinions]
        if is_open
        else [],
        machine=machine(review, pair_evidence) if is_open else None,
    )


def machine(review: ReviewWithEncounters, pair_evidence: PairEvidence) -> MachineOut | None:
    """What the photos say together; None where that cannot be said."""
    try:
        comparison = pair_evidence.between(*review.pair.couple)
        model, calibrator = pair_evidence.versions()
    except ReidError:
        return None
    evidence = comparison.evidence
    return MachineOut(
        llr=evidence.llr,
        bound=evidence.bound,
        verdict=evidence.verdict,
        model=model,
        calibrator=calibrator,
    )


def new_opinion(opinion: OpinionIn) -> NewOpinion:
    """What a client sent, without who says it."""
    fields = opinion.model_dump(exclude={"observer", "regions"})
    regions = tuple(Region(**region.model_dump()) for region in opinion.regions)
    return NewOpinion(**fields, regions=regions)


def agreements_out(connection: Connection, actor: Actor, observer: str) -> AgreementsOut:
    """Agreement of all, errors of those whose errors may be shown."""
    report = observers.report(connection, actor, observer)
    return AgreementsOut(
        blind_pairs=report.blind_pairs,
        together=[_agreement(two.observers, two.agreement) for two in report.together],
        certain=[_agreement(two.observers, two.certain) for two in report.together if two.certain],
        known=[
            KnownOut(
                observer=known.observer,
                errors=ErrorsOut.model_validate(known.errors),
                by_certainty={name: ErrorsOut.model_validate(e) for name, e in known.by_certainty},
                own=known.own,
            )
            for known in report.known
        ],
    )


def settling_plan_out(plan: SettlingPlan) -> SettlingPlanOut:
    """What applying would do."""
    return SettlingPlanOut(
        digest=plan.digest,
        new_identities=plan.fresh,
        joins=[
            JoinOut(
                identity_id=join.identity_id,
                name=join.name,
                encounters=[encounter.id for encounter in join.joining],
                pairs=[review.pair.id for review in join.pairs],
            )
            for join in plan.joins
        ],
        merges=[
            MergeOut(identities=[number for number, _ in merge.identities], pairs=merge.pairs)
            for merge in plan.merges
        ],
        contradictions=[ContradictionOut.model_validate(pair) for pair in plan.contradictions],
        done=plan.done,
    )


def round_out(known: Round, *, applied: bool) -> RoundOut:
    """How many known pairs, never which."""
    return RoundOut(
        waiting=known.waiting,
        wanted=known.target,
        same=known.count("same"),
        different=known.count("different"),
        applied=applied,
    )


def _agreement(names: tuple[str, str], agreement: Agreement) -> AgreementOut:
    return AgreementOut(
        observers=names,
        n=agreement.n,
        answers=ANSWERS,
        table=agreement.table,
        observed=agreement.observed,
        expected=agreement.expected,
        kappa=agreement.kappa,
        interval=agreement.interval,
    )
