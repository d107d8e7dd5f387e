"""Compare recognition methods on named data: a folder, or synthetic:ANIMALS:SEED."""

import argparse
import datetime
import shlex
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from reid.describe.embed import Embedder
from reid.describe.peers import FORMS, load_peer
from reid.describe.peers.aliked import KEYPOINTS, AlikedLightGlue
from reid.errors import ReidError
from reid.evaluation.data.degrade import EVERY
from reid.evaluation.data.photos import CropStyle, Sample
from reid.evaluation.data.population import FLANKS, SHOTS, photograph
from reid.evaluation.data.protocol import numbers_of, read_dataset, read_distractors, some_animals
from reid.evaluation.measures.metrics import ranks
from reid.evaluation.report.findings import EvaluationReport, strata_of
from reid.evaluation.report.html_report import write_report
from reid.evaluation.report.sections import opened
from reid.evaluation.report.table import MethodRow, as_text, evidence_as_text, rows, write_json
from reid.evaluation.trials.matched import ALIKED, ALIKED_COAT, AlikedMethod
from reid.evaluation.trials.shortlist import (
    left_against_right,
    mirrors_as_text,
    recalls,
    recalls_as_text,
)
from reid.evaluation.trials.trial import trials
from reid.evaluation.trials.witnesses import (
    OURS,
    EvaluatedMethod,
    Global,
    RootSift,
    Rosette,
    at_first_sight,
)
from reid.evidence.calibrator import released
from reid.evidence.strata import PairStratum
from reid.synthetic.survey import write_survey


def folder_of(dataset: str, stack: ExitStack) -> Path:
    """The data's folder; `synthetic:ANIMALS:SEED` is rendered into a temporary one."""
    if not dataset.startswith("synthetic:"):
        return Path(dataset)
    animals, seed = numbers_of(dataset)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    return write_survey(folder, animals=animals, seed=seed).parent


def asked(options: argparse.Namespace, stack: ExitStack) -> list[Sample]:
    """The photos of the data, or of some of its animals."""
    samples = read_dataset(folder_of(options.dataset, stack))
    return some_animals(samples, options.individuals or len(samples), options.seed)


def progress(what: str, total: int) -> Callable[[int], object]:
    """A bar on the terminal."""
    return tqdm(desc=what, total=total, disable=None).update


def evaluate(options: argparse.Namespace) -> None:
    """Print a table a condition, and write all as JSON where asked."""
    peers = [Global(load_peer(spec)) for spec in options.embedder]
    embedder = calibrator = None
    witnesses: list[EvaluatedMethod[Any]] = [RootSift(), *peers]
    if needs_network(options):
        embedder, calibrator = Embedder.load(options.weights), released(options.weights)
    if embedder and calibrator and options.methods != ["rootsift"]:
        witnesses.append(Rosette(embedder, calibrator))
    matchers = matchers_of(options, embedder)
    witnesses += matchers
    beside = (*(peer.embedder.model for peer in peers), *(m.name for m in matchers))
    names = (*(options.methods or ("rootsift", *OURS)), *beside)
    table: list[MethodRow] = []
    strata: list[PairStratum] = []
    places: dict[str, list[int]] = {}
    with ExitStack() as stack:
        queries = asked(options, stack)
        others = [s for d in options.distractors for s in read_distractors(d)]
        about = heading(options, queries, others)
        animals = [s.animal for s in (*queries, *others)]
        print(about, end="")
        print(f"; {embedder.model}, {calibrator.id}" if embedder and calibrator else "", flush=True)
        for peer in peers:
            print(f"{peer.embedder.model}, licence: {peer.embedder.licence}")
        for matcher in matchers:
            print(f"{matcher.name}: {matcher.networks.model}, licence: {matcher.networks.licence}")
        conditions = {"levels": options.degrade, "styles": options.crop, "seed": options.seed}
        for trial in trials(
            queries, others, witnesses, **conditions, finder=embedder, progress=progress
        ):
            table_rows = rows(trial, names)
            print(as_text(table_rows))
            if calibrator and "evidence" in names:
                print(evidence_as_text(trial, calibrator))
                strata += strata_of(trial, calibrator.llr(trial.tables["evidence"]), animals)
            sys.stdout.flush()
            table += table_rows
            for method, numbers in trial.tables.items():
                places.setdefault(method, ranks(numbers, trial.same, trial.counted))
    model = embedder.model if embedder else "none"
    keep(options, table, model)
    if options.report:
        name = calibrator.id if calibrator else "none"
        facts = {"description": about, "model": model, "calibrator": name}
        print(write_report(report(options, facts, strata, table, places), options.report))


