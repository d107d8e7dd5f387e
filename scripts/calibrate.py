"""Fit the calibrator on encounters of synthetic animals that trained nothing."""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from reid.describe.embed import Embedder
from reid.evaluation.data.surveys import plan
from reid.evaluation.trials.calibration import measure, write_calibrator
from reid.evidence.order import Fusion
from reid.synthetic.survey import write_survey
from reid.weights import default_folder, latest

ORDER = (1.0, 2.0)  # of log1p(dense) and of log1p(rootsift) above chance; see docs/experiments.md
CALIBRATOR = "evidence@5"  # of the newest rosette
FEWEST = 10  # animals: every draw of them must hold pairs of both kinds


def progress(what: str, total: int) -> Callable[[int], object]:
    """A bar on the terminal."""
    return tqdm(desc=what, total=total, disable=None).update


def main() -> None:
    """Render, describe, compare, fit, write the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--animals", type=int, default=300, help="their log10 bounds every llr")
    parser.add_argument("--encounters", type=int, default=2, help="of each animal")
    parser.add_argument("--impostors", type=int, default=3000, help="pairs of encounters")
    parser.add_argument("--seed", type=int, default=2, help="not a seed of training or of a test")
    parser.add_argument("--model", metavar="MODEL", help="whose llrs these are; newest rosette")
    parser.add_argument(
        "--name",
        metavar="NAME@VERSION",
        help=f"{CALIBRATOR} of the newest rosette, else evidence-MODEL",
    )
    parser.add_argument("--order", type=float, nargs=2, default=ORDER, metavar="WEIGHT")
    parser.add_argument("--weights", type=Path, default=default_folder())
    o = parser.parse_args()
    if o.animals < FEWEST:
        parser.error(f"--animals {o.animals}: fewer than {FEWEST} cannot be drawn again and again")
    fusion = Fusion(0.0, *o.order)
    embedder = Embedder.load(o.weights, o.model)
    plain = embedder.model == latest(o.weights)
    name = o.name or (CALIBRATOR if plain else f"evidence-{embedder.model}")
    with tempfile.TemporaryDirectory() as folder:
        size = {"animals": o.animals, "encounters": o.encounters}
        photos = plan(write_survey(Path(folder), seed=o.seed, **size))
        numbers = {"impostors": o.impostors, "seed": o.seed}
        pairs = measure(photos, embedder, fusion, **numbers, progress=progress)
    command = f"scripts/calibrate.py --animals {o.animals} --encounters {o.encounters}"
    command += f" --impostors {o.impostors} --seed {o.seed} --name {name}"
    command += f" --model {o.model}" if o.model else ""
    data = f"synthetic survey, {o.animals} animals, {len(photos)} photos as they are and degraded"
    card = o.weights / f"{name}.toml"
    facts = {"data": f"{data}, seed {o.seed}", "command": command}
    write_calibrator(card, pairs, fusion, model=embedder.model, seed=o.seed, facts=facts)
    print(card.read_text())


if __name__ == "__main__":
    main()
