"""Does anything that strangers send bring the service or a reader of files to an error of its own?

Sends requests drawn from the description of the API, and to every page, to a catalogue with photos,
identities and a case, as an admin; then reads files that chance has changed with everything that
reads files. Counts answers with a status of 500 and above, errors that are not ours, the longest
and how much memory was taken. A network that says nothing stands for ours. Exit code 1 where there
is a finding.

    .venv/bin/python benchmarks/fuzz.py --cases 20000 --files 100000 --seed 1
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1]))  # else tests/service stands before service

from fuzzed_files import decoders, mutated, pictures, tried
from fuzzed_requests import FuzzedRequest, RequestMaker
from starlette.testclient import TestClient
from tqdm import tqdm

Findings = dict[str, list[str]]
SLOW_S = 5.0


def peak_mb() -> float:
    """Most memory of this process so far."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def fuzz_requests(
    client: TestClient, requests: Iterable[FuzzedRequest], between: Callable[[str], None]
) -> tuple[Counter[int], Findings, tuple[float, str]]:
    """Answers by status, those of 500 and above by route, and the longest in seconds.

    between: done after each with its route, such as a worker's work.
    """
    statuses: Counter[int] = Counter()
    findings: Findings = {}
    longest = (0.0, "")
    for request in requests:
        started = time.monotonic()
        answer = request.sent(client)
        longest = max(longest, (time.monotonic() - started, request.route))
        statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            findings.setdefault(request.route, []).append(
                f"{answer.status_code} {request!r}"[:1500]
            )
        between(request.route)
    return statuses, findings, longest


def fuzz_files(
    number: int, chance: Random, folder: Path
) -> tuple[Counter[str], Findings, tuple[float, str]]:
    """What became of mutated files, errors that are not ours by reader, and the longest."""
    readers = list(decoders(folder).items())
    said: Counter[str] = Counter()
    findings: Findings = {}
    longest = (0.0, "")
    for n in tqdm(range(number), "files", disable=None):
        name, (seeds, decode) = readers[n % len(readers)]
        data = mutated(chance.choice(seeds), chance)
        started = time.monotonic()
        result = tried(decode, data)
        longest = max(longest, (time.monotonic() - started, name))
        if result not in {"read", "refused"}:
            findings.setdefault(f"{name}: {result}", []).append(data[:200].hex())
            result = "not ours"
        said[result] += 1
    return said, findings, longest


def main() -> int:
    """Run both, print, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="JSON with every finding")
    options = parser.parse_args()
    from fuzzed_catalogue import fuzzed_catalogue

    chance, found = Random(options.seed), {}
    with (
        tempfile.TemporaryDirectory() as folder,
        fuzzed_catalogue(Path(folder)) as (client, known, between),
    ):
        maker = RequestMaker(client.app, chance, known, lambda c: mutated(c.choice(SEEDS), c))
        drawn = tqdm(maker.requests(options.cases), "requests", options.cases, disable=None)
        statuses, found, longest = fuzz_requests(client, drawn, between)
        print(
            f"{options.cases} requests to {len(maker.routes)} routes: "
            f"{dict(sorted(statuses.items()))}"
        )
        print(f"longest {1000 * longest[0]:.0f} ms ({longest[1]}), most memory {peak_mb():.0f} MB")
    with tempfile.TemporaryDirectory() as folder:
        said, more, longest = fuzz_files(options.files, chance, Path(folder))
    print(f"{options.files} files: {dict(said)}")
    print(f"longest {1000 * longest[0]:.0f} ms ({longest[1]}), most memory {peak_mb():.0f} MB")
    for name, examples in (found | more).items():
        print(f"  {len(examples)} x {name}\n      {examples[0][:400]}")
    if options.out:
        options.out.write_text(json.dumps(found | more, indent=1))
    return 1 if found or more else 0


SEEDS = tuple(pictures())[:4]

if __name__ == "__main__":
    sys.exit(main())
