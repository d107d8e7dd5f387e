"""Real photos made poor, n as one encounter, against the other half of each animal's photos.

By the product's evidence and its order of candidates: Cllr, wrong beyond 1, and how often the right
animal comes first among strangers.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from reid.describe.embed import Embedder
from reid.errors import ReidError
from reid.evaluation.data.protocol import describe, read_distractors
from reid.evaluation.trials import poor_encounters as trial
from reid.evaluation.trials.encounter_evidence import as_text, described_at, photos_of
from reid.evidence.calibrator import released


def progress(what: str, total: int | None = None) -> Callable[[int], object]:
    """A bar on the terminal."""
    return tqdm(desc=what, total=total, disable=None).update


def show(o: argparse.Namespace) -> None:
    """Print a line for each level and size."""
    embedder, calibrator = Embedder.load(), released()
    photos = photos_of(o.dataset, mirror=True)
    known = {"embedder": embedder, "seed": o.seed}
    good = described_at(photos, level=0, done=progress("describe", len(photos)), **known)
    samples = read_distractors(o.distractors) if o.distractors else []
    strangers = list(describe(samples, embedder))
    print(f"{o.dataset}: {embedder.model}, {calibrator.id}, {len(strangers)} photos of strangers")
    strata = []
    for level in o.levels:
        done = progress(f"describe at level {level}", len(photos))
        poor = described_at(photos, level=level, done=done, **known)
        animals = list(trial.halves(poor, good, seed=o.seed))
        for size in o.photos:
            sizes = {"draws": o.draws, "seed": o.seed, "done": progress(f"{size} photos")}
            said = list(trial.poor_encounters(animals, strangers, size, calibrator, **sizes))
            if not said:
                print(f"level {level}, {size} photos: no animal has so many")
                continue
            first = sum(one.first for one in said)
            print(f"level {level}, {size} photos: right animal first {first} of {len(said)}")
            strata.append(trial.stratum(said, f"{size} photos", level))
    print(as_text(strata, seed=o.seed))


def main() -> int:
    """Exit code 0, or 2 where the data cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("dataset", type=Path, help="folder with index.csv")
    add("--distractors", type=Path, help="folder of photos of strangers, for the order")
    add("--levels", type=int, nargs="+", default=[2, 3], help="of degradation")
    add("--photos", type=int, nargs="+", default=[1, 3, 5, 8], help="of an encounter")
    add("--draws", type=int, default=5, help="of encounters from each animal's poor photos")
    add("--seed", type=int, default=1)
    try:
        show(parser.parse_args())
    except ReidError as error:
        print(f"poor_encounters.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
