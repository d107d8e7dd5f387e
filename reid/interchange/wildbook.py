"""Wildbook and Whiskerbook spreadsheets: one row an encounter, with its photos side by side.

Read are the columns of a bulk import and those of an annotation export, which adds boxes and views.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path

from reid.errors import BadDataset, InputError
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
from reid.interchange.photo_tables import flank_word
from reid.interchange.positions import position
from reid.interchange.table_files import head_of_file, read_file
from reid.interchange.tables import NOTHING, TableLine
from reid.types import Flank

NAME = "wildbook"
ASSET = re.compile(r"Encounter\.mediaAsset(\d+)", re.IGNORECASE)
INDIVIDUAL = ("markedindividual.individualid", "encounter.individualid", "name0.value")
STATION = ("encounter.verbatimlocality", "encounter.locationid")
EVENT = ("encounter.sightingid", "sighting.sightingid", "encounter.occurrenceid")
NOTES = ("encounter.sightingremarks", "encounter.researchercomments")
CLOCK = ("year", "month", "day", "hour", "minutes")
LATITUDE = ("encounter.decimallatitude", "encounter.latitude")
LONGITUDE = ("encounter.decimallongitude", "encounter.longitude")
CAMERA = ("encounter.camera", "encounter.cameraid")
OF_ASSET = ("encounter.mediaasset{n}", "encounter.keyword{n}", "encounter.quality{n}")
BOX = ("annotation{n}.bbox",)
VIEW = (
    *("annotation{n}.viewpoint", "annotation{n}.viewoint"),
    *("encounter.mediaasset{n}.viewpoint", "encounter.viewpoint{n}"),
)
ADDRESSES = ("encounter.mediaasset{n}.imageurl", "encounter.mediaasset{n}.filepath")
WORDS = ("encounter.mediaasset{n}.keywords", "encounter.keyword{n}")
WHOLE = re.compile(r"\d{1,4}(\.0*)?")
YEARS = range(1800, 2200)


class NoPhotoOfEncounter(InputError, message="it names no photo in Encounter.mediaAsset0"): ...


class TimeOfEncounterUnclear(
    BadDataset,
    message="line {line}: {text} is no date and time: write year, month, day, hour (0 to 23) and "
    "minutes as whole numbers; none is taken",
): ...


class AnnotationBoxUnusable(
    InputError, message="{photo}: {box} is no box [x, y, width, height] in pixels"
): ...


class NoWildbookTable(
    BadDataset, message="{file} has no column Encounter.mediaAsset0: its head is {columns}"
): ...


def recognises(path: Path) -> bool:
    """Whether the head of a table names Encounter.mediaAsset0."""
    return any(ASSET.fullmatch(name) for name in head_of_file(path))


def read(path: Path, photos: Path | None = None) -> SourcePackage:
    """The photos of a spreadsheet (XLSX or CSV), each with its animal.

    photos: the folder of the photos, that of the table where none is named. A photo that stands in
    several rows shows several animals. Raises BadDataset where the table cannot be read.
    """
    table = read_file(path)
    assets = sorted({int(m[1]) for name in table.columns if (m := ASSET.fullmatch(name))})
    if not assets:
        raise NoWildbookTable(file=path.name, columns=table.columns)
    rows = [
        TableLine(row.line, {name.casefold(): v for name, v in row.cells.items()})
        for row in table.rows
    ]
    names = (row.cells.get(f"encounter.mediaasset{n}", "") for row in rows for n in assets)
    places = PhotoPlaces(photos or path.parent, filter(None, names), beside=("images", "photos"))
    refused: list[SourceRefusal] = []
    photos_of_rows: list[SourcePhoto] = []
    for row in rows:
        of_row = list(_photos(row, assets, places, refused))
        photos_of_rows += of_row
        if not of_row:
            place = f"{path.name}, line {row.line}"
            refused.append(SourceRefusal(place, NoPhotoOfEncounter()))
    found, remarks = one_a_path(photos_of_rows)
    return SourcePackage(NAME, found, refused=tuple(refused), remarks=tuple(remarks))


def _first(cells: Mapping[str, str], names: Iterable[str], n: int = 0) -> str:
    texts = (cells.get(name.format(n=n), "") for name in names)
    return next((text for text in texts if text.casefold() not in NOTHING), "")


def _photos(
    row: TableLine, assets: Sequence[int], places: PhotoPlaces, refused: list[SourceRefusal]
) -> Iterable[SourcePhoto]:
    cells = row.cells
    moment, day = None, ""
    latitude = longitude = None
    try:
        moment, day = _time(row)
    except BadDataset as error:
        refused.append(SourceRefusal(f"line {row.line}", error))
    try:
        north = ("Encounter.decimalLatitude", _first(cells, LATITUDE))
        east = ("Encounter.decimalLongitude", _first(cells, LONGITUDE))
        latitude, longitude = position(row.line, north, east)
    except BadDataset as error:
        refused.append(SourceRefusal(f"line {row.line}", error))
    for n in assets:
        path = cells.get(f"encounter.mediaasset{n}", "")
        if not path:
            continue
        file, missing = places.file(path)
        yield SourcePhoto(
            path=path.replace("\\", "/"),
            file=file,
            missing=missing,
            captured_at=moment,
            captured_on=day,
            station=_first(cells, STATION),
            camera=_first(cells, CAMERA),
            event=_first(cells, EVENT),
            latitude=latitude,
            longitude=longitude,
            notes=" ".join(text for name in NOTES if (text := cells.get(name, ""))),
            animals=(_animal(row, n, path, refused),),
            category=ANIMAL,
        )


def _animal(row: TableLine, n: int, path: str, refused: list[SourceRefusal]) -> SourceAnimal:
    cells = row.cells
    word = _first(cells, VIEW, n)
    flank = stated_flank(word) if word else _flank_of_words(_first(cells, WORDS, n))
    box: SourceBox | None = None
    try:
        box = _box(_first(cells, BOX, n), path)
    except InputError as error:
        refused.append(SourceRefusal(f"line {row.line}", error))
    species = (_first(cells, ("encounter.genus",)), _first(cells, ("encounter.specificepithet",)))
    return SourceAnimal(
        box=box,
        species=" ".join(part for part in species if part),
        individual=name_of(_first(cells, INDIVIDUAL)),
        flank=flank,
        viewpoint=word,
        event=_first(cells, EVENT),
        place=f"line {row.line}",
        extras=_extras(cells, n),
    )


def _flank_of_words(text: str) -> Flank | None:
    """The flank among keywords such as left_night; None where none or both stand there."""
    words = [text, *re.split(r"[_,;|]", text)]
    flanks = {flank for word in words if (flank := flank_word(word.strip()))}
    return flanks.pop() if len(flanks) == 1 else None


def _box(text: str, path: str) -> SourceBox | None:
    if not text:
        return None
    numbers = re.findall(r"-?\d+(?:\.\d+)?", text)
    box = source_box(numbers, shares=False) if len(numbers) == 4 else None
    if box is None:
        raise AnnotationBoxUnusable(photo=path, box=text)
    return box


def _time(row: TableLine) -> tuple[datetime | None, str]:
    """Date and time of the encounter, or its date alone: year, year and month, or the day."""
    texts = [row.cells.get(f"encounter.{name}", "") for name in CLOCK]
    texts = ["" if text.casefold() in NOTHING else text for text in texts]
    given = texts[: next((n for n, text in enumerate(texts) if not text), len(texts))]
    if not given:
        return None, ""
    unclear = TimeOfEncounterUnclear(line=row.line, text="-".join(given))
    if not all(WHOLE.fullmatch(text) for text in given):
        raise unclear
    numbers = [int(text.partition(".")[0]) for text in given]
    try:
        day = date(*numbers[:3], *[1] * (3 - len(numbers)))
        hour, minute = (*numbers[3:], 0, 0)[:2]
        clock = time(hour, minute)
    except ValueError as error:
        raise unclear from error
    if day.year not in YEARS:
        raise unclear
    if len(numbers) == len(CLOCK):
        return datetime.combine(day, clock), ""
    return None, day.isoformat()[: (4, 7, 10)[min(len(numbers), 3) - 1]]


def _extras(cells: Mapping[str, str], n: int) -> dict[str, str]:
    """Columns without a field, those of other photos of the row left out."""
    read_here = {
        *INDIVIDUAL,
        *STATION,
        *EVENT,
        *NOTES,
        *LATITUDE,
        *LONGITUDE,
        *CAMERA,
        *(f"encounter.{name}" for name in CLOCK),
        *("encounter.genus", "encounter.specificepithet"),
        *(name.format(n=n) for name in (*BOX, *VIEW, OF_ASSET[0])),
    }
    numbered = re.compile(r"(?:annotation|encounter\.(?:mediaasset|keyword|quality))(\d+)")
    return {
        name: value
        for name, value in cells.items()
        if value
        and name not in read_here
        and ((match := numbered.match(name)) is None or int(match[1]) == n)
    }
