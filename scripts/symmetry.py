"""Whether a pair says the same in both orders: the largest differences of llr, shares and marks.

Exit code 1 where any of them is not exactly 0.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tqdm import tqdm

from reid.describe.embed import Embedder
from reid.errors import ReidError
from reid.evaluation.data.photos import Sample
from reid.evaluation.data.protocol import describe, numbers_of, read_dataset
from reid.evaluation.trials import both_orders
from reid.evaluation.trials.both_orders import OrderDifference
from reid.evidence.calibrator import Calibrator, released
from reid.synthetic.survey import write_survey
from reid.types import AnnotationFeatures


def folder_of(dataset: str, stack: ExitStack) -> Path:
    """The data's folder; `synthetic:ANIMALS:SEED` is rendered into a temporary one."""
    if not dataset.startswith("synthetic:"):
        return Path(dataset)
    animals, seed = numbers_of(dataset)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    return write_survey(folder, animals=animals, seed=seed, encounters=3).parent


def in_both_orders(
    samples: list[Sample],
    features: list[AnnotationFeatures],
    calibrator: Calibrator,
    options: argparse.Namespace,
) -> OrderDifference:
    """Of photos and of encounters of one dataset."""
    units = [sample.unit for sample in samples]
    drawn = both_orders.draw_pairs(units, pairs=options.pairs, seed=options.seed)
    same = sum(units[a] == units[b] for a, b in drawn)
    bar = tqdm(desc="photos", total=len(drawn), disable=None)
    photos = both_orders.of_pairs(features, drawn, calibrator, done=bar.update)
    print(f"{len(drawn)} pairs of photos, {same} of one animal: {in_words(photos)}")
    by_name: dict[tuple[str, str], list[AnnotationFeatures]] = {}
    for sample, described in zip(samples, features, strict=True):
        by_name.setdefault((sample.animal, sample.occasion), []).append(described)
    animals, encounters = [animal for animal, _ in by_name], list(by_name.values())
    few = both_orders.draw_pairs(animals, pairs=max(1, options.pairs // 5), seed=options.seed)
    bar = tqdm(desc="encounters", total=len(few), disable=None)
    whole = both_orders.of_encounters(encounters, few, calibrator, done=bar.update)
    print(f"{len(few)} pairs of encounters: llr {whole.llr:g}", flush=True)
    return photos | whole


def in_words(difference: OrderDifference) -> str:
    """The largest differences."""
    return (
        f"largest difference of the llr {difference.llr:g}, of scores {difference.scores:g}, "
        f"of shares {difference.shares:g}, of marks {difference.marks:g}"
    )


def measure(options: argparse.Namespace) -> OrderDifference:
    """Print a line a dataset, and the largest of all."""
    embedder, calibrator = Embedder.load(options.weights), released(options.weights)
    largest = OrderDifference()
    for dataset in options.datasets:
        with ExitStack() as stack:
            samples = read_dataset(folder_of(dataset, stack))
            described = describe(samples, embedder)
            features = list(tqdm(described, "describe", len(samples), disable=None))
        print(f"{dataset}: {len(samples)} photos; {embedder.model}, {calibrator.id}, ", end="")
        print(f"seed {options.seed}", flush=True)
        largest |= in_both_orders(samples, features, calibrator, options)
    print(f"all: {in_words(largest)}")
    return largest


def main() -> int:
    """Exit code 0, 1 where the order matters, or 2 where the data cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("datasets", nargs="+", help="folders with index.csv, or synthetic:ANIMALS:SEED")
    add("--pairs", type=int, default=1000, help="pairs of photos of each dataset")
    add("--seed", type=int, default=1, help="of the pairs that are drawn")
    add("--weights", type=Path, help="folder of weights and cards")
    try:
        return int(measure(parser.parse_args()) != OrderDifference())
    except ReidError as error:
        print(f"symmetry.py: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
