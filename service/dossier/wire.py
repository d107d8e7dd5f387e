"""The dossier of a case on the wire: the record that is printed and digested."""

from datetime import datetime
from typing import Literal

from pydantic import AliasPath, Field

from service.calibration.wire import CertificateStateOut, TestedOut
from service.cases.wire import CaseChangeOut, CaseReportOut, Member
from service.encounters.wire import DecisionOut
from service.photos.wire import AnnotationOut, ClaimOut
from service.recognition.wire import CorrespondencesOut, OverlapOut
from service.web.wire import Corners, WallClock, Wire


class ModelFactsOut(Wire):
    """What the card of a network says; null where no card lies beside the weights."""

    id: str
    sha256: str | None = Field(description="of the weights")
    licence: str | None
    trained_on: str | None


class CalibratorFactsOut(Wire):
    """What the card of a calibrator says. bound: log10 of the individuals it was fitted on."""

    id: str
    individuals: int
    bound: float
    licence: str | None
    fitted_on: str | None
    pairs: tuple[int, int] | None = Field(description="genuine, impostor")


class CropOut(Wire):
    """The flank that was compared, without EXIF. box: where it was cut; jpeg: base64."""

    box: Corners
    jpeg: str


class DossierPhotoOut(Wire):
    """One photo of an encounter. name: what the dossier calls it, such as A2.

    sha256: of the file as it came. stated: what was said of it and not used. crop null: listed
    only, because the encounter has many photos, or because the photo cannot be used.
    """

    name: str
    sha256: str = Field(validation_alias=AliasPath("reference", "photo", "id"))
    file_name: str = Field(validation_alias=AliasPath("reference", "photo", "file_name"))
    bytes: int = Field(validation_alias=AliasPath("reference", "photo", "bytes"))
    width: int = Field(validation_alias=AliasPath("reference", "photo", "width"))
    height: int = Field(validation_alias=AliasPath("reference", "photo", "height"))
    camera: str | None = Field(validation_alias=AliasPath("reference", "photo", "camera"))
    captured_at: WallClock | None = Field(
        validation_alias=AliasPath("reference", "photo", "captured_at")
    )
    zone: str = Field(validation_alias=AliasPath("reference", "photo", "zone"))
    annotation: AnnotationOut = Field(validation_alias=AliasPath("reference", "annotation"))
    stated: list[ClaimOut]
    crop: CropOut | None


class DossierEncounterOut(Wire):
    """One encounter: its letter in the dossier, photos oldest first, and what people decided."""

    letter: str
    encounter_id: int = Field(validation_alias=AliasPath("member", "detail", "summary", "id"))
    name: str | None = Field(validation_alias=AliasPath("member", "detail", "summary", "name"))
    photos: list[DossierPhotoOut]
    decisions: list[DecisionOut] = Field(
        validation_alias=AliasPath("member", "detail", "decisions")
    )


class DossierPairOut(Wire):
    """What the two photos that speak for a pair of the report show together.

    query: which of the annotations is the query of `correspondences` and `overlap`.
    """

    encounters: tuple[Member, Member]
    annotations: tuple[int, int]
    query: int
    cosine: float
    dense_score: float
    rootsift_score: float | None
    agreement: float = Field(description="what agrees in the two photos, as one number")
    capacity: float = Field(description="0 to 1, how much these two photos could agree at most")
    correspondences: list[CorrespondencesOut]
    overlap: OverlapOut | None


class OtherPriorOut(Wire):
    """The most probable partition of the report under another prior; leads: it stays the first."""

    together: float
    probability: float
    leads: bool


class DossierContentOut(Wire):
    """All that the dossier says, apart from when it was made.

    positions: "rounded" to squares, or withheld, as REID_PLACES says; "exact" where asked for.
    pairs: without those that no photo speaks for. priors: empty where not every partition could
    be weighed.
    """

    software: str
    species: str = Field(description="scientific name, as the settings have it")
    positions: Literal["rounded", "exact"]
    model: ModelFactsOut
    calibrator: CalibratorFactsOut
    tested: TestedOut | None = Field(description="null: the calibrator has no test results")
    certificate: CertificateStateOut | None = Field(description="null: the catalogue has none")
    report: CaseReportOut
    encounters: list[DossierEncounterOut]
    pairs: list[DossierPairOut]
    priors: list[OtherPriorOut]
    changes: list[CaseChangeOut]


class DossierOut(Wire):
    """The record of one case. digest: SHA-256 of `content`; docs/dossier.md says of which bytes."""

    made_at: datetime
    digest: str
    content: DossierContentOut
