"""Where rosettes agree and differ in genuine and impostor pairs: a folder, or synthetic:N:SEED."""

import argparse
import sys
import tempfile
from pathlib import Path

from tqdm import tqdm

from reid.describe.embed import Embedder
from reid.errors import ReidError
from reid.evaluation.data.protocol import NotSyntheticName, describe, read_dataset
from reid.evaluation.trials.differences import QUANTILES, as_text, pairs_of, register_pairs
from reid.synthetic.survey import write_survey


def folder_of(dataset: str, scratch: Path) -> Path:
    """The data's folder; `synthetic:ANIMALS:SEED` is rendered into `scratch`."""
    if not dataset.startswith("synthetic:"):
        return Path(dataset)
    try:
        animals, seed = (int(part) for part in dataset.removeprefix("synthetic:").split(":"))
    except ValueError as error:
        raise NotSyntheticName(dataset=dataset) from error
    return write_survey(scratch, animals=animals, seed=seed).parent


def show(options: argparse.Namespace) -> None:
    """Print both kinds of pairs."""
    with tempfile.TemporaryDirectory() as scratch:
        samples = read_dataset(folder_of(options.dataset, Path(scratch)))
        embedder = Embedder.load(options.weights)
        described = describe(samples, embedder)
        features = list(tqdm(described, "describe", len(samples), disable=None))
    print(f"{options.dataset}: {len(samples)} photos; {embedder.model}; seed {options.seed}")
    print("three numbers are quantiles: " + ", ".join(f"{q:.0%}" for q in QUANTILES))
    kinds = zip(("genuine", "impostor"), pairs_of(samples, seed=options.seed), strict=True)
    for name, pairs in kinds:
        bar = tqdm(desc=name, total=len(pairs), disable=None)
        print(as_text(name, register_pairs(features, pairs, bar.update)), flush=True)


def main() -> int:
    """Exit code 0, or 2 where the data cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("dataset", help="folder with index.csv, or synthetic:ANIMALS:SEED")
    add("--seed", type=int, default=0, help="of the impostor pairs that are drawn")
    add("--weights", type=Path, help="folder of weights and cards")
    try:
        show(parser.parse_args())
    except ReidError as error:
        print(f"discrepancies.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
