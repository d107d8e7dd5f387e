"""Correct many photos at once: seconds until pages and candidates are right again; is any lost?

Starts the real service with its worker on a temporary folder and uploads distinct photos. One
correction states another station and flank for all of them; while they are embedded again, the
worker is killed with SIGKILL, and with --service the service too; both are started again. At the
end every photo must have what was stated, once, and be embedded once; pages and candidates must
answer with it.
"""

import argparse
import hashlib
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
from durability import photo
from killed_parts import FAKE, REAL, ProcessPart, leave_in_order, processes, until
from results import keep
from sqlalchemy import create_engine, text

AT_ONCE = 50  # photos of one upload


@dataclass(frozen=True, slots=True)
class CorrectedCatalogue:
    """A service and a worker over one folder, and who asks them."""

    folder: Path
    client: httpx.Client
    service: ProcessPart
    worker: ProcessPart


def main() -> int:
    """Exit code 1 where anything is lost, doubled or not right."""
    options = arguments()
    leave_in_order()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        given = {"REID_DATA_DIR": scratch, "REID_LEASE_S": "5"}
        program = FAKE if options.fake else REAL
        service, worker = processes(program, given, folder / "logs", services=1, workers=1)
        client = httpx.Client(base_url=service.address, timeout=20)
        case = CorrectedCatalogue(folder, client, service, worker)
        service.start()
        try:
            until(lambda: reachable(case), 120)
            worker.start()
            figures, faults = measured(case, options)
        finally:
            worker.end()
            service.end()
    for name, value in (figures | faults).items():
        print(f"{name:44} {value:>8}")
    if not options.fake:
        keep("corrections", figures | faults)
    return 1 if any(faults.values()) else 0


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=1, help="of the worker")
    parser.add_argument("--service", action="store_true", help="kill the service too")
    parser.add_argument("--fake", action="store_true", help="the fake network of the tests")
    parser.add_argument("--wait", type=float, default=3600, help="seconds at most for a step")
    return parser.parse_args()


def measured(
    case: CorrectedCatalogue, options: argparse.Namespace
) -> tuple[dict[str, object], dict[str, object]]:
    """Seconds of each step, and what is wrong at the end."""
    ids = uploaded(case, options)
    until(lambda: pending(case) == 0, options.wait)
    began = time.monotonic()
    body = {"of": {"photos": ids}, "change": {"station": "South", "flank": "left"}}
    answer = case.client.post("/api/v1/corrections", json=body)
    answer.raise_for_status()
    stated = time.monotonic() - began
    page = case.client.get(f"/api/v1/photos/{ids[-1]}").json()
    shown = time.monotonic() - began
    late = page["photo"]["station"] != "South" or page["annotations"][0]["flank"] != "left"
    left = killed(case, options)
    until(lambda: pending(case) == 0, options.wait)
    embedded = time.monotonic() - began
    candidates = answered(case, options.wait)
    figures: dict[str, object] = {"seed": options.seed, "photos": len(ids)}
    figures |= {"seconds until stated": round(stated, 2), "until a page shows it": round(shown, 2)}
    figures |= {"not embedded yet when killed": left}
    figures |= {"until all are embedded again": round(embedded, 1)}
    figures |= {"until candidates answer": round(time.monotonic() - began, 1)}
    faults = wrong(case, ids)
    faults |= {"page late": int(late), "candidates not answered": int(not candidates)}
    return figures, faults


def uploaded(case: CorrectedCatalogue, options: argparse.Namespace) -> list[str]:
    """Distinct photos of one station and flank, in uploads of fifty."""
    seeds = [options.seed * 1_000_000 + n for n in range(options.photos)]
    until(lambda: reachable(case), 60)
    ids = []
    for first in range(0, len(seeds), AT_ONCE):
        data = {seed: photo(seed) for seed in seeds[first : first + AT_ONCE]}
        named = zip(map(file_name, range(first, first + AT_ONCE)), data.values(), strict=False)
        files = [("files", (name, one, "image/jpeg")) for name, one in named]
        form = {"station": "North", "flank": "right"}
        case.client.post("/api/v1/photos", files=files, data=form).raise_for_status()
        ids += [hashlib.sha256(one).hexdigest() for one in data.values()]
    return ids


def file_name(number: int) -> str:
    """A name of a camera's count; ten photos follow each other and are one encounter."""
    return f"IMG_{number + 20 * (number // 10):06d}.JPG"


def killed(case: CorrectedCatalogue, options: argparse.Namespace) -> int:
    """SIGKILL in the middle of the work; how many photos were not embedded at the first one."""
    rng = random.Random(options.seed)
    first = 0
    for n in range(options.kills):
        share = (n + rng.uniform(0.3, 0.7)) / options.kills
        goal = int(options.photos * (1 - share))
        until(lambda goal=goal: pending(case) <= goal, options.wait)  # type: ignore[misc]
        case.worker.kill()
        first = first or pending(case)
        if options.service:
            case.service.kill()
            case.service.start()
            until(lambda: reachable(case), 60)
        case.worker.start()
    return first


def answered(case: CorrectedCatalogue, seconds: float) -> bool:
    """Whether the candidates of an encounter answer, with everything computed."""
    number = case.client.get("/api/v1/encounters").json()["encounters"][0]["id"]
    address = f"/api/v1/encounters/{number}/candidates"
    try:
        until(lambda: case.client.get(address).status_code == 200, min(seconds, 120))
    except TimeoutError:
        return False
    return True


def database(case: CorrectedCatalogue) -> str:
    """Where the service keeps its rows."""
    return f"sqlite:///{case.folder / 'reid.sqlite3'}"


def scalar(case: CorrectedCatalogue, query: str) -> int:
    """One number of the database."""
    engine = create_engine(database(case))
    with engine.connect() as connection:
        number = int(connection.execute(text(query)).scalar_one())
    engine.dispose()
    return number


def pending(case: CorrectedCatalogue) -> int:
    """Annotations that are not embedded."""
    return scalar(case, "SELECT count(*) FROM annotation WHERE state != 'embedded'")


def wrong(case: CorrectedCatalogue, ids: list[str]) -> dict[str, object]:
    """What is not as stated, by kind; all should be 0."""
    stated = "SELECT count(*) FROM photo WHERE station = 'South'"
    flanks = "SELECT count(*) FROM annotation WHERE flank = 'left'"
    doubled = "SELECT count(*) - count(DISTINCT photo_id) FROM annotation"
    made = "SELECT count(DISTINCT annotation_id) FROM embedding"
    noted = (
        "SELECT count(DISTINCT photo_id) FROM corrected_value WHERE field = 'station' "
        "AND correction_id = (SELECT max(id) FROM correction)"
    )
    return {
        "photos lost": len(ids) - scalar(case, "SELECT count(*) FROM photo"),
        "stations not as stated": len(ids) - scalar(case, stated),
        "flanks not as stated": len(ids) - scalar(case, flanks),
        "annotations doubled": scalar(case, doubled),
        "without an embedding": len(ids) - scalar(case, made),
        "not in the history": len(ids) - scalar(case, noted),
        "jobs failed": scalar(case, "SELECT count(*) FROM job WHERE state = 'failed'"),
    }


def reachable(case: CorrectedCatalogue) -> bool:
    """Whether the service answers."""
    try:
        return case.client.get("/api/v1/encounters").status_code == 200
    except httpx.TransportError:
        return False


if __name__ == "__main__":
    sys.exit(main())
