"""How a person corrects a camera's clock: what is known, what would change, and the change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from reid.photo.clocks import (
    ClockError,
    fixed_zone,
    of_one_photo,
    of_two_photos,
    of_zones,
)
from service.stations.errors import (
    NoPhotoWithTime,
    NothingSaidOfClock,
    PartOfZones,
    PhotoOfAnotherCamera,
    PhotoWithoutFileTime,
    SecondPhotoAlone,
    TwoWaysAtOnce,
)
from service.store import clocks, corrections, stated
from service.store.clocks import Clock, ClockPhoto, ClockScope
from service.store.corrections import CorrectedValue
from service.store.database import Database, one_at_a_time
from service.store.errors import ClockUndoneAlready

SHOWN = 12  # photos of a preview


@dataclass(frozen=True, slots=True)
class KnownTime:
    """A photo whose true time is known. taken_at: with its zone, if stated."""

    photo_id: str
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class ClockStatement:
    """What a person says of a clock: known photos, or a difference in seconds, or two zones.

    zone: of the true time. override: also photos whose time was stated for them alone.
    """

    scope: ClockScope
    known: Sequence[KnownTime] = ()
    offset_s: float | None = None
    drift_s_a_day: float = 0.0
    drift_from: datetime | None = None
    shown_zone: str = ""
    zone: str = ""
    override: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TimeChange:
    """A photo before and after. before None: it had no time."""

    photo: ClockPhoto
    before: datetime | None
    after: datetime


@dataclass(frozen=True, slots=True)
class ClockPlan:
    """What a correction of a clock changes.

    shown: the first, the last and some photos between them. changed, unchanged: photos with a time
    of their file. left_alone: stated singly, and not overridden; singly: all of those.
    without_time: photos whose file states none; they stay as they are. encounters_changed: whose
    photos or times differ afterwards.
    """

    scope: ClockScope
    error: ClockError
    shown: tuple[TimeChange, ...]
    changed: int
    unchanged: int
    singly: int
    left_alone: int
    without_time: int
    encounters_before: int
    encounters_after: int
    encounters_changed: int
    clock_id: int | None = None
    correction_id: int | None = None


def preview(database: Database, statement: ClockStatement) -> ClockPlan:
    """What would change. It is changed and taken back, so that it is what applying does."""
    with database.write() as connection:
        one_at_a_time(connection, "upload")
        with connection.begin_nested() as trial:
            plan = _apply(connection, statement, "")
            trial.rollback()
    return plan


def apply(database: Database, statement: ClockStatement, person: str) -> ClockPlan:
    """Correct a clock: photos, encounters, and what is uploaded later; as one correction."""
    with database.write() as connection:
        one_at_a_time(connection, "upload")
        return _apply(connection, statement, person)


def undo(database: Database, clock_id: int, person: str, reason: str = "") -> Clock:
    """Put back the times that stood before, except where somebody corrected them since.

    Raises Conflict where it is undone already.
    """
    with database.write() as connection:
        one_at_a_time(connection, "upload")
        clock = clocks.get(connection, clock_id)
        if not clock.standing:
            raise ClockUndoneAlready(clock=clock_id)
        values = corrections.get(connection, clock.correction_id).values
        ids = {value.photo_id for value in values if value.photo_id is not None}
        later = clocks.later_values(connection, clock.correction_id, ids)
        back = [
            CorrectedValue(value.field, value.after, value.before, photo_id=value.photo_id)
            for value in values
            if (value.photo_id, value.field) not in later
        ]
        corrections.record(
            connection,
            kind="undone",
            person=person,
            reason=reason,
            values=back,
            undoes=clock.correction_id,
        )
        corrections.let_clocks_stand(connection, clock.correction_id, stand=False)
        stated.apply(connection, back)
        return clocks.get(connection, clock_id)


def _apply(connection: Connection, statement: ClockStatement, person: str) -> ClockPlan:
    every = clocks.photos_of(connection, statement.scope)
    timed = [photo for photo in every if photo.file_time is not None]
    error, source = error_of(connection, statement, timed)
    singly = clocks.stated_singly(connection, [photo.id for photo in timed])
    alone = set() if statement.override else singly
    moved = [photo for photo in timed if photo.id not in alone]
    changes = [TimeChange(photo, photo.captured_at, _true(error, photo)) for photo in moved]
    values = [
        value
        for change in changes
        for value in clocks.changed_values(
            change.photo, change.after, error.zone or change.photo.zone
        )
    ]
    ids = [photo.id for photo in timed]
    before = clocks.grouped(connection, ids)
    number = corrections.record(
        connection, kind="clock", person=person, reason=statement.reason, values=values
    )
    clock_id = clocks.add(connection, statement.scope, error, correction_id=number, photo_id=source)
    stated.apply(connection, values)
    after = clocks.grouped(connection, ids)
    differing = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    changed = {value.photo_id for value in values}
    return ClockPlan(
        scope=statement.scope,
        error=error,
        shown=_some(changes),
        changed=len(changed),
        unchanged=len(timed) - len(changed) - len(alone),
        singly=len(singly),
        left_alone=len(alone),
        without_time=len(every) - len(timed),
        encounters_before=len(before),
        encounters_after=len(after),
        encounters_changed=len(differing),
        clock_id=clock_id,
        correction_id=number,
    )


def error_of(
    connection: Connection, statement: ClockStatement, photos: Sequence[ClockPhoto]
) -> tuple[ClockError, str | None]:
    """The clock's error by what is stated, and the photo from which it is known, if any.

    photos: of the clock, those with a time of their file, oldest first. Raises BadClock.
    """
    zones = bool(statement.shown_zone)
    ways = [bool(statement.known), statement.offset_s is not None, zones]
    if sum(ways) > 1:
        raise TwoWaysAtOnce()
    if not photos:
        raise NoPhotoWithTime()
    span = [moment for photo in (photos[0], photos[-1]) if (moment := photo.file_time)]
    if statement.known:
        pairs = [(_file_time(connection, statement, k), k.taken_at) for k in statement.known]
        error = of_one_photo(*pairs[0]) if len(pairs) == 1 else of_two_photos(pairs[0], pairs[1])
        return _zoned(error, statement, span), statement.known[0].photo_id
    if statement.offset_s is not None:
        start = statement.drift_from or (span[0] if statement.drift_s_a_day else None)
        error = ClockError(statement.offset_s, statement.drift_s_a_day, start)
        return _zoned(error, statement, span), None
    if zones and not statement.zone:
        raise PartOfZones()
    if zones:
        return of_zones(statement.shown_zone, statement.zone, span[0], span[-1]), None
    if statement.zone:
        return _zoned(ClockError(0.0), statement, span), None
    raise NothingSaidOfClock()


def _zoned(error: ClockError, statement: ClockStatement, span: Sequence[datetime]) -> ClockError:
    """The same with the stated zone, as an offset; it must be one offset for all photos."""
    if not statement.zone:
        return error
    true = [error.true_time(moment) for moment in span]
    of_zones(statement.zone, statement.zone, true[0], true[-1])  # raises where it changes
    zone = fixed_zone(statement.zone, true[0])
    return ClockError(error.offset_s, error.drift_s_a_day, error.drift_from, zone)


def _file_time(connection: Connection, statement: ClockStatement, known: KnownTime) -> datetime:
    """What the file of a known photo says; it must be one of this station and camera."""
    wide = ClockScope(statement.scope.station, statement.scope.camera)
    photos = {photo.id: photo for photo in clocks.photos_of(connection, wide)}
    photo = photos.get(known.photo_id)
    if photo is None:
        raise PhotoOfAnotherCamera(photo=known.photo_id[:12])
    if photo.file_time is None:
        raise PhotoWithoutFileTime(photo=photo.file_name)
    return photo.file_time


def _true(error: ClockError, photo: ClockPhoto) -> datetime:
    assert photo.file_time is not None  # noqa: S101
    return error.true_time(photo.file_time)


def _some(changes: Sequence[TimeChange]) -> tuple[TimeChange, ...]:
    """The first, the last, and some between them at equal steps."""
    if len(changes) <= SHOWN:
        return tuple(changes)
    step = (len(changes) - 1) / (SHOWN - 1)
    return tuple(changes[round(n * step)] for n in range(SHOWN))


def known_times(
    first: tuple[str, datetime | None], second: tuple[str, datetime | None]
) -> tuple[KnownTime, ...]:
    """Photos and their true times as a form brings them; an empty one is not stated.

    Raises BadClock where the second stands alone.
    """
    stated = [KnownTime(photo, at) for photo, at in (first, second) if photo and at]
    if stated and not (first[0] and first[1]):
        raise SecondPhotoAlone()
    return tuple(stated)
