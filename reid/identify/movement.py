"""Whether one leopard can have been at two places: distance, time between, least speed.

This is a line of its own beside the photos: it is never part of an llr.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import product
from math import exp, log10, pi, sqrt

from reid.interchange.great_circle import Position, great_circle_km
from reid.interchange.obscuring import Telling
from reid.sentences import Sentence

PRIOR_BOUND = 1.0  # of the log10 odds that places and times may add to those of the photos
INSIDE = 5.991  # chi-square of two degrees of freedom at 95 %
HOUR = timedelta(hours=1)


class PlaceUnknown(Sentence, message="the position of at least one encounter is not known"): ...


class PlaceHidden(
    Sentence, message="the places are only told to {km:g} km, which leaves the way open"
): ...


class PlaceWithheld(Sentence, message="the places are withheld, and so is the way"): ...


class TimeUnknown(Sentence, message="the time of at least one encounter is not known"): ...


class PlaceAndTimeUnknown(
    Sentence, message="the position and time of at least one encounter is not known"
): ...


class TooFast(
    Sentence,
    message="at least {speed:.2g} km/h in a straight line, above the assumed limit of {limit:g}",
): ...


class BriskWay(
    Sentence, message="at least {speed:.2g} km/h in a straight line, above the assumed {limit:g}"
): ...


class BeyondHomeRange(
    Sentence,
    message="{times:.1f} times the width of a mean home range drawn as a circle ({width:.1f} km), "
    "though slow enough: at least {speed:.2g} km/h in a straight line",
): ...


class WithinHomeRange(
    Sentence,
    message="within the width of a mean home range ({width:.1f} km), at least {speed:.2g} km/h in "
    "a straight line",
): ...


class MovementSource(
    Sentence,
    message="Published: mean home range of resident male Persian leopards {area:g} ± {error:g} km² "
    "(standard error; Farhadinia et al. 2018), a circle {width:.1f} km wide. Assumptions of "
    "this project: demanding above {brisk:g} km/h in a straight line, impossible above "
    "{limit:g} km/h, clocks up to {hours:g} h apart.",
): ...


class Rating(StrEnum):
    """How hard it is for one leopard to have been at both places."""

    PLAUSIBLE = "plausible"
    DEMANDING = "demanding"
    IMPOSSIBLE = "impossible"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Movement:
    """What is taken for possible.

    home_range_km2, error_km2: published, mean and standard error of resident males (Farhadinia et
    al. 2018, doi:10.1371/journal.pone.0196602).
    brisk_km_h: a straight-line speed kept up from one place to the other, above which the way is
    demanding; limit_km_h: above which it is impossible; clock_h: how far two camera clocks may be
    apart unnoticed. These three are assumptions of this project, not measurements.
    """

    home_range_km2: float = 103.0
    error_km2: float = 52.0
    brisk_km_h: float = 2.0
    limit_km_h: float = 10.0
    clock_h: float = 1.0

    @property
    def diameter_km(self) -> float:
        """Width of a circle with the area of the mean home range."""
        return 2 * sqrt(self.home_range_km2 / pi)

    @property
    def variance_km2(self) -> float:
        """Variance of each coordinate of a place in a home range: normal, the area holds 95 %."""
        return self.home_range_km2 / (pi * INSIDE)

    @property
    def source(self) -> MovementSource:
        """Where the numbers come from."""
        return MovementSource(
            area=self.home_range_km2,
            error=self.error_km2,
            width=self.diameter_km,
            brisk=self.brisk_km_h,
            limit=self.limit_km_h,
            hours=self.clock_h,
        )


@dataclass(frozen=True, slots=True)
class Span:
    """First and last moment of an encounter by one statement; wall clock, and who states it."""

    start: datetime
    end: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Visit:
    """Where and when an encounter was. spans: more than one where its dates are in conflict.

    position: latitude, longitude in degrees.
    """

    station: str | None
    position: tuple[float, float] | None
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class SpaceTimeLeg:
    """The way between two encounters under one statement of the time of each.

    span0, span1: when, None where not known.
    days: between them, 0 where they overlap. least_speed_km_h: in a straight line and without a
    rest, where distance and times are known. reason: why this rating.
    """

    span0: Span | None
    span1: Span | None
    days: float | None
    least_speed_km_h: float | None
    rating: Rating
    reason: Sentence


@dataclass(frozen=True, slots=True)
class SpaceTime:
    """Two encounters in space and time; one leg for every combination of stated times.

    within_km: from how near to how far they may lie apart where the distance itself is not told.
    """

    distance_km: float | None
    legs: tuple[SpaceTimeLeg, ...]
    source: MovementSource
    within_km: tuple[float, float] | None = None


def between(visit0: Visit, visit1: Visit, movement: Movement | None = None) -> SpaceTime:
    """The space-time line of a pair of encounters, judged under each of their stated times.

    Two encounters of one station are at no distance, also where its position is not known.
    """
    movement = movement or Movement()
    distance = _distance(visit0, visit1)
    legs = tuple(_leg(distance, a, b, movement) for a, b in _choices(visit0, visit1))
    return SpaceTime(distance, legs, movement.source)


def as_told(visit: Visit, telling: Telling) -> Visit:
    """The same with what is told of its position."""
    return replace(visit, position=telling.position(visit.position))


def between_as_told(
    visit0: Visit, visit1: Visit, telling: Telling, movement: Movement | None = None
) -> SpaceTime:
    """The space-time line from what is told of both places alone, so that it tells no more.

    Of squares, a way is rated where its rating is the same for the nearest and the farthest two
    places of them; its speed is that of the nearest. Two encounters of one station stay at no
    distance. Where places are withheld there is neither distance nor rating.
    """
    movement = movement or Movement()
    if telling.exact:
        return between(visit0, visit1, movement)
    squares = telling.squares
    if squares is None:
        withheld = (_leg(None, *spans, movement) for spans in _choices(visit0, visit1))
        legs = [replace(leg, reason=PlaceWithheld()) for leg in withheld]
        return SpaceTime(None, tuple(legs), movement.source)
    same = visit0.station is not None and visit0.station == visit1.station
    if same or visit0.position is None or visit1.position is None:
        here, there = (replace(visit, position=None) for visit in (visit0, visit1))
        return between(here, there, movement)
    near, far = squares.apart_km(visit0.position, visit1.position)
    legs = []
    for spans in _choices(visit0, visit1):
        least, most = (_leg(km, *spans, movement) for km in (near, far))
        if least.rating is not most.rating:
            reason = PlaceHidden(km=squares.km)
            least = replace(least, least_speed_km_h=None, rating=Rating.UNKNOWN, reason=reason)
        legs.append(least)
    return SpaceTime(None, tuple(legs), movement.source, (near, far))


def _choices(visit0: Visit, visit1: Visit) -> Sequence[tuple[Span | None, Span | None]]:
    """Every combination of the stated times of both."""
    choices: list[tuple[Span | None, Span | None]] = list(product(visit0.spans, visit1.spans))
    first, second = ((v.spans[0] if v.spans else None) for v in (visit0, visit1))
    return choices or [(first, second)]


def prior(
    way: SpaceTime,
    places: Sequence[Position],
    ends: tuple[Position | None, Position | None],
    movement: Movement | None = None,
) -> float:
    """Log10 odds that distance and times give to "one animal", for who wants them as a prior.

    places: the stations, each once. ends: where the two encounters were; 0.0 where one is unknown.
    One animal: two places of one bivariate normal home range (Jennrich & Turner 1969) lie d apart
    with a density in proportion to w(d) = exp(-d² / 4 s²), so that from station a it is next met at
    b with w(ab) / sum over all stations c of w(ac). Two animals: at any of the K stations alike,
    1 / K. The log10 of the ratio, mean of both directions, within PRIOR_BOUND, because animals
    disperse and a case has few stations. Impossible under every stated time: -PRIOR_BOUND.
    """
    if all(leg.rating is Rating.IMPOSSIBLE for leg in way.legs):
        return -PRIOR_BOUND
    end0, end1 = ends
    if end0 is None or end1 is None or len(places) < 2:
        return 0.0
    spread = 4 * (movement or Movement()).variance_km2

    def density(a: Position, b: Position) -> float:
        return exp(-(great_circle_km(a, b) ** 2) / spread)

    near = density(end0, end1)
    if near <= 0.0:
        return -PRIOR_BOUND
    sums = [sum(density(end, place) for place in places) / len(places) for end in (end0, end1)]
    ratio = log10(near) - (log10(sums[0]) + log10(sums[1])) / 2
    return min(max(ratio, -PRIOR_BOUND), PRIOR_BOUND)


def _distance(visit0: Visit, visit1: Visit) -> float | None:
    if visit0.position and visit1.position:
        return great_circle_km(visit0.position, visit1.position)
    return 0.0 if visit0.station is not None and visit0.station == visit1.station else None


def _leg(
    distance: float | None, span0: Span | None, span1: Span | None, movement: Movement
) -> SpaceTimeLeg:
    gap = _gap(span0, span1)
    days = None if gap is None else gap / timedelta(days=1)
    if distance is None or gap is None:
        reason: Sentence = PlaceUnknown() if distance is None else TimeUnknown()
        if distance is None and gap is None:
            reason = PlaceAndTimeUnknown()
        return SpaceTimeLeg(span0, span1, days, None, Rating.UNKNOWN, reason)
    hours = gap / HOUR + movement.clock_h
    speed = distance / hours if hours > 0 else (0.0 if distance == 0 else float("inf"))
    rating, reason = _rated(distance, speed, movement)
    return SpaceTimeLeg(span0, span1, days, speed, rating, reason)


def _gap(span0: Span | None, span1: Span | None) -> timedelta | None:
    """Time from the end of the earlier to the start of the later; none where they overlap."""
    if span0 is None or span1 is None:
        return None
    return max(timedelta(0), span1.start - span0.end, span0.start - span1.end)


def _rated(distance: float, speed: float, movement: Movement) -> tuple[Rating, Sentence]:
    if speed > movement.limit_km_h:
        return Rating.IMPOSSIBLE, TooFast(speed=speed, limit=movement.limit_km_h)
    if speed > movement.brisk_km_h:
        return Rating.DEMANDING, BriskWay(speed=speed, limit=movement.brisk_km_h)
    wide = movement.diameter_km
    if distance > wide:
        times = distance / wide
        return Rating.DEMANDING, BeyondHomeRange(times=times, width=wide, speed=speed)
    return Rating.PLAUSIBLE, WithinHomeRange(width=wide, speed=speed)
