"""Wildlife Insights batches: images.csv and deployments.csv, with projects.csv and cameras.csv."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from reid.errors import BadDataset, InputError
from reid.interchange.deployments import DeploymentLine, deployments_of
from reid.interchange.individual_names import name_of
from reid.interchange.locate import PhotoPlaces
from reid.interchange.package import (
    ANIMAL,
    BLANK,
    PERSON,
    UNCLEAR,
    VEHICLE,
    SourceAnimal,
    SourcePackage,
    SourcePhoto,
    SourceRefusal,
    foremost,
)
from reid.interchange.tables import (
    NOTHING,
    ColumnTimes,
    TableLine,
    TextTable,
    head_of,
    read_table,
    readable_times,
)

NAME = "wildlife_insights"
REQUIRED = ("deployment_id", "location", "timestamp")
KNOWN_BY = {"deployment_id", "image_id", "wi_taxon_id"}
NO_RESULT = {"no cv result", "cv failed", "unknown", "cv needed"}
MOTORS = {"vehicle", "motorcycle", "automobile"}
READ_HERE = {
    *("deployment_id", "location", "filename", "timestamp", "is_blank", "genus", "species"),
    *("individual_id", "individual_animal_notes", "identified_by", "sequence_id"),
}


class NoImagesOfBatch(
    BadDataset,
    message="{folder} has no images.csv of Wildlife Insights: name a batch's folder",
): ...


class BatchLacksColumns(BadDataset, message="{file} lacks the columns {columns}"): ...


class BatchTableUnreadable(BadDataset, message="{file} cannot be read: {why}"): ...


class ImageWithoutLocation(InputError, message="it has no location of a file: write it"): ...


def images_in(folder: Path) -> list[Path]:
    """The tables of images of a batch: images.csv, or images_… of several parts."""
    tables = sorted(folder.glob("images*.csv"))
    return [file for file in tables if {*head_of(file)} >= KNOWN_BY]


def read(path: Path) -> SourcePackage:
    """The photos of a batch; one image may stand in several rows, one an animal.

    path: the folder or its images.csv. Columns without a field are extras of the animal. Raises
    BadDataset where a table as a whole cannot be read.
    """
    folder = path if path.is_dir() else path.parent
    tables = images_in(folder) if path.is_dir() else [path]
    if not tables:
        raise NoImagesOfBatch(folder=folder)
    lines, refused, ignored = _deployments(folder)
    photos: list[SourcePhoto] = []
    for file in tables:
        photos += _images(file, {one.name: one for one in lines}, refused)
    return SourcePackage(NAME, tuple(photos), tuple(lines), tuple(refused), ignored=ignored)


def _deployments(
    folder: Path,
) -> tuple[list[DeploymentLine], list[SourceRefusal], tuple[str, ...]]:
    lines: list[DeploymentLine] = []
    refused: list[SourceRefusal] = []
    ignored: dict[str, None] = {}
    for file in sorted(folder.glob("deployments*.csv")):
        table = deployments_of(_table(file))
        lines += table.rows
        refused += [SourceRefusal(f"{file.name}, line {n}", why) for n, why in table.refused]
        ignored |= dict.fromkeys(table.ignored)
    return lines, refused, tuple(ignored)


def _table(file: Path) -> TextTable:
    try:
        return read_table(file.read_bytes())
    except OSError as error:
        raise BatchTableUnreadable(file=file.name, why=error.strerror) from error
    except BadDataset as error:
        raise BatchTableUnreadable(file=file.name, why=str(error)) from error


def _images(
    file: Path, deployments: Mapping[str, DeploymentLine], refused: list[SourceRefusal]
) -> list[SourcePhoto]:
    table = _table(file)
    lacking = tuple(name for name in REQUIRED if name not in table.columns)
    if lacking:
        raise BatchLacksColumns(file=file.name, columns=lacking)
    places = PhotoPlaces(file.parent, (row.cells["location"] for row in table.rows))
    cells = [(row.line, row.cells["timestamp"]) for row in table.rows]
    times = readable_times("timestamp", cells)
    refused += [SourceRefusal(file.name, error) for error in times.errors.values()]
    rows_of: dict[tuple[str, str], list[TableLine]] = defaultdict(list)
    for row in table.rows:
        if location := row.cells["location"] or row.cells.get("filename", ""):
            rows_of[row.cells["deployment_id"], location].append(row)
        else:
            refused.append(SourceRefusal(f"{file.name}, line {row.line}", ImageWithoutLocation()))
    return [_photo(rows, places, times, deployments) for rows in rows_of.values()]


def _photo(
    rows: list[TableLine],
    places: PhotoPlaces,
    times: ColumnTimes,
    deployments: Mapping[str, DeploymentLine],
) -> SourcePhoto:
    cells, first = rows[0].cells, rows[0].line
    location, deployment = cells["location"], cells["deployment_id"]
    name, image = cells.get("filename", ""), cells.get("image_id", "")
    line = deployments.get(deployment)
    with_suffix = f"{image}{PurePosixPath(location).suffix}" if image else ""
    station = line.station if line else ""
    file, missing = places.file(location or name, name, with_suffix, near=(deployment, station))
    categories = [_category(row.cells) for row in rows]
    animals = tuple(
        _animal(row.cells, kind)
        for row, kind in zip(rows, categories, strict=True)
        if kind not in {BLANK, ""}
    )
    notes = dict.fromkeys(row.cells.get("individual_animal_notes", "") for row in rows)
    photo = SourcePhoto(
        path=(location or name).replace("\\", "/"),
        file=file,
        missing=missing,
        captured_at=times.moment(first),
        captured_on=times.day(first),
        deployment=deployment,
        event=cells.get("sequence_id", ""),
        notes=" ".join(note for note in notes if note),
        animals=animals,
        category=foremost(categories),
    )
    return photo.placed(line)


def _category(cells: Mapping[str, str]) -> str:
    if cells.get("is_blank", "").casefold() in {"1", "1.0", "true", "yes"}:
        return BLANK
    words = {cells.get(k, "").casefold() for k in ("common_name", "species", "genus", "class")}
    if words & {"human", "human-camera trapper", "homo", "sapiens"}:
        return PERSON
    if words & MOTORS:
        return VEHICLE
    if words & {"blank"}:
        return BLANK
    known = words - {"", *NO_RESULT}
    return ANIMAL if known or name_of(cells.get("individual_id", "")) else UNCLEAR


def _animal(cells: Mapping[str, str], category: str) -> SourceAnimal:
    parts = [cells.get(name, "") for name in ("genus", "species")]
    species = " ".join(part for part in parts if part.casefold() not in NOTHING)
    return SourceAnimal(
        category=category,
        species=species or cells.get("common_name", ""),
        individual=name_of(cells.get("individual_id", "")),
        by_machine="computer vision" in cells.get("identified_by", "").casefold(),
        extras={k: v for k, v in cells.items() if v and k not in READ_HERE},
    )
