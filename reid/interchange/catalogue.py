"""A catalogue in any form that we read: which one it is, and its annotations."""

import csv
from pathlib import Path

from reid.errors import BadDataset
from reid.interchange import index_csv, wildlife_datasets, wildme_coco
from reid.interchange.named import Reading


class TableIsNotText(BadDataset):
    """A table is no text, or no CSV."""

    message = "{path} is no text in UTF-8: {why}"


class TableUnreadable(BadDataset):
    """A table cannot be opened."""

    message = "{path} cannot be read: {why}"


class NoSuchTable(BadDataset):
    """There is neither a folder nor a table of that name."""

    message = "{path} does not exist: name a folder with index.csv, or a table"


class NoKnownTable(BadDataset):
    """A folder holds no table of a known form."""

    message = "{path} has no index.csv and no metadata.csv; a COCO file is named itself"


def read_catalogue(path: Path) -> Reading:
    """A folder with index.csv or metadata.csv, one of these tables, or a Wild Me COCO file."""
    file = _file(path)
    try:
        if file.suffix.casefold() == ".json":
            return wildme_coco.read(file)
        with file.open(newline="", encoding="utf-8-sig") as table:
            header = set(next(csv.reader(table), []))
        if "identity" in header:
            return wildlife_datasets.read(file)
        return index_csv.read(file)
    except (UnicodeDecodeError, csv.Error) as error:
        raise TableIsNotText(path=file, why=str(error)) from error
    except OSError as error:
        raise TableUnreadable(path=file, why=error.strerror) from error


def _file(path: Path) -> Path:
    if not path.is_dir():
        if not path.is_file():
            raise NoSuchTable(path=path)
        return path
    for name in ("index.csv", "metadata.csv"):
        if (path / name).is_file():
            return path / name
    raise NoKnownTable(path=path)
