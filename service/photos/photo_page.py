"""The page of one photo, also where it answers a form that was refused."""

from dataclasses import replace
from datetime import datetime

from fastapi import Request
from fastapi.responses import Response

from reid.errors import NotFound
from reid.photo import exif
from reid.photo.banner import FROM_PIXELS
from service.photos.box_view import box_editor, box_walk, viewpoint_choices
from service.photos.correction_view import annotation_form, correction_form, correction_views
from service.photos.exposures import exposure_view
from service.photos.left_behind import left_behind
from service.photos.view import annotation, stated_facts
from service.store import corrections, photos, stations
from service.store.database import Database
from service.store.files import PhotoFiles
from service.store.photos import Claim, Photo
from service.web.page import page
from service.web.places import told_places
from service.web.sentences import in_full


def shown_photo(
    request: Request, database: Database, photo_id: str, upload_id: int | None = None
) -> Response:
    """One photo with the animals in it, what may be corrected, and what was.

    upload_id: of which the boxes are looked at photo by photo.
    """
    with database.read() as connection:
        photo = photos.get(connection, photo_id)
        animals = photos.annotations_of(connection, photo_id)
        rows = corrections.of_photo(connection, photo_id)
        erased = next((row for row in rows if row.kind == "erased"), None)
        exact = told_places(request).exact
        left = left_behind(connection, photo_id) if photo.erased else []
        claims = photos.claims_of(connection, photo_id)
        values = {
            "photo": photo,
            "sides_missing": _sides_missing(request, photo),
            "stated": stated_facts(photo),
            "from_pixels": any(c.source == FROM_PIXELS and c.used for c in claims),
            "claims": [_in_seconds(claim) for claim in claims],
            "annotations": [(annotation(one), annotation_form(one)) for one in animals],
            "exposure": exposure_view(connection, photo),
            "boxes": [one.box for one in animals if one.box and not one.withdrawn],
            "editor": box_editor(photo, animals, rows[0].id if rows else 0),
            "viewpoints": viewpoint_choices(),
            "walk": box_walk(connection, upload_id, photo_id) if upload_id else None,
            "form": correction_form(photo, rows),
            "stations": stations.names(connection),
            "history": correction_views(rows, photo_id, [a.id for a in animals], exact=exact),
            "withdrawal": erased or corrections.withdrawal_in(rows),
            "left": [in_full(sentence) for sentence in left],
        }
        return page(request, "photos/photo.html", connection, **values)


def _sides_missing(request: Request, photo: Photo) -> bool:
    """Whether a photo without a position has one in its file that does not say on which side."""
    if photo.erased or photo.latitude is not None:
        return False
    try:
        data = request.app.state.components[PhotoFiles].get(photo.id)
    except (NotFound, OSError):  # missing, or other bytes
        return False
    return exif.read(data).sides_missing


def _in_seconds(claim: Claim) -> Claim:
    """A stated time without the fraction of a second, which only keeps a burst in order."""
    if claim.field != "captured_at":
        return claim
    moment = datetime.fromisoformat(claim.value)
    return replace(claim, value=moment.isoformat(timespec="seconds"))
