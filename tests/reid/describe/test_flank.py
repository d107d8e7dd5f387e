"""Where the animal and its flank lie in a crop."""

import numpy as np
import pytest

from reid.describe.flank import animal_box, flank_box, of_the_animal
from reid.describe.window import SIZE, STRIDE, window_on
from reid.types import Box, Crop, Flank

SHAPE = (SIZE[0] // STRIDE, SIZE[1] // STRIDE)


def crop(width=1280, height=640):
    noise = np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)
    return Crop(noise, Box(0, 0, width, height), Flank.LEFT)


def seen(*animal):
    """Coat in the columns and rows of one box of cells, and places: head left, tail right."""
    x0, y0, x1, y1 = animal
    coat = np.zeros(SHAPE, np.float32)
    coat[y0:y1, x0:x1] = 1
    u = np.clip((np.arange(SHAPE[1]) - x0) / (x1 - x0) * 1.4 - 0.1, -0.2, 1.5)
    v = np.clip((np.arange(SHAPE[0]) - y0) / (y1 - y0), 0, 1)
    return coat, np.stack(np.meshgrid(u, v)).astype(np.float32)


def test_the_box_of_an_animal_lies_around_its_coat_in_pixels_of_the_crop():
    photo = crop()
    coat, _ = seen(20, 10, 60, 30)
    box = animal_box(coat, window_on(photo, photo.box))
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx((280, 140, 1000, 500), abs=30)


def test_a_bush_that_looks_a_little_like_coat_is_no_part_of_the_animal():
    coat, _ = seen(20, 10, 60, 30)
    coat[0:6, 40:80] = 0.6
    clear = of_the_animal(coat)
    assert clear[0:6].max() == 0
    assert np.array_equal(clear[10:], coat[10:])


def test_a_trunk_before_the_animal_leaves_both_halves():
    coat, _ = seen(20, 10, 60, 30)
    coat[:, 38:42] = 0.1
    coat[10:30, 42:] *= 0.9
    assert np.array_equal(of_the_animal(coat)[10:30, 20:60], coat[10:30, 20:60])


def test_of_two_animals_as_sure_the_box_lies_around_the_larger_one():
    photo = crop()
    coat, _ = seen(20, 10, 60, 30)
    coat[34:39, 70:79] = 1
    box = animal_box(of_the_animal(coat), window_on(photo, photo.box))
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx((280, 140, 1000, 500), abs=30)


def test_head_and_tail_are_no_part_of_the_flank():
    photo = crop()
    coat, places = seen(10, 10, 70, 30)
    window = window_on(photo, photo.box)
    animal, flank = animal_box(coat, window), flank_box(coat, places, window)
    assert flank.x0 > animal.x0 + 80
    assert flank.x1 < animal.x1 - 120


def test_where_no_coat_is_seen_there_is_no_box():
    photo = crop()
    coat, places = seen(10, 10, 13, 13)
    window = window_on(photo, photo.box)
    assert animal_box(coat, window) is None
    assert flank_box(coat, places, window) is None


@pytest.mark.parametrize("width", [300, 640, 2600])
def test_a_cell_of_the_window_and_the_pixel_under_it_are_found_from_each_other(width):
    photo = crop(width, width // 2)
    window = window_on(photo, Box(0.2 * width, -20, 0.7 * width, 0.3 * width))
    cells = np.array([[0, 0], [13, 7], [79, 39]], np.float32)
    assert window.cells(window.on_crop(cells)) == pytest.approx(cells, abs=1e-3)


def test_the_window_shows_what_lies_at_its_place_in_the_crop():
    photo = crop(1280, 640)
    photo.image[:] = 90
    photo.image[300:340, 600:640] = 250
    window = window_on(photo, Box(320, 160, 960, 480))
    column, row = np.rint(window.cells(np.array([[620, 320]], np.float32)))[0].astype(int)
    middle = window.contrast[row * STRIDE + 4, column * STRIDE + 4]
    assert middle > 0.2 > window.contrast[10, 10]
