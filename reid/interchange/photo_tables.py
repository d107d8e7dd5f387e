"""Tables that state something of photos that are uploaded: one line a photo, by its file name."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reid.errors import BadDataset, InputError
from reid.interchange.individual_names import fit_name
from reid.interchange.tables import NOTHING, TableLine, decimal_number, read_table, readable_times
from reid.types import Flank

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "file": ("file", "file_name", "filename", "path", "image", "photo", "fileName", "filePath"),
    "station": ("station", "location", "locationName", "site"),
    "camera": ("camera", "camera_id", "cameraID"),
    "captured_at": ("captured_at", "time", "date_time", "datetime", "timestamp"),
    "flank": ("flank", "side"),
    "x": ("x", "bbox_x"),
    "y": ("y", "bbox_y"),
    "width": ("width", "bbox_width"),
    "height": ("height", "bbox_height"),
    "encounter": ("encounter", "encounter_id", "event", "eventID"),
    "individual": ("individual", "individual_id", "individualID", "identity"),
    "notes": ("notes", "remarks", "comments"),
}
"""Field of a line -> the names of its column, whatever their case."""

FLANKS = {"left": "left", "l": "left", "right": "right", "r": "right"}
BOX = ("x", "y", "width", "height")
LONGEST = 200  # letters of a cell
LONGEST_NAME = 100
LONGEST_NOTES = 2000


class NoColumnOfFiles(
    BadDataset,
    message="the table has no column file_name: its head is {columns}",
): ...


class FileNameIsEmpty(BadDataset, message="line {line}: it names no file"): ...


class FileTwice(
    BadDataset, message="line {line}: {file} stands in line {first} already; one line a photo"
): ...


class HalfBox(
    BadDataset, message="line {line}: a box needs x, y, width and height; leave out all or none"
): ...


class EmptyBox(
    BadDataset, message="line {line}: the width and height of a box are larger than 0"
): ...


class NoFlank(
    BadDataset, message="line {line}: {text} is no flank: write left, right or unknown"
): ...


class PhotoCellTooLong(
    BadDataset, message="line {line}, column {column}: {letters} letters; at most {limit}"
): ...


@dataclass(frozen=True, slots=True)
class StatedLine:
    """What a line states of one photo; "" and None: nothing.

    file: its name, with folders or without. box: "x0 y0 x1 y1" in pixels or shares of the upright
    photo. captured_at: with its zone where the table says one. individual: as somebody named it.
    """

    line: int
    file: str
    station: str = ""
    camera: str = ""
    captured_at: datetime | None = None
    flank: Flank | None = None
    box: str = ""
    encounter: str = ""
    individual: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class PhotoTable:
    """Lines that can be used, why others cannot, by line, and the columns that are not read."""

    lines: tuple[StatedLine, ...]
    refused: tuple[tuple[int, InputError], ...]
    ignored: tuple[str, ...]
    _named: Mapping[str, list[StatedLine]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lines by the name of their file without folders."""
        named: dict[str, list[StatedLine]] = defaultdict(list)
        for line in self.lines:
            named[_path(line.file).rpartition("/")[2]].append(line)
        object.__setattr__(self, "_named", dict(named))

    def of(self, name: str) -> StatedLine | None:
        """The line of a file; one of them may say more of its folders than the other.

        None where no line or more than one fits.
        """
        path = _path(name)
        lines = self._named.get(path.rpartition("/")[2], [])
        same = [one for one in lines if _path(one.file) == path]
        fitting = same or [one for one in lines if _ends_alike(_path(one.file), path)]
        return fitting[0] if len(fitting) == 1 else None


