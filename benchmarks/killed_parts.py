"""Services, workers and the database of one catalogue: processes that are killed and started again.

Each writes what it says into a file of its own.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Protocol

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1]))  # else tests/service stands before service

from postgresql import PostgresServer

REAL = (sys.executable, "-m", "service")
FAKE = (sys.executable, str(Path(__file__).parents[1] / "tests" / "fake_service.py"))
END_S = 60


class Part(Protocol):
    """What can be killed."""

    kind: str

    def start(self) -> None:
        """Start it."""

    def kill(self) -> None:
        """kill -9."""

    def restart_if_ended(self) -> bool:
        """Start it again where it ended by itself; whether it had."""


@dataclass
class ProcessPart:
    """A service or a worker. address: where a service answers."""

    kind: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    address: str = ""
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it may be killed before it works."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=dict(self.environment), stdout=log, stderr=log
            )

    def kill(self) -> None:
        """kill -9."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def restart_if_ended(self) -> bool:
        """As whoever supervises processes does."""
        ended = self.process is not None and self.process.poll() is not None
        if ended:
            self.start()
        return ended

    def end(self) -> int:
        """Stop it in order; its exit code."""
        if self.process is None:
            return 0
        self.process.terminate()
        return self.process.wait(END_S)


@dataclass
class DatabasePart:
    """PostgreSQL; it is dead for some time, as after a real crash."""

    server: PostgresServer
    kind: str = "database"

    def start(self) -> None:
        """Start it; returns when it answers."""
        self.server.start()

    def kill(self) -> None:
        """kill -9 to all of its processes."""
        self.server.kill()

    def restart_if_ended(self) -> bool:
        """It does not end by itself."""
        return False


@dataclass
class Killing:
    """Kills one part after the other. under_way: set by whoever has just sent a request.

    counts_time: whether the time until the next kill runs just now.
    """

    parts: Sequence[Part]
    rng: random.Random
    every_s: float
    counts_time: Callable[[], bool] = lambda: True
    under_way: Event = field(default_factory=Event)
    stop: Event = field(default_factory=Event)
    counts: Counter[str] = field(default_factory=Counter)

    def run(self) -> None:
        """Until `stop` is set; what is killed, or ended by itself, is started again."""
        waited, last = 0.0, time.monotonic()
        try:
            while not self.stop.wait(0.1):
                for part in self.parts:
                    if part.restart_if_ended():
                        self.counts[f"{part.kind} ended by itself"] += 1
                waited += (time.monotonic() - last) * self.counts_time()
                last = time.monotonic()
                if waited >= self.every_s:
                    self.kill_one()
                    waited, last = 0.0, time.monotonic()
        finally:
            self.stop.set()  # nobody waits for what does not start again

    def kill_one(self) -> None:
        """Any of them, in the middle of a request where there is one."""
        victim = self.rng.choice(self.parts)
        self.under_way.clear()
        if self.under_way.wait(1):
            time.sleep(self.rng.uniform(0, 0.05))
        victim.kill()
        self.counts[f"{victim.kind} killed"] += 1
        victim.start()


def leave_in_order() -> None:
    """End what was started when we are told to end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def processes(
    program: Sequence[str], given: Mapping[str, str], logs: Path, *, services: int, workers: int
) -> list[ProcessPart]:
    """So many services without workers of their own, each on a port, and so many workers."""
    logs.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, **given}
    parts = []
    for n in range(services):
        port = str(free_port())
        own = environment | {"REID_PORT": port}
        command = [*program, "serve", "--no-worker"]
        address = f"http://127.0.0.1:{port}"
        parts.append(ProcessPart("service", command, own, logs / f"service{n}.log", address))
    for n in range(workers):
        log = logs / f"worker{n}.log"
        parts.append(ProcessPart("worker", [*program, "worker"], environment, log))
    return parts


def until(true: Callable[[], bool], seconds: float) -> None:
    """Wait; raises TimeoutError."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("it took too long")
        time.sleep(0.2)
