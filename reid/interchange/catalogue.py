"""All formats, and a catalogue in any of them: which one it is, and its annotations."""

import csv
from pathlib import Path

from reid.errors import BadDataset
from reid.interchange import index_csv, wildlife_datasets, wildme_coco
from reid.interchange.named import NamedAnnotation, Reading, flank_of, occasions
from reid.interchange.package import SourceAnimal, SourcePackage, SourcePhoto
from reid.types import Box, Flank

FORMATS = (wildme_coco.FORMAT, wildlife_datasets.FORMAT, index_csv.FORMAT)
"""Every format that is read or written; a file is read as the first one that recognises it."""

READERS = [(one.recognises, one.read) for one in FORMATS if one.read]
FILES = [one.file for one in reversed(FORMATS) if one.file]  # index.csv first
WRITERS = {one.name: one.write for one in FORMATS if one.write}


class TableIsNotText(BadDataset, message="{path} is no text in UTF-8: {why}"): ...


class TableUnreadable(BadDataset, message="{path} cannot be read: {why}"): ...


class NoSuchTable(
    BadDataset, message="{path} does not exist: name a folder with index.csv, or a table"
): ...


class NoKnownTable(
    BadDataset, message="{path} has no index.csv and no metadata.csv; a COCO file is named itself"
): ...


def read_catalogue(path: Path) -> Reading:
    """A folder with index.csv or metadata.csv, one of these tables, or a Wild Me COCO file."""
    file = _file(path)
    try:
        return reading_of(next(read(file) for recognises, read in READERS if recognises(file)))
    except (UnicodeDecodeError, csv.Error) as error:
        raise TableIsNotText(path=file, why=str(error)) from error
    except OSError as error:
        raise TableUnreadable(path=file, why=error.strerror) from error


def reading_of(package: SourcePackage) -> Reading:
    """The animals of a package that can be compared, and a sentence for what cannot be used.

    An animal that is seen from the front or from behind shows no flank, and is skipped.
    """
    reading = Reading(skipped=[f"{one.place}: {one.why}" for one in package.refused])
    for photo in package.photos:
        for animal in photo.animals:
            if animal.viewpoint and flank_of(animal.viewpoint) is None:
                reading.skipped.append(f"{animal.place}: shows no flank ({animal.viewpoint})")
            else:
                reading.annotations.append(_annotation(package.folder, photo, animal))
    return reading


def _annotation(folder: Path, photo: SourcePhoto, animal: SourceAnimal) -> NamedAnnotation:
    moment = photo.captured_at
    position = f"{photo.latitude} {photo.longitude}" if photo.latitude is not None else ""
    box = animal.box
    return NamedAnnotation(
        photo.file or folder / photo.path,
        animal.individual,
        animal.flank or Flank.UNKNOWN,
        Box(box.x0, box.y0, box.x1, box.y1) if box else None,
        occasions(
            encounter=animal.event or photo.event,
            station=photo.station or position,
            taken=moment.isoformat() if moment else photo.captured_on,
        ),
    )


def _file(path: Path) -> Path:
    if not path.is_dir():
        if not path.is_file():
            raise NoSuchTable(path=path)
        return path
    for name in FILES:
        if (path / name).is_file():
            return path / name
    raise NoKnownTable(path=path)
