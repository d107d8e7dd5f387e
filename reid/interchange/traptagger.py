"""TrapTagger CSV: one row a sighting or an image, with box, flank, site and individuals."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from reid.errors import BadDataset, InputError
from reid.interchange.individual_names import name_of
from reid.interchange.locate import PhotoPlaces
from reid.interchange.package import (
    ANIMAL,
    BLANK,
    PERSON,
    SourceAnimal,
    SourceBox,
    SourcePackage,
    SourcePhoto,
    SourceRefusal,
    foremost,
    share_box,
)
from reid.interchange.photo_tables import flank_word
from reid.interchange.positions import Place, position
from reid.interchange.table_files import head_of_file, read_file
from reid.interchange.tables import (
    NOTHING,
    ColumnTimes,
    TableLine,
    decimal_number,
    readable_times,
)
from reid.sentences import Sentence

NAME = "traptagger"
KNOWN_BY = frozenset({"sighting", "detection", "capture", "cluster", "trapgroup", "site"})
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "image": ("image", "image_path", "file_path", "image_name", "filename"),
    "time": ("timestamp", "corrected_timestamp", "image_timestamp"),
    "site": ("site", "site_id", "trapgroup", "site_tag"),
    "camera": ("camera", "camera_name"),
    "latitude": ("latitude", "site_latitude"),
    "longitude": ("longitude", "site_longitude"),
    "flank": ("flank", "sighting_flank", "detection_flank"),
    "score": ("score", "detection_score"),
    "event": ("cluster", "cluster_id", "capture", "capture_id"),
    "notes": ("notes", "cluster_notes"),
    "sighting": ("sighting_id", "sighting", "detection_id", "detection"),
    "survey": ("survey", "survey_name"),
}
BOX = ("left", "top", "right", "bottom")
LEVEL = r"(?:(sighting|detection|image|capture|cluster)_)?"
LABEL = re.compile(LEVEL + r"(?:labels?|species)(?:_\d+)?")
INDIVIDUAL = re.compile(LEVEL + r"individuals?(?:_\d+|_ids?|_names?)?")
OF_ONE = ("sighting", "detection")  # levels at which a name is that of the box
OF_PEOPLE = frozenset({"vehicles/humans/livestock", "human", "humans"})
NO_LABEL = frozenset({"nothing", "knocked down"})


class NoTrapTaggerTable(
    BadDataset, message="{file} lacks the columns {columns} of TrapTagger: export them as well"
): ...


class RowWithoutImage(InputError, message="it names no image: export the column image as well"): ...


class BoxOfSightingUnusable(
    InputError, message="{box} is no box: left, top, right and bottom lie between 0 and 1"
): ...


class NamesOfImageUnplaced(
    Sentence,
    message="{path} shows {names}, and which box is whose is not said: export the table by "
    "sighting, or name them after the import",
): ...


class FlankWordUnread(
    Sentence, message="{rows} rows say the flank {word}, which is neither left nor right"
): ...


def recognises(path: Path) -> bool:
    """Whether a table has an image, and columns that only TrapTagger writes beside it."""
    columns = {_folded(name) for name in head_of_file(path)}
    image = columns & {*COLUMNS["image"][:3]}
    named = any(INDIVIDUAL.fullmatch(name) for name in columns)
    boxes = {*BOX} <= columns
    return bool(image) and len(columns & KNOWN_BY) >= 1 and (named or boxes)


def read(path: Path, photos: Path | None = None) -> SourcePackage:
    """The images of a table with their sightings.

    photos: the folder of the images, that of the table where none is named. Names at the level of
    an image go to its box where it has one of either; else a remark tells. Raises BadDataset where
    the table cannot be read.
    """
    table = read_file(path)
    rows = [
        TableLine(row.line, {_folded(k): v for k, v in row.cells.items()}) for row in table.rows
    ]
    columns = {_folded(name) for name in table.columns}
    if not columns & {*COLUMNS["image"]}:
        raise NoTrapTaggerTable(file=path.name, columns=("image",))
    places = PhotoPlaces(photos or path.parent, (_of(row.cells, "image") for row in rows))
    times = readable_times("timestamp", [(r.line, _of(r.cells, "time")) for r in rows])
    refused = [SourceRefusal(path.name, error) for error in times.errors.values()]
    rows_of: dict[str, list[TableLine]] = defaultdict(list)
    for row in rows:
        image = _of(row.cells, "image")
        if image:
            rows_of[image.replace("\\", "/")].append(row)
        else:
            refused.append(SourceRefusal(f"{path.name}, line {row.line}", RowWithoutImage()))
    remarks: list[Sentence] = []
    found = [
        _photo(image, of_image, places, times, refused, remarks)
        for image, of_image in rows_of.items()
    ]
    return SourcePackage(
        NAME, tuple(found), refused=tuple(refused), remarks=(*remarks, *_flanks_unread(rows))
    )


def _folded(name: str) -> str:
    return re.sub(r"[\s.]+", "_", name.strip().casefold())


def _of(cells: Mapping[str, str], field: str) -> str:
    texts = (cells.get(name, "") for name in COLUMNS[field])
    return next((text for text in texts if text.casefold() not in NOTHING), "")


def _flanks_unread(rows: Sequence[TableLine]) -> list[Sentence]:
    words: dict[str, int] = defaultdict(int)
    for row in rows:
        word = _of(row.cells, "flank")
        words[word] += bool(word and flank_word(word) is None)
    return [FlankWordUnread(rows=n, word=word) for word, n in words.items() if n]


def _photo(
    image: str,
    rows: Sequence[TableLine],
    places: PhotoPlaces,
    times: ColumnTimes,
    refused: list[SourceRefusal],
    remarks: list[Sentence],
) -> SourcePhoto:
    first = rows[0]
    animals: list[SourceAnimal] = []
    for row in rows:
        try:
            animals += _animals(row)
        except InputError as error:
            refused.append(SourceRefusal(f"line {row.line}", error))
    names = dict.fromkeys(name for row in rows for name in _names(row.cells, sightings=False))
    placed = {one.individual for one in animals}
    loose = [name for name in names if name not in placed]
    open_ones = [one for one in animals if one.category == ANIMAL and not one.individual]
    if len(loose) == 1 and len(open_ones) <= 1 and len(animals) <= 1:
        animals = [_named(open_ones, loose[0], first)]
    elif loose:
        remarks.append(NamesOfImageUnplaced(path=image, names=tuple(loose)))
    file, missing = places.file(image)
    latitude, longitude = _position(first, refused)
    timed = next((row.line for row in rows if times.texts.get(row.line)), first.line)
    return SourcePhoto(
        path=image,
        file=file,
        missing=missing,
        captured_at=times.moment(timed),
        captured_on=times.day(timed),
        station=_of(first.cells, "site"),
        camera=_of(first.cells, "camera"),
        event=_of(first.cells, "event"),
        latitude=latitude,
        longitude=longitude,
        notes=_of(first.cells, "notes"),
        animals=tuple(one for one in animals if one.category != BLANK),
        category=foremost(one.category for one in animals),
    )


def _named(open_ones: Sequence[SourceAnimal], name: str, row: TableLine) -> SourceAnimal:
    """The only animal of an image with the only name of the image."""
    animal = open_ones[0] if open_ones else SourceAnimal(place=f"line {row.line}")
    return replace(animal, individual=name)


def _animals(row: TableLine) -> list[SourceAnimal]:
    """The animal of a row: one, or none where the row is an image without a box and a name."""
    cells = row.cells
    labels = [v for k, v in cells.items() if LABEL.fullmatch(k) and v.casefold() not in NOTHING]
    box = _box(row)
    names = _names(cells, sightings=True)
    label = labels[0] if labels else ""
    if label.casefold() in NO_LABEL or not (label or box or names):
        return [SourceAnimal(category=BLANK)] if label or "image_labels" in cells else []
    word = _of(cells, "flank")
    score = decimal_number(row.line, "score", _of(cells, "score"))
    return [
        SourceAnimal(
            box=box,
            category=PERSON if label.casefold() in OF_PEOPLE else ANIMAL,
            confidence=score,
            species=label,
            individual=names[0] if len(names) == 1 else "",
            flank=flank_word(word) if word else None,
            viewpoint=word,
            event=_of(cells, "event"),
            place=f"line {row.line}",
            extras=_extras(cells),
        )
    ]


def _names(cells: Mapping[str, str], *, sightings: bool) -> list[str]:
    """Names of individuals of a row. sightings: of its box, else of its image.

    A column without a level is of the box where the row has one.
    """
    boxed = all(cells.get(name, "") for name in BOX)
    names: dict[str, None] = {}
    for column, text in cells.items():
        match = INDIVIDUAL.fullmatch(column)
        if match is None:
            continue
        of_box = match[1] in OF_ONE or (match[1] is None and boxed)
        if of_box == sightings:
            parts = re.split(r"[;|,]", text.strip("[]{} "))
            names |= dict.fromkeys(name for part in parts if (name := name_of(part.strip("' \""))))
    return list(names)


def _box(row: TableLine) -> SourceBox | None:
    values = [decimal_number(row.line, name, row.cells.get(name, "")) for name in BOX]
    left, top, right, bottom = values
    if values == [None] * 4:
        return None
    text = ", ".join(row.cells.get(name, "") for name in BOX)
    if left is None or top is None or right is None or bottom is None:
        raise BoxOfSightingUnusable(box=text)
    box = share_box((left, top, right - left, bottom - top))
    if box is None:
        raise BoxOfSightingUnusable(box=text)
    return box


def _position(row: TableLine, refused: list[SourceRefusal]) -> Place:
    north, east = ((name, _of(row.cells, name)) for name in ("latitude", "longitude"))
    try:
        return position(row.line, north, east)
    except InputError as error:
        refused.append(SourceRefusal(f"line {row.line}", error))
        return None, None


def _extras(cells: Mapping[str, str]) -> dict[str, str]:
    read_here = {name for names in COLUMNS.values() for name in names} - {*COLUMNS["sighting"]}
    read_here -= {*COLUMNS["survey"]}
    return {
        name: value
        for name, value in cells.items()
        if value and name not in read_here and name not in BOX and not INDIVIDUAL.fullmatch(name)
    }
