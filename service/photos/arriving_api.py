"""Photos that arrive in pieces over a line that breaks, by tus 1.0."""

from datetime import UTC
from email.utils import format_datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from service.photos.arriving import TheArriving, announced_file
from service.photos.errors import OffsetStreamNeeded, OtherTusVersion
from service.photos.wire import ArrivingFileOut
from service.store.arriving import ArrivingFile
from service.web.errors import HttpRefusal, documented
from service.web.parameters import TheActor, TheSettings
from service.web.tus import ARRIVING_FILES, EXTENSIONS, STREAM, TUS

PLACE = ARRIVING_FILES.removeprefix("/api/v1")
FileId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="of an answer's Location")]
Count = Annotated[int, Header(ge=0, le=2**62)]
BODY: dict[str, Any] = {
    "requestBody": {"content": {STREAM: {"schema": {"type": "string", "format": "binary"}}}}
}


def tus_version(
    tus_resumable: Annotated[str, Header(max_length=20, description="1.0.0")] = "",
) -> None:
    """Raises HttpRefusal for another version of the protocol, and for none."""
    if tus_resumable != TUS:
        raise HttpRefusal(412, OtherTusVersion())


router = APIRouter(tags=["photos"], responses=documented(400, 403, 404, 412, 413, 422))
AsTus = Depends(tus_version)


@router.options(PLACE, status_code=204)
def tus_options(settings: TheSettings) -> Response:
    """What of tus is understood."""
    headers = {"tus-extension": EXTENSIONS, "tus-max-size": str(settings.max_photo_bytes)}
    return Response(status_code=204, headers=headers)


@router.post(PLACE, status_code=201, response_class=Response, dependencies=[AsTus])
def begin_file(
    arriving: TheArriving,
    actor: TheActor,
    upload_length: Count,
    upload_metadata: Annotated[
        str, Header(max_length=4000, description="`filename` and `sha256` of it are read")
    ] = "",
) -> Response:
    """Announce a file; its bytes go to the Location that is answered.

    Upload-Offset says how many are here already: all, where the SHA-256 is that of a photo.
    """
    file = arriving.begin(announced_file(upload_length, upload_metadata), actor)
    headers = {"location": f"{ARRIVING_FILES}/{file.id}"} | _headers(file, arriving.offset(file))
    return Response(status_code=201, headers=headers)


@router.get(f"{PLACE}/{{arriving_id}}")
def get_arriving_file(
    arriving_id: FileId, arriving: TheArriving, actor: TheActor
) -> ArrivingFileOut:
    """How far a file is, and in which upload it was taken in."""
    file = arriving.get(arriving_id, actor)
    return ArrivingFileOut(
        arriving_id=file.id,
        file_name=file.file_name,
        bytes=file.bytes,
        offset=arriving.offset(file),
        sha256=file.sha256,
        expires_at=file.expires_at,
        upload=file.upload_id,
    )


@router.head(f"{PLACE}/{{arriving_id}}", response_class=Response, dependencies=[AsTus])
def offset_of_file(arriving_id: FileId, arriving: TheArriving, actor: TheActor) -> Response:
    """How far a file is, for tus."""
    file = arriving.get(arriving_id, actor)
    length = {"upload-length": str(file.bytes)}
    return Response(headers=_headers(file, arriving.offset(file)) | length)


@router.patch(
    f"{PLACE}/{{arriving_id}}",
    status_code=204,
    response_class=Response,
    dependencies=[AsTus],
    openapi_extra=BODY,
    responses=documented(409, 415),
)
async def receive_bytes(
    arriving_id: FileId,
    request: Request,
    arriving: TheArriving,
    actor: TheActor,
    upload_offset: Count,
) -> Response:
    """The bytes from an offset on; what came before a line broke is kept."""
    if request.headers.get("content-type", "") != STREAM:
        raise HttpRefusal(415, OffsetStreamNeeded())
    declared = request.headers.get("content-length", "")
    bytes_left = int(declared) if declared.isascii() and declared.isdigit() else None
    file = await run_in_threadpool(arriving.get, arriving_id, actor)
    try:
        offset = await arriving.receive(file, upload_offset, request.stream(), bytes_left)
    except ClientDisconnect:
        return Response(status_code=204)  # nobody is there to read it
    return Response(status_code=204, headers=_headers(file, offset))


@router.delete(
    f"{PLACE}/{{arriving_id}}", status_code=204, response_class=Response, dependencies=[AsTus]
)
def give_up_file(arriving_id: FileId, arriving: TheArriving, actor: TheActor) -> Response:
    """Forget a file that is not to arrive any more; a photo that was taken in stays."""
    arriving.give_up(arriving_id, actor)
    return Response(status_code=204)


def _headers(file: ArrivingFile, offset: int) -> dict[str, str]:
    expires = format_datetime(file.expires_at.astimezone(UTC), usegmt=True)
    return {
        "upload-offset": str(offset),
        "upload-expires": expires,
        "cache-control": "no-store",
    }
