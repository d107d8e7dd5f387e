"""Train the embedding of a finished network: scripts/train_embedding.py runs/look.

The network itself stays as it is, to the bit. Views of the stock are seen once and kept in
FOLDER/views.npz; a second call goes on from there. Writes FOLDER/finished.safetensors, or releases.
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tqdm import tqdm

from reid.describe.look_network import LookNetwork
from reid.training.layout_training import (
    LayoutRecipe,
    draw_views,
    load_views,
    save_views,
    train_layout,
)
from reid.training.release import release
from reid.training.stock import StockRecipe, open_stock


def main() -> None:
    """Draw the views if needed, train, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="views and weights are kept here")
    parser.add_argument("--network", type=Path, required=True, help="its weights (.safetensors)")
    parser.add_argument("--stock", type=Path, help="folder of the stock, by default in FOLDER")
    parser.add_argument("--landscapes", type=Path, help="pictures without animals")
    parser.add_argument("--styles", type=int, default=400, help="kinds of coat in the stock")
    parser.add_argument("--geometries", type=int, default=1600, help="bodies in the stock")
    parser.add_argument("--views", type=int, default=10_000, help="that are learned from")
    parser.add_argument("--steps", type=int, default=3000, help="of learning")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--release", metavar="NAME@VERSION", help="write it as this model")
    parser.add_argument("--recipe", default="", help="how the network was trained, for the card")
    parser.add_argument("--weights", type=Path, default=Path("weights"), help="of the release")
    o = parser.parse_args()
    torch.set_num_threads(o.threads)
    network = LookNetwork().eval()
    trained = load_file(o.network)
    own = network.state_dict()
    network.load_state_dict({k: trained[k].float() for k in own if k in trained}, strict=False)
    kept = o.folder / "views.npz"
    if not kept.is_file():
        o.folder.mkdir(parents=True, exist_ok=True)
        stock = open_stock(
            o.stock or o.folder / "stock",
            StockRecipe(styles=o.styles, geometries=o.geometries),
            landscapes=o.landscapes,
            processes=o.threads,
        )
        done = tqdm(desc="look", total=o.views, disable=None).update
        save_views(draw_views(stock, network, o.views, o.seed, done=done), kept)
    train_layout(network.layout, load_views(kept), LayoutRecipe(steps=o.steps, seed=o.seed))
    if o.release:
        learned = f"scripts/train_embedding.py --views {o.views} --steps {o.steps}"
        recipe = "; ".join(part for part in (o.recipe, learned) if part)
        print(release(network, o.release, o.weights, recipe=recipe, seed=o.seed))
    else:
        save_file(network.state_dict(), o.folder / "finished.safetensors")
        print(o.folder / "finished.safetensors")


if __name__ == "__main__":
    main()
