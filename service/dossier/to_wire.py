"""The dossier as a wire model, and the digest of what it says."""

import json

from service.calibration.tested_wire import TestedOut
from service.cases.to_wire import report_out
from service.cases.wire import CaseChangeOut
from service.dossier.record import Dossier, DossierEncounter, DossierPhoto
from service.dossier.wire import (
    CalibratorFactsOut,
    CropOut,
    DossierContentOut,
    DossierEncounterOut,
    DossierOut,
    DossierPairOut,
    DossierPhotoOut,
    ModelFactsOut,
    OtherPriorOut,
)
from service.encounters.pair_evidence import BestPair
from service.encounters.wire import DecisionOut
from service.photos.wire import AnnotationOut, ClaimOut
from service.recognition.to_wire import correspondences_out, overlap_out
from service.store.files import digest


def dossier_out(record: Dossier) -> DossierOut:
    """The JSON of a dossier with its digest."""
    report = report_out(record.report, exact=record.exact)
    tested = record.report.tested
    content = DossierContentOut(
        software=record.software,
        species=record.species,
        positions="exact" if record.exact else "rounded",
        model=ModelFactsOut.model_validate(record.model),
        calibrator=CalibratorFactsOut.model_validate(record.calibrator),
        tested=TestedOut.model_validate(tested) if tested else None,
        report=report,
        encounters=[_encounter(encounter) for encounter in record.encounters],
        pairs=[_pair(report.pairs[n].encounters, best) for n, best in record.speaking.items()],
        priors=[OtherPriorOut.model_validate(prior) for prior in record.priors],
        changes=[CaseChangeOut.model_validate(change) for change in record.report.changes],
    )
    return DossierOut(made_at=record.made_at, digest=digest_of(content), content=content)


def digest_of(content: DossierContentOut) -> str:
    """SHA-256, hex, of the content as UTF-8 JSON with sorted keys and without white space."""
    values = content.model_dump(mode="json")
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return digest(text.encode())


def _encounter(encounter: DossierEncounter) -> DossierEncounterOut:
    detail = encounter.member.detail
    return DossierEncounterOut(
        letter=encounter.letter,
        encounter_id=detail.summary.id,
        name=detail.summary.name,
        photos=[_photo(photo) for photo in encounter.photos],
        decisions=[DecisionOut.model_validate(decision) for decision in detail.decisions],
    )


def _photo(photo: DossierPhoto) -> DossierPhotoOut:
    file, crop = photo.reference.photo, photo.crop
    return DossierPhotoOut(
        name=photo.name,
        sha256=file.id,
        file_name=file.file_name,
        bytes=file.bytes,
        width=file.width,
        height=file.height,
        camera=file.camera,
        captured_at=file.captured_at,
        zone=file.zone,
        annotation=AnnotationOut.model_validate(photo.reference.annotation),
        stated=[ClaimOut.model_validate(claim) for claim in photo.stated],
        crop=CropOut.model_validate(crop) if crop else None,
    )


def _pair(encounters: tuple[int, int], best: BestPair) -> DossierPairOut:
    comparison = best.comparison
    return DossierPairOut(
        encounters=encounters,
        annotations=best.annotations,
        query=best.query,
        cosine=comparison.cosine,
        dense_score=comparison.dense_score,
        rootsift_score=comparison.rootsift_score,
        agreement=best.agreement,
        capacity=comparison.capacity,
        correspondences=[correspondences_out(places) for places in comparison.correspondences],
        overlap=overlap_out(comparison.overlap) if comparison.overlap else None,
    )
