"""A worker that embeds with a fake network, and compares encounters too."""

from fake_embedder import CALIBRATOR, FakeEmbedder

from service.operations.worker import Worker
from service.recognition.engine import Engine, Recognition
from service.settings import Settings
from service.store.database import Database
from service.store.files import PhotoFiles
from service.store.pairs import Maker
from service.web.metrics import Metrics

FAKE = Maker("fake@1", "calibrated@1")


def compare(app, calibrator=CALIBRATOR, embedder=None):
    """Do all jobs that wait."""
    parts = app.state.components
    network = embedder or FakeEmbedder()
    load = lambda _: Recognition(network, calibrator)  # noqa: E731
    engine = Engine(parts[Database], parts[Settings], Metrics(), load=load)
    given = (parts[Database], parts[PhotoFiles], parts[Settings], network)
    worker = Worker(*given, name="compares", engine=engine)
    while worker.work():
        pass
