"""Boxes of a full frame from a map of coat."""

import numpy as np
import pytest

from reid.describe.finder import ProposedBox, boxes_of_coat, proposals
from reid.photo.crop import is_frame
from reid.types import Box


def coat(*ellipses, size=(48, 64), value=0.9):
    """A map with ellipses of coat: (x, y, half width, half height) in cells."""
    y, x = np.mgrid[0 : size[0], 0 : size[1]] + 0.5
    cells = np.full(size, 0.05, np.float32)
    for cx, cy, a, b in ellipses:
        cells[((x - cx) / a) ** 2 + ((y - cy) / b) ** 2 <= 1] = value
    return cells


def test_an_empty_frame_has_no_box():
    assert boxes_of_coat(coat(), 1920, 1440) == []


def test_one_animal_is_one_box_around_its_coat_with_a_margin():
    (found,) = boxes_of_coat(coat((30, 20, 10, 5)), 1920, 1440)
    assert found.probability == pytest.approx(0.9)
    assert found.box.x0 < 20 * 30 < 21 * 30 and found.box.x0 >= 18 * 30
    assert 40 * 30 <= found.box.x1 <= 42 * 30
    assert 13 * 30 <= found.box.y0 < 15 * 30
    assert 25 * 30 <= found.box.y1 <= 27 * 30


def test_two_animals_are_two_boxes_the_one_with_most_coat_first():
    cells = np.maximum(coat((14, 20, 8, 5), value=0.7), coat((48, 24, 9, 5), value=0.95))
    first, second = boxes_of_coat(cells, 1920, 1440)
    assert first.box.x0 > second.box.x1
    assert first.probability > second.probability


def test_two_animals_of_one_size_stay_two_however_near_they_are():
    assert len(boxes_of_coat(coat((15, 20, 8, 5), (33, 20, 8, 5)), 1920, 1440)) == 2


def test_a_stone_far_from_a_large_animal_is_neither_a_part_of_it_nor_another_one():
    (found,) = boxes_of_coat(coat((40, 22, 16, 11), (6, 30, 3, 2)), 1920, 1440)
    assert found.box.x0 > 20 * 30


def test_a_tail_that_grass_parts_from_its_animal_belongs_to_it():
    (found,) = boxes_of_coat(coat((30, 20, 10, 6), (44, 20, 3, 1.5)), 1920, 1440)
    assert found.box.x1 >= 47 * 30


def test_a_hole_or_a_part_inside_another_is_no_second_animal():
    ring = np.where(coat((30, 24, 5, 3)) > 0.5, 0.05, coat((30, 24, 14, 9))).astype(np.float32)
    ring[23:25, 29:31] = 0.9
    assert len(boxes_of_coat(ring, 1920, 1440)) == 1


def test_specks_are_no_animals():
    assert boxes_of_coat(coat((10, 10, 0.9, 0.9), (50, 30, 0.9, 0.9)), 1920, 1440) == []


def test_a_box_never_leaves_its_frame():
    (found,) = boxes_of_coat(coat((2, 46, 10, 6)), 1280, 960)
    assert (found.box.x0, found.box.y1) == (0.0, 960.0)


class Lookout:
    model = "lookout@1"

    def __init__(self, *boxes):
        self.boxes = [ProposedBox(box, 0.9) for box in boxes]

    def animals(self, image):
        return self.boxes


def test_a_photo_that_was_cut_out_gets_no_proposal():
    frame, crop = np.zeros((960, 1280, 3), np.uint8), np.zeros((160, 320, 3), np.uint8)
    animal = Box(100, 100, 600, 400)
    assert is_frame(1280, 720) and not is_frame(640, 480)
    assert [one.box for one in proposals(Lookout(animal), frame)] == [animal]
    assert proposals(Lookout(Box(0, 0, 300, 100)), crop) == []
    assert proposals(Lookout(Box(10, 10, 1270, 900)), frame) == []
