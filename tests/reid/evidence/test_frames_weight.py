"""What frames of one burst weigh that agree and were fused."""

from dataclasses import replace

import pytest

from reid.evidence.calibrator import FramesWeight, Witness, load_calibrator, released
from reid.evidence.terms import FlankMeasurements
from reid.weights import default_folder

CALIBRATOR = released()
AGREEING = FlankMeasurements(0.0, 30.0, 30.0, 6.0, 0.1)
SILENT = FlankMeasurements(0.0, 0.0, 0.0, 0.0, 0.1)


def llr(told, frames, calibrator=CALIBRATOR):
    return calibrator.evidence([Witness(told, frames=frames)]).llr


def test_more_frames_that_agree_say_more_both_ways():
    same = [llr(AGREEING, frames) for frames in (1, 2, 10, 20)]
    different = [llr(SILENT, frames) for frames in (1, 2, 10, 20)]
    assert 0 < same[0] < same[1] < same[2] < same[3] < CALIBRATOR.bound
    assert 0 > different[0] > different[1] > different[2] > different[3] > -1


def test_the_card_names_what_frames_weigh(tmp_path):
    card = (default_folder() / f"{CALIBRATOR.id}.toml").read_text(encoding="utf-8")
    own = card.replace("frames = [0.15, 0.06]", "frames = [0.3, 0]")
    (tmp_path / f"{CALIBRATOR.id}.toml").write_text(own, encoding="utf-8")
    assert CALIBRATOR.frames == FramesWeight(0.15, 0.06)
    assert load_calibrator(CALIBRATOR.id, tmp_path).frames == FramesWeight(0.3, 0)


def test_a_photo_alone_weighs_as_calibrated():
    unweighed = replace(CALIBRATOR, frames=FramesWeight(0.0, 0.0))
    for told in (AGREEING, SILENT):
        assert llr(told, 1) == llr(told, 1, unweighed) == llr(told, 20, unweighed)


def test_many_poor_frames_that_agree_with_nothing_lean_a_little_and_exclude_nobody():
    nothing = FlankMeasurements(0.0, 0.0, 0.0, 0.0, 0.0)
    assert llr(nothing, 1) == 0.0
    assert llr(nothing, 10) == pytest.approx(-0.14, abs=0.01)
    assert llr(SILENT, 24) > -1


def test_the_interval_holds_what_the_frames_say():
    for told in (AGREEING, SILENT):
        evidence = CALIBRATOR.evidence([Witness(told, frames=10)])
        assert evidence.interval[0] <= evidence.llr <= evidence.interval[1]
