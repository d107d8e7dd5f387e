"""Bars that a camera prints along the edges of a photo are found, and nothing else is."""

import cv2
import numpy as np
import pytest

from reid.photo.crop import cut
from reid.photo.printed import on_bars, printed_bars
from reid.types import Flank


def night(seed=0, size=(480, 640)):
    """Dark grain with a paler animal in the middle."""
    grain = np.random.default_rng(seed).normal(14, 4, size)
    image = np.repeat(grain.clip(0, 255).astype(np.uint8)[..., None], 3, 2)
    cv2.ellipse(image, (320, 260), (180, 90), 0, 0, 360, (120, 120, 120), -1)
    return image


def with_bar(image, height, *, below=True, bar=0, ink=255):
    printed = image.copy()
    rows = slice(len(image) - height, len(image)) if below else slice(0, height)
    printed[rows] = bar
    at = (12, len(image) - height // 3) if below else (12, 2 * height // 3)
    cv2.putText(printed, "2019-03-01 19:49  -20C  REC", at, 0, height / 45, (ink,) * 3, 2)
    return printed


@pytest.mark.parametrize("below", [True, False])
@pytest.mark.parametrize(("bar", "ink"), [(0, 255), (255, 0), (200, 30)])
@pytest.mark.parametrize("quality", [60, 95])
def test_a_bar_is_found_to_the_pixel_in_a_jpeg_of_a_dark_night(below, bar, ink, quality):
    _, data = cv2.imencode(
        ".jpg", with_bar(night(), 32, below=below, bar=bar, ink=ink), [1, quality]
    )
    (box,) = printed_bars(cv2.imdecode(data, cv2.IMREAD_COLOR))
    edge, other = (box.y0, box.y1) if below else (box.y1, box.y0)
    assert abs(edge - (448 if below else 32)) <= 8  # a block of JPEG
    assert other == (480 if below else 0)
    assert box.width == 640


def test_two_bars_of_one_photo_are_both_found():
    assert len(printed_bars(with_bar(with_bar(night(), 40), 30, below=False))) == 2


def test_a_dark_night_a_plain_sky_and_a_white_border_have_no_print():
    plain = np.full((300, 400, 3), 210, np.uint8)
    plain[150:] = 90
    assert printed_bars(night()) == ()
    assert printed_bars(plain) == ()
    assert printed_bars(np.zeros((4, 4, 3), np.uint8)) == ()


def test_a_crop_knows_the_bars_of_its_photo_and_which_of_its_points_lie_on_them():
    crop = cut(with_bar(night(), 32), Flank.LEFT)
    points = np.array([[300, 200], [300, 470], [300, 443]], np.float32)
    assert on_bars(points, crop.bars).tolist() == [False, True, False]
    assert on_bars(points, crop.bars, margin=8).tolist() == [False, True, True]
