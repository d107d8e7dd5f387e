"""From crops to features: the flank in a loose crop, and the released weights' golden numbers."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from reid.describe.arrangement import arrangement

from reid.compare.comparison import compare
from reid.describe.embed import Embedder
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
    assert first == pytest.approx(golden[embedder.model], abs=2e-3)


def test_half_of_the_embedding_is_appearance_and_half_is_arrangement(embedder, described):
    appearance, arranged = np.split(described[0].embedding.vector, [embedder.card.embedding_size])
    told = arrangement(described[0].close_look, embedder.network.words.numpy())
    assert np.linalg.norm(appearance) == pytest.approx(0.5**0.5, abs=1e-5)
    assert arranged * 2**0.5 == pytest.approx(told, abs=1e-5)


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


def test_a_good_photo_is_described_from_afar_and_more_closely_and_a_poor_one_is_not(
    embedder, described
):
    good, small = described[0], cv2.resize(crop(1, 0).image, (110, 55))
    poor = embedder.describe([Crop(small, Box(0, 0, 110, 55), Flank.LEFT)])[0]
    assert [len(one) > 0 for one in good.distant_looks] == [True, True]
    assert good.distant_looks[1].points[:, 0].max() > 0.6 * good.dense.points[:, 0].max()
    assert len(good.close_look) == embedder.card.close_look[1]
    assert (poor.close_look, poor.distant_looks) == (None, ())


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
