"""Group one synthetic survey in many random orders of arrival, and count the different results.

Twice: all photos handed to the rule at once, and photo by photo through a database, where every
photo is placed among those that are there already.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from sqlalchemy import Connection, insert, select
from tqdm import trange

from reid.identify.grouping import PhotoToGroup, grouped
from reid.identify.grouping_trial import GAP, in_many_orders, survey
from service.store import encounters
from service.store.database import Database, gathered, insert_one
from service.store.photos import add_station
from service.store.tables.encounters import annotation, encounter
from service.store.tables.photos import photo


def main() -> int:
    """Exit code 0 where there is one result, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1000, help="random orders of arrival")
    parser.add_argument(
        "--stored", type=int, default=20, help="orders of them that go through a database"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the survey and of the orders")
    options = parser.parse_args()
    photos = survey(options.seed)
    trial = in_many_orders(photos, options.orders, options.seed)
    print(
        f"at once: {trial.photos} photos in {trial.orders} orders: "
        f"{trial.results} result(s), {trial.encounters} encounters"
    )
    placed = [photo for photo in photos if photo.station]  # else the upload matters, not the order
    results = Counter(stored_orders(placed, options.stored, options.seed))
    rule = grouped(placed, GAP)
    print(
        f"photo by photo: {sum(map(len, rule))} photos in {options.stored} orders: "
        f"{len(results)} result(s), {results[rule]} of {options.stored} orders as the rule has it"
    )
    return 0 if trial.results == 1 and results[rule] == options.stored else 1


def stored_orders(
    photos: Sequence[PhotoToGroup], orders: int, seed: int
) -> Iterator[tuple[tuple[str, ...], ...]]:
    """The encounters that each of so many random orders ends in, in a database of its own."""
    chance, shuffled = Random(seed), list(photos)  # noqa: S311  no secret
    for _ in trange(orders, unit="order", disable=None):
        chance.shuffle(shuffled)
        with tempfile.TemporaryDirectory() as folder:
            yield arrived_one_by_one(shuffled, Path(folder) / "a.sqlite3")


def arrived_one_by_one(photos: Sequence[PhotoToGroup], file: Path) -> tuple[tuple[str, ...], ...]:
    """The encounters in a new SQLite database after photos with stations came in, in this order."""
    database = Database(f"sqlite:///{file}")
    database.migrate()
    with database.write() as connection:
        for one in photos:
            _arrive(connection, one)
            encounters.regroup(connection, [one.id], new=True)
        rows = connection.execute(select(annotation.c.encounter_id, annotation.c.photo_id))
        stored = gathered((row.encounter_id, row.photo_id) for row in rows)
    database.close()
    return tuple(sorted(tuple(sorted(ids)) for ids in stored.values()))


def _arrive(connection: Connection, one: PhotoToGroup) -> None:
    add_station(connection, one.station or "")
    facts = {"media_type": "image/jpeg", "bytes": 1, "width": 1, "height": 1, "notes": ""}
    facts |= {"zone": one.zone, "file_name": one.file_name, "camera": one.camera}
    row = {"id": one.id, "station": one.station, "captured_at": one.moment}
    connection.execute(insert(photo).values(**row, **facts))
    number = insert_one(connection, insert(encounter).values(station=one.station))
    animal = {"photo_id": one.id, "encounter_id": number, "flank": "left", "state": "pending"}
    connection.execute(insert(annotation).values(animal))


if __name__ == "__main__":
    sys.exit(main())
