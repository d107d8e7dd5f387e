"""Put a backup back: checked before anything is touched, checked after, and undone if it fails."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from reid.errors import Conflict, InputError, ReidError, WeightsError
from reid.sentences import Sentence
from service.operations import backup_state
from service.operations.backup import POINTS, catalogue_files
from service.operations.backup_state import FILES, PHOTOS, BackupDamaged, Manifest
from service.operations.verifying import Every, FeaturesOfMissingModel, verify
from service.recognition.index_files import FOLDER as INDEXES
from service.settings import Settings
from service.store import snapshots
from service.store.claiming import RESTORING, bring_together, known_id
from service.store.database import Database, known_revisions
from service.store.errors import RestoreWasBrokenOff, SchemaIsNewer
from service.store.files import PhotoFiles
from service.store.snapshots import FILE_OF, facts_of
from service.store.trouble import TROUBLES, trouble_of

ABOUT_POINT = "point.json"
OF_THIS_MACHINE = (FeaturesOfMissingModel, WeightsError, RestoreWasBrokenOff)
"""What verify says against an installation, or against any restore; no fault of a backup."""


class NoRestorePoint(
    InputError, code="no_backup", message="{folder} has no restore point: nothing to put back"
): ...


class BackupOfAnother(
    Conflict,
    message="{folder} is a backup of another catalogue than the one here: restore it into an empty "
    "folder, with --data-dir",
): ...


class BackupOfAnotherKind(
    Conflict,
    message="the backup is of {kind}, and {database} is none: name a database of that kind by "
    "REID_DATABASE_URL",
): ...


class RestoreFailed(
    ReidError,
    code="restore_failed",
    message="the restored catalogue did not pass its check, and what was there before is back: "
    "{why}",
): ...


class RowsDiffer(
    Sentence, message="table {table} has {count} rows, and the backup had {expected}"
): ...


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored. point: what was there before. photos: how many were copied."""

    state: Path
    manifest: Manifest
    point: Path
    photos: int


@dataclass(frozen=True, slots=True)
class CatalogueParts:
    """What a restore replaces."""

    settings: Settings
    database: Database
    files: PhotoFiles

    @property
    def kind(self) -> str:
        """sqlite or postgresql."""
        return self.database.engine.dialect.name


def checked(folder: Path, state: Path, every: Every = lambda ids, _: ids) -> Manifest:
    """The manifest of a state of which every byte was read; raises BackupDamaged."""
    manifest = backup_state.read_manifest(state)
    for file in (manifest.database, manifest.photo_list, *manifest.files):
        backup_state.check_file(state, file)
    if manifest.kind == "sqlite":
        with snapshots.looking_into(state / manifest.database.path) as connection:
            said = snapshots.faults_of(connection)
        if said:
            raise BackupDamaged(folder=state, why=said[0])
    else:
        snapshots.readable_dump(state / manifest.database.path)
    known = known_revisions()
    if manifest.schema_revision not in known:
        revision = manifest.schema_revision
        raise SchemaIsNewer(database=str(state), revision=revision, newest=max(known))
    kept = PhotoFiles(str(folder / PHOTOS))
    ids = list(backup_state.photos_of(state, manifest))
    for photo_id in every(iter(ids), len(ids)):
        if not kept.whole(photo_id):
            raise BackupDamaged(folder=state, why=f"photo {photo_id} is missing or changed")
    return manifest


def restore(
    catalogue: CatalogueParts,
    folder: Path,
    *,
    state: str | None = None,
    every: Every = lambda ids, _: ids,
) -> Restored:
    """Put a state of a backup back, the newest unless one is named.

    Photos that the catalogue has and the backup has not stay where they are. Raises BackupDamaged,
    BackupOfAnother, InUse and others before anything is touched, and RestoreFailed after all is as
    it was before.
    """
    source = backup_state.state_folder(folder, state)
    manifest = checked(folder, source, every)
    _refuse_another(catalogue, source, manifest)
    snapshots.refuse_in_use(catalogue.database)
    point = _make_point(catalogue)
    try:
        _set_aside(catalogue, point)
        photos = _put_photos(catalogue, folder, source, manifest, every)
        _put_files(catalogue.settings.data_dir, source, manifest)
        snapshots.put_back(catalogue.database, source / manifest.database.path)
        _refuse_faults(catalogue, manifest)
    except BaseException as error:
        put_point_back(catalogue, point)
        if isinstance(error, RestoreFailed) or not isinstance(error, (ReidError, *TROUBLES)):
            raise
        raise RestoreFailed(why=_sentence(error)) from error
    (catalogue.settings.data_dir / RESTORING).unlink()
    return Restored(source, manifest, point, photos)


def back(catalogue: CatalogueParts) -> Path:
    """Put back what was there before the last restore, or before the one that was broken off.

    What is there now becomes a restore point, unless a restore was broken off. Gives the restore
    point that was put back; raises NoRestorePoint.
    """
    data_dir = catalogue.settings.data_dir
    snapshots.refuse_in_use(catalogue.database)
    broken = data_dir / RESTORING
    points = sorted((data_dir / POINTS).glob("*/" + ABOUT_POINT))
    if broken.exists():
        name = str(json.loads(broken.read_text(encoding="utf-8"))["point"])
        point = data_dir / POINTS / name
    elif points:
        point = points[-1].parent
        _set_aside(catalogue, _make_point(catalogue))
    else:
        raise NoRestorePoint(folder=data_dir)
    put_point_back(catalogue, point)
    return point


