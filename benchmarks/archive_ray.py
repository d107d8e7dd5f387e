"""One archive by one process and by Ray clusters: the same files to the byte, a killed node, rates.

Starts clusters of simulated nodes on this machine, each with one processor and one worker, and runs
`leopard-reid archive --engine ray` on them, first undisturbed, then with a node killed while boxes
are described. Every file of the results but progress.json is compared with those of one process.
Needs `pip install '.[ray]'`, and is skipped without. Exit code 1 where anything differs.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive import made

from reid.synthetic.archive import ArchivePlan

ROOT = Path(__file__).parents[1]
STORE = 80 << 20  # bytes of a simulated node's object store; rows need none of it
MADE = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d UTC")  # when the report was made


@dataclass(frozen=True)
class RayRun:
    """One run. describing: seconds from the first described box to the last; boxes: of them."""

    seconds: float
    describing: float
    boxes: int
    files: dict[str, str]
    log: str


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nodes", type=int, nargs="*", default=[2, 4], help="sizes of clusters")
    parser.add_argument("--no-kill", action="store_true", help="no node is killed")
    parser.add_argument("--cache", type=Path, default=Path("build/archives"))
    return parser.parse_args()


def run(folder: Path, out: Path, *more: str, meanwhile: Callable[[], bool] | None = None) -> RayRun:
    """Run the command; `meanwhile` is called until it says that it has done its part."""
    shutil.rmtree(out, ignore_errors=True)
    command = [
        *(sys.executable, "-m", "service", "archive", str(folder), "--out", str(out)),
        *("--pattern", "{station}/{camera}", "--clocks", str(folder / "clocks.csv")),
        *("--data-dir", str(out.parent / "nothing"), *more),
    ]
    log = out.parent / f"{out.name}.log"
    began, first, last, boxes = time.perf_counter(), 0.0, 0.0, 0
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=file, stderr=file, env=os.environ | {"PYTHONPATH": str(ROOT)}
        )
    while process.poll() is None:
        if (lines := _lines(out / "boxes.jsonl")) > boxes:
            boxes, last = lines, time.perf_counter()
            first = first or last
        if meanwhile is not None and meanwhile():
            meanwhile = None
        time.sleep(0.02)
    seconds = time.perf_counter() - began
    text = log.read_text(errors="replace")
    if process.returncode:
        sys.exit(f"the command ended with {process.returncode}:\n{text[-2000:]}")
    return RayRun(seconds, last - first, boxes, contents(out), text)


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.is_file() else 0


def contents(out: Path) -> dict[str, str]:
    """Every file of the results by its name, as a digest."""
    files = {}
    for path in sorted(out.rglob("*")):
        if path.is_file() and path.name != "progress.json" and path.suffix != ".new":
            data = path.read_bytes()
            if path.name == "report.html":
                data = MADE.sub(b"", data)
            files[str(path.relative_to(out))] = hashlib.sha256(data).hexdigest()
    return files


def cluster(nodes: int) -> tuple[Any, list[Any]]:
    """A cluster whose head does no work, and its nodes."""
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 0, "include_dashboard": False, "object_store_memory": STORE}
    started = Cluster(initialize_head=True, head_node_args=head)
    added = [started.add_node(num_cpus=1, object_store_memory=STORE) for _ in range(nodes)]
    started.wait_for_nodes()
    return started, added


def on_cluster(folder: Path, out: Path, nodes: int, workers: int, kill_at: int = 0) -> RayRun:
    """Run on a cluster of its own. kill_at: described boxes at which its last node is killed."""
    started, added = cluster(nodes)

    def killed() -> bool:
        if _lines(out / "boxes.jsonl") < kill_at:
            return False
        started.remove_node(added[-1], allow_graceful=False)
        return True

    try:
        return run(
            folder,
            out,
            *("--engine", "ray", "--ray-address", started.address, "--workers", str(workers)),
            meanwhile=killed if kill_at else None,
        )
    finally:
        started.shutdown()


def told(name: str, done: RayRun, like: RayRun) -> bool:
    """Print a run beside that of one process; whether all files are the same."""
    names = done.files.keys() | like.files.keys()
    other = sorted(n for n in names if done.files.get(n) != like.files.get(n))
    lost = done.log.count("a worker was lost")
    print(
        f"{name}: {done.seconds:.1f} s, {done.boxes} boxes described in {done.describing:.1f} s "
        f"({max(0, done.boxes - 1) / max(done.describing, 1e-9):.2f} a second); "
        f"workers lost {lost}; files that differ: {len(other)} of {len(names)}"
        + "".join(f"\n  {one}" for one in other[:10]),
        flush=True,
    )
    return not other


def main() -> int:
    """Run it."""
    options = arguments()
    try:
        import ray
    except ImportError:
        print("skipped: it needs Ray, pip install '.[ray]'")
        return 0
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0"}
    folder = made(options.cache.absolute(), ArchivePlan(options.frames, seed=options.seed))
    out = folder.parent / "ray"
    out.mkdir(exist_ok=True)
    cores = len(os.sched_getaffinity(0))
    print(
        f"Ray {ray.__version__}; {options.frames} frames; {cores} cores for all nodes", flush=True
    )
    one = run(folder, out / "one", "--workers", "1")
    same = [told("one process", one, one)]
    two = run(folder, out / "two", "--workers", "2")
    same.append(told("two processes", two, one))
    for nodes in options.nodes:
        for workers in (1, nodes) if nodes == min(options.nodes) else (nodes,):
            done = on_cluster(folder, out / f"{nodes}-{workers}", nodes, workers)
            same.append(told(f"{nodes} nodes, {workers} workers", done, one))
        if not options.no_kill:
            done = on_cluster(folder, out / f"{nodes}-killed", nodes, nodes, one.boxes // 3)
            same.append(told(f"{nodes} nodes, one killed on the way", done, one))
            same.append("a worker was lost" in done.log)
    print("the same to the byte" if all(same) else "NOT the same, or no worker was lost")
    return 0 if all(same) else 1


if __name__ == "__main__":
    sys.exit(main())
