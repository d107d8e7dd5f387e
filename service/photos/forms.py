"""Multipart fields of uploads and queries, as values; an empty field counts as not given."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import Depends, File, Form, UploadFile
from pydantic import StringConstraints

from reid.errors import InputError
from reid.types import Flank
from service.photos.errors import TooManyFilesAtOnce
from service.photos.intake import IncomingFile, Said

Text = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$")]


Short = Annotated[Text, StringConstraints(max_length=200)]


BOX = "x0 y0 x1 y1, pixels or 0-1; one for all files, or one a file; left out, the whole photo"


Files = Annotated[list[UploadFile], File(description="JPEG, PNG or WebP; one part a photo")]


Boxes = Annotated[list[Short] | None, Form(description=BOX)]


FlankField = Annotated[Flank | None, Form(description="side of the animal that is seen")]


YEARS = range(1800, 2200)  # in which a photo may have been taken


class BadTime(InputError):
    """The time is not ISO 8601, such as 2019-03-01T19:49:36 or 2019-03-01T19:49:36+06:00."""

    code = "bad_time"
    message = "The time is not ISO 8601, such as 2019-03-01T19:49:36 or 2019-03-01T19:49:36+06:00."


class YearOutOfRange(BadTime):
    """Nobody took photos in that year."""

    message = "no photo was taken in the year {year:04}"


def said(
    station: Annotated[Short, Form(description="place of the camera")] = "",
    captured_at: Annotated[Short, Form(description="ISO 8601, with or without offset")] = "",
    flank: FlankField = None,
    notes: Annotated[str, Form(max_length=5000)] = "",
    camera: Annotated[Short, Form(description="which camera of the station")] = "",
    box: Boxes = None,
    encounter: Annotated[Short, Form(description="number or name, instead of grouping")] = "",
) -> Said:
    """What the uploader states about all files."""
    return Said(
        station=station or None,
        captured_at=_moment(captured_at),
        flank=flank,
        notes=notes.replace("\x00", "") or None,
        camera=camera or None,
        boxes=tuple(box or ()),
        encounter=encounter or None,
    )


SaidForm = Annotated[Said, Depends(said)]


def incoming(files: list[UploadFile], at_most: int) -> Iterator[IncomingFile]:
    """Name and bytes of each file, one in memory at a time."""
    refuse_too_many(files, at_most)
    return ((file.filename or "", file.file.read()) for file in files)


def refuse_too_many(files: list[UploadFile], at_most: int) -> None:
    """Refuse more files in one request than the settings allow."""
    if len(files) > at_most:
        raise TooManyFilesAtOnce(limit=at_most, files=len(files))


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadTime() from error
    if moment and moment.year not in YEARS:
        raise YearOutOfRange(year=moment.year)
    return moment
