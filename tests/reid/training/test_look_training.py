"""The one look: what the network says, what it is asked for, and a training that can be resumed."""

import numpy as np
import pytest
import torch

from reid.describe.look_network import LookNetwork
from reid.training.compose import BatchRecipe, LookBatch, compose
from reid.training.look_loop import LookRecipe, train_look
from reid.training.look_losses import (
    Crowd,
    Matches,
    body_losses,
    descriptor_loss,
    matches,
    on_device,
)
from reid.training.look_validation import validate
from reid.training.stock import StockRecipe, open_stock

SMALL = BatchRecipe(groups=1, mosaics=0, height=64, width=128)
WIDTHS = (16, 16, 16)


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    recipe = StockRecipe(styles=2, relatives=2, geometries=4, painted=2, real=0, unseen=1)
    folder = tmp_path_factory.mktemp("stock")
    return open_stock(folder, recipe, processes=1, report=lambda _: None)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return LookNetwork(widths=WIDTHS).eval()


@torch.inference_mode()
def test_one_look_tells_everything_on_one_grid(network):
    look = network(torch.rand(2, 1, 64, 128) * 2 - 1, torch.rand(2, 1, 32, 64))
    for field in (look.coat, look.trust, look.side):
        assert field.shape == (2, 8, 16)
    assert look.chart.shape == look.doubt.shape == (2, 2, 8, 16)
    for vectors in (look.descriptors, network.embed(look)):
        assert torch.allclose(vectors.norm(dim=1), torch.ones(1), atol=1e-4)


def test_matched_cells_show_the_same_place_of_the_coat(stock):
    batch = compose(stock, BatchRecipe(groups=1, mosaics=1, empty=0), 1)
    truth = on_device(batch, torch.device("cpu"))
    m = matches(truth, batch.pairs, np.random.default_rng(0))
    assert len(m.pair) > 20
    fur = truth.fur.flatten(1, 2)
    off = (fur[batch.pairs + m.pair, m.target] - m.fur).norm(dim=1)
    assert off.max() < 0.03


def pair_of_views():
    """Two views of one animal of 1 x 2 cells, and its relative's."""
    zeros = np.zeros((4, 1, 2), np.float32)
    fur = np.zeros((4, 1, 2, 2), np.float32)
    fur[:, 0, 1, 0] = 0.5
    return LookBatch(
        images=np.zeros((4, 8, 16), np.float32),
        grey=np.zeros((4, 4, 8), np.float32),
        coat=zeros + 1,
        fur=fur,
        chart=fur,
        part=np.zeros((4, 1, 2), np.int64),
        side=np.zeros((4, 1, 2), np.int64),
        yaw=np.zeros(4, np.float32),
        right=np.zeros(4, bool),
        group=np.zeros(2, np.int64),
        poor=np.zeros(4, bool),
        whole=np.ones(4, bool),
        animal=np.zeros(4, np.int64),
    )


def test_descriptor_loss_is_the_cross_entropy_of_a_plain_loop():
    truth = on_device(pair_of_views(), torch.device("cpu"))
    torch.manual_seed(1)
    descriptors = torch.nn.functional.normalize(torch.randn(4, 3, 1, 2), dim=1)
    m = Matches(
        pair=torch.tensor([0]),
        query=torch.tensor([0]),
        target=torch.tensor([0]),
        fur=torch.zeros(1, 2),
        pitch=torch.tensor([0.02]),
    )
    others = Crowd(
        torch.tensor([5, 4, 7]), torch.tensor([0, 0, 1]), truth.fur.reshape(-1, 2)[[5, 4, 7]]
    )
    vectors = [descriptors[n, :, 0, k] for n in range(4) for k in range(2)]
    query = vectors[0]
    # the partner; two of the crowd (the cell at the same place is no negative); the relative twice
    cosines = [query @ vectors[n] for n in (4, 5, 7, 2, 6)]
    logits = torch.stack([*cosines, torch.tensor(-1.0)]) / 0.07
    expected = -torch.log_softmax(logits, 0)[0]
    loss = descriptor_loss(descriptors, m, others, truth).loss
    assert torch.allclose(loss, expected, atol=1e-5)


def test_doubt_costs_least_where_it_is_the_error_itself(network):
    truth = on_device(pair_of_views(), torch.device("cpu"))
    look = network(torch.zeros(4, 1, 64, 64), torch.zeros(4, 1, 32, 32))
    cut = {name: getattr(look, name)[..., :1, :2] for name in ("coat", "side", "part")}
    chart = truth.chart.permute(0, 3, 1, 2) + 0.1

    def chart_loss(doubt):
        stated = torch.full_like(chart, float(np.log(doubt)))
        return float(body_losses(look._replace(chart=chart, doubt=stated, **cut), truth).chart)

    assert chart_loss(0.1) < min(chart_loss(0.05), chart_loss(0.2))


@pytest.mark.slow
def test_training_goes_on_where_it_stopped(stock, tmp_path):
    recipe = LookRecipe(widths=WIDTHS, log_every=1, half=False)
    lines = []
    for _ in range(2):
        train_look(stock, SMALL, recipe, tmp_path, steps=2, report=lines.append)
    starts = [line for line in lines if line.startswith("from step")]
    steps = [int(line.split()[1]) for line in lines if line.startswith("step")]
    assert starts[0].startswith("from step 0")
    assert not starts[1].startswith("from step 0")
    assert steps == [1, 2, 3, 4]
    assert not list(tmp_path.glob("*.part"))


def test_finishing_leaves_the_checkpoint_alone(stock, tmp_path):
    recipe = LookRecipe(widths=WIDTHS, half=False)
    quiet = {"report": lambda _: None}
    train_look(stock, SMALL, recipe, tmp_path, steps=1, **quiet)
    before = (tmp_path / "checkpoint.pt").read_bytes()
    train_look(stock, SMALL, recipe, tmp_path, minutes=1, steps=1, finish=True, **quiet)
    assert (tmp_path / "checkpoint.pt").read_bytes() == before
    assert (tmp_path / "finished.safetensors").is_file()


def test_validation_gives_shares(stock, network):
    checked = validate(network, stock, SMALL, batches=1)
    for share in (checked.overlap, checked.view, checked.empty):
        assert 0 <= share <= 1 or np.isnan(share)
