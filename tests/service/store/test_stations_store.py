"""Stations, deployments and clocks in the database, of either kind."""

from datetime import datetime

import pytest

from reid.errors import Conflict, NotFound
from reid.photo.clocks import ClockError
from service.store import clocks, corrections, photos, stations
from service.store.clocks import ClockScope
from service.store.photos import Photo
from service.store.stations import NewDeployment
from service.store.tables.base import now

AT = datetime.fromisoformat
FILES = [AT("2024-01-01T10:00:00"), AT("2024-01-02T10:00:00"), None]


@pytest.fixture
def connection(database):
    """A transaction in which three photos of camera A stand at Ridge, the last without a time."""
    with database.write() as connection:
        photos.add_station(connection, "Ridge")
        for n, time in enumerate(FILES):
            photos.add(connection, shot(n, time))
        yield connection


def shot(n, time, camera="A"):
    return Photo(
        id=f"{n:064x}",
        file_name=f"{n}.jpg",
        media_type="image/jpeg",
        bytes=1,
        width=1,
        height=1,
        station="Ridge",
        camera=camera,
        captured_at=time,
        zone="unknown",
        latitude=None,
        longitude=None,
        notes="",
        created_at=now(),
        file_time=time,
    )


def test_cameras_are_counted_with_and_without_times(connection):
    photos.add(connection, shot(9, None, camera=None))
    unnamed, named = stations.cameras(connection, "Ridge")
    assert (unnamed.name, unnamed.photos, unnamed.without_time) == ("", 1, 1)
    assert (named.name, named.photos, named.without_time) == ("A", 3, 1)
    assert (named.first, named.last) == (FILES[0], FILES[1])


@pytest.mark.parametrize(
    ("start", "end", "free"),
    [
        (None, None, False),
        (None, "2024-01-01", True),
        ("2024-02-01", None, True),
        ("2023-01-01", "2024-01-02", False),
        ("2024-01-10", "2024-01-11", False),
        ("2024-01-31", "2024-03-01", False),
    ],
)
def test_deployments_of_one_camera_may_touch_and_not_overlap(connection, start, end, free):
    stood = NewDeployment("a", "Ridge", "A", starts_at=AT("2024-01-01"), ends_at=AT("2024-02-01"))
    stations.add(connection, stood)
    new = NewDeployment("b", "Ridge", "A", starts_at=start and AT(start), ends_at=end and AT(end))
    if free:
        assert stations.add(connection, new)
    else:
        with pytest.raises(Conflict):
            stations.add(connection, new)


def test_a_deployment_may_be_changed_where_it_only_meets_itself(connection):
    number = stations.add(connection, NewDeployment("a", "Ridge", "A"))
    stations.change(connection, number, NewDeployment("a", "Ridge", "A", heading=90))
    assert stations.deployment_by_id(connection, number).heading == 90


def test_the_position_of_a_station_is_that_of_the_deployment_then(connection):
    first = {"latitude": 1, "longitude": 1, "ends_at": AT("2024-01-01")}
    second = {"latitude": 2, "longitude": 2, "starts_at": AT("2024-01-01")}
    stations.add(connection, NewDeployment("a", "Ridge", "A", **first))
    stations.add(connection, NewDeployment("b", "Ridge", "A", **second))
    assert stations.position_of(connection, "Ridge", AT("2023-06-01")) == (1, 1)
    assert stations.position_of(connection, "Ridge") == (2, 2)
    assert stations.position_of(connection, None) is None
    assert stations.get(connection, "Ridge").position == (2, 2)


def test_a_station_that_moves_into_another_is_gone(connection):
    stations.add(connection, NewDeployment("a", "Ridge", "A"))
    stations.move_all(connection, "Ridge", "North")
    assert [row.name for row in stations.every(connection)] == ["North"]
    with pytest.raises(NotFound):
        stations.get(connection, "Ridge")


def test_photos_of_a_clock_are_those_between_its_times_and_all_without_one(connection):
    scope = ClockScope("Ridge", "A", from_time=FILES[1])
    assert [photo.file_time for photo in clocks.photos_of(connection, scope)] == [FILES[1], None]
    assert clocks.photos_of(connection, ClockScope("Ridge", "B")) == []


def test_the_newest_standing_clock_of_its_camera_corrects_what_comes_in(connection):
    def stated(offset, **scope):
        number = corrections.record(connection, kind="clock", person="a", reason="", values=[])
        scope = ClockScope("Ridge", **scope)
        return clocks.add(connection, scope, ClockError(offset), correction_id=number), number

    new = shot(20, FILES[0])
    stated(60)
    _, second = stated(120, camera="A", until_time=FILES[0])
    stated(180, camera="B")
    assert clocks.corrected(connection, new)[0].captured_at == AT("2024-01-01T10:02:00")
    corrections.let_clocks_stand(connection, second, stand=False)
    assert clocks.corrected(connection, new)[0].captured_at == AT("2024-01-01T10:01:00")
    assert clocks.corrected(connection, shot(21, None))[1] is None
