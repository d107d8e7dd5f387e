"""Adapt the network to the confirmed identities of a catalogue: a new model, if it is better.

Exit code: 0 written, 2 the data or the command cannot work, 3 not better: nothing was written.
"""

import argparse
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from tqdm import tqdm

from reid.describe.embed import Embedder
from reid.errors import ReidError
from reid.evaluation.trials.individuals import (
    LeaveOneOutQuery,
    before_and_after,
    countable,
    leave_one_out,
    mean_figures,
)
from reid.interchange.catalogue import read_catalogue
from reid.interchange.named import NamedAnnotation
from reid.training.finetune import Finetuned, FinetuneRecipe, NoFlanks, NothingToAsk, finetune
from reid.training.finetuned import (
    LOCAL_CHANGED,
    LOCAL_ELSEWHERE,
    LOCAL_KEPT,
    PAGE,
    PRIVATE,
    check_name,
    inherit_calibrator,
    same_descriptors,
    write_finetuned,
)
from reid.training.photos import Flanks, crops, cut_flanks
from reid.training.split import Split, split, usable
from reid.types import Float32
from reid.weights import SEES, ModelCard, default_folder


def run(options: argparse.Namespace) -> int:
    """Read, split, learn, compare, and write what is better."""
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(options.threads)
    weights = options.weights or default_folder()
    out = options.out or weights
    check_name(options.release, out)
    parts = divided(options)
    released = Embedder.load(weights, options.start)
    sees = options.sees or released.card.sees
    begun = Embedder(released.network, replace(released.card, sees=sees))
    recipe = FinetuneRecipe(
        minutes=options.minutes,
        peak_rate=options.rate,
        pairs=options.pairs,
        trunk_from=options.trunk_from,
        seed=options.seed,
        steps=options.steps,
    )
    learning, validation = (cut(part, begun) for part in (parts.learning, parts.validation))
    asking = countable(validation.annotations)

    def rank(vectors: Float32) -> tuple[float, float]:
        return mean_figures(leave_one_out(vectors, validation.annotations, asking))

    finetuned = finetune(released.network, learning, validation, rank, recipe)
    name, version = options.release.split("@")
    tuned = Embedder(finetuned.network, replace(begun.card, name=name, version=int(version)))
    before, after = (leave_one_out_queries(validation.annotations, e) for e in (released, tuned))
    print(
        f"validation: top-1 and mAP {both_figures(before)} before, {both_figures(after)} after, ",
        end="",
    )
    print(f"step {finetuned.step}")
    if mean_figures(after) <= mean_figures(before):
        print(f"finetune.py: not better than {released.model}: nothing is written", file=sys.stderr)
        return 3
    before, after = (leave_one_out_queries(parts.test, e) for e in (released, tuned))
    table = before_and_after(before, after, seed=options.seed)
    print(f"test, {released.model} before and {options.release} after:\n{table}")
    write(options, released, begun.card, finetuned, learning, recipe, table, weights, out)
    return 0


def divided(options: argparse.Namespace) -> Split:
    """The catalogue's annotations by individual, with what was left out and why."""
    reading = read_catalogue(options.catalogue)
    known = usable(reading.annotations)
    tell(reading.skipped)
    others = len(reading.annotations) - len(known)
    parts = split(known, validation=options.validation, test=options.test, seed=options.seed)
    named = {"learning": parts.learning, "validation": parts.validation, "test": parts.test}
    for name, annotations in named.items():
        people = len({annotation.individual for annotation in annotations})
        print(f"{name}: {len(annotations)} annotations of {people} individuals")
    if others:
        print(f"left out: {others} annotations of nobody, or of a flank nobody named")
    if loose := sum(not annotation.occasions for annotation in known):
        print(f"{loose} annotations name no encounter and no date: photos of one burst may then")
        print("be query and gallery, and the figures too high")
    return parts


def tell(skipped: Sequence[str], *, most: int = 10) -> None:
    """What cannot be used, on standard error."""
    for reason in skipped[:most]:
        print(f"skipped: {reason}", file=sys.stderr)
    if len(skipped) > most:
        print(f"skipped: {len(skipped) - most} more", file=sys.stderr)


def cut(annotations: Sequence[NamedAnnotation], embedder: Embedder) -> Flanks:
    """The flanks of some annotations; an error where none can be read."""
    with tqdm(desc="cut", total=len(annotations), unit="photo", disable=None) as bar:
        flanks, skipped = cut_flanks(annotations, embedder, done=bar.update)
    tell(skipped)
    if len(flanks) < 2:
        raise NoFlanks(photos=len(annotations), why=skipped[0])
    return flanks


