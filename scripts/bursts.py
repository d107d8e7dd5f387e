"""Poor bursts as one witness: llrs of n frames, two animals in a burst, invented marks, costs.

Passages of painted animals, at levels 2 and 3, against good references: the best pair of photos,
the sum of all pairs, and the fused picture beside the photos, by the released calibrator.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from tqdm import tqdm

from reid.describe.embed import Embedder
from reid.errors import ReidError
from reid.evaluation.data.bursts import PaintedBurst, painted_bursts
from reid.evaluation.trials import bursts as trial
from reid.evaluation.trials.encounter_evidence import as_text
from reid.evidence.calibrator import FRAMES_WEIGHT, FramesWeight, released
from reid.evidence.tested import SETTLED, Settling, load_tested, write_tested
from reid.fusion.burst import FusedBurst
from reid.weights import default_folder

PARTS = ("llr", "animals", "marks", "cost")
Fused = dict[tuple[int, int, int], FusedBurst]


def marks(painted: Sequence[PaintedBurst], found: Fused, level: int, size: int) -> str:
    """How many cells show a mark where the painted coat has none."""
    counts: Counter[str] = Counter()
    for burst in painted:
        seen = trial.false_marks(burst, burst.frames[level], found[burst.animal, level, size])
        if seen:
            counts.update(pictures=1, cells=seen.cells, shown=seen.shown)
            counts.update(false=seen.false, single=seen.single, bare=seen.bare)
    cells = max(counts["cells"], 1)
    line = f"level {level}, {size} frames: {counts['pictures']} pictures, {counts['cells']} cells, "
    line += f"{counts['bare']} of them bare, {counts['shown']} with a mark, {counts['false']} both"
    return (
        line + f" ({counts['false'] / cells:.2%}; one frame alone {counts['single'] / cells:.2%})"
    )


def settled(row: Settling) -> str:
    """A line: so many frames of a grade, and what share of pairs they settle."""
    line = f"{row.frames} frames, the best of them {row.grade0}: {row.same:.0%} of {row.genuine} "
    line += f"genuine pairs reach +{SETTLED:g}, "
    return line + f"{row.different:.0%} of {row.impostor} impostor pairs -{SETTLED:g}"


def keep(rows: Sequence[Settling], calibrator: str) -> None:
    """Put these rows into the calibrator's test, in place of those of earlier bursts."""
    tested = load_tested(calibrator, default_folder())
    if tested:
        alone = [row for row in tested.settling if not row.frames]
        path = default_folder() / f"{calibrator}.tested.json"
        write_tested(path, replace(tested, settling=(*alone, *rows)))


def animals(painted: Sequence[PaintedBurst], level: int, size: int, o: argparse.Namespace) -> str:
    """Bursts in which two animals alternate, and bursts of one animal."""
    rng = np.random.default_rng((o.seed, 43))
    two = alone = 0
    for _ in range(o.mixed):
        one, other = rng.choice(len(painted), 2, replace=False)
        first, second = (painted[n].frames[level][:size] for n in (one, other))
        two += trial.noticed(trial.alternating(first, second, rng))
    for number in range(o.alone):
        burst = painted[number % len(painted)].frames[level]
        some = np.sort(rng.choice(len(burst), min(size, len(burst)), replace=False))
        alone += trial.noticed([burst[n] for n in some])
    line = f"level {level}, {size} frames: two animals noticed in {two} of {o.mixed}, "
    return line + f"one animal taken for two in {alone} of {o.alone}"


def cost(painted: Sequence[PaintedBurst], level: int, size: int, embedder: Embedder) -> str:
    """Milliseconds and bytes of a burst."""
    taken = [trial.cost_of(burst.frames[level][:size], embedder) for burst in painted[:10]]
    seconds = float(np.median([one.seconds for one in taken]))
    kept = float(np.median([one.bytes for one in taken]))
    line = f"level {level}, {size} frames: {1000 * seconds:.0f} ms, {kept / 1000:.0f} KB, "
    return line + f"median of {len(taken)} bursts"


def main() -> int:
    """Exit code 0, or 2 where the program cannot run."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--animals", type=int, default=60)
    add("--frames", type=int, nargs="+", default=[1, 2, 5, 10, 20], help="of a burst")
    add("--levels", type=int, nargs="+", default=[2, 3], help="of degradation")
    add("--parts", nargs="+", choices=PARTS, default=PARTS)
    add("--mixed", type=int, default=100, help="bursts with two animals")
    add("--alone", type=int, default=500, help="bursts of one animal that must not be parted")
    add("--seed", type=int, default=51)
    add("--tested", action="store_true", help="keep what was settled beside the calibrator's card")
    add("--frames-weight", type=float, nargs=2, metavar=("GAIN", "SILENCE"), default=FRAMES_WEIGHT)
    o = parser.parse_args()
    try:
        embedder = Embedder.load()
        calibrator = replace(released(), frames=FramesWeight(*o.frames_weight))
    except ReidError as error:
        print(f"bursts.py: {error}", file=sys.stderr)
        return 2
    print(f"{embedder.model}, {calibrator.id}, {calibrator.frames}, seed {o.seed}", flush=True)
    made = painted_bursts(o.animals, max(o.frames), o.levels, embedder, seed=o.seed)
    painted = list(tqdm(made, "paint and describe", total=o.animals, disable=None))
    ten = min(o.frames, key=lambda size: abs(size - 10))
    found = trial.fused_bursts(painted, o.frames if "llr" in o.parts else [ten], embedder)
    if "llr" in o.parts:
        pairs = list(trial.burst_pairs(painted, o.frames, found, calibrator))
        print(as_text(trial.burst_strata(pairs), seed=o.seed), flush=True)
        rows = trial.settled_by_frames(pairs)
        print(*map(settled, rows), sep="\n", flush=True)
        if o.tested:
            keep(rows, calibrator.id)
    for level in o.levels:
        if "marks" in o.parts:
            print(marks(painted, found, level, ten), flush=True)
        if "animals" in o.parts:
            print(animals(painted, level, ten, o), flush=True)
        if "cost" in o.parts:
            print(cost(painted, level, ten, embedder), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
