"""Scenery that agrees because the camera never moved, and what is no scenery."""

import numpy as np
import pytest

from reid.compare.comparison import compare
from reid.types import AnnotationFeatures, Box, Embedding, Flank, LocalFeatures

STEP = 10.0
FRAME = Box(0, 0, 1600, 900)


def cells(rng, rows=20, columns=40):
    x, y = np.meshgrid(200 + STEP * np.arange(columns), 200 + STEP * np.arange(rows))
    points = np.stack([x, y], -1).reshape(-1, 2).astype(np.float32)
    descriptors = rng.normal(size=(len(points), 32)).astype(np.float32)
    descriptors /= np.linalg.norm(descriptors, axis=1, keepdims=True)
    return points, descriptors


def photo(points, descriptors, box=FRAME, name=0.0):
    weight = np.ones(len(points), np.float32)
    local = LocalFeatures(points, descriptors, weight, "m@1", coarse=len(points) // 2)
    vector = np.full(4, 0.5 - name, np.float32)
    nothing = LocalFeatures(
        np.empty((0, 2), np.float32), np.empty((0, 128), np.float32), weight[:0], "rootsift@1"
    )
    embedding = Embedding(vector / np.float32(np.linalg.norm(vector)), "m@1")
    return AnnotationFeatures(embedding, local, nothing, Flank.LEFT, box)


@pytest.fixture
def scene():
    """Two frames of one camera: half of the cells are the same scenery, the others two animals."""
    rng = np.random.default_rng(0)
    points, scenery = cells(rng)
    _, animal = cells(rng)
    half = np.arange(len(points)) % 40 < 20
    other = np.where(half[:, None], scenery, animal)
    noise = 0.05 * rng.normal(size=other.shape)
    return points, scenery, (other + noise).astype(np.float32)


def moved(points):
    return points + np.float32([90, 12])


def test_what_agrees_at_one_place_of_both_frames_is_scenery_and_counts_nothing(scene):
    points, scenery, other = scene
    compared = compare(photo(points, scenery), photo(points, other, name=0.1))
    assert compared.still
    assert (compared.dense_score, compared.coarse_score, compared.rootsift_score) == (0, 0, 0)
    assert not any(len(marks) for marks in compared.correspondences)


def test_the_same_coat_elsewhere_in_the_frame_is_the_animal_that_moved(scene):
    points, scenery, other = scene
    compared = compare(photo(points, scenery), photo(moved(points), other, name=0.1))
    assert not compared.still
    assert compared.dense_score > 100


def test_a_photo_that_was_taken_in_twice_agrees_with_itself(scene):
    points, scenery, _ = scene
    compared = compare(photo(points, scenery), photo(points, scenery, name=0.1))
    assert not compared.still
    assert compared.dense_score > 400


def test_pixels_of_cut_outs_say_nothing_of_the_camera(scene):
    points, scenery, other = scene
    tight = Box(0, 0, 800, 500)
    compared = compare(photo(points, scenery, tight), photo(points, other, tight, name=0.1))
    assert not compared.still


def test_within_a_burst_an_animal_may_stand_still(scene):
    points, scenery, other = scene
    pair = photo(points, scenery), photo(points, other, name=0.1)
    assert not compare(*pair, burst=True).still


def test_a_comparison_that_goes_on_with_rootsift_stays_with_what_the_cells_said(scene):
    points, scenery, other = scene
    pair = photo(points, scenery), photo(points, other, name=0.1)
    quick = compare(*pair, rootsift=False)
    assert quick.still
    assert quick.rootsift_score is None
    assert compare(*pair, known=quick).rootsift_score == 0
