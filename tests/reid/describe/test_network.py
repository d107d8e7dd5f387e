"""The network of the two looks, the cards of its weights, and what its embedding learns by."""

import shutil

import cv2
import numpy as np
import pytest
import torch

from reid.describe.embed import Embedder
from reid.describe.look_network import LookNetwork, without_surround
from reid.errors import ChecksumMismatch, UnknownModel
from reid.photo.contrast import local_contrast
from reid.training.losses import embedding_loss
from reid.training.release import release
from reid.types import Box, Crop, Flank
from reid.weights import latest, load_card, verified

TINY = {"widths": (8, 12, 16), "descriptor_size": 8, "embedding_size": 16}


def written(folder, model="rosette@2"):
    """A tiny network of random weights, released."""
    torch.manual_seed(0)
    return release(LookNetwork(**TINY).eval(), model, folder, recipe="none", seed=0)


def test_the_network_gives_unit_vectors_at_an_eighth_of_the_resolution():
    network = LookNetwork().eval()
    with torch.inference_mode():
        out = network(torch.randn(2, 1, 64, 128), torch.rand(2, 1, 32, 64))
    assert out.descriptors.shape == (2, 64, 8, 16)
    assert out.coat.shape == (2, 8, 16)
    assert torch.allclose(network.embed(out).norm(dim=1), torch.ones(2), atol=1e-5)
    assert torch.allclose(out.descriptors.norm(dim=1), torch.ones(2, 8, 16), atol=1e-5)


def test_local_contrast_forgets_flash_and_exposure():
    rng = np.random.default_rng(0)
    pattern = cv2.GaussianBlur(rng.normal(0, 1, (64, 128)).astype(np.float32), (0, 0), 2)
    bright = (120 + 400 * pattern).clip(0, 255).astype(np.uint8)
    dark = (60 + 200 * pattern).clip(0, 255).astype(np.uint8)
    a, b = local_contrast(bright), local_contrast(dark)
    assert np.corrcoef(a.ravel(), b.ravel())[0, 1] > 0.98
    assert np.abs(a).max() <= 1


def test_the_embedding_loss_is_lower_for_the_right_partner():
    a = torch.nn.functional.normalize(torch.randn(6, 8), dim=1)
    good, found = embedding_loss(a, a)
    bad, _ = embedding_loss(a, a.roll(1, 0))
    assert found == 1.0
    assert good < bad


def test_changed_weights_are_refused(tmp_path):
    written(tmp_path)
    weights = tmp_path / "rosette@2.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\0")
    with pytest.raises(ChecksumMismatch):
        verified(load_card("rosette@2", tmp_path), tmp_path)


def test_an_unknown_model_lists_the_known(tmp_path):
    written(tmp_path)
    shutil.copy(tmp_path / "rosette@2.toml", tmp_path / "rosette@10.toml")
    assert latest(tmp_path) == "rosette@10"
    with pytest.raises(UnknownModel, match="known: rosette@10, rosette@2"):
        load_card("rosette@6", tmp_path)


def test_a_card_says_whether_the_flank_is_sought_in_a_crop(tmp_path):
    written(tmp_path)
    card = tmp_path / "rosette@2.toml"
    assert load_card("rosette@2", tmp_path).sees == "flank"
    whole = card.read_text() + 'sees = "crop"\n'
    card.write_text(whole)
    crop = Crop(np.full((100, 300, 3), 90, np.uint8), Box(0, 0, 300, 100), Flank.LEFT)
    assert Embedder.load(tmp_path).flanks([crop]) == [crop.box]
    card.write_text(whole.replace("crop", "tail"))
    with pytest.raises(UnknownModel, match="flank or crop, not tail"):
        load_card("rosette@2", tmp_path)


def test_the_place_on_the_body_is_taken_out_of_the_descriptors():
    torch.manual_seed(0)
    pattern, ramp = torch.randn(1, 8, 16, 32), torch.linspace(-6, 6, 32)
    placed = pattern.clone()
    placed[0, 0] += ramp
    clean = without_surround(placed, torch.ones(1, 1, 16, 32))
    assert torch.allclose(clean.norm(dim=1), torch.ones(1, 16, 32), atol=1e-3)
    left = np.corrcoef(clean[0, 0].mean(0), ramp)[0, 1]
    assert abs(left) < 0.5 < 0.95 < np.corrcoef(placed[0, 0].mean(0), ramp)[0, 1]
