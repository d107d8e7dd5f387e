"""How long does a page take in a catalogue of 5,000 encounters and 200 identities?

Fills a database and a photo store (see filled.py; minutes, --keep DIR uses it again),
starts `leopard-reid serve` as a process of its own, and asks for every page of site_pages.py many
times over HTTP with random parameters, one after another. Each kind of page is asked for once
before it is timed. Pages that compare photos (an encounter, a case) are shown without what takes
longer than REID_PAGE_WAIT_S, and fill it in: every request asks for a random one, so most are first
times. A dossier is asked for again by the page itself where its photos are not compared yet.
Prints milliseconds a page and over all, and apart from them how long it takes until the candidates
of an encounter are shown; exit code 1 over the promised 150 (median) and 400 (95 %).
"""

import argparse
import csv
import os
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from zlib import crc32

import httpx
import numpy as np
from filled import fill, rows
from results import keep
from served import SERVE, serving
from site_pages import PAGES, Filled, Holdings, holdings, ready

from service.app import build
from service.photos.intake import Intake
from service.recognition.engine import Engine
from service.settings import Settings
from service.store.database import Database

PROMISED = {"median": 150.0, "95 %": 400.0}
ACCEPT = {"accept": "text/html"}
CORES = 2
PATIENCE_S = 120.0
ENCOUNTER = "/encounters/{encounter_id}"
SHOWN = "candidates of an encounter are shown"
COMPARING = 'id="messages" data-live data-refresh="1"'
SERVED = {httpx.codes.OK, httpx.codes.ACCEPTED}
AGAIN_S = 0.1


def prepared(folder: Path, many: int, identities: int, seed: int) -> dict[str, int]:
    """Fill the folder, unless it is filled; says what is in it."""
    components = build(Settings(_env_file=None, data_dir=folder / "var"))
    database = components[Database]
    database.migrate()
    try:
        if not rows(database)["encounters"]:
            started = time.monotonic()
            parts = database, components[Engine], components[Intake]
            fill(*parts, folder, many=many, identities=identities, seed=seed)
            print(f"filled in {time.monotonic() - started:.0f} s")
        return rows(database)
    finally:
        database.close()


def timed(
    client: httpx.Client, fill_in: Filled, holds: Holdings, times: int, seed: int
) -> np.ndarray:
    """Milliseconds of each request for one kind of page, after one that warms up."""
    chance, taken = Random(seed), []
    for _ in range(times + 1):
        address = fill_in(holds, chance)
        if address is None:
            return np.array([])
        started = time.perf_counter()
        answer = client.get(address, headers=ACCEPT)
        taken.append(1000 * (time.perf_counter() - started))
        if answer.status_code not in SERVED:
            raise SystemExit(f"{address}: {answer.status_code}")
    return np.array(taken[1:])


def shown(
    client: httpx.Client, fill_in: Filled, holds: Holdings, times: int, seed: int
) -> np.ndarray:
    """Milliseconds until an encounter's page shows candidates, asked for again and again."""
    chance, taken = Random(seed), []
    for _ in range(times):
        address, started = fill_in(holds, chance), time.perf_counter()
        while address and COMPARING in client.get(address, headers=ACCEPT).text:
            time.sleep(AGAIN_S)
        taken.append(1000 * (time.perf_counter() - started))
    return np.array(taken)


def own(path: str) -> int:
    """Other random parameters for every kind of page, so none finds what another kept."""
    return crc32(path.encode())


def table(taken: dict[str, np.ndarray]) -> list[dict[str, object]]:
    """One line a page, and one over all requests."""
    pages = [ms for name, ms in taken.items() if name != SHOWN]
    every = {**taken, "all pages": np.concatenate(pages)}
    return [
        {
            "page": path,
            "requests": len(ms),
            "median_ms": round(float(np.median(ms)), 1),
            "p95_ms": round(float(np.quantile(ms, 0.95)), 1),
            "worst_ms": round(float(ms.max()), 1),
        }
        for path, ms in every.items()
        if len(ms)
    ]


def main() -> int:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encounters", type=int, default=5000)
    parser.add_argument("--identities", type=int, default=200)
    parser.add_argument("--requests", type=int, default=40, help="of each kind of page")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder of the catalogue, used again")
    parser.add_argument("--out", type=Path, default=Path("runs/page_times.csv"))
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:CORES]))
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        holds = prepared(folder, options.encounters, options.identities, options.seed)
        with (
            serving(SERVE, folder) as url,
            httpx.Client(base_url=url, timeout=PATIENCE_S) as client,
        ):
            ready(client)
            catalogue = holdings(client)
            taken = {
                path: timed(client, fill_in, catalogue, options.requests, own(path) + options.seed)
                for path, fill_in in PAGES.items()
            }
            fill_in = PAGES[ENCOUNTER]
            taken[SHOWN] = shown(client, fill_in, catalogue, options.requests, options.seed)
    lines = table(taken)
    print(", ".join(f"{number:,} {name}" for name, number in holds.items()))
    print(f"{'page':44}{'requests':>9}{'median':>9}{'95 %':>9}{'worst':>9}")
    for line in lines:
        print(f"{line['page']:44}" + "".join(f"{value:>9}" for value in list(line.values())[1:]))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with options.out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, lines[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    waited = next(line["median_ms"] for line in lines if line["page"] == SHOWN)
    overall = {name: value for name, value in lines[-1].items() if name != "page"}
    slow = [str(line["page"]) for line in lines[:-1] if not within(line) and line["page"] != SHOWN]
    keep(
        "page_times",
        {**holds, "seed": options.seed, **overall, "candidates_ms": waited, "slow": " ".join(slow)},
    )
    return 0 if within(lines[-1]) else 1


def within(line: dict[str, object]) -> bool:
    """Whether a line keeps the promise."""
    median, p95 = float(str(line["median_ms"])), float(str(line["p95_ms"]))
    return median < PROMISED["median"] and p95 < PROMISED["95 %"]


if __name__ == "__main__":
    sys.exit(main())
