"""Opening a catalogue: the database brought up to date, and the photo store that belongs to it."""

import secrets
from pathlib import Path

from sqlalchemy import Connection, insert, select

from service.store import photos
from service.store.database import Database, one_at_a_time
from service.store.errors import (
    NoDatabaseBesidePhotos,
    NoPhotosBesideDatabase,
    PhotosOfAnotherCatalogue,
    RestoreWasBrokenOff,
)
from service.store.files import PhotoFiles
from service.store.tables.catalogue import catalogue

RESTORING = "restoring.json"
"""The file in the data folder that says that a restore is under way, or was broken off."""


def claim(database: Database, files: PhotoFiles, data_dir: Path) -> None:
    """`bring_together`, unless a restore of this folder was broken off."""
    if (data_dir / RESTORING).exists():
        raise RestoreWasBrokenOff(folder=data_dir)
    bring_together(database, files)


def bring_together(database: Database, files: PhotoFiles) -> None:
    """Bring the schema up to date, and mark the photo store as that of this database.

    Raises a ReidError, and changes nothing, where the two do not belong together: an empty database
    beside photos, an empty store beside a database that names photos, two catalogues.
    """
    mark = files.mark()
    if database.revision() is None and (mark or next(files.ids(), None)):
        raise NoDatabaseBesidePhotos(database=database.name, photos=files.url)
    database.migrate()
    with database.read() as connection:
        catalogue_id, count = known_id(connection), photos.count(connection)
    if catalogue_id and mark and catalogue_id != mark:
        raise PhotosOfAnotherCatalogue(database=database.name, photos=files.url)
    if not mark and count and next(files.ids(), None) is None:
        raise NoPhotosBesideDatabase(database=database.name, photos=files.url, count=count)
    if mark and not catalogue_id and not count:
        raise NoDatabaseBesidePhotos(database=database.name, photos=files.url)
    files.belong_to(catalogue_id or _named(database, mark))


def known_id(connection: Connection) -> str | None:
    """The id of the catalogue; None where none was given yet."""
    return connection.scalar(select(catalogue.c.id))


def _named(database: Database, mark: str | None) -> str:
    """Give the catalogue the id that its photo store says, or a new one."""
    with database.write() as connection:
        one_at_a_time(connection, "catalogue")
        if (known := known_id(connection)) is not None:
            return known
        new = mark or secrets.token_hex(16)
        connection.execute(insert(catalogue).values(id=new))
        return new
