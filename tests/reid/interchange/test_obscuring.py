"""What is told of a position to those who may not know it: its square, and nothing beyond that."""

from math import cos, radians

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reid.interchange.great_circle import great_circle_km
from reid.interchange.obscuring import KM_A_DEGREE, NEVER_NEARER_KM, SQUARES, Telling

degrees = st.tuples(st.floats(-70, 70), st.floats(-179.9, 179.9))
coarse = st.sampled_from(list(SQUARES))


@given(coarse, degrees)
def test_the_point_that_is_told_lies_in_the_square_and_stands_for_itself(told, position):
    south, west, north, east = told.squares.around(position)
    latitude, longitude = point = told.position(position)
    assert south < latitude < north
    assert west < longitude < east
    assert [round(value, 1) for value in point] == list(point)
    assert told.position(point) == point


@given(coarse, degrees)
def test_no_place_of_a_square_is_farther_from_the_point_than_the_uncertainty(told, position):
    south, west, north, east = told.squares.around(position)
    point, most = told.position(position), told.squares.uncertainty_m / 1000
    for place in (position, (south, west), (south, east), (north, west), (north, east)):
        assert great_circle_km(place, point) <= most


@given(coarse, degrees)
def test_a_square_is_as_wide_and_high_wherever_it_lies(told, position):
    south, west, north, east = told.squares.around(position)
    narrow, side = cos(radians(max(abs(south), abs(north)))), told.squares.side * KM_A_DEGREE
    assert north - south == pytest.approx(told.squares.side)
    assert side * (1 - 1e-9) < (east - west) * KM_A_DEGREE * narrow < side * 1.08


@given(coarse, degrees, degrees)
def test_all_places_of_two_squares_are_told_to_be_as_far_apart(told, position0, position1):
    near, far = told.squares.apart_km(position0, position1)
    assert near <= great_circle_km(position0, position1) <= far
    assert told.squares.apart_km(told.position(position0), told.position(position1)) == (near, far)


@given(degrees)
def test_what_is_exact_is_told_as_it_is_and_of_what_is_withheld_nothing_is(position):
    assert Telling.EXACT.position(position) == position
    assert Telling.EXACT.squares is None
    assert Telling.WITHHELD.position(position) is None
    assert Telling.WITHHELD.squares is None


def test_levels_in_words_and_metres():
    said = {told.value: (one.km, one.uncertainty_m) for told, one in SQUARES.items()}
    assert said == {"33km": (33, 48_000), "111km": (111, 160_000)}


@pytest.mark.parametrize("told", SQUARES)
def test_the_best_guess_from_a_square_is_off_by_more_than_was_promised(told):
    chance, errors = np.random.default_rng(1), []
    for _ in range(3000):
        place = (chance.uniform(-60, 60), chance.uniform(-170, 170))
        south, west, north, east = told.squares.around(place)
        errors.append(great_circle_km(place, ((south + north) / 2, (west + east) / 2)))
    assert np.mean(errors) > NEVER_NEARER_KM
