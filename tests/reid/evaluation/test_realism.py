"""The statistics of a flank, on pictures whose statistics are known."""

import numpy as np
import pytest

from reid.evaluation.trials.realism import (
    NAMES,
    Centre,
    Statistics,
    flank_of,
    gap_as_text,
    measure,
    sheet,
    synthetic_crops,
)
from reid.types import Box, Crop, Flank


def lattice(spacing):
    y, x = np.mgrid[0:128, 0:256]
    waves = np.cos(2 * np.pi * x / spacing) + np.cos(2 * np.pi * y / spacing)
    return np.round(128 + 40 * waves).astype(np.uint8)


@pytest.mark.parametrize("spacing", [12, 16, 24, 32])
def test_the_spacing_of_a_lattice_is_found(spacing):
    assert measure(lattice(spacing)).spacing == pytest.approx(spacing, rel=0.1)


@pytest.mark.parametrize("slope", [0.0, -2.0, -3.0])
def test_the_slope_of_coloured_noise_is_found(slope):
    y, x = np.fft.fftfreq(128)[:, None] * 256, np.fft.fftfreq(256)[None, :] * 256
    rng = np.random.default_rng(0)
    white = np.fft.fft2(rng.normal(size=(128, 256)))
    noise = np.fft.ifft2(white * np.maximum(np.hypot(x, y), 1) ** (slope / 2)).real
    picture = np.clip(128 + 30 * noise / noise.std(), 0, 255).astype(np.uint8)
    assert measure(picture).slope == pytest.approx(slope, abs=0.35)


def test_contrast_and_dark_share_follow_the_picture():
    flat = measure(np.full((128, 256), 90, np.uint8))
    assert (flat.contrast, flat.dark) == (0, 0)
    spots = np.full((128, 256), 200, np.uint8)
    spots[::8, ::8] = spots[1::8, ::8] = 20
    assert measure(spots).dark == pytest.approx(2 / 64, abs=0.005)
    assert measure(spots).contrast > measure(spots // 4 + 100).contrast


def test_the_table_has_a_line_for_every_statistic_and_set_and_the_distance_from_the_first():
    near = [Statistics(-2 + n / 10, 0.3, 0.2, 16) for n in range(5)]
    far = [Statistics(-9 + n / 10, 0.3, 0.2, 16) for n in range(5)]
    lines = gap_as_text({"synthetic": near, "real": far}).splitlines()
    assert [line.split()[:2] for line in lines[1:3]] == [["slope", "synthetic"], ["slope", "real"]]
    assert len(lines) == 1 + 2 * len(NAMES)
    assert [line.split()[-1] for line in lines[1:4]] == ["0.00", "1.00", "0.00"]


def test_the_flank_is_where_the_finder_says_at_the_size_of_the_network():
    image = np.zeros((100, 200, 3), np.uint8)
    image[15:70, 40:160] = 200
    flank = flank_of(Crop(image, Box(0, 0, 200, 100), Flank.LEFT), Centre())
    assert flank.shape == (128, 256)
    assert flank.min() == 200


def test_a_sheet_has_a_band_for_every_set():
    pictures = [np.zeros((30, 60, 3), np.uint8)] * 3
    assert sheet({"a": pictures, "b": pictures * 3}, columns=4, width=40).shape == (
        (24 + 20) + (24 + 3 * 20),
        160,
        3,
    )


@pytest.mark.slow
def test_synthetic_bodies_are_the_same_for_the_same_seed():
    one, again = ([c.image for c in synthetic_crops(2, 4)] for _ in range(2))
    assert all((a == b).all() for a, b in zip(one, again, strict=True))
    assert (one[0] != one[1]).any()
