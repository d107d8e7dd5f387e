"""Words are found on synthetic coats and lie with the weights of the model that tells in them."""

import re

import numpy as np
import pytest
from painted_package import write_weights
from reid.describe.arrangement import SIZE

from reid.describe.embed import Embedder
from reid.types import Box, Crop, Flank
from reid.weights import load_card, verified


@pytest.mark.slow
def test_a_model_without_words_gets_them_and_embeds_with_them(tmp_path, called):
    weights = write_weights(tmp_path)
    crop = Crop(np.full((64, 128, 3), 90, np.uint8), Box(0, 0, 128, 64), Flank.LEFT)
    [before] = Embedder.load(weights).embed([crop], [crop.box])
    called("fit_words", "--words", 6, "--animals", 1, "--weights", weights)
    card = load_card("rosette@9", weights)
    assert card.words == 6
    assert verified(card, weights).name == card.file
    embedder = Embedder.load(weights)
    words = embedder.network.words.numpy()
    assert words.shape == (6, 8)
    assert np.linalg.norm(words, axis=1) == pytest.approx(1, abs=1e-4)
    [after] = embedder.embed([crop], [crop.box])
    assert len(after.vector) == len(before.vector) + SIZE


def test_a_model_without_a_closer_look_is_refused_before_anything_is_painted(tmp_path, called):
    card = write_weights(tmp_path) / "rosette@9.toml"
    card.write_text(re.sub("closer = .*\n", "", card.read_text()))
    done = called("fit_words", "--weights", tmp_path)
    assert done.returncode == 2
    assert "no closer look" in done.stderr
