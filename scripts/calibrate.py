"""Fit the provisional calibrator on a synthetic survey of animals that trained nothing."""

import argparse
import tempfile
from pathlib import Path

from tqdm import tqdm

from reid.embed import Embedder
from reid.evaluation.calibration import measure, one_a_burst, write_calibrator
from reid.evaluation.protocol import read_dataset
from reid.synthetic.survey import write_survey
from reid.weights import default_folder


def main() -> None:
    """Render, embed, compare, fit, write the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--animals", type=int, default=150, help="their log10 bounds every llr")
    parser.add_argument("--encounters", type=int, default=3, help="of each animal")
    parser.add_argument("--impostors", type=int, default=4000, help="pairs of strangers")
    parser.add_argument("--seed", type=int, default=2, help="not a seed of training or of a test")
    parser.add_argument("--name", default="provisional@3", metavar="NAME@VERSION")
    parser.add_argument("--weights", type=Path, default=default_folder())
    o = parser.parse_args()
    embedder = Embedder.load(o.weights)
    with tempfile.TemporaryDirectory() as folder:
        write_survey(Path(folder), animals=o.animals, seed=o.seed, encounters=o.encounters)
        samples = one_a_burst(read_dataset(Path(folder)))
        with tqdm(desc="compare", total=2 * len(samples), disable=None) as bar:
            pairs = measure(samples, embedder, impostors=o.impostors, seed=o.seed, done=bar.update)
    card = o.weights / f"{o.name}.toml"
    command = f"scripts/calibrate.py --animals {o.animals} --encounters {o.encounters}"
    command += f" --impostors {o.impostors}"
    write_calibrator(
        card,
        pairs,
        model=embedder.model,
        individuals=o.animals,
        data=f"synthetic survey, {o.animals} animals, {len(samples)} photos as they are and "
        f"degraded, seed {o.seed}",
        command=f"{command} --seed {o.seed} --name {o.name}",
    )
    print(card.read_text())


if __name__ == "__main__":
    main()
