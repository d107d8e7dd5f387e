"""One coat laid over another: registration, co-visible area, agreeing and differing places."""

import numpy as np
import pytest

from reid.compare.comparison import dense_correspondences
from reid.compare.discrepancies import APART, MOST, best_nearby, overlap, shared_cells, spread_out
from reid.compare.registration import Grid, Surface, box_sum, register
from reid.types import Correspondences, LocalFeatures, Source

STEP, ROWS, COLUMNS = 10.0, 20, 40


def unit(x):
    return (x / np.linalg.norm(x, axis=-1, keepdims=True)).astype(np.float32)


def cells(descriptors, at=(0.0, 0.0), weight=1.0):
    """Descriptors (h, w, D) as the cells of a photo; `at` is the place of the first."""
    h, w, size = descriptors.shape
    x, y = np.meshgrid(np.arange(w) * STEP + at[0], np.arange(h) * STEP + at[1])
    points = np.stack([x, y], -1).reshape(-1, 2).astype(np.float32)
    trust = np.full(len(points), weight, np.float32)
    return LocalFeatures(points, descriptors.reshape(-1, size), trust, "m@1")


def coat(seed):
    return unit(np.random.default_rng(seed).normal(size=(ROWS, COLUMNS, 32)))


def seen_again(descriptors, seed=7):
    """The same coat in another photo."""
    noise = np.random.default_rng(seed).normal(size=descriptors.shape)
    return unit(descriptors + 0.08 * noise)


def laid_over(query, other):
    return overlap(query, other, [dense_correspondences(query, other)])


def redrawn(descriptors, centre, radius):
    """The coat with other rosettes in a disc; centre (column, row) and radius in cells."""
    y, x = np.mgrid[0:ROWS, 0:COLUMNS]
    inside = np.hypot(x - centre[0], y - centre[1]) <= radius
    return np.where(inside[..., None], coat(99), descriptors)


def test_a_redrawn_disc_is_a_discrepancy_and_nothing_else_is():
    query = cells(coat(1))
    other = cells(seen_again(redrawn(coat(1), centre=(15, 9), radius=4)), at=(300, 50))
    seen = laid_over(query, other)
    assert seen.registration is Source.ROSETTES
    assert 1 <= len(seen.discrepancies) <= 3
    off = seen.discrepancies.points0 / STEP - (15, 9)
    assert np.linalg.norm(off, axis=1).max() <= 4
    shift = seen.discrepancies.points1 - seen.discrepancies.points0
    assert np.abs(shift - (300, 50)).max() < STEP
    assert 0.8 < seen.agreeing < 1


def test_the_same_coat_agrees_everywhere_and_differs_nowhere():
    seen = laid_over(cells(coat(1)), cells(seen_again(coat(1))))
    assert (seen.covisible, seen.agreeing, len(seen.discrepancies)) == (1, 1, 0)


def test_a_part_of_the_coat_is_all_of_the_smaller_flank():
    whole, part = cells(coat(1)), cells(seen_again(coat(1)[:, :20]))
    assert laid_over(whole, part).covisible == pytest.approx(1, abs=0.02)
    assert laid_over(part, whole).covisible == pytest.approx(1, abs=0.02)


def test_two_halves_that_meet_in_a_quarter_are_covisible_there():
    front, back = cells(coat(1)[:, :24]), cells(seen_again(coat(1)[:, 16:]), at=(160, 0))
    assert laid_over(front, back).covisible == pytest.approx(8 / 24, abs=0.06)


def test_strangers_are_laid_over_each_other_by_outline_agree_little_and_get_no_marks():
    seen = laid_over(cells(coat(1)), cells(coat(2), at=(500, 80)))
    assert seen.registration is Source.OUTLINE
    assert seen.covisible > 0.95
    assert seen.agreeing < 0.1
    assert len(seen.discrepancies) == 0


def test_a_place_that_is_not_trusted_is_not_judged():
    other = seen_again(redrawn(coat(1), centre=(15, 9), radius=4))
    seen = laid_over(cells(coat(1), weight=0.3), cells(other, weight=0.3))
    assert (seen.places, seen.agreeing, len(seen.discrepancies)) == (0, 0, 0)


def test_without_coat_there_is_no_overlap():
    few = cells(coat(1)[:2, :5])
    assert laid_over(few, cells(coat(1))) is None


def test_a_shifted_copy_is_registered_to_its_shift():
    query, other = cells(coat(1)), cells(seen_again(coat(1)), at=(37, -12))
    laid = register(query, other, [dense_correspondences(query, other)])
    assert laid.source is Source.ROSETTES
    assert laid(query.points) - query.points == pytest.approx(
        np.tile([37, -12], (len(query), 1)), abs=0.5
    )
    assert laid.residual < 0.5
    assert len(laid.carried) > 700


