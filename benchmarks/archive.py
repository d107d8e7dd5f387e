"""From a synthetic archive to animals: seconds, memory, kills, and what was found.

Makes an archive of N frames once (`--cache`), runs `leopard-reid archive` on it, kills it three
times with SIGKILL on the way, and compares what came out with the truth before anybody has decided
anything. `--same-rows` runs it once more in one go and compares the rows to the byte.
"""

import argparse
import csv
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from threading import Thread

from reid.evaluation.measures.sorting import clustering
from reid.synthetic.archive import ArchivePlan, Shot, bursts, finish_archive, shots, write_burst

DETECTOR_FPS = 0.5  # frames a second of a detector on such a machine
ROOT = Path(__file__).parents[1]


@dataclass
class Run:
    """One run with its kills. peak: bytes of all its processes at once."""

    seconds: float = 0.0
    cpu: float = 0.0
    peak: int = 0
    kills: list[str] = field(default_factory=list)
    rows: str = ""


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--frames", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cache", type=Path, default=Path("build/archives"))
    parser.add_argument("--same-rows", action="store_true", help="run it once more in one go")
    return parser.parse_args()


def made(cache: Path, plan: ArchivePlan) -> Path:
    """The archive, rendered where it is not there yet."""
    folder = cache / f"{plan.frames}-{plan.seed}" / "frames"
    if (folder / "truth.csv").is_file():
        return folder
    began, taken = time.perf_counter(), shots(plan)
    boxes: dict[str, list[tuple[float, float, float, float]]] = {}
    groups: list[list[Shot]] = list(bursts(taken))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for part in pool.map(partial(write_burst, folder, plan), groups, chunksize=4):
            boxes |= part
    finish_archive(folder, plan, taken, boxes)
    print(f"made in {time.perf_counter() - began:.0f} s: {folder}", flush=True)
    return folder


def memory_of(group: int) -> int:
    """Bytes that the processes of a group hold of their own, and their share of what they share."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[2]) != group:
                continue
            rollup = (stat.parent / "smaps_rollup").read_text()
            total += 1024 * int(rollup.split("Pss:")[1].split()[0])
        except (OSError, IndexError, ValueError):
            continue
    return total


def run(folder: Path, out: Path, workers: int, kills: int) -> Run:
    """Run the command to its end, killed `kills` times at growing shares of its lines."""
    done = Run()
    command = [
        *(sys.executable, "-m", "service", "archive", str(folder), "--out", str(out)),
        *("--pattern", "{station}/{camera}", "--clocks", str(folder / "clocks.csv")),
        *("--workers", str(workers), "--data-dir", str(out.parent / "nothing")),
    ]
    began = time.perf_counter()
    targets = [("looks", 0.5), ("boxes", 0.4), ("pairs", 0.5)][:kills]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    while True:
        with (out.parent / "log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        watch = Thread(target=_watched, args=(process, done), daemon=True)
        watch.start()
        if not targets:
            process.wait()
            watch.join()
            break
        name, _ = targets.pop(0)
        _until(out / f"{name}.jsonl", process, after=5)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            done.kills.append(f"{name}.jsonl at line {_lines(out / f'{name}.jsonl')}")
        process.wait()
        watch.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    done.seconds = time.perf_counter() - began
    done.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    done.rows = (out / "results.csv").read_text(encoding="utf-8")
    return done


def _watched(process: "subprocess.Popen[bytes]", done: Run) -> None:
    while process.poll() is None:
        done.peak = max(done.peak, memory_of(process.pid))
        time.sleep(1)


def _until(path: Path, process: "subprocess.Popen[bytes]", *, after: int) -> None:
    """Wait until a journal has grown by so many lines, or the run is over."""
    first = _lines(path)
    while process.poll() is None and _lines(path) < first + after:
        time.sleep(0.05)


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.is_file() else 0


def compared_with_truth(folder: Path, out: Path) -> None:
    """Print what was found beside what is true."""
    with (folder / "truth.csv").open(newline="") as file:
        truth = {(row["path"], int(row["annotation"])): row for row in csv.DictReader(file)}
    whose: dict[str, Counter[str]] = defaultdict(Counter)
    visits: dict[str, set[str]] = defaultdict(set)
    found: dict[str, str] = {}
    compared: set[str] = set()
    with (out / "results.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        key = row["path"], int(row["annotation"])
        if key in truth:
            whose[row["encounter"]][truth[key]["animal"]] += 1
            visits[row["encounter"]].add(truth[key]["visit"])
            if row["animal"]:
                found[row["encounter"]] = row["animal"]
            if row["status"] in {"identified", "new_animal", "unknown"}:
                compared.add(row["encounter"])
    true = {name: counts.most_common(1)[0][0] for name, counts in whose.items()}
    mixed = sum(len(counts) > 1 for counts in whose.values())
    joined = sum(len(numbers) > 1 for numbers in visits.values())
    print(
        f"encounters: {len(whose)} of {len({r['visit'] for r in truth.values()})} visits;", end=" "
    )
    print(f"{mixed} hold two animals, {joined} hold two visits, {len(compared)} were compared")
    names = sorted(compared)
    if not names:
        return
    placed = clustering([true[n] for n in names], [found.get(n) for n in names])
    alone = clustering([true[n] for n in names], [found.get(n, n) for n in names])
    print(f"ARI of encounters that were placed: {placed.ari:.3f} ({placed.encounters}); ", end="")
    print(f"with the {placed.excluded} others, each alone: {alone.ari:.3f}")
    everybody = len({row["animal"] for row in truth.values()})
    groups = len(set(found.values()))
    print(
        f"animals: {groups} found, {everybody} true ({(groups - everybody) / everybody:+.1%});",
        end=" ",
    )
    print(
        f"split {placed.split[0]}, combined {placed.combined[0]} of {placed.encounters} encounters"
    )


def main() -> None:
    """Run it."""
    options = arguments()
    plan = ArchivePlan(options.frames, seed=options.seed)
    folder = made(options.cache, plan)
    out = folder.parent / "out"
    shutil.rmtree(out, ignore_errors=True)
    killed = run(folder, out, options.workers, options.kills)
    rows = list(csv.DictReader(killed.rows.splitlines()))
    keys = Counter((row["path"], row["annotation"]) for row in rows)
    rate = options.frames / killed.seconds
    print(
        f"{options.frames} frames, {len(rows)} rows in {killed.seconds:.0f} s: {rate:.1f} a second"
    )
    print(f"processor time {killed.cpu:.0f} s, with {options.workers} workers", end="; ")
    print(f"peak memory {killed.peak / 2**20:.0f} MiB of all processes")
    detector = options.frames / DETECTOR_FPS
    print(
        f"{killed.cpu / 2 / detector:.1%} of the {detector:.0f} s of a detector at {DETECTOR_FPS}",
        end="",
    )
    print(" frames a second (processor time on two cores)")
    print("killed: " + ("; ".join(killed.kills) or "never"))
    frames = len({path for path, _ in keys})
    twice = sum(n > 1 for n in keys.values())
    print(f"frames without a row {options.frames - frames}, rows twice {twice}")
    print(
        "rows: "
        + ", ".join(f"{n} {s}" for s, n in Counter(r["status"] for r in rows).most_common())
    )
    compared_with_truth(folder, out)
    if options.same_rows:
        again = folder.parent / "again"
        shutil.rmtree(again, ignore_errors=True)
        once = run(folder, again, options.workers, 0)
        same = "the same" if once.rows == killed.rows else "NOT the same"
        print(f"in one go: {once.seconds:.0f} s, {same} rows to the byte")


if __name__ == "__main__":
    main()
