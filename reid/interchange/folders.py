"""Folders of photos, with a pattern that tells what the names of the folders mean."""

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reid.errors import BadDataset, BadSettings, InputError
from reid.interchange.individual_names import fit_name, name_of
from reid.interchange.package import (
    ANIMAL,
    SourceAnimal,
    SourcePackage,
    SourcePhoto,
    SourceRefusal,
)
from reid.interchange.photo_tables import flank_word
from reid.interchange.tables import NOTHING
from reid.photo.file_names import is_of_a_system, is_photo, is_system_folder
from reid.sentences import Sentence
from reid.types import Flank

NAME = "folders"
FIELDS = ("station", "camera", "deployment", "event", "individual", "flank", "species")
FIELD = re.compile(r"\{([a-z]+)\}")
OF_CAMERAS = re.compile(r"(DCIM|\d{3}[A-Z0-9_]{5})", re.IGNORECASE)
VIDEOS = frozenset({".avi", ".mp4", ".mov", ".m4v", ".mkv", ".mpg", ".mpeg", ".asf", ".wmv"})


class PatternUnclear(
    BadSettings,
    message="{part} is no part of a pattern: write folders, * for any, or one of {fields}, "
    "such as {{station}}/{{camera}}",
): ...


class FieldTwice(BadSettings, message="{field} stands twice in the pattern: write it once"): ...


class FoldersUnlikePattern(
    Sentence,
    message="{photos} of {all} photos lie in folders unlike {pattern}, such as {path}: nothing is "
    "taken from the names of their folders",
): ...


class FolderIsNoFlank(
    Sentence, message="{path}: the folder {name} is no flank: the flank of its photos is not stated"
): ...


class FoldersWithoutPhotos(
    BadDataset, message="no photo and no video lies below {folder}: name the folder that holds them"
): ...


class FoldersAllClosed(
    BadDataset,
    message="no photo and no video was seen below {folder}, and {closed} may not be listed: give "
    "the right to read it",
): ...


class FoldersClosed(
    Sentence,
    message="nothing below {folders} was read, because it may not be listed: give the right to "
    "read it, and start again",
): ...


class FoldersLinked(
    Sentence,
    message="nothing below {folders} was read, because links to folders are not followed: name the "
    "folder itself",
): ...


@dataclass(frozen=True, slots=True)
class FolderListing:
    """The files below a folder. frames: photos and videos, relative to it, in their order.

    others: how many files are neither, by the end of their names, "of systems" for those that
    systems leave. closed: folders that may not be listed; linked: links to folders.
    """

    frames: tuple[Path, ...]
    others: Mapping[str, int]
    closed: tuple[str, ...]
    linked: tuple[str, ...]

    @property
    def remarks(self) -> tuple[Sentence, ...]:
        """What was left out."""
        told: list[Sentence] = [FoldersClosed(folders=self.closed)] if self.closed else []
        told += [FoldersLinked(folders=self.linked)] if self.linked else []
        return tuple(told)


def listing(folder: Path) -> FolderListing:
    """All files below a folder; links to folders are not followed, as they may go round."""
    frames: list[Path] = []
    closed: list[str] = []
    linked: list[str] = []
    others: Counter[str] = Counter()
    for parent, folders, names in os.walk(folder, onerror=lambda e: closed.append(str(e.filename))):
        here = Path(parent).relative_to(folder)
        of_a_system = any(map(is_system_folder, here.parts))
        for name in names:
            if of_a_system or is_of_a_system(name):
                others["of systems"] += 1
            elif is_photo(name) or is_video(name):
                frames.append(here / name)
            else:
                others[Path(name).suffix.casefold() or "without an ending"] += 1
        if not of_a_system:
            own = (name for name in folders if not is_system_folder(name))
            linked += [str(here / name) for name in own if Path(parent, name).is_symlink()]
    return FolderListing(
        tuple(sorted(frames)), others, tuple(sorted(closed)), tuple(sorted(linked))
    )


def nothing_in(folder: Path, files: FolderListing) -> BadDataset:
    """Why a folder holds no photo and no video, as far as anybody can see."""
    if files.closed:
        return FoldersAllClosed(folder=folder, closed=files.closed)
    return FoldersWithoutPhotos(folder=folder)


