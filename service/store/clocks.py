"""Clocks of cameras that were wrong, the photos they belong to, and the times that follow."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, insert, or_, select, true

from reid.photo.clocks import CameraFrame, ClockError
from service.store.corrections import CorrectedValue, taken_back
from service.store.database import AnyRow, gathered, insert_one, row_or, rows_in
from service.store.errors import NoSuchClock
from service.store.people import BANNER_READER
from service.store.photos import Photo
from service.store.tables.corrections import corrected_value, correction
from service.store.tables.encounters import annotation, encounter
from service.store.tables.photos import claim, photo
from service.store.tables.stations import clock


@dataclass(frozen=True, slots=True)
class ClockScope:
    """Whose clock. station: "" where it is not known; camera: "" for all cameras of the station.

    from_time, until_time: times of the files between which it counts, both inclusive; None is open.
    """

    station: str
    camera: str = ""
    from_time: datetime | None = None
    until_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """An error of a clock that a person stated. standing: not undone.

    photo_id: the photo whose true time was known, if any.
    """

    id: int
    scope: ClockScope
    error: ClockError
    photo_id: str | None
    correction_id: int
    standing: bool
    person: str
    reason: str
    corrected_at: datetime


@dataclass(frozen=True, slots=True)
class ClockPhoto:
    """A photo of a clock: what its file says, and the time that stands now."""

    id: str
    file_name: str
    file_time: datetime | None
    captured_at: datetime | None
    zone: str
    camera: str | None
    sequence: int | None


def add(
    connection: Connection,
    scope: ClockScope,
    error: ClockError,
    *,
    correction_id: int,
    photo_id: str | None = None,
) -> int:
    """Keep a clock's error; returns its number."""
    values = {
        "station": scope.station,
        "camera": scope.camera,
        "from_time": scope.from_time,
        "until_time": scope.until_time,
        "offset_s": error.offset_s,
        "drift_s_a_day": error.drift_s_a_day,
        "drift_from": error.drift_from,
        "zone": error.zone,
        "photo_id": photo_id,
        "correction_id": correction_id,
        "standing": True,
    }
    return insert_one(connection, insert(clock).values(values))


def get(connection: Connection, clock_id: int) -> Clock:
    """One clock."""
    return _clock(connection, _clocks().where(clock.c.id == clock_id), clock_id)


def every(connection: Connection, station: str | None = None) -> list[Clock]:
    """All clocks, or those of a station, newest first; also those that were undone."""
    query = _clocks().order_by(clock.c.id.desc())
    if station is not None:
        query = query.where(clock.c.station == station)
    return [_clock_of(row) for row in connection.execute(query)]


def photos_of(connection: Connection, scope: ClockScope) -> list[ClockPhoto]:
    """The photos of a clock by the time of their files; those without one last."""
    columns = [photo.c[name] for name in ClockPhoto.__slots__]
    query = select(*columns).where(_photos_of(scope))
    order = (photo.c.file_time.is_(None), photo.c.file_time, photo.c.sequence, photo.c.id)
    return [ClockPhoto(*row) for row in connection.execute(query.order_by(*order))]


def frames(
    connection: Connection, station: str | None = None
) -> dict[str, dict[str, list[CameraFrame]]]:
    """Station -> camera ("" where it is not known) -> its photos with a time, withdrawn ones apart.

    station: this one only.
    """
    facts = [photo.c[name] for name in ("station", "camera", "id", "captured_at", "sequence")]
    query = select(*facts).where(photo.c.captured_at.is_not(None) & ~photo.c.withdrawn)
    if station is not None:
        query = query.where(photo.c.station == station)
    by_station = gathered((row[0], row[1:]) for row in connection.execute(query))
    return {
        name: gathered((row[0] or "", CameraFrame(*row[1:])) for row in rows)
        for name, rows in by_station.items()
        if name is not None
    }


