"""The network: in this process, or in one of its own.

Much of what describes a photo is Python between short products. In one process with the pages each
of these steps waits for the interpreter: beside many readers a question took a hundred times as
long. Two processes have two interpreters. What is imported here is loaded in the other process.
"""

import signal
from collections.abc import Callable, Sequence
from functools import partial
from threading import Lock
from typing import Protocol

from reid.archive.local_engine import LocalEngine
from reid.archive.scheduling import TRIES, Scheduler, Work, WorkersEnd
from reid.errors import WeightsError
from reid.types import AnnotationFeatures, Crop
from reid.weights import default_folder, latest
from service.settings import Settings


class FeatureNetwork(Protocol):
    """What the service needs of `reid.describe.embed.Embedder`."""

    @property
    def model(self) -> str:
        """The model id stored with everything it makes."""

    def describe(self, crops: Sequence[Crop]) -> list[AnnotationFeatures]:
        """Embedding and local features of each crop."""


NetworkLoader = Callable[[Settings], FeatureNetwork]
Described = list[AnnotationFeatures] | Exception
"""What comes back from the other process; an error as a value, because one that is raised there
would end it."""


class NetworkEnded(
    WeightsError,
    code="network_ended",
    message="the process of the network ended {tries} times at this: if memory is short, ask with "
    "fewer or smaller photos",
): ...


def load_embedder(settings: Settings) -> FeatureNetwork:
    """The released network; imported here because torch takes seconds."""
    from reid.describe.embed import Embedder

    return Embedder.load(settings.weights_dir or default_folder(), settings.model or None)


class NetworkProcess:
    """A network in a process of its own. One that ends is followed by another, which does again
    what was lost."""

    def __init__(self, settings: Settings, load: NetworkLoader = load_embedder) -> None:
        """Starts it and waits for the network. load: can be pickled. Raises what loading raises."""
        folder = settings.weights_dir or default_folder()
        self.model = settings.model or latest(folder)
        self._work = Work(do=_described, load=partial(_loaded, load, settings), lost=_lost)
        self._process, self._one = Scheduler(LocalEngine(1)), Lock()
        self.describe([])

    def describe(self, crops: Sequence[Crop]) -> list[AnnotationFeatures]:
        """As `reid.describe.embed.Embedder` does. Raises NetworkEnded."""
        with self._one:
            try:
                (described,) = self._process.rows(self._work, [list(crops)])
            except WorkersEnd as error:
                raise NetworkEnded(tries=TRIES) from error
        if isinstance(described, Exception):
            raise described
        return described


def _loaded(load: NetworkLoader, settings: Settings) -> FeatureNetwork:
    """Ctrl-C is sent to all processes of a terminal: this one ends with the service."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return load(settings)


def _described(network: FeatureNetwork, crops: list[Crop]) -> Described:
    try:
        return network.describe(crops) if crops else []
    except Exception as error:
        return error


def _lost(_: list[Crop]) -> Described:
    return NetworkEnded(tries=TRIES)