def put_point_back(catalogue: CatalogueParts, point: Path) -> None:
    """Make all as it was at a restore point, which is used up. May be killed and repeated."""
    data_dir = catalogue.settings.data_dir
    about = json.loads((point / ABOUT_POINT).read_text(encoding="utf-8"))
    before = set(about["files"])
    for path in list(catalogue_files(catalogue.settings)):
        if path.relative_to(data_dir).as_posix() not in before:
            path.unlink()
    for path in sorted((point / FILES).rglob("*")):
        if path.is_file():
            _move(path, data_dir / path.relative_to(point / FILES))
    kept = point / FILE_OF[catalogue.kind]
    if not about["database"]:
        snapshots.drop(catalogue.database)
    elif kept.exists() and catalogue.database.file:
        snapshots.drop(catalogue.database)
        _move(kept, catalogue.database.file)
        for end in ("-wal", "-shm"):
            beside = Path(f"{kept}{end}")
            if beside.exists():
                _move(beside, Path(f"{catalogue.database.file}{end}"))
    elif kept.exists():
        snapshots.put_back(catalogue.database, kept)
    (data_dir / RESTORING).unlink(missing_ok=True)
    shutil.rmtree(point, ignore_errors=True)


def _refuse_another(catalogue: CatalogueParts, source: Path, manifest: Manifest) -> None:
    if catalogue.kind != manifest.kind:
        raise BackupOfAnotherKind(kind=manifest.kind, database=catalogue.database.name)
    ids = {catalogue.files.mark(), _own_id(catalogue)} - {None}
    if ids - {manifest.catalogue}:
        raise BackupOfAnother(folder=source)


def _own_id(catalogue: CatalogueParts) -> str | None:
    """The id of the catalogue that is there; None where it has none, or cannot be read."""
    try:
        if catalogue.database.revision() is None:
            return None
        with catalogue.database.read() as connection:
            return known_id(connection)
    except (ReidError, *TROUBLES):
        if catalogue.database.file is None:
            raise
        return None  # damaged, or older than ids


def _make_point(catalogue: CatalogueParts) -> Path:
    """Keep what is there: a second name of the database, or a dump, and a list of all files."""
    settings, database = catalogue.settings, catalogue.database
    data_dir = settings.data_dir
    point = data_dir / POINTS / backup_state.next_name(data_dir / POINTS)
    point.mkdir(parents=True, mode=0o700)
    kept = point / FILE_OF[catalogue.kind]
    if database.file:
        there = database.file.exists()
        for end in ("", "-wal", "-shm"):
            if (part := Path(f"{database.file}{end}")).exists():
                _link(part, Path(f"{kept}{end}"))
    else:
        there = database.revision() is not None
        if there:
            with snapshots.snapshot(database, kept):
                pass
    paths = list(catalogue_files(settings))
    about = {"database": there, "files": [f.relative_to(data_dir).as_posix() for f in paths]}
    (point / ABOUT_POINT).write_text(json.dumps(about), encoding="utf-8")
    return point


def _set_aside(catalogue: CatalogueParts, point: Path) -> None:
    """Say that a restore is under way, move the files that it replaces, and forget the indexes."""
    data_dir = catalogue.settings.data_dir
    (data_dir / RESTORING).write_text(json.dumps({"point": point.name}), encoding="utf-8")
    for path in list(catalogue_files(catalogue.settings)):
        _move(path, point / FILES / path.relative_to(data_dir))
    shutil.rmtree(data_dir / INDEXES, ignore_errors=True)


def _put_photos(
    catalogue: CatalogueParts, folder: Path, source: Path, manifest: Manifest, every: Every
) -> int:
    """Every photo of the state lies in the store; how many had to be copied."""
    kept, copied = PhotoFiles(str(folder / PHOTOS)), 0
    ids = list(backup_state.photos_of(source, manifest))
    for photo_id in every(iter(ids), len(ids)):
        if not catalogue.files.whole(photo_id):
            catalogue.files.put(kept.get(photo_id))
            copied += 1
    return copied


def _put_files(data_dir: Path, source: Path, manifest: Manifest) -> None:
    for file in manifest.files:
        target = data_dir / Path(file.path).relative_to(FILES)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / file.path, target)


def _refuse_faults(catalogue: CatalogueParts, manifest: Manifest) -> None:
    """Raises RestoreFailed where the restored catalogue is not as it was backed up."""
    with catalogue.database.read() as connection:
        facts = facts_of(connection)
    differing = [
        RowsDiffer(table=name, count=facts.rows.get(name, 0), expected=count)
        for name, count in manifest.rows.items()
        if facts.rows.get(name) != count
    ]
    if differing:
        raise RestoreFailed(why=differing[0])
    bring_together(catalogue.database, catalogue.files)
    for finding in verify(catalogue.settings, catalogue.database, catalogue.files).findings:
        lacked = finding.facts.get("photo") in manifest.lacking
        if not lacked and not isinstance(finding, OF_THIS_MACHINE):
            raise RestoreFailed(why=finding)


def _sentence(error: BaseException) -> Sentence | str:
    if isinstance(error, ReidError):
        return error
    return trouble_of(error) or str(error)


def _link(path: Path, target: Path) -> None:
    """A second name for a file, which is replaced and never written; else a copy."""
    try:
        os.link(path, target)
    except OSError:
        shutil.copy2(path, target)


def _move(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(path, target)
