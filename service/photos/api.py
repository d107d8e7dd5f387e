"""Photos: upload, look, and the progress of an upload."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request, Response

from reid.interchange.photo_tables import PhotoTable
from service.photos.arriving import TheArriving
from service.photos.errors import FileRefused, NoFileAccepted
from service.photos.forms import (
    Arrived,
    FilesOrNone,
    IncomingFile,
    TheTable,
    incoming,
    refuse_neither_or_both,
)
from service.photos.intake import TheIntake, count_files
from service.photos.pictures import Pictures, ThePictures
from service.photos.statements import StatedInForm, TheUploader, refuse_one_time
from service.photos.to_wire import photo_detail, photo_table_out, upload_out
from service.photos.wire import PhotoDetailOut, PhotoTableOut, UploadOut
from service.store import copies, photos, uploads
from service.store.uploads import Upload
from service.web.errors import documented
from service.web.parameters import (
    Longest,
    PhotoId,
    RowNumber,
    TheActor,
    TheDatabase,
    TheMetrics,
    TheSettings,
)
from service.web.places import ToldPlaces

router = APIRouter(tags=["photos"], responses=documented(400, 403, 404, 413, 422))
Appearance = Annotated[
    Literal["", "contrast", "infrared"],
    Query(description="local contrast, as the network sees it; or grey and equalised"),
]
ToUpload = Annotated[
    int | None,
    Form(alias="upload", ge=1, le=2**31 - 1, description="an upload that the files are added to"),
]
FOREVER = "private, max-age=31536000, immutable"
ASKED_AGAIN = "private, no-cache"  # a box may be corrected
JPEG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": {}}},
    304: {"description": "Not Modified"},
}


@router.post("/photos", status_code=201, responses={200: {"model": UploadOut}})
def upload(
    settings: TheSettings,
    metrics: TheMetrics,
    intake: TheIntake,
    response: Response,
    arriving: TheArriving,
    actor: TheActor,
    statements: StatedInForm,
    person: TheUploader,
    table: TheTable,
    files: FilesOrNone = None,
    arrived: Arrived = "",
    to_upload: ToUpload = None,
) -> UploadOut:
    """Keep photos; 201 when at least one is new, 200 when all were known.

    What is answered here is kept, whatever happens next. Embedding follows as a job. Statements
    about photos that were known correct what was stated before. The answer lists the files of this
    request, also where they are added to an upload. A file that arrived in pieces is taken once:
    whoever asks again gets the same answer.
    """
    sent = files or []
    refuse_neither_or_both(sent, arrived)
    refuse_one_time(statements, len(sent))

    def accepted(given: Iterable[IncomingFile], arrived_as: str = "") -> Upload:
        result = intake.accept(
            given, statements, person, table=table, upload_id=to_upload, arrived_as=arrived_as
        )
        count_files(metrics, result)
        return result

    if arrived:
        result = arriving.take(arrived, actor, lambda file, name: accepted([file], name))
    else:
        result = accepted(incoming(sent, settings.max_files))
    if result.refused == len(result.files):
        raise NoFileAccepted(
            files=tuple(FileRefused(file=f.file_name, why=f.error_detail) for f in result.files)
        )
    response.status_code = 201 if any(one.created for one in result.files) else 200
    return upload_out(result)


@router.post("/uploads", status_code=201)
def begin_upload(database: TheDatabase) -> UploadOut:
    """Begin an upload, to which photos are added one by one."""
    with database.write() as connection:
        number, _ = uploads.add(connection, [])
        return upload_out(uploads.get(connection, number))


@router.post("/photo-tables")
def read_table(table: TheTable) -> PhotoTableOut:
    """Read a CSV with one line a photo, as an upload would; nothing is kept."""
    return photo_table_out(table or PhotoTable((), (), ()))


@router.get("/uploads/{upload_id}")
def get_upload(upload_id: RowNumber, database: TheDatabase) -> UploadOut:
    """How far the photos of an upload are."""
    with database.read() as connection:
        return upload_out(uploads.get(connection, upload_id))


@router.get("/photos/{photo_id}")
def get_photo(photo_id: PhotoId, database: TheDatabase, telling: ToldPlaces) -> PhotoDetailOut:
    """A photo, the animals in it, and everything that was said about it."""
    with database.read() as connection:
        return photo_detail(connection, photo_id, telling)


@router.delete("/photos/{photo_id}/copy_of", responses=documented(409))
def not_a_copy(
    photo_id: PhotoId,
    database: TheDatabase,
    actor: TheActor,
    telling: ToldPlaces,
    reason: Annotated[str, Query(max_length=2000, description="why it is none")] = "",
    reviewer: Annotated[str, Query(max_length=100, description="who says so")] = "",
) -> PhotoDetailOut:
    """Say that a photo is no copy, but an exposure of its own; kept as a correction."""
    with database.write() as connection:
        copies.not_a_copy(connection, photo_id, actor.signs(reviewer), reason)
        return photo_detail(connection, photo_id, telling)


@router.get("/photos/{photo_id}/image", response_class=Response, responses=JPEG)
def get_image(
    photo_id: PhotoId,
    pictures: ThePictures,
    request: Request,
    longest: Longest = None,
    look: Appearance = "",
) -> Response:
    """The upright photo as JPEG without EXIF."""
    return picture(request, pictures, photo_id, None, longest, look)


@router.get("/photos/{photo_id}/thumbnail", response_class=Response, responses=JPEG)
def get_thumbnail(photo_id: PhotoId, pictures: ThePictures, request: Request) -> Response:
    """The upright photo, 320 pixels at most."""
    return picture(request, pictures, photo_id, None, 320)


@router.get("/annotations/{annotation_id}/crop", response_class=Response, responses=JPEG)
def get_crop(
    annotation_id: RowNumber,
    database: TheDatabase,
    pictures: ThePictures,
    request: Request,
    longest: Longest = None,
) -> Response:
    """The flank that is compared, as JPEG without EXIF."""
    with database.read() as connection:
        photo_id = photos.annotation_by_id(connection, annotation_id).photo_id
    return picture(request, pictures, photo_id, annotation_id, longest)


def picture(
    request: Request,
    pictures: Pictures,
    photo_id: str,
    annotation_id: int | None,
    longest: int | None,
    look: str = "",
) -> Response:
    """A JPEG that browsers keep; nothing is decoded for one they have."""
    tag = pictures.tag(photo_id, annotation_id, longest, look)
    lasting = FOREVER if annotation_id is None and not look else ASKED_AGAIN
    headers = {"etag": tag, "cache-control": lasting}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    made = pictures.jpeg(photo_id, annotation_id, longest, look)
    return Response(made, media_type="image/jpeg", headers=headers)
