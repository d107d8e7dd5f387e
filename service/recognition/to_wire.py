"""An answer of the engine as wire models."""

from reid.identify.answer import Identification, IdentityCandidate
from reid.types import Correspondences, Overlap
from service.photos.wire import AnnotationOut, FactsOut
from service.recognition.engine import Answer
from service.recognition.wire import (
    CandidateOut,
    CorrespondencesOut,
    IdentificationOut,
    OverlapOut,
    QueryOut,
)


def identification_out(answer: Answer, top: int) -> IdentificationOut:
    """An answer with the candidates of `listed`."""
    found = answer.identification
    return IdentificationOut(
        verdict=found.verdict,
        model=found.model,
        calibrator=answer.calibrator,
        gallery=answer.gallery,
        compared=found.compared,
        excluded_encounters=list(answer.excluded_encounters),
        timings={stage: round(spent, 2) for stage, spent in answer.timings.items()},
        queries=[
            QueryOut(query=number, **FactsOut.model_validate(facts).model_dump())
            for number, facts in zip(answer.queries, answer.facts, strict=True)
        ],
        candidates=[_candidate(one, answer) for one in listed(found, top)],
    )


def listed(identification: Identification, top: int) -> tuple[IdentityCandidate, ...]:
    """The first `top` candidates; the last gives way to the one whose verdict is shown."""
    first = identification.candidates[:top]
    strongest = identification.strongest
    return first if strongest is None or strongest in first else (*first[:-1], strongest)


def _candidate(one: IdentityCandidate, answer: Answer) -> CandidateOut:
    comparison = one.best.comparison
    reference = answer.references[one.best.row.annotation].annotation
    return CandidateOut(
        identity_id=one.identity,
        identity=answer.names[one.identity],
        llr=one.evidence.llr,
        bound=one.evidence.bound,
        interval=one.evidence.interval,
        verdict=one.evidence.verdict,
        query=answer.queries[one.best.query],
        reference=AnnotationOut.model_validate(reference),
        cosine=comparison.cosine,
        dense_score=comparison.dense_score,
        rootsift_score=comparison.rootsift_score,
        agreement=one.best.agreement,
        total_agreement=one.best.total_agreement,
        capacity=comparison.capacity,
        correspondences=[correspondences_out(some) for some in comparison.correspondences],
        overlap=overlap_out(comparison.overlap) if comparison.overlap else None,
    )


def overlap_out(seen: Overlap) -> OverlapOut:
    """What both photos show of the flank."""
    return OverlapOut(
        registration=seen.registration,
        covisible=round(seen.covisible, 3),
        places=seen.places,
        agreeing=round(seen.agreeing, 3),
        discrepancies=correspondences_out(seen.discrepancies),
    )


def correspondences_out(some: Correspondences) -> CorrespondencesOut:
    """Points of the two photos, to a tenth of a pixel."""
    return CorrespondencesOut(
        kind=some.kind,
        query=some.points0.round(1).tolist(),
        reference=some.points1.round(1).tolist(),
        strength=some.strength.round(3).tolist(),
    )
