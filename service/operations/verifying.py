"""Whether a catalogue is whole: its database, every photo file, its models; and what to do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from reid.errors import NotFound, WeightsError
from reid.sentences import Sentence
from reid.weights import default_folder, latest, load_card, verified
from service.operations import backup_state
from service.operations.opening import NoCatalogue
from service.settings import Settings
from service.store import photos, reembedding
from service.store.claiming import RESTORING, known_id
from service.store.database import Database, known_revisions, revision_of
from service.store.errors import (
    CannotOpen,
    NoDatabaseBesidePhotos,
    NoPhotosBesideDatabase,
    PhotosOfAnotherCatalogue,
    RestoreWasBrokenOff,
    SchemaIsNewer,
)
from service.store.files import PhotoFiles
from service.store.snapshots import faults_of
from service.store.trouble import TROUBLES, trouble_of

Every = Callable[[Iterator[str], int], Iterator[str]]
"""Passes ids on, and may show how many of a number are done."""


class PhotoFileNotThere(
    Sentence,
    code="photo_file_missing",
    message="photo {photo} ({name}): its file is missing: upload the same photo again, or run "
    "leopard-reid verify --repair-from BACKUP",
): ...


class PhotoCutShort(
    Sentence,
    code="photo_file_changed",
    message="photo {photo} ({name}): its file has {bytes} bytes and had {expected}: upload the "
    "same photo again, or run leopard-reid verify --repair-from BACKUP",
): ...


class PhotoHasOtherBytes(
    Sentence,
    code="photo_file_changed",
    message="photo {photo} ({name}): the bytes of its file have changed: upload the same photo "
    "again, or run leopard-reid verify --repair-from BACKUP",
): ...


class DatabaseFault(
    Sentence,
    code="database_damaged",
    message="the database is damaged ({reason}): stop the service and run leopard-reid restore "
    "BACKUP; keep the damaged file, much of it may be readable by sqlite3 .recover",
): ...


class FeaturesOfMissingModel(
    Sentence,
    code="unknown_model",
    message="{count} annotations have features of {model} only, whose card is not in {folder}: put "
    "its weights there, or start the worker, which embeds them with {present}",
): ...


class StoreNotMarked(
    Sentence,
    code="catalogue_mismatch",
    message="the photo store {photos} does not say to which catalogue it belongs: the next start "
    "of the service marks it",
): ...


class SchemaIsOlder(
    Sentence,
    message="the schema is {revision}: the next start of the service brings it to {newest}",
): ...


class FilesOfNobody(
    Sentence,
    message="{count} files of the photo store are named by no row: of uploads that were cut off, "
    "or of a state that was replaced; they do no harm",
): ...


OTHER_STORE = (NoPhotosBesideDatabase, PhotosOfAnotherCatalogue)


@dataclass(slots=True)
class Verified:
    """What was found. findings: what is wrong; notes: what is not; repaired: ids of photos."""

    findings: list[Sentence] = field(default_factory=list)
    notes: list[Sentence] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)
    photos: int = 0


def verify(
    settings: Settings,
    database: Database,
    files: PhotoFiles,
    *,
    repair_from: Path | None = None,
    every: Every = lambda ids, _: ids,
) -> Verified:
    """Look at everything; changes nothing, but for photos that `repair_from`, a backup, holds."""
    report = Verified()
    if (settings.data_dir / RESTORING).exists():
        report.findings.append(RestoreWasBrokenOff(folder=settings.data_dir))
    spare = PhotoFiles(str(repair_from / backup_state.PHOTOS)) if repair_from else None
    try:
        _refuse_empty(database, files)
        there = set(files.ids())
        with database.opening(), database.read() as connection:
            present = _schema(connection, database, report)
            report.findings += [DatabaseFault(reason=said) for said in faults_of(connection)]
            if present:
                _models(connection, settings, report)
                _store(connection, database, files, report)
            sizes = photos.sizes(connection)
        if nobodys := len(there - sizes.keys()):
            report.notes.append(FilesOfNobody(count=nobodys))
        report.photos = len(sizes)
        if any(isinstance(one, OTHER_STORE) for one in report.findings) and not spare:
            return report  # said once, and not of every photo
        _photos(PhotoCheck(database, files, sizes), spare, every, report)
    except TROUBLES as error:
        report.findings.append(trouble_of(error) or DatabaseFault(reason=str(error)))
    except (CannotOpen, SchemaIsNewer, NoDatabaseBesidePhotos) as error:
        report.findings.append(error)
    return report


def _refuse_empty(database: Database, files: PhotoFiles) -> None:
    if database.revision() is None and files.mark() is None and not any(files.ids()):
        raise NoCatalogue(folder=database.name)
    if database.revision() is None:
        raise NoDatabaseBesidePhotos(database=database.name, photos=files.url)


@dataclass(frozen=True, slots=True)
class PhotoCheck:
    """Photo files, and how large each should be. sizes: bytes by id."""

    database: Database
    files: PhotoFiles
    sizes: dict[str, int]

    def fault(self, photo_id: str) -> Sentence | None:
        """What is wrong with the file of a photo."""
        size = self.files.size(photo_id)
        if size == self.sizes[photo_id] and self.files.whole(photo_id):
            return None
        with self.database.read() as connection:
            name = photos.name_of_file(connection, photo_id)
        if name is None:  # erased meanwhile
            return None
        if size is None:
            return PhotoFileNotThere(photo=photo_id, name=name)
        if size != self.sizes[photo_id]:
            expected = self.sizes[photo_id]
            return PhotoCutShort(photo=photo_id, name=name, bytes=size, expected=expected)
        return PhotoHasOtherBytes(photo=photo_id, name=name)


def _photos(check: PhotoCheck, spare: PhotoFiles | None, every: Every, report: Verified) -> None:
    for photo_id in every(iter(check.sizes), len(check.sizes)):
        fault = check.fault(photo_id)
        if fault is None:
            continue
        if spare and _copied(photo_id, spare, check.files):
            report.repaired.append(photo_id)
        else:
            report.findings.append(fault)


def _copied(photo_id: str, source: PhotoFiles, target: PhotoFiles) -> bool:
    """Whether the source had the photo, which lies in the target now."""
    try:
        target.put(source.get(photo_id))
    except NotFound:
        return False
    return True


def _schema(connection: Connection, database: Database, report: Verified) -> bool:
    """Whether it is the newest one; raises SchemaIsNewer."""
    known = known_revisions()
    present, newest = str(revision_of(connection)), max(known)
    if present not in known:
        raise SchemaIsNewer(database=database.name, revision=present, newest=newest)
    if present != newest:
        report.notes.append(SchemaIsOlder(revision=present, newest=newest))
    return present == newest


def _store(connection: Connection, database: Database, files: PhotoFiles, report: Verified) -> None:
    mark, count = files.mark(), photos.count(connection)
    if mark is None and count and next(files.ids(), None) is None:
        report.findings.append(
            NoPhotosBesideDatabase(database=database.name, photos=files.url, count=count)
        )
    elif mark is None:
        report.notes.append(StoreNotMarked(photos=files.url))
    elif known_id(connection) not in {None, mark}:
        report.findings.append(PhotosOfAnotherCatalogue(database=database.name, photos=files.url))
    elif known_id(connection) is None and not count:
        report.findings.append(NoDatabaseBesidePhotos(database=database.name, photos=files.url))


def _models(connection: Connection, settings: Settings, report: Verified) -> None:
    folder = settings.weights_dir or default_folder()
    try:
        present = settings.model or latest(folder)
        verified(load_card(present, folder), folder)
    except WeightsError as error:
        report.findings.append(error)
        present = settings.model or "?"
    cards = {path.stem for path in folder.glob("*.toml")}
    for model, count in reembedding.by_others_alone(connection, cards).items():
        report.findings.append(
            FeaturesOfMissingModel(
                count=count, model=model or "no model", folder=folder, present=present
            )
        )
