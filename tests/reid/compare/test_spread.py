"""Marks are drawn all over the body, in one order whichever photo is asked about."""

from dataclasses import replace

import numpy as np
import pytest

from reid.compare.comparison import compare
from reid.compare.sections import BodyFrame, Section, sections_of
from reid.compare.spread import EACH, drawn_first, part_of, places_at, spread, spread_order
from reid.evaluation.trials.both_orders import OrderDifference, draw_pairs, of_encounters, of_pairs
from reid.types import Correspondences, LocalFeatures
from tests.fake_embedder import CALIBRATOR
from tests.met_animals import photo


def marks(places, strength):
    places = np.array(places, np.float32)
    return Correspondences(100 * places, 100 * places, np.array(strength, np.float32), "m", places)


@pytest.fixture
def crowded():
    """Sixty strong places of the shoulder, and one weak place in each of eight other parts."""
    rng = np.random.default_rng(3)
    shoulder = rng.uniform((0.335, 0.29), (0.435, 0.54), (60, 2))
    others = [(0.05 + 0.11 * n, 0.4) for n in range(10) if n not in (3, 4)]
    return marks([*shoulder, *others], [*np.linspace(0.9, 1, 60), *np.full(8, 0.3)])


def test_a_crowd_in_one_corner_leaves_room_for_the_best_of_every_part(crowded):
    drawn = crowded.rows(drawn_first(crowded, 24))
    assert max(np.bincount(part_of(drawn.places))) == EACH
    assert len(set(part_of(drawn.places))) == 9
    assert len(drawn) == 8 + EACH
    assert drawn.strength[0] == 1
    strongest_first = np.argsort(-crowded.strength)[:24]
    assert len(set(part_of(crowded.places[strongest_first]))) == 1


def test_all_marks_stay_and_the_first_of_every_part_come_before_any_second(crowded):
    order, rank = spread_order(crowded)
    assert sorted(order) == list(range(len(crowded)))
    assert (np.diff(rank) >= 0).all()
    parts = part_of(crowded.places)
    for part in set(parts):
        own = [n for n in order if parts[n] == part]
        assert [crowded.strength[n] for n in own] == sorted(crowded.strength[own], reverse=True)


def test_where_nobody_told_the_places_the_strongest_come_first(crowded):
    untold = spread(replace(crowded, places=None))
    assert (np.diff(untold.strength) <= 0).all()


def test_a_place_is_that_of_the_nearest_cell():
    cells = LocalFeatures(
        np.array([(0, 0), (10, 0)], np.float32),
        np.eye(2, dtype=np.float32),
        np.ones(2, np.float32),
        "m@1",
        places=np.array([(0.1, 0.5), (0.9, 0.5)], np.float32),
    )
    there = places_at(np.array([(9, 1), (1, 1)], np.float32), cells)
    assert there == pytest.approx(np.array([(0.9, 0.5), (0.1, 0.5)]))
    assert places_at(np.zeros((1, 2), np.float32), replace(cells, places=None)) is None


@pytest.mark.parametrize(
    ("place", "section"),
    [
        ((0.1, 0.4), Section.HEAD),
        ((0.35, 0.5), Section.SHOULDER),
        ((0.37, 1.6), Section.SHOULDER),
        ((0.6, 0.3), Section.FLANK),
        ((0.9, 0.4), Section.HIP),
        ((0.88, 1.4), Section.HIND_LEG),
        ((1.3, 0.5), Section.TAIL),
    ],
)
def test_a_section_follows_from_the_place_on_the_body(place, section):
    assert sections_of(np.array([place], np.float32)) == [section]


def placed(animal, grain):
    """A photo whose cells tell places: the animal stands in the left half, seen from behind."""
    described = photo(animal, grain)
    points = described.dense.points
    low, high = points.min(0), points.max(0)
    places = ((points - low) / (high - low) * (0.5, 1.0) + (0.5, 0)).astype(np.float32)
    return replace(described, dense=replace(described.dense, places=places))


def test_a_frame_goes_by_the_places_that_are_told_and_not_by_the_outline():
    frame = BodyFrame.of(placed(1, 0))
    first = frame.cells.points[:1] + 1
    assert frame.told
    assert frame.section(first) == [Section.FLANK]
    assert BodyFrame.of(photo(1, 0)).section(first) != [Section.FLANK]
    window = frame.window(Section.HIP)
    middle = np.array([[(window.x0 + window.x1) / 2, (window.y0 + window.y1) / 3]], np.float32)
    assert frame.section(middle) == [Section.HIP]


def test_marks_of_a_comparison_know_their_places_and_come_spread():
    compared = compare(placed(1, 3), placed(1, 9))
    for kind in compared.correspondences:
        assert len(kind) > 20
        assert kind.places.shape == (len(kind), 2)
        assert np.array_equal(spread_order(kind)[0], np.arange(len(kind)))


def test_a_pair_says_the_same_to_the_last_digit_in_both_orders():
    photos = [placed(animal, grain) for animal in (1, 2) for grain in (3, 9, 30)]
    drawn = draw_pairs(["1", "1", "1", "2", "2", "2"], pairs=20, seed=1)
    assert len(drawn) == 15
    heard = []
    assert of_pairs(photos, drawn, CALIBRATOR, done=heard.append) == OrderDifference()
    assert len(heard) == 15
    sittings = [photos[:2], photos[2:3], photos[3:]]
    every = [(0, 1), (0, 2), (1, 2)]
    assert of_encounters(sittings, every, CALIBRATOR, done=heard.append) == OrderDifference()


def test_pairs_are_drawn_half_of_one_animal():
    animals = [str(n // 4) for n in range(40)]
    drawn = draw_pairs(animals, pairs=100, seed=2)
    assert len(set(drawn)) == 100
    assert sum(animals[a] == animals[b] for a, b in drawn) == 50


def test_what_is_known_of_a_pair_is_not_compared_again_and_gives_the_same():
    one, other = placed(1, 3), placed(1, 9)
    for pair in ((one, other), (other, one)):
        quick = compare(*pair, rootsift=False)
        again, whole = compare(*pair, known=quick), compare(*pair)
        assert (again.dense_score, again.rootsift_score) == (
            quick.dense_score,
            whole.rootsift_score,
        )
        assert again.overlap.agreeing == whole.overlap.agreeing
        for ours, theirs in zip(again.correspondences, whole.correspondences, strict=True):
            assert np.array_equal(ours.points0, theirs.points0)
