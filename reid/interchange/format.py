"""What a format is: a table of known animals that can be read, written, or both."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reid.interchange.package import SourcePackage


@dataclass(frozen=True, slots=True)
class ConfirmedSighting:
    """One annotation of a confirmed identity, as it leaves the catalogue.

    path: of its crop, relative to the folder of the export. flank: left, right or unknown.
    captured_at: wall clock of the camera. width, height: pixels of the crop. Whatever bears the
    name of a photo's column is filled from the photo.
    """

    path: str
    individual: str
    flank: str
    encounter: int | None = None
    station: str = ""
    captured_at: datetime | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """One format. name: of its module, and in commands and documents.

    file: its name in a folder, "" where the file itself is named. recognises: whether a file is of
    this format; it may raise what reading a text file raises. read, write: None where it cannot be.
    `write` gets the folder of the export, where the crops lie already.
    """

    name: str
    file: str = ""
    recognises: Callable[[Path], bool] = lambda _: False
    read: Callable[[Path], SourcePackage] | None = None
    write: Callable[[Path, Sequence[ConfirmedSighting]], None] | None = None
