"""What one look at a photo is worth: the window, agreeing cells, and the place on the photo."""

import numpy as np
import pytest
import torch

from reid.describe.look_network import LookNetwork
from reid.evaluation.trials.look_check import agreement, look_at, window_of
from reid.evaluation.trials.view_check import NoLabelledViews, labelled_views
from reid.types import Box, Crop, Flank


def crop_of(height, width, seed=0):
    image = np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)
    return Crop(image, Box(0, 0, width, height), Flank.LEFT)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    network = LookNetwork(widths=(16, 16, 16)).eval()
    network.cells.bias.data[:2] = 4.0  # takes everything for coat, and trusts it
    return network


@pytest.mark.parametrize(("height", "width"), [(200, 500), (400, 300), (90, 600)])
def test_a_crop_keeps_its_shape_in_the_window(height, width):
    window, grey, (scale, x0, y0) = window_of(crop_of(height, width))
    assert grey.shape == (160, 320)
    assert window.shape == (320, 640)
    rows, columns = np.nonzero(window.any(1))[0], np.nonzero(window.any(0))[0]
    assert abs((rows[-1] - rows[0] + 1) - height * scale) < 4
    assert abs((columns[-1] - columns[0] + 1) - width * scale) < 4
    assert abs(rows[0] - y0) < 3
    assert abs(columns[0] - x0) < 3


def test_a_photo_agrees_with_itself_and_not_with_noise(network):
    photo, other = (look_at(network, crop_of(160, 320, seed)) for seed in (1, 2))
    assert agreement(photo, photo) > 0.9 * len(photo.points)
    assert agreement(photo, other) < 0.1 * agreement(photo, photo)


def test_cells_without_coat_are_dropped(network):
    network.cells.bias.data[0] = -40.0
    photo = look_at(network, crop_of(160, 320))
    network.cells.bias.data[0] = 4.0
    assert len(photo.points) == 0
    assert agreement(photo, photo) == 0


def test_a_data_set_without_labelled_views_is_an_error_and_not_a_count_of_nothing():
    assert {view.folder for view in labelled_views(["snow-leopards"])} == {"snow-leopards"}
    with pytest.raises(NoLabelledViews, match="not paths: leopards-india"):
        labelled_views(["snow-leopards", "../data/leopards-india"])
