"""What an archive run found, brought into the catalogue: its best photos, and pairs for people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from sqlalchemy import Connection

from reid.archive.plan import IdentifyingPhoto
from reid.archive.stages import AnimalSeen
from reid.archive.table import EyesRow
from reid.identify.grouping import offset_of
from reid.photo.banner import FROM_PIXELS
from reid.types import Flank
from service.photos.intake import Intake
from service.photos.statements import Statements
from service.store import encounters, reviews
from service.store.database import Database
from service.store.reviews import NewPair

WORTH = {"may_be": 0.5, "confirm": 0.05}
"""Expected change of the number of animals, of questions about an identity."""


@dataclass(frozen=True, slots=True)
class AddedToCatalogue:
    """photos: new ones. known: photos that were there already. refused: with the reason. pairs: put
    up for review, also those that were up before."""

    photos: int
    known: int
    refused: tuple[tuple[str, str], ...]
    pairs: int


def add_to_catalogue(
    intake: Intake,
    database: Database,
    animals: Iterable[AnimalSeen],
    photos: Mapping[str, Sequence[IdentifyingPhoto]],
    eyes: Sequence[EyesRow],
    *,
    person: str,
) -> AddedToCatalogue:
    """Take in the photos that identify each animal, as encounters of their own, and queue pairs.

    The photos go the way of every upload: a worker embeds and compares them. Doing it again adds
    nothing.
    """
    new = known = 0
    refused: list[tuple[str, str]] = []
    stations: dict[str, str | None] = {}
    for animal in animals:
        if animal.unit is None:
            continue
        stations[animal.name] = animal.encounter.station or None
        for photo in photos[animal.name]:
            stated = _stated(animal, photo)
            upload = intake.accept([(photo.file.name, photo.data())], stated, person)
            for file in upload.files:
                new += file.created
                known += file.photo_id is not None and not file.created
                if file.photo_id is None:
                    refused.append((str(photo.file), str(file.error_detail or file.error_code)))
    with database.write() as connection:
        pairs = list(_pairs(connection, eyes, stations))
        if pairs:
            reviews.put(connection, pairs, person)
    return AddedToCatalogue(new, known, tuple(refused), len(pairs))


def _stated(animal: AnimalSeen, photo: IdentifyingPhoto) -> Statements:
    """What the run knows of a photo: place, camera, true time, flank, box and encounter."""
    frame = next(frame for frame in animal.encounter.frames if frame.path == photo.path)
    return Statements(
        station=frame.station or None,
        camera=frame.camera or None,
        captured_at=_zoned(frame.moment, frame.zone),
        flank=None if photo.flank is Flank.UNKNOWN else photo.flank,
        boxes=(photo.box_text,) if photo.box_text else (),
        encounter=animal.name,
        notes=f"time {FROM_PIXELS}" if frame.printed else None,
    )


def _zoned(moment: datetime | None, zone: str) -> datetime | None:
    ahead: timedelta | None = offset_of(zone)
    return moment if moment is None or ahead is None else moment.replace(tzinfo=timezone(ahead))


def _pairs(
    connection: Connection, eyes: Sequence[EyesRow], stations: dict[str, str | None]
) -> Iterable[NewPair]:
    """The questions as pairs of encounters of the catalogue, the most worthwhile first."""

    def number(name: str) -> int:
        return encounters.named(connection, name, stations[name])

    for row in eyes:
        if row.encounter not in stations or (row.other and row.other not in stations):
            continue
        other = number(row.other) if row.other else row.reference
        if other is None:
            continue
        worth = WORTH.get(row.kind, row.together if row.kind == "join" else 1 - row.together)
        yield NewPair(number(row.encounter), other, source="suggested", worth=worth)
