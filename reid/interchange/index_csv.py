"""index.csv of a folder of photos: path, individual, flank, and where and when, if known."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

from reid.errors import BadDataset, InputError
from reid.interchange.cells import for_spreadsheet
from reid.interchange.format import ConfirmedSighting, Format
from reid.interchange.locate import PhotoPlaces
from reid.interchange.package import (
    ANIMAL,
    SourceAnimal,
    SourceBox,
    SourcePackage,
    SourcePhoto,
    SourceRefusal,
    one_a_path,
    source_box,
)
from reid.interchange.photo_tables import EmptyBox, StatedLine, line_of, recognised_columns
from reid.interchange.table_files import head_of_file, read_file
from reid.interchange.tables import readable_times

NAME, FILE = "index_csv", "index.csv"
COLUMNS = {one.name: one.name for one in fields(ConfirmedSighting)} | {"captured_at": "datetime"}
"""The column of each field of a sighting, in this order."""


class IndexWithoutRows(
    BadDataset, message="{path} needs the columns path and individual, and at least one row"
): ...


def read(index: Path, photos: Path | None = None) -> SourcePackage:
    """The rows of index.csv, or of another table of photos with names of individuals.

    Raises BadDataset where the table, or a date of it, can be read in two ways.
    """
    columns = recognised_columns(read_file(index).columns, strict=False)
    if not columns["file"] or not columns["individual"]:
        raise IndexWithoutRows(path=index)
    return read_photos(index, photos)


def read_photos(path: Path, photos: Path | None = None) -> SourcePackage:
    """The rows of a table with a column of files; one photo may stand in several, one an animal.

    photos: the folder that the paths start from, that of the table where none is named. Columns
    without a field are extras. Raises BadDataset as `read`.
    """
    table = read_file(path)
    column_of = recognised_columns(table.columns)
    timed = column_of["captured_at"]
    cells = [(row.line, row.cells[timed]) for row in table.rows] if timed else []
    times = readable_times(timed, cells)
    refused = [SourceRefusal(path.name, error) for error in times.errors.values()]
    folder = photos or path.parent
    places = PhotoPlaces(folder, (row.cells[column_of["file"]] for row in table.rows))
    photos_of_rows: list[SourcePhoto] = []
    for row in table.rows:
        try:
            line = line_of(row, column_of, times.texts.get(row.line, ""))
            extras = {k: v for k, v in row.cells.items() if v and k not in column_of.values()}
            photos_of_rows.append(_photo(line, times.day(row.line), places, extras))
        except InputError as error:
            told = "line" in error.facts  # then the sentence names it
            place = path.name if told else f"{path.name}, line {row.line}"
            refused.append(SourceRefusal(place, error))
    found, remarks = one_a_path(photos_of_rows)
    return SourcePackage(NAME, found, refused=tuple(refused), remarks=tuple(remarks), folder=folder)


def recognises(file: Path) -> bool:
    """Whether the head of a table names a column of files."""
    return bool(recognised_columns(head_of_file(file), strict=False)["file"])


def _photo(
    line: StatedLine, day: str, places: PhotoPlaces, extras: Mapping[str, str]
) -> SourcePhoto:
    file, missing = places.file(line.file)
    box: SourceBox | None = None
    if line.box:
        x0, y0, x1, y1 = (float(corner) for corner in line.box.split())
        box = source_box((x0, y0, x1 - x0, y1 - y0), shares=max(x1, y1) <= 1)
        if box is None:
            raise EmptyBox(line=line.line)
    animal = SourceAnimal(
        box=box,
        individual=line.individual,
        flank=line.flank,
        event=line.encounter,
        place=f"line {line.line}",
        extras=extras,
    )
    return SourcePhoto(
        path=line.file.replace("\\", "/"),
        file=file,
        missing=missing,
        captured_at=line.captured_at,
        captured_on=day,
        station=line.station,
        camera=line.camera,
        event=line.encounter,
        notes=line.notes,
        animals=(animal,),
        category=ANIMAL,
    )


def write(folder: Path, sightings: Sequence[ConfirmedSighting]) -> None:
    """Write folder/index.csv; what is not known is left empty."""
    with (folder / FILE).open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS.values())
        for sighting in sightings:
            taken = sighting.captured_at.isoformat() if sighting.captured_at else None
            values = {name: getattr(sighting, name) for name in COLUMNS} | {"captured_at": taken}
            cells = ("" if value is None else for_spreadsheet(value) for value in values.values())
            table.writerow(cells)


FORMAT = Format(NAME, FILE, lambda _: True, read, write)
"""Any table that no other format recognises is read as this one."""
