"""Different leopards before one scenery and under one printed strip: how much llr that makes."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from reid.describe.embed import Embedder
from reid.errors import ReidError
from reid.evaluation.trials import scenery
from reid.evaluation.trials.scenery import TOO_MUCH, ScenePair
from reid.evidence.calibrator import released
from reid.synthetic.scenery import read_landscapes
from reid.types import Verdict


def table(pairs: Sequence[ScenePair]) -> str:
    """One line for each framing: pairs, largest llr, how many pass the limit, verdicts "same"."""
    lines = [f"{'crop':18} pairs  not compared  largest llr  above {TOO_MUCH}  same"]
    for framing in dict.fromkeys(pair.framing for pair in pairs):
        some = [pair for pair in pairs if pair.framing == framing]
        llrs = [pair.llr for pair in some]
        alone = sum(not pair.comparable for pair in some)
        above = sum(llr > TOO_MUCH for llr in llrs)
        same = sum(pair.verdict is Verdict.SAME for pair in some)
        lines.append(f"{framing:18} {len(some):5} {alone:13} {max(llrs):12.2f} {above:10} {same:5}")
    return "\n".join(lines)


def main() -> int:
    """Exit code 0, 1 where scenery testified, 2 where the program cannot run."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--animals", type=int, default=22, help="before each scenery; all pairs are compared")
    add("--sceneries", type=int, default=1)
    add("--empty", type=int, default=20, help="frames without an animal")
    add("--landscapes", type=Path, help="folder of real landscapes; painted places without it")
    add("--seed", type=int, default=0)
    add("--weights", type=Path, help="folder of weights and cards")
    o = parser.parse_args()
    try:
        embedder, calibrator = Embedder.load(o.weights), released(o.weights)
    except ReidError as error:
        print(f"scenery.py: {error}", file=sys.stderr)
        return 2
    print(f"{embedder.model}, {calibrator.id}, bound {calibrator.bound:.2f}", flush=True)
    landscapes = read_landscapes(o.landscapes) if o.landscapes else []
    pairs: list[ScenePair] = []
    for number in tqdm(range(o.sceneries), desc="scenery", disable=None):
        rng = np.random.default_rng((o.seed, 21, number))
        taken = scenery.frames(o.animals, landscapes, rng)
        pairs += scenery.scene_pairs(taken, embedder, calibrator)
        pairs += scenery.strip_pairs(taken, embedder, calibrator)
    print(table(pairs))
    rng = np.random.default_rng((o.seed, 22))
    done = tqdm(desc="empty", total=o.empty, disable=None).update
    seen = scenery.empty_frames(o.empty, landscapes, rng, embedder, done)
    print(f"an animal is seen in {seen} of {o.empty} frames without one")
    return int(bool(seen) or any(pair.llr > TOO_MUCH for pair in pairs))


if __name__ == "__main__":
    sys.exit(main())
