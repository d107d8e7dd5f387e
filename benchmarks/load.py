"""Does the service hold under load? Reads and questions at a rate, then many clients at once.

Starts `leopard-reid serve` on a temporary folder, fills it, and sends reads and questions at fixed
rates for some minutes, whether or not the answers keep up. Then --clients ask at the same moment,
each --each times, and come again where they are told to. `/health` is asked ten times a second all
the while. Prints statuses, medians and 95 % of the times, and memory of all processes. Exit code 1
where an answer was an error of the service, a client was never answered, or memory grew by more
than a third.

    .venv/bin/python benchmarks/load.py --minutes 10            # with the network
    .venv/bin/python benchmarks/load.py --minutes 1 --fake      # with one that says nothing
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from durability import photo
from killed_parts import FAKE, REAL, free_port
from results import keep

PHOTOS = 24
PAGES = (
    *("/encounters", "/catalogue", "/stations", "/cases", "/encounters/1", "/identities/1"),
    *("/api/v1/encounters", "/api/v1/identities", "/api/v1/stations", "/api/v1/encounters/2"),
)
PATIENCE_S = 120.0
CROWD_S = 900.0
"""So long a client of the crowd comes again: two cores answer some hundred questions in minutes."""


@dataclass
class LoadFigures:
    """Answers by kind and status, and seconds by kind; shared by the threads. unanswered: by kind
    and why there was no answer."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def noted(self, kind: str, ask: Callable[[], httpx.Response]) -> httpx.Response | None:
        """The answer, noted; None where there was none."""
        started, answer = time.monotonic(), None
        try:
            answer = ask()
        except httpx.HTTPError as error:
            with self.lock:
                self.unanswered[f"{kind} {type(error).__name__} {error}"] += 1
        with self.lock:
            self.statuses[kind, answer.status_code if answer else 0] += 1
            self.seconds.setdefault(kind, []).append(time.monotonic() - started)
        return answer

    def at(self, kind: str, share: float) -> float:
        """Milliseconds below which this share of the answers took."""
        ordered = sorted(self.seconds.get(kind, [0.0]))
        return 1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)]

    def line(self, kind: str) -> str:
        """All of a kind in words."""
        of = {status: n for (name, status), n in sorted(self.statuses.items()) if name == kind}
        return (
            f"{kind:10} {of}  median {self.at(kind, 0.5):.0f} ms  95 % {self.at(kind, 0.95):.0f} ms"
        )


def memory_mb(pid: int) -> float:
    """Resident memory of a process and of all that it started."""
    own = Path(f"/proc/{pid}")
    lines = (own / "status").read_text().splitlines()
    resident = int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024
    tasks = (own / "task").glob("*/children")
    return resident + sum(
        memory_mb(int(child)) for one in tasks for child in one.read_text().split()
    )


