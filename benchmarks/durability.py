"""Is an answered upload ever lost or doubled? Uploads over HTTP while everything gets kill -9.

Starts `leopard-reid serve --no-worker` and `leopard-reid worker`, so many of each, over one
database, uploads distinct photos by several clients at once and kills one part after the other: a
service, a worker, PostgreSQL with all of its processes. What was killed is started again. A client
that gets no answer, or is told to come again, sends the same photo again, to the next service. At
the end every answered upload must be stored once with its bytes, and embedded once with features
that can be read, and nothing else may be there. Exit code 1 where it is not so, where an answer was
an error other than "come again", or where nothing was killed.

    .venv/bin/python benchmarks/durability.py --database postgresql --services 2 --workers 2 --fake
    .venv/bin/python benchmarks/durability.py --services 1 --workers 1 --uploads 200 --clients 4
"""

import argparse
import hashlib
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from threading import Lock, Thread

import httpx
import numpy as np
from killed_parts import (
    FAKE,
    REAL,
    DatabasePart,
    Killing,
    Part,
    ProcessPart,
    leave_in_order,
    processes,
    until,
)
from PIL import Image
from postgresql import NONE, server
from results import keep
from sqlalchemy import func, select

from reid.errors import ReidError
from service.store import features
from service.store.database import Database
from service.store.files import PhotoFiles
from service.store.tables.encounters import annotation
from service.store.tables.features import embedding
from service.store.tables.jobs import job
from service.store.tables.photos import photo as photo_table

KEPT = {200, 201}  # 200: all of it was there already, by a request that got no answer
COME_AGAIN = {503, 507}
PATIENCE_S = 300.0  # for one photo
LONGEST_PAUSE_S = 5.0


@dataclass
class Uploading:
    """What the clients have seen so far. answered: SHA-256 -> number of the upload."""

    addresses: list[str]
    killing: Killing
    counts: Counter[str] = field(default_factory=Counter)
    answered: dict[str, int] = field(default_factory=dict)
    wrong: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)


def photo(seed: int) -> bytes:
    """A small JPEG that no other seed makes."""
    spots = np.random.default_rng(seed).integers(0, 255, (12, 24, 3), np.uint8)
    out = BytesIO()
    Image.fromarray(spots).resize((384, 192), Image.Resampling.BICUBIC).save(out, "JPEG")
    return out.getvalue()


def upload(client: httpx.Client, state: Uploading, seed: int, delay_s: float) -> None:
    """Send one photo until it is answered."""
    time.sleep(delay_s)
    data = photo(seed)
    began, turn = time.monotonic(), seed
    while time.monotonic() - began < PATIENCE_S and not state.killing.stop.is_set():
        address = state.addresses[turn % len(state.addresses)]
        turn += 1
        pause = once(client, state, f"{address}/api/v1/photos", (f"{seed}.jpg", data))
        if pause is None:
            with state.lock:
                state.seconds.append(time.monotonic() - began)
            return
        time.sleep(pause)
    with state.lock:
        state.wrong["never answered"] += 1


def once(
    client: httpx.Client, state: Uploading, address: str, sent: tuple[str, bytes]
) -> float | None:
    """One request; None when it was answered, else seconds to wait before the next."""
    state.killing.under_way.set()
    try:
        answer = client.post(address, files={"files": (*sent, "image/jpeg")})
    except httpx.TransportError as error:
        refused = isinstance(error, httpx.ConnectError)
        with state.lock:
            state.counts["requests while down" if refused else "requests cut off"] += 1
        return 0.3
    with state.lock:
        if answer.status_code in KEPT:
            noted(state, answer, hashlib.sha256(sent[1]).hexdigest())
            return None
        if answer.status_code in COME_AGAIN:
            state.counts["told to come again"] += 1
            return min(float(answer.headers["retry-after"]), LONGEST_PAUSE_S)
        state.wrong[f"answer {answer.status_code}"] += 1
        print(f"{answer.status_code}: {answer.text[:200]}", flush=True)
    return 1.0


