"""Fields of a stateless query, as values."""

from fastapi import UploadFile

from service.photos.forms import refuse_too_many
from service.recognition.engine import QueryPhoto


def query(files: list[UploadFile], boxes: list[str] | None, at_most: int) -> list[QueryPhoto]:
    """The photos of a stateless query, each with its box."""
    refuse_too_many(files, at_most)
    given = boxes or []
    each = given * len(files) if len(given) == 1 else given + [""] * len(files)
    return [QueryPhoto(f.file.read(), box) for f, box in zip(files, each, strict=False)]
