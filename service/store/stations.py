"""Stations, the cameras that stood there, and from when to when: deployments."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from statistics import median

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from service.store.database import gathered, insert_one, row_or, value_of
from service.store.errors import (
    DeploymentEndsBeforeItStarts,
    DeploymentNameTaken,
    DeploymentsOverlap,
    NoSuchDeployment,
    NoSuchStation,
)
from service.store.photos import add_station
from service.store.tables.encounters import encounter
from service.store.tables.photos import photo, station
from service.store.tables.stations import clock, deployment

Position = tuple[float, float]


@dataclass(frozen=True, slots=True)
class NewDeployment:
    """One camera at one station from a start to an end, both true local times; None is open.

    camera: "" where the station has one camera only. heading: degrees from north, which way the
    camera looks. zone: an offset such as "+06:00", or "unknown".
    """

    name: str
    station: str
    camera: str = ""
    latitude: float | None = None
    longitude: float | None = None
    heading: float | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    zone: str = "unknown"
    notes: str = ""

    @property
    def position(self) -> Position | None:
        """Latitude and longitude in degrees."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment(NewDeployment):
    """A deployment that is kept."""

    id: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StationRow:
    """A station with how much there is of it. Withdrawn photos are not counted.

    position: of its newest deployment that has one, else the median of its photos.
    """

    name: str
    photos: int
    encounters: int
    first: datetime | None
    last: datetime | None
    position: Position | None
    deployments: tuple[Deployment, ...]


@dataclass(frozen=True, slots=True)
class CameraRow:
    """A camera of a station, as photos name it; "" where they name none."""

    name: str
    photos: int
    first: datetime | None
    last: datetime | None
    without_time: int


def every(connection: Connection) -> list[StationRow]:
    """All stations by name."""
    return _rows(connection, None)


def names(connection: Connection) -> list[str]:
    """Of all stations, in order."""
    return list(connection.scalars(select(station.c.name).order_by(station.c.name)))


def get(connection: Connection, name: str) -> StationRow:
    """One station."""
    query = select(station.c.name).where(station.c.name == name)
    row_or(connection, query, NoSuchStation(station=name))
    return _rows(connection, [name])[0]


def positions(connection: Connection, wanted: Collection[str]) -> dict[str, Position | None]:
    """Where each of these stations stands, see `StationRow`."""
    return {row.name: row.position for row in _rows(connection, sorted(wanted))}


def cameras(connection: Connection, name: str) -> list[CameraRow]:
    """The cameras of a station by name, as its photos name them."""
    time = photo.c.captured_at
    query = (
        select(
            photo.c.camera.label("name"),
            func.count().label("photos"),
            func.min(time).label("first"),
            func.max(time).label("last"),
            (func.count() - func.count(time)).label("without_time"),
        )
        .where(photo.c.station == name, ~photo.c.withdrawn)
        .group_by(photo.c.camera)
    )
    rows = connection.execute(query)
    named_rows = (value_of(CameraRow, row, name=row.name or "") for row in rows)
    return sorted(named_rows, key=lambda camera: camera.name)


def deployments(connection: Connection, name: str | None = None) -> list[Deployment]:
    """All deployments, or those of a station, by station, camera and start."""
    query = select(deployment)
    if name is not None:
        query = query.where(deployment.c.station == name)
    order = (deployment.c.station, deployment.c.camera, deployment.c.starts_at, deployment.c.id)
    return [value_of(Deployment, row) for row in connection.execute(query.order_by(*order))]


def deployment_by_id(connection: Connection, deployment_id: int) -> Deployment:
    """One deployment."""
    query = select(deployment).where(deployment.c.id == deployment_id)
    row = row_or(connection, query, NoSuchDeployment(deployment=deployment_id))
    return value_of(Deployment, row)


def position_of(
    connection: Connection, name: str | None, at: datetime | None = None
) -> Position | None:
    """Where a station stood at a time: its deployment's position then, else the newest known."""
    placed = [one for one in deployments(connection, name) if one.position] if name else []
    then = [one for one in placed if at is not None and _during(one, at)]
    newest = sorted(then or placed, key=lambda one: (one.starts_at or datetime.min, one.id))  # noqa: DTZ901
    return newest[-1].position if newest else None


def add(connection: Connection, new: NewDeployment) -> int:
    """Keep a deployment, and its station where it is new; returns its number.

    Raises Conflict where its name is taken or its camera stood there at that time already.
    """
    _check(connection, new, but=None)
    add_station(connection, new.station)
    try:
        return insert_one(connection, insert(deployment).values(asdict(new)))
    except IntegrityError as error:
        raise DeploymentNameTaken(name=new.name) from error


def change(connection: Connection, deployment_id: int, values: NewDeployment) -> None:
    """Put these values in place of what a deployment said. Raises like `add`."""
    deployment_by_id(connection, deployment_id)
    _check(connection, values, but=deployment_id)
    add_station(connection, values.station)
    of_this = update(deployment).where(deployment.c.id == deployment_id)
    try:
        connection.execute(of_this.values(asdict(values)))
    except IntegrityError as error:
        raise DeploymentNameTaken(name=values.name) from error


