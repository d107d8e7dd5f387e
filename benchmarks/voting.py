"""What does it cost to let cells vote? Build, change and ask an index of one flank.

Draws cells around shared words, so that they crowd as those of real coats do, for 600, 5,000 and
20,000 annotations; drawing them counts as building. Prints milliseconds of processor time (one
thread, so that other work on the machine does not count) and how much memory the process grew by.
No network, no photos.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import faiss
import numpy as np

from reid.gallery.voting import CELLS, Voter, Voting
from reid.types import Flank, Float32

SIZE, WORDS, SPREAD, CHANGED, QUERIES = 64, 2000, 0.6, 5, 20
Made = TypeVar("Made")


def coat(words: Float32, number: int) -> Float32:
    """(CELLS, SIZE) of one annotation."""
    rng = np.random.default_rng((1, number))
    drawn = words[rng.integers(len(words), size=CELLS)]
    drawn = drawn + SPREAD / np.sqrt(SIZE) * rng.standard_normal((CELLS, SIZE), dtype=np.float32)
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)


def spent(work: Callable[[], Made]) -> tuple[Made, float]:
    """What the work gives, and the milliseconds of processor time it took."""
    began = time.process_time()
    result = work()
    return result, (time.process_time() - began) * 1000


def measure(annotations: int, words: Float32) -> tuple[float, ...]:
    """Milliseconds to build, to take in five more, to ask once; megabytes grown."""

    def read(numbers: Sequence[int]) -> Mapping[int, Float32]:
        return {n: coat(words, n) for n in numbers}

    def voters(count: int) -> Mapping[int, Voter]:
        return {n: Voter(Flank.LEFT, 1) for n in range(1, count + 1)}

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    voting, build = spent(lambda: Voting().updated(voters(annotations), read))
    voting, change = spent(lambda: voting.updated(voters(annotations + CHANGED), read))
    queries = list(read(range(1, QUERIES + 1)).values())
    _, ask = spent(lambda: [voting.votes(query, Flank.LEFT) for query in queries])
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return build, change, ask / QUERIES, grown / 1024


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--annotations", type=int, nargs="+", default=[600, 5000, 20_000])
    options = parser.parse_args()
    faiss.omp_set_num_threads(1)
    rng = np.random.default_rng(0)
    words = rng.standard_normal((WORDS, SIZE), dtype=np.float32)
    words /= np.linalg.norm(words, axis=1, keepdims=True)
    print(f"{CELLS} cells an annotation, one flank; milliseconds of processor time")
    print(f"{'annotations':>12}{'build':>10}{f'{CHANGED} more':>10}{'a query':>10}{'peak MB':>10}")
    for count in options.annotations:
        build, change, ask, grown = measure(count, words)
        print(f"{count:12}{build:10.0f}{change:10.1f}{ask:10.1f}{grown:10.0f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
