"""The command that prints where rosettes agree and differ: one line where it cannot."""

from pathlib import Path

import numpy as np
import pytest

from reid.evaluation.data.photos import Sample
from reid.evaluation.trials.differences import RegisteredPair, as_text, pairs_of
from reid.types import Correspondences, Flank, Overlap, Source


@pytest.mark.parametrize(
    ("dataset", "reason"), [("no/such/folder", "no index.csv"), ("synthetic:x", "write synthetic:")]
)
def test_a_command_that_cannot_work_is_one_line_and_two(called, dataset, reason):
    done = called("discrepancies", dataset)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr
    assert len(done.stderr.splitlines()) == 1


def sample(animal, occasion, flank=Flank.LEFT):
    return Sample(Path("x.jpg"), f"{animal}/{flank}", occasion, flank, False, None)


def test_impostor_pairs_show_one_flank_and_are_as_many_as_genuine_ones():
    photos = [sample("a", "1"), sample("a", "2"), sample("b", "3"), sample("c", "4", Flank.RIGHT)]
    true, drawn = pairs_of(photos, seed=0)
    assert true == [(0, 1)]
    assert drawn in ([(0, 2)], [(1, 2)])


def test_the_text_states_registrations_and_quantiles():
    none = np.empty((0, 2), np.float32)
    marks = Correspondences(none, none, none[:, 0], "discrepancy")
    seen = Overlap(Source.OUTLINE, 0.5, 9, 0.25, marks)
    cosines = np.array([0.3], np.float32)
    strengths = {"rosette": 4.0, "rootsift": 2.0}
    text = as_text("impostor", [RegisteredPair(seen, strengths, cosines, cosines, cosines)])
    assert "impostor: 1 pairs, 0 with too little coat" in text
    assert "by outline       1  co-visible 0.50 0.50 0.50  agreeing 0.25 0.25 0.25" in text
    assert "near  places  0.30 0.30 0.30" in text
