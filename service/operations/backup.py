"""Back up a catalogue while it is in use: the database first, then every photo that it names."""

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from reid.errors import InputError, NotFound, ReidError
from reid.sentences import Sentence
from service.monitoring.health import installed
from service.operations import backup_state
from service.operations.backup_state import (
    ABOUT,
    FILES,
    PART,
    PHOTO_LIST,
    PHOTOS,
    STATES,
    KeptFile,
    Manifest,
)
from service.operations.verifying import Every, PhotoCheck
from service.recognition.index_files import FOLDER as INDEXES
from service.settings import Settings
from service.store import snapshots
from service.store.arriving_bytes import ARRIVING
from service.store.claiming import RESTORING
from service.store.database import Database
from service.store.files import PhotoFiles
from service.store.snapshots import FILE_OF, StateFacts, facts_of, faults_of

POINTS = "restore-points"
MADE_AGAIN = {"demo", "founding", ARRIVING, INDEXES, POINTS, RESTORING}
"""What lies in a data folder and belongs to no state of the catalogue."""
ABANDONED_S = 86_400
"""A state that was begun so long ago is nobody's any more."""


class FolderOfAnother(
    InputError, message="{folder} holds the backups of another catalogue: name another folder"
): ...


class DamagedDatabaseNotKept(
    ReidError,
    code="database_damaged",
    message="the database is damaged ({reason}), and no state was added: stop the service and run "
    "leopard-reid restore {folder}",
): ...


class FolderInside(
    InputError, message="{folder} lies in the data folder itself: a backup belongs on another disk"
): ...


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup did. copied, known: photos; findings: what is wrong with the catalogue."""

    state: Path
    manifest: Manifest
    copied: int
    known: int
    findings: tuple[Sentence, ...]


def back_up(
    settings: Settings,
    database: Database,
    files: PhotoFiles,
    folder: Path,
    *,
    keep: int,
    quick: bool = False,
    every: Every = lambda ids, _: ids,
) -> BackedUp:
    """Add a state to the backup in a folder; a kill leaves all the states that were there.

    keep: how many states stay; photos that none of them names go. quick: photos that lie in the
    backup already are told by their size and not read. Raises ReidError where nothing can be kept;
    photos that the store cannot give are findings.
    """
    if folder.resolve().is_relative_to(settings.data_dir.resolve()):
        raise FolderInside(folder=folder)
    name = backup_state.next_name(folder / STATES)
    part = folder / STATES / f"{name}{PART}"
    owner, target = backup_state.owner_of(folder), PhotoFiles(str(folder / PHOTOS))
    part.mkdir(parents=True, mode=0o700)
    try:
        facts = _database_kept(database, part, folder, owner)
        copy = PhotoCopy(files, target, facts.photos, quick=quick)
        lacking = [one for one in every(iter(facts.photos), len(facts.photos)) if not copy(one)]
        kind = database.engine.dialect.name
        manifest = _manifest(part, kind, facts, lacking, _copied_files(settings, part))
        backup_state.write_manifest(part, manifest)
        _flush(part)
        state = part.rename(part.with_suffix(""))
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    _prune(folder, keep, target)
    check = PhotoCheck(database, files, facts.photos)
    findings = tuple(filter(None, map(check.fault, lacking)))
    return BackedUp(state, manifest, copy.copied, copy.known, findings)


def _database_kept(database: Database, part: Path, folder: Path, owner: str | None) -> StateFacts:
    """Write the database into a state; raises where it is damaged or another catalogue's."""
    kind = database.engine.dialect.name
    with snapshots.snapshot(database, part / FILE_OF[kind]) as connection:
        faults = faults_of(connection) if kind == "sqlite" else []  # pg_dump reads every row
        if faults:
            raise DamagedDatabaseNotKept(reason=faults[0], folder=folder)
        facts = facts_of(connection)
    if owner not in {None, facts.catalogue}:
        raise FolderOfAnother(folder=folder)
    _say_whose(folder, str(facts.catalogue))
    return facts


