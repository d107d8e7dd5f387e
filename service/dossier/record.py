"""The dossier of a case: everything that is known about it as one record with a digest."""

import json
import math
import tomllib
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from string import ascii_uppercase

import numpy as np

from reid.errors import InputError, UnknownModel
from reid.identify import partitions
from reid.types import Box
from reid.weights import default_folder, load_card
from service.calibration.tested_wire import TestedOut
from service.cases.report import CaseReport, Casework, Member
from service.cases.to_wire import report_out
from service.cases.wire import CaseChangeOut, CaseReportOut
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
from service.monitoring.health import installed
from service.photos.pictures import Pictures
from service.photos.wire import AnnotationOut, ClaimOut
from service.recognition.engine import Engine
from service.recognition.to_wire import correspondences_out, overlap_out
from service.settings import Settings
from service.store import cases
from service.store.database import Database
from service.store.files import digest
from service.store.identities import Reference

CROPS = 6
"""So many crops of an encounter are shown, and all that speak; every photo is listed."""

LONGEST = 640
PRIORS = (0.1, 0.25, 0.5, 0.75, 0.9)
STATED = ("captured_at", "station", "flank", "box")


def dossier(
    settings: Settings,
    database: Database,
    engine: Engine,
    casework: Casework,
    pictures: Pictures,
    case_id: int,
    *,
    exact: bool = False,
) -> DossierOut:
    """All of a case. exact: positions as they are, not rounded. NotFound for an unknown case."""
    with database.read() as connection:
        cases.get(connection, case_id)  # before the network is loaded for nothing
    report = casework.report(case_id)
    wire = report_out(report, exact=exact)
    content = DossierContentOut(
        software=f"leopard-reid {installed()}",
        species=settings.species,
        positions="exact" if exact else "rounded",
        model=_model(report.model, _folder(settings)),
        calibrator=_calibrator(settings, engine),
        tested=TestedOut.model_validate(report.tested) if report.tested else None,
        report=wire,
        encounters=_encounters(pictures, report),
        pairs=[
            _pair(wire.pairs[n].encounters, one.says.best)
            for n, one in enumerate(report.pairs)
            if one.says.best
        ],
        priors=_priors(wire),
        changes=[CaseChangeOut.model_validate(one) for one in report.changes],
    )
    return DossierOut(
        made_at=datetime.now(UTC).replace(microsecond=0), digest=digest_of(content), content=content
    )


def digest_of(content: DossierContentOut) -> str:
    """SHA-256, hex, of the content as UTF-8 JSON with sorted keys and without white space."""
    values = content.model_dump(mode="json")
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return digest(text.encode())


def _folder(settings: Settings) -> Path:
    return settings.weights_dir or default_folder()


def _model(name: str, folder: Path) -> ModelFactsOut:
    try:
        card = load_card(name, folder)
    except UnknownModel:
        return ModelFactsOut(id=name, sha256=None, licence=None, trained_on=None)
    return ModelFactsOut(
        id=name, sha256=card.sha256, licence=card.license, trained_on=card.trained_on
    )


def _calibrator(settings: Settings, engine: Engine) -> CalibratorFactsOut:
    used = engine.calibrator()
    path = _folder(settings) / f"{engine.fitted().id}.toml"  # also of an adjusted one
    card = tomllib.loads(path.read_text()) if path.is_file() else {}
    return CalibratorFactsOut(
        id=used.id,
        individuals=used.individuals,
        bound=used.bound,
        licence=card.get("license"),
        fitted_on=card.get("fitted_on"),
        pairs=card.get("pairs"),
    )


def _encounters(pictures: Pictures, report: CaseReport) -> list[DossierEncounterOut]:
    speaking = {n for one in report.pairs if one.says.best for n in one.says.best.annotations}
    return [
        _encounter(pictures, letter, member, speaking)
        for letter, member in zip(ascii_uppercase, report.members, strict=False)
    ]


