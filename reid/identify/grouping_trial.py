"""Grouping put to the test: one synthetic survey, its photos arriving in many random orders."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from reid.identify.grouping import PhotoToGroup, grouped

GAP = timedelta(minutes=30)
ZONES = ("unknown", "+00:00", "+05:30", "unknown")
START = datetime(2024, 2, 1)  # noqa: DTZ001  a wall clock


@dataclass(frozen=True, slots=True)
class OrdersTrial:
    """What came of it. results: how many different results. encounters: of the first result."""

    photos: int
    orders: int
    results: int
    encounters: int


def survey(seed: int, *, stations: int = 6, visits: int = 30) -> list[PhotoToGroup]:
    """Photos of two cameras a station: bursts, visits close to the gap, zones of four kinds.

    One camera in three has no clock, one visit in ten no station; some counters begin anew.
    """
    chance = Random(seed)  # noqa: S311  no secret
    photos: list[PhotoToGroup] = []
    for place in range(stations):
        zone = ZONES[place % len(ZONES)]
        time, counts = START + timedelta(hours=place), [1, 1]
        for visit in range(visits):
            time += timedelta(minutes=chance.choice((8, 26, 29, 30, 31, 55, 700)))
            camera = chance.randrange(2)
            if chance.random() < 0.05:
                counts[camera] = 1
            burst = list(_burst(chance, f"{place}", camera, time, zone, counts))
            if chance.random() < 0.1:
                burst = [_elsewhere(photo, visit) for photo in burst]
            photos += burst
    return photos


def in_many_orders(photos: Sequence[PhotoToGroup], orders: int, seed: int) -> OrdersTrial:
    """Group the same photos in `orders` random orders, and count the different results."""
    chance, shuffled = Random(seed), list(photos)  # noqa: S311
    results: Counter[tuple[tuple[str, ...], ...]] = Counter()
    for _ in range(orders):
        chance.shuffle(shuffled)
        results[grouped(shuffled, GAP)] += 1
    first = next(iter(results), ())
    return OrdersTrial(len(photos), orders, len(results), len(first))


def _burst(
    chance: Random, place: str, camera: int, time: datetime, zone: str, counts: list[int]
) -> Iterator[PhotoToGroup]:
    clockless = camera == 1 and int(place) % 3 == 0
    for _ in range(chance.randrange(1, 5)):
        time += timedelta(seconds=chance.random() * 40)
        counts[camera] += chance.choice((1, 1, 1, 2, 9))
        number, known = counts[camera], chance.random() < 0.8
        yield PhotoToGroup(
            id=f"{chance.getrandbits(64):016x}",
            station=f"S{place}",
            camera=f"C{camera}",
            moment=None if clockless or chance.random() < 0.1 else time,
            zone=zone if known else "unknown",
            file_name=f"IMG_{number:04d}.JPG",
        )


def _elsewhere(photo: PhotoToGroup, upload: int) -> PhotoToGroup:
    """The same photo where nobody stated the station."""
    return PhotoToGroup(
        photo.id, None, photo.camera, photo.moment, photo.zone, None, photo.file_name, upload
    )
