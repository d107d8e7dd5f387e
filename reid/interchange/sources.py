"""Which form a source of photos has, and reading it: one function for all forms."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from reid.errors import BadDataset
from reid.interchange import (
    camtrap_dp,
    folders,
    hotspotter,
    index_csv,
    megadetector,
    tagged_photos,
    traptagger,
    wildbook,
    wildlife_datasets,
    wildlife_insights,
    wildme_coco,
)
from reid.interchange.json_file import json_of
from reid.interchange.locate import is_there
from reid.interchange.package import SourcePackage
from reid.interchange.table_files import OLD, SUFFIXES, is_workbook, need_workbooks, read_file
from reid.sentences import Sentence

WITHOUT_TABLES = {tagged_photos.NAME, folders.NAME}
SAYING = (SUFFIXES | OLD | {".json"}) - {".txt"}
"""Ends of the names of files that may say something of photos beside them."""


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What a person says of a source. photos: the folder of its photos, where it is another one.

    pattern: what the folders of photos mean, see `folders.read`.
    """

    photos: Path | None = None
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class SourceForm:
    """One form. recognises: whether a file or folder has it; it opens no photo, and never raises
    for a file of another form."""

    name: str
    recognises: Callable[[Path], bool]
    read: Callable[[Path, SourceOptions], SourcePackage]


class NoSuchSource(
    BadDataset, message="{path} does not exist: name a folder of photos, a table or a package"
): ...


class TablesNotRead(
    Sentence,
    message="of {files} beside the photos nothing is read, because no form of a table fits, or it "
    "is damaged: name the file itself to see what is wrong with it",
): ...


class SourceClosed(
    BadDataset, message="{path} may not be read: give the right to read it, and start again"
): ...


class FormUnknown(
    BadDataset, message="{path} has no form that is read here: {forms}; see docs/interchange.md"
): ...


class SeveralTables(
    BadDataset, message="{folder} holds several tables of one form: name one of {tables} itself"
): ...


def read_source(path: Path, options: SourceOptions = SourceOptions()) -> SourcePackage:
    """The photos of a source, in the first form that recognises it.

    Raises BadDataset for what cannot be read, BadSettings for a pattern that means nothing.
    """
    form = form_of(path, options)
    package = form.read(path, options)
    if form.name not in WITHOUT_TABLES:
        return package
    unread = sorted(one.name for one in path.iterdir() if one.suffix.casefold() in SAYING)
    told = (TablesNotRead(files=tuple(unread)),) if unread else ()
    return replace(package, remarks=(*told, *package.remarks))


def form_of(path: Path, options: SourceOptions = SourceOptions()) -> SourceForm:
    """The form of a source; a folder with a pattern is read by it whatever else lies there."""
    if not os.path.lexists(path):
        raise NoSuchSource(path=path)
    if not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0)):
        raise SourceClosed(path=path)
    if is_workbook(path):
        need_workbooks()
    if options.pattern:
        return FORMS[-1]
    form = next((one for one in FORMS if one.recognises(path)), None)
    if form is None:
        if is_workbook(path):
            read_file(path)  # says what is wrong with it
        raise FormUnknown(path=path, forms=tuple(one.name for one in FORMS))
    return form


def _folder_has(path: Path, file: str) -> bool:
    return path.name == file if is_there(path) else is_there(path / file)


def _table(path: Path, recognises: Callable[[Path], bool]) -> Path | None:
    """The table itself, or the only one of a folder that has the form; None where there is none."""
    if path.is_file():
        return path if recognises(path) else None
    tables = [one for one in sorted(path.iterdir()) if one.suffix.casefold() in SUFFIXES]
    fitting = [one for one in tables if one.is_file() and recognises(one)]
    if len(fitting) > 1:
        raise SeveralTables(folder=path, tables=tuple(one.name for one in fitting))
    return fitting[0] if fitting else None


def _of_tables(
    name: str,
    recognises: Callable[[Path], bool],
    read: Callable[[Path, Path | None], SourcePackage],
) -> SourceForm:
    """A form whose photos lie below one table, or below the folder that a person names."""

    def read_table_of(path: Path, options: SourceOptions) -> SourcePackage:
        return read(_table(path, recognises) or path, options.photos)

    return SourceForm(name, lambda path: _table(path, recognises) is not None, read_table_of)


FORMS = (
    SourceForm(
        megadetector.NAME,
        lambda path: megadetector.recognises(json_of(path)),
        lambda path, options: megadetector.read(path, options.photos),
    ),
    SourceForm(
        wildme_coco.NAME,
        lambda path: wildme_coco.recognises(json_of(path)),
        lambda path, options: wildme_coco.read(path, options.photos),
    ),
    SourceForm(
        camtrap_dp.NAME,
        lambda path: _folder_has(path, camtrap_dp.FILE),
        lambda path, _: camtrap_dp.read(path),
    ),
    SourceForm(
        hotspotter.NAME,
        lambda path: hotspotter.folder_of(path) is not None,
        lambda path, _: hotspotter.read(path),
    ),
    SourceForm(
        wildlife_insights.NAME,
        lambda path: path.is_dir() and bool(wildlife_insights.images_in(path)),
        lambda path, _: wildlife_insights.read(path),
    ),
    _of_tables(wildbook.NAME, wildbook.recognises, wildbook.read),
    _of_tables(traptagger.NAME, traptagger.recognises, traptagger.read),
    _of_tables(wildlife_datasets.NAME, wildlife_datasets.recognises, wildlife_datasets.read),
    _of_tables(index_csv.NAME, index_csv.recognises, index_csv.read_photos),
    SourceForm(
        tagged_photos.NAME,
        tagged_photos.recognises,
        lambda path, _: tagged_photos.read(path),
    ),
    SourceForm(
        folders.NAME, Path.is_dir, lambda path, options: folders.read(path, options.pattern)
    ),
)
"""Every form, from the one that is told surest to the one that any folder has."""
