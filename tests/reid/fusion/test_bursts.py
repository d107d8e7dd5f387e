"""Frames of one burst, by the released network: linked, laid over each other, fused."""

from dataclasses import replace

import numpy as np
import pytest

from reid.compare.comparison import compare
from reid.describe.embed import Embedder
from reid.evaluation.data.bursts import painted_bursts
from reid.evaluation.trials.bursts import (
    FUSED,
    BurstPair,
    alternating,
    burst_pairs,
    burst_strata,
    false_marks,
    settled_by_frames,
)
from reid.evidence.calibrator import released
from reid.evidence.tested import Settling
from reid.fusion.burst import fuse
from reid.fusion.links import LARGEST, clearest, linked
from reid.types import Flank, Grade

FRAMES = 4
LEVEL = 2


@pytest.fixture(scope="module")
def embedder():
    return Embedder.load()


@pytest.fixture(scope="module")
def bursts(embedder):
    return list(painted_bursts(2, FRAMES, [LEVEL], embedder, seed=5))


@pytest.fixture(scope="module")
def fused(bursts, embedder):
    return fuse(bursts[0].frames[LEVEL], embedder)


def test_frames_of_one_animal_are_one_group_and_become_one_picture(bursts, fused):
    assert fused.links.groups == ((0, 1, 2, 3),)
    assert not fused.links.two_animals
    picture, anchor = fused.picture, bursts[0].frames[LEVEL][fused.links.anchor].crop.image
    assert sorted(picture.frames) == [0, 1, 2, 3]
    assert picture.image.shape[1] == 640
    assert picture.image.shape[0] == round(640 * anchor.shape[0] / anchor.shape[1])
    assert picture.behind.max() == FRAMES
    assert 0.3 < picture.agreement < 1


def test_the_fused_picture_agrees_more_with_a_good_photo_than_any_of_its_frames(bursts, fused):
    reference = bursts[0].references[0]
    alone = [
        compare(frame.features, reference, rootsift=False, registered=False).dense_score
        for frame in bursts[0].frames[LEVEL]
    ]
    together = compare(fused.features, reference, rootsift=False, registered=False).dense_score
    stranger = bursts[1].references[0]
    other = compare(fused.features, stranger, rootsift=False, registered=False).dense_score
    assert together > max(alone)
    assert other < together / 2


def test_a_fused_picture_is_graded_no_better_than_its_best_frame_and_counts_its_frames(
    bursts, fused
):
    values = [frame.features.quality.value for frame in bursts[0].frames[LEVEL]]
    assert fused.features.quality.value == max(values)
    assert fused.features.frames == FRAMES


def test_hardly_a_mark_is_shown_where_the_coat_has_none(bursts, fused):
    seen = false_marks(bursts[0], bursts[0].frames[LEVEL], fused)
    assert seen.cells > 300
    assert seen.bare > 0.2 * seen.cells  # else the truth could contradict nothing
    assert seen.shown > 30
    assert seen.false <= 0.005 * seen.cells


def test_a_burst_in_which_two_animals_alternate_is_noticed_and_not_fused(bursts, embedder):
    one, other = (burst.frames[LEVEL] for burst in bursts)
    mixed = alternating(one, other, np.random.default_rng(1))
    burst = fuse(mixed, embedder)
    assert burst.links.two_animals
    assert burst.picture is None
    assert burst.features is None
    assert sorted(len(group) for group in burst.links.groups) == [2, 2]


def test_frames_of_two_animals_are_never_in_one_picture(bursts, embedder):
    mixed = [*bursts[0].frames[LEVEL][:3], bursts[1].frames[LEVEL][0]]
    burst = fuse(mixed, embedder)
    assert not burst.links.two_animals  # one frame that agrees with none may only be too poor
    assert sorted(burst.picture.frames) == [0, 1, 2]


def test_one_frame_alone_is_no_picture(bursts, embedder):
    burst = fuse(bursts[0].frames[LEVEL][:1], embedder)
    assert burst.picture is None
    with pytest.raises(ValueError, match="without frames"):
        fuse([], embedder)


