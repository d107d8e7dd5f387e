"""Forms of a photo's page that correct it: they work without JavaScript."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from reid.errors import InputError, NotFound
from reid.photo.crop import parse_box
from reid.types import Flank, Viewpoint
from service.photos import correcting, withdrawing
from service.photos.correcting import CorrectionGrounds
from service.photos.correction_view import shown_time
from service.photos.errors import NumberExpected, WithdrawnAlready
from service.photos.photo_page import shown_photo
from service.store import corrections, photos
from service.store.files import PhotoFiles
from service.web.page import goto_signed, refuse
from service.web.parameters import (
    PhotoId,
    Remark,
    RowNumber,
    Text,
    TheActor,
    TheDatabase,
    component,
)
from service.web.sentences import in_full
from service.web.wire import Visible

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Line = Annotated[str, Form(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$"), Visible]
TheFiles = Annotated[PhotoFiles, Depends(component(PhotoFiles))]
NewestSeen = Annotated[int | None, Form(ge=0, le=2**31 - 1)]
PLACE = ("latitude", "longitude")


def form_grounds(
    actor: TheActor, reviewer: Text = "", reason: Remark = "", seen: NewestSeen = None
) -> CorrectionGrounds:
    """Who corrects and why, from the fields that every form here has."""
    return CorrectionGrounds(actor.signs(reviewer), reason, seen)


@dataclass(frozen=True, slots=True)
class CorrectionRequest:
    """A form that corrects a photo, as a dependency of its route."""

    request: Request
    database: TheDatabase
    actor: TheActor
    grounds: Annotated[CorrectionGrounds, Depends(form_grounds)]

    def carry_out(self, photo_id: str, act: Callable[[Connection], object]) -> Response:
        """Do it and show the photo again, or the photo with why it is refused."""
        try:
            with self.database.write() as connection:
                act(connection)
        except NotFound:
            raise
        except InputError as error:
            status = 409 if error.code in {"conflict", "photo_withdrawn", "photo_erased"} else 422
            refuse(self.request, in_full(error), status)
            return shown_photo(self.request, self.database, photo_id)
        return goto_signed(f"/photos/{photo_id}", self.grounds.person, self.actor)

    def photo_of(self, annotation_id: int) -> str:
        """The photo of an annotation."""
        with self.database.read() as connection:
            return photos.annotation_by_id(connection, annotation_id).photo_id


TheCorrection = Annotated[CorrectionRequest, Depends()]


async def fields_sent(request: Request) -> frozenset[str]:
    """Names of the fields that a form has; parameters alone do not tell an empty one from none."""
    return frozenset((await request.form()).keys())


TheFields = Annotated[frozenset[str], Depends(fields_sent)]


@dataclass(frozen=True, slots=True)
class PhotoForm:
    """Fields of the form of a photo; one that is left out stays, an empty one states nothing."""

    sent: TheFields
    captured_at: Line = ""
    zone: Line = ""
    station: Line = ""
    camera: Line = ""
    latitude: Line = ""
    longitude: Line = ""
    notes: Remark = ""

    def stated(self, connection: Connection, photo_id: str) -> dict[str, object]:
        """The fields that were sent; a time that is shown to the second only stays as it is."""
        values: dict[str, object] = {
            name: getattr(self, name)
            for name in ("zone", "station", "camera", "notes")
            if name in self.sent
        }
        shown = shown_time(photos.get(connection, photo_id))
        if "captured_at" in self.sent and _seconds(self.captured_at) != shown:
            values["captured_at"] = self.captured_at
        for name in PLACE:
            if name in self.sent:
                values[name] = _degrees(getattr(self, name), 90 if name == "latitude" else 180)
        return values


@dataclass(frozen=True, slots=True)
class BoxForm:
    """Fields of the form of an annotation; four empty corners are the whole photo."""

    sent: TheFields
    flank: Annotated[Flank | None, Form()] = None
    viewpoint: Annotated[Viewpoint | None, Form()] = None
    x0: Line = ""
    y0: Line = ""
    x1: Line = ""
    y1: Line = ""

    def stated(self) -> dict[str, object]:
        """The fields that were sent."""
        values: dict[str, object] = {}
        if self.flank is not None:
            values["flank"] = self.flank
        if "viewpoint" in self.sent:
            values["stated_viewpoint"] = self.viewpoint
        if self.sent & {"x0", "y0", "x1", "y1"}:
            parts = [corner.strip() for corner in (self.x0, self.y0, self.x1, self.y1)]
            values["box"] = parse_box(" ".join(parts)) if any(parts) else None
        return values


@router.post("/photos/{photo_id}/correct")
def correct(
    photo_id: PhotoId, correction: TheCorrection, form: Annotated[PhotoForm, Depends()]
) -> Response:
    """State other values of a photo."""

    def act(connection: Connection) -> None:
        texts = correcting.texts_of_photo(form.stated(connection, photo_id))
        correcting.correct(connection, [photo_id], texts, {}, correction.grounds)

    return correction.carry_out(photo_id, act)


@router.post("/photos/{photo_id}/annotations")
def add_annotation(
    photo_id: PhotoId,
    correction: TheCorrection,
    form: Annotated[BoxForm, Depends()],
) -> Response:
    """Add an animal."""

    def act(connection: Connection) -> None:
        values = {"flank": Flank.UNKNOWN} | form.stated()
        withdrawing.add_annotation(connection, photo_id, values, correction.grounds)

    return correction.carry_out(photo_id, act)


@router.post("/annotations/{annotation_id}/correct")
def correct_annotation(
    annotation_id: RowNumber, correction: TheCorrection, form: Annotated[BoxForm, Depends()]
) -> Response:
    """State another box, flank or viewpoint."""
    return correction.carry_out(
        correction.photo_of(annotation_id),
        lambda connection: correcting.correct_annotation(
            connection, annotation_id, form.stated(), correction.grounds
        ),
    )


@router.post("/annotations/{annotation_id}/withdraw")
def withdraw_annotation(annotation_id: RowNumber, correction: TheCorrection) -> Response:
    """Take an animal out of use."""
    return correction.carry_out(
        correction.photo_of(annotation_id),
        lambda connection: withdrawing.withdraw_annotation(
            connection, annotation_id, correction.grounds
        ),
    )


@router.post("/annotations/{annotation_id}/set-aside")
def set_aside(annotation_id: RowNumber, correction: TheCorrection) -> Response:
    """Take what cannot be used or is no animal out of use, and its photo if it shows no other."""

    def act(connection: Connection) -> None:
        animal = photos.annotation_by_id(connection, annotation_id)
        if animal.withdrawn:
            raise WithdrawnAlready()
        withdrawing.set_aside(connection, [animal], correction.grounds)

    return correction.carry_out(correction.photo_of(annotation_id), act)


@router.post("/annotations/{annotation_id}/restore")
def restore_annotation(annotation_id: RowNumber, correction: TheCorrection) -> Response:
    """Let an animal count again."""
    return correction.carry_out(
        correction.photo_of(annotation_id),
        lambda connection: withdrawing.restore_annotation(
            connection, annotation_id, correction.grounds
        ),
    )


@router.post("/photos/{photo_id}/withdraw")
def withdraw(photo_id: PhotoId, correction: TheCorrection) -> Response:
    """Take a photo out of use."""
    return correction.carry_out(
        photo_id,
        lambda connection: withdrawing.withdraw(connection, [photo_id], correction.grounds),
    )


@router.post("/photos/{photo_id}/restore")
def restore(photo_id: PhotoId, correction: TheCorrection) -> Response:
    """Let a photo count again."""
    return correction.carry_out(
        photo_id,
        lambda connection: withdrawing.restore(connection, [photo_id], correction.grounds),
    )


@router.post("/photos/{photo_id}/erase")
def erase(photo_id: PhotoId, correction: TheCorrection, files: TheFiles) -> Response:
    """Delete the bytes of a photo for good."""
    answer = correction.carry_out(
        photo_id,
        lambda connection: withdrawing.erase(connection, photo_id, correction.grounds),
    )
    if answer.status_code == 303:  # it was carried out
        files.erase(photo_id)
    return answer


@router.post("/uploads/{upload_id}/withdraw")
def withdraw_upload(upload_id: RowNumber, correction: TheCorrection) -> Response:
    """Take the photos that an upload brought out of use."""
    with correction.database.write() as connection:
        ids = withdrawing.photos_brought(connection, upload_id)
        withdrawing.withdraw(connection, ids, correction.grounds)
    return goto_signed(f"/uploads/{upload_id}", correction.grounds.person, correction.actor)


@router.post("/uploads/{upload_id}/restore")
def restore_upload(upload_id: RowNumber, correction: TheCorrection) -> Response:
    """Let the photos that an upload brought count again."""
    with correction.database.write() as connection:
        ids = withdrawing.photos_brought(connection, upload_id)
        withdrawing.restore(connection, ids, correction.grounds)
    return goto_signed(f"/uploads/{upload_id}", correction.grounds.person, correction.actor)


@router.post("/corrections/{correction_id}/undo")
def undo(
    correction_id: RowNumber,
    correction: TheCorrection,
    photo: Annotated[str, Form(pattern="^[0-9a-f]{64}$")],
) -> Response:
    """Let stand again what stood before. photo: whose page is shown afterwards."""
    with correction.database.read() as connection:
        corrections.get(connection, correction_id)
        photos.get(connection, photo)
    return correction.carry_out(
        photo, lambda connection: correcting.undo(connection, correction_id, correction.grounds)
    )


def _seconds(text: str) -> str:
    """A time of a form with its seconds, which browsers leave out where they are zero."""
    plain = text.strip()
    return f"{plain}:00" if len(plain) == 16 else plain


def _degrees(text: str, most: int) -> float | None:
    plain = text.strip()
    if not plain:
        return None
    try:
        value = float(plain)
    except ValueError as error:
        raise NumberExpected(text=plain, most=most) from error
    if not -most <= value <= most:
        raise NumberExpected(text=plain, most=most)
    return value
