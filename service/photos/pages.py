"""Pages of uploads and photos."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from service.photos.forms import Files, incoming
from service.photos.intake import TheIntake, count_files
from service.photos.statements import FIELDS, StatedInForm
from service.photos.upload_texts import upload_texts
from service.photos.view import photo_view, upload_view
from service.store import progress
from service.web.page import goto, page, templates
from service.web.parameters import PhotoId, RowNumber, TheDatabase, TheMetrics, TheSettings

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
# Of the form that other pages show, too.
templates.env.globals.update(upload_texts=upload_texts, upload_fields=FIELDS)


@router.get("/upload")
def upload_form(request: Request, database: TheDatabase) -> Response:
    """Where photos come in."""
    with database.read() as connection:
        values = {"nav": "upload", "stations": progress.stations(connection)}
        return page(request, "photos/upload.html", connection, **values)


@router.post("/upload")
def upload(
    settings: TheSettings,
    metrics: TheMetrics,
    intake: TheIntake,
    files: Files,
    statements: StatedInForm,
) -> Response:
    """Keep the files and go to the report, which says also what was refused."""
    result = intake.accept(incoming(files, settings.max_files), statements)
    count_files(metrics, result)
    return goto(f"/uploads/{result.id}")


@router.get("/uploads/{upload_id}")
def upload_report(upload_id: RowNumber, request: Request, database: TheDatabase) -> Response:
    """What became of each file."""
    with database.read() as connection:
        report = upload_view(connection, upload_id)
        values = {"nav": "upload", "upload": report, "busy": report.pending > 0}
        return page(request, "photos/upload_report.html", connection, **values)


@router.get("/photos/{photo_id}")
def photo(photo_id: PhotoId, request: Request, database: TheDatabase) -> Response:
    """One photo with the animals in it."""
    with database.read() as connection:
        view = photo_view(connection, photo_id)
        values = {name: getattr(view, name) for name in view.__slots__}
        return page(request, "photos/photo.html", connection, **values)