def remove(connection: Connection, deployment_id: int) -> None:
    """Forget a deployment. Photos stay as they are."""
    deployment_by_id(connection, deployment_id)
    connection.execute(delete(deployment).where(deployment.c.id == deployment_id))


def named(connection: Connection, name: str) -> Deployment | None:
    """The deployment of this name."""
    row = connection.execute(select(deployment).where(deployment.c.name == name)).first()
    return value_of(Deployment, row) if row else None


def photos_at(connection: Connection, name: str) -> list[str]:
    """Numbers of all photos of a station, also withdrawn ones."""
    query = select(photo.c.id).where(photo.c.station == name).order_by(photo.c.id)
    return list(connection.scalars(query))


def cameras_at(connection: Connection, name: str) -> dict[str, list[int]]:
    """Numbers of the deployments and of the clocks of a station, by "deployment" and "clock"."""
    return {
        table.name: list(connection.scalars(select(table.c.id).where(table.c.station == name)))
        for table in (deployment, clock)
    }


def move_all(connection: Connection, name: str, into: str) -> None:
    """Photos, encounters, deployments and clocks of a station become another's; it is gone then."""
    add_station(connection, into)
    for table in (photo, encounter, deployment, clock):
        moved = update(table).where(table.c.station == name).values(station=into)
        connection.execute(moved)
    connection.execute(delete(station).where(station.c.name == name))


def known(connection: Connection, name: str) -> bool:
    """Whether there is a station of this name."""
    return connection.execute(select(station).where(station.c.name == name)).first() is not None


def _during(one: Deployment, at: datetime) -> bool:
    return (one.starts_at is None or one.starts_at <= at) and (
        one.ends_at is None or at <= one.ends_at
    )


def _check(connection: Connection, new: NewDeployment, *, but: int | None) -> None:
    """Raises Conflict where it ends before it starts, or where its camera stood there then."""
    if new.starts_at and new.ends_at and new.ends_at < new.starts_at:
        raise DeploymentEndsBeforeItStarts(start=new.starts_at, end=new.ends_at)
    apart: list[ColumnElement[bool]] = []
    if new.ends_at is not None:
        apart.append(or_(deployment.c.starts_at.is_(None), deployment.c.starts_at < new.ends_at))
    if new.starts_at is not None:
        apart.append(or_(deployment.c.ends_at.is_(None), deployment.c.ends_at > new.starts_at))
    same = (deployment.c.station == new.station) & (deployment.c.camera == new.camera)
    query = select(deployment.c.name).where(same, *apart).order_by(deployment.c.id)
    if but is not None:
        query = query.where(deployment.c.id != but)
    other = connection.scalar(query.limit(1))
    if other is not None:
        camera = new.camera or "this camera"
        raise DeploymentsOverlap(camera=camera, station=new.station, other=other)


def _rows(connection: Connection, wanted: Sequence[str] | None) -> list[StationRow]:
    """These stations, all of them for None."""
    time = photo.c.captured_at
    of_station = [] if wanted is None else [photo.c.station.in_(wanted)]
    photos = (
        select(photo.c.station, func.count().label("photos"), func.min(time), func.max(time))
        .where(~photo.c.withdrawn, *of_station)
        .group_by(photo.c.station)
    )
    located = select(photo.c.station, photo.c.latitude, photo.c.longitude).where(
        ~photo.c.withdrawn, photo.c.latitude.is_not(None), *of_station
    )
    count = select(encounter.c.station, func.count()).group_by(encounter.c.station)
    if wanted is not None:
        count = count.where(encounter.c.station.in_(wanted))
    found = {row[0]: row[1:] for row in connection.execute(photos)}
    counts = {row[0]: row[1] for row in connection.execute(count)}
    positions = gathered((row[0], row[1:]) for row in connection.execute(located))
    stood = deployments(connection, wanted[0] if wanted and len(wanted) == 1 else None)
    placed = gathered((one.station, one) for one in stood)
    rows = []
    for one in names(connection) if wanted is None else wanted:
        number, first, last = found.get(one, (0, None, None))
        ours = placed.get(one, [])
        position = _position(ours, positions.get(one, []))
        total = counts.get(one, 0)
        rows.append(StationRow(one, number, total, first, last, position, tuple(ours)))
    return rows


def _position(placed: Sequence[Deployment], photos: Sequence[Sequence[float]]) -> Position | None:
    newest = sorted(placed, key=lambda one: (one.starts_at or datetime.min, one.id))  # noqa: DTZ901
    stated = [one.position for one in newest if one.position]
    if stated:
        return stated[-1]
    if photos:
        return median(lat for lat, _ in photos), median(lon for _, lon in photos)
    return None
