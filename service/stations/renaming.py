"""Another name for a station, and two names of one station joined: one correction each."""

from sqlalchemy import Connection

from service.stations.errors import StationIsTheSame, StationNameEmpty, StationNameTaken
from service.store import corrections, stated, stations
from service.store.corrections import CorrectedValue
from service.store.database import Database, one_at_a_time


def rename(database: Database, name: str, new_name: str, person: str, reason: str = "") -> int:
    """Call a station otherwise; photos, encounters, deployments and clocks follow.

    Returns the number of the correction. Raises StationNameTaken where there is such a station.
    """
    new_name = new_name.strip()
    with database.write() as connection:
        one_at_a_time(connection, "upload")
        _both_names(connection, name, new_name)
        if stations.known(connection, new_name):
            raise StationNameTaken(station=new_name)
        return _move(connection, name, new_name, person, reason)


def join(database: Database, name: str, into: str, person: str, reason: str = "") -> int:
    """Let all of a station belong to another one, which must exist; encounters are grouped again.

    Returns the number of the correction.
    """
    with database.write() as connection:
        one_at_a_time(connection, "upload")
        _both_names(connection, name, into)
        stations.get(connection, into)
        return _move(connection, name, into, person, reason)


def _both_names(connection: Connection, name: str, other: str) -> None:
    stations.get(connection, name)
    if not other:
        raise StationNameEmpty()
    if other == name:
        raise StationIsTheSame(station=name)


def _move(connection: Connection, name: str, into: str, person: str, reason: str) -> int:
    photos = stations.photos_at(connection, name)
    values = [CorrectedValue("station", name, into, photo_id=photo) for photo in photos]
    values += [
        CorrectedValue(f"{kind} {number}", name, into)
        for kind, numbers in stations.cameras_at(connection, name).items()
        for number in numbers
    ]
    stations.move_all(connection, name, into)
    number = corrections.record(
        connection, kind="stated", person=person, reason=reason, values=values
    )
    stated.apply(connection, values)
    return number
