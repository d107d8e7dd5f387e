"""Clocks of an archive's cameras that look wrong by themselves: reset, of an old year …"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from reid.interchange.deployments import DeploymentLine
from reid.photo.clocks import CameraFrame, ClockSuspicion, suspicions

Place = tuple[str, str]
"""Station and camera, or the folder where no camera is named."""


@dataclass(frozen=True, slots=True)
class DoubtfulClock:
    """What looks wrong with the times of one camera. says.photo_id: the path of a frame."""

    station: str
    camera: str
    says: ClockSuspicion


def doubts_of(
    frames: Iterable[tuple[Place, CameraFrame]],
    deployments: Sequence[DeploymentLine],
    now: datetime,
) -> tuple[DoubtfulClock, ...]:
    """All that looks wrong, camera by camera. frames: with their true times; now: local time."""
    of_camera: dict[Place, list[CameraFrame]] = {}
    for place, frame in frames:
        of_camera.setdefault(place, []).append(frame)
    return tuple(
        DoubtfulClock(station, camera, suspicion)
        for (station, camera), own in of_camera.items()
        for suspicion in suspicions(
            own,
            [
                (one.starts_at, one.ends_at)
                for one in deployments
                if station and one.station == station and one.camera in ("", camera)
            ],
            now,
        )
    )
