"""Compare recognition methods on named data: a folder, or synthetic:ANIMALS:SEED."""

import argparse
import shlex
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tqdm import tqdm

from reid.embed import Embedder
from reid.errors import BadDataset, ReidError
from reid.evaluation.pairs import compare_all
from reid.evaluation.protocol import countable, describe, genuine, read_dataset, read_distractors
from reid.evaluation.report import as_text, evidence_as_text, rows, write_json
from reid.evidence import provisional
from reid.synthetic.survey import write_survey


def folder_of(dataset: str, stack: ExitStack) -> Path:
    """The data's folder; `synthetic:ANIMALS:SEED` is rendered into a temporary one."""
    if not dataset.startswith("synthetic:"):
        return Path(dataset)
    try:
        animals, seed = (int(part) for part in dataset.split(":")[1:])
    except ValueError:
        raise BadDataset(f"{dataset}: write synthetic:ANIMALS:SEED, e.g. synthetic:50:1") from None
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    return write_survey(folder, animals=animals, seed=seed).parent


def evaluate(options: argparse.Namespace) -> None:
    """Print one table, and write it as JSON where asked."""
    with ExitStack() as stack:
        queries = read_dataset(folder_of(options.dataset, stack))
        others = [s for d in options.distractors for s in read_distractors(d)]
        gallery = [*queries, *others]
        embedder, calibrator = Embedder.load(options.weights), provisional(options.weights)
        features = list(tqdm(describe(gallery, embedder), "embed", len(gallery), disable=None))
        counted = countable(queries, gallery)
        with tqdm(desc="compare", total=len(queries), disable=None) as bar:
            table = compare_all(features[: len(queries)], features, counted, done=bar.update)
    same = genuine(queries, gallery)
    result = rows(table, calibrator.fusion, same, counted)
    units = len({s.unit for s in queries})
    print(f"{options.dataset}: {len(queries)} photos of {units} animals x flank, ", end="")
    print(f"{len(others)} distractors; {embedder.model}, {calibrator.id}")
    print(as_text(result))
    print(evidence_as_text(table, calibrator, same, counted))
    if options.out:
        command = "scripts/evaluate.py " + shlex.join(sys.argv[1:])
        path = options.out / "evaluation.json"
        write_json(path, result, dataset=options.dataset, command=command, model=embedder.model)


def main() -> int:
    """Exit code 0, or 2 where the data cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", help="folder with index.csv, or synthetic:ANIMALS:SEED")
    parser.add_argument("--distractors", type=Path, action="append", default=[], metavar="DIR")
    parser.add_argument("--out", type=Path, help="folder for evaluation.json")
    parser.add_argument("--weights", type=Path, help="folder of weights and cards")
    try:
        evaluate(parser.parse_args())
    except ReidError as error:
        print(f"evaluate.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
