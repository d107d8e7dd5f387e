"""Wrong clocks of synthetic surveys, corrected from one or two known photos."""

from reid.evaluation.trials.clock_errors import ClockFault, as_text, clock_trials


def test_corrected_clocks_give_the_encounters_of_the_truth():
    trials = clock_trials(25, seed=1)
    assert {trial.fault for trial in trials} == set(ClockFault)
    assert all(trial.right for trial in trials)
    assert not all(trial.wrong for trial in trials)
    assert all(trial.residual_s <= 2 for trial in trials)


def test_the_same_seed_gives_the_same_trials():
    assert clock_trials(5, seed=3) == clock_trials(5, seed=3)


def test_the_table_counts_every_survey():
    last = as_text(clock_trials(5, seed=1)).splitlines()[-1].split()
    assert (last[0], last[1]) == ("all", "5")
