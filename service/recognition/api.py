"""The stateless query: photos in, likely leopards out, nothing kept. Fused bursts, as kept."""

from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Form, Query, UploadFile
from fastapi.responses import Response

from reid.types import Flank
from service.photos.forms import Boxes, Files, Flanks, refuse_too_many
from service.recognition.engine import TheEngine
from service.recognition.query import QueryUpload
from service.recognition.to_wire import identification_out
from service.recognition.wire import FusedBurstOut, IdentificationOut
from service.store import bursts
from service.web.errors import documented
from service.web.parameters import RowNumber, TheDatabase, TheSettings

router = APIRouter(tags=["identify"], responses=documented(400, 403, 409, 413, 422, 503))
bursts_router = APIRouter(tags=["photos"], responses=documented(403, 404, 422))
Stated = TypeVar("Stated", str, Flank)
PNG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}}}}
BurstPart = Annotated[
    Literal["mean", "behind"],
    Query(description="the mean of the frames, or how many of them stand behind each pixel"),
]


@router.post("/identify")
def identify(
    settings: TheSettings,
    engine: TheEngine,
    files: Files,
    flank: Flanks = None,
    box: Boxes = None,
    top: Annotated[int, Form(ge=1, le=100, description="candidates in the answer")] = 10,
) -> IdentificationOut:
    """Compare photos of one encounter with the catalogue.

    Photos that are in the catalogue are not compared with their own encounter.
    """
    refuse_too_many(files, settings.max_files)
    boxes = _one_each(files, box, "")
    flanks = _one_each(files, flank, Flank.UNKNOWN)
    parts = zip((part.file for part in files), boxes, flanks, strict=True)
    return identification_out(engine.identify_photos([QueryUpload(*one) for one in parts]), top)


@bursts_router.get("/annotations/{annotation_id}/burst")
def get_burst(annotation_id: RowNumber, database: TheDatabase) -> FusedBurstOut:
    """The poor frames of one camera and encounter that were put together over this annotation."""
    with database.read() as connection:
        burst = bursts.picture(connection, annotation_id)
    return FusedBurstOut(
        annotation=annotation_id, frames=list(burst.frames), agreement=burst.agreement
    )


@bursts_router.get(
    "/annotations/{annotation_id}/burst/picture", response_class=Response, responses=PNG
)
def get_burst_picture(
    annotation_id: RowNumber, database: TheDatabase, part: BurstPart = "mean"
) -> Response:
    """These frames as one picture, PNG, with the outline of the annotation's box."""
    with database.read() as connection:
        burst = bursts.picture(connection, annotation_id)
    headers = {"cache-control": "private, no-cache"}
    data = burst.png if part == "mean" else burst.behind
    return Response(data, media_type="image/png", headers=headers)


def _one_each(
    files: list[UploadFile], stated: list[Stated] | None, missing: Stated
) -> list[Stated]:
    """What is stated of each file: one for all, or one a file."""
    typed = stated or []
    each = typed * len(files) if len(typed) == 1 else typed + [missing] * len(files)
    return each[: len(files)]
