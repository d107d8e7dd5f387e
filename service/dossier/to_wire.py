"""The dossier as a wire model, and the digest of what it says."""

from reid.interchange.canonical import digest_of_json
from service.calibration.to_wire import certificate_state_out
from service.calibration.wire import TestedOut
from service.cases.to_wire import report_out
from service.cases.wire import CaseChangeOut
from service.dossier.record import Dossier
from service.dossier.wire import (
    CalibratorFactsOut,
    DossierContentOut,
    DossierEncounterOut,
    DossierOut,
    DossierPairOut,
    ModelFactsOut,
    OtherPriorOut,
)
from service.encounters.pair_evidence import BestPair
from service.recognition.wire import CorrespondencesOut, OverlapOut


def dossier_out(record: Dossier) -> DossierOut:
    """The JSON of a dossier with its digest."""
    report = report_out(record.report)
    tested = record.report.tested
    content = DossierContentOut(
        software=record.software,
        species=record.species,
        positions="exact" if record.report.telling.exact else "rounded",
        model=ModelFactsOut.model_validate(record.model),
        calibrator=CalibratorFactsOut.model_validate(record.calibrator),
        tested=TestedOut.model_validate(tested) if tested else None,
        certificate=certificate_state_out(record.certificate) if record.certificate else None,
        report=report,
        encounters=[DossierEncounterOut.model_validate(e) for e in record.encounters],
        pairs=[_pair(report.pairs[n].encounters, best) for n, best in record.speaking.items()],
        priors=[OtherPriorOut.model_validate(prior) for prior in record.priors],
        changes=[CaseChangeOut.model_validate(change) for change in record.report.changes],
    )
    return DossierOut(made_at=record.made_at, digest=digest_of(content), content=content)


def digest_of(content: DossierContentOut) -> str:
    """SHA-256, hex, of the content as UTF-8 JSON with sorted keys and without white space."""
    return digest_of_json(content.model_dump(mode="json"))


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
        correspondences=[CorrespondencesOut.model_validate(c) for c in comparison.correspondences],
        overlap=OverlapOut.model_validate(comparison.overlap) if comparison.overlap else None,
    )
