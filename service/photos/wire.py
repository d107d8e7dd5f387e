"""Photos, annotations and uploads on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from reid.types import Flank, Grade, Reason, Viewpoint
from service.store.photos import AnnotationState
from service.store.reasons import unpacked
from service.web.wire import Corners, English, WallClock, Wire


def _in_english(value: object) -> object:
    return value if value is None else str(unpacked(str(value)) or value)


Damage = Annotated[str, BeforeValidator(_in_english)]
"""What of a file could not be read, kept as a sentence with facts, as the API says it."""


class ClaimOut(Wire):
    """One thing somebody said about a photo; conflicting ones stay side by side."""

    field: str
    value: str
    source: Literal["form", "exif", "file name", "read from pixels"]
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
    """One animal in one photo. box null: the whole photo is the crop. flank, stated_viewpoint: as
    they were stated. placed: who put it into its encounter."""

    id: int
    photo_id: str
    encounter_id: int
    flank: Flank
    box: Corners | None
    state: AnnotationState
    error_code: str | None
    error_detail: English | None
    stated_viewpoint: Viewpoint | None
    placed: Literal["rule", "person"]
    withdrawn: bool
    proposed: bool = Field(description="a finder drew the box, and no person touched it yet")


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
    captured_at: WallClock | None
    zone: str
    latitude: float | None
    longitude: float | None
    notes: str
    created_at: datetime
    file_time: WallClock | None = Field(description="what the file itself says, never changed")
    sequence: int | None = Field(description="the camera's own count of its frames")
    damage: Damage | None = Field(
        description="what of the file could not be read; null: it is whole"
    )
    likeness: str | None = Field(description="sketch that copies are looked up by, hexadecimal")
    copy_of: str | None = Field(description="the photo of the same exposure that came first")
    withdrawn: bool = Field(description="no longer in use; its history stays")


class CopyOut(Wire):
    """Another photo of one exposure, and the encounters in which it is."""

    photo_id: str
    file_name: str
    uploaded_at: datetime
    encounters: list[int]


class PhotoDetailOut(Wire):
    """A photo, the animals in it, and everything that was said about it."""

    photo: PhotoOut
    annotations: list[AnnotationOut]
    claims: list[ClaimOut]
    copies: list[CopyOut] = Field(description="other photos of the same exposure, the first first")


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
    error_detail: English | None
    changed: list[str] = Field(
        description="fields of a photo that was known already which this upload stated otherwise"
    )
    damage: English | None = Field(description="what of it could not be read; null: it is whole")
    copy_of: str | None = Field(
        description="the photo whose exposure it holds, too; known once it is embedded"
    )
    individual: str | None = Field(description="whom the uploader named; no decision")
    station: str | None
    camera: str | None
    captured_at: WallClock | None
    file_time: WallClock | None = Field(description="what the file itself says")
    boxes: Literal["confirm", "draw"] | None = Field(
        description="confirm: the animal finder proposed one; draw: a full frame without a box, "
        "which is not good as it is"
    )


class UploadOut(Wire):
    """An upload and how far its photos are."""

    id: int
    created_at: datetime
    finished: bool
    pending: int
    embedded: int
    failed: int
    refused: int
    files: list[UploadedFileOut]


class ArrivingFileOut(Wire):
    """A file that arrives in pieces, and how far it is."""

    arriving_id: str
    file_name: str
    bytes: int = Field(description="of the whole file, as announced")
    offset: int = Field(description="bytes that are here")
    sha256: str | None = Field(description="of the whole file, as announced")
    expires_at: datetime
    upload: int | None = Field(description="the upload in which it was taken in")


class PhotoLineOut(Wire):
    """What a line of a table states of one photo; empty: nothing."""

    line: int
    file: str
    station: str
    camera: str
    captured_at: WallClock | None
    flank: Flank | None
    box: str = Field(description="x0 y0 x1 y1, pixels or shares of the upright photo")
    encounter: str
    individual: str
    notes: str


class RefusedLineOut(Wire):
    """A line that cannot be used, and why."""

    line: int
    why: str


class PhotoTableOut(Wire):
    """A table of photos as an upload would read it. ignored: columns that are not read."""

    lines: list[PhotoLineOut]
    refused: list[RefusedLineOut]
    ignored: list[str]
