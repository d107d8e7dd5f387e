"""Pages of uploads and photos."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from service.photos.correction_view import correction_of_many
from service.photos.forms import Files, Reason, TheTable, incoming
from service.photos.intake import TheIntake, count_files
from service.photos.named_individuals import named_encounters
from service.photos.photo_page import shown_photo
from service.photos.statements import FIELDS, StatedInForm, TheUploader, refuse_one_time
from service.photos.upload_texts import upload_row_texts
from service.photos.view import STATE_WORDS, state_word, upload_view
from service.store import arriving, copies, corrections, stations
from service.store.errors import (
    DatabaseBusy,
    DatabaseUnreachable,
    DiskFull,
    PhotoStoreGone,
    StorageReadOnly,
)
from service.web.advice import advice
from service.web.languages import ENGLISH, language
from service.web.languages import gettext as _
from service.web.page import goto, page, templates
from service.web.parameters import (
    PhotoId,
    RowNumber,
    TheActor,
    TheDatabase,
    TheMetrics,
    TheSettings,
)
from service.web.sentences import translated
from service.web.words import stated_name

UploadWalked = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
CorrectedNow = Annotated[int | None, Query(ge=0, le=2**31 - 1)]
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/upload")
def upload_form(request: Request, database: TheDatabase, actor: TheActor) -> Response:
    """Where photos come in, and how many of whoever looks did not arrive whole."""
    with database.read() as connection:
        unfinished = arriving.count(connection, actor.account_id)
        values = {"stations": stations.names(connection), "unfinished": unfinished}
        return page(request, "photos/upload.html", connection, nav="upload", **values)


@router.post("/upload")
def upload(
    settings: TheSettings,
    metrics: TheMetrics,
    intake: TheIntake,
    files: Files,
    statements: StatedInForm,
    person: TheUploader,
    table: TheTable,
) -> Response:
    """Keep the files and go to the report, which says also what was refused."""
    refuse_one_time(statements, len(files))
    given = incoming(files, settings.max_files)
    result = intake.accept(given, statements, person, table=table)
    count_files(metrics, result)
    return goto(f"/uploads/{result.id}")


@router.get("/uploads/{upload_id}")
def upload_report(
    upload_id: RowNumber, request: Request, database: TheDatabase, corrected: CorrectedNow = None
) -> Response:
    """What became of each file, and what may be stated of several at once.

    corrected: number of the correction that was just made, 0 where nothing was to be changed.
    """
    with database.read() as connection:
        report = upload_view(connection, upload_id)
        done = corrections.get(connection, corrected) if corrected else None
        values = {"nav": "upload", "upload": report, "busy": report.pending > 0}
        values |= {"named": named_encounters(connection, upload_id)}
        values |= {"stations": stations.names(connection), "corrected": corrected}
        values |= {"correction": correction_of_many(done) if done else None}
        return page(request, "photos/upload_report.html", connection, **values)


@router.get("/photos/{photo_id}")
def photo_page(
    photo_id: PhotoId, request: Request, database: TheDatabase, upload: UploadWalked = None
) -> Response:
    """One photo with the animals in it, and the forms that correct it."""
    return shown_photo(request, database, photo_id, upload)


WAITED = (DiskFull, StorageReadOnly, PhotoStoreGone, DatabaseBusy, DatabaseUnreachable)
"""Why sending waits, beside a broken line."""

CHANGEABLE = (
    *("captured_at", "zone", "station", "camera", "notes"),
    *("flank", "box", "encounter", "annotations"),
)
"""Fields that an upload may change of a photo that was known already."""


@router.post("/photos/{photo_id}/not-a-copy")
def not_a_copy(
    photo_id: PhotoId, database: TheDatabase, actor: TheActor, reason: Reason = ""
) -> Response:
    """A person says that a photo is an exposure of its own."""
    with database.write() as connection:
        copies.not_a_copy(connection, photo_id, actor.signs(""), reason)
    return goto(f"/photos/{photo_id}")


def upload_texts() -> dict[str, object]:
    """The texts of upload.js and what it uses; `{name}` is filled in there."""
    codes = (
        "unreadable_image",
        "image_too_large",
        "too_large",
        "other_format",
        "damaged",
        "unusable_crop",
        "bad_time",
    )
    return {
        "advice": {
            **{code: advice(code) for code in codes},
            "no_photo_accepted": advice("unreadable_image"),  # a file is sent by itself
            "connection": _("Check that the service runs, and send it again."),
            "file_gone": _("Put the card or the disk back, and send it again."),
        },
        "reasons": _own_reasons() | ({} if language() == ENGLISH else _reasons()),
        "states": {state: state_word(state) for state in STATE_WORDS},
        "known": _("%(state)s (was known already)") % {"state": "{state}"},
        "waits": _("waits"),
        "sending": _("Sending %(file)s") % {"file": "{file}"},
        "encounter": _("Encounter %(number)s") % {"number": "{number}"},
        "answered": _("the service answered %(status)s") % {"status": "{status}"},
        "line": {
            "broken": _(
                "The service is not reached. This page goes on by itself as soon as the line is "
                "back."
            ),
            "loggedOut": _(
                "You are logged out. Log in in another window of this browser; this page goes on "
                "by itself."
            ),
        },
        "progress": _("%(sent)s of %(all)s sent, %(embedded)s of %(kept)s ready")
        % {name: "{" + name + "}" for name in ("sent", "all", "embedded", "kept")},
        "problems": _("cannot be used: %(number)s") % {"number": "{number}"},
        "changed": _("changed: %(fields)s") % {"fields": "{fields}"},
        "unchanged": _("nothing was changed"),
        "fields": {name: stated_name(name) for name in CHANGEABLE},
        "finished": _("Finished."),
        "go": _("Go to the waiting encounters"),
        **upload_row_texts(),
    }


def _own_reasons() -> dict[str, str]:
    """What only the page knows, by a code of its own."""
    return {"file_gone": _("the file cannot be read any more")}


def _reasons() -> dict[str, str]:
    """What is wrong, by error code: the sentence of the service itself is English."""
    unreadable = _("not a JPEG, PNG or WebP photo, or damaged")
    return {
        "unreadable_image": unreadable,
        "no_photo_accepted": unreadable,
        "image_too_large": _("the photo has too many pixels or bytes"),
        "too_large": _("the photo has too many pixels or bytes"),
        "unusable_crop": _("The crop is too small to say anything about identity."),
        "bad_time": _(
            "The time is not ISO 8601, such as 2019-03-01T19:49:36 or 2019-03-01T19:49:36+06:00."
        ),
        "internal_error": _("an error of the service itself; its log says which"),
        "too_much_arriving": _("too many photos have not arrived whole yet"),
        **{kind.code: translated(kind()) for kind in WAITED},
    }


# Of the form that other pages show, too.
templates.env.globals.update(upload_texts=upload_texts, upload_fields=FIELDS)
