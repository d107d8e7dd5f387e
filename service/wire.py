"""Values of the store and the engine as wire models."""

from sqlalchemy import Connection

from reid.types import Correspondences, IdentityCandidate, Overlap
from service.engine import Answer
from service.places import blurred
from service.schemas import (
    AnnotationOut,
    CandidateOut,
    ClaimOut,
    CorrespondencesOut,
    DecisionOut,
    EncounterDetailOut,
    EncounterOut,
    FactsOut,
    IdentificationOut,
    IdentityDetailOut,
    IdentityOut,
    OverlapOut,
    PhotoDetailOut,
    PhotoOut,
    QueryOut,
    ReferenceOut,
    SightingOut,
    UploadedFileOut,
    UploadOut,
)
from service.store import decisions, identities, photos
from service.store.encounters import EncounterDetail
from service.store.identities import Reference
from service.store.photos import Photo
from service.store.uploads import Upload


def upload_out(upload: Upload) -> UploadOut:
    """An upload with its counts."""
    return UploadOut(
        id=upload.id,
        created_at=upload.created_at,
        finished=upload.finished,
        pending=upload.count("pending"),
        embedded=upload.count("embedded"),
        failed=upload.count("failed"),
        refused=upload.refused,
        files=[UploadedFileOut.model_validate(one) for one in upload.files],
    )


def photo_out(photo: Photo, *, exact: bool) -> PhotoOut:
    """A photo. exact: whether its position is told as it is, else rounded."""
    made = PhotoOut.model_validate(photo)
    if exact:
        return made
    place = {"latitude": made.latitude, "longitude": made.longitude}
    return made.model_copy(update={k: None if v is None else blurred(v) for k, v in place.items()})


def photo_detail(connection: Connection, photo_id: str, *, exact: bool) -> PhotoDetailOut:
    """A photo with its annotations and claims."""
    animals = photos.annotations_of(connection, photo_id)
    claims = photos.claims_of(connection, photo_id)
    return PhotoDetailOut(
        photo=photo_out(photos.get(connection, photo_id), exact=exact),
        annotations=[AnnotationOut.model_validate(one) for one in animals],
        claims=[ClaimOut.model_validate(one) for one in claims],
    )


def encounter_detail(found: EncounterDetail, *, exact: bool) -> EncounterDetailOut:
    """An encounter with its photos, decisions and conflicts."""
    decided = [DecisionOut.model_validate(one) for one in found.decisions]
    return EncounterDetailOut(
        summary=EncounterOut.model_validate(found.summary),
        references=[_reference(one, exact=exact) for one in found.references],
        decisions=decided,
        conflicts={
            name: [ClaimOut.model_validate(one) for one in claims]
            for name, claims in found.conflicts.items()
        },
    )


def identity_detail(connection: Connection, identity_id: int, *, exact: bool) -> IdentityDetailOut:
    """An identity with everything that ever named it."""
    found = identities.get(connection, identity_id)
    decided = decisions.of_identity(connection, identity_id)
    return IdentityDetailOut(
        summary=IdentityOut.model_validate(found.summary),
        sightings=[SightingOut.model_validate(one) for one in found.sightings],
        references=[_reference(one, exact=exact) for one in found.references],
        decisions=[DecisionOut.model_validate(one) for one in decided],
    )


def _reference(one: Reference, *, exact: bool) -> ReferenceOut:
    photo = photo_out(one.photo, exact=exact)
    return ReferenceOut(annotation=AnnotationOut.model_validate(one.annotation), photo=photo)


def identification_out(answer: Answer, top: int) -> IdentificationOut:
    """The `top` strongest candidates."""
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
        candidates=[_candidate(one, answer) for one in found.candidates[:top]],
    )


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
        agreement=comparison.agreement,
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
