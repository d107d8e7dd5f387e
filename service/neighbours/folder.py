"""The neighbours' files in the data folder, what is known of each, and what came of comparing it.

Nothing of a file enters the database: it is compared, and never becomes a part of the catalogue.
"""

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from reid.signatures import form
from reid.signatures.content import Signatures
from reid.signatures.keys import known_key
from reid.signatures.pairs import MeasuredPair
from service.neighbours.errors import NeighbourOfAnotherRelease, NoSuchNeighbour, OwnFile
from service.store.tables.base import now

NAME = "neighbours"
LETTERS = 12  # of a file's id


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One imported file. id: the first letters of its SHA-256.

    checked_by: who compared the fingerprint over the telephone; "" for nobody. The rest is what the
    file says of itself.
    """

    id: str
    imported_at: datetime
    imported_by: str
    bytes: int
    fingerprint: str
    model: str
    rootsift: str
    calibrator: str
    area: str
    contact: str
    made: str
    animals: int
    annotations: int
    checked_by: str = ""
    checked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ComparedNeighbour:
    """What came of comparing a file. state: digest of the own photos that spoke.

    identities: how many own ones there were. done: codes of the animals that are compared.
    """

    made_at: datetime
    model: str
    calibrator: str
    state: str
    identities: int
    done: tuple[str, ...]
    animals: int
    pairs: tuple[MeasuredPair, ...]

    @property
    def complete(self) -> bool:
        """Whether every animal of the file was compared."""
        return len(self.done) == self.animals


KNOWN = TypeAdapter(Neighbour)
COMPARED = TypeAdapter(ComparedNeighbour)


class NeighbourFiles:
    """The folder `neighbours` in the data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir, self._folder = data_dir, data_dir / NAME

    def put(self, data: bytes, person: str, check: Callable[[Signatures], None]) -> Neighbour:
        """Keep a file once it was read and fits; a known one stays as it is.

        check: raises where the file cannot be compared here. Raises InputError, and then nothing
        is kept.
        """
        signatures = form.read(data)
        own = known_key(self._data_dir)
        if own and own.fingerprint == signatures.fingerprint:
            raise OwnFile()
        check(signatures)
        number = hashlib.sha256(data).hexdigest()[:LETTERS]
        if self._path(number, "json").exists():
            return self.get(number)
        neighbour = Neighbour(
            id=number,
            imported_at=now(),
            imported_by=person,
            bytes=len(data),
            fingerprint=signatures.fingerprint,
            model=signatures.model,
            rootsift=signatures.rootsift,
            calibrator=signatures.calibrator,
            area=signatures.area,
            contact=signatures.contact,
            made=signatures.made,
            animals=len(signatures.animals),
            annotations=signatures.annotations,
        )
        same_key = [one for one in self.listed() if one.fingerprint == neighbour.fingerprint]
        if checked := next((one for one in same_key if one.checked_by), None):
            neighbour = replace(
                neighbour, checked_by=checked.checked_by, checked_at=checked.checked_at
            )
        self._write(self._path(number, "signatures"), data)
        self._write(self._path(number, "json"), _as_json(neighbour))
        return neighbour

    def listed(self) -> list[Neighbour]:
        """All files, the newest first."""
        paths = self._folder.glob(f"{'?' * LETTERS}.json")
        return sorted(map(self._read, paths), key=lambda one: one.imported_at, reverse=True)

    def get(self, neighbour: str) -> Neighbour:
        """What is known of one file."""
        path = self._path(neighbour, "json")
        if not path.exists():
            raise NoSuchNeighbour(neighbour=neighbour)
        return self._read(path)

    def signatures(self, neighbour: str) -> Signatures:
        """What the file holds."""
        self.get(neighbour)
        return form.read(self._path(neighbour, "signatures").read_bytes())

    def check(self, neighbour: str, person: str) -> Neighbour:
        """Note who compared the fingerprint, on every file of the same key; "" takes it back."""
        fingerprint = self.get(neighbour).fingerprint
        for one in self.listed():
            if one.fingerprint == fingerprint:
                checked = replace(one, checked_by=person, checked_at=now() if person else None)
                self._write(self._path(one.id, "json"), _as_json(checked))
        return self.get(neighbour)

    def remove(self, neighbour: str) -> None:
        """Delete a file and what came of it."""
        self.get(neighbour)
        for kind in ("json", "pairs", "signatures"):
            self._path(neighbour, kind).unlink(missing_ok=True)

    def compared(self, neighbour: str) -> ComparedNeighbour | None:
        """What came of comparing it so far; None for nothing."""
        path = self._path(neighbour, "pairs")
        try:
            return COMPARED.validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError as error:
            raise NeighbourOfAnotherRelease(path=path) from error

    def keep(self, neighbour: str, compared: ComparedNeighbour) -> None:
        """Keep what came of it, unless the file was removed meanwhile."""
        if self._path(neighbour, "json").exists():
            self._write(self._path(neighbour, "pairs"), _as_json(compared))

    def _path(self, neighbour: str, kind: str) -> Path:
        if len(neighbour) != LETTERS or set(neighbour) - set("0123456789abcdef"):
            raise NoSuchNeighbour(neighbour=neighbour)
        return self._folder / f"{neighbour}.{kind}"

    def _read(self, path: Path) -> Neighbour:
        try:
            return KNOWN.validate_json(path.read_bytes())
        except ValidationError as error:
            raise NeighbourOfAnotherRelease(path=path) from error

    def _write(self, path: Path, data: bytes) -> None:
        """As a whole: whoever reads finds the old or the new file."""
        self._folder.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        try:
            beside.write_bytes(data)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


def _as_json(value: Neighbour | ComparedNeighbour) -> bytes:
    kind = KNOWN if isinstance(value, Neighbour) else COMPARED
    plain = kind.dump_python(value, mode="json")  # type: ignore[arg-type]  # of its own kind
    return (json.dumps(plain, indent=1, ensure_ascii=False) + "\n").encode()
