"""From crops to features: the flank in a loose crop, and the released weights' golden numbers."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from reid.compare.comparison import compare
from reid.describe.embed import Embedder
from reid.evaluation.data.degrade import degrade
from reid.evidence.calibrator import released
from reid.synthetic.coat import CoatStyle, draw_coat
from reid.synthetic.view import Camera, colourised, render
from reid.types import Box, Crop, Flank, Grade, Reason

GOLDEN = Path(__file__).parent.parent.parent / "golden" / "embeddings.json"
CROP = Box(0, 0, 320, 160)


def crop(seed, view):
    """A synthetic photo of 320 x 160 pixels; the same seed is the same animal."""
    rng = np.random.default_rng((seed, view))
    style = CoatStyle.draw(np.random.default_rng(77))
    camera = Camera(yaw=0.15 * view, bend=0.02, noise=0.01, zoom=1.0 + 0.2 * view)
    seen = render(draw_coat(style, seed, height=320), camera, rng, size=(160, 320))
    return Crop(colourised(seen, infrared=True), CROP, Flank.LEFT)


@pytest.fixture(scope="module")
def embedder():
    return Embedder.load()


@pytest.fixture(scope="module")
def described(embedder):
    return embedder.describe([crop(1, 0), crop(1, 1), crop(2, 1)])


def test_the_released_weights_still_give_their_golden_numbers(embedder, described):
    golden = json.loads(GOLDEN.read_text())
    assert embedder.model in golden, "add the first numbers of a new model to tests/golden"
    first = described[0].embedding.vector[:8]
    assert first == pytest.approx(golden[embedder.model], abs=6e-3)  # with 16 bits or 32


def test_the_calibrator_belongs_to_the_released_model(embedder):
    calibrator = released()
    assert calibrator.model == embedder.model
    assert 1.5 < calibrator.bound < 3


def test_the_same_animal_gets_more_evidence_than_its_relative(described):
    one, again, relative = described
    calibrator = released()
    genuine = compare(one, again)
    impostor = compare(one, relative)
    assert genuine.dense_score > 2 * impostor.dense_score
    assert calibrator.pair(genuine).llr > 1
    assert calibrator.pair(impostor).llr < 0


def test_a_batch_gives_what_single_crops_give(embedder, described):
    alone = embedder.describe([crop(2, 1)])[0]
    assert alone.embedding.vector @ described[2].embedding.vector > 0.999


def test_dense_points_lie_on_the_photo_not_on_the_crop(embedder):
    inner = Crop(crop(1, 0).image, Box(1000, 500, 1320, 660), Flank.LEFT)
    points = embedder.describe([inner])[0].dense.points
    assert points[:, 0].min() >= 1000
    assert points[:, 0].max() <= 1320
    assert points[:, 1].min() >= 500


def test_of_both_looks_cells_on_coat_are_kept_with_their_place_on_the_body(described):
    whole, flank = described[0].dense.scales()
    assert min(len(whole), len(flank)) > 300
    assert described[0].dense.places.shape == (len(whole) + len(flank), 2)
    assert np.abs(described[0].dense.places).max() < 1.5


@pytest.fixture(scope="module")
def sharp(embedder):
    """The same network, whose card asks for no softer picture."""
    return Embedder(embedder.network, replace(embedder.card, softness=0.0), embedder.quality)


def test_only_the_cells_of_the_whole_animal_come_from_a_softer_picture(sharp, described):
    soft, as_it_is = described[0], sharp.describe([crop(1, 0), crop(1, 1), crop(2, 1)])[0]
    assert np.array_equal(soft.embedding.vector, as_it_is.embedding.vector)
    assert np.array_equal(soft.dense.points, as_it_is.dense.points)
    (whole, flank), (sharp_whole, sharp_flank) = soft.dense.scales(), as_it_is.dense.scales()
    assert np.array_equal(flank.descriptors, sharp_flank.descriptors)
    assert 0.2 < alike(whole, sharp_whole) < 0.95


def test_a_sharp_photo_of_the_whole_animal_is_more_like_a_poor_one_of_it(embedder, sharp):
    good = crop(1, 0)
    worse = degrade(good.image, 3, body=320, name="one")
    poor = replace(good, image=cv2.resize(worse, (320, 160), interpolation=cv2.INTER_CUBIC))
    softly, sharply = (
        alike(*(photo.dense.scales()[0] for photo in model.describe([good, poor])))
        for model in (embedder, sharp)
    )
    assert softly > sharply + 0.05


def alike(one, other):
    """Mean cosine of descriptors of places that lie within four pixels of each other."""
    distance = np.linalg.norm(one.points[:, None] - other.points, axis=2)
    near = distance.argmin(1)
    close = distance.min(1) < 4
    return float((one.descriptors * other.descriptors[near]).sum(1)[close].mean())


def test_the_animal_of_a_full_frame_is_found_and_an_empty_frame_has_none(embedder):
    rng = np.random.default_rng(5)
    coat = draw_coat(CoatStyle.draw(rng), 1, height=320)
    view = render(coat, Camera(zoom=3.5, noise=0.01), rng, size=(540, 960))
    [found] = embedder.animals(colourised(view, infrared=True))
    columns = np.nonzero((view.animal > 0.5).any(0))[0]
    assert found.box.x0 == pytest.approx(columns[0], abs=80)
    assert found.box.x1 == pytest.approx(columns[-1], abs=80)
    assert embedder.animals(np.full((540, 960, 3), 90, np.uint8)) == []


def test_every_description_is_graded_and_a_blurred_photo_is_worse(embedder, described):
    sharp = crop(2, 1)
    blurred = Crop(cv2.GaussianBlur(sharp.image, (0, 0), 3), CROP, Flank.LEFT)
    quality = embedder.describe([blurred])[0].quality
    assert quality.value < described[2].quality.value
    assert Reason.BLUR in quality.reasons


def test_a_blank_photo_gives_features_and_no_error(embedder):
    blank = Crop(np.full((64, 128, 3), 30, np.uint8), Box(0, 0, 128, 64), Flank.UNKNOWN)
    found = embedder.describe([blank])[0]
    assert len(found.rootsift) == 0
    assert found.quality.grade is Grade.UNUSABLE
    assert np.linalg.norm(found.embedding.vector) == pytest.approx(1, abs=1e-3)
