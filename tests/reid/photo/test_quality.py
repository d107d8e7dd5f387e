"""Quality: what is measured on a flank, the grade that follows, and its card."""

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest

from reid.photo.quality import (
    DEFICITS,
    GRADES,
    LOOK,
    ONE_STEP,
    QualityModel,
    deficits,
    fit,
    load_quality,
    measure,
    write_quality,
)
from reid.types import Box, Flank, Grade, Measures, Pose, Reason, Viewpoint

FLANK = Box(0, 0, 600, 300)
GOOD = Measures(1.0, 0.7, 0.4, 0.0, 0.0, 600.0, 0.8, 2.0)
NONE = (math.inf,) * len(DEFICITS)
MODEL = QualityModel(
    "quality@7", (6, 8, 4, 2, 6, 2, 9), (0, 0.3, 0, 0, 0, 0.2, 0), (2, 7, 15), NONE
)


def rosettes(blur=0.0):
    """A flank of rings, 18 pixels apart."""
    image = np.full(LOOK, 150, np.uint8)
    for x in range(9, LOOK[1], 18):
        for y in range(9, LOOK[0], 18):
            cv2.circle(image, (x, y), 5, 40, 2)
    return cv2.GaussianBlur(image, (0, 0), blur) if blur else image


def measured(luminance, *, coat=1.0, flank=FLANK, crop=FLANK):
    cells = np.full((24, 48), coat, np.float32)
    return measure(luminance, cells, flank=flank, crop=crop, pose=Pose(0.9, 5.0), trust=0.6)


def test_blur_takes_the_edges_of_rosettes_before_the_rosettes():
    sharpness = [measured(rosettes(blur)).sharpness for blur in (0, 1.5, 3, 5)]
    assert sharpness == sorted(sharpness, reverse=True)
    assert sharpness[0] > 2 * sharpness[-1]


def test_sharpness_does_not_depend_on_the_light():
    bright, dark = rosettes(2), (rosettes(2) * 0.4).astype(np.uint8)
    assert measured(dark).sharpness == pytest.approx(measured(bright).sharpness, abs=0.03)
    assert measured(dark).brightness == pytest.approx(0.4 * measured(bright).brightness, abs=0.01)


