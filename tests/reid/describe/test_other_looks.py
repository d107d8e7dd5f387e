"""A good photo is seen from afar beside a poor one, and more closely beside a good one."""

from dataclasses import replace

import numpy as np
import pytest
from reid.describe.distant_look import in_photo_pixels, poor_beside_good, shrunk

from reid.compare.comparison import compare, dense_correspondences, strength
from reid.evidence.order import Fusion, Weights
from reid.types import (
    AnnotationFeatures,
    Box,
    Crop,
    Embedding,
    Flank,
    Grade,
    LocalFeatures,
    Measures,
    Quality,
)

FUSION = Fusion(Weights(0, 0, 1, 0), Weights(0, 0, 1, 0))


def cells(seed, noise=0.0):
    """A field of cells; the same seed is the same coat."""
    rng = np.random.default_rng(seed)
    points = np.stack(np.meshgrid(np.arange(12), np.arange(8)), -1).reshape(-1, 2) * 10.0
    found = rng.standard_normal((96, 16)) + noise * np.random.default_rng(99).standard_normal(16)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return LocalFeatures(
        points.astype(np.float32), found.astype(np.float32), np.ones(96, np.float32), "m@1", 48
    )


def photo(grade, seed, distant=(), close=None):
    """An annotation whose cells are those of `seed`."""
    quality = Quality(Measures(*[0.5] * 8), 0.5, grade, (), "q@1")
    vector = Embedding(np.eye(4, dtype=np.float32)[0], "m@1")
    box, points = Box(0, 0, 120, 80), cells(seed)
    parts = vector, points, points, Flank.LEFT, box, None, quality
    return AnnotationFeatures(*parts, close, distant)


def test_what_agrees_only_from_afar_orders_candidates_and_is_no_evidence():
    poor, good = photo(Grade.POOR, 1), photo(Grade.GOOD, 2, distant=(cells(1),))
    seen = compare(poor, good, rootsift=False)
    assert seen.dense_score == 0
    assert FUSION.agreement(seen) == 0
    assert seen.other_looks_score == pytest.approx(
        strength(dense_correspondences(cells(1), cells(1)))
    )
    assert FUSION.total_agreement(seen) == pytest.approx(np.log1p(seen.other_looks_score))


def test_it_does_not_matter_which_of_the_two_is_asked_about():
    poor, good = photo(Grade.UNUSABLE, 1), photo(Grade.USABLE, 2, distant=(cells(1), cells(3)))
    forth, back = (compare(*pair, rootsift=False) for pair in ((poor, good), (good, poor)))
    assert forth.other_looks_score == pytest.approx(back.other_looks_score)


@pytest.mark.parametrize("grade", [Grade.GOOD, Grade.USABLE])
def test_two_good_photos_are_compared_as_they_are(grade):
    one, other = photo(Grade.GOOD, 1, distant=(cells(1),)), photo(grade, 1, distant=(cells(1),))
    seen = compare(one, other, rootsift=False)
    assert poor_beside_good(one, other)[1] == ()
    assert (seen.other_looks_score, FUSION.total_agreement(seen)) == (0, FUSION.agreement(seen))


def test_a_shrunk_flank_has_the_width_it_is_seen_at_and_comes_back_where_it_was():
    image = np.random.default_rng(0).integers(0, 255, (400, 900, 3), np.uint8)
    crop, flank = Crop(image, Box(50, 20, 950, 420), Flank.LEFT), Box(100, 40, 700, 340)
    small, there = shrunk(crop, flank, 150, 1.0)
    assert there.width == pytest.approx(150, abs=1)
    assert small.image.shape[:2] == (100, 225)
    corners = np.array([[there.x0, there.y0], [there.x1, there.y1]], np.float32) - 0.5
    seen = replace(cells(1), points=corners, descriptors=np.eye(2, 16), weight=np.ones(2), coarse=1)
    back = in_photo_pixels(seen, small, crop)
    assert back.points == pytest.approx(np.array([[149.5, 59.5], [749.5, 359.5]]), abs=2)


def test_what_agrees_only_at_the_closer_look_orders_candidates_and_is_no_evidence():
    one, other = photo(Grade.GOOD, 1, close=cells(5)), photo(Grade.GOOD, 2, close=cells(5))
    seen = compare(one, other, rootsift=False)
    assert (seen.dense_score, FUSION.agreement(seen)) == (0, 0)
    assert seen.other_looks_score > 10
    assert FUSION.total_agreement(seen) == pytest.approx(np.log1p(seen.other_looks_score))
    assert compare(one, photo(Grade.POOR, 2), rootsift=False).other_looks_score == 0
