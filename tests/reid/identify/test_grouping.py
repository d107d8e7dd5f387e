"""Which photos are one encounter, whatever the order in which they come."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from reid.identify.grouping import PhotoToGroup, grouped
from reid.identify.grouping_trial import in_many_orders, survey

GAP = timedelta(minutes=30)


def photo(name, clock="", zone="unknown", station="Ridge", **others):
    moment = datetime.fromisoformat(f"2024-03-01T{clock}") if clock else None
    return PhotoToGroup(name, station, moment=moment, zone=zone, **others)


def numbered(number, clock="", **others):
    facts = {"camera": "C1", "file_name": f"IMG_{number:04d}.JPG"} | others
    return photo(f"n{number:04d}", clock, **facts)


def groups(*photos):
    """The result, after every order was seen to give it."""
    result = grouped(photos, GAP)
    if len(photos) < 6:
        assert {grouped(order, GAP) for order in permutations(photos)} == {result}
    return [" ".join(group) for group in result]


def test_a_photo_between_two_that_lie_apart_joins_them_in_any_order():
    a1, a2, b1 = photo("a1", "10:00"), photo("a2", "10:50"), photo("b1", "10:25")
    assert groups(a1, a2) == ["a1", "a2"]
    assert groups(a1, a2, b1) == ["a1 a2 b1"]


def test_the_gap_itself_is_within_the_gap_to_the_microsecond():
    assert groups(photo("a", "10:00"), photo("b", "10:30")) == ["a b"]
    assert groups(photo("a", "10:00"), photo("b", "10:30:00.000001")) == ["a", "b"]


def test_stations_are_apart():
    assert groups(photo("a", "10:00"), photo("b", "10:00", station="Spring")) == ["a", "b"]


def test_known_zones_are_compared_in_utc():
    utc, near = photo("utc", "14:00", "+00:00"), photo("near", "19:30:10", "+05:30")
    far = photo("far", "14:05", "+05:30")
    assert groups(utc, near, far) == ["far", "near utc"]
    assert groups(photo("a", "09:00", "-03:30"), photo("b", "12:40", "+00:00")) == ["a b"]


def test_an_unknown_zone_joins_by_the_wall_clock_where_only_one_zone_is_near():
    unknown = photo("u", "14:10")
    assert groups(unknown, photo("a", "14:00", "+05:30")) == ["a u"]
    bridge = (photo("a", "14:00", "+05:30"), photo("b", "14:30:01", "+05:30"))
    assert groups(*bridge) == ["a", "b"]
    assert groups(unknown, *bridge) == ["a b u"]


def test_an_unknown_zone_joins_nothing_where_two_zones_are_near():
    photos = photo("u", "14:10"), photo("a", "14:00", "+05:30"), photo("b", "14:20", "+00:00")
    assert groups(*photos) == ["a", "b", "u"]


def test_without_a_time_numbers_in_small_steps_of_one_camera_are_a_burst():
    assert groups(*map(numbered, (1, 2, 5, 9))) == ["n0001 n0002 n0005", "n0009"]
    other = replace(numbered(3), id="other", camera="C2")
    assert groups(numbered(1), numbered(2), other) == ["n0001 n0002", "other"]
    assert groups(numbered(1), replace(numbered(2), station="Spring")) == ["n0001", "n0002"]


def test_the_sequence_of_the_camera_comes_before_the_name_of_the_file():
    photos = (
        photo("a", camera="C", sequence=7, file_name="x.jpg"),
        photo("b", camera="C", sequence=8),
    )
    assert groups(*photos) == ["a b"]


def test_a_burst_without_a_time_joins_the_photos_that_it_lies_next_to_or_between():
    first, second = numbered(10, "10:00"), numbered(30, "10:20")
    assert groups(first, numbered(12), numbered(13)) == ["n0010 n0012 n0013"]
    assert groups(first, second, numbered(20)) == ["n0010 n0020 n0030"]
    assert groups(first, numbered(20)) == ["n0010", "n0020"]


def test_a_burst_between_two_encounters_joins_neither_where_both_are_next_to_it():
    first, second = numbered(10, "10:00"), numbered(13, "15:00")
    assert groups(first, second, numbered(11), numbered(12)) == ["n0010", "n0011 n0012", "n0013"]
    later = numbered(30, "15:00")
    assert groups(first, later, numbered(11)) == ["n0010 n0011", "n0030"]


def test_a_number_that_occurs_twice_says_nothing():
    twice = replace(numbered(2), id="twice")
    assert groups(numbered(1), numbered(2), twice) == ["n0001", "n0002", "twice"]


NOT_COUNTED = (
    "a.jpg b.jpg",
    "1.jpg 2.jpg",
    "IMG-20240301-WA0001.jpg IMG-20240301-WA0002.jpg",
    "x123456789.jpg x123456790.jpg",
)


@pytest.mark.parametrize("names", NOT_COUNTED)
def test_names_that_count_nothing_join_nothing(names):
    first, second = names.split()
    one = photo("a", camera="C", file_name=first)
    assert groups(one, photo("b", camera="C", file_name=second)) == ["a", "b"]


def test_copies_of_one_name_are_one_number_twice():
    names = "IMG_0001.JPG", "IMG_0001 (1).JPG"
    assert len(groups(*(photo(n, camera="C", file_name=n) for n in names))) == 2


def test_without_a_station_times_join_nothing_but_a_burst_of_one_upload_does():
    nowhere = {"station": None, "upload": 1}
    assert groups(photo("a", "10:00", **nowhere), photo("b", "10:00", **nowhere)) == ["a", "b"]
    assert groups(numbered(1, **nowhere), numbered(2, **nowhere)) == ["n0001 n0002"]
    assert len(groups(numbered(1, **nowhere), numbered(2, station=None, upload=2))) == 2
    assert len(groups(numbered(1, "10:00", **nowhere), numbered(2, "11:00", **nowhere))) == 2
    unnamed = nowhere | {"camera": None}
    assert len(groups(numbered(1, **unnamed), numbered(2, **unnamed))) == 2


def test_every_photo_is_in_exactly_one_group():
    photos = survey(4)
    found = [name for group in grouped(photos, GAP) for name in group]
    assert sorted(found) == sorted(one.id for one in photos)


def test_a_survey_has_one_result_in_any_order_of_arrival():
    trial = in_many_orders(survey(2), 20, 5)
    assert (trial.results, trial.orders) == (1, 20)
    assert 50 < trial.encounters < trial.photos