def test_frames_cut_from_a_larger_photo_give_the_same_picture(bursts, fused, embedder):
    """Places are told in pixels of the photo; the crop lies somewhere in it."""

    def moved(local):
        return replace(local, points=local.points + np.array([300, 200], np.float32))

    frames = []
    for frame in bursts[0].frames[LEVEL]:
        box = frame.crop.box
        there = replace(box, x0=box.x0 + 300, y0=box.y0 + 200, x1=box.x1 + 300, y1=box.y1 + 200)
        features = replace(frame.features, dense=moved(frame.features.dense), box=there)
        frames.append(frame._replace(crop=replace(frame.crop, box=there), features=features))
    again = fuse(frames, embedder)
    difference = again.picture.image.astype(int) - fused.picture.image
    assert np.abs(difference).mean() < 4


def test_the_order_of_frames_does_not_change_who_agrees(bursts):
    frames = [frame.features for frame in bursts[0].frames[LEVEL]]
    links, turned = linked(frames), linked(frames[::-1])
    assert len(turned.groups[0]) == len(links.groups[0])
    assert turned.anchor == FRAMES - 1 - links.anchor


def test_the_trial_says_of_fused_bursts_at_least_what_the_best_pair_says(bursts, embedder):
    found = {(burst.animal, LEVEL, FRAMES): fuse(burst.frames[LEVEL], embedder) for burst in bursts}
    pairs = list(burst_pairs(bursts, [FRAMES], found, released()))
    genuine = [pair for pair in pairs if pair.animals[0] == pair.animals[1]]
    assert len(genuine) == 4
    assert len(pairs) == 8
    assert all(pair.llrs[FUSED] >= pair.llrs["best pair"] - 0.05 for pair in genuine)
    names = [stratum.name for stratum in burst_strata(pairs)]
    assert names == ["4 frames, best pair", "4 frames, fused", "4 frames, sum of pairs"]


def test_what_fused_frames_settle_is_counted_by_grade_and_number():
    poor, good = (Grade.POOR, Grade.GOOD), (Grade.GOOD, Grade.GOOD)
    told = [("A", "A", 2.4, poor), ("A", "A", 1.0, poor), ("A", "B", -2.1, poor)]
    told += [("A", "B", 0.0, poor), ("A", "C", 0.1, poor), ("B", "B", 2.4, good)]
    pairs = [BurstPair(2, 10, (a, b), grades, {FUSED: llr}) for a, b, llr, grades in told]
    (row,) = settled_by_frames(pairs)
    assert row == Settling(Grade.POOR, Grade.GOOD, 1, 2, 3, 0.5, 0.3333, frames=10)


def test_marks_that_were_painted_into_a_fused_picture_are_counted(bursts, fused):
    """The check can fail: a picture of another animal has marks where this one has none."""
    frames = bursts[0].frames[LEVEL]
    true = false_marks(bursts[0], frames, fused)
    other = replace(bursts[0], coat=bursts[1].coat)
    seen = false_marks(other, frames, fused)
    assert seen.false > 0.02 * seen.cells > true.false


def test_the_two_flanks_of_one_animal_are_not_taken_for_two_animals(fused):
    strong = fused.links.found[0, 1]
    links = replace(fused.links, found={(0, 1): strong, (2, 3): strong}, groups=((0, 1), (2, 3)))
    left, right, unknown = Flank.LEFT, Flank.RIGHT, Flank.UNKNOWN
    assert replace(links, flanks=(left, unknown, left, left)).two_animals
    assert not replace(links, flanks=(left, left, right, right)).two_animals
    assert not replace(links, flanks=(unknown, unknown, left, left)).two_animals


def test_of_very_many_frames_the_clearest_are_looked_at(bursts):
    frames = [frame.features for frame in bursts[0].frames[LEVEL]]
    best = max(range(FRAMES), key=lambda n: frames[n].dense.weight.sum())
    chosen = clearest([*frames, *[frames[best]] * LARGEST])
    assert len(chosen) == LARGEST
    assert chosen == sorted(chosen)
    assert best in chosen
    assert {*range(FRAMES)} & {*chosen} == {best}
