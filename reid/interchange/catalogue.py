"""All formats, and a catalogue in any of them: which one it is, and its annotations."""

import csv
from pathlib import Path

from reid.errors import BadDataset
from reid.interchange import index_csv, wildlife_datasets, wildme_coco
from reid.interchange.named import Reading

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
        return next(read(file) for recognises, read in READERS if recognises(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise TableIsNotText(path=file, why=str(error)) from error
    except OSError as error:
        raise TableUnreadable(path=file, why=error.strerror) from error


def _file(path: Path) -> Path:
    if not path.is_dir():
        if not path.is_file():
            raise NoSuchTable(path=path)
        return path
    for name in FILES:
        if (path / name).is_file():
            return path / name
    raise NoKnownTable(path=path)
