"""The printed time of a frame is read as it is, or not at all."""

import numpy as np
import pytest

from reid.errors import MissingExtra
from reid.evaluation.trials.banners import BannerOutcome, banner_trials
from reid.photo import banner
from reid.photo.banner import can_read, read_banner
from reid.synthetic.banners import STYLES, painted_banners

reads = pytest.mark.skipif(not can_read(), reason="needs the extra banner (rapidocr, onnxruntime)")


@pytest.mark.skipif(can_read(), reason="the extra banner is installed")
def test_without_the_reader_the_sentence_says_what_to_install():
    banner._reader.cache_clear()
    with pytest.raises(MissingExtra, match=r"'\.\[banner\]'"):
        read_banner(np.zeros((400, 600, 3), np.uint8))


@reads
@pytest.mark.slow
def test_painted_banners_of_every_camera_are_read_right_or_left_unknown():
    trials = banner_trials(painted_banners(len(STYLES), seed=3))
    counts = {outcome: sum(c[outcome] for c in trials.alone.values()) for outcome in BannerOutcome}
    assert counts[BannerOutcome.WRONG] == 0
    assert counts[BannerOutcome.RIGHT] >= 3


@reads
def test_a_frame_without_a_banner_gives_no_time():
    noise = np.random.default_rng(0).integers(60, 90, (480, 640, 3)).astype(np.uint8)
    assert read_banner(noise).text == ""


def test_the_same_seed_paints_the_same_frames():
    one, other = (painted_banners(2, seed=5) for _ in range(2))
    assert one == other
