"""The arrangement of rosettes as one vector: what it is blind to and what it tells apart."""

import numpy as np
import pytest
from reid.describe.arrangement import LEAST, SIZE, _splitmix, arrangement

from reid.types import LocalFeatures

WORDS = np.linalg.qr(np.random.default_rng(0).standard_normal((16, 16)))[0].astype(np.float32)


def field(seed, *, shift=0.0, zoom=1.0, words=16):
    """200 cells over a flank, each near one of the words; the same seed is the same animal."""
    rng = np.random.default_rng(seed)
    points = rng.uniform((0, 0), (400, 160), (200, 2)) * zoom + shift
    which = rng.integers(0, words, 200)
    found = WORDS[which] + 0.1 * rng.standard_normal((200, 16))
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return LocalFeatures(
        points.astype(np.float32), found.astype(np.float32), np.ones(200, np.float32), "m@1"
    )


def test_it_has_norm_1_and_is_the_same_wherever_and_however_large_the_flank_is():
    plain, moved = arrangement(field(1), WORDS), arrangement(field(1, shift=900, zoom=3), WORDS)
    assert plain.shape == (SIZE,)
    assert plain.dtype == np.float32
    assert np.linalg.norm(plain) == pytest.approx(1, abs=1e-5)
    assert plain @ moved == pytest.approx(1, abs=1e-3)


def test_the_same_words_in_other_places_are_another_animal():
    one = field(1)
    rng = np.random.default_rng(5)
    shuffled = LocalFeatures(one.points[rng.permutation(200)], one.descriptors, one.weight, "m@1")
    again = LocalFeatures(one.points + 3, one.descriptors[:], one.weight, "m@1")
    home = arrangement(one, WORDS)
    assert home @ arrangement(again, WORDS) > 0.99
    assert abs(home @ arrangement(shuffled, WORDS)) < 0.25


def test_a_word_that_stands_everywhere_says_nothing():
    one = field(1)
    same = np.tile(WORDS[:1], (200, 1))
    everywhere = np.concatenate([one.descriptors, same])
    both = LocalFeatures(np.tile(one.points, (2, 1)), everywhere, np.ones(400, np.float32), "m@1")
    assert arrangement(one, WORDS) @ arrangement(both, WORDS) > 0.8


def test_cells_that_are_not_trusted_count_for_less():
    one, other = field(1), field(2)
    mixed = LocalFeatures(
        np.concatenate([one.points, other.points]),
        np.concatenate([one.descriptors, other.descriptors]),
        np.concatenate([one.weight, np.full(200, 0.01, np.float32)]),
        "m@1",
    )
    told = arrangement(mixed, WORDS)
    assert told @ arrangement(one, WORDS) > 2 * (told @ arrangement(other, WORDS))


@pytest.mark.parametrize("cells", [0, LEAST - 1])
def test_too_few_cells_are_no_arrangement(cells):
    few = field(1)
    few = LocalFeatures(few.points[:cells], few.descriptors[:cells], few.weight[:cells], "m@1")
    assert not arrangement(few, WORDS).any()


def test_without_words_there_is_none():
    assert not arrangement(field(1), WORDS[:0]).any()


def test_the_projection_is_drawn_by_a_formula_that_never_changes():
    published = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert _splitmix(3).tolist() == published
