"""Where the photos of a table lie: by one rule for all of them, never by a guess for one."""

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import takewhile
from pathlib import Path, PurePosixPath

from reid.interchange.package import (
    NameInSeveralPlaces,
    NotThere,
    OnlyAnAddress,
    OutsideFolder,
)
from reid.photo.file_names import is_system_folder
from reid.sentences import Sentence

ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
DRIVE = re.compile(r"[A-Za-z]:")
LOOKED_AT = 200  # paths that settle how many folders in front are cut off

Located = tuple[Path | None, Sentence | None]


class PhotoPlaces:
    """Files below one folder, by the paths that a table writes.

    Paths of another computer (C:\\cards\\S1\\IMG_1.JPG) lose folders in front that all rows share,
    for all rows alike: as many as bring the most of them to a file.
    """

    def __init__(self, folder: Path, paths: Iterable[str], beside: Iterable[str] = ()) -> None:
        """beside: other folders in which the paths may start, such as images below this one."""
        self.folder = folder
        self._roots = [folder, *(folder / name for name in beside)]
        self._cut = self._best_cut(list(paths))

    def file(self, path: str, *others: str, near: Sequence[str] = ()) -> Located:
        """The file of a path, or why there is none.

        others: names that the file may bear where the path is an address. near: names of folders
        of which one holds it, where several files have the same name.
        """
        if ADDRESS.match(path):
            names = [name for name in (*others, PurePosixPath(path).name) if name]
            return self._by_name(path, names, near)
        parts = parts_of(path)
        if ".." in parts:
            return None, OutsideFolder(path=path)
        for root in self._roots:
            file = root.joinpath(*parts[self._cut :])
            if parts[self._cut :] and is_there(file):
                return file, None
        exact = self.folder / path
        if "\\" in path and not DRIVE.match(path) and is_there(exact):
            return exact, None
        return None, NotThere(path=path)

    def _by_name(self, path: str, names: Sequence[str], near: Sequence[str]) -> Located:
        for name in dict.fromkeys(names):
            files = self._files.get(name.casefold(), [])
            close = [one for one in files if set(near) & set(one.relative_to(self.folder).parts)]
            fitting = close if len(files) > 1 else files
            if len(fitting) == 1:
                return fitting[0], None
            if files:
                return None, NameInSeveralPlaces(path=path, files=len(files), folder=self.folder)
        return None, OnlyAnAddress(path=path, folder=self.folder.name or ".")

    @cached_property
    def _files(self) -> dict[str, list[Path]]:
        """Files below the folder by their names in small letters."""
        files: dict[str, list[Path]] = defaultdict(list)
        for parent, folders, names in os.walk(self.folder):
            folders[:] = sorted(name for name in folders if not is_system_folder(name))
            for name in sorted(names):
                files[name.casefold()].append(Path(parent) / name)
        return files

    def _best_cut(self, paths: Sequence[str]) -> int:
        """How many folders in front are cut off: the fewest of those that find the most files.

        Only folders that all paths begin with: else photos of two folders became one.
        """
        every = [parts for parts in map(parts_of, paths) if parts and ".." not in parts]
        shared = _shared([parts[:-1] for parts in every])
        sample = every[:: max(1, len(every) // LOOKED_AT)]
        best, most = 0, 0
        for cut in range(shared + 1):
            there = sum(
                any(is_there(root.joinpath(*parts[cut:])) for root in self._roots)
                for parts in sample
            )
            if there > most:
                best, most = cut, there
        return best


def is_there(file: Path) -> bool:
    """Whether it is a file; one whose name no system takes, or whose folder is closed, is none."""
    return os.path.isfile(file)  # noqa: PTH113  Path.is_file lets the errors of such names out


def _shared(folders: Sequence[list[str]]) -> int:
    """How many parts all of them begin with."""
    levels = zip(*folders, strict=False)
    return sum(1 for _ in takewhile(lambda level: len({*level}) == 1, levels))


def parts_of(path: str) -> list[str]:
    """The parts of a path of any system, without a drive and without empty ones."""
    plain = path.replace("\\", "/")
    plain = DRIVE.sub("", plain, count=1) if DRIVE.match(plain) else plain
    return [part for part in plain.split("/") if part not in {"", "."}]
