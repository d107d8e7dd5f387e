"""Photos of which the network keeps few cells or none, at either scale, are compared as well."""

from itertools import product

import numpy as np
import pytest
from filled import noisy

from reid.compare.comparison import compare
from reid.compare.mesh import Mesh
from reid.compare.registration import by_outline
from reid.types import AnnotationFeatures, Box, Embedding, Flank, LocalFeatures

NUMBERS = 0, 1, 3, 40


def cells(rng, coarse, fine, *, placed):
    """Features with so many cells at either scale; placed: the network tells places on the body."""
    across = [
        np.stack(np.divmod(np.arange(n), 8), 1) * step for n, step in ((coarse, 16), (fine, 8))
    ]
    points = np.concatenate(across).astype(np.float32)
    rows = rng.standard_normal((len(points), 16)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    places = rng.random((len(points), 2)).astype(np.float32) if placed else None
    weight = np.ones(len(points), np.float32)
    return LocalFeatures(points, rows, weight, "m@1", coarse=coarse, places=places)


def photo(rng, coarse, fine, *, placed):
    vector = rng.standard_normal(8).astype(np.float32)
    keypoints = cells(rng, 0, fine, placed=False)
    return AnnotationFeatures(
        Embedding(vector / np.linalg.norm(vector), "m@1"),
        cells(rng, coarse, fine, placed=placed),
        keypoints,
        Flank.LEFT,
        Box(0, 0, 640, 320),
    )


@pytest.mark.parametrize("placed", [True, False])
@pytest.mark.parametrize("known", [*product(NUMBERS, NUMBERS)])
def test_a_photo_without_cells_at_a_scale_has_a_comparison_without_a_warning(known, placed):
    rng = np.random.default_rng(0)
    query = photo(rng, *known, placed=placed)
    for other in product(NUMBERS, NUMBERS):
        found = compare(query, photo(rng, *other, placed=placed))
        numbers = (found.cosine, found.dense_score, found.rootsift_score, found.capacity)
        assert np.isfinite(numbers).all()
        if not (min(known[0], other[0]) or min(known[1], other[1])):
            assert found.dense_score == 0


def test_noise_on_no_cells_is_no_cells():
    rng = np.random.default_rng(0)
    assert len(noisy(cells(rng, 0, 0, placed=True), rng)) == 0
    assert len(noisy(cells(rng, 0, 40, placed=True), rng)) == 40


@pytest.mark.parametrize(("mine", "theirs"), [*product((1, 3, 40), (1, 3, 40))])
def test_one_cell_is_enough_to_lay_a_photo_over_another(mine, theirs):
    rng = np.random.default_rng(0)
    query, other = (cells(rng, 0, number, placed=True) for number in (mine, theirs))
    mesh = Mesh.through(by_outline(query, other), Box(0, 0, 640, 320))
    assert np.isfinite(mesh.points).all()
