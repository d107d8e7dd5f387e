"""Parts of multipart requests that bring photos: files, boxes and the flank that is seen."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import File, Form, UploadFile
from pydantic import StringConstraints

from reid.types import Flank
from service.photos.errors import TooManyFilesAtOnce

IncomingFile = tuple[str, bytes]  # file name, content

Text = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$")]
Short = Annotated[Text, StringConstraints(max_length=200)]
BOX = "x0 y0 x1 y1, pixels or 0-1; one for all files, or one a file; left out, the whole photo"
Files = Annotated[
    list[UploadFile], File(description="JPEG, PNG, WebP, HEIC or AVIF; one part a photo")
]
Boxes = Annotated[list[Short] | None, Form(description=BOX)]
FlankField = Annotated[Flank | None, Form(description="side of the animal that is seen")]


Reason = Annotated[str, Form(max_length=2000, pattern=r"^[^\x00]*$")]


def incoming(files: list[UploadFile], at_most: int) -> Iterator[IncomingFile]:
    """Name and bytes of each file, one in memory at a time."""
    refuse_too_many(files, at_most)
    return ((file.filename or "", file.file.read()) for file in files)


def refuse_too_many(files: list[UploadFile], at_most: int) -> None:
    """Refuse more files in one request than the settings allow."""
    if len(files) > at_most:
        raise TooManyFilesAtOnce(limit=at_most, files=len(files))
