"""The ways of one animal between its encounters: distances, days, least speeds, and a small map.

Who may not see places gets the bounds of distances between squares, and no speeds.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from reid.identify.journeys import journeys
from reid.interchange.obscuring import Telling
from reid.interchange.survey import (
    AnimalCapture,
    Position,
    StationSite,
    TravelLeg,
    decided_history,
)
from service.store import stations
from service.store.identities import IdentityDetail
from service.web.grid_map import (
    HEIGHT,
    INSIDE,
    WIDTH,
    GridLine,
    Scale,
    fitted,
    grid,
    name_cut,
    scale_bar,
)
from service.web.labels import Corner, Frame, free_spot
from service.web.languages import gettext as _
from service.web.languages import pgettext
from service.web.quantities import kilometres, kilometres_within, speed
from service.web.words import elapsed

ALIKE_KM = 0.05  # nearer than this is the same place


@dataclass(frozen=True, slots=True)
class WayRow:
    """The way from one encounter to the next, in words. rating: "" where nobody may judge it."""

    leg: TravelLeg
    start: str
    end: str
    distance: str
    days: str
    speed: str
    rating: str


@dataclass(frozen=True, slots=True)
class MovementMark:
    """A place on the map. encounters: how many there; names: of the stations, written at label."""

    x: float
    y: float
    radius: float
    encounters: int
    names: str
    label: Corner


@dataclass(frozen=True, slots=True)
class MovementLine:
    """The ways between two places, both directions together. width: grows with how many."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float


@dataclass(frozen=True, slots=True)
class MovementsView:
    """All of it. undated, unplaced: encounters without a time or position. telling: how places are.

    farthest: the longest way in words, "" for none.
    """

    ways: tuple[WayRow, ...]
    marks: tuple[MovementMark, ...]
    lines: tuple[MovementLine, ...]
    meridians: tuple[GridLine, ...]
    parallels: tuple[GridLine, ...]
    scale: Scale | None
    undated: int
    unplaced: int
    telling: Telling
    frame: Frame = INSIDE
    width: float = WIDTH
    height: float = HEIGHT


def movements_view(
    connection: Connection, detail: IdentityDetail, telling: Telling
) -> MovementsView | None:
    """The ways of an identity; None for fewer than two encounters."""
    if len(detail.sightings) < 2:
        return None
    names = {sighting.station for sighting in detail.sightings if sighting.station}
    positions = stations.positions(connection, names)
    captures = [
        AnimalCapture(
            encounter=sighting.encounter_id,
            individual=detail.summary.name,
            station=sighting.station or "",
            started_at=sighting.started_at,
            ended_at=sighting.ended_at,
        )
        for sighting in detail.sightings
    ]
    return movements(captures, positions, telling)


def movements(
    captures: Sequence[AnimalCapture], positions: Mapping[str, Position | None], telling: Telling
) -> MovementsView:
    """The ways between captures of one animal. Only what is told of places is measured."""
    shown = {station: telling.position(place) for station, place in positions.items()}
    sites = [StationSite(station, place) for station, place in shown.items()]
    legs = journeys(captures, decided_history(captures), sites, telling=telling)
    at = Counter(place for capture in captures if (place := shown.get(capture.station)) is not None)
    drawn = _Drawn(shown, at, legs, exact=telling.exact) if at else None
    return MovementsView(
        ways=tuple(_way(leg, telling) for leg in legs),
        marks=drawn.marks() if drawn else (),
        lines=drawn.lines() if drawn else (),
        meridians=drawn.meridians if drawn else (),
        parallels=drawn.parallels if drawn else (),
        scale=drawn.scale if drawn else None,
        undated=sum(capture.started_at is None for capture in captures),
        unplaced=0 if telling.withheld else len(captures) - at.total(),
        telling=telling,
    )


def _way(leg: TravelLeg, telling: Telling) -> WayRow:
    unknown = _("Station unknown")
    km = leg.distance_km
    if telling.withheld:
        distance = pgettext("distance", "withheld")
    elif leg.station0 == leg.station1 and km is not None:
        distance = _("same station")
    elif telling.squares and leg.position0 and leg.position1:
        distance = kilometres_within(telling.squares.apart_km(leg.position0, leg.position1))
    else:
        distance = _("same place") if km is not None and km < ALIKE_KM else kilometres(km)
    judged = telling.exact and leg.least_speed_km_h is not None
    return WayRow(
        leg=leg,
        start=leg.station0 or unknown,
        end=leg.station1 or unknown,
        distance=distance,
        days=elapsed(leg.days) if leg.days is not None else pgettext("time between", "unknown"),
        speed=speed(leg.least_speed_km_h) if judged and km else "",
        rating=leg.rating if telling.exact else "",
    )


class _Drawn:
    """Places and ways in the units of a drawing."""

    def __init__(
        self,
        shown: Mapping[str, Position | None],
        at: Mapping[Position, int],
        legs: Sequence[TravelLeg],
        *,
        exact: bool,
    ) -> None:
        self._shown, self._at, self._legs = shown, at, legs
        self._project = fitted(list(at), exact=exact)
        meridians, parallels = grid(self._project, INSIDE, exact=exact)
        self.meridians, self.parallels = tuple(meridians), tuple(parallels)
        self.scale = scale_bar(self._project.pixels, (INSIDE.x1 - INSIDE.x0) / 4)

    def marks(self) -> tuple[MovementMark, ...]:
        """A dot a place, its area in proportion to the encounters there."""
        spots = {place: self._project(place) for place in self._at}
        taken = [Frame(x - 12, y - 12, x + 12, y + 12) for x, y in spots.values()]
        marks = []
        for place, (x, y) in spots.items():
            stations_here = [name for name, where in self._shown.items() if where == place]
            words = name_cut(f"{', '.join(stations_here)} ({self._at[place]})")
            label = free_spot((x, y), words, INSIDE, taken)
            radius = 4 + 2 * min(self._at[place], 16) ** 0.5
            marks.append(MovementMark(x, y, radius, self._at[place], words, label))
        return tuple(marks)

    def lines(self) -> tuple[MovementLine, ...]:
        """A line between every two places between which the animal went."""
        times: Counter[tuple[Position, Position]] = Counter()
        for leg in self._legs:
            if leg.position0 and leg.position1 and leg.position0 != leg.position1:
                first, second = sorted((leg.position0, leg.position1))
                times[first, second] += 1
        return tuple(
            MovementLine(*self._project(a), *self._project(b), 1 + min(number, 6))
            for (a, b), number in sorted(times.items())
        )
