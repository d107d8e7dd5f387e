"""One state of a backup: its manifest, its files, and whether they are what was written.

    FOLDER/backup.json                 whose backup this is
    FOLDER/photos/ab/ab12...           every photo of every state, once
    FOLDER/states/20261129T180000Z/    one state: manifest.json, database, photos.sha256, files/

A state is written under a name that ends with .part and renamed when it is whole.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from reid.errors import InputError
from service.store.files import PHOTO_ID

ABOUT, PHOTOS, STATES = "backup.json", "photos", "states"
MANIFEST, PHOTO_LIST, FILES = "manifest.json", "photos.sha256", "files"
PART = ".part"
TIME, NAME = "%Y%m%dT%H%M%S%fZ", re.compile(r"\d{8}T\d{12}Z")
CHUNK = 2**20


class NoBackup(
    InputError, code="no_backup", message="{folder} holds no whole backup: name another folder"
): ...


class NoSuchState(
    InputError, code="no_backup", message="{folder} holds no state {state}: there are {known}"
): ...


class BackupDamaged(
    InputError,
    code="backup_damaged",
    message="the backup {folder} is damaged, nothing was changed: {why}; restore another state, "
    "or back up again",
): ...


class KeptFile(BaseModel):
    """A file of a state. path: from the state's folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    bytes: int
    sha256: str


class Manifest(BaseModel):
    """What one state holds.

    schema_revision: of the database. photos: how many, photo_bytes: of all of them, photo_list:
    their names. models: embeddings by model. rows: by table. lacking: photos that the database
    names and the store could not give.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    made_at: datetime
    program: str
    catalogue: str
    kind: Literal["sqlite", "postgresql"]
    schema_revision: str
    database: KeptFile
    photos: int
    photo_bytes: int
    photo_list: KeptFile
    files: list[KeptFile]
    models: dict[str, int]
    rows: dict[str, int]
    lacking: list[str]


def states(folder: Path) -> list[str]:
    """The whole states of a backup, oldest first."""
    there = (folder / STATES).glob("*")
    return sorted(one.name for one in there if one.is_dir() and one.suffix != PART)


def next_name(folder: Path) -> str:
    """The moment, as the name of a new folder in this one, after all that are named so.

    Also where the clock was set back: the new folder would else be taken for the oldest.
    """
    there = [one.name.removesuffix(PART) for one in folder.glob("*")]
    named = [datetime.strptime(one, TIME) for one in there if NAME.fullmatch(one)]  # noqa: DTZ007
    moment = datetime.now(UTC).replace(tzinfo=None)
    return max([moment, *(one + timedelta(microseconds=1) for one in named)]).strftime(TIME)


def state_folder(folder: Path, name: str | None) -> Path:
    """The folder of a state, the newest unless one is named; raises NoBackup, NoSuchState."""
    known = states(folder)
    if not known:
        raise NoBackup(folder=folder)
    if name is not None and name not in known:
        raise NoSuchState(folder=folder, state=name, known=tuple(known))
    return folder / STATES / (name or known[-1])


def write_manifest(state: Path, manifest: Manifest) -> None:
    """Write it with its own SHA-256 beside it, as `sha256sum -c` reads it."""
    text = manifest.model_dump_json(indent=2) + "\n"
    (state / MANIFEST).write_text(text, encoding="utf-8")
    own = hashlib.sha256(text.encode()).hexdigest()
    (state / f"{MANIFEST}.sha256").write_text(f"{own}  {MANIFEST}\n", encoding="utf-8")


def read_manifest(state: Path) -> Manifest:
    """The manifest as it was written; raises BackupDamaged."""
    try:
        data = (state / MANIFEST).read_bytes()
        own = (state / f"{MANIFEST}.sha256").read_text(encoding="utf-8").split(" ")[0]
        if hashlib.sha256(data).hexdigest() != own:
            raise BackupDamaged(folder=state, why=f"{MANIFEST} was changed")
        return Manifest.model_validate_json(data)
    except (OSError, UnicodeDecodeError) as error:
        raise BackupDamaged(folder=state, why=f"{MANIFEST} cannot be read") from error
    except ValidationError as error:
        raise BackupDamaged(folder=state, why=f"{MANIFEST} is not of this release") from error


def kept(state: Path, path: Path) -> KeptFile:
    """A file of the state as it lies there now."""
    return KeptFile(
        path=path.relative_to(state).as_posix(), bytes=path.stat().st_size, sha256=sha256_of(path)
    )


def check_file(state: Path, file: KeptFile) -> None:
    """Raises BackupDamaged where the file is not what the manifest says."""
    path = state / file.path
    if not path.is_file():
        raise BackupDamaged(folder=state, why=f"{file.path} is missing")
    size = path.stat().st_size
    if size != file.bytes:
        why = f"{file.path} has {size} bytes and had {file.bytes}"
        raise BackupDamaged(folder=state, why=why)
    if sha256_of(path) != file.sha256:
        raise BackupDamaged(folder=state, why=f"{file.path} has other bytes than were written")


def photos_of(state: Path, manifest: Manifest) -> Iterator[str]:
    """The ids of the photos of a state; raises BackupDamaged."""
    for line in (state / manifest.photo_list.path).read_text(encoding="utf-8").splitlines():
        photo_id = line.split(" ")[0]
        if not PHOTO_ID.fullmatch(photo_id):
            raise BackupDamaged(folder=state, why=f"{PHOTO_LIST} holds a line that is no photo")
        yield photo_id


def photo_lines(ids: list[str]) -> str:
    """The list of photos, as `sha256sum -c` reads it in the state's folder."""
    return "".join(f"{one}  ../../{PHOTOS}/{one[:2]}/{one}\n" for one in ids)


def owner_of(folder: Path) -> str | None:
    """The catalogue whose backups lie in a folder; None where it is empty; raises NoBackup."""
    if not folder.exists() or not any(folder.iterdir()):
        return None
    try:
        return str(json.loads((folder / ABOUT).read_text(encoding="utf-8"))["catalogue"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoBackup(folder=folder) from error


def sha256_of(path: Path) -> str:
    """Of the bytes of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
