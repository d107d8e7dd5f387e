"""The table of wildlife-datasets: image_id, identity, path; bbox, orientation and date if known."""

import json
from pathlib import Path

from reid.errors import BadDataset, InputError
from reid.interchange.format import Format
from reid.interchange.individual_names import name_of
from reid.interchange.locate import PhotoPlaces
from reid.interchange.named import stated_flank
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
from reid.interchange.table_files import head_of_file, read_file
from reid.interchange.tables import ColumnTimes, TableIsEmpty, TableLine, readable_times

NAME, FILE = "wildlife_datasets", "metadata.csv"
REQUIRED = {"image_id", "identity", "path"}
READ_HERE = {*REQUIRED, "bbox", "date", "orientation", "encounter", "station", "camera", "species"}


class MetadataWithoutRows(
    BadDataset, message="{path} needs the columns image_id, identity and path, and a row"
): ...


class RowWithoutPath(InputError, message="no path: write where its photo lies"): ...


class MetadataBoxUnusable(InputError, message="bbox {box} is not [x, y, width, height]"): ...


def read(table: Path, photos: Path | None = None) -> SourcePackage:
    """The rows of the table; paths are relative to its folder, or to `photos`.

    A photo that stands in several rows shows several animals. Raises BadDataset where the table, or
    a date of it, can be read in two ways.
    """
    try:
        content = read_file(table)
    except TableIsEmpty as error:
        raise MetadataWithoutRows(path=table) from error
    if not {*content.columns} >= REQUIRED:
        raise MetadataWithoutRows(path=table)
    folder = photos or table.parent
    places = PhotoPlaces(folder, (row.cells["path"] for row in content.rows if row.cells["path"]))
    dates = [(row.line, row.cells.get("date", "")) for row in content.rows]
    times = readable_times("date", dates)
    refused = [SourceRefusal(table.name, error) for error in times.errors.values()]
    photos_of_rows: list[SourcePhoto] = []
    for row in content.rows:
        try:
            photos_of_rows.append(_photo(row, places, times))
        except InputError as error:
            refused.append(SourceRefusal(f"image {row.cells['image_id']}", error))
    found, remarks = one_a_path(photos_of_rows)
    return SourcePackage(NAME, found, refused=tuple(refused), remarks=tuple(remarks), folder=folder)


def _photo(row: TableLine, places: PhotoPlaces, times: ColumnTimes) -> SourcePhoto:
    cells = row.cells
    if not cells["path"]:
        raise RowWithoutPath()
    file, missing = places.file(cells["path"])
    word = cells.get("orientation", "")
    animal = SourceAnimal(
        box=_box(cells.get("bbox", "")),
        species=cells.get("species", ""),
        individual=name_of(cells["identity"]),
        flank=stated_flank(word),
        viewpoint=word,
        event=cells.get("encounter", ""),
        place=f"image {cells['image_id']}",
        extras={k: v for k, v in cells.items() if v and k not in READ_HERE},
    )
    return SourcePhoto(
        path=cells["path"].replace("\\", "/"),
        file=file,
        missing=missing,
        captured_at=times.moment(row.line),
        captured_on=times.day(row.line),
        station=cells.get("station", ""),
        camera=cells.get("camera", ""),
        event=cells.get("encounter", ""),
        animals=(animal,),
        category=ANIMAL,
    )


def _box(text: str) -> SourceBox | None:
    if not name_of(text):
        return None
    try:
        values = json.loads(text.replace("(", "[").replace(")", "]"))
    except ValueError:
        values = None
    box = source_box(values, shares=False) if isinstance(values, list) else None
    if box is None:
        raise MetadataBoxUnusable(box=text)
    return box


def recognises(file: Path) -> bool:
    """Whether the head names all columns that every such table has."""
    return {*head_of_file(file)} >= REQUIRED


FORMAT = Format(NAME, FILE, recognises, read)