def read(folder: Path, pattern: str = "") -> SourcePackage:
    """Photos and videos below a folder, with what the names of their folders say.

    pattern: such as {station}/{camera}, whose last part is the innermost folder; * stands for any
    folder, and folders that cameras make (DCIM, 100RECNX) do not count. Photos whose folders do not
    fit say nothing. No file is opened. Raises BadSettings for a pattern that means nothing.
    """
    parts = pattern_parts(pattern)
    files = listing(folder)
    paths = files.frames
    if not paths:
        raise nothing_in(folder, files)
    photos: list[SourcePhoto] = []
    refused: list[SourceRefusal] = []
    remarks: dict[str, Sentence] = {}
    unlike: list[str] = []
    for path in paths:
        text = path.as_posix()
        values = placed(parts, text)
        if values is None and parts:
            unlike.append(text)
        try:
            photo = _photo(folder / path, text, values or {}, remarks)
        except InputError as error:
            refused.append(SourceRefusal(text, error))
            photo = SourcePhoto(text, folder / path)
        photos.append(photo)
    said = [*files.remarks, *remarks.values()]
    if unlike:
        facts = {"photos": len(unlike), "all": len(paths), "pattern": pattern, "path": unlike[0]}
        said.append(FoldersUnlikePattern(**facts))
    return SourcePackage(NAME, tuple(photos), refused=tuple(refused), remarks=tuple(said))


def pattern_parts(pattern: str) -> list[str]:
    """The parts of a pattern, outermost first. Raises BadSettings for one that means nothing."""
    parts = [part for part in pattern.replace("\\", "/").split("/") if part]
    fields: list[str] = []
    for part in parts:
        match = FIELD.fullmatch(part)
        if (match and match[1] not in FIELDS) or (not match and {"{", "}"} & set(part)):
            raise PatternUnclear(part=part, fields=tuple(f"{{{name}}}" for name in FIELDS))
        fields += [match[1]] if match else []
    for field in fields:
        if fields.count(field) > 1:
            raise FieldTwice(field=field)
    return parts


def placed(parts: Sequence[str], path: str) -> Mapping[str, str] | None:
    """What the folders of a path say by the parts of a pattern; None where they do not fit it."""
    names = [one for one in path.split("/")[:-1] if one and not OF_CAMERAS.fullmatch(one)]
    if not parts or len(names) < len(parts):
        return None
    values: dict[str, str] = {}
    for part, name in zip(parts, names[-len(parts) :], strict=True):
        if match := FIELD.fullmatch(part):
            values[match[1]] = name
        elif part not in {"*", name}:
            return None
    return values


def flank_of_folder(
    values: Mapping[str, str], path: str, remarks: dict[str, Sentence]
) -> Flank | None:
    """The flank that the folders of a path state; a name that is none becomes a remark.

    values: of `placed`.
    """
    word = values.get("flank", "")
    flank = flank_word(word)
    if word and flank is None and word.casefold() not in NOTHING:
        remarks.setdefault(word, FolderIsNoFlank(path=path, name=word))
    return flank


def is_video(name: str) -> bool:
    """Whether a file's name says that it is a video, and not a hidden one."""
    return Path(name).suffix.casefold() in VIDEOS and not is_of_a_system(name)


def _photo(
    file: Path, path: str, values: Mapping[str, str], remarks: dict[str, Sentence]
) -> SourcePhoto:
    individual = name_of(values.get("individual", ""))
    flank = flank_of_folder(values, path, remarks)
    species = values.get("species", "")
    animals: tuple[SourceAnimal, ...] = ()
    if individual or species or flank:
        animal = SourceAnimal(
            individual=fit_name(individual) if individual else "", flank=flank, species=species
        )
        animals = (animal,)
    return SourcePhoto(
        path=path,
        file=file,
        station=values.get("station", ""),
        camera=values.get("camera", ""),
        deployment=values.get("deployment", ""),
        event=values.get("event", ""),
        animals=animals,
        category=ANIMAL if animals else "",
    )
