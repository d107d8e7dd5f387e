"""What is told of a position to those who may not know it: its square, and nothing beyond that."""

from math import cos, radians

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reid.interchange.great_circle import great_circle_km
from reid.interchange.obscuring import (
    NEVER_NEARER_KM,
    UNCERTAINTY_M,
    apart_km,
    obscured,
    square_of,
)

degrees = st.tuples(st.floats(-70, 70), st.floats(-179.9, 179.9))


@given(degrees)
def test_the_point_that_is_told_lies_in_the_square_and_stands_for_itself(position):
    south, west, north, east = square_of(position)
    latitude, longitude = told = obscured(position)
    assert south < latitude < north
    assert west < longitude < east
    assert obscured(told) == told
    assert great_circle_km(position, told) * 1000 <= UNCERTAINTY_M


@given(degrees)
def test_a_square_is_33_km_wide_and_high_wherever_it_lies(position):
    south, west, north, east = square_of(position)
    narrow = cos(radians(max(abs(south), abs(north))))
    assert (north - south) * 111.195 > 33.3
    assert 33.3 < (east - west) * 111.195 * narrow < 36


@given(degrees, degrees)
def test_all_places_of_two_squares_are_told_to_be_as_far_apart(position0, position1):
    near, far = apart_km(position0, position1)
    assert near <= great_circle_km(position0, position1) <= far
    assert apart_km(obscured(position0), obscured(position1)) == (near, far)


def test_the_best_guess_from_a_square_is_off_by_more_than_was_promised():
    chance, errors = np.random.default_rng(1), []
    for _ in range(3000):
        place = (chance.uniform(-60, 60), chance.uniform(-170, 170))
        south, west, north, east = square_of(place)
        errors.append(great_circle_km(place, ((south + north) / 2, (west + east) / 2)))
    assert np.mean(errors) > NEVER_NEARER_KM
