"""Everything about one station: its cameras, gaps, and what looks wrong with its times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from reid.photo.clocks import CameraFrame, ClockSuspicion, Period, suspicions
from service.stations.gaps import NoPhotoBetween, gaps
from service.store import clocks, stations
from service.store.clocks import Clock
from service.store.stations import CameraRow, Deployment, StationRow
from service.store.tables.base import now


@dataclass(frozen=True, slots=True)
class StationOverview:
    """A station. gaps: by number of the deployment. suspicions: by camera. clocks: newest first."""

    row: StationRow
    cameras: tuple[CameraRow, ...]
    gaps: Mapping[int, tuple[NoPhotoBetween, ...]]
    suspicions: Mapping[str, tuple[ClockSuspicion, ...]]
    clocks: tuple[Clock, ...]


@dataclass(frozen=True, slots=True)
class StationSummary:
    """A line of the list of stations. gaps: how many. doubtful: whether a clock looks wrong."""

    row: StationRow
    gaps: int
    doubtful: bool


def station_overview(connection: Connection, name: str) -> StationOverview:
    """All of it. Raises NoSuchStation."""
    row = stations.get(connection, name)
    today = now().replace(tzinfo=None)
    frames = clocks.frames(connection, name).get(name, {})
    return StationOverview(
        row=row,
        cameras=tuple(stations.cameras(connection, name)),
        gaps={one.id: _gaps_of(one, frames, today) for one in row.deployments},
        suspicions={
            camera: tuple(suspicions(of_camera, _periods(row, camera), today))
            for camera, of_camera in sorted(frames.items())
        },
        clocks=tuple(clocks.every(connection, name)),
    )


def station_summaries(connection: Connection) -> list[StationSummary]:
    """All stations by name, from one look at the photos."""
    by_station = clocks.frames(connection)
    today = now().replace(tzinfo=None)
    summaries = []
    for row in stations.every(connection):
        frames = by_station.get(row.name, {})
        count = sum(len(_gaps_of(one, frames, today)) for one in row.deployments)
        doubtful = any(
            suspicions(of_camera, _periods(row, camera), today)
            for camera, of_camera in frames.items()
        )
        summaries.append(StationSummary(row, count, doubtful))
    return summaries


def _gaps_of(
    deployment: Deployment, frames: Mapping[str, Sequence[CameraFrame]], today: datetime
) -> tuple[NoPhotoBetween, ...]:
    """Stretches of a deployment without a photo; one that is open ends with its last photo.

    frames: of its station, by camera. A deployment that names no camera has them all.
    """
    cameras = [deployment.camera] if deployment.camera else list(frames)
    times = sorted(frame.time for camera in cameras for frame in frames.get(camera, ()))
    end = deployment.ends_at if deployment.ends_at and deployment.ends_at <= today else None
    return tuple(gaps(times, deployment.starts_at, end))


def _periods(row: StationRow, camera: str) -> list[Period]:
    """From when to when a camera stood there; one that no deployment names stood with any."""
    of_camera = [one for one in row.deployments if one.camera in {"", camera}]
    return [(one.starts_at, one.ends_at) for one in of_camera]
