"""The stateless query: photos in, likely leopards out, nothing kept."""

from typing import Annotated

from fastapi import APIRouter, Form, UploadFile

from reid.types import Flank
from service.photos.forms import Boxes, Files, FlankField, refuse_too_many
from service.recognition.engine import TheEngine
from service.recognition.query import QueryUpload
from service.recognition.to_wire import identification_out
from service.recognition.wire import IdentificationOut
from service.web.errors import documented
from service.web.parameters import TheSettings

router = APIRouter(tags=["identify"], responses=documented(400, 403, 409, 413, 422, 503))


@router.post("/identify")
def identify(
    settings: TheSettings,
    engine: TheEngine,
    files: Files,
    flank: FlankField = None,
    box: Boxes = None,
    top: Annotated[int, Form(ge=1, le=100, description="candidates in the answer")] = 10,
) -> IdentificationOut:
    """Compare photos of one encounter with the catalogue.

    Photos that are in the catalogue are not compared with their own encounter.
    """
    photos = _query(files, box, settings.max_files)
    answer = engine.identify_photos(photos, flank or Flank.UNKNOWN)
    return identification_out(answer, top)


def _query(files: list[UploadFile], boxes: list[str] | None, at_most: int) -> list[QueryUpload]:
    """The photos of a stateless query, each with its box."""
    refuse_too_many(files, at_most)
    typed_boxes = boxes or []
    each = typed_boxes * len(files) if len(typed_boxes) == 1 else typed_boxes + [""] * len(files)
    return [QueryUpload(f.file, box) for f, box in zip(files, each, strict=False)]
