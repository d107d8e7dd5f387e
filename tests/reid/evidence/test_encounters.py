"""One encounter against another."""

from dataclasses import replace

import numpy as np

from reid.evidence.encounters import between
from reid.photo.quality import without_animal
from reid.types import Box, Crop, Flank, Verdict
from tests.fake_embedder import CALIBRATOR, FakeEmbedder


def seen(seed, flank=Flank.LEFT, *, grain=0):
    """Features of a crop of random patches; the same seed shows the same animal."""
    patches = np.random.default_rng(seed).integers(0, 255, (8, 16, 3), dtype=np.uint8)
    image = np.kron(patches, np.ones((16, 16, 1), np.uint8))
    noise = np.random.default_rng(seed + 1).integers(0, grain + 1, image.shape)
    noisy = np.clip(image.astype(int) + noise, 0, 255).astype(np.uint8)
    return FakeEmbedder().describe([Crop(noisy, Box(0, 0, 256, 128), flank)])[0]


def test_the_best_pair_of_photos_speaks_for_two_encounters():
    found = between([seen(5), seen(1)], [seen(9), seen(1, grain=9)], CALIBRATOR)
    assert (found.pairs[0].query, found.pairs[0].other) == (1, 1)
    assert found.evidence == found.pairs[0].evidence
    assert found.evidence.llr > 0 > min(pair.evidence.llr for pair in found.pairs)
    assert len(found.pairs) == 4


def test_left_against_right_is_never_comparable():
    found = between([seen(1, Flank.LEFT)], [seen(1, Flank.RIGHT)], CALIBRATOR)
    assert found.evidence.verdict == Verdict.NOT_COMPARABLE
    assert found.evidence.llr == 0.0
    assert found.pairs == ()


def test_an_unknown_flank_is_tried_against_both():
    one = seen(1)
    sides = [replace(one, flank=Flank.LEFT), replace(one, flank=Flank.RIGHT)]
    assert len(between([replace(one, flank=Flank.UNKNOWN)], sides, CALIBRATOR).pairs) == 2


def test_a_crop_without_an_animal_says_nothing():
    empty = replace(seen(1), quality=without_animal(seen(1).quality))
    together = between([empty], [seen(1)], CALIBRATOR)
    assert (together.pairs, together.evidence.llr) == ((), 0.0)
    assert together.evidence.verdict == Verdict.NOT_COMPARABLE
    assert between([empty, seen(1, grain=9)], [seen(1)], CALIBRATOR).evidence.llr > 0
