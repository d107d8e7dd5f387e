"""The space-time line: distance, time between, least speed, and what is not claimed."""

from datetime import datetime
from math import exp, log10, pi

import pytest

from reid.identify.movement import Movement, Rating, Span, Visit, between, prior
from reid.interchange.great_circle import great_circle_km

HERE = (41.0, 55.0)
NEAR = (41.0, 55.1)  # 8.4 km east
FAR = (41.0, 55.2219)  # 18.6 km east, as the two sites of Ustyurt


def visit(position, *days, station=None):
    times = [datetime.fromisoformat(day) for day in days]
    return Visit(station, position, tuple(Span(t, t, "exif") for t in times))


def test_a_degree_along_the_equator_is_one_part_in_360_of_the_circumference():
    assert great_circle_km((0, 0), (0, 1)) == pytest.approx(111.195, abs=0.01)
    assert great_circle_km((0, 179.5), (0, -179.5)) == pytest.approx(111.195, abs=0.01)
    assert great_circle_km((90, 0), (-90, 77)) == pytest.approx(20015.1, abs=0.1)


def test_two_sites_of_ustyurt_a_month_apart_are_far_but_slow():
    found = between(visit(HERE, "2018-11-11T06:57"), visit(FAR, "2018-12-07T16:27"))
    (leg,) = found.legs
    assert found.distance_km == pytest.approx(18.6, abs=0.1)
    assert leg.days == pytest.approx(26.4, abs=0.01)
    assert leg.rating is Rating.DEMANDING
    assert "1.6 times the width" in str(leg.reason)


def test_a_date_in_conflict_is_judged_under_both():
    one = visit(HERE, "2018-11-11T06:57", "2018-11-06T06:57")
    legs = between(one, visit(FAR, "2018-11-06T08:00")).legs
    assert [leg.rating for leg in legs] == [Rating.DEMANDING, Rating.DEMANDING]
    assert [leg.days for leg in legs] == pytest.approx([4.956, 0.0438], abs=0.001)
    assert legs[1].least_speed_km_h == pytest.approx(18.6 / 2.05, abs=0.05)


@pytest.mark.parametrize(
    ("position", "then", "rating"),
    [
        (NEAR, "2019-01-03T00:00", Rating.PLAUSIBLE),
        (NEAR, "2019-01-01T01:00", Rating.DEMANDING),
        (FAR, "2019-01-01T00:10", Rating.IMPOSSIBLE),
        (FAR, "2019-01-01T00:00", Rating.IMPOSSIBLE),
        (HERE, "2019-01-01T00:00", Rating.PLAUSIBLE),
    ],
)
def test_a_way_is_rated_by_its_length_and_least_speed(position, then, rating):
    found = between(visit(HERE, "2019-01-01T00:00"), visit(position, then))
    assert found.legs[0].rating is rating
    assert between(visit(position, then), visit(HERE, "2019-01-01T00:00")).legs[0].rating is rating


def test_the_time_between_counts_from_the_end_of_the_earlier_encounter():
    hours = [datetime.fromisoformat(f"2019-01-01T0{hour}:00") for hour in (0, 6, 8, 9)]
    one = Visit(None, HERE, (Span(hours[0], hours[1], "exif"),))
    other = Visit(None, NEAR, (Span(hours[2], hours[3], "exif"),))
    overlapping = Visit(None, NEAR, (Span(hours[1], hours[3], "exif"),))
    assert between(one, other).legs[0].days == pytest.approx(2 / 24)
    assert between(one, overlapping).legs[0].days == 0


@pytest.mark.parametrize(
    ("one", "other", "lacking"),
    [
        (visit(None, "2019-01-01"), visit(HERE, "2019-01-01"), "position of"),
        (visit(HERE), visit(HERE, "2019-01-01"), "time of"),
        (visit(None), visit(HERE), "position and time of"),
    ],
)
def test_what_is_not_known_is_not_rated(one, other, lacking):
    (leg,) = between(one, other).legs
    assert leg.rating is Rating.UNKNOWN
    assert lacking in str(leg.reason)
    assert leg.least_speed_km_h is None


def test_two_encounters_of_one_station_are_at_no_distance():
    one, other = visit(None, "2019-01-01", station="A"), visit(None, "2019-02-01", station="A")
    found = between(one, other)
    assert (found.distance_km, found.legs[0].rating) == (0.0, Rating.PLAUSIBLE)


def test_assumptions_can_be_changed_and_are_named_with_their_source():
    one, other = visit(HERE, "2019-01-01T00:00"), visit(FAR, "2019-01-01T00:30")
    strict = between(one, other, Movement(limit_km_h=5))
    assert strict.legs[0].rating is Rating.IMPOSSIBLE
    assert "home range of resident male Persian leopards 103 ± 52 km²" in str(strict.source)
    assert "Assumptions of this project" in str(strict.source)
    assert "impossible above 5 km/h" in str(strict.source)


def way(one, other, *days):
    times = [[day] for day in days] or [["2020-01-01"], ["2020-02-01"]]
    return between(visit(one, *times[0]), visit(other, *times[1]))


def test_as_a_prior_one_station_of_two_is_for_one_animal_and_far_ones_are_against_it():
    stations = [HERE, FAR]
    assert prior(way(HERE, HERE), stations, (HERE, HERE)) == pytest.approx(log10(2), abs=1e-3)
    assert prior(way(HERE, FAR), stations, (HERE, FAR)) == -1.0


def test_the_prior_is_the_ratio_of_the_two_ways_to_be_met_at_a_station():
    stations, s2 = [HERE, NEAR, (41.0, 55.03)], Movement().variance_km2
    table = [[exp(-(great_circle_km(a, b) ** 2) / 4 / s2) for b in stations] for a in stations]
    there, back = table[0][2] / sum(table[0]), table[2][0] / sum(table[2])
    expected = (log10(there / (1 / 3)) + log10(back / (1 / 3))) / 2
    found = prior(way(HERE, stations[2]), stations, (HERE, stations[2]))
    assert found == pytest.approx(expected)
    assert prior(way(stations[2], HERE), stations, (stations[2], HERE)) == pytest.approx(found)


def test_an_impossible_way_is_as_much_against_one_animal_as_the_prior_may_be():
    near = (41.0, 55.03)
    there = between(visit(HERE, "2020-01-01T12:00"), visit((41.0, 57.0), "2020-01-01T12:10"))
    assert there.legs[0].rating is Rating.IMPOSSIBLE
    assert prior(there, [HERE, near], (HERE, near)) == -1.0


def test_a_place_that_is_not_known_adds_nothing():
    assert prior(way(HERE, None), [HERE, FAR], (HERE, None)) == 0.0
    assert prior(way(HERE, HERE), [HERE], (HERE, HERE)) == 0.0


def test_half_of_the_squared_width_is_where_the_home_range_ends():
    spread = Movement().variance_km2
    assert pi * 5.991 * spread == pytest.approx(103.0)
