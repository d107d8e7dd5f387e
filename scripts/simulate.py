"""Simulated surveys whose truth is known: cases of three, an open catalogue, a count of animals."""

import argparse
import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from reid.describe.embed import Embedder
from reid.errors import ReidError
from reid.evaluation.data.surveys import all_between, simulate
from reid.evaluation.report.sections import KEY, packed
from reid.evaluation.trials import counting, open_set, triples
from reid.evaluation.trials.trial import NumberTooSmall, TooFewAnimals
from reid.evidence.calibrator import Calibrator, released


def progress(what: str, total: int) -> Callable[[int], object]:
    """A bar on the terminal."""
    return tqdm(desc=what, total=total, disable=None).update


def cases_of_three(
    o: argparse.Namespace, embedder: Embedder, calibrator: Calibrator
) -> dict[str, Any]:
    """Posteriors of partitions, beside the truth."""
    encounters = simulate(
        embedder, animals=o.animals, seed=o.seed, width=o.width, progress=progress
    )
    drawn = triples.draw(encounters, o.triples, np.random.default_rng((o.seed, 7)))
    pairs = triples.pairs_of(drawn)
    print(f"{len(encounters)} encounters, {len(drawn)} triples, {len(pairs)} pairs of encounters")
    done = progress("compare pairs", len(pairs))
    answers = triples.answer(drawn, all_between(encounters, pairs, calibrator, done=done))
    print(triples.as_text(answers))
    return triples.as_json(answers) | {KEY: packed(answers.calibration)}


def open_catalogue(
    o: argparse.Namespace, embedder: Embedder, calibrator: Calibrator
) -> dict[str, Any]:
    """Known animals and strangers, asked about as in the product."""
    known = open_set.known_animals(o.animals, o.strangers, o.seed)
    encounters = simulate(
        embedder,
        animals=o.animals + o.strangers,
        seed=o.seed,
        encounters=open_set.CATALOGUED + 1,
        width=o.width,
        needed=open_set.needed_photos(known),
        progress=progress,
    )
    total = o.animals + o.strangers
    answers = open_set.answer_queries(
        encounters, known, calibrator, done=progress("identify", total)
    )
    print(f"{o.animals} known animals, {o.strangers} unknown ones, one query encounter each")
    print(open_set.as_text(answers, known))
    rates = open_set.rates(answers, known)
    return open_set.as_json(answers, known) | {KEY: packed(rates)}


def population(o: argparse.Namespace, embedder: Embedder, calibrator: Calibrator) -> dict[str, Any]:
    """Encounters sorted into animals, by the machine and with decisions."""
    counting.ready()
    encounters = simulate(
        embedder, animals=o.animals, seed=o.seed, width=o.width, progress=progress
    )
    pairs = counting.shortlisted(encounters, done=progress("shortlist", len(encounters)))
    done = progress("compare pairs", len(pairs))
    evidence = all_between(encounters, pairs, calibrator, done=done)
    counts = counting.count(encounters, evidence, decisions=o.decisions)
    print(f"{len(encounters)} encounters of {o.animals} animals, {len(pairs)} pairs compared")
    print(counting.as_text(counts))
    return counting.as_json(counts) | {KEY: packed(counts.steps[0].sorted)}


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="triples | open-set | count")

    def command(name: str, run: Callable[..., Any], animals: int) -> argparse.ArgumentParser:
        subparser = commands.add_parser(name, help=run.__doc__, description=run.__doc__)
        subparser.set_defaults(run=run, name=name)
        subparser.add_argument("--animals", type=int, default=animals)
        subparser.add_argument(
            "--seed", type=int, default=31, help="not one of training or calibration"
        )
        subparser.add_argument("--width", type=int, help="pixels of every photo, for a quick look")
        subparser.add_argument("--out", type=Path, help=f"folder for {name}.json")
        subparser.add_argument("--weights", type=Path, help="folder of weights and cards")
        return subparser

    three = command("triples", cases_of_three, 60)
    three.add_argument("--triples", type=int, default=1000)
    known = command("open-set", open_catalogue, 150)
    known.add_argument("--strangers", type=int, default=150, help="animals not in the catalogue")
    many = command("count", population, 60)
    many.add_argument("--decisions", type=int, default=100, help="of a reviewer who is never wrong")
    return parser.parse_args()


def checked(o: argparse.Namespace) -> None:
    """Raises BadSettings for sizes that leave nothing to measure."""
    least = {"triples": 3, "open-set": 1, "count": 1}[o.name]
    if o.animals < least:
        raise TooFewAnimals(animals=o.animals, trial=o.name, least=least)
    for option in ("triples", "strangers", "decisions"):
        if getattr(o, option, 1) < (option != "decisions"):
            raise NumberTooSmall(option=option, number=getattr(o, option))


def main() -> int:
    """Exit code 0, or 2 where the command cannot work."""
    o = arguments()
    try:
        checked(o)
        embedder, calibrator = Embedder.load(o.weights), released(o.weights)
        print(f"{o.name}: seed {o.seed}; {embedder.model}, {calibrator.id}", flush=True)
        result = o.run(o, embedder, calibrator)
    except ReidError as error:
        print(f"simulate.py: {error}", file=sys.stderr)
        return 2
    if o.out:
        command = "scripts/simulate.py " + shlex.join(sys.argv[1:])
        head = {"command": command, "model": embedder.model, "calibrator": calibrator.id}
        head |= {"seed": o.seed, "animals": o.animals}
        o.out.mkdir(parents=True, exist_ok=True)
        (o.out / f"{o.name}.json").write_text(json.dumps(head | result, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
