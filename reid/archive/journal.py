"""What an archive run keeps on disk: lines of JSON by key, which survive the process as they come.

A line is written before the next piece of work counts as done, so that a killed run loses nothing;
the last line of a killed run may be torn and is cut off. In memory stands where each line begins.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from reid.errors import BadSettings

SYNC_EVERY = 64  # lines; a power cut may cost as many, a killed process none
KEY = "key"

Line = Mapping[str, Any]


class FolderNotWritable(BadSettings, message="cannot write to {folder}: {why}"): ...


class FolderInUse(BadSettings, message="another run is writing to {folder}"): ...


class Journal:
    """Lines of one file by key; of two lines with one key the later one counts."""

    def __init__(self, path: Path) -> None:
        self._places: dict[str, int] = {}
        self._file = path.open("a+b")
        self._unsynced = 0
        self._index()

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def __iter__(self) -> Iterator[str]:
        """The keys, in the order in which they came first."""
        return iter(self._places)

    def get(self, key: str) -> dict[str, Any] | None:
        """The line of a key, or None."""
        place = self._places.get(key)
        if place is None:
            return None
        self._file.seek(place)
        line: dict[str, Any] = json.loads(self._file.readline())
        return line

    def append(self, key: str, line: Line) -> None:
        """Keep a line; from now on it survives the process."""
        self._file.seek(0, os.SEEK_END)
        place = self._file.tell()
        self._file.write(_line({KEY: key, **line}))
        self._file.flush()
        self._places[key] = place
        self._unsynced += 1
        if self._unsynced >= SYNC_EVERY:
            os.fsync(self._file.fileno())
            self._unsynced = 0

    def close(self) -> None:
        """Everything to the disk."""
        os.fsync(self._file.fileno())
        self._file.close()

    def _index(self) -> None:
        """Where the lines begin; a torn end is cut off, a damaged line is none."""
        self._file.seek(0)
        place = 0
        for line in self._file:
            if not line.endswith(b"\n"):
                self._file.truncate(place)
                break
            with suppress(ValueError, TypeError, KeyError):
                self._places[str(json.loads(line)[KEY])] = place
            place += len(line)


@contextmanager
def opened(path: Path) -> Iterator[Journal]:
    """The journal of a file, which is made where there is none. Raises FolderNotWritable."""
    try:
        journal = Journal(path)
    except OSError as error:
        raise FolderNotWritable(folder=path.parent, why=error.strerror) from error
    try:
        yield journal
    finally:
        journal.close()


@contextmanager
def replaced(path: Path) -> Iterator[IO[bytes]]:
    """A new content for a file, which is there as a whole or not at all."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    with new.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Two runs never write to one folder; the lock ends with the process, however it ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise FolderNotWritable(folder=folder, why=error.strerror) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise FolderInUse(folder=folder) from error
    finally:
        os.close(handle)


def _line(values: Line) -> bytes:
    return json.dumps(values, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