def stated_singly(connection: Connection, photo_ids: Collection[str]) -> set[str]:
    """Those photos whose time a person stated for them alone, after the last clock.

    At the upload, or in a correction that is not undone.
    """
    of_form = (claim.c.field == "captured_at") & (claim.c.source == "form") & claim.c.used
    claims = select(claim.c.photo_id).where(of_form)
    alone = {row.photo_id for row in rows_in(connection, claims, claim.c.photo_id, photo_ids)}
    by_person = (
        (corrected_value.c.field == "captured_at")
        & (correction.c.kind == "stated")
        & (correction.c.person != BANNER_READER)
    )
    by_clock = corrected_value.c.field.in_(("captured_at", "zone")) & (correction.c.kind == "clock")
    query = (
        select(corrected_value.c.photo_id, correction.c.kind, correction.c.id)
        .join(correction, correction.c.id == corrected_value.c.correction_id)
        .where(by_person | by_clock)
        .order_by(corrected_value.c.id)
    )
    rows = rows_in(connection, query, corrected_value.c.photo_id, photo_ids)
    back = taken_back(connection)
    last = {row.photo_id: row.kind for row in rows if row.id not in back}
    stated = {number for number, kind in last.items() if kind == "stated"}
    return (alone - last.keys()) | stated


def later_values(
    connection: Connection, correction_id: int, photo_ids: Collection[str]
) -> set[tuple[str, str]]:
    """(photo, field) that a correction after this one changed, and that is not undone."""
    query = (
        select(corrected_value.c.photo_id, corrected_value.c.field)
        .join(correction, correction.c.id == corrected_value.c.correction_id)
        .where(
            correction.c.id > correction_id,
            correction.c.id.not_in(taken_back(connection)),
            correction.c.kind != "undone",
        )
    )
    rows = rows_in(connection, query, corrected_value.c.photo_id, photo_ids)
    return {(row.photo_id, row.field) for row in rows}


def corrected(connection: Connection, new: Photo) -> tuple[Photo, Clock | None]:
    """A photo that comes in, with the true time by the newest clock of its camera that stands."""
    if new.file_time is None or new.captured_at != new.file_time:
        return new, None
    for standing in every(connection, new.station or ""):
        if standing.standing and _covers(standing.scope, new):
            moment = standing.error.true_time(new.file_time)
            zone = standing.error.zone or new.zone
            return replace(new, captured_at=moment, zone=zone), standing
    return new, None


def note(
    connection: Connection, standing: Clock, before: Photo, after: Photo
) -> list[CorrectedValue]:
    """Keep among the values of a clock's correction what it changed of this photo; gives them."""
    values = changed_values(before, after.captured_at, after.zone)
    for value in values:
        row = {name: getattr(value, name) for name in CorrectedValue.__slots__}
        connection.execute(
            insert(corrected_value).values(correction_id=standing.correction_id, **row)
        )
    return values


def changed_values(
    before: Photo | ClockPhoto, moment: datetime | None, zone: str
) -> list[CorrectedValue]:
    """Time and zone of a photo as values of a correction; nothing where both stay."""
    values = []
    if before.captured_at != moment:
        old = before.captured_at.isoformat() if before.captured_at else None
        new = moment.isoformat() if moment else None
        values.append(CorrectedValue("captured_at", old, new, photo_id=before.id))
    if before.zone != zone:
        texts = [None if name == "unknown" else name for name in (before.zone, zone)]
        values.append(CorrectedValue("zone", texts[0], texts[1], photo_id=before.id))
    return values


def grouped(
    connection: Connection, photo_ids: Collection[str]
) -> dict[int, tuple[frozenset[int], datetime | None, datetime | None]]:
    """Encounter -> its annotations among these photos, when it began and when it ended."""
    query = select(
        annotation.c.id,
        encounter.c.id.label("number"),
        encounter.c.started_at,
        encounter.c.ended_at,
    ).join(encounter, encounter.c.id == annotation.c.encounter_id)
    rows = list(rows_in(connection, query, annotation.c.photo_id, photo_ids))
    members = gathered((row.number, row.id) for row in rows)
    times = {row.number: (row.started_at, row.ended_at) for row in rows}
    return {number: (frozenset(members[number]), *times[number]) for number in members}


