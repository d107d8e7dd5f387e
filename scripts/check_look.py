"""What one look is worth on real animals: check_look.py runs/look/mean.safetensors DATA."""

import argparse
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from reid.describe.look_network import LookNetwork
from reid.errors import ReidError
from reid.evaluation.data.photos import shown
from reid.evaluation.data.protocol import read_dataset
from reid.evaluation.trials.look_check import check_level, look_at, registration_errors
from reid.evaluation.trials.view_check import VIEWS, EstimatedView, check_views, labelled_views
from reid.types import Crop

WIDTHS = (24, 40, 80)


def viewed(network: LookNetwork, crop: Crop) -> EstimatedView:
    """From where the animal is seen, by the network."""
    look = look_at(network, crop)
    return EstimatedView(VIEWS[look.view], look.right)


def loaded(weights: Path, widths: tuple[int, int, int] = WIDTHS) -> LookNetwork:
    """The network of a file of weights. widths: channels of its trunk at strides 2, 4 and 8."""
    a, b, c = widths
    network = LookNetwork(widths=(a, b, c))
    network.load_state_dict(load_file(weights))
    return network.eval().to(memory_format=torch.channels_last)


def main() -> None:
    """Print top-1 by cells and by the embedding a level, and the errors of the body's chart."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path, help="weights of the one look (.safetensors)")
    parser.add_argument("dataset", type=Path, help="folder with an index.csv")
    parser.add_argument("--levels", type=int, nargs="+", default=[0, 2], help="see degrade")
    parser.add_argument("--widths", type=int, nargs=3, default=WIDTHS)
    parser.add_argument("--raw", action="store_true", help="descriptors with their surround")
    parser.add_argument("--views", nargs="*", default=[], help="data sets with labelled views")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    network = loaded(options.weights, options.widths)
    try:
        labels, data = labelled_views(options.views), options.dataset.parent
    except ReidError as error:
        parser.error(str(error))
    if options.views:
        print(check_views(labels, data, lambda crop: viewed(network, crop)).as_text(), flush=True)
    samples = read_dataset(options.dataset)
    gallery = [look_at(network, shown(s), surround=not options.raw) for s in samples]
    for level in options.levels:
        print(check_level(network, samples, level, gallery, surround=not options.raw), flush=True)
    along, across = (100 * e for e in registration_errors(samples, gallery))
    print(f"place of {len(along)} genuine pairs, % of the body, median and 90 %:", end=" ")
    print(*(f"{np.median(e):.1f} {np.quantile(e, 0.9):.1f}" for e in (along, across)))
    yaws = ", ".join(f"{look.yaw:.0f}" for look in gallery)
    wrong = sum(look.right > 0.5 for look in gallery)  # all animals are turned to face left
    print(f"yaw {yaws}; faces wrongly {wrong}; present {min(g.present for g in gallery):.2f}")


if __name__ == "__main__":
    main()