def test_rootsift_registers_where_the_rosettes_say_nothing():
    query, other = cells(coat(1)), cells(coat(2))
    points = np.random.default_rng(0).uniform(0, 190, (40, 2)).astype(np.float32)
    nothing = Correspondences(points[:0], points[:0], points[:0, 0], "rosette")
    sift = Correspondences(points, points + 25, np.ones(40, np.float32), "rootsift")
    laid = register(query, other, [nothing, sift])
    assert laid.source is Source.ROOTSIFT
    assert laid(points) == pytest.approx(points + 25, abs=0.1)


def test_an_outline_brings_one_coat_to_the_place_and_size_of_the_other():
    small, large = cells(coat(1)[:10, :20]), cells(coat(2), at=(100, 40))
    laid = register(small, large, [])
    corners = np.array([[0, 0], [190, 90]], np.float32)
    assert laid.source is Source.OUTLINE
    assert laid(corners) == pytest.approx(np.array([[100, 40], [490, 230]]), abs=15)


def test_a_surface_is_the_ridge_regression_of_its_formula():
    rng = np.random.default_rng(3)
    points0 = rng.uniform(0, 9, (30, 2)).astype(np.float32)
    points1 = points0 @ np.float32([[1, 0.1], [-0.1, 1]]) + 0.02 * points0**2
    x, y = ((points0 - points0.mean(0)) / points0.std()).T.astype(float)
    rows = [[1, a, b, a * a, a * b, b * b] for a, b in zip(x, y, strict=True)]
    # least squares with a row of sqrt(0.02 * 30) for each quadratic weight is the ridge
    ridge = [[0] * n + [np.sqrt(0.02 * 30)] + [0] * (5 - n) for n in (3, 4, 5)]
    target = np.concatenate([points1, np.zeros((3, 2))])
    weights = np.linalg.lstsq(np.array(rows + ridge), target, rcond=None)[0]
    assert Surface.through(points0, points1)(points0) == pytest.approx(rows @ weights, abs=1e-3)


def test_the_best_nearby_cell_is_that_of_the_loop():
    rng = np.random.default_rng(5)
    other = cells(coat(2)[:6, :8])
    keep = rng.random(len(other)) < 0.7
    kept = other.points[keep]
    table = rng.uniform(-1, 1, (9, len(kept))).astype(np.float32)
    grid = Grid.of(kept)
    places = rng.integers(-4, 12, (9, 2))
    best, partner = best_nearby(table, grid, places, reach=1.5)
    for i, place in enumerate(places):
        near = [j for j, at in enumerate(grid.places) if np.hypot(*(at - place)) <= 1.5]
        expected = max((table[i, j] for j in near), default=np.float32(-1))
        assert best[i] == expected
        assert not near or table[i, partner[i]] == expected


def test_a_shared_cell_touches_a_cell_of_the_other_photo():
    rng = np.random.default_rng(6)
    grid = Grid.of(cells(coat(2)[:6, :8]).points[rng.random(48) < 0.3])
    places = rng.integers(-2, 10, (40, 2))
    height, width = grid.rows.shape
    expected = [
        0 <= x < width
        and 0 <= y < height
        and any(max(abs(x - a), abs(y - b)) <= 1 for a, b in grid.places)
        for x, y in places
    ]
    assert shared_cells(grid, places)[0].tolist() == expected


def test_a_box_sum_is_the_loop():
    table = np.random.default_rng(8).integers(0, 9, (5, 7)).astype(np.float32)
    expected = [
        [table[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2].sum() for x in range(7)]
        for y in range(5)
    ]
    assert box_sum(table, 3).tolist() == expected
    assert box_sum(table, 2, at=(0, 0))[1, 1] == table[1:3, 1:3].sum()


def test_marks_lie_apart_worst_first_and_are_not_too_many():
    y, x = np.mgrid[0:60, 0:80]
    places = np.stack([x.ravel(), y.ravel()], 1)
    values = np.random.default_rng(9).uniform(size=len(places)).astype(np.float32)
    chosen = spread_out(places, values)
    assert len(chosen) == MOST
    assert chosen[0] == values.argmin()
    assert (np.diff(values[chosen]) >= 0).all()
    gaps = np.linalg.norm(places[chosen][:, None] - places[chosen][None], axis=2)
    assert gaps[~np.eye(MOST, dtype=bool)].min() >= APART
    assert len(spread_out(places, np.full(len(places), np.inf, np.float32))) == 0
