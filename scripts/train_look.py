"""Train the one look on synthetic animals: scripts/train_look.py runs/look --threads 2.

Runs until it is stopped (SIGTERM); started again, it goes on from its last checkpoint. With
--finish MINUTES the rate falls to nothing and finished weights are written beside the checkpoint.
"""

import argparse
import signal
from pathlib import Path

import torch
from safetensors.torch import load_file

from reid.training.compose import BatchRecipe
from reid.training.look_loop import LookRecipe, train_look
from reid.training.stock import StockRecipe, open_stock


def main() -> None:
    """Draw the stock if needed, train or resume, print a line now and then."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="stock, checkpoint and weights are kept here")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="then stop")
    parser.add_argument("--finish", type=float, help="minutes over which the rate falls to nothing")
    parser.add_argument("--stock", type=Path, help="folder of the stock, by default in FOLDER")
    parser.add_argument("--landscapes", type=Path, help="pictures without animals")
    parser.add_argument("--styles", type=int, default=400, help="kinds of coat in the stock")
    parser.add_argument("--geometries", type=int, default=1600, help="bodies in the stock")
    parser.add_argument("--groups", type=int, default=3, help="styles in a step, seen whole")
    parser.add_argument("--mosaics", type=int, default=2, help="fours of styles seen closely")
    parser.add_argument("--empty", type=int, default=1, help="frames without an animal in a step")
    parser.add_argument("--relatives", type=int, default=2, help="animals of each style in a step")
    parser.add_argument("--rate", type=float, default=4e-4, help="learning rate")
    parser.add_argument("--start", type=Path, help="weights to begin with (.safetensors)")
    parser.add_argument("--glance", type=Path, help="efficientnet-lite0-57934424.pth at first")
    parser.add_argument("--widths", type=int, nargs=3, default=(24, 40, 80))
    parser.add_argument("--threads", type=int, default=2, help="CPU threads")
    parser.add_argument("--composers", type=int, default=1, help="threads that compose views")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    signals: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: signals.append(number))
    stock = open_stock(
        options.stock or options.folder / "stock",
        StockRecipe(styles=options.styles, geometries=options.geometries),
        landscapes=options.landscapes,
        processes=options.threads,
    )
    a, b, c = options.widths
    train_look(
        stock,
        BatchRecipe(options.groups, options.relatives, options.mosaics, options.empty),
        LookRecipe(
            rate=options.rate,
            threads=options.threads,
            composers=options.composers,
            widths=(a, b, c),
        ),
        options.folder,
        minutes=options.finish or options.minutes,
        finish=options.finish is not None,
        start=load_file(options.start) if options.start else None,
        glance=torch.load(options.glance, weights_only=True) if options.glance else None,
        device=options.device,
        report=lambda line: print(line, flush=True),
        stop=lambda: bool(signals),
    )


if __name__ == "__main__":
    main()
