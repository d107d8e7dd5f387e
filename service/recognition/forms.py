"""Fields of a stateless query, as values."""

from fastapi import UploadFile

from service.photos.forms import refuse_too_many
from service.recognition.engine import QueryUpload


def query(files: list[UploadFile], boxes: list[str] | None, at_most: int) -> list[QueryUpload]:
    """The photos of a stateless query, each with its box."""
    refuse_too_many(files, at_most)
    typed_boxes = boxes or []
    each = typed_boxes * len(files) if len(typed_boxes) == 1 else typed_boxes + [""] * len(files)
    return [QueryUpload(f.file.read(), box) for f, box in zip(files, each, strict=False)]
