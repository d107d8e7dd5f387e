"""The rows of an archive run on disk: results.jsonl as they come, results.csv for a person.

A row is written before the next photo is counted as done, so that a killed run loses nothing; the
last line of a killed run may be torn and is cut off. Both files are replaced as a whole at the end.
"""

import codecs
import csv
import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import IO, Any, Self

from reid.errors import BadSettings
from reid.interchange.cells import for_spreadsheet

SHOWN = 3  # candidates a row
SYNC_EVERY = 32  # rows; a power cut may cost as many, a killed process none
TABLE_EVERY_S = 60.0
FACTS = "bytes", "modified_ns"  # tell whether a file changed; of no use in the table


class FolderNotWritable(BadSettings, message="cannot write to {folder}: {why}"): ...


class FolderInUse(BadSettings, message="another run is writing to {folder}"): ...


class Status(StrEnum):
    """What became of a photo."""

    IDENTIFIED = "identified"
    UNKNOWN = "unknown"
    TOO_POOR = "too_poor"
    UNREADABLE = "unreadable"
    FAILED = "failed"  # nobody answered; asked again by the next run


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """One photo: where it lies, what it is, who it shows.

    path: below the folder, with slashes. candidates: name and llr, in the order of total
    agreement. identity, llr, bound, verdict: of the candidate with the strongest evidence.
    catalogue: the state of it that answered.
    damage: what of the file could not be read.
    bytes, modified_ns: size and modification time of the file when it was read.
    """

    path: str
    status: Status
    sha256: str = ""
    identity: str = ""
    llr: float | None = None
    bound: float | None = None
    verdict: str = ""
    candidates: Sequence[tuple[str, float]] = ()
    captured_at: str = ""
    camera: str = ""
    flank: str = ""
    model: str = ""
    calibrator: str = ""
    catalogue: str = ""
    ms: float = 0.0
    code: str = ""
    reason: str = ""
    damage: str = ""
    bytes: int = -1
    modified_ns: int = -1


class Journal:
    """The results of one output folder. Made by `opened`, which keeps other runs out."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lines = folder, folder / "results.jsonl"
        self.rows = {row.path: row for row in _read(self._lines)}
        self._file = self._lines.open("ab")
        self._unsynced, self._tabled = 0, monotonic()

    @classmethod
    @contextmanager
    def opened(cls, folder: Path) -> Iterator[Self]:
        """The journal of a folder, which is made where there is none."""
        with _alone(folder):
            journal = cls(folder)
            try:
                yield journal
            finally:
                journal.close()

    def append(self, row: PhotoRow) -> None:
        """Keep a row; from now on it survives the process."""
        self.rows[row.path] = row
        self._file.write(_line(row))
        self._file.flush()
        self._unsynced += 1
        if self._unsynced >= SYNC_EVERY:
            os.fsync(self._file.fileno())
            self._unsynced = 0
        if monotonic() - self._tabled > TABLE_EVERY_S:
            self._table(self.rows.values())
            self._tabled = monotonic()

    def finish(self, paths: Iterable[str]) -> None:
        """One row for each of these paths, in this order, in both files."""
        rows = [self.rows[path] for path in paths]
        with _replaced(self._lines) as file:
            file.writelines(map(_line, rows))
        self._table(rows)

    def close(self) -> None:
        """Everything to the disk."""
        os.fsync(self._file.fileno())
        self._file.close()

    def _table(self, rows: Iterable[PhotoRow]) -> None:
        names = [field.name for field in fields(PhotoRow) if field.name not in FACTS]
        at = names.index("candidates")
        numbered = [f"{part}{n}" for n in range(1, SHOWN + 1) for part in ("candidate", "llr")]
        with _replaced(self._folder / "results.csv") as file:
            table = csv.writer(codecs.getwriter("utf-8")(file), lineterminator="\n")
            table.writerow([*names[:at], *numbered, *names[at + 1 :]])
            for row in rows:
                cells = [_cell(getattr(row, name)) for name in names]
                table.writerow([*cells[:at], *_candidates(row), *cells[at + 1 :]])


def _line(row: PhotoRow) -> bytes:
    return json.dumps(asdict(row), ensure_ascii=False).encode() + b"\n"


def _cell(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else for_spreadsheet(value)


def _candidates(row: PhotoRow) -> list[object]:
    cells: list[object] = [
        _cell(value) for candidate in row.candidates[:SHOWN] for value in candidate
    ]
    return cells + [""] * (2 * SHOWN - len(cells))


def _read(path: Path) -> Iterator[PhotoRow]:
    """The rows of a journal; a torn end is cut off the file, a damaged line is not a row."""
    if not path.exists():
        return
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        os.truncate(path, whole)
    for line in data[:whole].splitlines():
        try:
            values: dict[str, Any] = json.loads(line)
            pairs = [(str(name), float(llr)) for name, llr in values.pop("candidates")]
            yield PhotoRow(status=Status(values.pop("status")), candidates=pairs, **values)
        except (ValueError, TypeError, KeyError, AttributeError):
            continue


@contextmanager
def _replaced(path: Path) -> Iterator[IO[bytes]]:
    """A new content for a file, which is there as a whole or not at all."""
    new = path.with_name(path.name + ".new")
    with new.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
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
