"""What the pages of stations say: the map, deployments in words, suspicions, a clock's plan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from reid.interchange.obscuring import Telling
from reid.photo.clocks import ClockDoubt, ClockError, ClockSuspicion
from service.stations.clock_correction import ClockPlan
from service.stations.gaps import NoPhotoBetween
from service.stations.overview import StationOverview
from service.store.clocks import Clock
from service.store.stations import CameraRow, Deployment, Position, StationRow
from service.web.grid_map import (
    HEIGHT,
    INSIDE,
    WIDTH,
    GridLine,
    Scale,
    fitted,
    grid,
    name_cut,
    placed,
    scale_bar,
)
from service.web.labels import Corner, Frame, free_spot
from service.web.languages import NPS_, ngettext, pgettext
from service.web.languages import gettext as _
from service.web.words import count, day, number, when

SIDES = NPS_(
    "where a camera looks",
    *("north", "north-east", "east", "south-east"),
    *("south", "south-west", "west", "north-west"),
)


@dataclass(frozen=True, slots=True)
class PlaceMark:
    """A place on the map of stations. names: of the stations there, written at label."""

    x: float
    y: float
    names: str
    label: Corner


@dataclass(frozen=True, slots=True)
class StationMap:
    """The map of stations. telling: how positions are; unplaced: names without a position."""

    marks: tuple[PlaceMark, ...]
    meridians: tuple[GridLine, ...]
    parallels: tuple[GridLine, ...]
    scale: Scale
    unplaced: tuple[str, ...]
    telling: Telling
    frame: Frame = INSIDE
    width: float = WIDTH
    height: float = HEIGHT


def station_map(rows: Sequence[StationRow], telling: Telling) -> StationMap | None:
    """Where stations are, as far as that is told; None where no position is."""
    places: dict[Position, list[str]] = {}
    for row in rows:
        if place := telling.position(row.position):
            places.setdefault(place, []).append(row.name)
    if not places:
        return None
    project = fitted(list(places), exact=telling.exact)
    spots = {place: project(place) for place in places}
    taken = [Frame(x - 8, y - 8, x + 8, y + 8) for x, y in spots.values()]
    marks = []
    for place, names in places.items():
        words = name_cut(", ".join(names))
        marks.append(PlaceMark(*spots[place], words, free_spot(spots[place], words, INSIDE, taken)))
    meridians, parallels = grid(project, INSIDE, exact=telling.exact)
    return StationMap(
        marks=tuple(marks),
        meridians=tuple(meridians),
        parallels=tuple(parallels),
        scale=scale_bar(project.pixels, (INSIDE.x1 - INSIDE.x0) / 4),
        unplaced=tuple(row.name for row in rows if not row.position),
        telling=telling,
    )


@dataclass(frozen=True, slots=True)
class DeploymentView:
    """A deployment in words. gaps: sentences without full stop. open: it has no end."""

    deployment: Deployment
    camera: str
    period: str
    place: str
    looks: str
    gaps: tuple[str, ...]
    open: bool


def deployment_view(
    one: Deployment, stretches: Iterable[NoPhotoBetween], telling: Telling
) -> DeploymentView:
    """A deployment as its station's page shows it."""
    return DeploymentView(
        deployment=one,
        camera=one.camera or _("the only camera"),
        period=period(one.starts_at, one.ends_at),
        place=placed(one.position, telling),
        looks=looking(one.heading),
        gaps=tuple(map(gap_words, stretches)),
        open=one.ends_at is None,
    )


def period(start: datetime | None, end: datetime | None) -> str:
    """From when to when: "1 Mar 2019 to 3 May 2019", "since 1 Mar 2019"."""
    if start is None and end is None:
        return _("dates unknown")
    if start is None:
        return _("until %(end)s") % {"end": day(end)}
    if end is None:
        return _("since %(start)s") % {"start": day(start)}
    return _("%(start)s to %(end)s") % {"start": day(start), "end": day(end)}


def looking(heading: float | None) -> str:
    """Which way a camera looks: "285°, west"."""
    if heading is None:
        return pgettext("where a camera looks", "unknown")
    side = SIDES[round(heading / 45) % 8]
    return f"{heading:.0f}°, {pgettext('where a camera looks', side)}"


def gap_words(gap: NoPhotoBetween) -> str:
    """A stretch without a photo: "no photo between 3 Mar 2019 and 20 Mar 2019 (17 days)"."""
    return _("no photo between %(start)s and %(end)s (%(days)s)") % {
        "start": day(gap.start),
        "end": day(gap.end),
        "days": count(gap.days, "day"),
    }


@dataclass(frozen=True, slots=True)
class SuspicionView:
    """A suspicion in words, and the photo that shows it."""

    camera: str
    words: str
    photo_id: str