def read_photo_table(data: bytes) -> PhotoTable:
    """The lines of a table. A line that cannot be used stops no other.

    Raises BadDataset where the table as a whole cannot be read, or its dates in two ways.
    """
    table = read_table(data)
    column_of = recognised_columns(table.columns)
    timed = column_of["captured_at"]
    cells = [(row.line, row.cells[timed]) for row in table.rows] if timed else []
    times = readable_times(timed, cells)
    lines: dict[str, StatedLine] = {}
    refused: list[tuple[int, InputError]] = []
    for row in table.rows:
        try:
            line = line_of(row, column_of, times.sure(row.line))
            if first := lines.get(_path(line.file)):
                raise FileTwice(line=row.line, file=line.file, first=first.line)
            lines[_path(line.file)] = line
        except InputError as error:
            refused.append((row.line, error))
    ignored = tuple(name for name in table.columns if name not in column_of.values())
    return PhotoTable(tuple(lines.values()), tuple(refused), ignored)


def recognised_columns(columns: tuple[str, ...], *, strict: bool = True) -> dict[str, str]:
    """Field -> its column as the table writes it; "" for one that the table lacks.

    strict: raises NoColumnOfFiles where no column names the files.
    """
    written = {name.casefold(): name for name in columns}
    names = {
        field: next((written[n.casefold()] for n in every if n.casefold() in written), "")
        for field, every in COLUMNS.items()
    }
    if not names["x"] and not names["y"]:
        names |= {"width": "", "height": ""}  # the size of the picture, as index.csv says it
    if strict and not names["file"]:
        raise NoColumnOfFiles(columns=columns)
    return names


def line_of(row: TableLine, column_of: Mapping[str, str], time: str) -> StatedLine:
    """What one row states. time: in ISO 8601, "" for nothing. Raises InputError for a bad row."""

    def text(field: str, limit: int = LONGEST) -> str:
        column = column_of[field]
        value = row.cells[column] if column else ""
        if field not in {"file", "notes"} and value.casefold() in NOTHING:
            return ""
        if len(value) > limit:
            raise PhotoCellTooLong(line=row.line, column=column, letters=len(value), limit=limit)
        if field == "individual":
            return value  # a name is kept as it is, or refused
        return "".join(letter if letter.isprintable() else " " for letter in value)

    if not text("file"):
        raise FileNameIsEmpty(line=row.line)
    return StatedLine(
        line=row.line,
        file=text("file"),
        station=text("station"),
        camera=text("camera"),
        captured_at=datetime.fromisoformat(time) if len(time) > 10 else None,
        flank=_flank(row.line, text("flank")),
        box=_box(row, column_of),
        encounter=text("encounter"),
        individual=_individual(text("individual", LONGEST_NAME)),
        notes=text("notes", LONGEST_NOTES),
    )


def _individual(text: str) -> str:
    return fit_name(text) if text else ""


def _flank(line: int, text: str) -> Flank | None:
    if not text:
        return None
    flank = flank_word(text)
    if flank is None:
        raise NoFlank(line=line, text=text)
    return flank


def flank_word(text: str) -> Flank | None:
    """The flank of a word such as L, left or right_flank; None for any other word."""
    word = FLANKS.get(text.casefold().removesuffix("flank").strip(" _-"))
    return Flank(word) if word else None


def _box(row: TableLine, column_of: Mapping[str, str]) -> str:
    """Corners of the box as text; "" where no side is stated."""
    columns = [column_of[name] for name in BOX]
    values = [
        decimal_number(row.line, column, row.cells[column]) if column else None
        for column in columns
    ]
    x, y, width, height = values
    if values == [None] * 4:
        return ""
    if x is None or y is None or width is None or height is None:
        raise HalfBox(line=row.line)
    if width <= 0 or height <= 0:
        raise EmptyBox(line=row.line)
    return " ".join(f"{round(corner, 6):.10g}" for corner in (x, y, x + width, y + height))


def _path(name: str) -> str:
    return name.replace("\\", "/").strip("/").casefold()


def _ends_alike(one: str, other: str) -> bool:
    return f"/{one}".endswith(f"/{other}") or f"/{other}".endswith(f"/{one}")
