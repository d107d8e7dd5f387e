"""When the cameras of each station worked, where they stood in metres, and what they captured."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from reid.errors import BadSettings
from reid.interchange.survey import (
    AnimalCapture,
    AnimalHistory,
    CameraDeployment,
    CaptureSurvey,
    LeftOut,
)
from reid.types import Flank

DAY = timedelta(days=1)
LEAST_USE = 0.01  # of a day: what a camera that worked at all counts


class NoEffort(
    BadSettings,
    message="no station has a position and a deployment with start and end: state them on the page "
    "of the station, or let the first and last photo of a station count",
): ...


@dataclass(frozen=True, slots=True)
class Occasions:
    """Parts of a survey of the same length, numbered from 1.

    first: its first day, from midnight. days: of one occasion. number: how many there are.
    """

    first: date
    days: int
    number: int

    def of(self, moment: datetime) -> int | None:
        """The occasion of a local time; None outside the survey."""
        occasion = (moment.date() - self.first).days // self.days + 1
        return occasion if 1 <= occasion <= self.number else None


@dataclass(frozen=True, slots=True)
class Traps:
    """Stations as detectors.

    stations: J names. metres: (J, 2) float64, easting and northing in the zone `crs`, e.g.
    "EPSG:32640". usage: (J, K) float64, days of each occasion on which a camera of it worked.
    """

    stations: tuple[str, ...]
    metres: NDArray[np.float64]
    crs: str
    usage: NDArray[np.float64]
    occasions: Occasions


@dataclass(frozen=True, slots=True)
class TrapDetection:
    """One capture of an animal by a detector. trap, occasion: numbers from 1.

    side: "left", "right" or "both", which flanks the photos show; "unknown" where nobody knows.
    """

    animal: str
    trap: int
    occasion: int
    side: str
    encounter: int


def spans(
    survey: CaptureSurvey, *, by_photos: bool = False
) -> dict[str, list[tuple[datetime, datetime]]]:
    """Station -> when its cameras worked, by its deployments with start and end.

    by_photos: the first and last photo of a station stand for a start or an end that nobody stated.
    """
    times: dict[str, list[datetime]] = {}
    for photo in survey.photos:
        if photo.captured_at is not None:
            times.setdefault(photo.station, []).append(photo.captured_at)
    working: dict[str, list[tuple[datetime, datetime]]] = {}
    for deployment in survey.deployments:
        start, end = deployment.starts_at, deployment.ends_at
        own = times.get(deployment.station)
        if by_photos and own:
            start, end = start or min(own), end or max(own)
        if start is not None and end is not None and (deployment.stated or by_photos):
            working.setdefault(deployment.station, []).append((start, end))
    if by_photos:
        for station, own in times.items():
            if station:
                working.setdefault(station, [(min(own), max(own))])
    return working


def occasions(working: Mapping[str, Sequence[tuple[datetime, datetime]]], days: int) -> Occasions:
    """The occasions that cover all the times in which cameras worked."""
    if days < 1:
        raise ValueError(f"an occasion has at least one day, not {days}")
    if not working:
        raise NoEffort()
    every = [span for station in working.values() for span in station]
    first, last = min(start for start, _ in every).date(), max(end for _, end in every).date()
    return Occasions(first, days, ((last - first).days // days) + 1)


def traps(survey: CaptureSurvey, *, days: int = 1, by_photos: bool = False) -> Traps:
    """The stations with a position that worked at some time. Raises NoEffort where there is none.

    days: of one occasion. A station whose cameras overlap counts once: it works while any does.
    """
    working = spans(survey, by_photos=by_photos)
    placed = [(s.station, s.position) for s in survey.sites if s.position and s.station in working]
    if not placed:
        raise NoEffort()
    names = tuple(station for station, _ in placed)
    timed = occasions({name: working[name] for name in names}, days)
    metres, crs = projected([position for _, position in placed])
    usage = np.stack([_usage(working[name], timed) for name in names])
    return Traps(names, metres, crs, usage, timed)


def projected(
    positions: Sequence[tuple[float, float]],
) -> tuple[NDArray[np.float64], str]:
    """Positions (latitude, longitude) in metres of one UTM zone, that of their mean, and its name.

    WGS 84; by PROJ. The zones of Norway and Svalbard are not used: a survey needs one plane.
    """
    from pyproj import Transformer

    latitude, longitude = (float(np.mean(axis)) for axis in zip(*positions, strict=True))
    zone = int((longitude + 180) // 6) % 60 + 1
    crs = f"EPSG:{(32600 if latitude >= 0 else 32700) + zone}"
    to_metres = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    east, north = to_metres.transform([p[1] for p in positions], [p[0] for p in positions])
    return np.column_stack([east, north]).astype(np.float64), crs


def days_worked(working: Sequence[tuple[datetime, datetime]], day: date) -> float:
    """[0, 1], the part of a day in which any camera of a station worked; rounded to hundredths."""
    start = datetime.combine(day, time.min)
    end, total, reached = start + DAY, timedelta(0), start
    for begin, stop in sorted(working):
        begins, stops = max(begin, reached), min(stop, end)
        if stops > begins:
            total += stops - begins
            reached = stops
        elif start <= begin == stop < end:  # one photo is all that is known
            total = max(total, DAY * LEAST_USE)
    return max(round(total / DAY, 2), LEAST_USE) if total else 0.0


def _usage(working: Sequence[tuple[datetime, datetime]], timed: Occasions) -> NDArray[np.float64]:
    """(K,) days of each occasion on which a station worked."""
    days = [days_worked(working, timed.first + n * DAY) for n in range(timed.number * timed.days)]
    parts = np.array(days, np.float64).reshape(timed.number, timed.days)
    return np.asarray(np.round(parts.sum(1), 2), np.float64)


def side_of(flanks: Iterable[Flank]) -> str:
    """left, right, both or unknown."""
    known = {*flanks} - {Flank.UNKNOWN}
    if len(known) == 2:
        return "both"
    return next(iter(known)).value if known else "unknown"


def detections(
    captures: Iterable[AnimalCapture], history: AnimalHistory, layout: Traps, table: str
) -> tuple[list[TrapDetection], list[LeftOut]]:
    """The captures of a history by detectors, in the order of animals, and what has no place.

    table: what is made of them, as named in what is left out.
    """
    place = {station: n for n, station in enumerate(layout.stations, 1)}
    rows, left_out = [], []
    for capture in captures:
        animal = history.animal_of.get(capture.encounter)
        if animal is None:
            why = "it belongs to no animal in this history"
            left_out.append(LeftOut(table, f"encounter {capture.encounter}", why))
            continue
        trap, moment = place.get(capture.station), capture.started_at
        occasion = layout.occasions.of(moment) if moment else None
        why = _why_not(capture, trap, occasion, layout)
        if why or trap is None or occasion is None:
            left_out.append(LeftOut(table, f"encounter {capture.encounter} of {animal}", why))
            continue
        side = side_of(capture.flanks)
        rows.append(TrapDetection(animal, trap, occasion, side, capture.encounter))
    rows.sort(key=lambda row: (row.animal, row.occasion, row.trap, row.encounter))
    return rows, left_out


def _why_not(capture: AnimalCapture, trap: int | None, occasion: int | None, layout: Traps) -> str:
    """Why a capture is at no detector and no occasion; "" where it is."""
    if not capture.station:
        return "its station is not known"
    if trap is None:
        return f"{capture.station} has no position or no time in which its cameras worked"
    if capture.started_at is None:
        return "its time is not known"
    if occasion is None or not layout.usage[trap - 1, occasion - 1]:
        return f"no camera of {capture.station} worked on {capture.started_at:%Y-%m-%d}"
    return ""


def unused(deployments: Iterable[CameraDeployment], layout: Traps) -> list[str]:
    """Stations with a deployment that are no detector, by name."""
    return sorted({d.station for d in deployments} - {*layout.stations})
