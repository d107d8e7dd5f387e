"""Encounters of one small photo each: the same animal always shows the same patches."""

import numpy as np

from reid.evaluation.data.surveys import SurveyEncounter
from reid.types import Box, Crop, Flank
from tests.fake_embedder import FakeEmbedder


def photo(animal, grain):
    """One photo of random patches; the same animal shows the same patches."""
    patches = np.random.default_rng(animal).integers(0, 255, (8, 16, 3), dtype=np.uint8)
    image = np.kron(patches, np.ones((16, 16, 1), np.uint8))
    noise = np.random.default_rng((animal, grain)).integers(0, grain + 1, image.shape)
    noisy = np.clip(image.astype(int) + noise, 0, 255).astype(np.uint8)
    return FakeEmbedder().describe([Crop(noisy, Box(0, 0, 256, 128), Flank.LEFT)])[0]


def met(animal, sitting):
    features = (photo(animal, 9 + sitting),)
    return SurveyEncounter(
        f"{animal}-{sitting}", f"L{animal:03d}", sitting, features, "good", "day"
    )
