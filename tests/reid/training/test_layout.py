"""The embedding: how marks lie on the body, and how it learns which views show one coat."""

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from reid.describe.layout import RosetteLayout
from reid.describe.look_network import LookNetwork
from reid.training.layout_training import (
    FEWEST,
    KEPT,
    CellViews,
    LayoutRecipe,
    TooFewViews,
    draw_views,
    load_views,
    save_views,
    train_layout,
)
from reid.training.stock import StockRecipe, open_stock

SIZE, CELLS = 8, 80


@pytest.fixture
def layout():
    torch.manual_seed(0)
    return RosetteLayout(descriptor_size=SIZE, embedding_size=16).eval()


def flank(seed=0):
    """Cells of one flank: descriptors, places, weight."""
    rng = torch.Generator().manual_seed(seed)
    descriptors = normalize(torch.randn(1, CELLS, SIZE, generator=rng), dim=2)
    return descriptors, torch.rand(1, CELLS, 2, generator=rng), torch.ones(1, CELLS)


@torch.inference_mode()
def test_the_embedding_does_not_depend_on_the_order_of_cells(layout):
    turned = [part.flip(1) for part in flank()]
    assert torch.allclose(layout(*flank()), layout(*turned), atol=1e-5)


@torch.inference_mode()
def test_cells_of_no_weight_do_not_change_the_embedding(layout):
    descriptors, places, weight = flank()
    other = flank(1)
    more = torch.cat([descriptors, other[0]], 1), torch.cat([places, other[1]], 1)
    nothing = torch.cat([weight, torch.zeros(1, CELLS)], 1)
    assert torch.allclose(layout(descriptors, places, weight), layout(*more, nothing), atol=1e-5)


@torch.inference_mode()
def test_the_same_marks_at_other_places_are_another_embedding(layout):
    descriptors, places, weight = flank()
    here = layout(descriptors, places, weight)
    nearly = layout(descriptors, places + 0.005, weight)
    elsewhere = layout(descriptors, places.flip(1), weight)
    assert (here * nearly).sum() > 0.98 > (here * elsewhere).sum()


def painted_views(animals=6, occasions=3):
    """Coats as made-up cells, seen on some occasions with noise; two relatives a style."""
    rng = np.random.default_rng(0)
    count = animals * occasions
    views = CellViews(
        np.zeros((count, KEPT, SIZE), np.int8),
        np.zeros((count, KEPT, 2), np.float16),
        np.zeros((count, KEPT), np.float16),
        np.repeat(np.arange(animals), occasions),
        np.repeat(np.arange(animals) // 2, occasions),
        np.arange(count),
    )
    for animal in range(animals):
        coat, places = rng.normal(0, 40, (CELLS, SIZE)), rng.random((CELLS, 2))
        for row in range(animal * occasions, (animal + 1) * occasions):
            seen = coat + rng.normal(0, 12, coat.shape)
            views.descriptors[row, :CELLS] = seen.clip(-127, 127)
            views.places[row, :CELLS] = places + rng.normal(0, 0.02, places.shape)
            views.weight[row, :CELLS] = 1
    return views


def test_training_brings_views_of_one_coat_together(layout):
    views = painted_views()
    lines = []
    recipe = LayoutRecipe(steps=40, individuals=6, cells=60, log_every=10)
    train_layout(layout, views, recipe, report=lines.append)
    assert not layout.training
    assert len(lines) == 4
    parts = [views.descriptors / 127, views.places, views.weight]
    with torch.inference_mode():
        vectors = layout(*(torch.from_numpy(np.float32(part)) for part in parts))
    cosines = (vectors @ vectors.T).fill_diagonal_(-1)
    assert (views.animal[cosines.argmax(1)] == views.animal).all()


def test_too_few_views_are_an_error(layout):
    with pytest.raises(TooFewViews, match="3 views: too few"):
        train_layout(layout, painted_views(animals=1), LayoutRecipe(steps=1))


def test_views_of_the_stock_are_seen_once_and_kept(tmp_path):
    recipe = StockRecipe(styles=2, relatives=2, geometries=4, painted=2, real=0, unseen=1)
    stock = open_stock(tmp_path / "stock", recipe, processes=1, report=lambda _: None)
    torch.manual_seed(0)
    network = LookNetwork(widths=(8, 8, 8), descriptor_size=SIZE).eval()
    with torch.no_grad():
        network.cells.bias[0] = 5.0  # all is coat: its weights are random
    views = draw_views(stock, network, 6, seed=1)
    assert set(views.animal.tolist()) == {2, 3}  # coats of the style that is no validation
    assert set(views.style.tolist()) == {1}
    assert ((views.weight > 0).sum(1) >= FEWEST).all()
    save_views(views, tmp_path / "views.npz")
    assert (load_views(tmp_path / "views.npz").descriptors == views.descriptors).all()
