"""Everything about one station: its cameras, gaps, and what looks wrong with its times."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from reid.photo.clocks import ClockSuspicion, Period, suspicions
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


def station_overview(connection: Connection, name: str) -> StationOverview:
    """All of it. Raises NoSuchStation."""
    row = stations.get(connection, name)
    today = now().replace(tzinfo=None)
    return StationOverview(
        row=row,
        cameras=tuple(stations.cameras(connection, name)),
        gaps={one.id: gaps_of(connection, one, today) for one in row.deployments},
        suspicions={
            camera: tuple(suspicions(frames, _periods(row, camera), today))
            for camera, frames in sorted(clocks.frames(connection, name).items())
        },
        clocks=tuple(clocks.every(connection, name)),
    )


def gaps_of(
    connection: Connection, deployment: Deployment, today: datetime
) -> tuple[NoPhotoBetween, ...]:
    """Stretches of a deployment without a photo; one that is open ends with its last photo."""
    times = stations.times(connection, deployment.station, deployment.camera)
    end = deployment.ends_at if deployment.ends_at and deployment.ends_at <= today else None
    return tuple(gaps(times, deployment.starts_at, end))


def _periods(row: StationRow, camera: str) -> list[Period]:
    """From when to when a camera stood there; one that no deployment names stood with any."""
    of_camera = [one for one in row.deployments if one.camera in {"", camera}]
    return [(one.starts_at, one.ends_at) for one in of_camera]
