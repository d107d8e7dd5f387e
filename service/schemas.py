"""What goes over the wire. Only routes build these; the core never sees them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, StringConstraints

from reid.types import Box, Flank, Grade, Reason, Source, Verdict, Viewpoint
from service import examples

Line = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]
Note = Annotated[str, StringConstraints(max_length=5000, pattern=r"^[^\x00]*$")]
Number = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]


def _corners(value: object) -> object:
    return (value.x0, value.y0, value.x1, value.y1) if isinstance(value, Box) else value


Corners = Annotated[
    tuple[float, float, float, float],
    BeforeValidator(_corners),
    Field(description="left, top, right, bottom in pixels of the upright photo"),
]
AnnotationState = Literal["pending", "embedded", "failed"]
DecisionKind = Literal["same", "new", "cannot_tell", "withdrawn"]


def shown(example: dict[str, JsonValue]) -> ConfigDict:
    """The configuration of a model with an example."""
    return ConfigDict(json_schema_extra={"examples": [example]})


class Wire(BaseModel):
    """Unknown fields are a client's mistake, not noise."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, from_attributes=True, protected_namespaces=()
    )


class Problem(Wire):
    """RFC 9457 error; `code` is stable."""

    model_config = shown(examples.PROBLEM)

    type: str
    title: str
    status: int
    detail: str
    code: str


class ClaimOut(Wire):
    """One thing somebody said about a photo; conflicting ones stay side by side."""

    field: str
    value: str
    source: Literal["form", "exif", "file name"]
    used: bool


class MeasuresOut(Wire):
    """What was measured on the flank; 0 to 1 where no unit is named."""

    sharpness: float = Field(description="contrast of the rosettes' edges, 1 as in a sharp photo")
    trust: float = Field(description="mean trust of the network in the places it kept")
    brightness: float = Field(description="mean of the coat")
    black: float = Field(description="share of the coat that is black")
    white: float = Field(description="share of the coat that is burnt out")
    flank_pixels: float = Field(description="width of the flank in pixels of the photo")
    coat: float = Field(description="share of the flank's window that shows coat")
    yaw: float = Field(description="degrees; positive where the rear is nearer to the camera")


class QualityOut(Wire):
    """How good the photo is to tell an individual by. A poor one is kept, and proves little."""

    grade: Grade
    reasons: list[Reason] = Field(description="worst first; none for a good one")
    value: float = Field(description="0 to 1, 1 is as good as it gets")
    model: str
    measures: MeasuresOut


class FactsOut(Wire):
    """What the network saw of one animal; null where it was not measured."""

    quality: QualityOut | None
    estimated_flank: Flank | None = Field(description="unknown where the network is not sure")
    estimated_flank_probability: float | None = Field(description="of the likelier side")
    viewpoint: Viewpoint | None


class AnnotationOut(FactsOut):
    """One animal in one photo. box null: the whole photo is the crop. flank: as it was stated."""

    id: int
    photo_id: str
    encounter_id: int
    flank: Flank
    box: Corners | None
    state: AnnotationState
    error_code: str | None
    error_detail: str | None


class PhotoOut(Wire):
    """One file from a camera; id is the SHA-256 of its bytes, times are its own wall clock."""

    id: str
    file_name: str
    media_type: str
    bytes: int
    width: int
    height: int
    station: str | None
    camera: str | None
    captured_at: datetime | None
    zone: str
    latitude: float | None
    longitude: float | None
    notes: str
    created_at: datetime


class PhotoDetailOut(Wire):
    """A photo, the animals in it, and everything that was said about it."""

    model_config = shown(examples.PHOTO_DETAIL)

    photo: PhotoOut
    annotations: list[AnnotationOut]
    claims: list[ClaimOut]


class ReferenceOut(Wire):
    """An annotation with its photo."""

    annotation: AnnotationOut
    photo: PhotoOut


class UploadedFileOut(Wire):
    """What became of one file. photo_id null: refused, and error_code says why."""

    position: int
    file_name: str
    photo_id: str | None
    created: bool = Field(description="false when these bytes were known already")
    annotation_id: int | None
    encounter_id: int | None
    state: AnnotationState | None
    error_code: str | None
    error_detail: str | None


class UploadOut(Wire):
    """An upload and how far its photos are."""

    model_config = shown(examples.UPLOAD)

    id: int
    created_at: datetime
    finished: bool
    pending: int
    embedded: int
    failed: int
    refused: int
    files: list[UploadedFileOut]


class EncounterOut(Wire):
    """One line of the list; decision_id 0 means that nobody has decided yet."""

    model_config = shown(examples.ENCOUNTER)

    id: int
    name: str | None
    station: str | None
    started_at: datetime | None
    ended_at: datetime | None
    pending: int
    embedded: int
    failed: int
    flanks: list[Flank]
    thumbnail: int | None
    decision_id: int
    decision: DecisionKind | None
    identity_id: int | None
    identity: str | None


class EncountersOut(Wire):
    """A page of encounters and how many wait altogether."""

    model_config = shown(examples.ENCOUNTERS)

    waiting: int
    decided: int
    encounters: list[EncounterOut]


