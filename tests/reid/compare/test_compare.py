"""Comparison of two annotations: correspondences with known truth, and the fused number."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from weighing import weighing

from reid.compare.capacity import capacity
from reid.compare.comparison import (
    agreeing,
    compare,
    dense_correspondences,
    mutual_nearest,
    pitch,
    rootsift_correspondences,
)
from reid.describe.packing import pack_features, pack_vector, unpack_features, unpack_vector
from reid.describe.rootsift import rootsift
from reid.errors import EmbeddingMismatch
from reid.evidence.order import Fusion
from reid.evidence.terms import EvidenceWeights, FlankMeasurements
from reid.synthetic.coat import CoatStyle, draw_coat
from reid.synthetic.view import Camera, colourised, render
from reid.types import (
    AnnotationFeatures,
    Box,
    Comparison,
    Crop,
    Embedding,
    Flank,
    Grade,
    LocalFeatures,
    Measures,
    Pose,
    Quality,
)

FUSION = Fusion(1.0, 1.0, 1.0)


def unit(x):
    return (x / np.linalg.norm(x, axis=-1, keepdims=True)).astype(np.float32)


def grid(rng, rows=12, columns=24, step=10.0):
    x, y = np.meshgrid(np.arange(columns) * step, np.arange(rows) * step)
    points = np.stack([x, y], -1).reshape(-1, 2).astype(np.float32)
    descriptors = unit(rng.normal(size=(len(points), 32)))
    return LocalFeatures(points, descriptors, np.ones(len(points), np.float32), "m@1")


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def bent(points):
    """A smooth deformation: zoom, shift and a bow."""
    x, y = points.T
    return np.stack([1.1 * x + 7, 1.1 * y - 4 + 6 * np.sin(x / 120)], -1).astype(np.float32)


def test_dense_correspondences_survive_bending_and_noise(rng):
    query = grid(rng)
    noisy = unit(query.descriptors + 0.1 * rng.normal(size=query.descriptors.shape))
    order = rng.permutation(len(query))
    other = LocalFeatures(query.points[order], noisy[order], query.weight, "m@1")
    found = dense_correspondences(query, other)
    assert len(found) > 0.9 * len(query)
    assert np.abs(found.points0 - found.points1).max() < 20


def test_strangers_give_hardly_any_correspondences(rng):
    found = dense_correspondences(grid(rng), grid(rng))
    assert len(found) < 20


def test_too_few_points_are_no_error(rng):
    few = grid(rng, rows=1, columns=3)
    assert len(dense_correspondences(few, grid(rng))) == 0


def test_descriptors_of_another_model_are_refused_by_name(rng):
    a = grid(rng)
    b = LocalFeatures(a.points, a.descriptors, a.weight, "m@2")
    with pytest.raises(EmbeddingMismatch, match="m@2"):
        dense_correspondences(a, b)


def test_a_smooth_deformation_explains_the_true_and_not_the_random(rng):
    points = rng.uniform(0, 300, (120, 2)).astype(np.float32)
    target = bent(points)
    target[80:] = rng.uniform(0, 300, (40, 2))
    agree = agreeing(points, target, reach=6.0)
    assert agree[:80].mean() > 0.9
    assert agree[80:].mean() < 0.15


def test_a_mirror_image_is_no_agreement(rng):
    points = rng.uniform(0, 300, (100, 2)).astype(np.float32)
    mirrored = points * np.float32([-1, 1]) + np.float32([300, 0])
    assert not agreeing(points, mirrored, reach=6.0).any()


def test_mutual_nearest_is_the_loop():
    table = np.random.default_rng(1).normal(size=(7, 5)).astype(np.float32)
    expected = [
        (i, j)
        for i in range(7)
        for j in range(5)
        if table[i].argmax() == j and table[:, j].argmax() == i
    ]
    i, j = mutual_nearest(table)
    assert list(zip(i.tolist(), j.tolist(), strict=True)) == expected


def test_the_pitch_of_a_grid_is_its_step_in_each_direction():
    x, y = np.meshgrid(np.arange(5) * 4.0, np.arange(3) * 7.0)
    assert pitch(np.stack([x, y], -1).reshape(-1, 2).astype(np.float32)).tolist() == [4.0, 7.0]


@pytest.fixture(scope="module")
def photos():
    """Two views of one coat, and one of a relative: same style, another arrangement."""
    style = CoatStyle.draw(np.random.default_rng(11))

    def photo(seed, stream):
        rng = np.random.default_rng(stream)
        camera = Camera(bend=0.02, noise=0.01, shade=0.2, yaw=0.1 * stream)
        view = render(draw_coat(style, seed, height=320), camera, rng, size=(256, 512))
        image = colourised(view, infrared=True)
        return Crop(image, Box(100, 50, 612, 306), Flank.LEFT)

    return photo(1, 1), photo(1, 2), photo(2, 3)


def test_rootsift_finds_the_same_animal_and_not_its_relative(photos):
    same0, same1, relative = (rootsift(p) for p in photos)
    scales = (640 / 512, 640 / 512)
    genuine = rootsift_correspondences(same0, same1, scales=scales)
    assert len(genuine) > 25
    assert len(rootsift_correspondences(same0, relative, scales=scales)) < 12


def test_points_are_in_pixels_of_the_photo_not_of_the_crop(photos):
    points = rootsift(photos[0]).points
    assert points[:, 0].min() >= 99
    assert points[:, 0].max() <= 612
    assert points[:, 1].min() >= 49
    assert points[:, 1].max() <= 306


def test_a_photo_without_texture_has_no_keypoints_and_no_error():
    blank = Crop(np.full((64, 128, 3), 90, np.uint8), Box(0, 0, 128, 64), Flank.LEFT)
    assert len(rootsift(blank)) == 0


def features(rng, model="m@1"):
    vector = unit(rng.normal(size=16))
    sift = LocalFeatures(
        rng.uniform(0, 100, (30, 2)).astype(np.float32),
        unit(rng.normal(size=(30, 128))),
        np.ones(30, np.float32),
        "rootsift@1",
    )
    return AnnotationFeatures(
        Embedding(vector, model), grid(rng), sift, Flank.LEFT, Box(0, 0, 240, 120)
    )


def test_a_photo_agrees_with_itself_more_than_with_a_stranger(rng):
    a, b = features(rng), features(rng)
    assert FUSION.agreement(compare(a, a)) > FUSION.agreement(compare(a, b)) + 3
    assert compare(a, a).cosine == pytest.approx(1)


def test_two_photos_are_compared_alike_to_the_last_digit_whichever_is_the_query(rng, photos):
    def described(base, crop):
        seen = rootsift(crop)
        return replace(base, rootsift=seen, box=crop.box)

    base = features(rng)
    noisy = unit(base.dense.descriptors + 0.1 * rng.normal(size=base.dense.descriptors.shape))
    again = replace(features(rng), dense=replace(base.dense, descriptors=noisy))
    known = [described(base, photos[0]), described(again, photos[1])]
    known += [described(features(rng), photos[2]), replace(features(rng), flank=Flank.UNKNOWN)]
    for one, other in combinations(known, 2):
        forth, back = compare(one, other), compare(other, one).turned()
        assert (forth.cosine, forth.fine_score) == (back.cosine, back.fine_score)
        assert (forth.dense_score, forth.coarse_score) == (back.dense_score, back.coarse_score)
        assert (forth.rootsift_score, forth.capacity) == (back.rootsift_score, back.capacity)
        for ours, theirs in zip(forth.correspondences, back.correspondences, strict=True):
            assert np.array_equal(ours.points0, theirs.points0)
            assert np.array_equal(ours.points1, theirs.points1)
        assert (forth.overlap and forth.overlap.agreeing) == (
            back.overlap and back.overlap.agreeing
        )
    assert len(compare(known[0], known[1]).correspondences[0]) > 100


def test_the_quick_look_leaves_rootsift_unmeasured(rng):
    a = features(rng)
    seen = compare(a, a, rootsift=False)
    assert seen.rootsift_score is None
    assert [c.kind for c in seen.correspondences] == ["rosette"]


def test_embeddings_of_two_models_are_never_compared(rng):
    with pytest.raises(EmbeddingMismatch):
        compare(features(rng), features(rng, "m@2"))


@given(st.floats(-1, 1), st.floats(0, 500), st.floats(0, 500), st.floats(0, 2), st.floats(0, 100))
def test_more_agreement_never_lowers_the_fused_number(cosine, dense, sift, more, many):
    base = measured(cosine, dense, sift)
    more_of_each = (
        measured(cosine + more, dense, sift),
        measured(cosine, dense + many, sift),
        measured(cosine, dense, sift + many),
    )
    assert all(FUSION.agreement(pair) >= FUSION.agreement(base) for pair in more_of_each)


def test_six_rootsift_correspondences_which_strangers_have_too_order_nothing():
    unmeasured, chance, seven = (FUSION.agreement(measured(0.3, 40.0, n)) for n in (None, 6.0, 7.0))
    assert unmeasured == chance < seven


def measured(cosine, dense, sift):
    return Comparison(cosine, dense, sift, 0.0, dense, 0.2, ())


def test_packed_features_lose_almost_nothing(rng):
    held = grid(rng)
    back = unpack_features(pack_features(held))
    assert back.points == pytest.approx(held.points, abs=0.01)
    assert back.model == held.model
    assert np.einsum("kd,kd->k", back.descriptors, held.descriptors).min() > 0.98
    vector = Embedding(unit(rng.normal(size=16)), "m@1")
    assert np.array_equal(unpack_vector(pack_vector(vector), "m@1").vector, vector.vector)


def test_descriptors_without_negative_numbers_are_packed_finer(rng):
    roots = unit(np.abs(rng.normal(size=(50, 128))))
    sift = LocalFeatures(rng.uniform(0, 9000, (50, 2)).astype(np.float32), roots, roots[:, 0], "r")
    back = unpack_features(pack_features(sift))
    error = np.abs(back.descriptors @ back.descriptors.T - roots @ roots.T)
    assert error.max() < 0.03
    assert back.points == pytest.approx(sift.points, abs=0.08)


def test_a_photo_without_features_is_packed_like_any_other():
    empty = np.empty((0, 2), np.float32)
    nothing = LocalFeatures(empty, np.empty((0, 128), np.float32), empty[:, 0], "rootsift@1")
    assert unpack_features(pack_features(nothing)).descriptors.shape == (0, 128)


WEIGHTS = weighing(coarse=[0.7] * 2, fine=[1.0] * 3, rootsift=[0.5] * 3, silence=[2.0] * 4)
LINK = EvidenceWeights(WEIGHTS, np.stack([WEIGHTS / 2, WEIGHTS * 2]))


def test_silence_speaks_only_where_the_photos_could_have_agreed():
    def silent(could):
        return LINK.log_odds(FlankMeasurements(0.9, 0.0, 0.0, None, could))

    assert silent(0.0) == 0.0
    assert silent(0.25) == pytest.approx(-2 * (0.25 + 0.15 + 0.05))
    assert silent(0.1) > silent(0.5)


def test_a_handful_of_agreements_by_chance_says_nothing():
    assert LINK.log_odds(FlankMeasurements(0.9, 0.0, np.e - 1.01, 0.0, 0.0)) == 0.0
    assert LINK.log_odds(FlankMeasurements(0.9, 0.0, 100.0, 0.0, 0.0)) > 5


@given(st.floats(0, 500), st.floats(0, 500), st.floats(0, 1), st.floats(0, 100), st.floats(0, 1))
def test_more_agreement_never_lowers_the_log_odds_and_more_silence_never_raises_them(
    fine, sift, could, many, more
):
    base = LINK.log_odds(FlankMeasurements(0.0, fine, fine, sift, could))
    assert LINK.log_odds(FlankMeasurements(0.0, fine + many, fine, sift, could)) >= base
    assert LINK.log_odds(FlankMeasurements(0.0, fine, fine + many, sift, could)) >= base
    assert LINK.log_odds(FlankMeasurements(0.0, fine, fine, sift + many, could)) >= base
    assert LINK.log_odds(FlankMeasurements(0.0, fine, fine, sift, could + more)) <= base


def test_the_spread_of_a_link_is_what_its_refits_say():
    told = FlankMeasurements(0.0, 20.0, 40.0, 3.0, 0.2)
    once = LINK.log_odds(told)
    assert LINK.spread(told) == pytest.approx([once / 2, once * 2])


def shown(trust, n, quality=None, *, yaw=0.0, along=0.5):
    rows = np.ones((n, 2), np.float32)
    places = np.full((n, 2), (along, 0.4), np.float32)
    seen = LocalFeatures(rows, rows, np.full(n, trust, np.float32), "m@1", 0, places)
    vector = Embedding(unit(np.ones(4, np.float32)), "m@1")
    graded = quality and Quality(MEASURES, quality, Grade.USABLE, (), "quality@0")
    pose = Pose(1.0, yaw)
    return AnnotationFeatures(
        vector, seen, seen, Flank.LEFT, Box(0, 0, 9, 9), pose=pose, quality=graded
    )


MEASURES = Measures(0.9, 0.5, 0.4, 0.0, 0.0, 300.0, 0.8, 0.0)


def test_capacity_is_what_both_photos_show_less_for_the_poorer_one():
    one, other = shown(0.5, 400), shown(0.5, 100)
    both = capacity(one, other, alike=500.0)
    assert both == pytest.approx((200 * 50) ** 0.5 / 500)
    assert capacity(one, shown(0.5, 100, 1 / 6 + 5 / 24), 500.0) == pytest.approx(both / 2)
    assert capacity(one, shown(0.5, 100, 0.1), 500.0) == 0.0
    assert capacity(one, other, alike=50.0) == pytest.approx(both / 2)
    assert capacity(one, shown(0.5, 0), 500.0) == capacity(one, other, 0.0) == 0.0


def test_parts_of_the_body_that_only_one_photo_shows_add_no_capacity():
    front, rear = shown(0.5, 400, along=0.1), shown(0.5, 400, along=0.9)
    assert capacity(front, rear, alike=500.0) == 0.0
    assert capacity(front, front, alike=500.0) > 0.3


def test_views_from_other_directions_have_less_capacity():
    side, oblique, rear = (shown(0.5, 400, yaw=yaw) for yaw in (0.0, 30.0, 70.0))
    straight = capacity(side, side, alike=500.0)
    assert capacity(side, oblique, alike=500.0) == pytest.approx(straight / 2)
    assert capacity(side, rear, alike=500.0) == 0.0
