"""HotSpotter catalogues: the folder _hsdb with its tables of images, names and chips."""

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from reid.errors import BadDataset, InputError
from reid.interchange.individual_names import name_of
from reid.interchange.locate import PhotoPlaces
from reid.interchange.named import stated_flank
from reid.interchange.package import (
    ANIMAL,
    BoxesTurned,
    SourceAnimal,
    SourceBox,
    SourcePackage,
    SourcePhoto,
    SourceRefusal,
    one_a_path,
    source_box,
)
from reid.interchange.tables import text_of_table

NAME, FOLDER = "hotspotter", "_hsdb"
TABLES = ("chip_table.csv", "image_table.csv", "name_table.csv")
FIELDS = {
    "chip": ("chipid", "cid"),
    "image": ("imgid", "gid"),
    "name": ("nameid", "nid"),
    "file": ("gname", "imagename", "image"),
    "text": ("name",),
    "theta": ("theta",),
}
FLANKS = ("viewpoint", "view", "flank", "side", "yaw")
UNNAMED = frozenset({"0", "1"})  # of name_table, where it does not say otherwise
TURNED = 0.01  # radians; less is no turn


class HotSpotterTableUnreadable(BadDataset, message="{path} cannot be read: {why}"): ...


class NoHeadOfTable(
    BadDataset,
    message="{path} has no line such as # {columns}: write its columns there",
): ...


class ChipOfNoImage(InputError, message="image {image} stands in no row of image_table.csv"): ...


class ImageNumberTwice(
    InputError,
    message="image {image} stands in an earlier row, which counts: give {file} another number",
): ...


class ChipOfNoName(InputError, message="name {name} stands in no row of name_table.csv"): ...


class ChipBoxUnusable(InputError, message="roi {roi} is no box [x y width height]"): ...


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a table. cells: by the column as it is written. line: in the file."""

    line: int
    cells: Mapping[str, str]

    def of(self, field: str) -> str:
        written = {name.casefold(): value for name, value in self.cells.items()}
        return next((written[one] for one in FIELDS[field] if one in written), "")


def folder_of(path: Path) -> Path | None:
    """The folder _hsdb of a catalogue, or where a path is itself that folder; None elsewhere."""
    for folder in (path / FOLDER, path):
        if all((folder / name).is_file() for name in TABLES):
            return folder
    return None


def read(path: Path) -> SourcePackage:
    """The chips of a catalogue: names, boxes, turns, and every property that its user added.

    Photos lie in the folder images beside _hsdb. Raises BadDataset where a table cannot be read.
    """
    folder = folder_of(path) or path / FOLDER
    chips, images, names = (_table(folder / name) for name in TABLES)
    refused: list[SourceRefusal] = []
    images = _each_once(images, refused)
    files = {row.of("image"): row.of("file") for row in images}
    texts = {row.of("name"): row.of("text") for row in names}
    animals: dict[str, list[SourceAnimal]] = defaultdict(list)
    turned = 0
    for row in chips:
        try:
            if row.of("image") not in files:
                raise ChipOfNoImage(image=row.of("image"))
            animal = _animal(row, texts)
        except InputError as error:
            refused.append(SourceRefusal(f"{TABLES[0]}, line {row.line}", error))
            continue
        animals[row.of("image")].append(animal)
        turned += bool(animal.box and abs(animal.box.turned) > TURNED)
    places = PhotoPlaces(folder.parent, files.values(), beside=("images",))
    photos, remarks = one_a_path(_photo(row, places, animals[row.of("image")]) for row in images)
    remarks += [BoxesTurned(boxes=turned, all=len(chips))] if turned else []
    return SourcePackage(NAME, photos, refused=tuple(refused), remarks=tuple(remarks))


def _each_once(images: Sequence[_Row], refused: list[SourceRefusal]) -> list[_Row]:
    """The images; of two with one number the first counts, as nothing tells which a chip means."""
    first: dict[str, _Row] = {}
    for row in images:
        if row.of("image") in first:
            why = ImageNumberTwice(image=row.of("image"), file=row.of("file"))
            refused.append(SourceRefusal(f"{TABLES[1]}, line {row.line}", why))
        else:
            first[row.of("image")] = row
    return [*first.values()]


def _table(path: Path) -> list[_Row]:
    """Rows below comments, of which the last one before the rows names the columns."""
    try:
        lines = text_of_table(path.read_bytes()).split("\n")
    except (OSError, BadDataset) as error:
        raise HotSpotterTableUnreadable(path=path, why=str(error)) from error
    columns: list[str] = []
    rows: list[_Row] = []
    for number, line in enumerate(lines, 1):
        if line.startswith("#"):
            cells = [cell.strip() for cell in line.lstrip("# ").split(",")]
            columns = cells if len(cells) > 1 and not rows else columns
        elif line.strip():
            if not columns:
                raise NoHeadOfTable(path=path, columns="ChipID, ImgID, NameID, roi, theta")
            cells = _parted(path, number, line)
            rows.append(_Row(number, _cells(columns, cells)))
    return rows


def _parted(path: Path, number: int, line: str) -> list[str]:
    try:
        return next(csv.reader(StringIO(line), skipinitialspace=True))
    except csv.Error as error:
        why = f"line {number}: {error}"
        raise HotSpotterTableUnreadable(path=path, why=why) from error


def _cells(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """By column. A name with commas that nobody quoted fills the last column to the end."""
    texts = [cell.strip() for cell in cells]
    last = len(columns) - 1
    if len(texts) > len(columns):
        texts = [*texts[:last], ", ".join(texts[last:])]
    return dict(zip(columns, texts + [""] * (len(columns) - len(texts)), strict=True))


def _animal(row: _Row, names: Mapping[str, str]) -> SourceAnimal:
    number = row.of("name")
    if number not in names and number not in UNNAMED:
        raise ChipOfNoName(name=number)
    known = {one for some in FIELDS.values() for one in some}
    extras = {
        k: v
        for k, v in row.cells.items()
        if v and k.casefold() not in known and not k.casefold().startswith("roi")
    }
    word = next((v for k, v in extras.items() if k.casefold() in FLANKS), "")
    box = _box(row)
    if abs(box.turned) > TURNED:
        extras |= {"theta": row.of("theta"), "roi": _roi(row)}
    return SourceAnimal(
        box=box,
        individual=name_of(names.get(number, "")),
        flank=stated_flank(word),
        viewpoint=word,
        place=f"chip {row.of('chip')}",
        extras=extras,
    )


def _roi(row: _Row) -> str:
    return next((v for k, v in row.cells.items() if k.casefold().startswith("roi")), "")


def _box(row: _Row) -> SourceBox:
    roi = _roi(row)
    try:
        theta = float(row.of("theta") or 0)
    except ValueError as error:
        raise ChipBoxUnusable(roi=f"{roi}, theta {row.of('theta')}") from error
    box = source_box(roi.strip("[]() ").replace(",", " ").split(), shares=False, theta=theta)
    if box is None:
        raise ChipBoxUnusable(roi=roi or "''")
    return box


def _photo(row: _Row, places: PhotoPlaces, animals: Sequence[SourceAnimal]) -> SourcePhoto:
    path = row.of("file")
    file, missing = places.file(path)
    known = {one for some in FIELDS.values() for one in some} | {"aif"}
    return SourcePhoto(
        path=path.replace("\\", "/"),
        file=file,
        missing=missing,
        animals=tuple(animals),
        category=ANIMAL if animals else "",
        extras={k: v for k, v in row.cells.items() if v and k.casefold() not in known},
    )