def noted(state: Uploading, answer: httpx.Response, photo_id: str) -> None:
    """An answered upload; wrong where the answer does not speak of this photo."""
    body = answer.json()
    if [file["photo_id"] for file in body["files"]] != [photo_id]:
        state.wrong["answers about another photo"] += 1
        print(f"{answer.status_code}: {answer.text[:200]}", flush=True)
    state.answered[photo_id] = body["id"]


def send(state: Uploading, options: argparse.Namespace) -> None:
    """All photos, by so many clients at once, while parts are killed."""
    rng = random.Random(options.seed + 1)
    mean_s = options.seconds * options.clients / options.uploads
    seeds = [options.seed * 1_000_000 + n for n in range(options.uploads)]
    killer = Thread(target=state.killing.run)
    killer.start()
    try:
        with httpx.Client(timeout=20) as client, ThreadPoolExecutor(options.clients) as pool:
            work = [(seed, rng.uniform(0, 2 * mean_s)) for seed in seeds]
            try:
                list(pool.map(lambda one: upload(client, state, *one), work))
            except BaseException:
                state.killing.stop.set()  # nobody waits for the photos that are left
                raise
        until_embedded(options, state)
    finally:
        state.killing.stop.set()
        killer.join()


def until_embedded(options: argparse.Namespace, state: Uploading) -> None:
    """Wait while parts are killed, until everything is embedded or the patience is at its end."""
    database = Database(options.url)

    def done() -> bool:
        try:
            with database.read() as connection:
                left = select(func.count()).where(annotation.c.state != "embedded")
                return connection.scalar(left) == 0
        except Exception:  # it was just killed
            return False

    try:
        until(lambda: done() or state.killing.stop.is_set(), options.wait)
    except TimeoutError:
        state.wrong["not embedded in time"] += 1
    finally:
        database.close()


def faults(options: argparse.Namespace, state: Uploading) -> dict[str, int]:
    """What is wrong with the catalogue, by kind; all should be 0."""
    database, files = Database(options.url), PhotoFiles(options.photos)
    try:
        with database.read() as connection:
            stored = set(connection.scalars(select(photo_table.c.id)))
            animals = connection.execute(select(annotation.c.id, annotation.c.photo_id)).all()
            made = connection.execute(select(embedding.c.annotation_id, embedding.c.model)).all()
            failed = connection.scalar(select(func.count()).where(job.c.state == "failed"))
            read = 0
            for start in range(0, len(animals), 100):
                ids = [row.id for row in animals[start : start + 100]]
                read += len(features.get(connection, ids, made[0].model if made else ""))
    finally:
        database.close()
    of_photo = Counter(row.photo_id for row in animals)
    of_animal = Counter(row.annotation_id for row in made)
    return {
        "answered and not stored": len(state.answered.keys() - stored),
        "stored and not answered": len(stored - state.answered.keys()),
        "bytes missing or changed": sum(not whole(files, one) for one in stored),
        "files of no photo": sum(one not in stored for one in files.ids()),
        "photos without one annotation": sum(of_photo[one] != 1 for one in stored),
        "annotations without one embedding": sum(of_animal[row.id] != 1 for row in animals),
        "features that cannot be read": len(animals) - read,
        "jobs failed": failed or 0,
        **state.wrong,
    }


def whole(files: PhotoFiles, photo_id: str) -> bool:
    """Whether its bytes are those that were sent."""
    try:
        files.get(photo_id)
    except ReidError:
        return False
    return True


