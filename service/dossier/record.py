"""The dossier of a case: everything that is known about it as one record."""

import math
import tomllib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from string import ascii_uppercase
from typing import Annotated

from fastapi import Depends

from reid.errors import InputError, UnknownModel
from reid.interchange.obscuring import Telling
from reid.types import Box, Correspondences
from reid.weights import default_folder, load_card
from service.calibration.certification import CertificateState, Certification
from service.cases.report import CaseReport, Casework, Member, OtherPrior, other_priors
from service.encounters.pair_evidence import BestPair
from service.monitoring.health import installed
from service.photos.pictures import Pictures
from service.recognition.engine import Engine
from service.settings import Settings
from service.store import cases
from service.store.database import Database
from service.store.errors import NoSuchCase
from service.store.identities import Reference
from service.store.photos import Claim
from service.viewer.agreement import SpeakingMarks
from service.web.answer_cache import NotYet
from service.web.parameters import component

CROPS = 6
"""So many crops of an encounter are shown, and all that speak; every photo is listed."""

LONGEST = 640
STATED = ("captured_at", "station", "flank", "box")


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the card of a network says; None where no card lies beside the weights."""

    id: str
    sha256: str | None = None
    licence: str | None = None
    trained_on: str | None = None


@dataclass(frozen=True, slots=True)
class CalibratorFacts:
    """What the card of a calibrator says. bound: log10 of the individuals it was fitted on.

    pairs: genuine and impostor. None where the card does not say.
    """

    id: str
    individuals: int
    bound: float
    licence: str | None
    fitted_on: str | None
    pairs: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class PhotoCrop:
    """The flank that was compared, without EXIF. box: where it was cut; jpeg: base64."""

    box: Box
    jpeg: str


@dataclass(frozen=True, slots=True)
class DossierPhoto:
    """One photo of an encounter. name: what the dossier calls it, such as A2.

    stated: what was said of it and not used. crop None: listed only, because the encounter has
    many photos, or because the photo cannot be used.
    """

    name: str
    reference: Reference
    stated: tuple[Claim, ...]
    crop: PhotoCrop | None


@dataclass(frozen=True, slots=True)
class DossierEncounter:
    """One encounter with its letter, and its photos oldest first."""

    letter: str
    member: Member
    photos: tuple[DossierPhoto, ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that the dossier says.

    certificate: None where the catalogue has none.
    encounters: in the order of the members of the report. speaking: what the two photos that speak
    show together, by the index of their pair in the report; pairs that no photo speaks for are not
    there. priors: empty where not every partition could be weighed.
    """

    made_at: datetime
    software: str
    species: str
    model: ModelFacts
    calibrator: CalibratorFacts
    certificate: CertificateState | None
    report: CaseReport
    encounters: tuple[DossierEncounter, ...]
    speaking: Mapping[int, BestPair]
    priors: tuple[OtherPrior, ...]


class Dossiers:
    """Makes the dossiers of cases."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        engine: Engine,
        casework: Casework,
        pictures: Pictures,
        certification: Certification,
    ) -> None:
        self._settings, self._database, self._engine = settings, database, engine
        self._casework, self._pictures = casework, pictures
        self._certification = certification

    def of(self, case_id: int, telling: Telling, *, wait: bool = True) -> Dossier:
        """All of a case. telling: how places are. NotFound for an unknown case.

        wait False: raises NotYet where photos would have to be compared first.
        """
        with self._database.read() as connection:
            cases.get(connection, case_id)  # before the network is loaded for nothing
        if not wait and self._engine.loaded is None:
            raise NotYet
        report = self._casework.report(case_id, telling, wait=wait)
        best = {n: pair.says.best for n, pair in enumerate(report.pairs)}
        return Dossier(
            made_at=datetime.now(UTC).replace(microsecond=0),
            software=f"leopard-reid {installed()}",
            species=self._settings.species,
            model=_model(report.model, _folder(self._settings)),
            calibrator=_calibrator(self._settings, self._engine),
            certificate=self._certification.state(),
            report=report,
            encounters=_encounters(self._pictures, report),
            speaking={n: _recorded(pair) for n, pair in best.items() if pair},
            priors=other_priors(report),
        )

    def number(self, case: str) -> int:
        """Of a case that is called so, else of the case with this number. NotFound for neither."""
        with self._database.read() as connection:
            for known in cases.every(connection):
                if known.name == case:
                    return known.id
            if not (case.isascii() and case.isdecimal()):
                raise NoSuchCase(case=case)
            return cases.get(connection, int(case)).id


TheDossiers = Annotated[Dossiers, Depends(component(Dossiers))]
"""The app's, for a route."""