@contextmanager
def running(command: list[str], folder: Path) -> Iterator[tuple[str, int]]:
    """The address and the process of a service, once it answers."""
    port = free_port()
    given = {"REID_DATA_DIR": str(folder), "REID_PORT": str(port)}
    process = subprocess.Popen(command, env={**os.environ, **given}, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                if httpx.get(f"{address}/health").json()["status"] == "ok":
                    break
            except (httpx.HTTPError, ValueError):
                pass
            time.sleep(0.2)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(40)


def fill(client: httpx.Client) -> None:
    """Photos of some animals, described and named."""
    for n in range(PHOTOS):
        files = [("files", (f"{n}.jpg", photo(n), "image/jpeg"))]
        data = {"station": f"S{n}", "flank": "left"}
        client.post("/api/v1/photos", files=files, data=data).raise_for_status()
    while client.get("/health").json()["waiting_jobs"]:
        time.sleep(0.3)
    for n in range(1, 5):
        client.post(f"/api/v1/encounters/{n}/decisions", json={"kind": "new", "name": f"L{n}"})


def question(client: httpx.Client, n: int) -> httpx.Response:
    """One photo, compared with the catalogue."""
    files = [("files", ("query.jpg", photo(n % PHOTOS), "image/jpeg"))]
    return client.post("/api/v1/identify", files=files, data={"flank": "left"})


def steadily(address: str, figures: LoadFigures, rates: tuple[int, int], s: float) -> None:
    """Reads and questions at their rates; what is late is sent all the same.

    A client a thread: of one that 128 threads shared, some connections were closed while read.
    """
    reads, questions = rates
    own = threading.local()

    def begin() -> None:
        own.client = httpx.Client(base_url=address, timeout=60)

    with ThreadPoolExecutor(128, initializer=begin) as pool:
        started, sent = time.monotonic(), [0, 0]
        while (now := time.monotonic() - started) < s:
            while sent[0] < now * reads:
                path = PAGES[sent[0] % len(PAGES)]
                pool.submit(figures.noted, "read", lambda path=path: own.client.get(path))
                sent[0] += 1
            while sent[1] < now * questions:
                n = sent[1]
                pool.submit(figures.noted, "question", lambda n=n: question(own.client, n))
                sent[1] += 1
            time.sleep(0.01)


def at_once(address: str, figures: LoadFigures, clients: int, each: int) -> int:
    """So many clients ask at the same moment, and again where they are told to; how many of their
    questions were never answered."""
    together = threading.Barrier(clients)

    def one(number: int) -> int:
        lost = 0
        with httpx.Client(base_url=address, timeout=PATIENCE_S) as client:
            together.wait()
            for n in range(each):
                ends = time.monotonic() + CROWD_S
                while time.monotonic() < ends:
                    answer = figures.noted("crowd", lambda n=n: question(client, number + n))
                    if answer is not None and answer.status_code == 200:
                        break
                    again = answer.headers.get("retry-after", "1") if answer else "1"
                    time.sleep(float(again) * (0.5 + number / clients))
                else:
                    lost += 1
        return lost

    with ThreadPoolExecutor(clients) as pool:
        return sum(pool.map(one, range(clients)))


def summary(figures: LoadFigures) -> dict[str, int]:
    """Counts of errors and refusals, and 95 % of the times, for the kept figures."""
    errors = sum(
        n for (_, status), n in figures.statuses.items() if status in {0, *range(500, 600)}
    )
    busy = sum(n for (_, status), n in figures.statuses.items() if status == 503)
    times = {
        f"{kind}_95_ms": round(figures.at(kind, 0.95)) for kind in ("read", "question", "health")
    }
    return {"errors": errors - busy, "busy": busy, **times}


def main() -> int:
    """Run both, print, keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--reads", type=int, default=50)
    parser.add_argument("--questions", type=int, default=5)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--each", type=int, default=2)
    parser.add_argument("--fake", action="store_true", help="a network that says nothing")
    given = parser.parse_args()
    figures, stop = LoadFigures(), threading.Event()
    with (
        tempfile.TemporaryDirectory() as folder,
        running([*(FAKE if given.fake else REAL), "serve"], Path(folder)) as (address, pid),
        httpx.Client(base_url=address, timeout=60) as client,
        httpx.Client(base_url=address, timeout=60) as asker,
    ):
        fill(client)
        steadily(address, LoadFigures(), (given.reads, given.questions), 5)

        def watch() -> None:
            while not stop.wait(0.1):
                figures.noted("health", lambda: asker.get("/health"))

        watcher = threading.Thread(target=watch)
        watcher.start()
        before = memory_mb(pid)
        steadily(address, figures, (given.reads, given.questions), 60 * given.minutes)
        after = memory_mb(pid)
        lost = at_once(address, figures, given.clients, given.each)
        stop.set()
        watcher.join()
        at_end = memory_mb(pid)
    for kind in ("read", "question", "crowd", "health"):
        print(figures.line(kind))
    for why, count in figures.unanswered.items():
        print(f"no answer: {count} x {why}")
    print(f"memory {before:.0f} MB, after the load {after:.0f}, after the crowd {at_end:.0f}")
    print(f"never answered: {lost}")
    row = summary(figures) | {"lost": lost, "start_mb": round(before), "end_mb": round(at_end)}
    about = {name: getattr(given, name) for name in ("fake", "minutes", "reads", "questions")}
    keep("load", about | row)
    return 1 if row["errors"] or lost or at_end > 1.33 * before else 0


if __name__ == "__main__":
    sys.exit(main())
