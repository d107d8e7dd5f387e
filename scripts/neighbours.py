"""Two synthetic catalogues exchange signatures, and an attacker rebuilds crops; nothing is real."""

import argparse
import json
import shlex
import sys
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PIL import Image
from tqdm import tqdm

from reid.describe.embed import Embedder
from reid.errors import ReidError
from reid.evaluation.data.neighbours import NeighbourPlans, plan_neighbours, write_side
from reid.evaluation.data.surveys import described, plan
from reid.evaluation.trials import neighbours, rebuilding
from reid.evidence.calibrator import Calibrator, released


def progress(what: str, total: int) -> Callable[[int], object]:
    """A bar on the terminal."""
    return tqdm(desc=what, total=total, disable=None).update


def planned(o: argparse.Namespace) -> NeighbourPlans:
    """What either side photographs; raises BadSettings for numbers that do not fit."""
    return plan_neighbours(animals=o.animals, shared=o.shared, encounters=o.encounters, seed=o.seed)


def exchanged(o: argparse.Namespace, embedder: Embedder, calibrator: Calibrator) -> dict[str, Any]:
    """Their file, compared here: shared animals found, false calls and bytes an animal."""
    plans, sides = planned(o), []
    with nullcontext(o.out) if o.out else tempfile.TemporaryDirectory() as folder:
        for name, photos in (("ours", plans.ours), ("theirs", plans.theirs)):
            side = Path(folder) / name
            index = write_side(side, photos, seed=o.seed, width=o.width)
            done = progress(f"describe {name}", len(photos))
            encounters = described(plan(index), embedder, done=done)
            sides.append(neighbours.catalogue(encounters, each=o.each))
    result = {}
    for rootsift in (True, False):
        done = progress("compare animals", o.animals)
        came = neighbours.exchange(*sides, plans.shared, calibrator, rootsift=rootsift, done=done)
        name = "with RootSIFT" if rootsift else "without RootSIFT"
        print(f"{name}: {neighbours.as_text(came)}", flush=True)
        result[name] = neighbours.as_json(came)
    return result


def rebuilt(o: argparse.Namespace, embedder: Embedder) -> dict[str, Any]:
    """A decoder from what a file holds to the crop, learned on other synthetic animals."""
    count = o.views + o.tested
    views = rebuilding.draw_views(
        embedder, count, seed=o.seed, done=progress("draw and describe animals", count)
    )
    known, unseen = views[: o.views], views[o.views :]
    steps = o.epochs * (len(known) // rebuilding.BATCH)
    decoder = rebuilding.learn(
        known, seed=o.seed, epochs=o.epochs, done=progress("learn to rebuild", steps)
    )
    result = {"views": len(known), "tested": len(unseen), "epochs": o.epochs}
    for name, rootsift in (("cells alone", False), ("cells and RootSIFT", True)):
        likeness = rebuilding.median(rebuilding.likeness(decoder, unseen, rootsift=rootsift))
        print(f"rebuilt from {name}: {rebuilding.as_text(likeness)}", flush=True)
        result[name] = asdict(likeness)
    if o.out:
        path = o.out / "rebuilt.png"
        Image.fromarray(rebuilding.sheet(decoder, unseen[:6])).save(path)
        print(f"{path}: photo, rebuilt from cells, from cells and RootSIFT; then local contrast")
    return result


def main() -> int:
    """Exit code 0, or 2 where the command cannot work."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--seed", type=int, default=1)
    add("--animals", type=int, default=40, help="of either catalogue")
    add("--shared", type=int, default=5, help="animals that both have met")
    add("--encounters", type=int, default=3, help="of each animal on either side")
    add("--each", type=int, default=3, help="photos of a flank in the file")
    add("--width", type=int, help="pixels of every photo, for a quick look")
    add("--views", type=int, default=160, help="photos the decoder learns from")
    add("--part", choices=("both", "exchange", "rebuild"), default="both")
    add("--tested", type=int, default=24, help="photos it is tested on")
    add("--epochs", type=int, default=rebuilding.EPOCHS)
    add("--out", type=Path, help="folder for photos, figures and the rebuilt crops")
    add("--weights", type=Path, help="folder of weights and cards")
    o = parser.parse_args()
    try:
        planned(o)
        embedder, calibrator = Embedder.load(o.weights), released(o.weights)
        print(
            f"seed {o.seed}; {embedder.model}, {calibrator.id}, bound {calibrator.bound:.2f}",
            flush=True,
        )
        if o.out:
            o.out.mkdir(parents=True, exist_ok=True)
        result = exchanged(o, embedder, calibrator) if o.part != "rebuild" else {}
        if o.part != "exchange":
            result["rebuilt"] = rebuilt(o, embedder)
    except ReidError as error:
        print(f"neighbours.py: {error}", file=sys.stderr)
        return 2
    if o.out:
        head = {"command": "scripts/neighbours.py " + shlex.join(sys.argv[1:])}
        head |= {"model": embedder.model, "calibrator": calibrator.id}
        (o.out / f"neighbours-{o.part}.json").write_text(json.dumps(head | result, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
