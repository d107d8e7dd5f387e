"""The flank in a loose crop: from the places on the body, or from the outline of the coat."""

import numpy as np
import pytest

from reid.describe.flank import FLANK, flank_window, thick_window
from reid.types import Box

CROP = Box(0, 0, 640, 320)


def places(box, *, faces_left=True, tilt=0.0, shape=(4, 8)):
    """What a perfect network says where the flank fills `box` of the crop."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    x, y = (x + 0.5) / shape[1] * CROP.width, (y + 0.5) / shape[0] * CROP.height
    along, down = (x - box.x0) / box.width, (y - box.y0) / box.height + tilt * (x - 320) / 640
    u0, v0, u1, v1 = FLANK
    along = along if faces_left else 1 - along
    return np.stack([u0 + along * (u1 - u0), v0 + down * (v1 - v0)]).astype(np.float32)


@pytest.mark.parametrize("faces_left", [True, False], ids=["left", "right"])
@pytest.mark.parametrize("tilt", [0.0, 0.3], ids=["level", "on a slope"])
def test_the_flank_is_found_from_the_places_of_its_cells(faces_left, tilt):
    truth = Box(160, 60, 480, 220)
    coat = np.ones((16, 32), np.float32)
    found = flank_window(coat, places(truth, faces_left=faces_left, tilt=tilt), CROP)
    assert (found.x0, found.x1) == pytest.approx((160, 480), abs=25)
    assert found.height == pytest.approx(160, abs=10)


def test_a_moved_leg_or_tail_does_not_move_the_flank():
    truth = Box(160, 60, 480, 220)
    seen = places(truth)
    seen[:, 3:, :2] += 0.6
    found = flank_window(np.ones((16, 32), np.float32), seen, CROP)
    assert (found.x0, found.y0) == pytest.approx((160, 60), abs=10)


def test_a_flank_may_reach_over_the_edge_of_a_tight_crop():
    truth = Box(-60, -20, 700, 340)
    found = flank_window(np.ones((16, 32), np.float32), places(truth), CROP)
    assert found.x0 < -40
    assert found.x1 > 680


def test_places_that_are_no_animal_give_way_to_the_outline():
    coat = np.zeros((16, 32), np.float32)
    coat[4:10, 8:26] = 1
    folded = np.zeros((2, 4, 8), np.float32)
    assert flank_window(coat, folded, CROP) == thick_window(coat, CROP)


def test_the_flank_is_the_thick_part_of_the_coat():
    coat = np.zeros((16, 32), np.float32)
    coat[4:10, 8:26] = 1  # the trunk
    coat[10:16, 10:12] = coat[10:16, 22:24] = 1  # legs
    coat[5:6, 26:32] = 1  # tail
    found = thick_window(coat, Box(0, 0, 320, 160))
    assert 60 <= found.x0 <= 100
    assert 240 <= found.x1 <= 275
    assert found.y1 <= 115


@pytest.mark.parametrize("value", [0.0, 1.0], ids=["no coat", "only coat"])
def test_a_crop_without_an_outline_is_taken_whole(value):
    whole = Box(0, 0, 320, 160)
    found = thick_window(np.full((16, 32), value, np.float32), whole)
    assert found.width > 0.95 * whole.width
    assert found.height > 0.9 * whole.height
