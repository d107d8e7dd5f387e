"""The rosette network, its losses and its training loop."""

import math
import re
import shutil
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from reid.describe.network import RosetteNetwork, body_place, folded, without_surround
from reid.training.data import BankRecipe, batches, open_bank
from reid.training.loop import TrainingRecipe, train
from torch import nn

from reid.describe.embed import Embedder
from reid.errors import ChecksumMismatch, UnknownModel
from reid.photo.contrast import local_contrast
from reid.training.losses import (
    DenseLoss,
    coat_loss,
    correspondences,
    dense_loss,
    embedding_loss,
    place_loss,
    pose_loss,
    reliability_loss,
)
from reid.training.release import CLOSE_LOOK, release
from reid.types import Box, Crop, Flank
from reid.weights import latest, load_card, verified

TINY = BankRecipe(styles=2, relatives=3, views=2, height=64, width=128, seed=7)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the bank is."""
    return tmp_path_factory.mktemp("bank")


@pytest.fixture(scope="module")
def bank(folder):
    """A tiny bank, rendered once; nobody writes into it."""
    return open_bank(folder, TINY, processes=1)


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
def test_training_learns_resumes_and_releases_weights_that_load(bank, tmp_path):
    said: list[str] = []
    recipe = TrainingRecipe(minutes=0.001, styles=2, relatives=2, bodies=2)
    train(bank, recipe, tmp_path, report=said.append)
    before = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    longer = replace(recipe, minutes=before["spent"] / 60 + 0.001)  # a step more, however slow
    network = train(bank, longer, tmp_path, report=said.append)
    after = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert after["step"] > before["step"] > 0
    card = release(network, "rosette@7", tmp_path / "weights", TINY, longer)
    assert card.name == "rosette@7.toml"
    assert Embedder.load(tmp_path / "weights").model == "rosette@7"


@pytest.mark.slow
def test_a_bank_is_rendered_once_and_gives_pairs_of_one_coat(folder, bank):
    written = (folder / "images.npy").stat().st_mtime_ns
    open_bank(folder, TINY, processes=1)
    assert (folder / "images.npy").stat().st_mtime_ns == written
    rng = np.random.default_rng(0)
    batch = next(batches(bank, rng, styles=2, relatives=3, bodies=3, coarse=0.0))
    views = batch.views
    assert views.images.shape == (12, 96, 192)
    assert views.places.shape == (12, 12, 24, 3)
    assert batch.bodies.images.shape == (3, 64, 128)
    assert np.abs(views.images).max() <= 1
    rising = np.diff(views.places[..., 0].mean(1), axis=1).mean(1) > 0
    assert (rising == ~views.mirrored).all()  # u grows towards the tail, which is left if mirrored


@pytest.mark.slow
def test_a_coarse_batch_shows_the_same_places_in_fewer_cells(bank):
    fine, coarse = (
        next(batches(bank, np.random.default_rng(3), styles=1, relatives=2, bodies=1, coarse=share))
        for share in (0.0, 1.0)
    )
    assert coarse.coarse
    assert coarse.views.images.shape == (4, 64, 128)
    middle = fine.views.places[:, 3:9, 6:18].mean((1, 2)), coarse.views.places[:, 2:6, 4:12]
    assert np.abs(middle[0] - middle[1].mean((1, 2))).max() < 0.02


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
        load_card("rosette@4", tmp_path)


def test_a_card_says_whether_the_flank_is_sought_in_a_crop(tmp_path):
    release(RosetteNetwork(), "rosette@2", tmp_path, TINY, TrainingRecipe())
    card = tmp_path / "rosette@2.toml"
    assert load_card("rosette@2", tmp_path).sees == "flank"
    whole = card.read_text() + 'sees = "crop"\n'
    card.write_text(whole)
    crop = Crop(np.full((100, 300, 3), 90, np.uint8), Box(0, 0, 300, 100), Flank.LEFT)
    assert Embedder.load(tmp_path).flanks([crop]) == [crop.box]
    card.write_text(whole.replace("crop", "tail"))
    with pytest.raises(UnknownModel, match="flank or crop, not tail"):
        load_card("rosette@2", tmp_path)


def test_a_card_says_how_closely_a_good_photo_is_looked_at(tmp_path):
    release(RosetteNetwork(), "rosette@2", tmp_path, TINY, TrainingRecipe())
    card = tmp_path / "rosette@2.toml"
    released = card.read_text()
    assert load_card("rosette@2", tmp_path).close_look == CLOSE_LOOK
    noise = np.random.default_rng(0).integers(0, 255, (128, 256, 3), np.uint8)
    whole = Box(0, 0, 256, 128)
    for closer, cells in (("[2.0, 50]", [50]), ("[]", [])):
        card.write_text(re.sub("closer = .*", f"closer = {closer}", released))
        seen = Embedder.load(tmp_path).close_look([Crop(noise, whole, Flank.LEFT)], [whole])
        assert [len(one) for one in seen] == cells
    for wrong in ("[2.0]", "[0.0, 50]"):
        card.write_text(re.sub("closer = .*", f"closer = {wrong}", released))
        with pytest.raises(UnknownModel, match="closer is"):
            load_card("rosette@2", tmp_path)


def test_the_dense_loss_is_the_formula_of_a_plain_loop():
    torch.manual_seed(0)
    d0, d1 = (torch.nn.functional.normalize(torch.randn(3, 4, 5), dim=1) for _ in range(2))
    places = torch.rand(3, 5, 2)
    partner = torch.randint(0, 5, (3, 5))
    valid = torch.rand(3, 5) > 0.3
    found = dense_loss(d0, d1, partner, valid, places, temperature=0.1, ignore=0.3)
    terms = []
    for b, k in valid.nonzero().tolist():
        right = int(partner[b, k])
        logits = [float(d0[b, :, k] @ d0[c, :, k]) / 0.1 for c in range(3) if c != b]
        for c in range(3):
            for j in range(5):
                near = c == b and float((places[b, j] - places[b, right]).norm()) < 0.3
                if (c, j) == (b, right) or not near:
                    logits.append(float(d0[b, :, k] @ d1[c, :, j]) / 0.1)
        terms.append(
            math.log(sum(math.exp(x) for x in logits)) - float(d0[b, :, k] @ d1[b, :, right]) / 0.1
        )
    assert float(found.loss) == pytest.approx(np.mean(terms), rel=1e-4)
    assert len(found.owner) == int(valid.sum())


def test_reliability_is_asked_where_a_partner_was_sought():
    found = DenseLoss(
        torch.tensor(0.0),
        torch.tensor(0.5),
        torch.tensor([0, 1]),
        torch.tensor([2, 0]),
        torch.tensor([1.0, 0.0]),
    )
    sure = torch.zeros(2, 3)
    sure[0, 2], sure[1, 0] = 4.0, -4.0
    assert reliability_loss(sure, found) < 0.05 < reliability_loss(-sure, found)


def test_place_and_pose_losses_are_least_at_the_truth():
    target, animal = torch.rand(1, 4, 8, 2), torch.ones(1, 4, 8)
    truth = torch.nn.functional.avg_pool2d(target.permute(0, 3, 1, 2), 2)
    assert place_loss(truth, target, animal) < 1e-6 < place_loss(truth + 0.1, target, animal)
    left, yaw = torch.tensor([1.0, 0.0]), torch.tensor([0.3, -0.3])
    right = torch.tensor([[5.0, 0.3], [-5.0, -0.3]])
    assert pose_loss(right, left, yaw) < 0.01 < pose_loss(-right, left, yaw)


def test_the_place_on_the_body_is_taken_out_of_the_descriptors():
    torch.manual_seed(0)
    pattern, ramp = torch.randn(1, 8, 16, 32), torch.linspace(-6, 6, 32)
    placed = pattern.clone()
    placed[0, 0] += ramp
    clean = without_surround(placed, torch.ones(1, 1, 16, 32))
    assert torch.allclose(clean.norm(dim=1), torch.ones(1, 16, 32), atol=1e-3)
    left = np.corrcoef(clean[0, 0].mean(0), ramp)[0, 1]
    assert abs(left) < 0.5 < 0.95 < np.corrcoef(placed[0, 0].mean(0), ramp)[0, 1]


@pytest.mark.slow
def test_relatives_in_a_batch_share_their_scene_and_differ_in_their_coat(bank):
    outlines, coats = bank.animal[:3, 0], bank.images[:3, 0]
    assert (outlines == outlines[0]).all()
    assert not (coats[0] == coats[1]).all()
    assert (bank.places[0] == bank.places[2]).all()


def test_the_body_place_has_one_cell_for_sixteen_descriptors():
    network = RosetteNetwork().eval()
    crops = torch.randn(1, 1, 64, 128)
    assert body_place(network(crops).place).shape == (1, 2, 2, 4)
    centre = body_place(torch.zeros(1, 2, 1, 1))
    assert centre[0, :, 0, 0].tolist() == pytest.approx([1.0, 0.35])


def test_a_folded_network_says_the_same_without_normalising_anything():
    network = RosetteNetwork()
    network.train()(torch.rand(8, 1, 64, 128))  # statistics that are not those of the start
    before = {name: value.clone() for name, value in network.state_dict().items()}
    looks = folded(network)
    assert not any(isinstance(part, nn.BatchNorm2d) for part in looks.modules())
    crops = torch.rand(2, 1, 64, 128)
    for one, other in zip(looks(crops), network.eval()(crops), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)
    assert all(value.equal(before[name]) for name, value in network.state_dict().items())