def _folder(settings: Settings) -> Path:
    return settings.weights_dir or default_folder()


def _model(name: str, folder: Path) -> ModelFacts:
    try:
        card = load_card(name, folder)
    except UnknownModel:
        return ModelFacts(name)
    return ModelFacts(name, card.sha256, card.license, card.trained_on)


def _calibrator(settings: Settings, engine: Engine) -> CalibratorFacts:
    used = engine.calibrator()
    path = _folder(settings) / f"{engine.fitted().id}.toml"  # also of an adjusted one
    card = tomllib.loads(path.read_text()) if path.is_file() else {}
    return CalibratorFacts(
        id=used.id,
        individuals=used.individuals,
        bound=used.bound,
        licence=card.get("license"),
        fitted_on=card.get("fitted_on"),
        pairs=card.get("pairs"),
    )


def _encounters(pictures: Pictures, report: CaseReport) -> tuple[DossierEncounter, ...]:
    best = [pair.says.best for pair in report.pairs]
    speaking = {number for pair in best if pair for number in pair.annotations}
    return tuple(
        _encounter(pictures, letter, member, speaking)
        for letter, member in zip(ascii_uppercase, report.members, strict=False)
    )


def _encounter(
    pictures: Pictures, letter: str, member: Member, speaking: set[int]
) -> DossierEncounter:
    detail = member.detail
    drawn = _drawn(detail.references, speaking)
    photos = tuple(
        DossierPhoto(
            name=f"{letter}{n}",
            reference=reference,
            stated=tuple(
                claim
                for claim in detail.conflicts.get(reference.photo.id, ())
                if claim.field in STATED and not claim.used
            ),
            crop=_crop(pictures, reference) if reference.annotation.id in drawn else None,
        )
        for n, reference in enumerate(detail.references, 1)
    )
    return DossierEncounter(letter, member, photos)


def _drawn(references: tuple[Reference, ...], speaking: set[int]) -> set[int]:
    """The annotations that speak, and the best others until there are CROPS."""
    annotations = [r.annotation for r in references if r.annotation.state == "embedded"]
    best = sorted(
        annotations, key=lambda a: (a.id not in speaking, -(a.quality.value if a.quality else 0))
    )
    chosen = {annotation.id for annotation in best[:CROPS]}
    return chosen | {annotation.id for annotation in best if annotation.id in speaking}


def _crop(pictures: Pictures, reference: Reference) -> PhotoCrop | None:
    """None where the file can no longer be read."""
    photo, annotation = reference.photo, reference.annotation
    try:
        jpeg = pictures.jpeg(photo.id, annotation.id, LONGEST)
    except (InputError, OSError):
        return None
    box = _whole_pixels(annotation.box, photo.width, photo.height)
    return PhotoCrop(box, b64encode(jpeg).decode("ascii"))


def _whole_pixels(box: Box | None, width: int, height: int) -> Box:
    """What `reid.photo.crop.cut` cuts out of a photo of this size."""
    if box is None:
        return Box(0.0, 0.0, float(width), float(height))
    left, top = max(math.floor(box.x0), 0), max(math.floor(box.y0), 0)
    right, bottom = min(math.ceil(box.x1), width), min(math.ceil(box.y1), height)
    return Box(float(left), float(top), float(right), float(bottom))


def _recorded(pair: BestPair) -> BestPair:
    """Points to a tenth of a pixel and shares to three decimals, as page and JSON have them."""
    comparison, overlap = pair.comparison, pair.comparison.overlap
    if overlap:
        overlap = replace(
            overlap,
            covisible=round(overlap.covisible, 3),
            agreeing=round(overlap.agreeing, 3),
            discrepancies=_rounded(overlap.discrepancies),
        )
    places = tuple(map(_rounded, comparison.correspondences))
    marks = SpeakingMarks(
        tuple(map(_rounded, pair.marks.agree)),
        _rounded(pair.marks.differ) if pair.marks.differ is not None else None,
    )
    compared = replace(comparison, correspondences=places, overlap=overlap)
    return replace(pair, comparison=compared, marks=marks)


def _rounded(places: Correspondences) -> Correspondences:
    ends = places.points0.round(1), places.points1.round(1)
    return replace(places, points0=ends[0], points1=ends[1], strength=places.strength.round(3))
