"""Boxes in pixels or fractions become crops in pixels of the upright photo."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reid.errors import BadBox, UnusableCrop
from reid.photo.crop import cut, parse_box, resolve_box
from reid.types import Box, Flank

PHOTO = np.arange(100 * 200 * 3, dtype=np.uint32).astype(np.uint8).reshape(100, 200, 3)


@pytest.mark.parametrize(
    "values", ["1,2,30,40", " 1; 2; 30; 40 ", "1 2  30\t40", [1, 2, 30, 40], (1, 2, 30, 40)]
)
def test_a_box_is_read_from_text_or_numbers(values):
    assert parse_box(values) == (1, 2, 30, 40)


@pytest.mark.parametrize(
    "values", ["", "1,2,3", "1,2,,3", "1,2,3,4,5", "a,b,c,d", "0,0,nan,1", "0,0,inf,1"]
)
def test_anything_else_is_a_bad_box(values):
    with pytest.raises(BadBox):
        parse_box(values)


@pytest.mark.parametrize(
    ("values", "box"),
    [
        ((0.0, 0.0, 1.0, 1.0), Box(0, 0, 200, 100)),
        ((0.25, 0.5, 0.75, 1.0), Box(50, 50, 150, 100)),
        ((10, 20, 110, 70), Box(10, 20, 110, 70)),
        ((-5, -5, 500, 500), Box(0, 0, 200, 100)),
    ],
    ids=["the whole photo", "fractions", "pixels", "clipped"],
)
def test_fractions_and_pixels_give_pixels_inside_the_photo(values, box):
    assert resolve_box(values, 200, 100) == box


@pytest.mark.parametrize(
    ("values", "box"),
    [
        ((0.1, 0.1, 1.0001, 0.9), Box(20, 10, 200, 90)),
        ((-0.005, -0.01, 1.01, 1.01), Box(0, 0, 200, 100)),
        ((0, 0, 1.01, 1.02), Box(0, 0, 200, 100)),  # two pixels of a hundred
        ((-3, 5, 204, 101), Box(0, 5, 200, 100)),
    ],
)
def test_a_box_that_reaches_a_hair_over_the_edge_is_clipped(values, box):
    assert resolve_box(values, 200, 100) == box


@pytest.mark.parametrize("values", [(0.1, 0.1, 1.2, 0.9), (0.5, 0.5, 1.9, 1.1)])
def test_shares_far_above_one_are_no_pixels(values):
    with pytest.raises(BadBox, match="shares from 0 to 1"):
        resolve_box(values, 200, 100)


@pytest.mark.parametrize(
    "values", [(50, 50, 50, 80), (80, 10, 20, 90), (300, 10, 400, 90), (0.5, 0.5, 0.5, 0.5)]
)
def test_an_empty_box_or_one_outside_is_refused(values):
    with pytest.raises(BadBox, match="empty or lies outside"):
        resolve_box(values, 200, 100)


def test_without_a_box_the_photo_is_the_crop():
    crop = cut(PHOTO, Flank.LEFT)
    assert np.array_equal(crop.image, PHOTO)
    assert (crop.box, crop.flank) == (Box(0, 0, 200, 100), Flank.LEFT)


def test_a_crop_says_where_it_was_cut():
    crop = cut(PHOTO, Flank.RIGHT, Box(10.4, 20.6, 60.2, 80.0))
    assert crop.box == Box(10, 20, 61, 80)
    assert np.array_equal(crop.image, PHOTO[20:80, 10:61])


@pytest.mark.parametrize("box", [Box(0, 0, 31, 100), Box(0, 0, 200, 31)])
def test_a_crop_below_the_least_size_is_refused_and_the_size_named(box):
    with pytest.raises(UnusableCrop, match="at least 32"):
        cut(PHOTO, Flank.LEFT, box)


numbers = st.floats(allow_nan=True, allow_infinity=True)


@given(st.tuples(numbers, numbers, numbers, numbers))
def test_a_resolved_box_lies_inside_the_photo(values):
    try:
        box = resolve_box(values, 200, 100)
    except BadBox:
        return
    assert 0 <= box.x0 < box.x1 <= 200
    assert 0 <= box.y0 < box.y1 <= 100
    assert math.isfinite(box.width * box.height)
