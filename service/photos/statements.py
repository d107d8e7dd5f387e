"""What an uploader states about photos: the one list behind form, claims and the photo's page."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Form

from reid.errors import InputError
from reid.interchange.individual_names import fit_name
from reid.interchange.photo_tables import StatedLine
from reid.types import Box, Flank
from service.photos.forms import Boxes, FlankField, Short
from service.store.photos import Claim, Photo
from service.web.languages import N_
from service.web.parameters import TheActor

YEARS = range(1800, 2200)  # in which a photo may have been taken


@dataclass(frozen=True, slots=True)
class Statements:
    """What the uploader states about all files of one upload; None is "not stated".

    captured_at: with a zone, or the camera's wall clock without one.
    boxes: one for all files, or one a file; text as `reid.photo.crop.parse_box` reads it.
    encounter: number or name of the encounter they belong to, instead of grouping by time.
    individual: whom the uploader sees; it is decided on the page of the upload.
    """

    station: str | None = None
    captured_at: datetime | None = None
    flank: Flank | None = None
    notes: str | None = None
    camera: str | None = None
    boxes: Sequence[str] = ()
    encounter: str | None = None
    individual: str | None = None


class BadTime(
    InputError,
    code="bad_time",
    message="The time is not ISO 8601, such as 2019-03-01T19:49:36 or 2019-03-01T19:49:36+06:00.",
): ...


class NoTimeOfDay(
    BadTime, message="{text} has no time of day: write it as 2019-03-01T19:49, or leave it empty"
): ...


class YearOutOfRange(BadTime, message="no photo was taken in the year {year:04}"): ...


class OneTimeForSeveral(
    InputError,
    code="one_time_for_several",
    message="one time cannot be that of {files} photos: leave it empty, and correct the clock of "
    "their camera instead, which shifts each by the same amount",
): ...


def statements_of_form(
    station: Annotated[Short, Form(description="place of the camera")] = "",
    captured_at: Annotated[Short, Form(description="ISO 8601, with or without offset")] = "",
    flank: FlankField = None,
    notes: Annotated[str, Form(max_length=5000)] = "",
    camera: Annotated[Short, Form(description="which camera of the station")] = "",
    box: Boxes = None,
    encounter: Annotated[Short, Form(description="number or name, instead of grouping")] = "",
    individual: Annotated[
        Short, Form(max_length=100, description="whom you see; decided on the upload's page")
    ] = "",
) -> Statements:
    """The fields of an upload, of a page's form or of the API; an empty one is not stated."""
    return Statements(
        station=station or None,
        captured_at=moment(captured_at),
        flank=flank,
        notes=notes.replace("\x00", "") or None,
        camera=camera or None,
        boxes=tuple(box or ()),
        encounter=encounter or None,
        individual=fit_name(individual) if individual else None,
    )


def statements_of_file(common: Statements, position: int, line: StatedLine | None) -> Statements:
    """What is stated of one file: of all files, its own box, and what a line of a table says.

    position: of the file among those of the request. What a line leaves out is as for all files.
    """
    boxes = common.boxes if len(common.boxes) == 1 else common.boxes[position : position + 1]
    own = replace(common, boxes=boxes)
    if line is None:
        return own
    return replace(
        own,
        station=line.station or own.station,
        camera=line.camera or own.camera,
        captured_at=line.captured_at or own.captured_at,
        flank=line.flank or own.flank,
        boxes=(line.box,) if line.box else boxes,
        encounter=line.encounter or own.encounter,
        individual=line.individual or own.individual,
        notes=line.notes or own.notes,
    )


StatedInForm = Annotated[Statements, Depends(statements_of_form)]


def uploader(
    actor: TheActor,
    reviewer: Annotated[Short, Form(description="who uploads, where nobody logs in")] = "",
) -> str:
    """Who states it: the account, else the name that is stated."""
    return actor.signs(reviewer[:100])


TheUploader = Annotated[str, Depends(uploader)]


@dataclass(frozen=True, slots=True)
class StatedField:
    """One field of the form on the upload page. label, heading: translated where they are shown.

    longest: letters. heading: of the value on the photo's page; "" where that page shows the value
    in a way of its own.
    """

    name: str
    label: str
    kind: Literal["text", "station", "flank"] = "text"
    longest: int = 200
    heading: str = ""


FIELDS = (
    StatedField("station", N_("Station (optional)"), kind="station"),
    StatedField("camera", N_("Camera (optional)")),
    StatedField("flank", N_("Flank seen"), kind="flank"),
    StatedField("notes", N_("Notes (optional)"), longest=2000, heading=N_("Notes")),
)
"""The form of the upload page, in this order; the API takes more.

No time: the page sends many files, and one moment for all of them is never true. A wrong clock is
corrected for its camera (`service.stations.clock_correction`), a single time on the photo's page.
"""

OTHER_SOURCES = ("captured_at", "camera")
"""Columns of a photo that its file may state, too."""

COLUMNS = tuple(
    one.name
    for one in fields(Statements)
    if one.name in Photo.__slots__ and one.name not in OTHER_SOURCES
)
"""Columns of a photo that only its uploader states."""


def photo_values(statements: Statements) -> dict[str, Any]:
    """Values of COLUMNS for a new photo."""
    values = {name: getattr(statements, name) for name in COLUMNS}
    return values | {"notes": statements.notes or ""}


def claims_of_uploader(statements: Statements, box: Box | None) -> list[Claim]:
    """Statements that only the uploader can make, as claims. box: pixels of the upright photo."""
    corners = f"{box.x0:g} {box.y0:g} {box.x1:g} {box.y1:g}" if box else None
    flank = statements.flank.value if statements.flank else None
    values = {name: getattr(statements, name) for name in COLUMNS}
    values |= {"flank": flank, "box": corners}
    order = [one.name for one in fields(Statements) if one.name in values]
    stated = [(name, values[name]) for name in [*order, "box"]]
    return [
        Claim(name, str(value), "form", True) for name, value in stated if value not in (None, "")
    ]


def moment(text: str) -> datetime | None:
    """A time as somebody wrote it, with or without its zone; None for an empty text."""
    try:
        stated = datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadTime() from error
    if _is_date(text):
        raise NoTimeOfDay(text=text)
    if stated and stated.year not in YEARS:
        raise YearOutOfRange(year=stated.year)
    return stated


def _is_date(text: str) -> bool:
    """Whether a text is a date and nothing else; it would become midnight."""
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def zone_of(stated: datetime | None) -> str:
    """The offset of a time, such as +06:00, or unknown."""
    if stated is None or stated.tzinfo is None:
        return "unknown"
    return stated.isoformat(timespec="minutes")[16:22]


def refuse_one_time(statements: Statements, files: int) -> None:
    """Refuse one time for several files: it would make one moment of several."""
    if statements.captured_at is not None and files > 1:
        raise OneTimeForSeveral(files=files)
