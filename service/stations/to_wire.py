"""Stations, deployments and clocks of the store as wire models, positions as they are told."""

from dataclasses import asdict

from sqlalchemy import Connection

from reid.interchange.obscuring import Telling
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
from service.store.stations import Deployment, StationRow


def deployment_out(deployment: Deployment, telling: Telling) -> DeploymentOut:
    """A deployment. telling: how its position is."""
    latitude, longitude = telling.position(deployment.position) or (None, None)
    values = asdict(deployment) | {"latitude": latitude, "longitude": longitude}
    return DeploymentOut(**values)


def deployment_by_id(connection: Connection, deployment_id: int, telling: Telling) -> DeploymentOut:
    """The deployment of this number."""
    return deployment_out(stations.deployment_by_id(connection, deployment_id), telling)


def station_out(row: StationRow, telling: Telling) -> StationOut:
    """A station with its counts."""
    latitude, longitude = telling.position(row.position) or (None, None)
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


def station_detail(overview: StationOverview, telling: Telling) -> StationDetailOut:
    """A station with all that is known of it."""
    return StationDetailOut(
        station=station_out(overview.row, telling),
        cameras=overview.cameras,
        deployments=[deployment_out(one, telling) for one in overview.row.deployments],
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