def test_lost_detail_is_counted_at_both_ends():
    half = np.zeros(LOOK, np.uint8)
    half[:, : LOOK[1] // 4] = 255
    found = measured(half)
    assert (found.black, found.white) == (0.75, 0.25)


def test_a_window_without_coat_or_beyond_the_crop_shows_none():
    assert measured(rosettes(), coat=0.1).coat == 0
    assert measured(rosettes(), crop=Box(0, 0, 300, 300)).coat == pytest.approx(0.5, abs=0.01)


def test_a_blank_flank_is_measured_and_has_no_edges():
    assert measured(np.full(LOOK, 90, np.uint8)).sharpness == 0


def test_deficits_are_nothing_where_nothing_is_lacking_and_halvings_below():
    nothing = Measures(1.0, 1.0, 0.5, 0.0, 0.0, 700.0, 1.0, 0.0)
    assert deficits(nothing) == (0,) * len(DEFICITS)
    lacking = deficits(Measures(0.6, 0.9, 0.125, 0.1, 0.2, 128.0, 0.7, 60.0))
    assert lacking == pytest.approx((0.4, 0.1, 1.0, 0.2, 2.0, 0.3, 0.5))


@pytest.mark.parametrize(
    ("worse", "reason"),
    [
        ({"sharpness": 0.2}, Reason.BLUR),
        ({"trust": 0.1}, Reason.BLUR),
        ({"brightness": 0.04}, Reason.DARK),
        ({"flank_pixels": 150.0}, Reason.SMALL),
        ({"yaw": 65.0}, Reason.OBLIQUE),
        ({"yaw": -65.0}, Reason.OBLIQUE),
    ],
)
def test_each_lack_lowers_grade_and_value_and_is_the_reason(worse, reason):
    best, found = MODEL.grade(GOOD), MODEL.grade(replace(GOOD, **worse))
    assert (best.grade, best.reasons) == (Grade.GOOD, ())
    assert GRADES.index(found.grade) > 0
    assert found.reasons == (reason,)
    assert 0 <= found.value < best.value <= 1


def test_reasons_come_worst_first_and_small_ones_are_left_out():
    found = MODEL.grade(replace(GOOD, sharpness=0.3, flank_pixels=350.0, brightness=0.24))
    assert (found.grade, found.reasons) == (Grade.POOR, (Reason.BLUR, Reason.SMALL))


def test_beyond_a_limit_nothing_else_helps():
    limited = replace(MODEL, most=tuple(0.85 if n == "hidden" else math.inf for n in DEFICITS))
    found = limited.grade(replace(GOOD, coat=0.05))
    assert (found.grade, found.reasons) == (Grade.UNUSABLE, (Reason.OCCLUDED,))
    assert MODEL.grade(replace(GOOD, coat=0.05)).grade is Grade.GOOD


def test_the_value_is_the_mean_chance_of_being_better_than_each_step():
    lacking = deficits(replace(GOOD, sharpness=0.5))
    total = sum(
        w * max(0, x - u) for w, x, u in zip(MODEL.weights, lacking, MODEL.usual, strict=True)
    )
    better = [np.mean([1 / (1 + math.exp(at - step)) for step in MODEL.steps]) for at in (total, 0)]
    assert MODEL.judged(lacking)[1] == pytest.approx(better[0] / better[1])


def made(n=400):
    """Grades whose deficits grow with them in two of seven columns."""
    rng = np.random.default_rng(0)
    grades = rng.integers(0, 4, n)
    rows = rng.uniform(0, 0.1, (n, len(DEFICITS)))
    rows[:, 0] += 0.2 * grades + rng.normal(0, 0.05, n)
    rows[:, 4] += 0.6 * grades + rng.normal(0, 0.2, n)
    return rows, grades


def test_a_fit_finds_which_deficits_tell_and_grades_by_them():
    rows, grades = made()
    model = fit(rows, grades, id="quality@3")
    assert min(model.weights) >= 0
    assert min(model.weights[0], model.weights[4]) > 5 * max(model.weights[1:3])
    assert model.weights[5] * ONE_STEP["hidden"] == pytest.approx(model.steps[0])  # by hand
    given = [GRADES.index(model.judged(row)[0]) for row in rows]
    assert np.mean(given == grades) > 0.85
    assert np.abs(given - grades).max() <= 1


def test_a_card_gives_the_model_back(tmp_path):
    model = fit(*made(), id="quality@3")
    write_quality(model, tmp_path, embedder="rosette@9", fitted_on="made", command="none")
    write_quality(replace(model, id="quality@3"), tmp_path, embedder="", fitted_on="", command="")
    read = load_quality(tmp_path)
    assert (read.id, read.most) == ("quality@3", model.most)
    assert read.weights == pytest.approx(model.weights, rel=1e-5, abs=1e-9)
    assert read.steps == pytest.approx(model.steps, rel=1e-5)


def test_without_a_card_nothing_is_graded(tmp_path):
    assert load_quality(tmp_path) is None


@pytest.mark.parametrize(
    ("pose", "viewpoint"),
    [
        (Pose(0.95, 0.0), Viewpoint.LEFT),
        (Pose(0.95, 40.0), Viewpoint.BACKLEFT),
        (Pose(0.02, -40.0), Viewpoint.FRONTRIGHT),
        (Pose(0.02, 20.0), Viewpoint.RIGHT),
        (Pose(0.6, 40.0), Viewpoint.UNKNOWN),
    ],
)
def test_the_viewpoint_is_the_flank_with_the_end_that_is_nearer(pose, viewpoint):
    assert pose.viewpoint is viewpoint
    assert Pose(pose.left, 0).viewpoint.value in {*Flank}
