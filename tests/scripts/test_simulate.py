"""The command that simulates: three questions in small, one with the released model; refusals."""

import json

import pytest

SMALL = ("--width", "128", "--seed", "5")


@pytest.fixture
def run(called):
    """run("count", ...) -> what the command printed and answered."""
    return lambda *arguments: called("simulate", *arguments)


@pytest.mark.slow
def test_triples_print_counts_of_every_truth_and_write_all_posteriors(run, weights, tmp_path):
    done = run(
        "triples", "--animals", 3, "--triples", 7, *SMALL, "--weights", weights, "--out", tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "12 encounters, 7 triples" in done.stdout
    assert "ECE over all partitions" in done.stdout
    held = json.loads((tmp_path / "triples.json").read_text())
    assert held["partitions"] == ["A=B=C", "A=B, C", "A=C, B", "A, B=C", "A, B, C"]
    assert len(held["truth"]) == 7
    assert [sum(row) for row in held["probability"]] == pytest.approx([1] * 7, abs=1e-4)
    assert "--seed 5" in held["command"]


@pytest.mark.slow
def test_an_open_catalogue_is_asked_about_every_animal_once(run, tmp_path):
    done = run("open-set", "--animals", 2, "--strangers", 1, *SMALL, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2 known animals, 1 unknown ones, one query encounter each" in done.stdout
    held = json.loads((tmp_path / "open-set.json").read_text())
    assert sorted(query["animal"] for query in held["queries"]) == ["L001", "L002", "L003"]
    assert sum(query["known"] for query in held["queries"]) == 2
    assert held["rates"][0]["threshold"] is None


@pytest.mark.slow
def test_a_survey_is_counted_by_the_machine_and_with_decisions(run, weights, tmp_path):
    pytest.importorskip("sklearn")
    done = run(
        "count", "--animals", 2, "--decisions", 3, *SMALL, "--weights", weights, "--out", tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "8 encounters of 2 animals" in done.stdout
    assert "people, in Johansson et al. 2020: +35.0%" in done.stdout
    held = json.loads((tmp_path / "count.json").read_text())
    assert held["true_animals"] == 2
    assert [step["decisions"] for step in held["steps"]] == list(range(len(held["steps"])))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["triples", "--animals", "2"], "triples needs at least 3"),
        (["triples", "--triples", "0"], "--triples 0"),
        (["open-set", "--strangers", "0"], "--strangers 0"),
        (["count", "--animals", "0"], "count needs at least 1"),
        (["count", "--decisions", "-1"], "--decisions -1"),
    ],
    ids=["two animals", "no triple", "no stranger", "no animal", "minus one decision"],
)
def test_a_command_that_cannot_work_is_one_line_and_two(run, arguments, reason):
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr
    assert len(done.stderr.splitlines()) == 1
