"""What stands beside the animal: backgrounds and printed strips, by the released network."""

import pytest
from corrected import CASES

from reid.describe.embed import Embedder
from reid.evidence.calibrator import calibrator_of
from reid.evidence.encounters import between
from reid.photo.crop import cut_photo
from reid.photo.images import decode_photo
from reid.types import Box, Flank, Verdict
from reid.weights import default_folder

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def network():
    return Embedder.load()


@pytest.fixture(scope="module")
def described(network):
    def describe(name, *box):
        data = (CASES / f"{name}.jpg").read_bytes()
        area = Box(*box) if box else None
        crop = cut_photo(decode_photo(data, max_pixels=10_000_000), Flank.LEFT, area)
        return network.describe([crop])[0]

    return describe


def evidence(network, one, other):
    calibrator = calibrator_of(network.model, default_folder())
    return between([other], [one], calibrator).evidence


def test_an_empty_frame_shows_no_leopard_and_is_compared_with_none(network, described):
    empty = described("bg3_empty")
    assert not empty.shows_animal
    verdict = evidence(network, described("bg1_leopard_A"), empty).verdict
    assert verdict is Verdict.NOT_COMPARABLE


def test_a_printed_strip_that_two_photos_share_makes_nobody_the_same(network, described):
    strips = described("strip_leopard_A"), described("strip_leopard_B")
    assert evidence(network, *strips).llr == pytest.approx(-2.48, abs=0.01)


def test_two_leopards_before_one_background_are_different_in_tight_boxes(network, described):
    one = described("bg1_leopard_A", 300, 377, 820, 640)
    other = described("bg2_leopard_B", 420, 407, 940, 640)
    assert evidence(network, one, other).llr == pytest.approx(-2.48, abs=0.01)


def test_two_leopards_before_one_background_are_not_the_same_without_boxes(network, described):
    one, other = described("bg1_leopard_A"), described("bg2_leopard_B")
    assert evidence(network, one, other).verdict is not Verdict.SAME
