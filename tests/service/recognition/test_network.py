"""The network of a service in a process of its own: it may end, and no question is lost by it."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import network_work
import numpy as np
import pytest

from reid.errors import UnfitWeights
from reid.photo.errors import CropTooSmall
from reid.types import Box, Crop, Flank
from service.recognition.network import NetworkEnded, NetworkProcess
from service.settings import Settings
from service.web.errors import from_error

pytestmark = pytest.mark.slow


@pytest.fixture
def notes(tmp_path):
    """A folder with the number of every process that had the network."""
    (tmp_path / "processes").mkdir()
    yield tmp_path / "processes"
    for process in processes(tmp_path / "processes"):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


@pytest.fixture
def network(notes, tmp_path):
    return network_work.network_beside(tmp_path, notes)


def crop(first=0):
    image = np.full((80, 160, 3), 90, np.uint8)
    image[0, 0] = first
    return Crop(image, Box(0, 0, 160, 80), Flank.LEFT)


def processes(notes):
    return [int(path.name) for path in notes.iterdir()]


def test_crops_are_described_in_another_process_and_come_back_in_order(network, notes):
    one, other = crop(), crop(first=255)
    assert network.describe([one, other]) == [one.image.mean(), other.image.mean()]
    assert len(processes(notes)) == 1
    assert os.getpid() not in processes(notes)


def test_a_killed_process_is_followed_by_another_and_the_question_is_answered(network, notes):
    (first,) = processes(notes)
    os.kill(first, signal.SIGKILL)
    assert len(network.describe([crop(), crop()])) == 2
    assert len(processes(notes)) == 2


def test_an_error_comes_back_as_it_is_and_the_process_stays(network, notes):
    with pytest.raises(CropTooSmall) as caught:
        network.describe([crop(first=network_work.SMALL)])
    assert caught.value.facts == {"width": 1, "height": 1, "least": 2}
    assert len(network.describe([crop()])) == 1
    assert len(processes(notes)) == 1


def test_a_photo_that_ends_every_process_is_refused_with_503_and_the_next_is_answered(network):
    with pytest.raises(NetworkEnded, match="ended 3 times at this: if memory is short") as caught:
        network.describe([crop(first=network_work.DEADLY)])
    assert from_error(caught.value).status == 503
    assert len(network.describe([crop()])) == 1


def test_what_cannot_be_loaded_is_said_at_the_start(tmp_path):
    settings = Settings(_env_file=None, data_dir=tmp_path, model="particular@1")
    with pytest.raises(UnfitWeights, match="the weights are damaged"):
        NetworkProcess(settings, network_work.damaged)
    with pytest.raises(NetworkEnded, match="ended 3 times"):
        NetworkProcess(settings, network_work.deadly)


def test_ctrl_c_leaves_the_end_to_the_service(network, notes):
    (process,) = processes(notes)
    os.kill(process, signal.SIGINT)
    sleep(0.3)
    assert len(network.describe([crop()])) == 1
    assert processes(notes) == [process]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for a process in /proc")
def test_the_process_ends_with_a_service_that_is_killed(notes, tmp_path):
    given = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, network_work.__file__, str(tmp_path), str(notes)]
    with subprocess.Popen(command, env=given, stdout=subprocess.PIPE) as service:
        assert service.stdout.readline() == b"ready\n"
        (process,) = processes(notes)
        service.kill()
    end = monotonic() + 20
    while Path(f"/proc/{process}").exists() and monotonic() < end:
        sleep(0.05)
    assert not Path(f"/proc/{process}").exists()
