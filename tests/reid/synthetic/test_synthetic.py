"""Synthetic coats, views and surveys."""

import csv
import hashlib
from datetime import datetime

import cv2
import numpy as np
import pytest

from reid.photo import exif, images
from reid.synthetic.body import silhouette
from reid.synthetic.coat import CoatStyle, draw_coat, solidity
from reid.synthetic.survey import write_survey
from reid.synthetic.view import Camera, colourised, render


@pytest.fixture(scope="module")
def style():
    return CoatStyle.draw(np.random.default_rng(3))


@pytest.fixture(scope="module")
def coat(style):
    return draw_coat(style, 5, height=160)


def correlation(a, b):
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


def test_the_same_seed_is_the_same_coat_and_another_seed_another(style, coat):
    again, other = draw_coat(style, 5, height=160), draw_coat(style, 6, height=160)
    assert np.array_equal(coat.melanin, again.melanin)
    assert abs(correlation(coat.melanin, other.melanin)) < 0.15


def test_a_coat_is_the_same_pattern_at_every_resolution(style):
    large = draw_coat(style, 5, height=320).melanin
    small = cv2.resize(large, (320, 160), interpolation=cv2.INTER_AREA)
    assert correlation(small, draw_coat(style, 5, height=160).melanin) > 0.75


def test_a_coat_has_black_rosettes_on_a_pale_ground(coat):
    black = (coat.melanin > 0.5).mean()
    assert 0.1 < black < 0.6
    assert coat.melanin.min() >= 0
    assert coat.melanin.max() <= 1


def test_limbs_are_solid_and_the_flank_is_not():
    assert solidity(np.float32([1.0]), np.float32([0.3]))[0] == 0
    assert solidity(np.float32([0.7]), np.float32([0.8]))[0] == 1


def test_the_silhouette_is_an_animal_not_a_rectangle():
    body = silhouette(np.random.default_rng(0), height=100)
    assert body[34, 100] == 1  # the flank
    assert body[2, 100] == 0  # above the back
    assert 0.15 < body.mean() < 0.5


def test_a_view_knows_which_place_of_the_coat_every_pixel_shows(coat):
    plain = Camera(shade=0, flash=0, noise=0, jpeg=100, bend=0.02)
    view = render(coat, plain, np.random.default_rng(1))
    rows = coat.melanin.shape[0]
    at = view.coat * rows
    expected = cv2.remap(coat.melanin, at[..., 0], at[..., 1], cv2.INTER_LINEAR)
    seen = view.animal > 0.99
    assert seen.mean() > 0.4
    assert correlation(view.image[seen], 1 - expected[seen]) > 0.8


def test_hard_views_lose_contrast_that_good_ones_keep(coat):
    def sharpness(hardness):
        rng = np.random.default_rng(2)
        views = [render(coat, Camera.draw(rng, hardness=hardness), rng) for _ in range(8)]
        return np.median([cv2.Laplacian(v.image, cv2.CV_32F).var() for v in views])

    assert sharpness(0.0) > 0
    rng = np.random.default_rng(2)
    assert Camera.draw(rng, hardness=1.0).resolution <= 1.0


def test_infrared_photos_are_grey_and_daylight_ones_are_not(coat):
    view = render(coat, Camera(), np.random.default_rng(3))
    grey, colour = colourised(view, infrared=True), colourised(view, infrared=False)
    assert np.ptp(grey.astype(int), axis=2).max() == 0
    assert np.ptp(colour.astype(int), axis=2).max() > 20


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    index = write_survey(
        tmp_path_factory.mktemp("survey"), animals=2, seed=4, encounters=2, ustyurt=True, width=160
    )
    with index.open() as file:
        return index.parent, list(csv.DictReader(file))


def test_a_survey_has_photos_with_time_and_camera_in_their_exif(survey):
    folder, rows = survey
    for row in rows:
        data = (folder / row["path"]).read_bytes()
        capture = exif.read(data)
        assert capture.captured_at == datetime.fromisoformat(row["datetime"])
        assert capture.camera is not None
        assert row["camera"] in capture.camera
        height, width = images.decode(data, max_pixels=10**7).shape[:2]
        assert (width, height) == (int(row["width"]), int(row["height"]))


def test_the_three_records_of_the_founding_case_are_one_animal_at_two_sites(survey):
    _, rows = survey
    case = [r for r in rows if r["station"].startswith("USTYURT")]
    assert {r["individual"] for r in case} == {"L003"}
    assert {r["station"] for r in case} == {"USTYURT-1", "USTYURT-2"}
    assert len({r["encounter"] for r in case}) == 3
    assert {r["quality"] for r in case if r["datetime"].startswith("2018-09")} == {"poor"}


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    def digest(name):
        index = write_survey(tmp_path / name, animals=1, seed=9, encounters=1, width=128)
        files = sorted((tmp_path / name).rglob("*.*"))
        return index.read_text(), [hashlib.sha256(f.read_bytes()).hexdigest() for f in files]

    assert digest("a") == digest("b")
