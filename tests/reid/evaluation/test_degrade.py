"""Worse photos are worse in a stated, repeatable way; careless boxes stay inside the photo."""

from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reid.errors import UnusableCrop
from reid.evaluation.data.degrade import EVERY, LEVELS, RECIPES, degrade
from reid.evaluation.data.photos import JITTER, Condition, CropStyle, Sample, jittered, shown
from reid.types import Box, Flank


@pytest.fixture
def picture():
    small = np.random.default_rng(3).integers(40, 220, (20, 40, 1), np.uint8)
    return small.repeat(20, 0).repeat(20, 1).repeat(3, 2)


def test_level_zero_leaves_the_photo_alone(picture):
    assert degrade(picture, 0, body=800, name="a.jpg") is picture


@pytest.mark.parametrize("level", EVERY[1:])
def test_the_body_is_as_wide_as_the_recipe_says_and_small_ones_are_not_grown(picture, level):
    width = RECIPES[level].width
    assert degrade(picture, level, body=800, name="a.jpg").shape == (width // 2, width, 3)
    assert degrade(picture, level, body=400, name="a.jpg").shape == (width, 2 * width, 3)
    assert degrade(picture, level, body=100, name="a.jpg").shape == picture.shape


@pytest.mark.parametrize("level", EVERY[1:])
def test_the_same_level_name_and_seed_give_the_same_pixels(picture, level):
    first = degrade(picture, level, body=800, name="a.jpg", seed=1)
    assert (first == degrade(picture, level, body=800, name="a.jpg", seed=1)).all()
    assert (first != degrade(picture, level, body=800, name="b.jpg", seed=1)).any()
    assert (first != degrade(picture, level, body=800, name="a.jpg", seed=2)).any()


def test_every_level_is_worse_than_the_wider_one_before(picture):
    order = [asdict(RECIPES[level]) for level in (1, 4, 2, 5, 3, 6)]
    for better, worse in pairwise(order):
        assert worse["width"] < better["width"]
        assert worse["jpeg"] <= better["jpeg"]
        assert worse["light"] <= better["light"]
        for blur in ("blur", "motion"):  # in shares of the body
            assert worse[blur] / worse["width"] > better[blur] / better["width"]
        signal = [r["light"] / r["noise"] for r in (better, worse)]
        assert signal[1] <= signal[0]
    means = [degrade(picture, level, body=800, name="a.jpg").mean() for level in LEVELS]
    assert means[0] > means[1] > means[2] >= means[3]


def test_the_documented_recipe_is_the_one_that_is_used():
    text = (Path(__file__).parents[3] / "docs" / "evaluation.md").read_text(encoding="utf-8")
    for level, recipe in RECIPES.items():
        cells = [level, *asdict(recipe).values()]
        assert f"| {' | '.join(map(str, cells))} |" in text


def test_jitter_moves_each_edge_by_a_fifth_at_most_and_stays_inside(picture):
    box = Box(200, 100, 600, 300)
    boxes = [jittered(box, picture, name=f"{n}.jpg", seed=0) for n in range(300)]
    moved = np.array([(b.x0 - 200, b.y0 - 100, b.x1 - 600, b.y1 - 300) for b in boxes])
    limit = JITTER * np.array([400, 200, 400, 200])
    assert (np.abs(moved) <= limit).all()
    assert (np.abs(moved).max(0) > 0.9 * limit).all()
    full = [jittered(Box(0, 0, 800, 400), picture, name=f"{n}.jpg", seed=0) for n in range(50)]
    assert all(b.x0 >= 0 and b.y0 >= 0 and b.x1 <= 800 and b.y1 <= 400 for b in full)


@pytest.fixture
def sample(tmp_path, picture):
    """The left half is black, so that one sees what was cut and whether it was mirrored."""
    picture = picture.copy()
    picture[:, :400] = 0
    Image.fromarray(picture).save(tmp_path / "a.png")

    def make(*, mirrored=False, box=None):
        return Sample(tmp_path / "a.png", "uma/left", "e", Flank.LEFT, mirrored, box)

    return make


def test_a_box_follows_its_animal_when_the_photo_is_mirrored_and_shrunk(sample):
    right = (400, 0, 800, 400)  # the half with the picture
    assert shown(sample(box=right)).image.mean() > 100
    turned = shown(sample(box=right, mirrored=True))
    assert turned.image.mean() > 100
    assert turned.box == Box(0, 0, 400, 400)
    worse = shown(sample(box=right), Condition(level=1))
    assert worse.image.shape[:2] == (350, 350)
    assert worse.image.mean() > 60
    assert shown(sample()).image.shape == (400, 800, 3)


def test_the_flank_style_cuts_where_the_finder_says(sample):
    class Finder:
        def flanks(self, crops):
            return [Box(10, 20, 110, 80) for _ in crops]

    style = Condition(style=CropStyle.FLANK)
    assert shown(sample(), style, Finder()).image.shape == (60, 100, 3)
    with pytest.raises(ValueError, match="finder"):
        shown(sample(), style)


def test_a_box_too_small_for_a_level_names_the_photo(sample):
    with pytest.raises(UnusableCrop, match=r"a\.png"):
        shown(sample(box=(0, 0, 800, 60)), Condition(level=3))
