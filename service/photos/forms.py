"""Parts of multipart requests that bring photos: files, boxes and the flank that is seen."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, File, Form, UploadFile
from pydantic import BeforeValidator, StringConstraints

from reid.interchange.photo_tables import PhotoTable, read_photo_table
from reid.types import Flank
from service.photos.errors import FilesInOneWay, TableTooLong, TooManyFilesAtOnce
from service.web.wire import Visible

IncomingFile = tuple[str, bytes]  # file name, content

Text = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"), Visible
]
Short = Annotated[Text, StringConstraints(max_length=200)]
BOX = "x0 y0 x1 y1, pixels or 0-1; one for all files, or one a file; left out, the whole photo"
Files = Annotated[
    list[UploadFile], File(description="JPEG, PNG, WebP, HEIC or AVIF; one part a photo")
]
FilesOrNone = Annotated[
    list[UploadFile] | None,
    File(description="JPEG, PNG, WebP, HEIC or AVIF; one part a photo"),
]
Arrived = Annotated[
    str,
    Form(pattern=r"^([0-9a-f]{32})?$", description="a file that arrived in pieces, by its id"),
]
Boxes = Annotated[list[Short] | None, Form(description=BOX)]
FLANKS = "side of the animal that is seen; one for all files, or one a file"
MaybeFlank = Annotated[Flank, BeforeValidator(lambda text: text or Flank.UNKNOWN)]
Flanks = Annotated[list[MaybeFlank] | None, Form(description=FLANKS)]
FlankField = Annotated[Flank | None, Form(description="side of the animal that is seen")]

TableFile = Annotated[
    UploadFile | None, File(description="CSV with one line a photo, by its file name")
]
LARGEST_TABLE = 4_000_000  # bytes

Reason = Annotated[str, Form(max_length=2000, pattern=r"^[^\x00]*$")]


def incoming(files: list[UploadFile], at_most: int) -> Iterator[IncomingFile]:
    """Name and bytes of each file, one in memory at a time."""
    refuse_too_many(files, at_most)
    return ((file.filename or "", file.file.read()) for file in files)


def refuse_neither_or_both(files: list[UploadFile], arrived: str) -> None:
    """Refuse a request that brings no file, or files in both ways."""
    if bool(files) == bool(arrived):
        raise FilesInOneWay()


def refuse_too_many(files: list[UploadFile], at_most: int) -> None:
    """Refuse more files in one request than the settings allow."""
    if len(files) > at_most:
        raise TooManyFilesAtOnce(limit=at_most, files=len(files))


def table_of_form(table: TableFile = None) -> PhotoTable | None:
    """The table of a form, if one was chosen. Raises BadDataset where it cannot be read."""
    if table is None or not (table.filename or table.size):
        return None
    data = table.file.read(LARGEST_TABLE + 1)
    if len(data) > LARGEST_TABLE:
        raise TableTooLong(limit=LARGEST_TABLE)
    return read_photo_table(data)


TheTable = Annotated[PhotoTable | None, Depends(table_of_form)]
