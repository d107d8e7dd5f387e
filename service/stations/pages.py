"""Pages of stations, deployments and clocks. Plain forms: POST, redirect, GET."""

from dataclasses import asdict, fields, replace
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from reid.errors import InputError, NotFound
from service.stations import clock_correction, renaming
from service.stations.deployment_import import import_deployments
from service.stations.errors import BadLocalTime
from service.stations.forms import ClockForm, InClockForm, InClockQuery, InDeploymentForm, ShortForm
from service.stations.overview import station_overview, station_summaries
from service.stations.statements import time_of
from service.stations.view import error_words, period, plan_words, station_map, station_view
from service.store import clocks, stations
from service.store.clocks import ClockScope
from service.store.database import Database
from service.store.stations import NewDeployment
from service.web.page import goto, goto_signed, page, refuse
from service.web.parameters import RowNumber, Text, TheActor, TheDatabase
from service.web.places import told_places
from service.web.sentences import in_full

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
CHOICES = 300  # photos that the form of a clock offers


def address(station: str, part: str = "") -> str:
    """Where the page of a station is."""
    return f"/stations/{quote(station)}{part}"


@router.get("/stations")
def station_list(request: Request, database: TheDatabase) -> Response:
    """All stations on a map and in a table."""
    telling = told_places(request)
    with database.read() as connection:
        summaries = station_summaries(connection)
        values = {
            "nav": "stations",
            "rows": [(one.row, one.gaps) for one in summaries],
            "doubtful": {one.row.name for one in summaries if one.doubtful},
            "telling": telling,
            "map": station_map([one.row for one in summaries], telling),
        }
        return page(request, "stations/stations.html", connection, **values)


@router.get("/stations/import")
def import_form(request: Request, database: TheDatabase) -> Response:
    """Where a table of deployments comes in."""
    with database.read() as connection:
        values = {"nav": "stations", "plan": None, "table": "", "applied": False}
        return page(request, "stations/import.html", connection, **values)


@router.post("/stations/import")
def import_table(
    request: Request,
    database: TheDatabase,
    file: Annotated[UploadFile | None, File()] = None,
    table: Annotated[str, Form(max_length=4_000_000)] = "",
    apply: Annotated[bool, Form()] = False,
) -> Response:
    """Say what becomes of each row; keep them once that was looked at."""
    data = file.file.read() if file and file.filename else table.encode()
    plan, text = None, ""
    try:
        plan = import_deployments(database, data, preview=not apply)
        text = data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except InputError as error:
        refuse(request, in_full(error), 422)
    with database.read() as connection:
        values = {"nav": "stations", "plan": plan, "table": text, "applied": apply}
        return page(request, "stations/import.html", connection, **values)


@router.get("/stations/{name:path}/clock")
def clock_page(name: str, request: Request, database: TheDatabase, form: InClockQuery) -> Response:
    """What is known of a clock, and what correcting it would change."""
    return _clock_page(name, request, database, form)


@router.post("/stations/{name:path}/clock")
def correct_clock(
    name: str,
    request: Request,
    database: TheDatabase,
    actor: TheActor,
    form: InClockForm,
    reviewer: Text = "",
) -> Response:
    """Correct the times of all photos of a camera."""
    person = actor.signs(reviewer)
    try:
        clock_correction.apply(database, form.statement(name), person)
    except InputError as error:
        refuse(request, in_full(error), 422)
        return _clock_page(name, request, database, form)
    return goto_signed(address(name, "?corrected=1#clocks"), person, actor)


@router.post("/stations/{name:path}/deployments")
def add_deployment(
    name: str, request: Request, database: TheDatabase, form: InDeploymentForm
) -> Response:
    """Say that a camera stands, or stood, here."""
    try:
        with database.write() as connection:
            stations.add(connection, form.deployment(name))
    except InputError as error:
        return _refused(name, request, database, error)
    return goto(address(name))


@router.post("/stations/{name:path}/rename")
def rename_station(
    name: str,
    request: Request,
    database: TheDatabase,
    actor: TheActor,
    new_name: ShortForm = "",
    reviewer: Text = "",
) -> Response:
    """Call it otherwise."""
    person = actor.signs(reviewer)
    try:
        renaming.rename(database, name, new_name, person)
    except InputError as error:
        return _refused(name, request, database, error)
    return goto_signed(address(new_name), person, actor)


@router.post("/stations/{name:path}/join")
def join_station(
    name: str,
    request: Request,
    database: TheDatabase,
    actor: TheActor,
    into: ShortForm = "",
    reviewer: Text = "",
) -> Response:
    """Let all of it belong to another station."""
    person = actor.signs(reviewer)
    try:
        renaming.join(database, name, into, person)
    except InputError as error:
        return _refused(name, request, database, error)
    return goto_signed(address(into), person, actor)