def following(connection: Connection, values: Collection[CorrectedValue]) -> list[CorrectedValue]:
    """Clocks that go with photos whose station or camera is corrected, as values of a correction.

    A clock goes along where all photos that it covers go, and to one place. values: before or after
    they are written.
    """
    moves = [v for v in values if v.photo_id and v.field in {"station", "camera"}]
    query = select(*(photo.c[n] for n in ("id", "station", "camera", "file_time")))
    rows = list(rows_in(connection, query, photo.c.id, {v.photo_id for v in moves}))
    texts = {(v.photo_id, v.field): (v.before or "", v.after or "") for v in moves}
    covered: dict[int, set[tuple[str, str]]] = {}
    standing = [one for one in every(connection) if one.standing] if rows else []
    for row in rows:
        station = texts.get((row.id, "station"), (row.station or "",) * 2)
        camera = texts.get((row.id, "camera"), (row.camera or "",) * 2)
        for one in standing:
            if _inside(one.scope, station[0], camera[0], row.file_time):
                goal = station[1], camera[1] if one.scope.camera else ""
                covered.setdefault(one.id, set()).add(goal)
    moved = {row.id for row in rows}
    followed: list[CorrectedValue] = []
    for one in standing:
        goals = covered.get(one.id, set())
        stays = [p for p in photos_of(connection, one.scope) if p.file_time] if goals else []
        if len(goals) == 1 and all(p.id in moved for p in stays):
            followed += _scope_moved(one, *next(iter(goals)))
    return followed


def _scope_moved(one: Clock, station: str, camera: str) -> list[CorrectedValue]:
    """Station and camera of a clock as values; nothing where it would count for more cameras."""
    if one.scope.camera and not camera:
        return []
    values = (("", one.scope.station, station), (" camera", one.scope.camera, camera))
    return [
        CorrectedValue(f"clock {one.id}{column}", before or None, after or None)
        for column, before, after in values
        if before != after
    ]


def _inside(scope: ClockScope, station: str, camera: str, file_time: datetime | None) -> bool:
    if file_time is None or scope.station != station or scope.camera not in {"", camera}:
        return False
    after = scope.from_time is None or file_time >= scope.from_time
    return after and (scope.until_time is None or file_time <= scope.until_time)


def _covers(scope: ClockScope, new: Photo) -> bool:
    return _inside(scope, new.station or "", new.camera or "", new.file_time)


def _photos_of(scope: ClockScope) -> ColumnElement[bool]:
    here = photo.c.station == scope.station if scope.station else photo.c.station.is_(None)
    camera = photo.c.camera == scope.camera if scope.camera else true()
    inside: ColumnElement[bool] = true()
    if scope.from_time is not None:
        inside &= photo.c.file_time >= scope.from_time
    if scope.until_time is not None:
        inside &= photo.c.file_time <= scope.until_time
    return here & camera & or_(inside, photo.c.file_time.is_(None))


def _clocks() -> Select[tuple[object, ...]]:
    return select(clock, correction.c.person, correction.c.reason, correction.c.corrected_at).join(
        correction, correction.c.id == clock.c.correction_id
    )


def _clock(connection: Connection, query: Select[tuple[object, ...]], clock_id: int) -> Clock:
    row = row_or(connection, query, NoSuchClock(clock=clock_id))
    return _clock_of(row)


def _clock_of(row: AnyRow) -> Clock:
    of = row._mapping
    return Clock(
        id=of["id"],
        scope=ClockScope(of["station"], of["camera"], of["from_time"], of["until_time"]),
        error=ClockError(of["offset_s"], of["drift_s_a_day"], of["drift_from"], of["zone"]),
        photo_id=of["photo_id"],
        correction_id=of["correction_id"],
        standing=of["standing"],
        person=of["person"],
        reason=of["reason"],
        corrected_at=of["corrected_at"],
    )