def half_written(folder: Path) -> int:
    """Files that a killed service had begun; they are no photos, only bytes on the disk."""
    return len(list(folder.glob("photos/*/*.part")))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--services", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--uploads", type=int, default=200)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--kill-every", type=float, default=5, help="seconds")
    parser.add_argument(
        "--when-up",
        action="store_true",
        help="count these seconds only while all services answer: for a machine on which starting "
        "takes longer than that",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60, help="uploads are spread over these")
    parser.add_argument("--wait", type=float, default=600, help="for the last embedding")
    parser.add_argument("--fake", action="store_true", help="a network that says nothing")
    parser.add_argument("--logs", type=Path, help="where what the processes say is kept")
    return parser.parse_args()


@contextmanager
def parts_of(
    options: argparse.Namespace, folder: Path
) -> Iterator[tuple[list[Part], list[ProcessPart]]]:
    """Everything that is killed, and of it what is a process of ours; started, ended at last."""
    given = {"REID_DATA_DIR": str(folder), "REID_LEASE_S": "5", "REID_DATABASE_URL": options.url}
    counts = {"services": options.services, "workers": options.workers}
    program = FAKE if options.fake else REAL
    ours = processes(program, given, folder / "logs", **counts)
    try:
        for one in ours:
            one.start()
            if one is ours[0]:
                until(lambda: reachable(ours[0]), 120)  # which makes the schema
        yield [*ours], ours
    finally:
        for one in reversed(ours):
            one.end()
        if options.logs:
            shutil.copytree(folder / "logs", options.logs, dirs_exist_ok=True)


def reachable(service: ProcessPart) -> bool:
    """Whether a service answers."""
    try:
        return httpx.get(f"{service.address}/health", timeout=5).json()["database"] == "ok"
    except (httpx.TransportError, ValueError):
        return False


def tried(options: argparse.Namespace, folder: Path, database: DatabasePart | None) -> int:
    """Kill, check, print the table; the exit code."""
    options.photos, began = str(folder / "photos"), time.monotonic()
    with parts_of(options, folder) as (parts, ours):
        killing = Killing(
            parts + ([database] if database else []),
            random.Random(options.seed),
            options.kill_every,
        )
        state = Uploading([one.address for one in ours if one.address], killing)
        send(state, options)
        seconds = time.monotonic() - began
        until(lambda: all(map(reachable, ours[: options.services])), 120)
    found = faults(options, state)
    return report(options, state, found, {"seconds": round(seconds), "parts": half_written(folder)})


def report(
    options: argparse.Namespace,
    state: Uploading,
    found: dict[str, int],
    others: dict[str, int],
) -> int:
    """One table; 1 when anything is wrong."""
    asked = ("database", "services", "workers", "uploads", "clients", "kill_every", "when_up")
    asked += ("seed", "fake")
    rows: dict[str, object] = {name: getattr(options, name) for name in asked}
    rows |= {"answered": len(state.answered)}
    noticed = ("requests while down", "requests cut off", "told to come again")
    rows |= {name: state.counts[name] for name in noticed}
    kinds = ("service", "worker", "database")
    killed = {f"{kind} killed": state.killing.counts[f"{kind} killed"] for kind in kinds}
    ended = {
        f"{k} ended by itself": state.killing.counts[f"{k} ended by itself"] for k in kinds[:2]
    }
    slowest = round(max(state.seconds, default=0), 1)
    rows |= killed | ended | {"longest until answered, s": slowest} | others
    wrong = sum(found.values())
    for name, value in (rows | found).items():
        print(f"{name:36} {value!s:>10}")
    keep("durability", rows | {"wrong": wrong})
    right = len(state.answered) == options.uploads and not wrong and any(killed.values())
    return 0 if right else 1


def main() -> int:
    """Over a server of its own, or a file."""
    options = arguments()
    leave_in_order()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        if options.database == "sqlite":
            options.url = f"sqlite:///{folder / 'reid.sqlite3'}"
            return tried(options, folder, None)
        with server(durable=True) as running:
            if running is None:
                sys.exit(NONE)
            options.url = running.url
            return tried(options, folder, DatabasePart(running))


if __name__ == "__main__":
    sys.exit(main())
