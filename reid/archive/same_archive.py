"""Whether a folder of results belongs to the archive that is read now, and not to another one."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from reid.archive.journal import Journal
from reid.archive.looking import content
from reid.errors import BadSettings
from reid.interchange.package import SourcePhoto

LOOKED_AT = 50  # files that tell


class ResultsOfAnother(
    BadSettings,
    message="{folder} holds the results of another archive: give another folder with --out",
): ...


def refuse_another(folder: Path, frames: Sequence[SourcePhoto], looks: Journal) -> None:
    """Raises ResultsOfAnother where an earlier run read photos and none of them is among these.

    The paths of two cards are alike, so bytes are compared: of a few files, from the first to the
    last. One that the earlier run read is enough.
    """
    if not len(looks):
        return
    common = [frame for frame in frames if frame.file is not None and frame.path in looks]
    if any(_same(frame, looks) for frame in _spread(common)):
        return
    earlier = {line["sha256"] for key in looks if (line := looks.get(key))} - {""}
    there = (frame for frame in _spread(frames) if frame.file is not None)
    if earlier and not any(digest in earlier for frame in there for digest in _digest(frame)):
        raise ResultsOfAnother(folder=folder)


def _spread(frames: Sequence[SourcePhoto]) -> Sequence[SourcePhoto]:
    return frames[:: max(1, len(frames) // LOOKED_AT)]


def _same(frame: SourcePhoto, looks: Journal) -> bool:
    line = looks.get(frame.path)
    return line is not None and line["sha256"] in {*_digest(frame)}


def _digest(frame: SourcePhoto) -> Iterator[str]:
    """SHA-256 of a file, hex; nothing where it cannot be read."""
    if frame.file is not None:
        with suppress(OSError):
            yield hashlib.sha256(content(frame.file)).hexdigest()