class DecisionIn(Wire):
    """What a person concludes, with what the person was shown.

    after: the newest decision the person had seen (decision_id); left out, no check is made.
    """

    model_config = shown(examples.DECISION_IN)

    kind: DecisionKind
    identity_id: Number | None = None
    name: Line | None = Field(None, description="for `new`; left out, the next free one like L001")
    llr: Annotated[float, Field(strict=True, ge=-12, le=12)] | None = None
    model: Line | None = None
    calibrator: Line | None = None
    reviewer: Line = "anonymous"
    note: Note = ""
    after: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)] | None = None


class DecisionOut(Wire):
    """A recorded decision; it is never changed, a later one undoes it."""

    model_config = shown(examples.DECISION)

    id: int
    encounter_id: int
    kind: DecisionKind
    identity_id: int | None
    identity: str | None
    llr: float | None
    model: str | None
    calibrator: str | None
    reviewer: str
    note: str
    decided_at: datetime


class EncounterDetailOut(Wire):
    """One encounter with photos, decisions and fields that were stated differently."""

    model_config = shown(examples.ENCOUNTER_DETAIL)

    summary: EncounterOut
    references: list[ReferenceOut]
    decisions: list[DecisionOut]
    conflicts: Mapping[str, Sequence[ClaimOut]]


class IdentityOut(Wire):
    """One line of the catalogue; flanks counts embedded annotations.

    merged_into: the identity to which its encounters went; null where it was not merged away.
    """

    model_config = shown(examples.IDENTITY)

    id: int
    name: str
    sex: Literal["female", "male", "unknown"]
    life_stage: Literal["adult", "subadult", "juvenile", "unknown"]
    note: str
    merged_into: int | None
    encounters: int
    annotations: int
    first_seen: datetime | None
    last_seen: datetime | None
    flanks: list[tuple[Flank, int]]


class SightingOut(Wire):
    """One encounter of an identity."""

    encounter_id: int
    station: str | None
    started_at: datetime | None


class IdentityDetailOut(Wire):
    """One identity with its encounters, photos and every decision that ever named it."""

    model_config = shown(examples.IDENTITY_DETAIL)

    summary: IdentityOut
    sightings: list[SightingOut]
    references: list[ReferenceOut]
    decisions: list[DecisionOut]


class CorrespondencesOut(Wire):
    """Points on one place of the coat: query[i] in the query photo, reference[i] in the other."""

    kind: str
    query: list[tuple[float, float]]
    reference: list[tuple[float, float]]
    strength: list[float]


class OverlapOut(Wire):
    """What both photos show of the flank, once one is laid over the other."""

    registration: Source = Field(description="what that rests on; an outline is coarse")
    covisible: float = Field(description="share of the smaller flank that is seen in both")
    places: int = Field(description="seen well enough in both to be judged")
    agreeing: float = Field(description="share of these places where the rosettes agree")
    discrepancies: CorrespondencesOut = Field(
        description="where the rosettes differ, strongest first; none over an outline"
    )


class CandidateOut(Wire):
    """What the query says about one identity, and the pair of photos that speaks.

    query: position of the query photo (or annotation number, for an encounter) of that pair.
    """

    identity_id: int
    identity: str
    llr: float = Field(description="log10 likelihood ratio, same over different leopards")
    bound: float = Field(description="the largest |llr| the calibration supports")
    interval: tuple[float, float] = Field(
        description="95 % of the llr over other draws of the calibrating individuals"
    )
    verdict: Verdict
    query: int
    reference: AnnotationOut
    cosine: float
    dense_score: float
    rootsift_score: float | None
    agreement: float = Field(description="what agrees, as one number: orders candidates")
    capacity: float = Field(description="0 to 1, how much these two photos could agree at most")
    correspondences: list[CorrespondencesOut]
    overlap: OverlapOut | None = Field(
        description="null for pairs that got the quick look only, or where a photo shows no coat"
    )


class QueryOut(FactsOut):
    """One photo of the query: its position, or its annotation number, for an encounter."""

    query: int


class IdentificationOut(Wire):
    """The answer to one query; strongest candidate first, one an identity.

    excluded_encounters: left out of the gallery, because the query photos are their photos.
    timings: milliseconds per stage.
    """

    model_config = shown(examples.IDENTIFICATION)

    verdict: Verdict
    model: str
    calibrator: str
    gallery: int
    compared: int
    excluded_encounters: list[int]
    timings: Mapping[str, float]
    queries: list[QueryOut]
    candidates: list[CandidateOut]


class WorkerOut(Wire):
    """A worker that was seen lately."""

    name: str
    model: str
    seen_at: datetime


class HealthOut(Wire):
    """Whether everything that is needed answers; status 503 where it does not."""

    model_config = shown(examples.HEALTH)

    status: Literal["ok", "starting", "degraded", "down"]
    database: str
    model: str
    gallery: int
    workers: list[WorkerOut]
    waiting_jobs: int
    version: str
