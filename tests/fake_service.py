"""`leopard-reid serve` and `worker` with the fake network, for tests that kill real processes.

python tests/fake_service.py serve [--no-worker] | worker [NAME PARENT]    settings come from the
environment; with REID_TEST_DEADLY=1 a photo with a magenta corner kills the worker. A worker does
not import the service: its pages and routes take three times as long as all that it needs.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))  # else tests/reid stands before reid

from fake_embedder import CALIBRATOR, FakeEmbedder, fake_recognition

from service.operations.supervisor import worker_name
from service.operations.worker import run as work
from service.settings import Settings


def command(name):
    return [sys.executable, __file__, "worker", name, str(os.getpid())]


def embedder(_):
    return FakeEmbedder(deadly=os.environ.get("REID_TEST_DEADLY") == "1")


if __name__ == "__main__":
    settings = Settings(_env_file=None)
    if sys.argv[1] == "serve":
        from service.operations.serving import run as serve

        beside = None if "--no-worker" in sys.argv else command
        serve(settings, load=fake_recognition, worker=beside)
    else:
        name, parent = (sys.argv[2], int(sys.argv[3])) if sys.argv[2:] else (worker_name(), 0)
        work(settings, embedder, calibrators=lambda *_: CALIBRATOR, name=name, parent=parent)
