"""An answer of the engine as wire models."""

import base64
from collections.abc import Sequence
from itertools import zip_longest

from reid.identify.answer import IdentityCandidate
from service.photos.wire import AnnotationOut, FactsOut
from service.recognition.query import QueryAnswer, QueryBurst
from service.recognition.wire import (
    BurstOut,
    CandidateOut,
    CorrespondencesOut,
    IdentificationOut,
    OverlapOut,
    QueryOut,
)


def identification_out(answer: QueryAnswer, top: int) -> IdentificationOut:
    """An answer with the candidates of `listed`."""
    identification = answer.identification
    return IdentificationOut(
        verdict=identification.verdict,
        model=identification.model,
        calibrator=answer.calibrator,
        gallery=answer.gallery,
        compared=identification.compared,
        excluded_encounters=list(answer.excluded_encounters),
        timings={stage: round(spent, 2) for stage, spent in answer.timings.items()},
        queries=[
            QueryOut(
                query=number,
                frames=frames or 1,
                damage=damage,
                **FactsOut.model_validate(facts).model_dump(),
            )
            for number, facts, damage, frames in zip_longest(
                answer.queries, answer.facts, answer.damages, answer.behind
            )
        ],
        burst=_burst(answer.burst) if answer.burst else None,
        candidates=[_candidate(candidate, answer) for candidate in listed(answer, top)],
    )


def _burst(burst: QueryBurst) -> BurstOut:
    picture = burst.fused.picture
    return BurstOut(
        groups=[list(group) for group in burst.groups],
        two_animals=burst.fused.links.two_animals,
        frames=list(burst.frames),
        agreement=picture.agreement if picture else None,
        picture=base64.b64encode(picture.png).decode() if picture else None,
    )


def burst_in_words(burst: BurstOut) -> str:
    """What a person is told of how the photos of a query agree."""
    if burst.two_animals:
        groups = " and ".join(_positions(group) for group in burst.groups if len(group) > 1)
        return f"photos {groups} may show two animals: ask about them one by one"
    if not burst.frames:
        return "the photos do not agree well enough with each other to be put together"
    share = f"{burst.agreement or 0:.0%}"
    return f"photos {_positions(burst.frames)} are also put together; they agree by {share}"


def _positions(photos: Sequence[int]) -> str:
    """Photos as a person counts them."""
    return ", ".join(str(number + 1) for number in photos)


def listed(answer: QueryAnswer, top: int) -> tuple[IdentityCandidate, ...]:
    """The first `top` candidates, as pages list them; those that cannot be compared come last."""
    return (*answer.candidates, *answer.blank)[:top]


def _candidate(candidate: IdentityCandidate, answer: QueryAnswer) -> CandidateOut:
    comparison = candidate.best.comparison
    reference = answer.references[candidate.best.row.annotation].annotation
    return CandidateOut(
        identity_id=candidate.identity,
        identity=answer.names[candidate.identity],
        llr=candidate.evidence.llr,
        bound=candidate.evidence.bound,
        interval=candidate.evidence.interval,
        verdict=candidate.evidence.verdict,
        query=answer.queries[candidate.best.query],
        reference=AnnotationOut.model_validate(reference),
        cosine=comparison.cosine,
        dense_score=comparison.dense_score,
        rootsift_score=comparison.rootsift_score,
        agreement=candidate.best.agreement,
        capacity=comparison.capacity,
        correspondences=[CorrespondencesOut.model_validate(c) for c in comparison.correspondences],
        overlap=OverlapOut.model_validate(comparison.overlap) if comparison.overlap else None,
    )
