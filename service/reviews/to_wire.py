"""Reviews as wire models: what who asks may see of each pair, and no more."""

from sqlalchemy import Connection

from reid.errors import ReidError
from reid.observers.agreement import Agreement
from reid.observers.reviews import ANSWERS
from service.encounters.pair_evidence import PairEvidence
from service.reviews import observers, reviewing
from service.reviews.reviewing import Reviewed, Wanted
from service.reviews.rounds import Round
from service.reviews.settling import Plan
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
    SettlingOut,
)
from service.store.opinions import NewOpinion, Region
from service.store.people import Actor, Role


def review_out(one: Reviewed, actor: Actor, observer: str) -> ReviewOut:
    """One pair, as far as it is open to this observer."""
    seen, pair, standing = one.open_to(actor, observer), one.pair, one.standing
    return ReviewOut(
        id=pair.id,
        encounters=pair.couple,
        stations=one.stations,
        flanks=one.flanks,
        state=one.state_to(actor, observer),
        answer=standing.answer if seen else None,
        missing=standing.missing,
        blind=pair.blind,
        needed=pair.needed if seen or actor.role.may(Role.CURATOR) else None,
        source=one.source_to(actor, observer),
        note=pair.note if seen else None,
        reviewer=pair.reviewer if seen else None,
        created_at=pair.created_at if seen else None,
        closed_at=pair.closed_at,
        wanted=one.wanted_from(observer),
    )


def reviews_out(
    connection: Connection, wanted: Wanted, actor: Actor, observer: str, page: tuple[int, int]
) -> ReviewsOut:
    """A part of the queue. page: offset and limit."""
    found = reviewing.tallies(connection, closed=wanted.state in {"closed", "all"})
    part = slice(page[0], page[0] + page[1])
    shown, total = reviewing.queue(connection, found, wanted, actor, observer, part)
    far = reviewing.progress(connection, found, observer)
    rows = [review_out(one, actor, observer) for one in shown]
    return ReviewsOut(done_today=far.done, left=far.left, total=total, reviews=rows)


def review_detail(
    one: Reviewed, actor: Actor, observer: str, pair_evidence: PairEvidence
) -> ReviewDetailOut:
    """One pair with opinions and evidence, where it is open."""
    seen = one.open_to(actor, observer)
    return ReviewDetailOut(
        review=review_out(one, actor, observer),
        open=seen,
        opinions=[OpinionOut.model_validate(said) for said in one.opinions] if seen else [],
        machine=machine(one, pair_evidence) if seen else None,
    )


def machine(one: Reviewed, pair_evidence: PairEvidence) -> MachineOut | None:
    """What the photos say together; None where that cannot be said."""
    try:
        says = pair_evidence.between(*one.pair.couple)
        model, calibrator = pair_evidence.versions()
    except ReidError:
        return None
    found = says.evidence
    return MachineOut(
        llr=found.llr, bound=found.bound, verdict=found.verdict, model=model, calibrator=calibrator
    )


def new_opinion(said: OpinionIn) -> NewOpinion:
    """What a client sent, without who says it."""
    fields = said.model_dump(exclude={"observer", "regions"})
    regions = tuple(Region(**one.model_dump()) for one in said.regions)
    return NewOpinion(**fields, regions=regions)


def agreements_out(connection: Connection, actor: Actor, observer: str) -> AgreementsOut:
    """Agreement of all, errors of those whose errors may be shown."""
    found = observers.report(connection, actor, observer)
    sure = [(one.observers, one.certain) for one in found.together]
    return AgreementsOut(
        blind_pairs=found.blind_pairs,
        together=[_agreement(one.observers, one.agreement) for one in found.together],
        certain=[_agreement(names, one) for names, one in sure if one],
        known=[
            KnownOut(
                observer=one.observer,
                errors=ErrorsOut.model_validate(one.errors),
                by_certainty={name: ErrorsOut.model_validate(e) for name, e in one.by_certainty},
                own=one.own,
            )
            for one in found.known
        ],
    )


def settling_out(plan: Plan) -> SettlingOut:
    """What applying would do."""
    return SettlingOut(
        digest=plan.digest,
        new_identities=plan.fresh,
        joins=[
            JoinOut(
                identity_id=one.identity_id,
                name=one.name,
                encounters=[some.id for some in one.joining],
                pairs=[some.pair.id for some in one.pairs],
            )
            for one in plan.joins
        ],
        merges=[
            MergeOut(identities=[number for number, _ in one.identities], pairs=one.pairs)
            for one in plan.merges
        ],
        contradictions=[ContradictionOut.model_validate(one) for one in plan.contradictions],
        done=plan.done,
    )


def round_out(found: Round, *, applied: bool) -> RoundOut:
    """How many known pairs, never which."""
    return RoundOut(
        waiting=found.waiting,
        wanted=found.wanted,
        same=found.count("same"),
        different=found.count("different"),
        applied=applied,
    )


def _agreement(names: tuple[str, str], one: Agreement) -> AgreementOut:
    return AgreementOut(
        observers=names,
        n=one.n,
        answers=ANSWERS,
        table=one.table,
        observed=one.observed,
        expected=one.expected,
        kappa=one.kappa,
        interval=one.interval,
    )