@router.get("/stations/{name:path}")
def station_page(name: str, request: Request, database: TheDatabase) -> Response:
    """A station: its cameras, deployments, gaps, clocks, and what looks wrong."""
    return _station_page(name, request, database)


@router.post("/deployments/{deployment_id}")
def change_deployment(
    deployment_id: RowNumber,
    request: Request,
    database: TheDatabase,
    form: InDeploymentForm,
) -> Response:
    """Another camera, place or time of a deployment."""
    with database.read() as connection:
        station = stations.deployment_by_id(connection, deployment_id).station
    try:
        with database.write() as connection:
            stations.change(connection, deployment_id, form.deployment(station))
    except InputError as error:
        return _refused(station, request, database, error)
    return goto(address(station))


@router.post("/deployments/{deployment_id}/end")
def end_deployment(
    deployment_id: RowNumber,
    request: Request,
    database: TheDatabase,
    ends_at: ShortForm = "",
) -> Response:
    """The camera was taken away then."""
    with database.read() as connection:
        before = stations.deployment_by_id(connection, deployment_id)
    values = {field.name: getattr(before, field.name) for field in fields(NewDeployment)}
    try:
        end = time_of(ends_at, end=True)
        if end is None:
            raise BadLocalTime(text="''")
        ended = replace(NewDeployment(**values), ends_at=end)
        with database.write() as connection:
            stations.change(connection, deployment_id, ended)
    except InputError as error:
        return _refused(before.station, request, database, error)
    return goto(address(before.station))


@router.post("/deployments/{deployment_id}/remove")
def remove_deployment(deployment_id: RowNumber, database: TheDatabase) -> Response:
    """Forget a deployment; photos stay."""
    with database.write() as connection:
        station = stations.deployment_by_id(connection, deployment_id).station
        stations.remove(connection, deployment_id)
    return goto(address(station))


@router.post("/clocks/{clock_id}/undo")
def undo_clock(
    clock_id: RowNumber,
    request: Request,
    database: TheDatabase,
    actor: TheActor,
    reviewer: Text = "",
) -> Response:
    """Put the times back that stood before."""
    person = actor.signs(reviewer)
    with database.read() as connection:
        station = clocks.get(connection, clock_id).scope.station
    try:
        clock_correction.undo(database, clock_id, person)
    except InputError as error:
        return _refused(station, request, database, error)
    return goto_signed(address(station, "#clocks"), person, actor)


def _refused(name: str, request: Request, database: Database, error: InputError) -> Response:
    """The station's page, which says why a form was not carried out."""
    if isinstance(error, NotFound):
        raise error
    refuse(request, in_full(error), 409 if error.code == "conflict" else 422)
    return _station_page(name, request, database)


def _station_page(name: str, request: Request, database: Database) -> Response:
    telling = told_places(request)
    with database.read() as connection:
        overview = station_overview(connection, name)
        values = {
            "nav": "stations",
            "station": station_view(overview, telling),
            "map": station_map([overview.row], telling),
            "others": [one for one in stations.names(connection) if one != name],
            "corrected": "corrected" in request.query_params,
            "telling": telling,
        }
        return page(request, "stations/station.html", connection, **values)


def _clock_page(name: str, request: Request, database: Database, form: ClockForm) -> Response:
    """The form, and the preview once anything is known; what cannot be is said above it."""
    plan = None
    if form.says_something and not getattr(request.state, "refused", None):
        try:
            plan = clock_correction.preview(database, form.statement(name))
        except InputError as error:
            refuse(request, in_full(error), 422)
    with database.read() as connection:
        row = stations.get(connection, name)
        cameras = [one.name for one in stations.cameras(connection, name) if one.name]
        values = {
            "nav": "stations",
            "name": row.name,
            "form": form,
            "filled": {key: value for key, value in asdict(form).items() if value},
            "cameras": cameras,
            "photos": _photos_to_choose(connection, name, form),
            "plan": plan,
            "words": plan_words(plan) if plan else (),
            "error": error_words(plan.error) if plan else "",
            "deployments": [(one, period(one.starts_at, one.ends_at)) for one in row.deployments],
        }
        return page(request, "stations/clock.html", connection, **values)


def _photos_to_choose(connection: Connection, name: str, form: ClockForm) -> list[tuple[str, str]]:
    """Photos with a time of their file: number and words; those that are chosen among them."""
    photos = [p for p in clocks.photos_of(connection, ClockScope(name, form.camera)) if p.file_time]
    chosen = {form.photo, form.other_photo}
    kept = photos[:CHOICES] + [photo for photo in photos[CHOICES:] if photo.id in chosen]
    return [(photo.id, f"{photo.file_time:%Y-%m-%d %H:%M:%S} {photo.file_name}") for photo in kept]
