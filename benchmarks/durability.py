"""Is an answered upload ever lost? Uploads over HTTP while service and worker get kill -9.

Starts the real command `leopard-reid serve` on a temporary folder, uploads distinct photos from
several threads, kills service or worker at random moments and starts the service again. Then every
answered upload must be there, once, with its embedding. Prints one table; exit code 1 on loss.
"""

import argparse
import hashlib
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from threading import Event, Lock, Thread

import httpx
import numpy as np
from PIL import Image
from results import keep

REAL = [sys.executable, "-m", "service", "serve"]


@dataclass
class Case:
    """What happened so far; shared by the threads."""

    client: httpx.Client
    command: list[str]
    environment: dict[str, str]
    rng: random.Random
    counts: Counter[str] = field(default_factory=Counter)
    answered: dict[str, int] = field(default_factory=dict)  # photo id -> upload
    process: subprocess.Popen[bytes] | None = None
    lock: Lock = field(default_factory=Lock)
    under_way: Event = field(default_factory=Event)  # a request is being answered just now


def photo(seed: int) -> bytes:
    """A small JPEG that no other seed makes."""
    spots = np.random.default_rng(seed).integers(0, 255, (12, 24, 3), np.uint8)
    out = BytesIO()
    Image.fromarray(spots).resize((384, 192), Image.Resampling.BICUBIC).save(out, "JPEG")
    return out.getvalue()


def start(case: Case) -> None:
    """Start the service; it may be killed before it listens."""
    case.process = subprocess.Popen(
        case.command,
        env=case.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def workers(case: Case) -> list[int]:
    """Process ids of the service's children."""
    if case.process is None:
        return []
    listed = subprocess.run(
        ["pgrep", "-P", str(case.process.pid)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return [int(number) for number in listed.stdout.split()]


def keep_killing(case: Case, stop: Event, pause: tuple[float, float]) -> None:
    """kill -9 to service, worker or both, at random moments."""
    while not stop.wait(case.rng.uniform(*pause)):
        victim = case.rng.choice(["service", "worker", "both"])
        if victim != "service":
            for number in workers(case):
                os.kill(number, signal.SIGKILL)
                case.counts["worker killed"] += 1
        if victim != "worker" and case.process:
            case.under_way.clear()
            if case.under_way.wait(2):  # hit a request between its bytes and its commit
                time.sleep(case.rng.uniform(0, 0.03))
            case.process.kill()
            case.process.wait()
            case.counts["service killed"] += 1
            start(case)


def upload(case: Case, seed: int, delay_s: float) -> None:
    """Send one photo until it is answered."""
    time.sleep(delay_s)
    data = photo(seed)
    files = {"files": (f"{seed}.jpg", data, "image/jpeg")}
    while True:
        case.counts["requests"] += 1
        case.under_way.set()
        try:
            answer = case.client.post("/api/v1/photos", files=files)
        except httpx.TransportError as error:
            refused = isinstance(error, httpx.ConnectError)
            case.counts["requests while down" if refused else "requests cut off"] += 1
            time.sleep(0.5)
            continue
        answer.raise_for_status()
        with case.lock:
            case.answered[hashlib.sha256(data).hexdigest()] = answer.json()["id"]
        return


def check(case: Case, photo_id: str, end: float) -> str:
    """What became of one answered upload: ok, or what is wrong."""
    while True:
        try:
            answer = case.client.get(f"/api/v1/photos/{photo_id}")
            if answer.status_code == 404:
                return "missing"
            animals = answer.json()["annotations"]
            if len(animals) != 1:
                return "doubled"
            if animals[0]["state"] == "embedded":
                image = case.client.get(f"/api/v1/photos/{photo_id}/image")
                return "ok" if image.status_code == 200 else "file missing"
            if animals[0]["state"] == "failed":
                return f"failed: {animals[0]['error_code']}"
        except (httpx.TransportError, KeyError):
            pass
        if time.monotonic() > end:
            return "not embedded"
        time.sleep(0.3)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=60, help="uploads are spread over this")
    parser.add_argument("--pause", type=float, nargs=2, default=(2.0, 20.0), help="between kills")
    parser.add_argument("--wait", type=float, default=300, help="for the last embedding")
    parser.add_argument(
        "--serve", nargs="+", default=REAL, help="another command that serves, for tests"
    )
    return parser.parse_args()


def prepared(options: argparse.Namespace, folder: str) -> Case:
    """A case over a folder and a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"REID_DATA_DIR": folder, "REID_PORT": str(port), "REID_LEASE_S": "5"}
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20)
    return Case(client, options.serve, os.environ | settings, random.Random(options.seed))


def ended(case: Case) -> None:
    """Stop the service in order."""
    if case.process:
        case.process.terminate()
        case.process.wait(60)


def main() -> int:
    """Run the case, print the table."""
    options = arguments()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        case = prepared(options, folder)
        start(case)
        stop = Event()
        killer = Thread(target=keep_killing, args=(case, stop, tuple(options.pause)))
        killer.start()
        try:
            rng = random.Random(options.seed + 1)
            mean_s = options.seconds * options.threads / options.uploads
            delays = [rng.uniform(0, 2 * mean_s) for _ in range(options.uploads)]
            seeds = [options.seed * 1_000_000 + n for n in range(options.uploads)]
            with ThreadPoolExecutor(options.threads) as pool:
                list(pool.map(upload, [case] * len(seeds), seeds, delays))
        finally:
            stop.set()
            killer.join()
        end = time.monotonic() + options.wait
        with ThreadPoolExecutor(options.threads) as pool:
            states = Counter(
                pool.map(check, [case] * len(seeds), case.answered, [end] * len(seeds))
            )
        ended(case)
    return report(options, case, states, time.monotonic() - began)


COUNTED = (
    "requests",
    "requests while down",
    "requests cut off",
    "service killed",
    "worker killed",
)


def report(options: argparse.Namespace, case: Case, states: Counter[str], seconds: float) -> int:
    """One table; 1 when anything that was answered is not there, once, and embedded."""
    rows: dict[str, object] = {"seed": options.seed, "uploads": options.uploads}
    rows |= {"answered": len(case.answered)} | {name: case.counts[name] for name in COUNTED}
    whole = states.pop("ok", 0)
    rows |= {"present once and embedded": whole, "lost": len(case.answered) - whole}
    rows |= {"seconds": round(seconds)}
    for name, value in (rows | states).items():
        print(f"{name:28} {value:>8}")
    if options.serve == REAL:
        keep("durability", rows)
    return 0 if whole == options.uploads else 1


if __name__ == "__main__":
    sys.exit(main())
