"""Corrections on the wire: what may be stated later, and the history of it."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from reid.types import Flank, Viewpoint
from service.photos.wire import PhotoDetailOut
from service.store.corrections import CorrectionKind
from service.web.wire import Line, Note, Number, Visible, Wire

ShortLine = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$"),
    Visible,
]
Newest = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]
PhotoKey = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
MOST = 5000  # photos of one correction


class CorrectionGroundsIn(Wire):
    """Who corrects and why. reviewer: where nobody logs in."""

    reason: Note = ""
    reviewer: Line = "anonymous"


class StatedOfPhotoIn(Wire):
    """What is stated of photos; a field that is left out stays, null is "nothing stated"."""

    captured_at: ShortLine | None = Field(
        None, description="ISO 8601; without an offset the zone stays as it is"
    )
    zone: ShortLine | None = Field(None, description="an offset such as +06:00, or unknown")
    station: ShortLine | None = None
    camera: ShortLine | None = None
    latitude: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    notes: Note | None = None


class PhotoEdit(StatedOfPhotoIn, CorrectionGroundsIn):
    """Other values of one photo. seen: the newest correction that the person had seen, 0 for none;
    left out, no check is made."""

    seen: Newest | None = None


BoxIn = Annotated[
    tuple[float, float, float, float],
    Field(description="left, top, right, bottom, in pixels of the upright photo or as shares"),
]


class AnnotationIn(CorrectionGroundsIn):
    """One more animal in a photo. box null: the whole photo. encounter_id null: by time."""

    box: BoxIn | None = None
    flank: Flank = Flank.UNKNOWN
    stated_viewpoint: Viewpoint | None = None
    encounter_id: Number | None = None


class AnnotationEdit(CorrectionGroundsIn):
    """Other values of one annotation; a field that is left out stays."""

    box: BoxIn | None = None
    flank: Flank | None = None
    stated_viewpoint: Viewpoint | None = None
    seen: Newest | None = None


class ChosenPhotosIn(Wire):
    """Photos, chosen in exactly one way; camera narrows a station down."""

    photos: Annotated[list[PhotoKey], Field(max_length=MOST)] | None = None
    upload: Number | None = None
    station: ShortLine | None = None
    camera: ShortLine | None = None
    encounter: Number | None = None


class StatedOfManyIn(StatedOfPhotoIn):
    """What is stated of many photos. flank, stated_viewpoint: of all annotations in use of them.

    shift_s: seconds that are added to every time that is known; for the wrong clock of a camera
    there is /clocks.
    """

    flank: Flank | None = None
    stated_viewpoint: Viewpoint | None = None
    shift_s: Annotated[float, Field(allow_inf_nan=False, ge=-4e9, le=4e9)] | None = None


class CorrectionIn(CorrectionGroundsIn):
    """One change of many photos."""

    of: ChosenPhotosIn
    change: StatedOfManyIn


class CorrectedValueOut(Wire):
    """One value that was changed, as text; null is "nothing stated"."""

    field: str
    before: str | None
    after: str | None
    photo_id: str | None
    annotation_id: int | None
    encounter_id: int | None


class CorrectionOut(Wire):
    """One change of something stated. undoes: the earlier one that it takes back."""

    id: int
    kind: CorrectionKind
    person: str
    reason: str
    corrected_at: datetime
    undoes: int | None
    undone: bool = Field(description="a later correction takes it back")
    values: list[CorrectedValueOut]
    more: int = Field(0, description="values that a list leaves out; the correction itself has all")


class CorrectedOut(Wire):
    """What became of a change of many photos. correction null: all of it was stated already.

    photos: that were chosen. changed: photos of which something is stated otherwise now. pending:
    annotations that wait to be embedded again.
    """

    correction: CorrectionOut | None
    photos: int
    changed: int
    pending: int


class CorrectionsOut(Wire):
    """A page of corrections, newest first. total: how many there are."""

    total: int
    corrections: list[CorrectionOut]


class ErasedOut(Wire):
    """A photo whose bytes are gone, and what is left behind of it."""

    detail: PhotoDetailOut
    correction: CorrectionOut
    left: list[str]