def suspicion_view(camera: str, suspicion: ClockSuspicion) -> SuspicionView:
    """One suspicion about the clock of a camera."""
    return SuspicionView(camera, suspicion_words(suspicion), suspicion.photo_id)


def suspicion_words(of: ClockSuspicion) -> str:
    """What looks wrong, as a sentence without full stop."""
    values = {
        "num": number(of.photos),
        "time": when(of.time),
        "before": when(of.before),
    }
    if of.before is not None:
        words = {
            ClockDoubt.RESET: _("the times jump from %(before)s back to %(time)s: reset?"),
            ClockDoubt.BACKWARDS: _("by the count of frames %(time)s follows %(before)s"),
            ClockDoubt.TWELVE: _(
                "a jump of twelve hours, from %(before)s to %(time)s: a clock with twelve hours?"
            ),
        }[of.doubt]
        return words % values
    return _of_times(of) % values


def _of_times(of: ClockSuspicion) -> str:
    if of.doubt is ClockDoubt.BEFORE:
        one = "%(num)s photo from before the deployment began, the first of %(time)s"
        more = "%(num)s photos from before the deployment began, the first of %(time)s"
        return ngettext(one, more, of.photos)
    if of.doubt is ClockDoubt.AFTER:
        one = "%(num)s photo of a time without a deployment, the first of %(time)s"
        more = "%(num)s photos of a time without a deployment, the first of %(time)s"
        return ngettext(one, more, of.photos)
    if of.doubt is ClockDoubt.FUTURE:
        one = "%(num)s photo from the future, the first of %(time)s"
        more = "%(num)s photos from the future, the first of %(time)s"
        return ngettext(one, more, of.photos)
    if of.doubt is ClockDoubt.RESET:
        one = "%(num)s photo with the time of a clock that was reset: %(time)s"
        more = "%(num)s photos with times of a clock that was reset, the first of %(time)s"
        return ngettext(one, more, of.photos)
    one = "%(num)s photo from a year that is too early, of %(time)s"
    more = "%(num)s photos from years that are too early, the first of %(time)s"
    return ngettext(one, more, of.photos)


@dataclass(frozen=True, slots=True)
class StationView:
    """All of a station's page."""

    row: StationRow
    place: str
    cameras: tuple[CameraRow, ...]
    deployments: tuple[DeploymentView, ...]
    suspicions: tuple[SuspicionView, ...]
    clocks: tuple[tuple[Clock, str], ...]


def station_view(overview: StationOverview, telling: Telling) -> StationView:
    """A station as its page shows it."""
    return StationView(
        row=overview.row,
        place=placed(overview.row.position, telling),
        cameras=overview.cameras,
        deployments=tuple(
            deployment_view(one, overview.gaps[one.id], telling) for one in overview.row.deployments
        ),
        suspicions=tuple(
            suspicion_view(camera, suspicion)
            for camera, suspicions in overview.suspicions.items()
            for suspicion in suspicions
        ),
        clocks=tuple((clock, error_words(clock.error)) for clock in overview.clocks),
    )


def error_words(error: ClockError) -> str:
    """How far a clock was off: "+3 days 2:15:00, and 12 s more each day"."""
    words = [difference(error.offset_s)]
    if error.drift_s_a_day:
        drift = f"{error.drift_s_a_day:+.1f}"
        words.append(_("%(drift)s s each day") % {"drift": drift})
    if error.zone:
        words.append(_("zone %(zone)s") % {"zone": error.zone})
    return ", ".join(words)


def difference(seconds: float) -> str:
    """A difference of times, "+3 days 2:15:00"."""
    whole = abs(round(seconds))
    days, rest = divmod(whole, 86400)
    clock = f"{rest // 3600}:{rest % 3600 // 60:02}:{rest % 60:02}"
    sign = "\N{MINUS SIGN}" if seconds < 0 else "+"
    return f"{sign}{count(days, 'day')} {clock}" if days else f"{sign}{clock}"


def plan_words(plan: ClockPlan) -> tuple[str, ...]:
    """What a correction of a clock changes, as sentences without full stop."""
    words = [
        ngettext("%(num)s photo gets another time", "%(num)s photos get another time", plan.changed)
        % {"num": number(plan.changed)}
    ]
    if plan.left_alone:
        words.append(
            ngettext(
                "%(num)s photo keeps the time that a person stated for it alone",
                "%(num)s photos keep the time that a person stated for each alone",
                plan.left_alone,
            )
            % {"num": number(plan.left_alone)}
        )
    if plan.without_time:
        words.append(
            ngettext(
                "%(num)s photo has no time in its file, and stays as it is",
                "%(num)s photos have no time in their files, and stay as they are",
                plan.without_time,
            )
            % {"num": number(plan.without_time)}
        )
    words.append(
        ngettext("%(num)s encounter changes", "%(num)s encounters change", plan.encounters_changed)
        % {"num": number(plan.encounters_changed)}
    )
    return tuple(words)
