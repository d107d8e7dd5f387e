"""Which photo would settle an open pair: never one that is no better than what is there."""

from dataclasses import replace

import numpy as np
import pytest

from reid.compare.comparison import compare
from reid.evidence.calibrator import verdict_of
from reid.evidence.encounters import ComparedPhotos
from reid.evidence.settle import best_grade, in_words, least_width, what_would_settle, why_nothing
from reid.evidence.tested import Settling, Tested
from reid.photo.quality import QualityModel
from reid.types import Box, Crop, Evidence, Flank, Grade, Pose
from tests.fake_embedder import FakeEmbedder

GOOD, USABLE, POOR = Grade.GOOD, Grade.USABLE, Grade.POOR
LEFT, RIGHT = Flank.LEFT, Flank.RIGHT
WEIGHTS = (1.0, 1.0, 1.0, 1.0, 2.0, 1.0, 1.0)
QUALITY = QualityModel("quality@1", WEIGHTS, (0.0,) * 7, (1.0, 4.0, 9.0), (9.0,) * 7)
SHARES = {  # of settled genuine and impostor pairs with one shared flank
    (GOOD, GOOD): (0.99, 0.97),
    (GOOD, USABLE): (0.9, 0.85),
    (USABLE, USABLE): (0.8, 0.7),
    (GOOD, POOR): (0.4, 0.3),
    (USABLE, POOR): (0.2, 0.1),
    (POOR, POOR): (0.05, 0.02),
}
ONE_FLANK = [Settling(*grades, 1, 400, 1200, *shares) for grades, shares in SHARES.items()]
FRAMES = (10, 0.6), (20, 0.7)  # of a burst, and the share of its genuine pairs that it settles
BOTH = Settling(GOOD, GOOD, 2, 300, 900, 1.0, 0.99)
TESTED = Tested("evidence@2", "made up", "none", "2026-01-02", 150, (), (*ONE_FLANK, BOTH))


def photo(flank, grade):
    """An annotation of a flank and grade; what else is in it does not matter here."""
    image = np.zeros((64, 128, 3), np.uint8)
    (made,) = FakeEmbedder().describe([Crop(image, Box(0, 0, 128, 64), flank)])
    return replace(made, pose=None, quality=replace(made.quality, grade=grade))


def said(llr, bound=2.3):
    return Evidence(llr, bound, verdict_of(llr), "evidence@2", (llr, llr))


def settles(one, other, llr=0.0, **others):
    return what_would_settle(one, other, said(llr), TESTED, 2.0, **others)


def named(found):
    return {(s.encounters, flank, s.grade) for s in found for flank in s.flanks}


def test_a_pair_without_a_shared_flank_needs_either_flank_of_the_other_encounter():
    found = settles([photo(LEFT, GOOD)], [photo(RIGHT, USABLE)])
    assert named(found) == {((1,), LEFT, USABLE), ((0,), RIGHT, USABLE)}
    assert [s.expected for s in found] == pytest.approx([0.875, 0.75])


def test_a_poor_photo_is_to_be_replaced_and_not_the_good_one_beside_it():
    (one,) = settles([photo(LEFT, POOR), photo(LEFT, POOR)], [photo(LEFT, GOOD)])[:1]
    assert (one.encounters, one.flanks, one.grade) == ((0,), (LEFT,), USABLE)
    assert one.settling == Settling(USABLE, GOOD, 1, 400, 1200, 0.9, 0.85)


def test_of_two_poor_encounters_both_need_a_photo_because_one_is_not_enough():
    found = settles([photo(LEFT, POOR)], [photo(LEFT, POOR)])
    assert ((0, 1), LEFT, USABLE) in named(found)
    assert all(s.encounters == (0, 1) for s in found)


def test_two_good_photos_that_settle_nothing_call_for_the_other_flank_of_both():
    found = settles([photo(LEFT, GOOD)], [photo(LEFT, GOOD)])
    assert found[0].flanks == (RIGHT,)
    assert found[0].encounters == (0, 1)
    assert found[0].settling.flanks == 2


def test_two_flanks_that_would_do_alike_are_one_suggestion():
    poor = [photo(LEFT, POOR), photo(RIGHT, POOR)]
    found = settles(poor, [photo(LEFT, GOOD), photo(RIGHT, GOOD)])
    assert [s.flanks for s in found if s.encounters == (0,)] == [(LEFT, RIGHT)]
    assert "of either flank of A" in in_words(found[0], ("A", "B"))


def test_further_frames_of_a_poor_passage_are_counted_where_such_bursts_were_tested():
    ten, twenty = (Settling(POOR, GOOD, 1, 40, 200, same, 0.0, frames=n) for n, same in FRAMES)
    tested = replace(TESTED, settling=(*ONE_FLANK, ten, twenty))
    few, many = [photo(LEFT, POOR)], [photo(LEFT, POOR)] * 10
    one, other = (
        what_would_settle(shown, [photo(LEFT, GOOD)], said(1.5), tested, 2.0)
        for shown in (few, many)
    )
    assert [(s.frames, s.settling) for s in one if s.frames] == [(10, ten)]
    assert [(s.frames, s.settling) for s in other if s.frames] == [(20, twenty)]
    words = in_words(next(s for s in one if s.frames), ("A", "B"))
    assert words.startswith("10 frames of one passage, no better than poor, of the left flank of A")
    clear = what_would_settle([photo(LEFT, USABLE)], [photo(LEFT, GOOD)], said(1.5), tested, 2.0)
    assert not any(s.frames for s in clear)