class PhotoCopy:
    """Copies a photo into the backup where it is not there whole."""

    def __init__(
        self, source: PhotoFiles, target: PhotoFiles, sizes: dict[str, int], *, quick: bool
    ) -> None:
        self._source, self._target, self._sizes, self._quick = source, target, sizes, quick
        self.copied = self.known = 0

    def __call__(self, photo_id: str) -> bool:
        """Whether the backup has the photo now."""
        if self._there(photo_id):
            self.known += 1
            return True
        try:
            self._target.put(self._source.get(photo_id))
        except NotFound:  # missing, or not its bytes
            return False
        self.copied += 1
        return True

    def _there(self, photo_id: str) -> bool:
        if self._target.size(photo_id) != self._sizes[photo_id]:
            return False
        return self._quick or self._target.whole(photo_id)


def _manifest(
    part: Path, kind: str, facts: StateFacts, lacking: list[str], copied: list[KeptFile]
) -> Manifest:
    there = [one for one in facts.photos if one not in set(lacking)]
    (part / PHOTO_LIST).write_text(backup_state.photo_lines(there), encoding="utf-8")
    return Manifest(
        made_at=datetime.now(UTC),
        program=installed(),
        catalogue=str(facts.catalogue),
        kind="sqlite" if kind == "sqlite" else "postgresql",
        schema_revision=str(facts.revision),
        database=backup_state.kept(part, part / FILE_OF[kind]),
        photos=len(there),
        photo_bytes=sum(facts.photos[one] for one in there),
        photo_list=backup_state.kept(part, part / PHOTO_LIST),
        files=copied,
        models=facts.models,
        rows=facts.rows,
        lacking=lacking,
    )


def catalogue_files(settings: Settings) -> Iterator[Path]:
    """Files of a data folder beside database and photos: calibration, signatures, archives."""
    file = make_url(settings.database).database or ""
    for top in sorted(settings.data_dir.glob("*")):
        of_database = str(top.resolve()).startswith(str(Path(file).resolve()))
        if (
            top.name in MADE_AGAIN
            or of_database
            or top.resolve() == Path(settings.photos).resolve()
        ):
            continue
        yield from sorted(f for f in top.rglob("*") if f.is_file()) if top.is_dir() else (top,)


def _copied_files(settings: Settings, part: Path) -> list[KeptFile]:
    copied = []
    for path in catalogue_files(settings):
        target = part / FILES / path.relative_to(settings.data_dir)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copy2(path, target)
        except FileNotFoundError:  # renamed or removed meanwhile
            continue
        copied.append(backup_state.kept(part, target))
    return copied


def _say_whose(folder: Path, catalogue: str) -> None:
    about = f'{{"format": 1, "catalogue": "{catalogue}"}}\n'
    if not (folder / ABOUT).exists():
        (folder / ABOUT).write_text(about, encoding="utf-8")


def _flush(folder: Path) -> None:
    """Everything of a state is on the disk before it gets its name."""
    for path in (one for one in folder.rglob("*") if one.is_file()):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _prune(folder: Path, keep: int, target: PhotoFiles) -> None:
    """Remove the oldest states, and photos that no state names; a state cut off long ago, too."""
    old = backup_state.states(folder)[:-keep]
    for name in old:
        shutil.rmtree(folder / STATES / name)
    for part in (folder / STATES).glob(f"*{PART}"):
        if time.time() - part.stat().st_mtime > ABANDONED_S:
            shutil.rmtree(part, ignore_errors=True)
    if old and not any((folder / STATES).glob(f"*{PART}")):
        named: set[str] = set()
        for name in backup_state.states(folder):
            state = folder / STATES / name
            named.update(backup_state.photos_of(state, backup_state.read_manifest(state)))
        for photo_id in set(target.ids()) - named:
            target.erase(photo_id)
