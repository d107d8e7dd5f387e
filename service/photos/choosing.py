"""Which photos a correction of many concerns."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from service.photos.errors import NobodyChosen
from service.store import encounters, photos, uploads


@dataclass(frozen=True, slots=True)
class ChosenPhotos:
    """Photos, chosen in exactly one way. camera: narrows a station down; "" takes all."""

    photos: Sequence[str] | None = None
    upload: int | None = None
    station: str | None = None
    camera: str | None = None
    encounter: int | None = None

    def ids(self, connection: Connection) -> list[str]:
        """The photos, each once; those that were erased only where a list names them."""
        ways = [self.photos, self.upload, self.station, self.encounter]
        if sum(way is not None for way in ways) != 1:
            raise NobodyChosen()
        if self.photos is not None:
            return list(dict.fromkeys(self.photos))
        if self.upload is not None:
            return photos.unerased(connection, uploads.photos_of(connection, self.upload))
        if self.station is not None:
            return photos.at(connection, self.station, self.camera or None)
        shown = encounters.get(connection, self.encounter or 0).references
        return list(dict.fromkeys(reference.photo.id for reference in shown))