def test_what_the_llr_leans_to_weighs_more():
    shares = settles([photo(LEFT, POOR)], [photo(LEFT, GOOD)], llr=1.0)[0]
    assert shares.expected == pytest.approx((10 * 0.9 + 0.85) / 11)


def test_where_nothing_is_enough_the_best_there_is_is_said_to_be_that():
    weak = replace(
        TESTED, settling=tuple(replace(s, same=s.same / 3, different=0.1) for s in TESTED.settling)
    )
    (only,) = what_would_settle([photo(LEFT, POOR)], [photo(LEFT, GOOD)], said(0.0), weak, 2.0)
    assert not only.enough
    assert "may not settle it" in in_words(only, ("A", "B"))


def test_a_share_of_a_handful_of_pairs_is_not_quoted():
    few = replace(TESTED, settling=tuple(replace(s, impostor=19) for s in TESTED.settling))
    pair = [photo(LEFT, POOR)], [photo(LEFT, GOOD)]
    assert what_would_settle(*pair, said(0.0), few, 2.0) == ()
    assert "no kind of photos that was tested is better" in str(why_nothing(said(0.0), few, 2.0))


@pytest.mark.parametrize(
    ("evidence", "tested", "why"),
    [
        (said(2.1), TESTED, ""),
        (said(-2.0), TESTED, ""),
        (said(0.5, bound=1.9), TESTED, "supports no llr beyond ±1.90"),
        (said(0.5), None, "no test results"),
    ],
)
def test_there_is_a_reason_where_nothing_is_suggested(evidence, tested, why):
    assert what_would_settle([photo(LEFT, POOR)], [photo(LEFT, GOOD)], evidence, tested, 2.0) == ()
    found = why_nothing(evidence, tested, 2.0)
    assert (why in str(found)) if why else found is None


def test_a_flank_that_nobody_stated_is_the_one_the_network_is_sure_of():
    unsure = replace(photo(Flank.UNKNOWN, GOOD), pose=Pose(left=0.5, yaw=0.0))
    sure = replace(unsure, pose=Pose(left=0.97, yaw=0.0))
    assert all(s.flanks == (LEFT,) for s in settles([sure], [photo(LEFT, POOR)])[:1])
    assert ((0,), LEFT, GOOD) not in named(settles([sure], [photo(LEFT, POOR)]))
    assert {s.encounters for s in settles([unsure], [photo(LEFT, GOOD)])} >= {(0,)}


def test_a_flank_of_the_least_width_has_the_grade_and_a_narrower_one_has_not():
    for grade in (GOOD, USABLE, POOR):
        width = least_width(QUALITY, grade)
        at, below = (QUALITY.judged(_small(w))[0] for w in (width, width - 11))
        assert list(Grade).index(at) <= list(Grade).index(grade) < list(Grade).index(below)


def _small(width):
    return (0.0, 0.0, 0.0, 0.0, max(0.0, np.log2(512 / width)), 0.0, 0.0)


def test_a_suggestion_says_whose_photo_which_flank_how_wide_and_how_often():
    (one,) = settles([photo(LEFT, POOR)], [photo(LEFT, GOOD)], quality=QUALITY)[:1]
    assert in_words(one, ("encounter 1", "encounter 2")) == (
        "A photo of usable quality or better of the left flank of encounter 1, the flank at least "
        "130 pixels wide, would probably settle it: of tested pairs like that, 90 % of 400 of the "
        "same animal reached an llr of +2, and 85 % of 1,200 of different animals \N{MINUS SIGN}2."
    )


def test_the_best_grade_of_an_encounter_is_that_of_its_best_photo():
    assert best_grade([photo(LEFT, POOR), photo(RIGHT, USABLE)]) == USABLE
    assert best_grade([replace(photo(LEFT, POOR), quality=None)]) == GOOD
    assert best_grade([]) is None


@pytest.mark.parametrize(("flank", "third"), [(LEFT, "rear"), (RIGHT, "front")])
def test_the_third_that_a_photo_hides_is_named(flank, third):
    patches = np.random.default_rng(1).integers(0, 255, (8, 24, 3), dtype=np.uint8)
    image = np.kron(patches, np.ones((16, 16, 1), np.uint8))
    whole, half = (
        FakeEmbedder().describe([Crop(image[:, :w], Box(0, 0, w, 128), flank)])[0]
        for w in (384, 384)
    )
    front = half.dense.points[:, 0] < 200
    dense = replace(
        half.dense, points=half.dense.points[front], descriptors=half.dense.descriptors[front],
        weight=half.dense.weight[front],
    )  # fmt: skip
    half = replace(half, dense=dense, quality=replace(half.quality, grade=POOR))
    best = ComparedPhotos(whole, half, compare(whole, half))
    found = settles([whole], [half], best=best)
    assert {s.section for s in found if s.encounters == (1,)} == {third}
    assert f"the {third} third" in in_words(found[0], ("A", "B"))
