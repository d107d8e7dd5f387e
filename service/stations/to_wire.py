"""Stations, deployments and clocks of the store as wire models, positions obscured if need be."""

from dataclasses import asdict

from sqlalchemy import Connection

from reid.interchange.obscuring import obscured
from service.stations.clock_correction import ClockPlan
from service.stations.deployment_import import ImportPlan
from service.stations.overview import StationOverview
from service.stations.wire import (
    ClockErrorOut,
    ClockOut,
    ClockPlanOut,
    ClockScopeOut,
    DeploymentOut,
    ImportedLineOut,
    ImportOut,
    NoPhotoBetweenOut,
    StationDetailOut,
    StationOut,
    SuspicionOut,
    TimeChangeOut,
)
from service.store import stations
from service.store.clocks import Clock
from service.store.stations import Deployment, Position, StationRow


def _told(position: Position | None, *, exact: bool) -> tuple[float | None, float | None]:
    if position is None:
        return None, None
    return position if exact else obscured(position)


def deployment_out(deployment: Deployment, *, exact: bool) -> DeploymentOut:
    """A deployment. exact: whether its position is told as it is, else obscured."""
    latitude, longitude = _told(deployment.position, exact=exact)
    values = asdict(deployment) | {"latitude": latitude, "longitude": longitude}
    return DeploymentOut(**values)


def deployment_by_id(connection: Connection, deployment_id: int, *, exact: bool) -> DeploymentOut:
    """The deployment of this number."""
    return deployment_out(stations.deployment_by_id(connection, deployment_id), exact=exact)


def station_out(row: StationRow, *, exact: bool) -> StationOut:
    """A station with its counts."""
    latitude, longitude = _told(row.position, exact=exact)
    return StationOut(
        name=row.name,
        photos=row.photos,
        encounters=row.encounters,
        first=row.first,
        last=row.last,
        latitude=latitude,
        longitude=longitude,
        deployments=len(row.deployments),
    )


def station_detail(overview: StationOverview, *, exact: bool) -> StationDetailOut:
    """A station with all that is known of it."""
    return StationDetailOut(
        station=station_out(overview.row, exact=exact),
        cameras=overview.cameras,
        deployments=[deployment_out(one, exact=exact) for one in overview.row.deployments],
        gaps=[
            NoPhotoBetweenOut(deployment=number, start=gap.start, end=gap.end, days=gap.days)
            for number, gaps in overview.gaps.items()
            for gap in gaps
        ],
        suspicions=[
            SuspicionOut(camera=camera, **asdict(suspicion))
            for camera, suspicions in overview.suspicions.items()
            for suspicion in suspicions
        ],
    )


def import_out(plan: ImportPlan, *, preview: bool) -> ImportOut:
    """What becomes of a table."""
    return ImportOut(
        preview=preview,
        made=plan.count("made"),
        changed=plan.count("changed"),
        unchanged=plan.count("unchanged"),
        refused=plan.count("refused"),
        new_stations=plan.new_stations,
        ignored=plan.ignored,
        lines=[ImportedLineOut.model_validate(line) for line in plan.lines],
    )


def plan_out(plan: ClockPlan, *, preview: bool) -> ClockPlanOut:
    """What a correction of a clock changes, or changed."""
    counts = ("changed", "unchanged", "singly", "left_alone", "without_time")
    names = (*counts, "encounters_before", "encounters_after", "encounters_changed")
    return ClockPlanOut(
        preview=preview,
        clock_id=None if preview else plan.clock_id,
        correction_id=None if preview else plan.correction_id,
        scope=ClockScopeOut.model_validate(plan.scope),
        error=ClockErrorOut.model_validate(plan.error),
        shown=[
            TimeChangeOut(
                photo_id=change.photo.id,
                file_name=change.photo.file_name,
                file_time=change.photo.file_time,
                before=change.before,
                after=change.after,
            )
            for change in plan.shown
        ],
        **{name: getattr(plan, name) for name in names},
    )


def clock_out(clock: Clock) -> ClockOut:
    """A correction of a clock."""
    return ClockOut.model_validate(clock)
