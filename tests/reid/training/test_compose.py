"""Sceneries, what stands in front, and batches of views composed on the fly."""

import numpy as np
import pytest

from reid.photo.contrast import local_contrast, window_contrast
from reid.synthetic.exposure import Exposure, taken
from reid.synthetic.foreground import boulders, plants, printed_strip, rocks
from reid.synthetic.scenery import cut_scenery, draw_scenery
from reid.training.compose import BatchRecipe, compose
from reid.training.stock import StockOfAnotherRecipe, StockRecipe, open_stock

TINY = StockRecipe(styles=2, relatives=2, geometries=4, painted=3, real=0, unseen=1)
SMALL = BatchRecipe(groups=1, relatives=2, mosaics=1, poor=0.0, height=160, width=320)


@pytest.fixture(scope="session")
def stock(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stock")
    return open_stock(folder, TINY, processes=1, report=lambda _: None)


@pytest.fixture(scope="module")
def batch(stock):
    return compose(stock, SMALL, 3)


def test_a_scenery_is_never_plain():
    for seed in range(6):
        assert draw_scenery(np.random.default_rng(seed), size=(120, 240)).std() > 2


def test_a_landscape_is_cut_from_the_picture():
    picture = np.full((600, 1200), 90, np.uint8)
    cut = cut_scenery([picture], np.random.default_rng(1), size=(100, 200))
    assert cut.shape == (100, 200)
    assert 20 < cut.mean() < 180


def test_what_stands_in_front_hides_a_part_and_not_everything():
    rng = np.random.default_rng(4)
    size = (160, 320)
    for cover in (plants(rng, size)[0], boulders(rng, size), rocks(rng, size)[0]):
        assert cover.min() >= 0
        assert 0 < cover.mean() < 0.9


def test_a_strip_is_printed_at_an_edge():
    cover, _ = printed_strip(np.random.default_rng(5), (160, 320))
    rows = np.nonzero(cover.any(1))[0]
    assert rows[0] <= 2 or rows[-1] >= 150
    assert len(rows) < 40


def test_a_poor_photo_loses_detail_that_a_good_one_keeps():
    rng = np.random.default_rng(6)
    scene = np.float32(rng.random((160, 320)) > 0.5) * 0.8

    def detail(poor):
        shots = [Exposure.draw(rng, poor=poor) for _ in range(6)]
        photos = [taken(scene, exposure, 320.0, rng).astype(float) for exposure in shots]
        return np.median([np.diff(photo, axis=1).std() for photo in photos])

    assert detail(True) < 0.7 * detail(False)


def test_contrast_of_a_window_is_local_contrast_and_nothing_beyond_the_photo():
    rng = np.random.default_rng(7)
    grey = rng.integers(0, 255, (160, 320), np.uint8)
    quick, exact = window_contrast(grey), local_contrast(grey, sigma=12)
    assert np.corrcoef(quick[20:-20, 20:-20].ravel(), exact[20:-20, 20:-20].ravel())[0, 1] > 0.99
    part = window_contrast(grey, (40, 0, 320, 160))
    assert not part[:, :40].any()


def test_a_step_is_the_same_batch_again_and_another_step_another(stock, batch):
    assert np.array_equal(batch.images, compose(stock, SMALL, 3).images)
    assert not np.array_equal(batch.images, compose(stock, SMALL, 4).images)


def test_relatives_share_body_and_place_but_not_the_picture(batch):
    assert np.array_equal(batch.fur[0], batch.fur[1])
    assert batch.yaw[0] == batch.yaw[1]
    assert not np.allclose(batch.images[0], batch.images[1])


def test_a_frame_without_an_animal_has_no_coat(batch):
    assert not batch.coat[-1].any()
    assert all(coat.sum() > 10 for coat in batch.coat[:-1])


def test_a_mosaic_shows_four_coats_and_keeps_their_places_apart(batch):
    mosaic = np.nonzero(~batch.whole)[0]
    assert len(mosaic) == 4  # two relatives in two views
    coat, fur = batch.coat[mosaic[0]], batch.fur[mosaic[0]]
    tiles = {int(x) // 100 for x in fur[coat > 0.6][:, 0]}
    assert len(tiles) >= 3
    assert coat.mean() > batch.coat[batch.whole].mean()


def test_facing_right_is_the_mirror_image(stock):
    for step in range(12):
        batch = compose(stock, SMALL, step)
        torso = (batch.coat[0] > 0.6) & (batch.part[0] == 0)
        _y, x = np.nonzero(torso)
        if len(x) > 30 and abs(batch.yaw[0]) < 0.8:
            towards_tail = np.corrcoef(x, batch.chart[0][torso][:, 0])[0, 1]
            assert (towards_tail < 0) == batch.right[0]
            assert (batch.side[0][torso].mean() > 0.5) == batch.right[0]


def test_validation_never_shows_a_style_of_training(stock):
    shown = compose(stock, SMALL, 0, unseen=True)
    assert shown.yaw[0] == stock.view[0, 0]
    for step in range(4):
        assert compose(stock, SMALL, step).yaw[0] != stock.view[0, 0]


def test_a_stock_without_anything_for_validation_is_refused():
    with pytest.raises(ValueError, match="validation"):
        StockRecipe(styles=3, unseen=2)


def test_a_stock_of_another_recipe_is_never_drawn_over(tmp_path):
    card = tmp_path / "stock.json"
    card.write_text('{"styles": 1}')
    with pytest.raises(StockOfAnotherRecipe, match="another folder"):
        open_stock(tmp_path, TINY, processes=1, report=lambda _: None)
    assert [path.name for path in tmp_path.iterdir()] == ["stock.json"]
    assert card.read_text() == '{"styles": 1}'
