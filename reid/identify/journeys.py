"""The ways of animals between their captures: distances, days, least speeds."""

from collections.abc import Iterable, Mapping
from itertools import pairwise

from reid.identify.movement import Movement, Span, Visit, between_as_told
from reid.interchange.obscuring import Telling
from reid.interchange.survey import AnimalCapture, AnimalHistory, Position, StationSite, TravelLeg


def journeys(
    captures: Iterable[AnimalCapture],
    history: AnimalHistory,
    sites: Iterable[StationSite],
    movement: Movement | None = None,
    *,
    telling: Telling = Telling.EXACT,
) -> list[TravelLeg]:
    """Every leg of every animal of a history, by animal and time.

    Captures without a time are on no way. Distances are of the positions as recorded, great circle;
    two captures at one station are at no distance, also where its position is not known. told:
    nothing is said but what follows from what is told of positions, see `between_as_told`.
    """
    positions = {site.station: site.position for site in sites}
    of_animal: dict[str, list[AnimalCapture]] = {}
    for capture in captures:
        animal = history.animal_of.get(capture.encounter)
        if animal is not None and capture.started_at is not None:
            of_animal.setdefault(animal, []).append(capture)
    legs = []
    for animal in sorted(of_animal):
        ordered = sorted(of_animal[animal], key=lambda c: (c.started_at, c.encounter))
        for first, second in pairwise(ordered):
            legs.append(_leg(animal, first, second, positions, movement, telling=telling))
    return legs


def _leg(
    animal: str,
    first: AnimalCapture,
    second: AnimalCapture,
    positions: Mapping[str, Position | None],
    movement: Movement | None,
    *,
    telling: Telling,
) -> TravelLeg:
    way = between_as_told(_visit(first, positions), _visit(second, positions), telling, movement)
    leg = way.legs[0]
    return TravelLeg(
        animal=animal,
        encounter0=first.encounter,
        encounter1=second.encounter,
        station0=first.station,
        station1=second.station,
        left_at=first.ended_at or first.started_at,
        came_at=second.started_at,
        position0=positions.get(first.station),
        position1=positions.get(second.station),
        distance_km=way.distance_km,
        days=leg.days,
        least_speed_km_h=leg.least_speed_km_h,
        rating=leg.rating.value,
    )


def _visit(capture: AnimalCapture, positions: Mapping[str, Position | None]) -> Visit:
    start = capture.started_at
    spans = (Span(start, capture.ended_at or start, "photo"),) if start else ()
    return Visit(capture.station or None, positions.get(capture.station), spans)
