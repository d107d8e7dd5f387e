"""The unit of the ruler, the sections of the body, and the looks that a photo may have."""

from dataclasses import replace

import numpy as np
import pytest
from fake_embedder import FakeEmbedder

from reid.compare.sections import BodyFrame, Section
from reid.describe.spacing import rosette_spacing
from reid.photo.contrast import as_seen, infrared
from reid.types import Box, Crop, Flank


def spots(apart, size=(240, 480)):
    y, x = np.mgrid[: size[0], : size[1]]
    wave = np.cos(2 * np.pi * x / apart) * np.cos(2 * np.pi * y / apart)
    return np.repeat((128 + 80 * wave).astype(np.uint8)[..., None], 3, 2)


@pytest.mark.parametrize("apart", [24, 36])
def test_the_spacing_of_spots_is_measured_in_pixels_of_the_photo(apart):
    measured = rosette_spacing(spots(apart), Box(0, 0, 480, 240))
    assert measured == pytest.approx(apart / np.sqrt(2), rel=0.1)  # the nearest ones lie diagonally


def described(flank=Flank.LEFT):
    grey = np.random.default_rng(1).integers(0, 255, (160, 320, 3), np.uint8)
    return FakeEmbedder().describe([Crop(grey, Box(0, 0, 320, 160), flank)])[0]


def test_sections_follow_each_other_from_head_to_tail_whichever_way_the_animal_looks():
    places = np.array([[-15, 60], [60, 60], [140, 60], [240, 60], [335, 60]], np.float32)
    told = BodyFrame.of(described()).section(places)
    assert told == [Section.HEAD, Section.SHOULDER, Section.FLANK, Section.HIP, Section.TAIL]
    mirrored = BodyFrame.of(described(Flank.RIGHT)).section(places)
    assert mirrored[0] is Section.TAIL
    assert mirrored[-1] is Section.HEAD


@pytest.mark.parametrize("flank", [Flank.LEFT, Flank.RIGHT])
def test_the_window_of_a_section_holds_places_of_it(flank):
    frame = BodyFrame.of(described(flank))
    for section in (Section.SHOULDER, Section.FLANK, Section.HIP):
        window = frame.window(section)
        middle = [[(window.x0 + window.x1) / 2, window.y0 + window.height / 3]]
        assert frame.section(np.array(middle, np.float32)) == [section]


def test_without_coat_there_is_no_body():
    seen = described()
    cells = replace(
        seen.dense,
        points=seen.dense.points[:0],
        descriptors=seen.dense.descriptors[:0],
        weight=seen.dense.weight[:0],
    )
    assert BodyFrame.of(replace(seen, dense=cells)) is None


def test_by_infra_red_day_and_night_look_alike():
    day = spots(30)
    night = (day * [0.35, 0.35, 0.35]).astype(np.uint8)
    before = abs(day.mean() - night.mean())
    assert abs(infrared(day).mean() - infrared(night).mean()) < before / 4
    assert np.ptp(infrared(day), axis=2).max() == 0


def test_local_contrast_takes_the_light_away():
    lit = (spots(30) * np.linspace(0.4, 1.4, 480)[None, :, None]).clip(0, 255).astype(np.uint8)
    seen = as_seen(lit, width=480)
    halves = seen[:, 60:240].mean(), seen[:, 240:420].mean()
    assert halves[0] == pytest.approx(halves[1], abs=4)
