"""Keeps one worker process alive beside the service."""

import logging
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Callable
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from service.settings import Settings
from service.store import jobs
from service.store.database import Database

log = logging.getLogger(__name__)
LONGEST_PAUSE_S = 30.0
HEALTHY_AFTER_S = 20.0
TERM_S = 15.0


class Supervisor:
    """Starts `leopard-reid worker`, and starts it again when it dies."""

    def __init__(
        self, settings: Settings, database: Database, command: Callable[[str], list[str]]
    ) -> None:
        """command: the command line of a worker of this name."""
        self._settings, self._database, self._command = settings, database, command
        self._stop = Event()
        self._thread = Thread(target=self._watch, name="supervisor", daemon=True)

    def start(self) -> None:
        """Start the worker and watch it."""
        self._thread.start()

    def stop(self) -> None:
        """End the worker in order and wait for it."""
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        pause = 0.5
        while not self._stop.wait(pause):
            name = worker_name()
            worker = subprocess.Popen(self._command(name), env=environment(self._settings))  # noqa: S603
            lived = self._wait(worker)
            self._release(name)
            if not self._stop.is_set():
                log.error("the worker ended with %s; starting another", worker.returncode)
            pause = 0.5 if lived > HEALTHY_AFTER_S else min(pause * 2, LONGEST_PAUSE_S)

    def _wait(self, worker: subprocess.Popen[bytes]) -> float:
        """Seconds that the worker lived, in half seconds."""
        lived = 0.0
        while worker.poll() is None:
            if self._stop.wait(0.5):
                _end(worker)
            lived += 0.5
        return lived

    def _release(self, name: str) -> None:
        """Open the dead worker's jobs at once; without this they come back with their lease."""
        try:
            with self._database.write() as connection:
                jobs.release(connection, name)
                jobs.leave(connection, name)
        except SQLAlchemyError:
            log.exception("the jobs of %s come back when their lease runs out", name)


def worker_name() -> str:
    """A name no other worker has."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"


def worker_command(name: str) -> list[str]:
    """The worker's command line."""
    return [sys.executable, "-m", "service", "worker", "--name", name, "--parent", str(os.getpid())]


def environment(settings: Settings) -> dict[str, str]:
    """Our own environment, with these settings."""
    values = settings.model_dump(exclude_none=True)
    return os.environ | {f"REID_{name.upper()}": str(value) for name, value in values.items()}


def _end(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    try:
        worker.wait(TERM_S)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
