"""How well the one look does on styles and bodies that training never shows."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from reid.describe.look_network import LookNetwork, LookOutput
from reid.training.compose import BatchRecipe, LookBatch, compose
from reid.training.look_losses import COAT, IGNORE, Matches, Targets, matches, on_device
from reid.training.stock import Stock


class LookCheck(NamedTuple):
    """Shares in [0, 1]: cells of good and of poor second views found among all coat cells of that
    view and of its relatives; overlap of the coat (intersection over union); median error of the
    place along and across the body, body lengths; right view of five; right direction; empty
    frames that are known to be empty.
    """

    good: float
    poor: float
    overlap: float
    along: float
    across: float
    view: float
    faces: float
    empty: float

    def __str__(self) -> str:
        return " ".join(f"{name} {value:.4f}" for name, value in self._asdict().items())


@torch.inference_mode()
def validate(
    network: LookNetwork, stock: Stock, recipe: BatchRecipe, *, batches: int = 4
) -> LookCheck:
    """The means over a few fixed batches; network: in evaluation mode."""
    device = next(network.parameters()).device
    rows = []
    for step in range(batches):
        batch = compose(stock, recipe, step, unseen=True)
        truth = on_device(batch, device)
        look = network(truth.images, truth.grey)
        m = matches(truth, batch.pairs, np.random.default_rng(step))
        rows.append([*_dense(look.descriptors, m, truth, batch), *_body(look, truth)])
    table = np.array(rows, float)
    known = ~np.isnan(table)
    total, count = np.where(known, table, 0).sum(0), known.sum(0)
    return LookCheck(*np.where(count > 0, total / np.maximum(count, 1), np.nan).tolist())


def _dense(
    descriptors: Tensor, m: Matches, truth: Targets, batch: LookBatch
) -> tuple[float, float]:
    """Good and poor: how often the most alike cell lies where it should."""
    pairs, flat = batch.pairs, descriptors.flatten(2)
    right = torch.zeros(len(m.pair), dtype=torch.bool, device=m.pair.device)
    size = pairs // (int(batch.group[-1]) + 1)
    for b in range(pairs):
        of_pair = m.pair == b
        first = pairs + b - b % size
        fur = truth.fur[first : first + size].flatten(0, 2)
        coat = truth.coat[first : first + size].flatten()
        own = torch.arange(len(fur), device=fur.device) // flat.shape[2] == b % size
        table = flat[b][:, m.query[of_pair]].T @ flat[first : first + size].transpose(0, 1).flatten(
            1
        )
        best = table.masked_fill(coat <= COAT, -2.0).argmax(1)
        near = (fur[best] - m.fur[of_pair]).norm(dim=1) < IGNORE
        right[of_pair] = near & own[best]
    poor = torch.from_numpy(batch.poor[pairs : 2 * pairs]).to(right.device)[m.pair]
    return _share(right[~poor]), _share(right[poor])


def _share(flags: Tensor) -> float:
    return float(flags.float().mean()) if len(flags) else float("nan")


def _body(look: LookOutput, truth: Targets) -> tuple[float, ...]:
    coat, expected = look.coat > 0, truth.coat > 0.5
    overlap = (coat & expected).sum() / (coat | expected).sum()
    on_coat = truth.coat > COAT
    off = (look.chart - truth.chart.permute(0, 3, 1, 2)).abs()
    along, across = off[:, 0][on_coat].median(), off[:, 1][on_coat].median()
    there, clear = truth.present > 0, (truth.present > 0) & (truth.yaw.abs() < 1.2)
    view = _share(look.view.argmax(1)[there] == truth.view[there])
    faces = _share((look.right > 0)[clear] == (truth.right > 0.5)[clear])
    empty = _share(look.present[truth.present == 0] < 0)
    return float(overlap), float(along), float(across), view, faces, empty
