"""Which form a source of photos has, and reading it: one function for all forms."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reid.errors import BadDataset
from reid.interchange import camtrap_dp, folders, megadetector, wildlife_insights
from reid.interchange.package import SourcePackage


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


class FormUnknown(
    BadDataset, message="{path} has no form that is read here: {forms}; see docs/interchange.md"
): ...


def read_source(path: Path, options: SourceOptions = SourceOptions()) -> SourcePackage:
    """The photos of a source, in the first form that recognises it.

    Raises BadDataset for what cannot be read, BadSettings for a pattern that means nothing.
    """
    return form_of(path, options).read(path, options)


def form_of(path: Path, options: SourceOptions = SourceOptions()) -> SourceForm:
    """The form of a source; a folder with a pattern is read by it whatever else lies there."""
    if not path.exists():
        raise NoSuchSource(path=path)
    if options.pattern:
        return FORMS[-1]
    form = next((one for one in FORMS if one.recognises(path)), None)
    if form is None:
        raise FormUnknown(path=path, forms=tuple(one.name for one in FORMS))
    return form


def _json(path: Path) -> object:
    """The value of a JSON file, None for any other file."""
    if path.suffix.casefold() != ".json" or not path.is_file():
        return None
    try:
        value: object = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return value


def _batch(path: Path) -> bool:
    return bool(wildlife_insights.images_in(path)) if path.is_dir() else False


FORMS = (
    SourceForm(
        megadetector.NAME,
        lambda path: megadetector.recognises(_json(path)),
        lambda path, options: megadetector.read(path, options.photos),
    ),
    SourceForm(
        camtrap_dp.NAME,
        lambda path: (
            (path / camtrap_dp.FILE if path.is_dir() else path).name == camtrap_dp.FILE
            and (path.is_file() or (path / camtrap_dp.FILE).is_file())
        ),
        lambda path, _: camtrap_dp.read(path),
    ),
    SourceForm(wildlife_insights.NAME, _batch, lambda path, _: wildlife_insights.read(path)),
    SourceForm(
        folders.NAME, Path.is_dir, lambda path, options: folders.read(path, options.pattern)
    ),
)
"""Every form, from the one that is told surest to the one that any folder has."""