def needs_network(options: argparse.Namespace) -> bool:
    """Whether any method asks the rosette network, for its features or for where coat is."""
    asked_for_ours = options.methods != ["rootsift"]
    return asked_for_ours or CropStyle.FLANK in options.crop or ALIKED_COAT in options.matcher


def matchers_of(options: argparse.Namespace, finder: Embedder | None) -> list[AlikedMethod]:
    """The peers of --matcher, over one pair of networks."""
    if not options.matcher:
        return []
    networks = AlikedLightGlue(keypoints=options.keypoints)
    return [AlikedMethod(networks, finder if m == ALIKED_COAT else None) for m in options.matcher]


def keep(options: argparse.Namespace, table: list[MethodRow], model: str) -> None:
    """evaluation.json, where asked for."""
    if options.out:
        path = options.out / "evaluation.json"
        write_json(path, table, dataset=options.dataset, command=command(), model=model)


def command() -> str:
    """How this was called."""
    return "scripts/evaluate.py " + shlex.join(sys.argv[1:])


def report(
    options: argparse.Namespace,
    facts: dict[str, str],
    strata: list[PairStratum],
    table: list[MethodRow],
    places: dict[str, list[int]],
) -> EvaluationReport:
    """All that was found, for report.html. facts: description, model and calibrator."""
    return EvaluationReport(
        title="Recognition of photos",
        command=command(),
        dataset=options.dataset,
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        seed=options.seed,
        strata=strata,
        rows=table,
        ranks=places,
        **(opened(options.simulated)._asdict() if options.simulated else {}),
        **facts,
    )


def shortlist(options: argparse.Namespace) -> None:
    """Recall of embedding and votes, or left against right, on animals drawn for the purpose."""
    animals, seed = numbers_of(options.dataset)
    embedder = Embedder.load(options.weights)
    total = animals * len(FLANKS) * len(SHOTS)
    done = progress("photograph", total)
    see = partial(at_first_sight, embedder)
    population = photograph(see, animals=animals, seed=seed, done=done)
    styles = len(set(population.styles))
    print(f"{options.dataset}: {animals} animals of {styles} styles, {total} photos; ", end="")
    print(f"{embedder.model}, seed {seed}")
    if options.recall:
        print(f"gallery: one good photo of each of {animals} animals a flank")
        print(recalls_as_text(recalls(population, seed=options.seed)))
    if options.left_right:
        print(mirrors_as_text(left_against_right(population, seed=options.seed)))


def heading(options: argparse.Namespace, queries: list[Sample], others: list[Sample]) -> str:
    """What is compared, with counts."""
    units = len({s.unit for s in queries})
    return (
        f"{options.dataset}: {len(queries)} photos of {units} animals x flank, "
        f"{len(others)} distractors; seed {options.seed}"
    )


def main() -> int:
    """Exit code 0, or 2 where the data cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("dataset", help="folder with index.csv, or synthetic:ANIMALS:SEED")
    add("--distractors", type=Path, action="append", default=[], metavar="DIR")
    add("--degrade", type=int, nargs="+", choices=EVERY, default=[0], help="levels of the query")
    styles = list(CropStyle)
    add("--crop", type=CropStyle, nargs="+", choices=styles, default=styles[:1], help="the boxes")
    add("--embedder", action="append", default=[], metavar="SPEC", help=f"a peer beside: {FORMS}")
    add("--matcher", nargs="+", choices=(ALIKED, ALIKED_COAT), default=[], help="a peer beside")
    add("--keypoints", type=int, default=KEYPOINTS, help="of such a peer, of each crop")
    add("--methods", nargs="+", choices=("rootsift", *OURS), help="rootsift alone needs no network")
    add("--individuals", type=int, metavar="N", help="only N animals, drawn by the seed")
    add("--seed", type=int, default=0, help="of grain, motion, jitter and the animals drawn")
    add(
        "--recall",
        action="store_true",
        help="of a shortlist by embedding, votes and both; synthetic animals only",
    )
    add("--left-right", action="store_true", help="of one animal; synthetic animals only")
    add("--out", type=Path, help="folder for evaluation.json")
    add("--report", type=Path, help="folder for report.html and its evaluation.json")
    add("--simulated", type=Path, help="of simulate.py --out: open set, partitions, clustering")
    add("--weights", type=Path, help="folder of weights and cards")
    options = parser.parse_args()
    try:
        shortlist(options) if options.recall or options.left_right else evaluate(options)
    except ReidError as error:
        print(f"evaluate.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
