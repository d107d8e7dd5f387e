"""Training of the embedding alone: the network below it is finished, so its cells are seen once.

A view costs a look; a step over cells that are kept costs milliseconds. So a batch may hold many
individuals, which is what telling them apart is learned from.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from reid.describe.embed import reduced_precision
from reid.describe.layout import RosetteLayout
from reid.describe.look_network import SEEN, LookNetwork, without_surround
from reid.errors import BadSettings
from reid.training.compose import BatchRecipe, compose
from reid.training.losses import embedding_loss
from reid.training.stock import Stock

KEPT = 800  # cells of a view
FEWEST = 60  # cells: a view with fewer shows too little to learn from


class TooFewViews(
    BadSettings, message="{views} views: too few to find two occasions of 2 individuals; ask more"
): ...


@dataclass(frozen=True, slots=True)
class CellViews:
    """V views of coats, as the finished network sees them.

    descriptors: (V, KEPT, C) int8, of norm 127, without their surround. places: (V, KEPT, 2)
    float16. weight: (V, KEPT) float16, 0 where there is no cell. animal, style: (V,) int64.
    occasion: (V,) int64; views of one occasion share camera, pose and place.
    """

    descriptors: NDArray[np.int8]
    places: NDArray[np.float16]
    weight: NDArray[np.float16]
    animal: NDArray[np.int64]
    style: NDArray[np.int64]
    occasion: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LayoutRecipe:
    """individuals: in a step, in pairs of relatives. cells: drawn of every view. rate: at its peak,
    of AdamW. unsure: share of kinds and of parts that are left out. off: body lengths, standard
    deviation of a shift of all places of a view, and of their stretch."""

    steps: int = 3000
    individuals: int = 64
    cells: int = 300
    rate: float = 2e-3
    weight_decay: float = 0.1
    warmup: int = 50
    temperature: float = 0.1
    unsure: float = 0.06
    off: float = 0.04
    log_every: int = 250
    seed: int = 1


def draw_views(
    stock: Stock,
    network: LookNetwork,
    count: int,
    seed: int,
    *,
    done: Callable[[int], object] = lambda _: None,
) -> CellViews:
    """So many views of the coats of the stock, all facing left, as a gallery of one flank has them.

    network: in evaluation mode.
    """
    relatives = stock.recipe.relatives
    recipe = BatchRecipe(groups=1, relatives=relatives, mosaics=0, empty=0, seed=seed)
    size = network.descriptor.out_channels
    views = CellViews(
        np.zeros((count, KEPT, size), np.int8),
        np.zeros((count, KEPT, 2), np.float16),
        np.zeros((count, KEPT), np.float16),
        *(np.zeros(count, np.int64) for _ in range(3)),
    )
    at, step = 0, 0
    while at < count:
        before, step = at, step + 1
        batch = compose(stock, recipe, step)
        left = [np.flip(x, 2) if batch.right[0] else x for x in (batch.images, batch.grey)]
        for n, cells in enumerate(_cells(network, *left)):
            if at < count and len(cells[0]) >= FEWEST:
                descriptors, places, weight = cells
                views.descriptors[at, : len(weight)] = descriptors
                views.places[at, : len(weight)] = places
                views.weight[at, : len(weight)] = weight
                views.animal[at] = batch.animal[n]
                views.style[at] = batch.animal[n] // relatives
                views.occasion[at] = 2 * step + n // batch.pairs
                at += 1
        done(at - before)
    return views


@torch.inference_mode()
def _cells(
    network: LookNetwork, images: NDArray[np.float32], grey: NDArray[np.float32]
) -> Iterator[tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.float32]]]:
    """The most trusted cells of every view: descriptors, places, weight."""
    contrast, luminance = (
        torch.from_numpy(np.ascontiguousarray(x)[:, None]) for x in (images, grey)
    )
    with reduced_precision():
        look = network(contrast, luminance)
    coat = torch.sigmoid(look.coat.float())
    descriptors = without_surround(look.descriptors.float(), coat[:, None])
    weights = coat * torch.sigmoid(look.trust.float()) * (coat > SEEN)
    for n, weight in enumerate(weights.flatten(1)):
        best = weight.argsort(descending=True)[:KEPT]
        best = best[weight[best] > 0]
        whole = (descriptors[n].flatten(1).T[best] * 127).round().to(torch.int8)
        yield whole.numpy(), look.chart[n].float().flatten(1).T[best].numpy(), weight[best].numpy()


def save_views(views: CellViews, path: Path) -> None:
    """Whole or not at all."""
    part = path.with_suffix(".part.npz")
    np.savez(part, **{name: getattr(views, name) for name in CellViews.__slots__})
    part.replace(path)


def load_views(path: Path) -> CellViews:
    """The inverse of `save_views`."""
    with np.load(path) as kept:
        return CellViews(**{name: kept[name] for name in CellViews.__slots__})


def train_layout(
    layout: RosetteLayout,
    views: CellViews,
    recipe: LayoutRecipe,
    *,
    report: Callable[[str], object] = print,
) -> None:
    """Let it learn which views show one coat; in place, left in evaluation mode.

    Two relatives of a style stand in every batch, so that style alone tells nobody. Raises
    TooFewViews.
    """
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    styles = _styles(views)
    if len(styles) < 2:
        raise TooFewViews(views=len(views.animal))
    _start_words(layout, views, rng)
    optimiser = torch.optim.AdamW(
        layout.train().parameters(), recipe.rate, weight_decay=recipe.weight_decay
    )
    for step in range(recipe.steps):
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * _share(step, recipe)
        rows = _rows(views, styles, recipe.individuals, rng)
        embeddings = layout(*_drawn(views, rows, recipe, rng), left_out=recipe.unsure)
        loss, right = embedding_loss(*embeddings.chunk(2), temperature=recipe.temperature)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(layout.parameters(), 1.0)
        optimiser.step()
        if (step + 1) % recipe.log_every == 0:
            report(f"step {step + 1} loss {float(loss.detach()):.3f} right {float(right):.3f}")
    layout.eval()


def _share(step: int, recipe: LayoutRecipe) -> float:
    """Of the rate: a warm-up, then half a cosine."""
    fall = 0.5 * (1 + math.cos(math.pi * step / recipe.steps)) + 0.01
    return min(1.0, (step + 1) / recipe.warmup) * fall


def _styles(views: CellViews) -> list[list[list[int]]]:
    """Of each style, of each coat that is seen on two occasions, the views."""
    of_animal: dict[int, list[int]] = defaultdict(list)
    for row, animal in enumerate(views.animal.tolist()):
        of_animal[animal].append(row)
    of_style: dict[int, list[list[int]]] = defaultdict(list)
    for _, rows in sorted(of_animal.items()):
        if len(set(views.occasion[rows].tolist())) > 1:
            of_style[int(views.style[rows[0]])].append(rows)
    return [coats for coats in of_style.values() if len(coats) > 1]


def _rows(
    views: CellViews, styles: list[list[list[int]]], individuals: int, rng: np.random.Generator
) -> list[int]:
    """First views, then second ones, of other occasions."""
    chosen = rng.choice(len(styles), min(individuals // 2, len(styles)), replace=False)
    first, second = [], []
    for style in chosen.tolist():
        for coat in rng.choice(len(styles[style]), 2, replace=False).tolist():
            rows = styles[style][coat]
            one = int(rng.choice(rows))
            first.append(one)
            others = [row for row in rows if views.occasion[row] != views.occasion[one]]
            second.append(int(rng.choice(others)))
    return first + second


def _drawn(
    views: CellViews, rows: list[int], recipe: LayoutRecipe, rng: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Some cells of these views, whose places are off as those of real photos are."""
    weight = views.weight[rows].astype(np.float32)
    order = np.where(weight > 0, rng.random(weight.shape), -1.0)
    cells = np.argpartition(-order, recipe.cells, 1)[:, : recipe.cells]
    of = np.array(rows)[:, None]
    off = rng.normal(0, recipe.off, (len(rows), 1, 2)) * (1.0, 1.6)
    stretch = 1 + rng.normal(0, recipe.off, (len(rows), 1, 2))
    places = (views.places[of, cells].astype(np.float32) - 0.5) * stretch + 0.5 + off
    descriptors = torch.from_numpy(views.descriptors[of, cells].astype(np.float32))
    return (
        F.normalize(descriptors, dim=2),
        torch.from_numpy(places.astype(np.float32)),
        torch.from_numpy(np.take_along_axis(weight, cells, 1)),
    )


def _start_words(layout: RosetteLayout, views: CellViews, rng: np.random.Generator) -> None:
    """Begin with cells that were seen, each a kind of its own."""
    rows = rng.integers(0, len(views.animal), len(layout.words))
    cells = rng.integers(0, FEWEST, len(layout.words))
    words = torch.from_numpy(views.descriptors[rows, cells].astype(np.float32))
    with torch.no_grad():
        layout.words.copy_(F.normalize(words, dim=1))
