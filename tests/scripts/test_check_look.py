"""The command that measures a network in training takes the released one."""

import torch

from reid.weights import default_folder, latest
from scripts.check_look import loaded


def test_the_released_network_can_be_measured():
    folder = default_folder()
    network = loaded(folder / f"{latest(folder)}.safetensors")
    picture = torch.zeros(1, 1, 128, 192)
    with torch.inference_mode():
        assert network(picture, picture).coat.shape[0] == 1
