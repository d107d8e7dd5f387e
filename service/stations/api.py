"""Stations, deployments and clocks of cameras."""

from dataclasses import fields
from typing import Annotated

from fastapi import APIRouter, File, Query, Response, UploadFile

from service.stations import clock_correction, renaming
from service.stations.clock_correction import ClockStatement, KnownTime
from service.stations.deployment_import import import_deployments
from service.stations.overview import station_overview
from service.stations.statements import name_for, whole_position
from service.stations.to_wire import (
    clock_out,
    deployment_by_id,
    deployment_out,
    import_out,
    plan_out,
    station_detail,
    station_out,
)
from service.stations.wire import (
    ClockIn,
    ClockOut,
    ClockPlanOut,
    ClockUndoIn,
    DeploymentEdit,
    DeploymentIn,
    DeploymentOut,
    ImportOut,
    JoinIn,
    StationDetailOut,
    StationEdit,
    StationMovedOut,
    StationsOut,
)
from service.store import clocks, stations
from service.store.clocks import ClockScope
from service.store.stations import NewDeployment
from service.web.errors import documented
from service.web.parameters import RowNumber, TheActor, TheDatabase
from service.web.places import ToldPlaces

router = APIRouter(tags=["stations"], responses=documented(400, 403, 404, 409, 413, 422))
Preview = Annotated[bool, Query(description="only say what would change")]
Station = Annotated[str | None, Query(max_length=200, description="only of this station")]
TABLE = "CSV: station, camera, latitude, ..., or deployments.csv of Camtrap DP"


@router.get("/stations")
def list_stations(database: TheDatabase, telling: ToldPlaces) -> StationsOut:
    """All stations by name, with how much there is of each."""
    with database.read() as connection:
        rows = stations.every(connection)
    return StationsOut(stations=[station_out(row, telling) for row in rows])


@router.post("/stations/{name:path}/join")
def join_station(
    name: str, join: JoinIn, database: TheDatabase, actor: TheActor
) -> StationMovedOut:
    """Let all of a misspelt station belong to another one; encounters are grouped again."""
    person = actor.signs(join.reviewer)
    number = renaming.join(database, name, join.into, person, join.reason)
    return StationMovedOut(station=join.into, correction_id=number)


@router.get("/stations/{name:path}")
def get_station(name: str, database: TheDatabase, telling: ToldPlaces) -> StationDetailOut:
    """A station with its cameras, deployments, gaps, and what looks wrong with its times."""
    with database.read() as connection:
        overview = station_overview(connection, name)
    return station_detail(overview, telling)


@router.patch("/stations/{name:path}")
def edit_station(
    name: str, changes: StationEdit, database: TheDatabase, actor: TheActor
) -> StationMovedOut:
    """Rename a station; its photos, encounters, deployments and clocks follow."""
    person = actor.signs(changes.reviewer)
    number = renaming.rename(database, name, changes.name, person, changes.reason)
    return StationMovedOut(station=changes.name, correction_id=number)


@router.get("/deployments")
def list_deployments(
    database: TheDatabase, telling: ToldPlaces, station: Station = None
) -> list[DeploymentOut]:
    """All deployments by station, camera and start."""
    with database.read() as connection:
        rows = stations.deployments(connection, station)
    return [deployment_out(row, telling) for row in rows]


@router.post("/deployments", status_code=201)
def add_deployment(
    deployment: DeploymentIn, database: TheDatabase, telling: ToldPlaces
) -> DeploymentOut:
    """Say that a camera stands, or stood, at a station; 409 where it stood there already."""
    values = deployment.model_dump()
    values["name"] = values["name"] or name_for(
        deployment.station, deployment.camera, deployment.starts_at
    )
    new = whole_position(NewDeployment(**values))
    with database.write() as connection:
        number = stations.add(connection, new)
        return deployment_by_id(connection, number, telling)


@router.post("/deployments/import")
def import_table(
    database: TheDatabase,
    file: Annotated[UploadFile, File(description=TABLE)],
    preview: Preview = False,
) -> ImportOut:
    """Keep the deployments of a table; one of a known name is changed. A bad row stops no other."""
    plan = import_deployments(database, file.file.read(), preview=preview)
    return import_out(plan, preview=preview)


@router.patch("/deployments/{deployment_id}")
def edit_deployment(
    deployment_id: RowNumber, changes: DeploymentEdit, database: TheDatabase, telling: ToldPlaces
) -> DeploymentOut:
    """Change a deployment; what is left out stays, null takes a value away."""
    with database.write() as connection:
        before = stations.deployment_by_id(connection, deployment_id)
        values = {field.name: getattr(before, field.name) for field in fields(NewDeployment)}
        stated = changes.model_dump(exclude_unset=True)
        keep = ("name", "station", "camera", "zone", "notes")
        values |= {k: v for k, v in stated.items() if v is not None or k not in keep}
        stations.change(connection, deployment_id, whole_position(NewDeployment(**values)))
        return deployment_by_id(connection, deployment_id, telling)


@router.delete("/deployments/{deployment_id}", status_code=204)
def delete_deployment(deployment_id: RowNumber, database: TheDatabase) -> Response:
    """Forget a deployment; photos stay as they are."""
    with database.write() as connection:
        stations.remove(connection, deployment_id)
    return Response(status_code=204)


@router.get("/clocks")
def list_clocks(database: TheDatabase, station: Station = None) -> list[ClockOut]:
    """Corrections of clocks, newest first, also those that were undone."""
    with database.read() as connection:
        return [clock_out(clock) for clock in clocks.every(connection, station)]


@router.post("/clocks")
def correct_clock(
    clock: ClockIn, database: TheDatabase, actor: TheActor, preview: Preview = False
) -> ClockPlanOut:
    """Correct the times of all photos of a camera, as one correction, or say what would change."""
    scope = ClockScope(clock.station, clock.camera, clock.from_time, clock.until_time)
    names = ("offset_s", "drift_s_a_day", "drift_from", "shown_zone", "zone", "override", "reason")
    statement = ClockStatement(
        scope,
        known=[KnownTime(known.photo_id, known.taken_at) for known in clock.known],
        **{name: getattr(clock, name) for name in names},
    )
    if preview:
        plan = clock_correction.preview(database, statement)
    else:
        plan = clock_correction.apply(database, statement, actor.signs(clock.reviewer))
    return plan_out(plan, preview=preview)


@router.post("/clocks/{clock_id}/undo")
def undo_clock(
    clock_id: RowNumber, undo: ClockUndoIn, database: TheDatabase, actor: TheActor
) -> ClockOut:
    """Put back the times that stood before, except where somebody corrected them since."""
    person = actor.signs(undo.reviewer)
    return clock_out(clock_correction.undo(database, clock_id, person, undo.reason))