def leave_one_out_queries(
    annotations: Sequence[NamedAnnotation], embedder: Embedder
) -> list[LeaveOneOutQuery]:
    """Every annotation against all others of its flank, embedded as the service embeds."""
    known: list[NamedAnnotation] = []
    vectors: list[Float32] = []
    with tqdm(desc="embed", total=len(annotations), unit="photo", disable=None) as bar:
        for batch, cuts, unusable in crops(annotations):
            if cuts:
                vectors += [sights.near.embedding for sights in embedder.sights(cuts)]
            known += batch
            tell(unusable)
            bar.update(len(batch) + len(unusable))
    answers = leave_one_out(np.stack(vectors), known) if known else []
    if not answers:
        raise NothingToAsk()
    return answers


def both_figures(answers: Sequence[LeaveOneOutQuery]) -> str:
    """Both figures, short."""
    return " ".join(f"{figure:.3f}" for figure in mean_figures(answers))


def write(
    options: argparse.Namespace,
    released: Embedder,
    begun: ModelCard,
    finetuned: Finetuned,
    learning: Flanks,
    recipe: FinetuneRecipe,
    table: str,
    weights: Path,
    out: Path,
) -> None:
    """The model, its pages and, where its descriptors are the released ones, its calibrator."""
    people = len({annotation.individual for annotation in learning.annotations})
    trained_on = f"{released.model}, then {len(learning)} photographs of {people} individuals"
    command = "scripts/finetune.py " + shlex.join(sys.argv[1:])
    same = same_descriptors(finetuned.network, released.network)
    inherits = same and begun.sees == released.card.sees
    heads = LOCAL_KEPT if inherits else LOCAL_ELSEWHERE if same else LOCAL_CHANGED
    page = PAGE.format(
        model=options.release,
        base=released.model,
        private=PRIVATE,
        trained_on=trained_on,
        command=command,
        heads=heads.format(base=released.model),
        table=table,
    )
    card = write_finetuned(
        finetuned.network,
        begun,
        options.release,
        out,
        trained_on=trained_on,
        recipe=f"finetune with {asdict(recipe)}, best at step {finetuned.step}".replace("'", ""),
        seed=options.seed,
        page=page,
    )
    print(f"written: {card}")
    calibrator = (
        inherit_calibrator(released.model, options.release, weights, out) if inherits else None
    )
    print(
        f"written: {calibrator}"
        if calibrator
        else "the service needs a calibrator of this model as well"
    )


def positive(text: str) -> float:
    """A finite number, zero or more."""
    if not 0 <= (value := float(text)) < 1e6:
        raise ValueError(text)
    return value


def count(text: str) -> int:
    """A whole number, zero or more."""
    if not 0 <= (value := int(text)) < 1_000_000:
        raise ValueError(text)
    return value


def share(text: str) -> float:
    """Between 0 and 1/2, so that most are left for learning."""
    if not 0 < (value := float(text)) < 0.5:
        raise argparse.ArgumentTypeError(f"{text}: a share above 0 and below 0.5")
    return value


def main() -> int:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "catalogue",
        type=Path,
        help="folder with index.csv or metadata.csv, such a table, or a Wild Me COCO .json",
    )
    parser.add_argument("--release", required=True, metavar="NAME@VERSION", help="the new model")
    parser.add_argument("--weights", type=Path, metavar="DIR", help="folder of the released model")
    parser.add_argument("--start", metavar="MODEL", help="model to start from; newest rosette")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to write; --weights if none")
    end = parser.add_mutually_exclusive_group()
    end.add_argument("--minutes", type=positive, default=20.0, help="of processor time a thread")
    end.add_argument(
        "--steps", type=count, metavar="N", help="instead of minutes: the same on every machine"
    )
    parser.add_argument("--validation", type=share, default=0.2, help="share of the individuals")
    parser.add_argument("--test", type=share, default=0.2, help="share of the individuals")
    parser.add_argument(
        "--trunk-from",
        type=positive,
        default=0.2,
        metavar="SHARE",
        help="of the minutes or steps, after which the descriptors may change too; 1: never",
    )
    parser.add_argument(
        "--sees",
        choices=SEES,
        help="what of a crop: the flank as it is found on leopards, or all; as MODEL if not given",
    )
    parser.add_argument("--pairs", type=int, default=32, help="flanks a step, two photos of each")
    parser.add_argument("--rate", type=positive, default=5e-4, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2, help="CPU threads")
    try:
        return run(parser.parse_args())
    except ReidError as error:
        print(f"finetune.py: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
