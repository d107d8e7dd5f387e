"""Does a card of photos arrive whole over a bad line?

Starts one service or more without a worker, and a proxy before them that cuts connections at
random: in the middle of files, and when an answer comes back; it leads each connection to one of
the services. Now and then there is no line at all for a while, and a service is killed with kill -9
and started again. A client sends a folder of photos as the upload page does, two at a time; in the
middle it is closed and begins anew with the whole folder. At the end each photo must be stored once
with its bytes, and each be created by one file of an upload. Prints what was sent of what there is.
Exit code 1 where anything is lost or doubled, or where nothing was cut.

    .venv/bin/python benchmarks/bad_line.py --photos 200 --seed 1
    .venv/bin/python benchmarks/bad_line.py --database postgresql --services 2
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from threading import Event, Thread

import httpx
import numpy as np
from cut_line import CutLine
from durability import whole
from killed_parts import FAKE, ProcessPart, leave_in_order, processes, until
from piecewise import GaveUp, PiecewiseClient
from PIL import Image
from postgresql import NONE, server
from results import keep
from sqlalchemy import select

from service.store.arriving_bytes import ARRIVING
from service.store.database import Database
from service.store.files import PhotoFiles, digest
from service.store.tables.photos import photo as photo_table
from service.store.tables.photos import upload_file

AT_ONCE = 2  # as the page
NamedPhoto = tuple[str, bytes]


def picture(seed: int, widest: int) -> bytes:
    """A JPEG that no other seed makes; of 100 to 400 kB where it is at most 600 pixels wide."""
    rng = np.random.default_rng(seed)
    width = int(rng.integers(widest // 2, widest))
    noise = rng.integers(0, 255, (width * 2 // 3, width, 3), np.uint8)
    out = BytesIO()
    Image.fromarray(noise).save(out, "JPEG", quality=92)
    return out.getvalue()


def send_folder(address: str, photos: Sequence[NamedPhoto], stop: Event) -> Counter[str]:
    """Send all as one upload, or until `stop`; what the client noticed, answers among it."""
    counts: Counter[str] = Counter()
    limits = httpx.Limits(max_connections=AT_ONCE)
    with (
        httpx.Client(base_url=address, timeout=20, limits=limits, trust_env=False) as client,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        sender = PiecewiseClient(client, stop=stop, counts=counts)
        try:
            upload = sender.upload()
        except GaveUp:
            return counts

        def one(photo: NamedPhoto) -> None:
            try:
                answer = sender.send(*photo, upload)
            except GaveUp:
                return
            counts[f"answered {answer.status_code}"] += 1
            if answer.status_code >= 400:
                print(answer.status_code, answer.text[:200], flush=True)

        list(pool.map(one, photos))
    return counts


def disturb(
    line: CutLine, services: Sequence[ProcessPart], options: argparse.Namespace, stop: Event
) -> None:
    """Take the line away, and kill one service after the other, in turns, until told to stop."""
    turn = 0
    while options.trouble_every and not stop.wait(options.trouble_every):
        turn += 1
        if turn % 2:
            line.off = True
            stop.wait(options.away)
            line.off = False
        else:
            service = services[options.killed % len(services)]
            service.kill()
            service.start()
            options.killed += 1
            until(partial(_answers_or_stopped, service, stop), 120)


def send_all(line: CutLine, port: int, photos: Sequence[NamedPhoto]) -> Counter[str]:
    """The whole folder, closed in the middle and begun anew."""
    address, closed = f"http://127.0.0.1:{port}", Event()
    total = sum(len(data) for _, data in photos)

    def close() -> None:
        while line.sent < total / 2 and not closed.wait(0.05):
            pass
        closed.set()

    closing = Thread(target=close)
    closing.start()
    counts = send_folder(address, photos, closed)
    closed.set()
    closing.join()
    counts = Counter({f"before: {name}": n for name, n in counts.items()})
    return counts + send_folder(address, photos, Event())


def faults(url: str, folder: Path, photos: Sequence[NamedPhoto]) -> dict[str, int]:
    """What is lost, doubled or left over, by kind; all should be 0."""
    sent = {digest(data) for _, data in photos}
    database, files = Database(url), PhotoFiles(str(folder / "photos"))
    with database.read() as connection:
        stored = Counter(connection.scalars(select(photo_table.c.id)))
        rows = connection.execute(select(upload_file)).all()
    database.close()
    created = Counter(row.photo_id for row in rows if row.created)
    listed = Counter((row.upload_id, row.photo_id) for row in rows)
    return {
        "lost": len(sent - stored.keys()),
        "stored and never sent": len(stored.keys() - sent),
        "created by other than one file": sum(created[one] != 1 for one in sent),
        "listed twice in one upload": sum(n > 1 for n in listed.values()),
        "refused": sum(row.photo_id is None for row in rows),
        "bytes missing or changed": sum(not whole(files, one) for one in stored),
        "pieces left over": len(list((folder / ARRIVING).glob("*"))),
    }


@contextmanager
def services_in(folder: Path, url: str, number: int) -> Iterator[list[ProcessPart]]:
    """Services with a network that says nothing, over one database and one folder."""
    given = {"REID_DATA_DIR": str(folder / "var"), "REID_DATABASE_URL": url}
    services = processes(FAKE, given, folder, services=number, workers=0)
    try:
        for service in services:  # the first makes the schema
            service.start()
            until(partial(answers, service), 120)
        yield services
    finally:
        for service in services:
            service.end()


def answers(service: ProcessPart) -> bool:
    """Whether it does."""
    try:
        return httpx.get(f"{service.address}/health", timeout=5).json()["database"] == "ok"
    except (httpx.TransportError, ValueError):
        return False


def _answers_or_stopped(service: ProcessPart, stop: Event) -> bool:
    return stop.is_set() or answers(service)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--widest", type=int, default=600, help="pixels; 1600: about 1 MB")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--services", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cut-after", type=float, default=300, help="kB on average")
    parser.add_argument("--trouble-every", type=float, default=4, help="seconds; 0: never")
    parser.add_argument("--away", type=float, default=2, help="seconds without a line")
    return parser.parse_args()


def tried(options: argparse.Namespace, folder: Path) -> int:
    """Send, check, print; the exit code."""
    chance, options.killed = random.Random(options.seed), 0
    seeds = range(options.seed * 1_000_000, options.seed * 1_000_000 + options.photos)
    photos = [(f"IMG_{n:04}.JPG", picture(seed, options.widest)) for n, seed in enumerate(seeds)]
    stop = Event()
    with services_in(folder, options.url, options.services) as services:
        ports = [int(service.address.rpartition(":")[2]) for service in services]
        line = CutLine(ports, chance, options.cut_after * 1000)
        with line.port() as port:
            troubling = Thread(target=disturb, args=(line, services, options, stop))
            began = time.monotonic()
            troubling.start()
            counts = send_all(line, port, photos)
            seconds = time.monotonic() - began
            stop.set()
            troubling.join()
        for service in services:
            until(partial(answers, service), 60)
    wrong = faults(options.url, folder / "var", photos)
    return report(options, line, photos, counts, seconds, wrong)


def report(
    options: argparse.Namespace,
    line: CutLine,
    photos: Sequence[NamedPhoto],
    counts: Counter[str],
    seconds: float,
    wrong: dict[str, int],
) -> int:
    """One table; 1 when anything is wrong."""
    there = sum(len(data) for _, data in photos)
    stored = options.photos - wrong["lost"]
    rows: dict[str, object] = {
        "photos": options.photos,
        "stored once": stored - wrong["created by other than one file"],
        "bytes of the photos": there,
        "bytes sent": line.sent,
        "overhead, %": round(100 * (line.sent / there - 1), 1),
        "cuts": line.cuts,
        "services killed": options.killed,
        "gone on in the middle of a file": counts["gone on in the middle"]
        + counts["before: gone on in the middle"],
        "seconds": round(seconds, 1),
    }
    for name, value in (rows | wrong | dict(sorted(counts.items()))).items():
        print(f"{name:40} {value!s:>12}")
    names = ("seed", "database", "services", "widest", "cut_after", "trouble_every")
    asked = {name: getattr(options, name) for name in names}
    keep("bad_line", asked | rows | {"wrong": sum(wrong.values())})
    return 1 if sum(wrong.values()) or not line.cuts else 0


def main() -> int:
    """In a folder that is thrown away, over a database file or a server of its own."""
    options = arguments()
    leave_in_order()
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        options.url = f"sqlite:///{scratch / 'reid.sqlite3'}"
        if options.database == "postgresql":
            running = stack.enter_context(server(durable=True))
            if running is None:
                sys.exit(NONE)
            options.url = running.url
        return tried(options, scratch)


if __name__ == "__main__":
    sys.exit(main())
