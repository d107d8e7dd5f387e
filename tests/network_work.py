"""Networks for a process of their own. It imports this module: nothing here takes long."""

import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np

from reid.errors import UnfitWeights
from reid.photo.errors import CropTooSmall
from service.recognition.network import NetworkProcess
from service.settings import Settings

SMALL, DEADLY = 7, 9  # values of the first pixel


class Particular:
    """Describes a crop by its mean; writes down its process. Some crops it refuses, or dies of."""

    def __init__(self, notes):
        Path(notes, str(os.getpid())).touch()

    def describe(self, crops):
        first = crops[0].image[0, 0, 0]
        if first == SMALL:
            raise CropTooSmall(width=1, height=1, least=2)
        if first == DEADLY:
            os.kill(os.getpid(), signal.SIGKILL)
        return [float(np.mean(crop.image)) for crop in crops]


def particular(notes, _):
    return Particular(notes)


def damaged(_):
    raise UnfitWeights()


def deadly(_):
    os.kill(os.getpid(), signal.SIGKILL)


def network_beside(folder, notes):
    settings = Settings(_env_file=None, data_dir=folder, model="particular@1")
    return NetworkProcess(settings, partial(particular, notes))


if __name__ == "__main__":
    held = network_beside(*map(Path, sys.argv[1:]))
    print("ready", flush=True)
    time.sleep(60)
