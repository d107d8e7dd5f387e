"""Train the rosette network on synthetic coats: scripts/train.py runs/rosette2 --minutes 75."""

import argparse
from pathlib import Path

import torch
from safetensors.torch import load_file

from reid.training.data import BankRecipe, open_bank
from reid.training.loop import TrainingRecipe, train
from reid.training.release import release


def main() -> None:
    """Render the bank if needed, train or resume, and write the weights with their cards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="bank, checkpoint and log are kept here")
    parser.add_argument("--minutes", type=float, default=75.0, help="processor time a thread")
    parser.add_argument("--styles", type=int, default=1200, help="kinds of coat in the bank")
    parser.add_argument("--relatives", type=int, default=6, help="individuals of each kind")
    parser.add_argument("--views", type=int, default=4, help="views of each coat")
    parser.add_argument("--start", type=Path, help="weights to begin with (.safetensors)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2, help="CPU threads")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--release", metavar="NAME@VERSION", help="write weights/NAME@VERSION.*")
    parser.add_argument("--weights", type=Path, default=Path("weights"), help="where to write")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    bank_recipe = BankRecipe(options.styles, options.relatives, options.views, seed=options.seed)
    bank = open_bank(options.folder / "bank", bank_recipe, processes=options.threads)
    recipe = TrainingRecipe(minutes=options.minutes, seed=options.seed)
    start = load_file(options.start) if options.start else None
    network = train(bank, recipe, options.folder, device=options.device, start=start)
    if options.release:
        print(release(network, options.release, options.weights, bank_recipe, recipe))


if __name__ == "__main__":
    main()
