"""The command that measures: several levels in one table, and one line where it cannot."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def run(called):
    """run(dataset, ...) -> what the command printed and answered."""
    return lambda *arguments: called("evaluate", *arguments)


@pytest.fixture
def dataset(tmp_path):
    lines = ["path,individual,flank,encounter"]
    for animal in range(2):
        coat = np.random.default_rng(animal).integers(30, 220, (24, 48)).astype(np.uint8)
        for photo in range(2):
            name = f"{animal}{photo}.png"
            Image.fromarray(coat).resize((384, 192), 3).save(tmp_path / name)
            lines.append(f"{name},animal{animal},left,e{animal}{photo}")
    (tmp_path / "index.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


@pytest.mark.slow
def test_levels_and_crops_of_one_run_stand_in_the_table_and_in_the_json(run, dataset, tmp_path):
    arguments = ["--methods", "rootsift", "--degrade", "0", "2", "--crop", "whole", "jitter"]
    done = run(dataset, *arguments, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "4 photos of 2 animals x flank, 0 distractors; seed 0" in done.stdout
    held = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    assert [(row["crop"], row["level"]) for row in held["rows"]] == [
        ("whole", 0),
        ("whole", 2),
        ("jitter", 0),
        ("jitter", 2),
    ]
    assert held["rows"][0]["top1"] == [4, 4]
    assert held["rows"][0]["intervals_95"]["top1"] == [1, 1]
    assert "--degrade 0 2" in held["command"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["no/such/folder", "--methods", "rootsift"], "no index.csv"),
        (["synthetic:x:1", "--methods", "rootsift"], "write synthetic:ANIMALS:SEED"),
        (["leopards", "--recall"], "write synthetic:ANIMALS:SEED"),
        (["leopards", "--embedder", "resnet"], "no embedder"),
    ],
    ids=["no folder", "no numbers", "real animals", "no such peer"],
)
def test_a_command_that_cannot_work_is_one_line_and_two(run, arguments, reason):
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr
    assert len(done.stderr.splitlines()) == 1


FIELD = Path(__file__).parents[1] / "data" / "field-cases" / "csv"


def test_a_path_of_windows_that_leads_nowhere_is_named_in_one_sentence(run, tmp_path):
    (tmp_path / "index.csv").write_bytes((FIELD / "winpath.csv").read_bytes())
    done = run(tmp_path, "--methods", "rootsift")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert f"{tmp_path}/photos/A/a.jpg cannot be read: No such file" in done.stderr


def test_a_data_set_with_day_month_dates_says_which_line(run, tmp_path):
    (tmp_path / "index.csv").write_bytes((FIELD / "dmy_dates.csv").read_bytes())
    done = run(tmp_path, "--methods", "rootsift")
    assert done.returncode == 2
    assert "line 2, column datetime: 01/03/2019 19:49 may be" in done.stderr
