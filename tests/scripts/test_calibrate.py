"""A calibrator for a model of one's own: fitted on synthetic encounters, found by its model."""

import pytest
from painted_package import write_weights

from reid.evidence.calibrator import calibrator_of, released


@pytest.mark.slow
def test_a_model_of_ones_own_gets_a_calibrator_and_the_released_one_keeps_its_own(
    tmp_path, called, small_photos
):
    weights = write_weights(tmp_path)
    card = (weights / "rosette@9.toml").read_text()
    (weights / "mine@3.toml").write_text(card.replace('"rosette"', '"mine"').replace("= 9", "= 3"))
    before = released(weights).id
    size = ("--animals", 10, "--encounters", 2, "--impostors", 40, "--seed", 5)
    done = called("calibrate", *size, "--model", "mine@3", "--weights", weights)
    made = calibrator_of("mine@3", weights)
    assert (made.id, made.model, made.individuals) == ("evidence-mine@3", "mine@3", 10)
    assert "--model mine@3" in done.stdout
    assert (made.full.weights >= 0).all()
    assert len(made.full.refits) == 40
    assert released(weights).id == before


def test_too_few_animals_are_refused_before_anything_is_painted(called):
    done = called("calibrate", "--animals", 9)
    assert done.returncode == 2
    assert "fewer than 10" in done.stderr
