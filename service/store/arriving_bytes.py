"""Bytes of files that arrive in pieces, one file each, in a folder beside the photo store.

How far a file is, is its size on disk and nothing else: it is true after any kill.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from service.store.errors import AnotherOffset

ARRIVING = "arriving"
"""The folder in the data folder; no backup holds it."""


class ArrivingBytes:
    """The folder. Names are ids of rows of `arriving_file`, never a word of a stranger."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / ARRIVING

    def size(self, name: str) -> int:
        """Bytes that are here; 0 where nothing came yet, or all was lost."""
        try:
            return self._path(name).stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, name: str, offset: int, data: bytes) -> int:
        """Write at the end, which must be at `offset`; gives the new end.

        The file is locked meanwhile, for all processes: of two who write from the same place one
        gets AnotherOffset; who goes on with bytes that were removed, too, and leaves nothing
        behind. A disk that is full keeps what still fitted.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            opened = self._path(name).open("r+b" if offset else "ab", buffering=0)
        except FileNotFoundError:
            raise AnotherOffset(bytes=0, stated=offset) from None
        with opened as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            here = os.fstat(file.fileno()).st_size
            if here != offset:
                raise AnotherOffset(bytes=here, stated=offset)
            file.seek(0, os.SEEK_END)
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) :]
        return offset + len(data)

    def flush(self, name: str) -> None:
        """What was written is on the disk when this returns."""
        if self.size(name):
            with self._path(name).open("rb") as file:
                os.fsync(file.fileno())

    def read(self, name: str) -> bytes | None:
        """All bytes that are here; None where there are none."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, name: str) -> None:
        """Forget them; nothing happens where they are gone."""
        self._path(name).unlink(missing_ok=True)

    def untouched(self, for_s: float) -> Iterator[str]:
        """Names of files to which nothing was added for so many seconds."""
        for path in self._folder.glob("*"):
            try:
                if path.stat().st_mtime < time.time() - for_s:
                    yield path.name
            except FileNotFoundError:  # removed meanwhile
                continue

    def _path(self, name: str) -> Path:
        return self._folder / name