def _encounter(
    pictures: Pictures, letter: str, member: Member, speaking: set[int]
) -> DossierEncounterOut:
    detail = member.detail
    drawn = _drawn(detail.references, speaking)
    return DossierEncounterOut(
        letter=letter,
        encounter_id=detail.summary.id,
        name=detail.summary.name,
        photos=[
            _photo(pictures, f"{letter}{n}", one, detail.conflicts, drawn)
            for n, one in enumerate(detail.references, 1)
        ],
        decisions=[DecisionOut.model_validate(one) for one in detail.decisions],
    )


def _drawn(references: tuple[Reference, ...], speaking: set[int]) -> set[int]:
    """The annotations that speak, and the best others until there are CROPS."""
    best = sorted(
        (one.annotation for one in references if one.annotation.state == "embedded"),
        key=lambda one: (one.id not in speaking, -(one.quality.value if one.quality else 0)),
    )
    chosen = {one.id for one in best[:CROPS]}
    return chosen | {one.id for one in best if one.id in speaking}


def _photo(
    pictures: Pictures,
    name: str,
    one: Reference,
    conflicts: Mapping[str, tuple[object, ...]],
    drawn: set[int],
) -> DossierPhotoOut:
    photo = one.photo
    claims = [ClaimOut.model_validate(said) for said in conflicts.get(photo.id, ())]
    return DossierPhotoOut(
        name=name,
        sha256=photo.id,
        file_name=photo.file_name,
        bytes=photo.bytes,
        width=photo.width,
        height=photo.height,
        camera=photo.camera,
        captured_at=photo.captured_at,
        zone=photo.zone,
        annotation=AnnotationOut.model_validate(one.annotation),
        stated=[said for said in claims if said.field in STATED and not said.used],
        crop=_crop(pictures, one) if one.annotation.id in drawn else None,
    )


def _crop(pictures: Pictures, one: Reference) -> CropOut | None:
    """None where the file can no longer be read."""
    photo, box = one.photo, one.annotation.box
    try:
        jpeg = pictures.jpeg(photo.id, one.annotation.id, LONGEST)
    except (InputError, OSError):
        return None
    return CropOut(
        box=_whole_pixels(box, photo.width, photo.height), jpeg=b64encode(jpeg).decode("ascii")
    )


def _whole_pixels(box: Box | None, width: int, height: int) -> tuple[float, float, float, float]:
    """What `reid.photo.crop.cut` cuts out of a photo of this size."""
    if box is None:
        return 0, 0, width, height
    left, top = max(math.floor(box.x0), 0), max(math.floor(box.y0), 0)
    return left, top, min(math.ceil(box.x1), width), min(math.ceil(box.y1), height)


def _pair(encounters: tuple[int, int], best: BestPair) -> DossierPairOut:
    seen = best.comparison
    return DossierPairOut(
        encounters=encounters,
        annotations=best.annotations,
        query=best.query,
        cosine=seen.cosine,
        dense_score=seen.dense_score,
        rootsift_score=seen.rootsift_score,
        agreement=best.agreement,
        capacity=seen.capacity,
        correspondences=[correspondences_out(some) for some in seen.correspondences],
        overlap=overlap_out(seen.overlap) if seen.overlap else None,
    )


def _priors(report: CaseReportOut) -> list[OtherPriorOut]:
    """What becomes of the most probable partition under other priors."""
    members = [one.encounter_id for one in report.encounters]
    if len(members) < 2 or not report.in_full:
        return []
    comparable = np.zeros((len(members), len(members)), bool)
    total = np.zeros(comparable.shape)
    for pair in report.pairs:
        i, j = (members.index(number) for number in pair.encounters)
        total[i, j] = total[j, i] = pair.total
        comparable[i, j] = comparable[j, i] = pair.annotations is not None or pair.total != pair.llr
    leading = {frozenset(members.index(n) for n in one) for one in report.partitions[0].animals}
    found = []
    for prior in PRIORS:
        weighed = partitions.posterior(total, comparable, together=prior).partitions
        place, it = next(
            (place, one)
            for place, one in enumerate(weighed)
            if {frozenset(block) for block in one.blocks} == leading
        )
        found.append(OtherPriorOut(together=prior, probability=it.probability, leads=place == 0))
    return found
