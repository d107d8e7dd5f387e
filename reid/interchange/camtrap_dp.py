"""Camtrap DP 1.0 to 1.0.2: a folder with datapackage.json, deployments, media and observations."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reid.errors import BadDataset, InputError
from reid.interchange.camtrap_observations import Observations
from reid.interchange.deployments import DeploymentLine, DeploymentTable, deployments_of
from reid.interchange.json_file import read_json
from reid.interchange.locate import PhotoPlaces, parts_of
from reid.interchange.package import SourcePackage, SourcePhoto, SourceRefusal
from reid.interchange.tables import (
    ColumnTimes,
    TableIsEmpty,
    TableLine,
    TextTable,
    read_table,
    readable_times,
)
from reid.sentences import Sentence

NAME, FILE = "camtrap_dp", "datapackage.json"
STATED = "stated"
"""A resource of ours: what a source said and the tables of the standard have no place for."""
KEYS = {"deployments": "deploymentID", "media": "mediaID", "observations": "observationID"}
TABLES = ("deployments", "media", "observations")
MEDIA_READ = {"deploymentID", "timestamp", "filePath", "mediaComments"}
VERSION = re.compile(r"camtrap-dp/v?(\d+)\.(\d+)")


class NotCamtrapDp(
    BadDataset,
    message="{path} describes no Camtrap DP: its profile is {profile} and it lacks {lacking}",
): ...


class OtherCamtrapDp(
    BadDataset,
    message="{path} is Camtrap DP {version}; 1.0 to 1.0.2 are read: export it anew from where it "
    "comes from",
): ...


class ResourceElsewhere(
    BadDataset,
    message="the table {name} lies at {path}: put it into the folder of datapackage.json and name "
    "it there",
): ...


class ResourceNotRead(BadDataset, message="the table {name} cannot be read: {why}"): ...


class TableLacksColumns(BadDataset, message="the table {name} lacks the columns {columns}"): ...


class MediaWithoutPath(InputError, message="it has no mediaID or no filePath: write both"): ...


class MediaTwice(InputError, message="mediaID {media} stands in line {first} already"): ...


class TimesOfDeploymentDoubted(
    Sentence,
    message="the source calls the times of deployment {deployment} wrong: correct its clock "
    "after the import",
): ...


class NoStationNamed(
    Sentence,
    message="deployment {deployment} names no location: its own name is taken for its station",
): ...


@dataclass(frozen=True, slots=True)
class _Tables:
    deployments: TextTable
    media: TextTable
    observations: TextTable


def read(path: Path) -> SourcePackage:
    """The photos of a package with what its observations say of them.

    path: the folder or its datapackage.json. Columns without a field are extras of their photo or
    animal. A name that is stated of an event goes to the animals of its photos where the event
    shows one animal; else a remark tells that nobody knows which. Raises BadDataset where a table
    as a whole cannot be read.
    """
    file = path / FILE if path.is_dir() else path
    descriptor = _descriptor(file)
    beyond = _beyond(file.parent, descriptor)
    tables = _Tables(
        *(_with_beyond(_table(file.parent, descriptor, name), name, beyond) for name in TABLES)
    )
    _refuse_lacking("media", tables.media, ("mediaID", "deploymentID", "filePath"))
    _refuse_lacking("observations", tables.observations, ("observationType", "observationLevel"))
    lines = (
        deployments_of(tables.deployments)
        if tables.deployments.columns
        else DeploymentTable((), (), ())
    )
    refused = [SourceRefusal(f"deployments, line {n}", why) for n, why in lines.refused]
    by_name = {one.name: one for one in lines.rows}
    photos = _media(file.parent, tables.media, by_name, refused)
    observations = Observations(tables.observations, photos)
    return SourcePackage(
        NAME,
        tuple(observations.photos),
        lines.rows,
        (*refused, *observations.refused),
        (*_remarks(tables.deployments), *observations.remarks),
        lines.ignored,
        about={
            name: str(descriptor[name])
            for name in ("name", "id", "title", "profile", "version", "created")
            if descriptor.get(name)
        },
        tables={name: _rows_of(getattr(tables, name)) for name in TABLES},
    )


def _rows_of(table: TextTable) -> tuple[Mapping[str, str], ...]:
    return tuple({k: v for k, v in row.cells.items() if v.strip()} for row in table.rows)


def _beyond(folder: Path, descriptor: Mapping[str, Any]) -> Mapping[tuple[str, str], TableLine]:
    """Table and key -> the cells that an export of ours put into the resource of its own."""
    if STATED not in [one.get("name") for one in descriptor["resources"] if isinstance(one, dict)]:
        return {}
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for row in _table(folder, descriptor, STATED).rows:
        values = [row.cells.get(name, "") for name in ("resource", "key", "column", "value")]
        table, key, column, value = values
        cells.setdefault((table, key), {})[column] = value
    return {key: TableLine(0, of_key) for key, of_key in cells.items()}


def _with_beyond(
    table: TextTable, name: str, beyond: Mapping[tuple[str, str], TableLine]
) -> TextTable:
    """The table with those cells as columns of its own."""
    if not beyond:
        return table
    further = [beyond.get((name, row.cells.get(KEYS[name], ""))) for row in table.rows]
    columns = dict.fromkeys(column for one in further if one for column in one.cells)
    new = tuple(column for column in columns if column not in table.columns)
    rows = tuple(
        TableLine(row.line, {**row.cells, **{c: one.cells.get(c, "") if one else "" for c in new}})
        for row, one in zip(table.rows, further, strict=True)
    )
    return TextTable((*table.columns, *new), rows)


def _descriptor(file: Path) -> Mapping[str, Any]:
    try:
        content = read_json(file)
    except ValueError as error:
        raise ResourceNotRead(name=file.name, why=str(error)) from error
    content = content if isinstance(content, dict) else {}
    profile = str(content.get("profile"))
    resources = content.get("resources")
    rows = (
        [one for one in resources if isinstance(one, dict)] if isinstance(resources, list) else []
    )
    lacking = [name for name in TABLES if name not in [one.get("name") for one in rows]]
    version = VERSION.search(profile)
    if version and version[1] != "1":
        raise OtherCamtrapDp(path=file, version=f"{version[1]}.{version[2]}")
    if lacking or not version:
        raise NotCamtrapDp(path=file, profile=profile, lacking=tuple(lacking) or ("nothing",))
    return content


def _table(folder: Path, descriptor: Mapping[str, Any], name: str) -> TextTable:
    """A resource: one file or several with the same head, or rows within the descriptor."""
    resource = next(
        one for one in descriptor["resources"] if isinstance(one, dict) and one.get("name") == name
    )
    if isinstance(resource.get("data"), list):
        return _inline(resource["data"])
    paths = resource.get("path")
    parts: list[TextTable] = []
    for path in paths if isinstance(paths, list) and paths else [paths]:
        if not isinstance(path, str) or "://" in path or ".." in parts_of(path):
            raise ResourceElsewhere(name=name, path=str(path))
        try:
            content = folder.joinpath(*parts_of(path)).read_bytes()
            parts.append(read_table(content, needs_rows=False))
        except OSError as error:
            raise ResourceNotRead(name=name, why=f"{path}: {error.strerror}") from error
        except TableIsEmpty:
            continue
        except BadDataset as error:
            raise ResourceNotRead(name=name, why=f"{path}: {error}") from error
    if len(parts) == 1:
        return parts[0]
    return _filled([row.cells for part in parts for row in part.rows], parts)


def _inline(rows: Sequence[Any]) -> TextTable:
    cells = [
        {str(k): "" if v is None else str(v) for k, v in row.items()}
        for row in rows
        if isinstance(row, dict)
    ]
    return _filled(cells)


def _filled(rows: Sequence[Mapping[str, str]], parts: Sequence[TextTable] = ()) -> TextTable:
    """A table of rows that need not have the same columns; lines are counted on from 2."""
    heads = (*(part.columns for part in parts), *(row.keys() for row in rows))
    columns = tuple(dict.fromkeys(name for head in heads for name in head))
    filled = ({**dict.fromkeys(columns, ""), **row} for row in rows)
    return TextTable(columns, tuple(TableLine(n, row) for n, row in enumerate(filled, 2)))


def _refuse_lacking(name: str, table: TextTable, columns: Sequence[str]) -> None:
    lacking = tuple(column for column in columns if column not in table.columns)
    if lacking and table.columns:
        raise TableLacksColumns(name=name, columns=lacking)


def _media(
    folder: Path,
    table: TextTable,
    deployments: Mapping[str, DeploymentLine],
    refused: list[SourceRefusal],
) -> list[SourcePhoto]:
    """The photos without their animals; extras hold mediaID and all other columns."""
    paths = [row.cells["filePath"] for row in table.rows if row.cells["filePath"]]
    places = PhotoPlaces(folder, paths)
    cells = [(row.line, row.cells.get("timestamp", "")) for row in table.rows]
    times = readable_times("timestamp", cells)
    refused += [SourceRefusal("media", error) for error in times.errors.values()]
    lines: dict[str, int] = {}
    photos: list[SourcePhoto] = []
    for row in table.rows:
        media = row.cells["mediaID"]
        try:
            if not media or not row.cells["filePath"]:
                raise MediaWithoutPath()
            if media in lines:
                raise MediaTwice(media=media, first=lines[media])
        except InputError as error:
            refused.append(SourceRefusal(f"media, line {row.line}", error))
            continue
        lines[media] = row.line
        photo = _photo(row, places, times)
        photos.append(photo.placed(deployments.get(photo.deployment)))
    return photos


def _photo(row: TableLine, places: PhotoPlaces, times: ColumnTimes) -> SourcePhoto:
    cells = row.cells
    named, media = cells.get("fileName", ""), cells["mediaID"]
    file, missing = places.file(
        cells["filePath"], named, media, near=(cells["deploymentID"], media)
    )
    return SourcePhoto(
        path=cells["filePath"].replace("\\", "/"),
        file=file,
        missing=missing,
        captured_at=times.moment(row.line),
        captured_on=times.day(row.line),
        deployment=cells["deploymentID"],
        notes=cells.get("mediaComments", ""),
        extras={k: v for k, v in cells.items() if v and k not in MEDIA_READ},
    )


def _remarks(deployments: TextTable) -> list[Sentence]:
    remarks: list[Sentence] = []
    for row in deployments.rows:
        name = row.cells.get("deploymentID", "")
        if row.cells.get("timestampIssues", "").casefold() in {"true", "1"}:
            remarks.append(TimesOfDeploymentDoubted(deployment=name))
        if not row.cells.get("locationName") and not row.cells.get("locationID"):
            remarks.append(NoStationNamed(deployment=name))
    return remarks
