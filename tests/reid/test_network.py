"""The rosette network, its losses and its training loop."""

import math
import shutil

import cv2
import numpy as np
import pytest
import torch

from reid.embed import Embedder
from reid.errors import ChecksumMismatch, UnknownModel
from reid.network import RosetteNetwork, local_contrast
from reid.training.data import BankRecipe, batches, open_bank
from reid.training.loop import TrainingRecipe, train
from reid.training.losses import (
    coat_loss,
    correspondences,
    crowd_loss,
    dense_loss,
    embedding_loss,
)
from reid.training.release import release
from reid.weights import latest, load_card, verified

TINY = BankRecipe(styles=2, coats_per_style=3, views=2, height=64, width=128, seed=7)


def test_the_network_gives_unit_vectors_at_an_eighth_of_the_resolution():
    network = RosetteNetwork().eval()
    out = network(torch.randn(2, 1, 64, 128))
    assert out.descriptors.shape == (2, 64, 8, 16)
    assert out.coat.shape == (2, 8, 16)
    assert torch.allclose(out.embedding.norm(dim=1), torch.ones(2), atol=1e-5)
    assert torch.allclose(out.descriptors.norm(dim=1), torch.ones(2, 8, 16), atol=1e-5)


def test_local_contrast_forgets_flash_and_exposure():
    rng = np.random.default_rng(0)
    pattern = cv2.GaussianBlur(rng.normal(0, 1, (64, 128)).astype(np.float32), (0, 0), 2)
    bright = (120 + 400 * pattern).clip(0, 255).astype(np.uint8)
    dark = (60 + 200 * pattern).clip(0, 255).astype(np.uint8)
    a, b = local_contrast(bright), local_contrast(dark)
    assert np.corrcoef(a.ravel(), b.ravel())[0, 1] > 0.98
    assert np.abs(a).max() <= 1


def test_correspondences_are_mutual_near_and_seen():
    places0 = torch.tensor([[[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]]])
    places1 = torch.tensor([[[1.01, 0.0], [0.01, 0.0], [2.5, 0.0]]])
    seen = torch.ones(1, 3, dtype=torch.bool)
    partner, valid = correspondences(places0, places1, seen, seen, radius=0.1)
    assert partner[0, :2].tolist() == [1, 0]
    assert valid[0].tolist() == [True, True, False]
    hidden = torch.tensor([[False, True, True]])
    _, valid = correspondences(places0, places1, hidden, seen, radius=0.1)
    assert valid[0].tolist() == [False, True, False]


def test_the_dense_loss_is_the_formula_of_a_plain_loop():
    torch.manual_seed(0)
    d0, d1 = (torch.nn.functional.normalize(torch.randn(2, 4, 5), dim=1) for _ in range(2))
    places = torch.rand(2, 5, 2) * 10
    partner = torch.tensor([[1, 0, 2, 3, 4], [0, 1, 2, 4, 3]])
    valid = torch.ones(2, 5, dtype=torch.bool)
    loss, _ = dense_loss(d0, d1, partner, valid, places, temperature=0.1, ignore=1e-6)
    total = 0.0
    for b in range(2):
        for k in range(5):
            right = float(d0[b, :, k] @ d1[b, :, partner[b, k]]) / 0.1
            rivals = [right]
            rivals += [
                float(d0[b, :, k] @ d1[b, :, j]) / 0.1 for j in range(5) if j != partner[b, k]
            ]
            rivals += [float(d0[b, :, k] @ d1[1 - b, :, j]) / 0.1 for j in range(5)]
            total += math.log(sum(math.exp(r) for r in rivals)) - right
    assert float(loss) == pytest.approx(total / 10, rel=1e-4)


def test_the_embedding_loss_is_lower_for_the_right_partner():
    a = torch.nn.functional.normalize(torch.randn(6, 8), dim=1)
    good, found = embedding_loss(a, a)
    bad, _ = embedding_loss(a, a.roll(1, 0))
    assert found == 1.0
    assert good < bad


def test_the_coat_loss_prefers_the_truth():
    truth = torch.tensor([[[1.0, 0.0]]])
    assert coat_loss(torch.tensor([[[3.0, -3.0]]]), truth) < coat_loss(torch.zeros(1, 1, 2), truth)


@pytest.mark.slow
def test_training_learns_resumes_and_releases_weights_that_load(tmp_path):
    bank = open_bank(tmp_path / "bank", TINY, processes=1)
    said: list[str] = []
    recipe = TrainingRecipe(minutes=0.02, styles=2, coats=2)
    train(bank, recipe, tmp_path, report=said.append)
    before = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    longer = TrainingRecipe(minutes=0.04, styles=2, coats=2)
    network = train(bank, longer, tmp_path, report=said.append)
    after = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert after["step"] > before["step"] > 0
    card = release(network, "rosette@7", tmp_path / "weights", TINY, longer)
    assert card.name == "rosette@7.toml"
    assert Embedder.load(tmp_path / "weights").model == "rosette@7"


def test_a_bank_is_rendered_once_and_gives_pairs_of_one_coat(tmp_path):
    bank = open_bank(tmp_path, TINY, processes=1)
    written = (tmp_path / "images.npy").stat().st_mtime_ns
    open_bank(tmp_path, TINY, processes=1)
    assert (tmp_path / "images.npy").stat().st_mtime_ns == written
    pairs = next(batches(bank, np.random.default_rng(0), styles=2, coats=2))
    assert pairs.images.shape == (8, 64, 128)
    assert pairs.places.shape == (8, 8, 16, 2)
    assert np.abs(pairs.images).max() <= 1


def test_changed_weights_are_refused(tmp_path):
    network = RosetteNetwork()
    release(network, "rosette@2", tmp_path, TINY, TrainingRecipe())
    (tmp_path / "rosette@2.safetensors").write_bytes(b"other")
    with pytest.raises(ChecksumMismatch):
        verified(load_card("rosette@2", tmp_path), tmp_path)


def test_an_unknown_model_lists_the_known(tmp_path):
    release(RosetteNetwork(), "rosette@2", tmp_path, TINY, TrainingRecipe())
    shutil.copy(tmp_path / "rosette@2.toml", tmp_path / "rosette@10.toml")
    assert latest(tmp_path) == "rosette@10"
    with pytest.raises(UnknownModel, match="known: rosette@10, rosette@2"):
        load_card("rosette@3", tmp_path)


def test_the_crowd_loss_is_the_formula_of_a_plain_loop():
    torch.manual_seed(0)
    d0, d1 = (torch.nn.functional.normalize(torch.randn(3, 4, 5), dim=1) for _ in range(2))
    places = torch.rand(3, 5, 2)
    partner = torch.randint(0, 5, (3, 5))
    valid = torch.rand(3, 5) > 0.3
    loss, _ = crowd_loss(d0, d1, partner, valid, places, temperature=0.1, ignore=0.3)
    terms = []
    for b, k in valid.nonzero().tolist():
        right = int(partner[b, k])
        logits = []
        for c in range(3):
            for j in range(5):
                near = c == b and float((places[b, j] - places[b, right]).norm()) < 0.3
                if (c, j) == (b, right) or not near:
                    logits.append(float(d0[b, :, k] @ d1[c, :, j]) / 0.1)
        terms.append(
            math.log(sum(math.exp(x) for x in logits)) - float(d0[b, :, k] @ d1[b, :, right]) / 0.1
        )
    assert float(loss) == pytest.approx(np.mean(terms), rel=1e-4)
