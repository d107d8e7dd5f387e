"""Service and worker together on one machine, with a demo where one is asked for."""

import logging
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from types import FrameType

import uvicorn
from tqdm import tqdm

from reid.errors import BadSettings, ReidError
from reid.synthetic.answers import as_text
from reid.synthetic.founding import SIMULATED, VARIANTS
from service.app import create_app
from service.cases.report import Casework
from service.operations import demo as survey
from service.operations import founding
from service.operations.heaps import share_heaps
from service.operations.patience import PatientProtocol
from service.operations.supervisor import Supervisor, worker_command
from service.photos.intake import Intake
from service.recognition.engine import Engine, Loader, load_beside
from service.settings import Settings
from service.store import accounts, encounters, jobs
from service.store.claiming import claim
from service.store.database import Database
from service.store.files import PhotoFiles
from service.web.parameters import Components

log = logging.getLogger(__name__)
GRACE_S = 10
"""Requests that are being answered when the service is stopped have so long."""


class OpenToOthers(
    BadSettings,
    message="others could reach this address and there is no account: first make one with "
    "leopard-reid account add NAME --role admin, or listen on 127.0.0.1 without a public host",
): ...


class PhotosStillWait(
    ReidError, message="{photos} photos are still to be embedded: start the same command again"
): ...


class Server(uvicorn.Server):
    """Says where it listens as soon as it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start and print the URL."""
        await super().startup(sockets)
        for listening in sockets or []:
            host, port = listening.getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            print(f"leopard-reid is ready: http://{shown}:{port}  (Ctrl-C ends it)", flush=True)  # noqa: T201


def run(
    settings: Settings,
    *,
    demo: bool = False,
    first: Callable[[Components], None] | None = None,
    serve: bool = True,
    worker: Callable[[str], list[str]] | None = worker_command,
    load: Loader = load_beside,
) -> None:
    """Serve until stopped. worker: command line of the worker beside it; None for no worker.

    first: done while the worker runs, before anybody is answered. serve False: nobody ever is.
    """
    share_heaps()
    app = create_app(settings, load=load)
    components: Components = app.state.components
    database = components[Database]
    database.wait(settings.database_wait_s)
    claim(database, components[PhotoFiles], settings.data_dir)
    if serve:
        refuse_to_be_open(settings, database)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        log_config=None,  # ours holds for its lines, too
        http=PatientProtocol,
        timeout_graceful_shutdown=GRACE_S,
    )
    listening = [listening_socket(config)] if serve else []
    supervisor = Supervisor(settings, database, worker) if worker else None
    if serve:  # the server raises the signal again after its own end, which would end us at once
        signal.signal(signal.SIGTERM, _end_in_order)
    if supervisor:
        supervisor.start()
    try:
        Thread(target=components[Engine].preload, daemon=True).start()
        filled = demo and fill_with_demo(settings, database, components[Intake])
        if filled and worker:
            wait_for_jobs(database)
        if first:
            first(components)
        if serve:
            Server(config).run(sockets=listening)
    finally:
        if supervisor:
            supervisor.stop()


def listening_socket(config: uvicorn.Config) -> socket.socket:
    """The socket of the service, which sends what it has at once.

    asyncio sees to that for its own sockets, not for one that uvicorn has opened: there the body of
    an answer waits until the browser has confirmed its head, which takes 40 ms on Linux.
    """
    opened = config.bind_socket()
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


def _end_in_order(_number: int, _frame: FrameType | None) -> None:
    """What comes in by SIGTERM leaves through every `finally`: the worker ends before we do."""
    sys.exit(0)


def refuse_to_be_open(settings: Settings, database: Database) -> None:
    """BadSettings where others than the person at this computer would need no login."""
    with database.read() as connection:
        if not settings.exposed or accounts.exist(connection):
            return
    raise OpenToOthers()


def fill_with_demo(settings: Settings, database: Database, intake: Intake) -> bool:
    """Make and import the demo survey; False when the catalogue was not empty."""
    if not survey.is_empty(database):
        return False
    folder = settings.data_dir / "demo"
    print(f"first run: painting the demo survey into {folder}", flush=True)  # noqa: T201
    survey.make(folder)
    _import(survey.load(database, intake, folder), folder)
    return True


def _import(photos: Iterator[Path], folder: Path) -> None:
    """Import the photos of a survey while a bar shows how many are done."""
    total = len(survey.read_index(folder))
    for _ in tqdm(photos, total=total, unit="photo", desc="import"):
        pass


def founding_case(
    settings: Settings, database: Database, casework: Casework, intake: Intake
) -> None:
    """Fill an empty catalogue with the simulated founding case, and print what its reports say.

    Needs a worker. ReidError where photos are still waiting after some minutes.
    """
    founding.open_cases(database)
    folder = settings.data_dir / "founding"
    print(f"painting the {SIMULATED.lower()} records into {folder}", flush=True)  # noqa: T201
    founding.make(folder)
    _import(founding.load(database, intake, folder), folder)
    wait_for_jobs(database)
    if left := _left(database):
        raise PhotosStillWait(photos=left)
    reports = founding.answers(database, casework)
    answers = list(tqdm(reports, total=len(VARIANTS), unit="case", desc="compare"))
    print(f"\n{SIMULATED} records; pairs and animals by number of record\n{as_text(answers)}\n")  # noqa: T201


def wait_for_jobs(database: Database, *, at_most_s: float = 300) -> None:
    """Show the worker's progress until nothing is left to embed."""
    end, total = time.monotonic() + at_most_s, _left(database)
    with tqdm(total=total, unit="photo", desc="embed") as bar:
        while (left := _left(database)) and time.monotonic() < end:
            bar.update(max(total - left - bar.n, 0))
            time.sleep(0.25)
        bar.update(max(total - left - bar.n, 0))


def standing(settings: Settings, database: Database) -> dict[str, int]:
    """Jobs by state, encounters by state, live workers."""
    with database.read() as connection:
        states = jobs.counts(connection)
        counts = encounters.counts(connection)
        alive = jobs.workers(connection, within_s=settings.lease_s)
    return states | {"waiting": counts.waiting, "decided": counts.decided, "workers": len(alive)}


def _left(database: Database) -> int:
    """Photos that wait to be embedded or are just being."""
    with database.read() as connection:
        states = jobs.counts(connection, urgent=True)
    return states["queued"] + states["running"]
